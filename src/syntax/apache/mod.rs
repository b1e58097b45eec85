//! Apache httpd configuration: bytes -> directives and sections with their places. It knows the grammar, not what a
//! directive means.
//!
//! The grammar is that of `ap_cfg_getline` and `ap_build_config`: a line is a directive; a backslash at its end joins the
//! next one to it (in comments too); `#` begins a comment at the start of a line only; `<Name arguments>` opens a section that
//! `</Name>` closes. Words are parted later ([`words`]), because variables are filled into the whole line first.

use std::ops::Range;

/// Sections inside each other; configurations have up to eight.
const DEPTH: usize = 64;
/// Directives of one file.
const DIRECTIVES: usize = 2_000_000;
/// Bytes of one joined line; httpd refuses more than 16 MiB, and no directive has a thousandth of it.
const LINE_BYTES: usize = 1 << 20;

/// One directive or section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its name as written, without `<`.
    pub name: String,
    /// What follows the name, lines joined, without the closing `>` of a section. Bytes that are not UTF-8 are U+FFFD.
    pub rest: String,
    /// Line of its name, from 1.
    pub line: u32,
    /// Column of its name in characters, from 1; of `<` for a section.
    pub column: u32,
    /// Bytes of the file that it takes, from its first character to the last one of its last line, without the line end.
    pub span: Range<usize>,
    /// What is inside a section; `None` for a directive.
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
    let mut parser = Parser { open: Vec::new(), top: Vec::new(), faults: Vec::new(), count: 0 };
    let mut lines = Lines { bytes, at: 0, line: 1 };
    while let Some(line) = lines.next_joined() {
        if line.is_cut {
            parser.fault(line.line, 1, "a line of more than 1 MiB: it was not read");
        } else if !parser.line(&line) {
            break;
        }
    }
    parser.finish(lines.line)
}

/// A text -> words, quotes and escapes resolved (`ap_getword_conf`).
///
/// A word in quotes ends at the next quote of the same sort that no backslash protects; text right behind it is the next word. Outside quotes
/// only `\\` is an escape.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let quote = matches!(first, '"' | '\'').then_some(first);
        let mut word = String::new();
        let mut characters = rest.char_indices().peekable();
        if quote.is_some() {
            characters.next();
        }
        let mut end = rest.len();
        while let Some((at, character)) = characters.next() {
            if character == '\\'
                && let Some((_, next)) = characters.peek().copied()
                && (next == '\\' || quote == Some(next))
            {
                word.push(next);
                characters.next();
                continue;
            }
            if quote == Some(character) {
                end = at + character.len_utf8();
                break;
            }
            if quote.is_none() && character.is_ascii_whitespace() {
                end = at;
                break;
            }
            word.push(character);
        }
        found.push(word);
        rest = rest.get(end..).unwrap_or_default().trim_start();
    }
    found
}

struct Joined {
    text: String,
    line: u32,
    /// Column of its first character that is no blank.
    column: u32,
    span: Range<usize>,
    is_cut: bool,
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    fn physical(&mut self) -> Option<(&'a [u8], usize)> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        self.at += length + 1;
        self.line = self.line.saturating_add(1);
        let line = &rest[..length];
        Some((line.strip_suffix(b"\r").unwrap_or(line), start))
    }

    fn next_joined(&mut self) -> Option<Joined> {
        let number = self.line;
        let (first, start) = self.physical()?;
        let first = if start == 0 { first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first) } else { first };
        let mut raw = first.to_vec();
        let mut end = start + first.len();
        let mut is_cut = raw.len() > LINE_BYTES;
        while raw.last() == Some(&b'\\') {
            raw.pop();
            let Some((more, at)) = self.physical() else { break };
            end = at + more.len();
            is_cut |= raw.len() + more.len() > LINE_BYTES;
            if is_cut {
                raw.clear();
                raw.extend(more.last());
            } else {
                raw.extend_from_slice(more);
            }
        }
        let text = if is_cut { String::new() } else { String::from_utf8_lossy(&raw).into_owned() };
        let blanks = text.chars().take_while(|character| character.is_ascii_whitespace()).count();
        let column = u32::try_from(blanks + 1).unwrap_or(u32::MAX);
        Some(Joined {
            text: text.trim_matches(|character: char| character.is_ascii_whitespace()).to_owned(),
            line: number,
            column,
            span: (start + blanks).min(end)..end,
            is_cut,
        })
    }
}

