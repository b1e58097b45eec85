//! 64 bytes an instruction: a table of all 128 bytes of ASCII is looked up at once (VBMI), so that also what stands
//! before a sign is told here and few signs need a visit.
#![allow(unsafe_code)] // The reasons stand at the head of the module above.

use std::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_loadu_si512,
    _mm512_mask_test_epi8_mask, _mm512_min_epu8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutex2var_epi8,
    _mm512_set1_epi8, _mm512_sub_epi8, _mm512_test_epi8_mask, _mm512_testn_epi8_mask, _mm512_xor_si512,
};

use super::{Masks, Window};
use crate::scan::key::{Aligned, TAILS};
use crate::scan::sieve::{self, Visit};

/// Whether this machine has it; asked once, then remembered by the standard library.
pub(in crate::scan) fn is_here() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512vbmi")
        && std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("popcnt")
}

/// Runs a pass that is compiled for AVX-512, where the machine has it.
pub(in crate::scan) fn pass<V: Visit>(bytes: &[u8], visit: &mut V) -> Option<u64> {
    // SAFETY: asked on the same line.
    is_here().then(|| unsafe { pass_here(bytes, visit) })
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi1,popcnt")]
fn pass_here<V: Visit>(bytes: &[u8], visit: &mut V) -> u64 {
    sieve::pass(bytes, |window| masks(window), visit)
}

// What a byte is, and what the byte before it must be, share a bit: both are asked by one `and`.
const START: u8 = 1;
const ZERO: u8 = 1 << 1;
const PLUS: u8 = 1 << 2;
const ADDRESS: u8 = 1 << 3;
// These ask nothing of the byte before.
const RUN: u8 = 1 << 4;
const ODD: u8 = 1 << 5;
const NAME_END: u8 = 1 << 6;
const DIGIT: u8 = 1 << 7;

/// What every byte of ASCII can be; the last of them stands for all beyond.
static KINDS: Aligned<[u8; 128]> = Aligned({
    let mut kinds = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'0' => START | ZERO | PLUS | RUN | NAME_END | DIGIT,
            b'1'..=b'9' => START | PLUS | RUN | NAME_END | DIGIT,
            b' ' | b'-' | b'+' | b'(' | b')' => RUN,
            b'=' | b':' | b'"' | b'\'' | b']' => NAME_END,
            b'@' => ADDRESS,
            b'%' | b'\\' | 0x7f => ODD,
            _ => 0,
        };
        byte += 1;
    }
    kinds
});

/// What may stand before a byte of a kind.
static BEFORE: Aligned<[u8; 128]> = Aligned({
    let mut before = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        before[byte as usize] = RUN
            | ODD
            | NAME_END
            | DIGIT
            | if is_word { ADDRESS } else { START | ZERO }
            | if byte == b'+' { PLUS | ADDRESS } else { 0 };
        byte += 1;
    }
    before
});

/// A table of 128 bytes in two registers.
type Table = (__m512i, __m512i);

#[target_feature(enable = "avx512f")]
#[inline]
fn table(bytes: &[u8; 128]) -> Table {
    // SAFETY: both halves are 64 bytes of one array, and the loads ask for no alignment.
    unsafe { (_mm512_loadu_si512(bytes.as_ptr().cast()), _mm512_loadu_si512(bytes.as_ptr().add(64).cast())) }
}

/// The masks of 64 bytes.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi1,popcnt")]
#[inline]
fn masks(window: &Window) -> Masks {
    // SAFETY: each load is 64 bytes of an array of 68, and the loads ask for no alignment.
    let (fourth, third, second, first, bytes) = unsafe {
        let start = window.as_ptr();
        (
            _mm512_loadu_si512(start.cast()),
            _mm512_loadu_si512(start.add(1).cast()),
            _mm512_loadu_si512(start.add(2).cast()),
            _mm512_loadu_si512(start.add(3).cast()),
            _mm512_loadu_si512(start.add(4).cast()),
        )
    };
    // A byte beyond ASCII is looked up as the last of it, which has no other use.
    let of =
        |(low, high): Table, bytes: __m512i| _mm512_permutex2var_epi8(low, _mm512_min_epu8(bytes, splat(0x7f)), high);
    let kinds = of(table(&KINDS.0), bytes);
    let fitting = _mm512_and_si512(kinds, of(table(&BEFORE.0), first));
    // Here the low seven bits are looked up; a name of another alphabet ends beyond ASCII.
    let tail = |number: usize, bytes: __m512i| {
        let (low, high) = table(&TAILS.0[number]);
        _mm512_permutex2var_epi8(low, bytes, high)
    };
    let tails = _mm512_and_si512(
        _mm512_and_si512(tail(3, fourth), tail(2, third)),
        _mm512_and_si512(tail(1, second), tail(0, first)),
    );
    let tails = _mm512_or_si512(tails, _mm512_and_si512(first, splat(0x80)));
    // Zero where `eyJ` ends.
    let token = _mm512_or_si512(
        _mm512_xor_si512(bytes, splat(b'J')),
        _mm512_or_si512(_mm512_xor_si512(first, splat(b'y')), _mm512_xor_si512(second, splat(b'e'))),
    );
    let name_end = _mm512_mask_test_epi8_mask(_mm512_test_epi8_mask(tails, tails), kinds, splat(NAME_END));
    let visit = _mm512_test_epi8_mask(fitting, splat(ODD | ADDRESS)) | _mm512_testn_epi8_mask(token, token) | name_end;
    Masks {
        digit: _mm512_movepi8_mask(kinds),
        run: _mm512_test_epi8_mask(kinds, splat(RUN)),
        start: _mm512_test_epi8_mask(fitting, splat(START)),
        lead: _mm512_test_epi8_mask(fitting, splat(ZERO | PLUS)),
        card: _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, splat(b'2')), splat(5)),
        visit,
        newline: _mm512_cmpeq_epi8_mask(bytes, splat(b'\n')),
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn splat(byte: u8) -> __m512i {
    _mm512_set1_epi8(byte.cast_signed())
}
