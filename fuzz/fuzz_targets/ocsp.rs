//! Any bytes as a stapled OCSP answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::ocsp;

fuzz_target!(|bytes: &[u8]| {
    let _ = ocsp::read(bytes);
    let _ = ocsp::signed(bytes);
    let _ = ocsp::public_key(bytes);
});
