//! One pass over bytes: the places where something may begin or end, found by kinds of bytes alone. What is found there
//! is said by the visitor; every value that it knows lies at a place that this pass visits (a property test holds that).

use super::masks::{self, BEFORE, Masks, WIDTH, Window};

/// What is asked at each place.
pub(super) trait Visit {
    /// Looks at one place, `lines` ends of lines before it. Gives where to go on: places before that are passed over.
    fn visit(&mut self, at: usize, lines: u64) -> usize;
}

/// Passes over bytes in the fastest way that this machine has. Gives the number of ends of lines.
pub(super) fn sift<V: Visit>(bytes: &[u8], visit: &mut V) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let Some(lines) = masks::avx512::pass(bytes, visit).or_else(|| masks::avx2::pass(bytes, visit)) {
        return lines;
    }
    pass(bytes, masks::portable, visit)
}

/// Passes over bytes without any feature of the machine.
#[cfg(test)]
pub(super) fn sift_portable<V: Visit>(bytes: &[u8], visit: &mut V) -> u64 {
    pass(bytes, masks::portable, visit)
}

/// The pass, with masks made in any way.
#[inline(always)]
pub(super) fn pass<V: Visit>(bytes: &[u8], masks: impl Fn(&Window) -> Masks, visit: &mut V) -> u64 {
    let mut waiting = Waiting { groups: [Group::default(); GROUPS], count: 0, lines: 0, go_on: 0 };
    // Zeros stand where there are no bytes: before the first group, and after the last ones.
    let mut edge = [0; BEFORE + WIDTH];
    let first = bytes.len().min(NEW + AHEAD);
    edge[BEFORE..][..first].copy_from_slice(&bytes[..first]);
    waiting.add(&masks(&edge), 0, visit);
    let mut base = NEW;
    let mut rest = bytes.get(NEW - BEFORE..).unwrap_or_default();
    while let Some(window) = rest.first_chunk() {
        waiting.add(&masks(window), base, visit);
        base += NEW;
        rest = &rest[NEW..];
    }
    while rest.len() > BEFORE {
        edge = [0; BEFORE + WIDTH];
        edge[..rest.len()].copy_from_slice(rest);
        waiting.add(&masks(&edge), base, visit);
        base += NEW;
        rest = rest.get(NEW..).unwrap_or_default();
    }
    visited(&waiting.groups[..waiting.count % GROUPS], waiting.go_on, visit);
    waiting.lines
}

/// Bytes of a group that belong to the next: a number is told from its first digit by fourteen bytes.
const AHEAD: usize = 13;
/// The other ones.
const NEW: usize = WIDTH - AHEAD;
const NEW_BITS: u64 = (1 << NEW) - 1;
/// Groups with places that wait for their visit.
const GROUPS: usize = 64;

/// A group with its places, and how many ends of lines are before it.
#[derive(Clone, Copy, Default)]
struct Group {
    base: usize,
    found: u64,
    newline: u64,
    lines: u64,
}

/// Groups whose places were found and are not visited yet.
struct Waiting {
    groups: [Group; GROUPS],
    count: usize,
    lines: u64,
    go_on: usize,
}

impl Waiting {
    #[inline(always)]
    fn add<V: Visit>(&mut self, masks: &Masks, base: usize, visit: &mut V) {
        let found = places(masks) & NEW_BITS;
        let newline = masks.newline & NEW_BITS;
        // One without places is written over by the next: the pass never turns aside.
        self.groups[self.count % GROUPS] = Group { base, found, newline, lines: self.lines };
        self.count += usize::from(found != 0);
        self.lines += u64::from(newline.count_ones());
        if self.count == GROUPS {
            self.go_on = visited(&self.groups, self.go_on, visit);
            self.count = 0;
        }
    }
}

#[inline(always)]
fn visited<V: Visit>(groups: &[Group], mut go_on: usize, visit: &mut V) -> usize {
    for group in groups {
        let mut found = group.found;
        while found != 0 {
            let bit = found.trailing_zeros();
            found &= found - 1;
            let at = group.base + bit as usize;
            if at >= go_on {
                let above = u64::from((group.newline & ((1 << bit) - 1)).count_ones());
                go_on = visit.visit(at, group.lines + above);
            }
        }
    }
    go_on
}

/// The places of one group: what has to be visited by itself, and the first digit of what may be a number. That is twelve
/// digits, or fourteen and more behind the first of a card; or eleven digits and joints that begin with four digits or as
/// a telephone number does.
#[inline(always)]
fn places(masks: &Masks) -> u64 {
    let digit = masks.digit;
    let group_of_4 = digit >> 1 & digit >> 2 & digit >> 3 & !(digit >> 4);
    let joined = eleven(masks.run) & (masks.lead | group_of_4);
    let is_long = masks.card & digit >> 13;
    let whole = eleven(digit) & digit >> 11 & (!(digit >> 12) | is_long);
    masks.visit | masks.start & (joined | whole)
}

/// The first bytes of eleven set ones.
#[inline(always)]
fn eleven(ones: u64) -> u64 {
    let of_2 = ones & ones >> 1;
    let of_4 = of_2 & of_2 >> 2;
    of_4 & of_4 >> 4 & of_4 >> 7
}
