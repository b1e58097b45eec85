//! authorized_keys.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::authorized_keys;

fuzz_target!(|data: &[u8]| {
    let _ = authorized_keys::parse(&String::from_utf8_lossy(data));
});
