//! Patterns of the body's own: a literal that must be there, and a bounded regular expression for the line around it.

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use super::{Class, Tier};

/// Bytes of a compiled expression, and of its tables.
const SIZE_BYTES: usize = 1 << 20;
/// Bytes of a line on each side of the literal that the expression is tried on.
const REACH: usize = 4 * 1024;
/// Shortest literal: a shorter one would be everywhere.
const LITERAL_BYTES: usize = 3;

/// Why a pattern cannot be used: the user's to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The literal is too short to search for.
    #[error("literal: at least {LITERAL_BYTES} bytes, or it would be everywhere")]
    ShortLiteral,
    /// The expression is no regular expression, or too large.
    #[error("regex: {0}")]
    Expression(String),
    /// The expression matches text in which the literal is not.
    #[error("regex: it matches the empty text")]
    Empty,
}

/// One pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    literal: Finder<'static>,
    expression: Regex,
    tier: Tier,
}

impl Pattern {
    /// A pattern that is tried on lines that hold the literal.
    ///
    /// # Errors
    /// A [`PatternError`].
    pub fn new(literal: &str, expression: &str, tier: Tier) -> Result<Self, PatternError> {
        if literal.len() < LITERAL_BYTES {
            return Err(PatternError::ShortLiteral);
        }
        let expression = RegexBuilder::new(expression)
            .size_limit(SIZE_BYTES)
            .dfa_size_limit(SIZE_BYTES)
            .nest_limit(50)
            .build()
            .map_err(|error| PatternError::Expression(error.to_string()))?;
        if expression.is_match(b"") {
            return Err(PatternError::Empty);
        }
        Ok(Self { literal: Finder::new(literal).into_owned(), expression, tier })
    }
}

/// All of them, in the order of their file.
#[derive(Debug, Clone, Default)]
pub struct Patterns(pub Vec<Pattern>);

impl Patterns {
    /// Looks through a block of whole lines: `hit` takes a line, from 0, with class and tier.
    pub(super) fn look(&self, block: &[u8], mut hit: impl FnMut(u64, (Class, Tier))) {
        for (number, pattern) in (0_u16..).zip(&self.0) {
            let (mut from, mut counted, mut line) = (0, 0, 0);
            while let Some(at) = pattern.literal.find(&block[from..]).map(|at| from + at) {
                line += u64::try_from(memchr::memchr_iter(b'\n', &block[counted..at]).count()).unwrap_or(0);
                counted = at;
                let low = from.max(at.saturating_sub(REACH));
                let start = memchr::memrchr(b'\n', &block[low..at]).map_or(low, |end| low + end + 1);
                let high = block.len().min(at + REACH);
                let end = memchr::memchr(b'\n', &block[at..high]).map_or(high, |length| at + length);
                let mut last = at + 1;
                for found in pattern.expression.find_iter(&block[start..end]) {
                    hit(line, (Class::Own(number), pattern.tier));
                    last = last.max(start + found.end());
                }
                // What was matched, or the rest of the line, is not looked at again.
                from = if end < high || end == block.len() { end } else { last };
            }
        }
    }
}
