//! Apache httpd's LogFormat.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::apache_log;

fuzz_target!(|data: &[u8]| {
    let _ = apache_log::parse(&String::from_utf8_lossy(data));
});
