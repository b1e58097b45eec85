//! The words of a line and what conditions say.

use proptest::prelude::*;

use super::*;

fn words(text: &str) -> Vec<String> {
    let home = |name: &str| (name == "HOME").then(|| "/root".to_owned());
    let read = parse(text.as_bytes());
    assert_eq!(read.faults, [], "{text}");
    read.lines
        .iter()
        .flat_map(|line| &line.words)
        .map(|word| word.filled(&home).unwrap_or_else(|| word.shown()))
        .collect()
}

#[test]
fn words_are_parted_as_haproxy_parts_them() {
    for (text, wanted) in [
        ("  bind :443 ssl # x", vec!["bind", ":443", "ssl"]),
        (r#"log-format "%ci \"%r\" #" x"#, vec!["log-format", "%ci \"%r\" #", "x"]),
        (r"set-header A a\ b\#c", vec!["set-header", "A", "a b#c"]),
        (r"x 'a\b $c' a\b a\$b", vec!["x", r"a\b $c", r"a\b", r"a\$b"]),
        (r#"a b"c d"e "a\b" a\x41b"#, vec!["a", "bc de", r"a\b", "aAb"]),
        ("a \"\" b", vec!["a", "", "b"]),
        (r#""$HOME.b" $HOME "\$HOME" "${X}" "${X-d}""#, vec!["/root.b", "$HOME", "$HOME", "${X}", "${X}"]),
        ("a\\", vec!["a\\"]),
        ("", vec![]),
    ] {
        assert_eq!(words(text), wanted, "{text}");
    }
    for text in ["a \"b", "a 'b", r"a\x4", "\"a$\"", "\"${A\"", "\"${A B}\"", &"a ".repeat(66)] {
        assert_eq!(parse(text.as_bytes()).faults.len(), 1, "{text}");
    }
}

#[test]
fn places_are_those_of_the_file() {
    let text = "# x\nglobal\n  log /dev/log local0\nfrontend www\n  bind \":80\" # b\n";
    let read = parse(text.as_bytes());
    let shown: Vec<_> = read.lines.iter().map(|line| (line.line, line.column, opens_section(line))).collect();
    assert_eq!(shown, [(2, 1, true), (3, 3, false), (4, 1, true), (5, 3, false)]);
    let bind = &read.lines[3];
    assert_eq!((&text[bind.span.clone()], &text[bind.words[1].span.clone()]), ("bind \":80\" # b", "\":80\""));
}

#[test]
fn conditions_are_decided_where_what_they_ask_is_known() {
    let call = |name: &str, arguments: &[String]| match name {
        "streq" => Some(arguments[0] == arguments[1]),
        _ => None,
    };
    for (text, wanted) in [
        ("", Some(Some(false))),
        ("2", Some(Some(true))),
        ("1 && 0", Some(Some(false))),
        ("0 || streq(a,a)", Some(Some(true))),
        ("!(0 || streq(a b,a))", Some(Some(true))),
        ("defined(A)", Some(None)),
        ("0 && defined(A)", Some(Some(false))),
        ("defined(A) || ", None),
        ("nosuch(a)", None),
        ("abc", None),
        ("0 x", None),
        ("((1)", None),
    ] {
        assert_eq!(condition(text).map(|read| read.holds(&call)), wanted, "{text}");
    }
    assert_eq!(condition(&"!".repeat(100_000)), None);
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(prop::sample::select(b"global .if\n\t\"'\\#${}x4-\xff".to_vec()), 0..200)) {
        let read = parse(&bytes);
        let mut end = 0;
        for line in &read.lines {
            prop_assert!(line.span.start >= end && line.span.end <= bytes.len() && !line.words.is_empty());
            end = line.span.end;
            let mut inner = line.span.start;
            for word in &line.words {
                prop_assert!(word.span.start >= inner && word.span.end <= line.span.end);
                inner = word.span.end;
            }
        }
        let _ = condition(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn words_that_are_written_in_single_quotes_are_read_back(texts in prop::collection::vec("[ -&(-~]{0,12}", 1..20)) {
        let text: Vec<String> = texts.iter().map(|text| format!("'{text}'")).collect();
        prop_assert_eq!(words(&text.join(" ")), texts);
    }
}
