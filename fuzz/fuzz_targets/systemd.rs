//! Unit files of systemd.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::systemd;

fuzz_target!(|data: &[u8]| {
    let _ = systemd::parse(data);
});
