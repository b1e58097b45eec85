//! Personal information and secrets in log bytes. Values are never kept: a hit is a class, a tier and a place.

mod decode;
mod number;
mod text;

use std::collections::BTreeMap;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// An address of electronic mail.
    Email,
    /// A telephone number.
    Phone,
    /// An Individual Number (My Number Act).
    MyNumber,
    /// A payment card number.
    Card,
    /// A password, session identifier or token.
    Credential,
    /// A name, postal address or birth date in a parameter of that name.
    Personal,
}

impl Class {
    /// Its word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::MyNumber => "my-number",
            Self::Card => "card",
            Self::Credential => "credential",
            Self::Personal => "personal",
        }
    }
}

/// How sure a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Validator and context agree.
    Confirmed,
    /// A person has to look.
    Suspect,
}

/// One hit, without its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Line, from 1.
    pub line: u64,
    /// What it is.
    pub class: Class,
    /// How sure.
    pub tier: Tier,
    /// Name of the parameter that holds it, where it is one of the words that are known; never text of the log.
    pub field: Option<&'static str>,
}

/// What a scan saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scanned {
    /// Bytes read.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Hits by class and tier.
    pub counts: BTreeMap<(Class, Tier), u64>,
    /// The first hits, at most [`PLACES`].
    pub places: Vec<Hit>,
    /// Lines longer than [`LINE_BYTES`]: they were scanned in pieces, and a value on a cut may be missed.
    pub long_lines: u64,
    /// The bytes look like UTF-16, in which nothing is found.
    pub wide: bool,
}

/// Hits whose places are kept of one file.
pub const PLACES: usize = 1_000;
/// Bytes of one line that are looked at together.
pub const LINE_BYTES: usize = 1 << 20;

/// Looks through one log, fed piece by piece in any size. Memory: one line, at most [`LINE_BYTES`].
#[derive(Debug, Default)]
pub struct Scanner {
    allowed: Vec<String>,
    line: Vec<u8>,
    scratch: Vec<u8>,
    is_cut: bool,
    scanned: Scanned,
}

impl Scanner {
    /// A scanner that passes over the body's own published values: addresses as they are, numbers by their digits.
    #[must_use]
    pub fn new(allowed: &[String]) -> Self {
        Self { allowed: allowed.iter().map(|value| plain(value)).collect(), ..Self::default() }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.scanned.bytes == 0 && (bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])) {
            self.scanned.wide = true;
        }
        self.scanned.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(mut piece) = pieces.next() {
            let is_whole = pieces.peek().is_some();
            if is_whole && self.line.is_empty() && piece.len() <= LINE_BYTES {
                self.judge(piece);
                self.end_line();
                continue;
            }
            while self.line.len() + piece.len() > LINE_BYTES {
                let (now, later) = piece.split_at(LINE_BYTES - self.line.len());
                self.line.extend_from_slice(now);
                piece = later;
                self.is_cut = true;
                self.judge_kept();
            }
            self.line.extend_from_slice(piece);
            if is_whole {
                self.judge_kept();
                self.end_line();
            }
        }
    }

    /// Ends the log and says what was seen.
    #[must_use]
    pub fn finish(mut self) -> Scanned {
        if !self.line.is_empty() || self.is_cut {
            self.judge_kept();
            self.end_line();
        }
        self.scanned
    }

    fn end_line(&mut self) {
        self.scanned.lines += 1;
        self.scanned.long_lines += u64::from(self.is_cut);
        self.is_cut = false;
    }

    fn judge_kept(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.judge(&line);
        self.line = line;
        self.line.clear();
    }

    fn judge(&mut self, line: &[u8]) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let line = decode::decoded(line, &mut scratch);
        let number = self.scanned.lines + 1;
        let (allowed, scanned) = (&self.allowed, &mut self.scanned);
        let mut hit = |class: Class, tier: Tier, field: Option<&'static str>, value: &[u8]| {
            if !allowed.is_empty() && allowed.contains(&plain(&String::from_utf8_lossy(value))) {
                return;
            }
            *scanned.counts.entry((class, tier)).or_default() += 1;
            if scanned.places.len() < PLACES {
                scanned.places.push(Hit { line: number, class, tier, field });
            }
        };
        let mut at = 0;
        while let Some(byte) = line.get(at) {
            at = match byte {
                b'@' => text::email(line, at, &mut hit),
                b'=' | b':' => text::pair(line, at, &mut hit),
                b'0'..=b'9' => number::number(line, at, &mut hit),
                b'e' if line[at..].starts_with(b"eyJ") => text::jwt(line, at, &mut hit),
                _ => at + 1,
            };
        }
        self.scratch = scratch;
    }
}

/// A value in the spelling in which allowed ones are compared: digits alone for a number, small letters otherwise.
fn plain(value: &str) -> String {
    if value.contains('@') {
        return value.to_ascii_lowercase();
    }
    value.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests;
