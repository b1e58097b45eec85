//! The grammar, on small texts and on any bytes.

use proptest::prelude::*;

use super::*;

fn words(text: &str) -> Vec<Vec<String>> {
    let read = parse(text.as_bytes());
    assert_eq!(read.faults, [], "{text}");
    read.directives
        .into_iter()
        .map(|directive| std::iter::once(directive.name).chain(directive.arguments).collect())
        .collect()
}

#[test]
fn words_quotes_escapes_and_comments_are_read_as_nginx_reads_them() {
    assert_eq!(words("a b  c; # d\n e;"), [vec!["a", "b", "c"], vec!["e"]]);
    assert_eq!(words(r#"a "b c" 'd"e' f"g;"#), [vec!["a", "b c", "d\"e", "f\"g"]]);
    assert_eq!(words(r#"a "b\"c" d\ e;"#), [vec!["a", "b\"c", "d\\ e"]]);
    assert_eq!(words("a b#c ${x}y \"#no\";"), [vec!["a", "b#c", "${x}y", "#no"]]);
    assert_eq!(words("\u{feff}a b;\r\nc;"), [vec!["a", "b"], vec!["c"]]);
}

#[test]
fn blocks_nest_and_places_are_counted_in_characters() {
    let read = parse("http { # 点検\n  server {\n    あ い; }\n}".as_bytes());
    assert_eq!(read.faults, []);
    let server = &read.directives[0].block.as_ref().unwrap()[0];
    assert_eq!((server.line, server.column), (2, 3));
    let inner = &server.block.as_ref().unwrap()[0];
    assert_eq!((inner.line, inner.column, inner.name.as_str()), (3, 5, "あ"));
}

#[test]
fn a_lua_block_is_skipped_whole() {
    let read = parse(b"location / { content_by_lua_block { if a then b(\"}\") end -- }\n } return 200; } x;");
    assert_eq!(read.faults, []);
    assert_eq!(read.directives.len(), 2);
    assert_eq!(read.directives[0].block.as_ref().unwrap().len(), 2);
}

#[test]
fn every_span_is_the_text_that_it_stands_for() {
    let text = "a 'b c' \"d\\\"\" {\n x # no\n y;\n}\nlog_by_lua_block { x = [==[ } ]==] --[[ } ]]\n }";
    let read = parse(text.as_bytes());
    assert_eq!(read.faults, []);
    let a = &read.directives[0];
    assert_eq!(&text[a.words[1].clone()], "'b c'");
    assert_eq!(&text[a.words[2].clone()], "\"d\\\"\"");
    assert_eq!(&text[a.body.clone().unwrap()], "\n x # no\n y;\n");
    assert_eq!(&text[a.block.as_ref().unwrap()[0].span.clone()], "x # no\n y;");
    assert_eq!(read.directives[1].span.end, text.len());
}

#[test]
fn placeholders_are_words_that_are_not_known() {
    let read = parse(b"{% if a %}\nserver_name {{ host }};\n{% endif %}\nlisten \"{{ p }}\";\nx ${Y};");
    assert_eq!(read.faults, []);
    assert_eq!(read.directives.iter().map(|one| one.template).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn a_remark_belongs_to_the_directive_below_it() {
    let read = parse(b"# tenken: cfg-x because the\n\n# and\nserver { # tenken: cfg-y old reason\n  a;\n}");
    let seen: Vec<_> = read
        .remarks
        .iter()
        .map(|one| (one.check.as_str(), one.reason.as_str(), one.line, one.directive_line))
        .collect();
    assert_eq!(seen, [("cfg-x", "the", 1, 4), ("cfg-y", "old reason", 4, 5)]);
}

#[test]
fn what_is_unbalanced_has_a_place_and_the_rest_is_kept() {
    let read = parse(b"a;\n}\nhttp {\n b;\n");
    assert_eq!(read.faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [2, 5]);
    assert_eq!(read.directives.len(), 2);
    assert_eq!(read.directives[1].block.as_ref().unwrap()[0].name, "b");
}

#[test]
fn twenty_thousand_braces_end_in_a_fault() {
    let read = parse("a {".repeat(20_000).as_bytes());
    assert!(read.faults[0].message.contains("more than 64"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn any_text_of_the_grammar_is_read(text in "[ab ;{}\"'#$\\\\\n]{0,200}") {
        let _ = parse(text.as_bytes());
    }

    #[test]
    fn what_is_written_is_read_back(names in proptest::collection::vec(("[a-z_]{1,8}", proptest::collection::vec("[a-zA-Z0-9 ;{}'\\-./$]{0,12}", 0..4)), 0..8)) {
        let text: String = names
            .iter()
            .map(|(name, arguments)| {
                let arguments: String = arguments.iter().map(|argument| format!(" \"{argument}\"")).collect();
                format!("{name}{arguments};\n")
            })
            .collect();
        let wanted: Vec<Vec<String>> = names
            .iter()
            .map(|(name, arguments)| std::iter::once(name).chain(arguments).cloned().collect())
            .collect();
        prop_assert_eq!(words(&text), wanted);
    }
}

/// `TENKEN_NGINX_MUTATIONS` says how many mutated texts are read.
#[test]
fn mutated_configurations_are_read_and_every_span_lies_inside() {
    const SEEDS: [&str; 3] = [
        "http {\n  server { listen 443 ssl; location ~* \\.(png|css)$ { add_header A \"b \\\" c\" always; } }\n}\n",
        "# tenken: x because y\nmap $a $b { default 'x'; ~^(?<n>.*)$ ${n}y; }\ninclude {{ f }};\n{% if x %}\n",
        "location / { content_by_lua_block { local s = [==[ } ]==] -- }\n f(\"}\") } return 200 $uri; }",
    ];
    let count = std::env::var("TENKEN_NGINX_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(3_000_u64);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    fn inside(directives: &[Directive], outer: &Range<usize>) {
        for one in directives {
            assert!(one.span.start >= outer.start && one.span.end <= outer.end && one.span.start <= one.span.end);
            assert!(one.words.iter().all(|word| word.start >= one.span.start && word.end <= one.span.end));
            if let (Some(block), Some(body)) = (&one.block, &one.body) {
                inside(block, body);
            }
        }
    }
    for number in 0..count {
        let mut bytes = SEEDS[usize::try_from(number).unwrap() % SEEDS.len()].as_bytes().to_vec();
        for _ in 0..1 + next(6) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes[at] = b"{};\"'\\#$\n \x00\xff-[]="[next(16)],
                1 => {
                    bytes.remove(at);
                }
                2 => bytes.insert(at, b"{};\"'\\#$\n "[next(10)]),
                _ => bytes.truncate(at.max(1)),
            }
            if bytes.is_empty() {
                bytes.push(b' ');
            }
        }
        inside(&parse(&bytes).directives, &(0..bytes.len()));
    }
}
