//! logrotate.conf.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::logrotate;

fuzz_target!(|data: &[u8]| {
    let _ = logrotate::parse(&String::from_utf8_lossy(data), &logrotate::Rules::default());
});
