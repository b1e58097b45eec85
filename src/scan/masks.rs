//! The kinds of 64 bytes at once, one bit a byte. The one module with `unsafe`, for two reasons: a load from a pointer
//! that a safe array gave, and calls that are made only where the machine has AVX2. The portable path gives the same bits.

/// One bit a byte, the first byte lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Masks {
    /// `0` to `9`.
    pub(super) digit: u64,
    /// What stands between the groups of a number: space `-` `+` `(` `)`.
    pub(super) joint: u64,
    /// `:`.
    pub(super) colon: u64,
    /// `=` `@` `%` `\` and every byte beyond ASCII.
    pub(super) spot: u64,
    /// `y` `z` `I` `J`: two of them side by side may be the second and third letter of a token's `eyJ`.
    pub(super) pair: u64,
    /// The end of a line.
    pub(super) newline: u64,
}

/// Bytes that are looked at together.
pub(super) const WIDTH: usize = 64;

const DIGIT: u8 = 1;
const JOINT: u8 = 1 << 1;
const COLON: u8 = 1 << 2;
const PAIR: u8 = 1 << 3;
/// The four spots have a bit each, all above the others.
const SPOTS: u8 = 0xf0;

/// By the low half of a byte: the kinds that it can be.
const LOW: [u8; 16] = {
    let mut low = [0; 16];
    let mut half = 0;
    while half < 10 {
        low[half] |= DIGIT;
        half += 1;
    }
    low[0x0] |= JOINT | 1 << 5; // space, @
    low[0x8] |= JOINT; // (
    low[0x9] |= JOINT | PAIR; // ) y I
    low[0xb] |= JOINT; // +
    low[0xd] |= JOINT | 1 << 4; // - =
    low[0xa] |= COLON | PAIR; // : z J
    low[0x5] |= 1 << 6; // %
    low[0xc] |= 1 << 7; // \
    low
};

/// By the high half.
const HIGH: [u8; 16] = {
    let mut high = [0; 16];
    high[0x2] = JOINT | 1 << 6;
    high[0x3] = DIGIT | COLON | 1 << 4;
    high[0x4] = PAIR | 1 << 5;
    high[0x5] = 1 << 7;
    high[0x7] = PAIR;
    high
};

/// On any machine.
pub(super) fn portable(bytes: &[u8; WIDTH]) -> Masks {
    let mut masks = Masks::default();
    for (at, byte) in bytes.iter().enumerate() {
        let kind = LOW[usize::from(byte & 0x0f)] & HIGH[usize::from(byte >> 4)];
        let bit = |is: bool| u64::from(is) << at;
        masks.digit |= bit(kind & DIGIT != 0);
        masks.joint |= bit(kind & JOINT != 0);
        masks.colon |= bit(kind & COLON != 0);
        masks.pair |= bit(kind & PAIR != 0);
        masks.spot |= bit(kind & SPOTS != 0 || *byte >= 0x80);
        masks.newline |= bit(*byte == b'\n');
    }
    masks
}

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2 {
    //! 32 bytes an instruction: two table look-ups, by the low and by the high half of a byte, agree in the bit of its
    //! kind.
    #![allow(unsafe_code)] // The reasons stand at the head of the file.

    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_adds_epu8, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
        _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8,
        _mm256_slli_epi16, _mm256_srli_epi16,
    };

    use super::{HIGH, LOW, Masks, WIDTH};

    /// Whether this machine has it; asked once, then remembered by the standard library.
    pub(in crate::scan) fn is_here() -> bool {
        std::arch::is_x86_feature_detected!("avx2")
    }

    /// Runs a pass that is compiled for AVX2, where the machine has it.
    pub(in crate::scan) fn pass<V: crate::scan::sieve::Visit>(bytes: &[u8], visit: &mut V) -> u64 {
        // SAFETY: the one caller asks is_here() first.
        unsafe { pass_here(bytes, visit) }
    }

    #[target_feature(enable = "avx2")]
    fn pass_here<V: crate::scan::sieve::Visit>(bytes: &[u8], visit: &mut V) -> u64 {
        crate::scan::sieve::pass(bytes, |group| masks(group), visit)
    }

    /// The masks of 64 bytes.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(in crate::scan) fn masks(bytes: &[u8; WIDTH]) -> Masks {
        let (first, second) = bytes.split_at(WIDTH / 2);
        // SAFETY: both halves are 32 bytes of one array, the tables have 16, and the loads ask for no alignment.
        let (first, second, low, high) = unsafe {
            (
                _mm256_loadu_si256(first.as_ptr().cast::<__m256i>()),
                _mm256_loadu_si256(second.as_ptr().cast::<__m256i>()),
                _mm256_broadcastsi128_si256(_mm_loadu_si128(LOW.as_ptr().cast())),
                _mm256_broadcastsi128_si256(_mm_loadu_si128(HIGH.as_ptr().cast())),
            )
        };
        let nibble = _mm256_set1_epi8(0x0f);
        // A shuffle gives zero where the index has its top bit: bytes beyond ASCII are of no kind here.
        let kinds = |bytes: __m256i| {
            let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
            _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper))
        };
        let top = |bytes: __m256i| u64::from(_mm256_movemask_epi8(bytes).cast_unsigned());
        let join = |first: u64, second: u64| first | second << 32;
        let (one, two) = (kinds(first), kinds(second));
        // Adding with saturation brings every kind of 0x10 and above into the top bit.
        let spot = |kinds: __m256i, bytes: __m256i| {
            top(_mm256_or_si256(_mm256_adds_epu8(kinds, _mm256_set1_epi8(0x70)), bytes))
        };
        let newline = _mm256_set1_epi8(0x0a);
        Masks {
            digit: join(top(_mm256_slli_epi16::<7>(one)), top(_mm256_slli_epi16::<7>(two))),
            joint: join(top(_mm256_slli_epi16::<6>(one)), top(_mm256_slli_epi16::<6>(two))),
            colon: join(top(_mm256_slli_epi16::<5>(one)), top(_mm256_slli_epi16::<5>(two))),
            pair: join(top(_mm256_slli_epi16::<4>(one)), top(_mm256_slli_epi16::<4>(two))),
            spot: join(spot(one, first), spot(two, second)),
            newline: join(top(_mm256_cmpeq_epi8(first, newline)), top(_mm256_cmpeq_epi8(second, newline))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_is_of_the_kinds_that_are_written_here() {
        for byte in 0..=u8::MAX {
            let masks = portable(&[byte; WIDTH]);
            let all = |is: bool| if is { u64::MAX } else { 0 };
            assert_eq!(masks.digit, all(byte.is_ascii_digit()), "{byte:x}");
            assert_eq!(masks.joint, all(b" -+()".contains(&byte)), "{byte:x}");
            assert_eq!(masks.colon, all(byte == b':'), "{byte:x}");
            assert_eq!(masks.spot, all(b"=@%\\".contains(&byte) || byte >= 0x80), "{byte:x}");
            assert_eq!(masks.pair, all(b"yzIJ".contains(&byte)), "{byte:x}");
            assert_eq!(masks.newline, all(byte == b'\n'), "{byte:x}");
        }
    }

    proptest! {
        #[test]
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code)] // The one call of the AVX2 masks outside their pass.
        fn avx2_gives_the_bits_of_the_portable_path(bytes in prop::collection::vec(any::<u8>(), WIDTH)) {
            let bytes: [u8; WIDTH] = bytes.try_into().unwrap();
            if avx2::is_here() {
                // SAFETY: asked on the line above.
                prop_assert_eq!(unsafe { avx2::masks(&bytes) }, portable(&bytes));
            }
        }
    }
}
