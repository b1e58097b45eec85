//! nginx configuration.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::nginx;

fuzz_target!(|data: &[u8]| {
    let _ = nginx::parse(data);
});
