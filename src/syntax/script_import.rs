//! A script's text -> the modules that it imports by a name that is written in it. Nothing is run, and no name that is put together is guessed.
//!
//! This is a lexer, not a parser: strings, templates, comments and regular expressions are passed over, so that what looks like an import inside
//! of them is none. Where `/` may begin a regular expression or divide is told by the word before it; a mistake there ends with the line.

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The name as it is meant, escapes read.
    pub specifier: String,
    /// `import("…")`, which any script may say; else an `import` or `export … from`, which only modules may.
    pub is_dynamic: bool,
    /// `with { type: "css" }`: a style sheet.
    pub is_style: bool,
}

/// Imports by a written name, in order.
#[must_use]
pub fn imports(text: &str) -> Vec<Import> {
    let mut lexer = Lexer { bytes: text.as_bytes(), text, at: 0 };
    let mut found = Vec::new();
    let mut templates: Vec<usize> = Vec::new();
    let mut depth = 0_usize;
    let mut before = Before::Start;
    while let Some(byte) = lexer.peek() {
        match byte {
            b'\'' | b'"' => {
                lexer.string();
                before = Before::Value;
            }
            b'`' => {
                lexer.at += 1;
                if lexer.template().is_hole() {
                    templates.push(depth);
                    before = Before::Start;
                } else {
                    before = Before::Value;
                }
            }
            b'{' => {
                depth += 1;
                lexer.at += 1;
                before = Before::Start;
            }
            b'}' => {
                lexer.at += 1;
                if templates.last() == Some(&depth) {
                    if !lexer.template().is_hole() {
                        templates.pop();
                    }
                } else {
                    depth = depth.saturating_sub(1);
                }
                before = Before::Value;
            }
            b'/' if lexer.skips_comment() => {}
            b'.' if lexer.bytes[lexer.at..].starts_with(b"...") => {
                lexer.at += 3;
                before = Before::Start;
            }
            b'/' if before == Before::Value => {
                lexer.at += 1;
                before = Before::Start;
            }
            b'/' => {
                lexer.regular_expression();
                before = Before::Value;
            }
            _ if is_word(byte) => {
                let word = lexer.word();
                let follows_dot = before == Before::Dot;
                before = if !follows_dot && EXPRESSION_FOLLOWS.contains(&word) { Before::Start } else { Before::Value };
                if !follows_dot && matches!(word, "import" | "export") {
                    let here = lexer.at;
                    match lexer.import(word == "import") {
                        Some(import) => found.push(import),
                        // What it was instead is read as usual.
                        None => lexer.at = here,
                    }
                }
            }
            _ => {
                before = match byte {
                    b'.' => Before::Dot,
                    b')' | b']' => Before::Value,
                    _ if byte.is_ascii_whitespace() => before,
                    _ => Before::Start,
                };
                lexer.at += 1;
            }
        }
    }
    found
}

/// Words after which an expression begins, so that `/` begins a regular expression.
const EXPRESSION_FOLLOWS: [&str; 14] = [
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "throw",
    "new",
    "instanceof",
    "do",
    "else",
    "yield",
    "await",
];

/// What stood before a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing that ends an expression.
    Start,
    /// The end of an expression.
    Value,
    /// A dot: what follows is the name of a member.
    Dot,
}

/// How a piece of a template ended.
enum Piece {
    /// At `${`.
    Hole,
    /// At its end.
    End,
}

impl Piece {
    fn is_hole(&self) -> bool {
        matches!(self, Self::Hole)
    }
}

struct Lexer<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | b'\\') || byte >= 0x80
}

