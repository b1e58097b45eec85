//! chrony.conf, ntp.conf and timesyncd.conf.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::clock;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = (clock::chrony(&text), clock::timesyncd(&text));
});
