//! One pass over bytes: the places where something may begin or end, found by kinds of bytes alone. What is found there
//! is said by the visitor; every value that it knows lies at a place that this pass visits (a property test holds that).

use super::masks::{self, Masks, WIDTH};

/// What is asked at each place.
pub(super) trait Visit {
    /// Looks at one place, `lines` ends of lines before it. Gives where to go on: places before that are passed over.
    fn visit(&mut self, at: usize, lines: u64) -> usize;
}

/// Passes over bytes in the fastest way that this machine has. Gives the number of ends of lines.
pub(super) fn sift<V: Visit>(bytes: &[u8], visit: &mut V) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if masks::avx2::is_here() {
        return masks::avx2::pass(bytes, visit);
    }
    pass(bytes, masks::portable, visit)
}

/// Passes over bytes without any feature of the machine.
#[cfg(test)]
pub(super) fn sift_portable<V: Visit>(bytes: &[u8], visit: &mut V) -> u64 {
    pass(bytes, masks::portable, visit)
}

/// Runs that end in an earlier group and may go on.
#[derive(Default)]
struct Before {
    digit: u64,
    run: u64,
    run_of_2: u64,
    run_of_4: u64,
    pair: u64,
}

/// The pass, with masks made in any way.
#[inline(always)]
pub(super) fn pass<V: Visit>(bytes: &[u8], masks: impl Fn(&[u8; WIDTH]) -> Masks, visit: &mut V) -> u64 {
    let (mut lines, mut go_on) = (0, 0);
    let mut before = Before::default();
    let (groups, rest) = bytes.as_chunks::<WIDTH>();
    for (number, group) in groups.iter().enumerate() {
        let now = masks(group);
        let found = places(&now, &mut before);
        if found != 0 {
            go_on = visited(found, number * WIDTH, go_on, lines, &now, visit);
        }
        lines += u64::from(now.newline.count_ones());
    }
    if !rest.is_empty() {
        let mut group = [0; WIDTH];
        group[..rest.len()].copy_from_slice(rest);
        let now = masks(&group);
        let found = places(&now, &mut before);
        visited(found, groups.len() * WIDTH, go_on, lines, &now, visit);
        lines += u64::from(now.newline.count_ones());
    }
    lines
}

#[inline(always)]
fn visited<V: Visit>(mut found: u64, base: usize, mut go_on: usize, lines: u64, now: &Masks, visit: &mut V) -> usize {
    while found != 0 {
        let bit = found.trailing_zeros();
        found &= found - 1;
        let at = base + bit as usize;
        if at >= go_on {
            let above = u64::from((now.newline & ((1 << bit) - 1)).count_ones());
            go_on = visit.visit(at, lines + above);
        }
    }
    go_on
}

/// The places of one group: spots, colons that no digit precedes, `yJ`, and every digit that ends eleven bytes of digits
/// and joints that begin with a digit.
#[inline(always)]
fn places(now: &Masks, before: &mut Before) -> u64 {
    // The bit of the byte so many places earlier.
    let earlier = |now: u64, before: u64, count: u32| now << count | before >> (64 - count);
    let digit = now.digit;
    let run = digit | now.joint;
    let run_of_2 = run & earlier(run, before.run, 1);
    let run_of_4 = run_of_2 & earlier(run_of_2, before.run_of_2, 2);
    let run_of_8 = run_of_4 & earlier(run_of_4, before.run_of_4, 4);
    let run_of_11 = run_of_8 & earlier(run_of_4, before.run_of_4, 7);
    let number = run_of_11 & digit & earlier(digit, before.digit, 10);
    let colon = now.colon & !earlier(digit, before.digit, 1);
    let token = now.pair & earlier(now.pair, before.pair, 1);
    *before = Before { digit, run, run_of_2, run_of_4, pair: now.pair };
    now.spot | colon | number | token
}
