//! Exports of last logins.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::last_login;

fuzz_target!(|data: &[u8]| {
    let _ = last_login::last_logins(&String::from_utf8_lossy(data));
});
