//! Personal information and secrets in log bytes: a stream -> classes, tiers and places. Values are never kept.
//!
//! `read` cuts a stream into blocks of whole lines, `unpack` and `wide` turn what is packed or UTF-16 into plain bytes
//! first. `sieve` passes over a block once (`masks`: 64 bytes at a time) and visits few places; `block` judges them with
//! `number`, `text` and `key`, and decodes whole lines that have escapes (`escape`, `decode`). `series` reads times.

mod allow;
mod block;
mod column;
mod decode;
mod escape;
mod key;
mod masks;
mod number;
mod pattern;
mod read;
mod series;
mod sieve;
mod stamp;
mod text;
mod unpack;
mod wide;

use std::collections::BTreeMap;

pub use allow::Allowed;
pub use column::{COMBINED, Column, columns, split};
pub use pattern::{Pattern, PatternError, Patterns};
pub use read::{BLOCK_BYTES, Fault, LINE_BYTES, Options, look};
pub use series::{Pause, StepBack, Times};
pub use unpack::{Packing, unpacked};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// A name, postal address or birth date in a parameter of that name; what may be the number of a residence card, a
    /// passport or a pension, in one of that name, is for a person to look at.
    Personal,
    /// A pattern of the body's own, by its place in the file.
    Own(u16),
}

impl Class {
    /// The classes that are built in.
    pub const BUILT_IN: [Self; 6] =
        [Self::Email, Self::Phone, Self::MyNumber, Self::Card, Self::Credential, Self::Personal];

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
            Self::Own(_) => "own",
        }
    }
}

/// How sure a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Validator and context agree.
    Confirmed,
    /// A person has to look.
    Suspect,
}

impl Tier {
    /// Its word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Suspect => "suspect",
        }
    }
}

/// One hit, without its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

/// What was seen of one log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scanned {
    /// How it is packed.
    pub packing: Packing,
    /// Whether it is UTF-16.
    pub is_wide: bool,
    /// Bytes read of the file.
    pub read_bytes: u64,
    /// Bytes looked at, unpacked.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Hits by class and tier.
    pub counts: BTreeMap<(Class, Tier), u64>,
    /// The first hits, at most [`PLACES`].
    pub places: Vec<Hit>,
    /// When entries were written.
    pub times: Times,
    /// Why not all of it was seen.
    pub faults: Vec<Fault>,
}

/// Hits whose places are kept of one file.
pub const PLACES: usize = 1_000;

#[cfg(test)]
mod tests;