struct Parser {
    open: Vec<Directive>,
    top: Vec<Directive>,
    faults: Vec<Fault>,
    count: usize,
}

impl Parser {
    /// Takes one joined line; false where nothing more is to be read.
    fn line(&mut self, line: &Joined) -> bool {
        let text = line.text.as_str();
        if text.is_empty() || text.starts_with('#') {
            return true;
        }
        if let Some(inner) = text.strip_prefix("</") {
            self.closing(inner, line);
            return true;
        }
        self.count += 1;
        if self.count > DIRECTIVES {
            self.fault(line.line, line.column, "more than 2,000,000 directives: the rest was not read");
            return false;
        }
        let made = |name: &str, rest: &str, block| Directive {
            name: name.to_owned(),
            rest: rest.trim().to_owned(),
            line: line.line,
            column: line.column,
            span: line.span.clone(),
            block,
        };
        if let Some(inner) = text.strip_prefix('<') {
            let inside = match inner.rfind('>') {
                Some(end) => &inner[..end],
                None => {
                    self.fault(line.line, line.column, "a section without `>`");
                    inner
                }
            };
            let (name, rest) =
                inside.split_once(|character: char| character.is_ascii_whitespace()).unwrap_or((inside, ""));
            if name.is_empty() {
                self.fault(line.line, line.column, "`<` without a name behind it");
                return true;
            }
            if self.open.len() >= DEPTH {
                self.fault(line.line, line.column, "more than 64 sections inside each other: the rest was not read");
                return false;
            }
            self.open.push(made(name, rest, Some(Vec::new())));
            return true;
        }
        let name = words(text).into_iter().next().unwrap_or_default();
        let rest = match text.chars().next() {
            Some('"' | '\'') => "",
            _ => text.split_once(|character: char| character.is_ascii_whitespace()).map_or("", |(_, rest)| rest),
        };
        let directive = made(&name, rest, None);
        self.add(directive);
        true
    }

    fn closing(&mut self, inner: &str, line: &Joined) {
        let name = inner.trim_end_matches('>').trim();
        if !inner.ends_with('>') {
            self.fault(line.line, line.column, "a section without `>`");
        }
        match self.open.iter().rposition(|section| section.name.eq_ignore_ascii_case(name)) {
            Some(at) => {
                // Sections that were left open inside give what they hold to the one that is closed.
                while self.open.len() > at + 1 {
                    let (name, opened) =
                        self.open.last().map(|section| (section.name.clone(), section.line)).unwrap_or_default();
                    self.fault(line.line, line.column, &format!("`<{name}>` of line {opened} is not closed here"));
                    self.close(line.span.end);
                }
                self.close(line.span.end);
            }
            None => self.fault(line.line, line.column, "it closes nothing"),
        }
    }

    fn close(&mut self, end: usize) {
        if let Some(mut section) = self.open.pop() {
            section.span.end = section.span.end.max(end);
            self.add(section);
        }
    }

    fn add(&mut self, directive: Directive) {
        match self.open.last_mut().and_then(|section| section.block.as_mut()) {
            Some(block) => block.push(directive),
            None => self.top.push(directive),
        }
    }

    fn finish(mut self, line: u32) -> Configuration {
        while let Some(section) = self.open.last() {
            let message = format!("the file ends inside `<{}>` of line {}", section.name, section.line);
            let end = section.span.end;
            self.fault(line, 1, &message);
            self.close(end);
        }
        Configuration { directives: self.top, faults: self.faults }
    }

    fn fault(&mut self, line: u32, column: u32, message: &str) {
        self.faults.push(Fault { line, column, message: message.to_owned() });
    }
}

#[cfg(test)]
mod tests;
