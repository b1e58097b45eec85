//! Logs packed as gzip (RFC 1952): whatever follows the first bytes is read or told, within its bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::scan::{Allowed, Options, Patterns, look};

fuzz_target!(|data: &[u8]| {
    let packed = [&[0x1f, 0x8b, 8][..], data].concat();
    let options = Options {
        allowed: &Allowed::default(),
        patterns: &Patterns::default(),
        threads: 1,
        size_bytes: None,
        progress: &|_| {},
    };
    let _ = look(Box::new(packed.as_slice()), &options);
});
