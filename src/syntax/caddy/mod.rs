//! Caddyfiles: bytes -> lines of tokens with their blocks and places. It knows the grammar, not what a directive means.
//!
//! Tokens are parted by blanks; `#` at the begin of a token opens a comment; `"` and backquotes hold tokens over lines; a backslash at
//! the end of a line joins it with the next; `{` at the end of a line opens a block (Caddy documentation, Caddyfile concepts).

use std::ops::Range;

/// Blocks inside each other.
const DEPTH: usize = 64;
/// Faults of one file that are kept.
const FAULTS: usize = 100;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Token {
    /// Its text without quotes. Bytes that are not UTF-8 are U+FFFD. A variable of the environment (`{$NAME}`) stays as it is.
    pub text: String,
    /// It stood in quotes.
    pub quoted: bool,
    /// Its bytes in the file, quotes included.
    pub span: Range<usize>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One line of tokens, with the block that it opens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Segment {
    /// At least one, but for the block of global options, which has none.
    pub tokens: Vec<Token>,
    /// What stands between its braces.
    pub block: Option<Vec<Self>>,
    /// Where it begins: line and column, from 1.
    pub place: (u32, u32),
}

/// What is wrong at one place. What was read before and after it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: &'static str,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caddyfile {
    /// Its lines outside any block.
    pub segments: Vec<Segment>,
    /// What is wrong with it; nothing may be concluded from what such a file does not say.
    pub faults: Vec<Fault>,
}

/// Reads one file.
#[must_use]
pub fn parse(bytes: &[u8]) -> Caddyfile {
    let (tokens, mut faults) = lex(bytes);
    let mut open: Vec<Segment> = Vec::new();
    let mut lines: Vec<Vec<Segment>> = vec![Vec::new()];
    let mut rest = tokens.into_iter().peekable();
    let mut fault = |token: (u32, u32), message| {
        if faults.len() < FAULTS {
            faults.push(Fault { line: token.0, column: token.1, message });
        }
    };
    while let Some((first, mut logical)) = rest.next() {
        let place = (first.line, first.column);
        let mut tokens = vec![first];
        while let Some((next, number)) = rest.next_if(|(_, number)| *number == logical || ends_with_comma(&tokens)) {
            logical = number;
            tokens.push(next);
        }
        let is_sign = |token: &Token, sign: &str| !token.quoted && token.text == sign;
        if tokens.first().is_some_and(|token| is_sign(token, "}")) {
            if tokens.len() > 1 {
                fault(place, "something behind a closing brace");
            }
            match (open.pop(), lines.pop()) {
                (Some(mut segment), Some(block)) => {
                    segment.block = Some(block);
                    if let Some(around) = lines.last_mut() {
                        around.push(segment);
                    }
                }
                (_, block) => {
                    fault(place, "a closing brace without an opening one");
                    lines.push(block.unwrap_or_default());
                }
            }
            continue;
        }
        let opens = tokens.last().is_some_and(|token| is_sign(token, "{"));
        if opens {
            tokens.pop();
        }
        if tokens.iter().any(|token| is_sign(token, "{") || is_sign(token, "}")) {
            fault(place, "a brace in the middle of a line");
        }
        let segment = Segment { tokens, block: None, place };
        if opens && lines.len() > DEPTH {
            fault(place, "more than 64 blocks inside each other");
            break;
        }
        if opens {
            open.push(segment);
            lines.push(Vec::new());
        } else if let Some(around) = lines.last_mut() {
            around.push(segment);
        }
    }
    while let Some(mut segment) = open.pop() {
        fault(segment.place, "a brace is never closed");
        segment.block = lines.pop();
        if let Some(around) = lines.last_mut() {
            around.push(segment);
        }
    }
    Caddyfile { segments: lines.pop().unwrap_or_default(), faults }
}

fn ends_with_comma(tokens: &[Token]) -> bool {
    tokens.last().is_some_and(|token| !token.quoted && token.text.len() > 1 && token.text.ends_with(','))
}

