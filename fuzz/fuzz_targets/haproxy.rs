//! HAProxy's configuration and its conditions on any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::haproxy::{condition, parse};

fuzz_target!(|bytes: &[u8]| {
    let read = parse(bytes);
    for line in &read.lines {
        assert!(bytes.get(line.span.clone()).is_some());
    }
    let _ = condition(&String::from_utf8_lossy(bytes));
});
