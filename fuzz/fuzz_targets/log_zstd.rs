//! Logs packed as Zstandard (RFC 8878): whatever follows the first bytes is read or told, within its bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::scan::{Allowed, Options, Patterns, look};

fuzz_target!(|data: &[u8]| {
    let packed = [&[0x28, 0xb5, 0x2f, 0xfd][..], data].concat();
    let options = Options {
        allowed: &Allowed::default(),
        patterns: &Patterns::default(),
        threads: 1,
        size_bytes: None,
        progress: &|_| {},
    };
    let _ = look(Box::new(packed.as_slice()), &options);
});
