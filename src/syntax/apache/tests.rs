//! The grammar of httpd.

use proptest::prelude::*;

use super::*;

fn shape(directives: &[Directive]) -> String {
    directives
        .iter()
        .map(|one| match &one.block {
            Some(block) => format!("<{} {}>[{}]", one.name, one.rest, shape(block)),
            None => format!("{}({})", one.name, one.rest),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn read(text: &str) -> String {
    let read = parse(text.as_bytes());
    assert_eq!(read.faults, [], "{text}");
    shape(&read.directives)
}

#[test]
fn lines_are_joined_and_comments_are_whole_lines() {
    assert_eq!(read("A b \\\n  c\n# x \\\nB d\nC e # f\n"), "A(b   c) C(e # f)");
    assert_eq!(read("\u{feff}A b\r\n\r\n  B\r\n"), "A(b) B()");
    assert_eq!(read("A b\\\nc"), "A(bc)");
}

#[test]
fn sections_nest_and_have_places() {
    let read =
        parse("<Directory \"/srv/点 検\">\n  Options None\n</Directory>\n<RequireAny>\n</RequireAny>\n".as_bytes());
    assert_eq!(read.faults, []);
    assert_eq!(shape(&read.directives), "<Directory \"/srv/点 検\">[Options(None)] <RequireAny >[]");
    let inner = &read.directives[0].block.as_ref().unwrap()[0];
    assert_eq!((inner.line, inner.column), (2, 3));
    assert_eq!(read.directives[0].span.start, 0);
}

#[test]
fn a_span_is_the_text_of_its_directive() {
    let text = "  Header set A \\\n  b\n<If \"x > y\">\n  C d\n</If>\n";
    let read = parse(text.as_bytes());
    let of = |one: &Directive| text[one.span.clone()].to_owned();
    assert_eq!(of(&read.directives[0]), "Header set A \\\n  b");
    assert_eq!(of(&read.directives[1]), "<If \"x > y\">\n  C d\n</If>");
    assert_eq!(read.directives[1].rest, "\"x > y\"");
}

#[test]
fn words_are_parted_as_httpd_parts_them() {
    for (text, wanted) in [
        (r"a  b", vec!["a", "b"]),
        (r#""a b" 'c "d'"#, vec!["a b", "c \"d"]),
        (r#""a\"b" c\\d"#, vec!["a\"b", "c\\d"]),
        (r#""a"b c"#, vec!["a", "b", "c"]),
        (r"^/(.*)\.php$ x", vec![r"^/(.*)\.php$", "x"]),
        (r#""%h \"%r\"" combined"#, vec!["%h \"%r\"", "combined"]),
        (r#""never closed"#, vec!["never closed"]),
        ("", vec![]),
    ] {
        assert_eq!(words(text), wanted, "{text}");
    }
}

#[test]
fn what_is_unbalanced_has_a_place_and_the_rest_is_kept() {
    let read = parse(b"</A>\n<B>\nC\n<D>\n</B>\nE\n<F\n");
    let places: Vec<_> = read.faults.iter().map(|fault| (fault.line, fault.message.as_str())).collect();
    assert_eq!(
        places,
        [
            (1, "it closes nothing"),
            (5, "`<D>` of line 4 is not closed here"),
            (7, "a section without `>`"),
            (8, "the file ends inside `<F>` of line 7")
        ]
    );
    assert_eq!(shape(&read.directives), "<B >[C() <D >[]] E() <F >[]");
}

#[test]
fn a_line_without_end_is_not_kept() {
    let mut text = vec![b'x'; 2 << 20];
    text.extend_from_slice(b"\nA b\n");
    let read = parse(&text);
    assert_eq!((read.faults.len(), shape(&read.directives).as_str()), (1, "A(b)"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_and_spans_lie_in_them(bytes in prop::collection::vec(prop::sample::select(b"<>/AB \\\n\"'#\xff${}".to_vec()), 0..200)) {
        let read = parse(&bytes);
        let mut left: Vec<&Directive> = read.directives.iter().collect();
        while let Some(one) = left.pop() {
            prop_assert!(one.span.start <= one.span.end && one.span.end <= bytes.len());
            left.extend(one.block.iter().flatten());
            let _ = words(&one.rest);
        }
    }

    #[test]
    fn what_was_written_is_read(names in prop::collection::vec("[A-Z][a-z]{0,6}", 1..12), words_in in "[a-z \"\\\\]{0,20}") {
        let rest = words_in.trim_matches(['\\', ' ']);
        let text: String = names.iter().map(|name| format!("<{name} x>\n{name} {rest}\n</{name}>\n")).collect();
        let read = parse(text.as_bytes());
        prop_assert_eq!(read.faults.len(), 0);
        prop_assert_eq!(read.directives.len(), names.len());
    }
}
