//! A block of whole lines: each place that the sieve finds is judged; a line with escapes is decoded and judged as a
//! whole. Values never leave this file but to be compared with allowed ones.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::decode::Scratch;
use super::escape::{self, Escape};
use super::pattern::Patterns;
use super::sieve::{Visit, sift};
use super::text::Found;
use super::{Allowed, Class, Hit, PLACES, Tier, number, text};

/// What one block holds; lines are counted from the block's first, which is 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Ends of lines.
    pub(super) lines: u64,
    /// Hits by class and tier.
    pub(super) counts: BTreeMap<(Class, Tier), u64>,
    /// The first hits.
    pub(super) places: Vec<Hit>,
}

/// Buffers that blocks share.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    scratch: Scratch,
}

/// How places are found: by the sieve, or in tests by asking at every byte.
pub(super) trait Sift {
    /// Visits places in order; gives the number of ends of lines.
    fn sift<V: Visit>(bytes: &[u8], visit: &mut V) -> u64;
}

/// The sieve.
pub(super) struct Sieve;

impl Sift for Sieve {
    fn sift<V: Visit>(bytes: &[u8], visit: &mut V) -> u64 {
        sift(bytes, visit)
    }
}

/// Looks through a block.
pub(super) fn look(block: &[u8], allowed: &Allowed, patterns: &Patterns, buffers: &mut Buffers) -> Seen {
    look_by::<Sieve>(block, allowed, patterns, buffers)
}

/// The same with any way of finding places.
pub(super) fn look_by<S: Sift>(block: &[u8], allowed: &Allowed, patterns: &Patterns, buffers: &mut Buffers) -> Seen {
    let hits = Hits { allowed, line: 0, pending: Vec::new(), seen: Seen::default() };
    let mut lines = Lines::<S> { block, buffers, hits, by: PhantomData };
    let count = S::sift(block, &mut lines);
    let mut hits = lines.hits;
    hits.settle();
    patterns.look(block, |line, hit| hits.own(line, hit));
    hits.seen.lines = count;
    hits.seen
}

/// The visitor of a block of raw lines.
struct Lines<'a, S> {
    block: &'a [u8],
    buffers: &'a mut Buffers,
    hits: Hits<'a>,
    by: PhantomData<S>,
}

impl<S: Sift> Visit for Lines<'_, S> {
    #[inline(never)]
    fn visit(&mut self, at: usize, line: u64) -> usize {
        if matches!(self.block[at], b'%' | b'\\' | 0x80..) {
            return match escape::of(self.block, at) {
                Escape::None(on) => on,
                Escape::Here => self.decode(at, line),
            };
        }
        if self.hits.line != line {
            self.hits.settle();
            self.hits.line = line;
        }
        judge(self.block, at, false, &mut self.hits).unwrap_or_else(|| self.decode(at, line))
    }
}

impl<S: Sift> Lines<'_, S> {
    /// Judges the line around `at` in its decoded form. What was found in its raw form is found again there.
    #[inline(never)]
    fn decode(&mut self, at: usize, line: u64) -> usize {
        let start = memchr::memrchr(b'\n', &self.block[..at]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &self.block[at..]).map_or(self.block.len(), |length| at + length);
        if self.hits.line == line {
            self.hits.pending.clear();
        }
        self.hits.settle();
        self.hits.line = line;
        let decoded = self.buffers.scratch.decoded(&self.block[start..end]);
        S::sift(decoded, &mut Decoded { line: decoded, hits: &mut self.hits });
        end
    }
}

/// The visitor of one decoded line.
struct Decoded<'a, 'b> {
    line: &'a [u8],
    hits: &'a mut Hits<'b>,
}

impl Visit for Decoded<'_, '_> {
    fn visit(&mut self, at: usize, _: u64) -> usize {
        if self.line[at] >= 0x80 {
            return at + self.line[at..].iter().take_while(|byte| **byte >= 0x80).count();
        }
        judge(self.line, at, true, self.hits).unwrap_or(at + 1)
    }
}

/// Judges one place. Gives where to go on; `None` where a value has escapes and only the decoded line can be judged.
fn judge(line: &[u8], at: usize, is_decoded: bool, out: &mut impl Found) -> Option<usize> {
    match line[at] {
        b'@' => return Some(text::email(line, at, out)),
        b'y' | b'z' | b'I' | b'J' => return Some(text::token(line, at, out)),
        b'0'..=b'9' => {
            if let Some((class, tier, start, end)) = number::unnamed(line, at) {
                out.found(class, tier, None, &line[start..end]);
                return Some(end);
            }
        }
        b'=' | b':' | b'"' | b'\'' | b']' => {}
        _ => return Some(at + 1),
    }
    match text::pair_at(line, at) {
        Some(pair) if !is_decoded && pair.is_escaped(line) => None,
        Some(pair) => Some(pair.judge(line, out).max(at + 1)),
        None => Some(at + 1),
    }
}

/// What was found, the hits of the last line apart until it is known that the line needs no decoding.
struct Hits<'a> {
    allowed: &'a Allowed,
    line: u64,
    pending: Vec<(Class, Tier, Option<&'static str>)>,
    seen: Seen,
}

impl Found for Hits<'_> {
    fn found(&mut self, class: Class, tier: Tier, field: Option<&'static str>, value: &[u8]) {
        if !self.allowed.has(class, value) {
            self.pending.push((class, tier, field));
        }
    }
}

impl Hits<'_> {
    fn settle(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        for (class, tier, field) in self.pending.drain(..) {
            *self.seen.counts.entry((class, tier)).or_default() += 1;
            if self.seen.places.len() < PLACES {
                self.seen.places.push(Hit { line: self.line, class, tier, field });
            }
        }
    }

    /// A hit of a pattern of the body's own.
    fn own(&mut self, line: u64, (class, tier): (Class, Tier)) {
        *self.seen.counts.entry((class, tier)).or_default() += 1;
        let hit = Hit { line, class, tier, field: None };
        let at = self.seen.places.partition_point(|place| *place <= hit);
        if at < PLACES {
            self.seen.places.insert(at, hit);
            self.seen.places.truncate(PLACES);
        }
    }
}