/// The tokens, each with the number of its line after lines were joined.
fn lex(bytes: &[u8]) -> (Vec<(Token, u32)>, Vec<Fault>) {
    let mut lexer = Lexer { bytes, at: 0, line: 1, line_start: 0, logical: 1, tokens: Vec::new(), faults: Vec::new() };
    if bytes.starts_with(b"\xef\xbb\xbf") {
        lexer.at = 3;
        lexer.line_start = 3;
    }
    lexer.run();
    (lexer.tokens, lexer.faults)
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    line_start: usize,
    logical: u32,
    tokens: Vec<(Token, u32)>,
    faults: Vec<Fault>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'\n' => {
                    self.newline();
                    self.logical += 1;
                }
                b'\\' if self.joins() => {
                    while self.bytes.get(self.at).is_some_and(|byte| *byte != b'\n') {
                        self.at += 1;
                    }
                    self.newline();
                }
                b'#' => {
                    while self.bytes.get(self.at).is_some_and(|byte| *byte != b'\n') {
                        self.at += 1;
                    }
                }
                blank if blank.is_ascii_whitespace() || blank == 0x0b => self.at += 1,
                b'"' | b'`' => self.quoted(byte),
                _ => self.plain(),
            }
        }
    }

    /// Whether the backslash here joins the line with the next.
    fn joins(&self) -> bool {
        matches!(self.bytes.get(self.at + 1..), Some([b'\n', ..] | [b'\r', b'\n', ..]))
    }

    fn newline(&mut self) {
        self.at += 1;
        self.line += 1;
        self.line_start = self.at;
    }

    fn column(&self, at: usize) -> u32 {
        let before = String::from_utf8_lossy(self.bytes.get(self.line_start..at).unwrap_or_default()).chars().count();
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }

    fn quoted(&mut self, quote: u8) {
        let (start, line, column) = (self.at, self.line, self.column(self.at));
        let mut text = Vec::new();
        self.at += 1;
        loop {
            match self.bytes.get(self.at).copied() {
                None => {
                    self.faults.push(Fault { line, column, message: "a quote is never closed" });
                    break;
                }
                Some(b'\\') if quote == b'"' && self.bytes.get(self.at + 1) == Some(&b'"') => {
                    text.push(b'"');
                    self.at += 2;
                }
                Some(byte) if byte == quote => {
                    self.at += 1;
                    break;
                }
                Some(b'\n') => {
                    // What stands behind the quotes belongs to the line in which they were opened.
                    text.push(b'\n');
                    self.newline();
                }
                Some(byte) => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        self.tokens.push((Token { text, quoted: true, span: start..self.at, line, column }, self.logical));
    }

    fn plain(&mut self) {
        let (start, column) = (self.at, self.column(self.at));
        let mut text = Vec::new();
        while let Some(byte) = self.bytes.get(self.at).copied() {
            if byte.is_ascii_whitespace() || byte == 0x0b || (byte == b'\\' && self.joins()) {
                break;
            }
            // A variable of the environment may hold blanks in what stands for it.
            if byte == b'{' && self.bytes.get(self.at + 1) == Some(&b'$') {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let length = rest.iter().position(|byte| matches!(byte, b'}' | b'\n')).unwrap_or(rest.len());
                text.extend_from_slice(rest.get(..length).unwrap_or_default());
                self.at += length;
                continue;
            }
            text.push(byte);
            self.at += 1;
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        let token = Token { text, quoted: false, span: start..self.at, line: self.line, column };
        self.tokens.push((token, self.logical));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(segments: &[Segment]) -> String {
        let one = |segment: &Segment| {
            let words: Vec<&str> = segment.tokens.iter().map(|token| token.text.as_str()).collect();
            let block = segment.block.as_ref().map_or_else(String::new, |block| format!("{{{}}}", shown(block)));
            format!("{}{block}", words.join("|"))
        };
        segments.iter().map(one).collect::<Vec<_>>().join(";")
    }

    #[test]
    fn lines_and_blocks_are_caddys() {
        for (text, wanted) in [
            ("{\n admin off\n}\na.jp {\n root * /x # y\n}\n", "{admin|off};a.jp{root|*|/x}"),
            ("a.jp,\nb.jp {\n}\n", "a.jp,|b.jp{}"),
            ("respond \"a \\\"b\\\" #\" `c\"d` e#f\n", "respond|a \"b\" #|c\"d|e#f"),
            ("header X \\\n  y\nz\n", "header|X|y;z"),
            ("respond \"a\nb\" 200\n", "respond|a\nb|200"),
            ("{$SITE:a b} {\n}\n", "{$SITE:a b}{}"),
            ("respond {path} {\n close\n}\n", "respond|{path}{close}"),
            ("", ""),
        ] {
            let read = parse(text.as_bytes());
            assert_eq!((shown(&read.segments).as_str(), read.faults.len()), (wanted, 0), "{text}: {:?}", read.faults);
        }
        for text in ["a {\n", "}\n", "a { b }\n", "a \"b", &"a {\n".repeat(100)] {
            assert!(!parse(text.as_bytes()).faults.is_empty(), "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_file() {
        let text = "a {\n\tb \"c\" \\\n d\n}\n";
        let read = parse(text.as_bytes());
        let inner = &read.segments[0].block.as_ref().unwrap()[0];
        assert_eq!(inner.place, (2, 2));
        let spans: Vec<&str> = inner.tokens.iter().map(|token| &text[token.span.clone()]).collect();
        assert_eq!(spans, ["b", "\"c\"", "d"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(prop::sample::select(b"ab{}$,#\n\t\"`\\ \xff".to_vec()), 0..200)) {
            let read = parse(&bytes);
            let mut left: Vec<&Segment> = read.segments.iter().collect();
            while let Some(segment) = left.pop() {
                for token in &segment.tokens {
                    prop_assert!(bytes.get(token.span.clone()).is_some());
                }
                left.extend(segment.block.iter().flatten());
            }
        }
    }
}
