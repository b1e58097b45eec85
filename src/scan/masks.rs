//! The kinds of 64 bytes at once, one bit a byte, on any machine: the portable path and AVX2 tell the coarse kinds, AVX-512
//! some more of them. What is told more finely only spares visits: the places of every path hold the same values.
//!
//! The submodules are the ones with `unsafe`, for two reasons: loads from a pointer that a safe array gave, and calls that
//! are made only where the machine has the feature.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;

/// One bit a byte, the first byte lowest. What is said to be so "at least" is so for more bytes where that is cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    /// `0` to `9`.
    pub(super) digit: u64,
    /// Digits, and what stands between the groups of a number: space `-` `+` `(` `)`.
    pub(super) run: u64,
    /// At least every digit with which a number can begin: no digit, letter, `_` `-` `.` is before it.
    pub(super) start: u64,
    /// At least those of them that are `0` or stand behind a `+`, with which a number of short groups begins.
    pub(super) lead: u64,
    /// At least every `2` to `6`, with which a card's number begins.
    pub(super) card: u64,
    /// At least every byte that has to be visited whatever stands around it: `%`, `\`, bytes beyond ASCII, the `J` of a
    /// token's `eyJ`, an `@` behind a byte of an address, and an end of a known name: its sign, or the first quote or digit
    /// between its letters and its sign.
    pub(super) visit: u64,
    /// The end of a line.
    pub(super) newline: u64,
}

/// Bytes that are looked at together.
pub(super) const WIDTH: usize = 64;
/// Bytes before them that are seen too.
pub(super) const BEFORE: usize = 4;
/// Both.
pub(super) type Window = [u8; BEFORE + WIDTH];

const DIGIT: u8 = 1;
const JOINT: u8 = 1 << 1;
const COLON: u8 = 1 << 2;
const PAIR: u8 = 1 << 3;
const EQUAL: u8 = 1 << 4;
const AT: u8 = 1 << 5;
/// The two escapes have a bit each, above all others.
const ESCAPES: u8 = 0xc0;

/// By the low half of a byte: the kinds that it can be.
const LOW: [u8; 16] = {
    let mut low = [0; 16];
    let mut half = 0;
    while half < 10 {
        low[half] |= DIGIT;
        half += 1;
    }
    low[0x0] |= JOINT | AT; // space, @
    low[0x8] |= JOINT; // (
    low[0x9] |= JOINT | PAIR; // ) y
    low[0xb] |= JOINT; // +
    low[0xd] |= JOINT | EQUAL; // - =
    low[0xa] |= COLON | PAIR; // : J
    low[0x5] |= 1 << 6; // %
    low[0xc] |= 1 << 7; // \
    low
};

/// By the high half.
const HIGH: [u8; 16] = {
    let mut high = [0; 16];
    high[0x2] = JOINT | 1 << 6;
    high[0x3] = DIGIT | COLON | EQUAL;
    high[0x4] = PAIR | AT;
    high[0x5] = 1 << 7;
    high[0x7] = PAIR;
    high
};

/// On any machine.
pub(super) fn portable(window: &Window) -> Masks {
    let mut kinds = [0_u64; 8];
    let mut newline = 0;
    for (at, byte) in window[BEFORE..].iter().enumerate() {
        let beyond = if *byte >= 0x80 { ESCAPES } else { 0 };
        let kind = LOW[usize::from(byte & 0x0f)] & HIGH[usize::from(byte >> 4)] | beyond;
        for (bit, mask) in kinds.iter_mut().enumerate() {
            *mask |= u64::from(kind >> bit & 1) << at;
        }
        newline |= u64::from(*byte == b'\n') << at;
    }
    let [digit, joint, colon, pair, equal, at, percent, backslash] = kinds;
    let signs = Signs { digit, colon, equal, at, pair, escape: percent | backslash };
    coarse(signs, digit | joint, newline, window)
}

/// The masks of single signs.
struct Signs {
    digit: u64,
    colon: u64,
    equal: u64,
    at: u64,
    pair: u64,
    escape: u64,
}

/// What the paths without a table of all of ASCII tell.
#[inline(always)]
fn coarse(signs: Signs, run: u64, newline: u64, window: &Window) -> Masks {
    let before = |kind: bool| u64::from(kind);
    let Signs { digit, colon, equal, at, pair, escape } = signs;
    let digit_before = digit << 1 | before(window[BEFORE - 1].is_ascii_digit());
    // Two of `y` `z` `I` `J` side by side may be the second and third letter of `eyJ`.
    let token = pair & (pair << 1 | before(b"yzIJ".contains(&window[BEFORE - 1])));
    // A colon behind a digit is part of a time.
    let visit = escape | token | at | equal | colon & !digit_before;
    Masks { digit, run, start: digit & !digit_before, lead: u64::MAX, card: u64::MAX, visit, newline }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_of_the_kinds_that_are_written_here() {
        for byte in 0..=u8::MAX {
            let mut window = [0; BEFORE + WIDTH];
            window[BEFORE + 9] = byte;
            let masks = portable(&window);
            let here = |is: bool| u64::from(is) << 9;
            let joint = b" -+()".contains(&byte);
            assert_eq!(masks.digit, here(byte.is_ascii_digit()), "{byte:x}");
            assert_eq!(masks.run, here(byte.is_ascii_digit() || joint), "{byte:x}");
            assert_eq!(masks.start, here(byte.is_ascii_digit()), "{byte:x}");
            assert_eq!(masks.visit, here(b"=:@%\\".contains(&byte) || byte >= 0x80), "{byte:x}");
            assert_eq!(masks.newline, here(byte == b'\n'), "{byte:x}");
        }
    }
}
