//! HAProxy configuration: bytes -> lines of words with their places. It knows the grammar, not what a keyword means.
//!
//! Words are parted by blanks; `#` outside quotes begins a comment; a backslash outside single quotes protects a blank, a quote, `#`
//! and itself; variables of the environment are filled in between double quotes alone (HAProxy configuration manual, section 2).

mod condition;
mod words;

use std::ops::Range;

pub use condition::{Condition, condition};

/// Lines of one file.
const LINES: usize = 2_000_000;

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands, quotes and escapes resolved. Bytes that are not UTF-8 are U+FFFD.
    Text(String),
    /// A variable of the environment, and what stands for it where it is not set.
    Variable {
        /// Its name.
        name: String,
        /// `${NAME-default}`
        default: Option<String>,
    },
}

/// One word.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// What it is made of; nothing where it is an empty text.
    pub pieces: Vec<Piece>,
    /// Its bytes in the file, quotes included.
    pub span: Range<usize>,
}

impl Word {
    /// Its text with variables filled in; `None` where one of them is not known.
    pub fn filled(&self, variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Variable { name, .. } => text.push_str(&variable(name)?),
            }
        }
        Some(text)
    }

    /// Its text with variables as they are written.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Variable { name, .. } => text.extend(["${", name, "}"]),
            }
        }
        text
    }
}

/// One line that has words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// Its words; at least one.
    pub words: Vec<Word>,
    /// Line, from 1.
    pub line: u32,
    /// Column of its first word in characters, from 1.
    pub column: u32,
    /// Bytes of the file from its first word to its end, comment included.
    pub span: Range<usize>,
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
pub struct Configuration {
    /// Its lines, in order.
    pub lines: Vec<Line>,
    /// What is wrong with it; nothing may be concluded from what such a file does not say.
    pub faults: Vec<Fault>,
}

/// Names that open a section; `traces` does so since 2.7, `crt-store`, `log-profile` and `acme` since 3.0.
const SECTIONS: [&str; 20] = [
    "acme",
    "backend",
    "cache",
    "crt-store",
    "defaults",
    "dynamic-update",
    "fcgi-app",
    "frontend",
    "global",
    "http-errors",
    "listen",
    "log-forward",
    "log-profile",
    "mailers",
    "namespace_list",
    "peers",
    "program",
    "resolvers",
    "ring",
    "userlist",
];

/// Whether a line that begins so opens a section.
#[must_use]
pub fn opens_section(line: &Line) -> bool {
    line.words.first().is_some_and(|word| {
        let text = word.shown();
        SECTIONS.contains(&text.as_str()) || (text == "traces" && line.words.len() == 1)
    })
}

/// Reads one file.
#[must_use]
pub fn parse(bytes: &[u8]) -> Configuration {
    let mut read = Configuration::default();
    let mut at = 0;
    for (number, raw) in (1_u32..).zip(bytes.split(|byte| *byte == b'\n')) {
        let start = at;
        at += raw.len() + 1;
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        if usize::try_from(number).unwrap_or(usize::MAX) > LINES {
            read.faults.push(Fault {
                line: number,
                column: 1,
                message: "more than 2,000,000 lines: the rest is unread",
            });
            break;
        }
        match words::of(raw, start) {
            Ok(words) => {
                let Some(first) = words.first() else { continue };
                let before = raw.get(..first.span.start - start).unwrap_or_default();
                let column = u32::try_from(String::from_utf8_lossy(before).chars().count() + 1).unwrap_or(u32::MAX);
                let span = first.span.start..start + raw.len();
                read.lines.push(Line { words, line: number, column, span });
            }
            Err((offset, message)) => {
                let before = String::from_utf8_lossy(raw.get(..offset).unwrap_or(raw)).chars().count();
                let column = u32::try_from(before + 1).unwrap_or(u32::MAX);
                read.faults.push(Fault { line: number, column, message });
            }
        }
    }
    read
}

#[cfg(test)]
mod tests;
