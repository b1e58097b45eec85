//! nginx bytes -> words, semicolons and braces, each with its bytes, line and column. The rules are those of
//! `ngx_conf_read_token`; blanks and comments are in no token, but every byte lies in a token or between two.

use std::ops::Range;

/// What the text is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, quotes and escapes resolved.
    Word(String),
    /// `;`
    Semicolon,
    /// `{`
    Open,
    /// `}`
    Close,
    /// A comment, from its `#` to the end of its line.
    Comment,
    /// What cannot be read.
    Fault(&'static str),
}

/// A token where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) token: Token,
    /// Its bytes, quotes included.
    pub(super) span: Range<usize>,
    pub(super) line: u32,
    pub(super) column: u32,
    /// It holds `{{ … }}` or `{% … %}`, which a program that fills in templates would have replaced.
    pub(super) template: bool,
}

/// Walks the bytes once.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    /// A place on the present line, and its column: columns are counted on from there.
    known: (usize, u32),
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { bytes, at, line: 1, known: (at, 1) }
    }

    /// Where the walk stands.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// The place of the next byte.
    pub(super) fn place(&mut self) -> (u32, u32) {
        (self.line, self.column(self.at))
    }

    /// The next token.
    pub(super) fn next_token(&mut self) -> Option<Placed> {
        self.skip_blanks();
        let first = self.peek()?;
        let start = self.at;
        let (line, column) = self.place();
        let mut template = false;
        let token = match first {
            b'#' => {
                self.skip_line();
                Token::Comment
            }
            b';' => self.single(Token::Semicolon),
            b'{' if matches!(self.bytes.get(start + 1), Some(b'{' | b'%')) && self.template_end().is_some() => {
                template = true;
                self.bare(&mut template)
            }
            b'{' => self.single(Token::Open),
            b'}' => self.single(Token::Close),
            quote @ (b'"' | b'\'') => self.quoted(quote, &mut template),
            _ => self.bare(&mut template),
        };
        Some(Placed { token, span: start..self.at, line, column, template })
    }

    /// Skips the rest of a block of another language whose `{` was read, and leaves its `}` behind; false where the
    /// text ends first. Strings, long brackets and comments are those of Lua and JavaScript.
    pub(super) fn skip_foreign_block(&mut self) -> bool {
        let mut depth = 1_u32;
        while let Some(byte) = self.bump() {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 1 => return true,
                b'}' => depth -= 1,
                quote @ (b'"' | b'\'') => self.skip_foreign_string(quote),
                b'-' if self.peek() == Some(b'-') => {
                    self.bump();
                    if !(self.peek() == Some(b'[') && self.skip_long_bracket()) {
                        self.skip_line();
                    }
                }
                b'[' if matches!(self.peek(), Some(b'[' | b'=')) => {
                    self.at -= 1;
                    if !self.skip_long_bracket() {
                        self.bump();
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// Skips `[[ … ]]`, `[=[ … ]=]` …; false, and nothing skipped, where none begins here.
    fn skip_long_bracket(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let level = rest.iter().skip(1).take_while(|byte| **byte == b'=').count();
        if rest.first() != Some(&b'[') || rest.get(level + 1) != Some(&b'[') {
            return false;
        }
        let mut end = vec![b'='; level + 2];
        end[0] = b']';
        end[level + 1] = b']';
        let length = memchr::memmem::find(rest, &end).map_or(rest.len(), |found| found + end.len());
        for _ in 0..length {
            self.bump();
        }
        true
    }

    fn skip_foreign_string(&mut self, quote: u8) {
        while let Some(byte) = self.bump() {
            match byte {
                b'\\' => {
                    self.bump();
                }
                b'\n' => return,
                byte if byte == quote => return,
                _ => {}
            }
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.bump();
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn single(&mut self, token: Token) -> Token {
        self.bump();
        token
    }

    fn quoted(&mut self, quote: u8, template: &mut bool) -> Token {
        self.bump();
        let start = self.at;
        while let Some(byte) = self.bump() {
            match byte {
                b'\\' => {
                    self.bump();
                }
                b'{' if matches!(self.peek(), Some(b'{' | b'%')) => *template = true,
                byte if byte == quote => {
                    let word = resolved(&self.bytes[start..self.at - 1]);
                    return match self.peek() {
                        None | Some(b' ' | b'\t' | b'\r' | b'\n' | b';' | b'{' | b')') => Token::Word(word),
                        Some(_) => Token::Fault("text stands directly behind a closing quote"),
                    };
                }
                _ => {}
            }
        }
        Token::Fault("a quote is never closed")
    }

    fn bare(&mut self, template: &mut bool) -> Token {
        let start = self.at;
        let mut variable = false;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' => break,
                b'{' if variable => {}
                b'{' if matches!(self.bytes.get(self.at + 1), Some(b'{' | b'%')) => match self.template_end() {
                    Some(end) => {
                        *template = true;
                        self.at = end;
                        continue;
                    }
                    None => break,
                },
                b'{' => break,
                b'\\' => {
                    self.bump();
                    self.bump();
                    variable = false;
                    continue;
                }
                _ => {}
            }
            // `${`: the brace belongs to the variable, and so does one behind it, as nginx has it.
            variable = byte == b'$' || (variable && byte == b'{');
            self.bump();
        }
        Token::Word(resolved(&self.bytes[start..self.at]))
    }

    /// The end of `{{ … }}` or `{% … %}` that begins here, on the same line.
    fn template_end(&self) -> Option<usize> {
        let rest = &self.bytes[self.at..];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len()).min(1024)];
        let end: &[u8] = if line.get(1) == Some(&b'{') { b"}}" } else { b"%}" };
        memchr::memmem::find(line, end).map(|found| self.at + found + end.len())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn bump(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        if byte == b'\n' {
            self.line = self.line.saturating_add(1);
            self.known = (self.at, 1);
        }
        Some(byte)
    }

    /// The column of a place on the present line, in characters.
    fn column(&mut self, offset: usize) -> u32 {
        let (from, column) = self.known;
        let between = self.bytes.get(from..offset).unwrap_or_default();
        // Every byte that does not go on a character of UTF-8 begins one.
        let characters = between.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let column = column.saturating_add(u32::try_from(characters).unwrap_or(u32::MAX));
        self.known = (offset, column);
        column
    }
}

/// `\"`, `\'` and `\\` are the character, `\t`, `\r` and `\n` the control character, all else stays.
fn resolved(raw: &[u8]) -> String {
    if memchr::memchr(b'\\', raw).is_none() {
        return String::from_utf8_lossy(raw).into_owned();
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        let control = match after.first() {
            Some(next @ (b'\\' | b'"' | b'\'')) => Some(*next),
            Some(b't') => Some(b'\t'),
            Some(b'r') => Some(b'\r'),
            Some(b'n') => Some(b'\n'),
            _ => None,
        };
        rest = match control.filter(|_| *first == b'\\') {
            Some(control) => {
                bytes.push(control);
                &after[1..]
            }
            None => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
