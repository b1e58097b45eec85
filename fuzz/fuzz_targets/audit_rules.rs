//! Audit rules.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::audit;

fuzz_target!(|data: &[u8]| {
    let _ = audit::parse(&String::from_utf8_lossy(data));
});
