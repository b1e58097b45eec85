//! Logs, packed or not: whatever the bytes are, they are read or told, within their bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::scan::{Allowed, Options, Patterns, look};

fuzz_target!(|data: &[u8]| {
    let options = Options {
        allowed: &Allowed::default(),
        patterns: &Patterns::default(),
        threads: 1,
        size_bytes: None,
        progress: &|_| {},
    };
    let _ = look(Box::new(data), &options);
});
