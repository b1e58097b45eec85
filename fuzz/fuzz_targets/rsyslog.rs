//! rsyslog.conf.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::rsyslog;

fuzz_target!(|data: &[u8]| {
    let _ = rsyslog::parse(&String::from_utf8_lossy(data), &mut rsyslog::State::default());
});
