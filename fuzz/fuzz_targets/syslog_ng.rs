//! syslog-ng.conf.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::syslog_ng;

fuzz_target!(|data: &[u8]| {
    let _ = syslog_ng::parse(&String::from_utf8_lossy(data));
});
