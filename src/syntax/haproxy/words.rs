//! The words of one line.

use super::{Piece, Word};

/// Words of one line (HAProxy: `MAX_LINE_ARGS`).
const WORDS: usize = 64;

/// Reads a line whose first byte is byte `start` of the file.
pub(super) fn of(raw: &[u8], start: usize) -> Result<Vec<Word>, (usize, &'static str)> {
    Reader { raw, start, at: 0, words: Vec::new(), open: None, text: Vec::new() }.read()
}

struct Reader<'a> {
    raw: &'a [u8],
    start: usize,
    at: usize,
    words: Vec<Word>,
    /// The word that is being read.
    open: Option<Word>,
    /// Its last text, not yet a piece.
    text: Vec<u8>,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Vec<Word>, (usize, &'static str)> {
        let mut quote = None;
        let mut quoted_at = 0;
        while let Some(byte) = self.raw.get(self.at).copied() {
            match (quote, byte) {
                (None, b'#') => break,
                (None, blank) if blank.is_ascii_whitespace() || blank == 0x0b => {
                    self.close();
                    self.at += 1;
                    if self.words.len() > WORDS {
                        return Err((self.at, "more than 64 words in a line"));
                    }
                    continue;
                }
                _ => {}
            }
            let begin = self.start + self.at;
            self.open.get_or_insert_with(|| Word { pieces: Vec::new(), span: begin..begin });
            match (quote, byte) {
                (None, b'"' | b'\'') => (quote, quoted_at) = (Some(byte), self.at),
                (Some(open), close) if open == close => quote = None,
                (None | Some(b'"'), b'\\') => {
                    self.escape(quote.is_some())?;
                    continue;
                }
                (Some(b'"'), b'$') => {
                    self.variable()?;
                    continue;
                }
                _ => self.text.push(byte),
            }
            self.at += 1;
        }
        if quote.is_some() {
            return Err((quoted_at, "a quote is never closed"));
        }
        self.close();
        Ok(self.words)
    }

    fn close(&mut self) {
        self.flush();
        if let Some(mut word) = self.open.take() {
            word.span.end = self.start + self.at;
            self.words.push(word);
        }
    }

    fn flush(&mut self) {
        if let (false, Some(word)) = (self.text.is_empty(), &mut self.open) {
            word.pieces.push(Piece::Text(String::from_utf8_lossy(&self.text).into_owned()));
        }
        self.text.clear();
    }

    fn escape(&mut self, in_quotes: bool) -> Result<(), (usize, &'static str)> {
        let next = self.raw.get(self.at + 1).copied();
        let (byte, length) = match next {
            Some(protected @ (b' ' | b'\\' | b'#' | b'\'' | b'"')) => (protected, 2),
            Some(b'$') if in_quotes => (b'$', 2),
            Some(b'n') => (b'\n', 2),
            Some(b'r') => (b'\r', 2),
            Some(b't') => (b'\t', 2),
            Some(b'x') => {
                let digits = self.raw.get(self.at + 2..self.at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
                let is_hex = |digits: &&str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let byte = digits.filter(is_hex).and_then(|digits| u8::from_str_radix(digits, 16).ok());
                (byte.ok_or((self.at, "an escape \\x without two hexadecimal digits"))?, 4)
            }
            // A backslash that protects nothing in particular stands for itself.
            _ => (b'\\', 1),
        };
        self.text.push(byte);
        self.at += length;
        Ok(())
    }

    /// `$NAME`, `${NAME}`, `${NAME-default}`, `${NAME[*]}`; the position is that of the dollar sign.
    fn variable(&mut self) -> Result<(), (usize, &'static str)> {
        let dollar = self.at;
        let in_braces = self.raw.get(dollar + 1) == Some(&b'{');
        let begin = dollar + 1 + usize::from(in_braces);
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'.';
        // Names that begin with a dot are HAProxy's own, since 2.8.
        if !self.raw.get(begin).is_some_and(|first| is_name(first) && !first.is_ascii_digit()) {
            return Err((dollar, "a variable whose name cannot be one"));
        }
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let rest = self.raw.get(begin + 1..).unwrap_or_default();
        let mut end = begin + 1 + rest.iter().take_while(|byte| is_inner(byte)).count();
        let name = String::from_utf8_lossy(self.raw.get(begin..end).unwrap_or_default()).into_owned();
        let mut default = None;
        if in_braces {
            if self.raw.get(end..).is_some_and(|rest| rest.starts_with(b"[*]")) {
                end += 3;
            }
            if self.raw.get(end) == Some(&b'-') {
                let rest = self.raw.get(end + 1..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| !matches!(byte, b'}' | b'"')).count();
                default = rest.get(..length).map(|text| String::from_utf8_lossy(text).into_owned());
                end += 1 + length;
            }
            if self.raw.get(end) != Some(&b'}') {
                return Err((dollar, "a brace is never closed"));
            }
            end += 1;
        }
        self.flush();
        if let Some(word) = &mut self.open {
            word.pieces.push(Piece::Variable { name, default });
        }
        self.at = end;
        Ok(())
    }
}
