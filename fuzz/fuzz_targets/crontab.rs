//! Tables of cron.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::cron;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = (cron::parse(&text, true), cron::parse(&text, false));
});
