//! Imports in every form, and what only looks like one.

use proptest::prelude::*;

use super::*;

fn names(text: &str) -> Vec<String> {
    imports(text)
        .into_iter()
        .map(|import| format!("{}{}", if import.is_dynamic { "~" } else { "" }, import.specifier))
        .collect()
}

#[test]
fn every_form_of_import_is_found() {
    for (text, wanted) in [
        ("import 'a'", vec!["a"]),
        ("import a from \"b\";import{c as d,\"e\" as f}from'g'", vec!["b", "g"]),
        ("import * as x from './x.js'\nexport * from '/y'\nexport { z as from } from 'z'", vec!["./x.js", "/y", "z"]),
        ("import from from 'from'", vec!["from"]),
        ("import /* a */ x // b\n from /**/ 'c'", vec!["c"]),
        ("import defer * as ns from 'a'; import source s from 'b'", vec!["a", "b"]),
        ("const x = await import('https://a.example/'); import(`b`, {with: {}})", vec!["~https://a.example/", "~b"]),
        ("[...import('a')]; a = b ? import('c') : 0", vec!["~a", "~c"]),
        ("`${import('a')}${`${import('b')}`}`", vec!["~a", "~b"]),
        ("import '\\x61\\u0062\\u{63}\\/'", vec!["abc/"]),
        ("x = {}\nimport('a')", vec!["~a"]),
    ] {
        assert_eq!(names(text), wanted, "{text}");
    }
    assert!(imports("import s from 'a.css' with { type: 'css' }")[0].is_style);
    assert!(!imports("import s from 'a.json' with { type: 'json' }")[0].is_style);
}

#[test]
fn what_only_looks_like_one_is_none() {
    for text in [
        "// import 'a'",
        "/* import 'a' */",
        "x = \"import 'a'\"",
        "x = `import('a')`",
        "x = /import('a')/",
        "return /[/]import('a')/",
        "a.import('b')",
        "import(name)",
        "import('a' + b)",
        "import(`a${b}`)",
        "import.meta.url",
        "important('a')",
        "export default 'a'",
        "export { a }; 'b'",
        "export const from = 'a'",
        "import x",
        "import 'a",
        "x = \"\\\"import('a')\"",
    ] {
        assert_eq!(names(text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(names("x = a / b; import('c') / d"), ["~c"]);
}

proptest! {
    #[test]
    fn any_text_is_read_to_its_end(text in "(import|export|from|[ '\"`/*{}().,\\\\$\n]|[a-z\u{e9}\u{3042}]){0,60}") {
        let _ = imports(&text);
    }

    #[test]
    fn an_import_is_found_behind_anything_that_is_whole(
        before in "('[a-z ]*'|\"[a-z ]*\"|`[a-z ]*`|/\\*[a-z ]*\\*/|[a-z]+\\(\\)|[0-9]+)?",
        name in "[a-z./:]{1,12}",
    ) {
        let text = format!("{before}\n;import '{name}'");
        prop_assert_eq!(imports(&text).last().map(|import| import.specifier.clone()), Some(name));
    }
}
