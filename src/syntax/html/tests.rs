//! The tree against the standard, hostile pages, and encodings of Japanese pages.

use proptest::prelude::*;

use super::*;

fn names(html: &str) -> Vec<String> {
    parse(html).elements().map(|element| element.name().to_owned()).collect()
}

#[test]
fn the_tree_is_that_of_the_standard() {
    assert_eq!(names("<p>a<p>b"), ["html", "head", "body", "p", "p"]);
    // A misnested form is empty in the tree and owns its fields all the same.
    let document = parse("<table><form id=f><tr><td><input name=a></td></tr></form></table>");
    let input = document.elements().find(|element| element.name() == "input").unwrap();
    assert_eq!(input.form_owner().and_then(|form| form.attribute("id")), Some("f"));
    assert!(input.ancestors().all(|element| element.name() != "form"));
    let document =
        parse("<body><svg><image xlink:href='/a'/></svg>\n\n<p class=x>one <b>two</b></p><script>three</script>");
    let image = document.elements().find(|element| element.name() == "image").unwrap();
    assert!(!image.is_html() && image.attribute("href") == Some("/a"));
    let paragraph = document.elements().find(|element| element.name() == "p").unwrap();
    assert_eq!((paragraph.line(), paragraph.text().trim_end()), (3, "one  two"));
    assert_eq!(document.text().split_whitespace().collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn templates_are_inert_and_declared_shadow_trees_are_not() {
    assert!(!names("<template><img></template>").contains(&"img".to_owned()));
    assert!(names("<div><template shadowrootmode=open><img></template></div>").contains(&"img".to_owned()));
    let document = parse("<noscript><img src=/a></noscript>");
    let noscript = document.elements().find(|element| element.name() == "noscript").unwrap();
    assert_eq!(noscript.raw_text(), "<img src=/a>");
}

#[test]
fn a_million_nested_tags_end_the_reading_and_nothing_else() {
    for tag in ["<div>", "<b>", "<a><div>", "<table><tr><td>", "<font a=1>", "<svg>", "<p><b>", "<template>"] {
        let count = if tag == "<div>" { 1_000_000 } else { 100_000 };
        let page = tag.repeat(count);
        let document = parse(&page);
        assert!(matches!(document.excess, Some(Excess::Depth | Excess::Nodes)), "{tag}: {:?}", document.excess);
    }
}

#[test]
fn pages_that_grow_by_themselves_are_stopped() {
    let formatting: String = (0..5_000).map(|number| format!("<p><b x={number}></p>")).collect();
    assert!(parse(&formatting).excess.is_some());
    let attributes: String = (0..100_000).map(|number| format!(" a{number}")).collect();
    assert_eq!(parse(&format!("<p{attributes}>")).excess, Some(Excess::Attributes));
    let script = format!("<script>if (a<b) {{{}}}</script><p>", "x y / ".repeat(5_000));
    assert_eq!(parse(&script).excess, None);
}

#[test]
fn japanese_pages_are_read_in_their_encoding() {
    let words = "お問合せはこちらへ。電話番号";
    for (label, encoding) in
        [("shift_jis", SHIFT_JIS), ("euc-jp", EUC_JP), ("iso-2022-jp", ISO_2022_JP), ("utf-8", UTF_8)]
    {
        let (bytes, _, _) = encoding.encode(words);
        let by_header = decode(&bytes, Some(&format!("text/html; Charset=\"{label}\"")));
        assert_eq!((by_header.text.as_str(), by_header.had_errors), (words, false), "{label}");
        for meta in [
            format!("<meta charset={label}>"),
            format!("<META http-equiv='Content-Type' content='text/html; charset={label}'>"),
            format!("<!-- <meta charset=big5> --><meta charset=\"{label}\"/>"),
        ] {
            let page = [meta.as_bytes(), &bytes].concat();
            assert!(decode(&page, Some("text/html")).text.ends_with(words), "{meta}");
        }
        assert_eq!(decode(&bytes, None).text, words, "guessed: {label}");
    }
    let broken = decode(b"<p>\xff\xfe\x80ok", None);
    assert!(broken.text.ends_with("ok"));
    assert!(decode(b"\xef\xbb\xbfx", Some("text/html; charset=shift_jis")).encoding == "UTF-8");
}

use encoding_rs::{EUC_JP, ISO_2022_JP, SHIFT_JIS, UTF_8};

proptest! {
    #[test]
    fn any_page_is_read_without_a_panic(text in "[<>/a-c \"'=!\\-]{0,200}|\\PC{0,80}") {
        let document = parse(&text);
        for element in document.elements() {
            let _ = (element.text(), element.descendants().count(), element.form_owner().is_some());
        }
    }

    #[test]
    fn any_tags_are_read(tags in proptest::collection::vec(
        prop_oneof![Just("<table>"), Just("<td>"), Just("</table>"), Just("<form>"), Just("</form>"), Just("<b>"), Just("</b>"),
            Just("<p>"), Just("<a href=x>"), Just("</a>"), Just("<svg>"), Just("<template>"), Just("</template>"), Just("x"),
            Just("<select>"), Just("<frameset>"), Just("<body c=d>"), Just("<noscript>"), Just("<math>"), Just("<input>")], 0..40)) {
        let text = tags.concat();
        prop_assert!(parse(&text).elements().count() >= 3);
    }

    #[test]
    fn any_bytes_are_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..200), label in "[a-z0-9=;\" _-]{0,30}") {
        let _ = decode(&bytes, Some(&label));
        let _ = decode(&bytes, None);
    }
}
