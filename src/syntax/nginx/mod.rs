//! nginx configuration: bytes -> directives with their places. It knows the grammar, not what a directive means.
//!
//! The grammar is that of `ngx_conf_read_token`: words parted by blanks, quotes only at the start of a word, a backslash
//! that protects the next character, `;` and `{` that end a directive, `#` that begins a comment at the start of a word.

mod lexer;

use lexer::{Lexer, Token};

/// Blocks inside blocks; nginx configurations have up to six.
const DEPTH: usize = 64;
/// Directives of one file.
const DIRECTIVES: usize = 2_000_000;

/// One directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its name.
    pub name: String,
    /// Its arguments, quotes and escapes resolved; bytes that are not UTF-8 are replaced by U+FFFD.
    pub arguments: Vec<String>,
    /// Line of its name, from 1.
    pub line: u32,
    /// Column of its name in characters, from 1.
    pub column: u32,
    /// What is between its braces; `None` where it has none.
    pub block: Option<Vec<Self>>,
}

/// What is wrong at one place. What was read before and after it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// Its top-level directives.
    pub directives: Vec<Directive>,
    /// What is wrong with it; nothing may be concluded from what such a file does not say.
    pub faults: Vec<Fault>,
}

/// Reads one file.
#[must_use]
pub fn parse(bytes: &[u8]) -> Configuration {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let mut parser = Parser { lexer: Lexer::new(&text), open: vec![Level::top()], faults: Vec::new(), count: 0 };
    parser.run();
    let Parser { mut open, faults, .. } = parser;
    // Blocks that were never closed give what they hold to the one around them.
    while open.len() > 1 {
        close(&mut open);
    }
    let directives = open.pop().map(|level| level.directives).unwrap_or_default();
    Configuration { directives, faults }
}

struct Level {
    /// The directive that opened the block; `None` at the top.
    opener: Option<Directive>,
    directives: Vec<Directive>,
}

impl Level {
    fn top() -> Self {
        Self { opener: None, directives: Vec::new() }
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    open: Vec<Level>,
    faults: Vec<Fault>,
    count: usize,
}

impl Parser<'_> {
    fn run(&mut self) {
        let mut words: Vec<(String, u32, u32)> = Vec::new();
        while let Some((token, line, column)) = self.lexer.next_token() {
            match token {
                Token::Word(word) => words.push((word, line, column)),
                Token::Fault(message) => self.faults.push(Fault { line, column, message: message.to_owned() }),
                Token::Semicolon => {
                    if !self.finish(&mut words, line, column) {
                        return;
                    }
                }
                Token::Open => {
                    if !self.open_block(&mut words, line, column) {
                        return;
                    }
                }
                Token::Close => {
                    if !words.is_empty() {
                        self.fault(line, column, "a directive ends without `;`");
                        self.finish(&mut words, line, column);
                    }
                    if self.open.len() > 1 {
                        close(&mut self.open);
                    } else {
                        self.fault(line, column, "`}` closes nothing");
                    }
                }
            }
        }
        let (line, column) = self.lexer.place();
        if !words.is_empty() {
            self.fault(line, column, "the file ends inside a directive");
            self.finish(&mut words, line, column);
        }
        if self.open.len() > 1 {
            let opener = self.open.last().and_then(|level| level.opener.as_ref());
            let (name, at) = opener.map(|opener| (opener.name.clone(), opener.line)).unwrap_or_default();
            self.fault(line, column, &format!("the file ends inside `{name}` of line {at}"));
        }
    }

    fn finish(&mut self, words: &mut Vec<(String, u32, u32)>, line: u32, column: u32) -> bool {
        match self.directive(words, None) {
            Some(directive) => self.add(directive, line, column),
            None => {
                self.fault(line, column, "`;` ends nothing");
                true
            }
        }
    }

    fn open_block(&mut self, words: &mut Vec<(String, u32, u32)>, line: u32, column: u32) -> bool {
        let Some(directive) = self.directive(words, Some(Vec::new())) else {
            self.fault(line, column, "`{` without a name before it");
            let nameless =
                Directive { name: String::new(), arguments: Vec::new(), line, column, block: Some(Vec::new()) };
            return self.push(nameless, line, column);
        };
        if directive.name.ends_with("_by_lua_block") || directive.name == "js_content_block" {
            if !self.lexer.skip_foreign_block() {
                self.fault(line, column, "the file ends inside a block of another language");
            }
            return self.add(directive, line, column);
        }
        self.push(directive, line, column)
    }

    fn push(&mut self, directive: Directive, line: u32, column: u32) -> bool {
        if self.open.len() > DEPTH {
            self.fault(line, column, "more than 64 blocks inside each other: the rest was not read");
            return false;
        }
        self.open.push(Level { opener: Some(directive), directives: Vec::new() });
        true
    }

    fn add(&mut self, directive: Directive, line: u32, column: u32) -> bool {
        self.count += 1;
        if self.count > DIRECTIVES {
            self.fault(line, column, "more than 2,000,000 directives: the rest was not read");
            return false;
        }
        if let Some(level) = self.open.last_mut() {
            level.directives.push(directive);
        }
        true
    }

    fn directive(&self, words: &mut Vec<(String, u32, u32)>, block: Option<Vec<Directive>>) -> Option<Directive> {
        let mut words = std::mem::take(words).into_iter();
        let (name, line, column) = words.next()?;
        Some(Directive { name, arguments: words.map(|(word, _, _)| word).collect(), line, column, block })
    }

    fn fault(&mut self, line: u32, column: u32, message: &str) {
        self.faults.push(Fault { line, column, message: message.to_owned() });
    }
}

fn close(open: &mut Vec<Level>) {
    let Some(level) = open.pop() else { return };
    let Some(parent) = open.last_mut() else { return };
    if let Some(mut opener) = level.opener {
        opener.block = Some(level.directives);
        parent.directives.push(opener);
    }
}

#[cfg(test)]
mod tests {
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
}
