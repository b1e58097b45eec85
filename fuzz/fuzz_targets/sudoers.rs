//! sudoers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::sudoers;

fuzz_target!(|data: &[u8]| {
    let _ = sudoers::parse(&String::from_utf8_lossy(data));
});