impl<'t> Lexer<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn word(&mut self) -> &'t str {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Passes over one comment, if one begins here.
    fn skips_comment(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let end = |offset: usize| self.at.saturating_add(offset).min(self.bytes.len());
        self.at = if rest.starts_with(b"//") {
            end(rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len()))
        } else if rest.starts_with(b"/*") {
            end(rest[2..].windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |found| found + 4))
        } else {
            return false;
        };
        true
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if byte != b'/' || !self.skips_comment() {
                return;
            }
        }
    }

    /// Reads a string; it ends with its line at the latest.
    fn string(&mut self) -> Option<String> {
        let quote = self.peek()?;
        self.at += 1;
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at = (self.at + 2).min(self.bytes.len()),
                b'\n' | b'\r' => return None,
                _ if byte == quote => {
                    let inside = self.text.get(start..self.at);
                    self.at += 1;
                    return inside.map(meant);
                }
                _ => self.at += 1,
            }
        }
        None
    }

    /// Passes over a piece of a template, from behind its beginning.
    fn template(&mut self) -> Piece {
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at = (self.at + 2).min(self.bytes.len()),
                b'`' => {
                    self.at += 1;
                    return Piece::End;
                }
                b'$' if self.bytes.get(self.at + 1) == Some(&b'{') => {
                    self.at += 2;
                    return Piece::Hole;
                }
                _ => self.at += 1,
            }
        }
        Piece::End
    }

    fn regular_expression(&mut self) {
        self.at += 1;
        let mut in_class = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at = (self.at + 2).min(self.bytes.len()),
                b'\n' | b'\r' => return,
                b'/' if !in_class => {
                    self.at += 1;
                    return;
                }
                _ => {
                    in_class = byte == b'[' || (in_class && byte != b']');
                    self.at += 1;
                }
            }
        }
    }

    /// A string, or a template without holes.
    fn literal(&mut self) -> Option<String> {
        match self.peek()? {
            b'\'' | b'"' => self.string(),
            b'`' => {
                let start = self.at + 1;
                self.at = start;
                match self.template() {
                    Piece::End => self.text.get(start..self.at.checked_sub(1)?).map(meant),
                    Piece::Hole => None,
                }
            }
            _ => None,
        }
    }

    /// What follows `import` or `export`; `None` where it is no import by a written name.
    fn import(&mut self, is_import: bool) -> Option<Import> {
        self.skip_blanks();
        match self.peek()? {
            b'(' if is_import => self.dynamic(),
            // import.source(…) and import.defer(…) load as well; import.meta does not.
            b'.' if is_import => {
                self.at += 1;
                self.skip_blanks();
                matches!(self.word(), "source" | "defer").then_some(())?;
                self.skip_blanks();
                if self.peek() == Some(b'(') { self.dynamic() } else { None }
            }
            b'\'' | b'"' if is_import => {
                let specifier = self.string()?;
                Some(self.with(specifier, false))
            }
            b'*' | b'{' => self.clause(),
            _ if is_import => self.clause(),
            _ => None,
        }
    }

    fn dynamic(&mut self) -> Option<Import> {
        self.at += 1;
        self.skip_blanks();
        let specifier = self.literal()?;
        self.skip_blanks();
        let is_whole = matches!(self.peek(), Some(b')' | b','));
        is_whole.then_some(Import { specifier, is_dynamic: true, is_style: false })
    }

    /// `x, { a as b } from "…"`: names, then `from` outside of braces, then the string.
    fn clause(&mut self) -> Option<Import> {
        let mut in_braces = false;
        loop {
            self.skip_blanks();
            match self.peek()? {
                b'{' if !in_braces => {
                    in_braces = true;
                    self.at += 1;
                }
                b'}' if in_braces => {
                    in_braces = false;
                    self.at += 1;
                }
                b',' | b'*' => self.at += 1,
                b'\'' | b'"' if in_braces => {
                    self.string()?;
                }
                byte if is_word(byte) => {
                    let is_from = self.word() == "from" && !in_braces;
                    self.skip_blanks();
                    if is_from && matches!(self.peek(), Some(b'\'' | b'"')) {
                        let specifier = self.string()?;
                        return Some(self.with(specifier, false));
                    }
                }
                _ => return None,
            }
        }
    }

    /// Reads what stands behind a specifier: `with { type: "css" }`.
    fn with(&mut self, specifier: String, is_dynamic: bool) -> Import {
        let here = self.at;
        let is_style = self.kind().is_some_and(|kind| kind == "css");
        if !is_style {
            self.at = here;
        }
        Import { specifier, is_dynamic, is_style }
    }

    fn kind(&mut self) -> Option<String> {
        self.skip_blanks();
        matches!(self.word(), "with" | "assert").then_some(())?;
        self.skip_blanks();
        (self.peek()? == b'{').then_some(())?;
        self.at += 1;
        self.skip_blanks();
        (self.word() == "type").then_some(())?;
        self.skip_blanks();
        (self.peek()? == b':').then_some(())?;
        self.at += 1;
        self.skip_blanks();
        self.string()
    }
}

/// A literal's text with its escapes read.
fn meant(written: &str) -> String {
    let mut meant = String::with_capacity(written.len());
    let mut rest = written.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            meant.push(character);
            continue;
        }
        match rest.next() {
            Some('n') => meant.push('\n'),
            Some('t') => meant.push('\t'),
            Some('\n' | '\r') | None => {}
            Some(sign @ ('x' | 'u')) => {
                let tail = rest.as_str();
                let (digits, length) = match tail.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                    Some((digits, _)) if sign == 'u' => (digits, digits.len() + 2),
                    _ => {
                        let length = if sign == 'x' { 2 } else { 4 };
                        (tail.get(..length).unwrap_or_default(), length)
                    }
                };
                match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
                    Some(character) => {
                        meant.push(character);
                        rest = tail.get(length..).unwrap_or_default().chars();
                    }
                    None => meant.push(sign),
                }
            }
            Some(other) => meant.push(other),
        }
    }
    meant
}

#[cfg(test)]
mod tests;
