//! 32 bytes an instruction: two table look-ups, by the low and by the high half of a byte, agree in the bit of its kind.
#![allow(unsafe_code)] // The reasons stand at the head of the module above.

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_adds_epu8, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8,
    _mm256_slli_epi16, _mm256_srli_epi16,
};

use super::{BEFORE, HIGH, LOW, Masks, Signs, WIDTH, Window, coarse};
use crate::scan::sieve::{self, Visit};

/// Whether this machine has it; asked once, then remembered by the standard library.
pub(in crate::scan) fn is_here() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("popcnt")
}

/// Runs a pass that is compiled for AVX2, where the machine has it.
pub(in crate::scan) fn pass<V: Visit>(bytes: &[u8], visit: &mut V) -> Option<u64> {
    // SAFETY: asked on the same line.
    is_here().then(|| unsafe { pass_here(bytes, visit) })
}

#[target_feature(enable = "avx2,popcnt")]
fn pass_here<V: Visit>(bytes: &[u8], visit: &mut V) -> u64 {
    sieve::pass(bytes, |window| masks(window), visit)
}

/// The masks of 64 bytes.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn masks(window: &Window) -> Masks {
    // SAFETY: both halves are 32 bytes of one array, the tables have 16, and the loads ask for no alignment.
    let (first, second, low, high) = unsafe {
        let group = window.as_ptr().add(BEFORE);
        (
            _mm256_loadu_si256(group.cast::<__m256i>()),
            _mm256_loadu_si256(group.add(WIDTH / 2).cast::<__m256i>()),
            _mm256_broadcastsi128_si256(_mm_loadu_si128(LOW.as_ptr().cast())),
            _mm256_broadcastsi128_si256(_mm_loadu_si128(HIGH.as_ptr().cast())),
        )
    };
    let (one, two) = (kinds(first, low, high), kinds(second, low, high));
    let newline = _mm256_set1_epi8(0x0a);
    // A shift brings the bit of a kind to the top of its byte.
    let signs = Signs {
        digit: join(top(_mm256_slli_epi16::<7>(one)), top(_mm256_slli_epi16::<7>(two))),
        colon: join(top(_mm256_slli_epi16::<5>(one)), top(_mm256_slli_epi16::<5>(two))),
        pair: join(top(_mm256_slli_epi16::<4>(one)), top(_mm256_slli_epi16::<4>(two))),
        equal: join(top(_mm256_slli_epi16::<3>(one)), top(_mm256_slli_epi16::<3>(two))),
        at: join(top(_mm256_slli_epi16::<2>(one)), top(_mm256_slli_epi16::<2>(two))),
        escape: join(escape(one, first), escape(two, second)),
    };
    let joint = join(top(_mm256_slli_epi16::<6>(one)), top(_mm256_slli_epi16::<6>(two)));
    let newline = join(top(_mm256_cmpeq_epi8(first, newline)), top(_mm256_cmpeq_epi8(second, newline)));
    let run = signs.digit | joint;
    coarse(signs, run, newline, window)
}

/// A shuffle gives zero where the index has its top bit: bytes beyond ASCII are of no kind here.
#[target_feature(enable = "avx2")]
#[inline]
fn kinds(bytes: __m256i, low: __m256i, high: __m256i) -> __m256i {
    let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(0x0f));
    _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper))
}

/// Adding with saturation brings every kind of 0x40 and above into the top bit.
#[target_feature(enable = "avx2")]
#[inline]
fn escape(kinds: __m256i, bytes: __m256i) -> u64 {
    top(_mm256_or_si256(_mm256_adds_epu8(kinds, _mm256_set1_epi8(0x40)), bytes))
}

#[target_feature(enable = "avx2")]
#[inline]
fn top(bytes: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(bytes).cast_unsigned())
}

fn join(first: u64, second: u64) -> u64 {
    first | second << 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::portable;
    use super::*;

    proptest! {
        #[test]
        fn the_bits_are_those_of_the_portable_path(bytes in prop::collection::vec(any::<u8>(), BEFORE + WIDTH)) {
            let window: Window = bytes.try_into().unwrap();
            if is_here() {
                // SAFETY: asked on the line above.
                prop_assert_eq!(unsafe { masks(&window) }, portable(&window));
            }
        }
    }
}
