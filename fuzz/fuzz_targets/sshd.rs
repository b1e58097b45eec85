//! sshd_config.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::sshd;

fuzz_target!(|data: &[u8]| {
    let _ = sshd::parse(&String::from_utf8_lossy(data));
});
