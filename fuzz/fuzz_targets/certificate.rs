//! Any bytes as a chain: parts are cut at a marker, the last one is the staple. No panic, no hang, and never trusted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::collect::tls::observe_certificates;
use tenken::model::Time;

fuzz_target!(|bytes: &[u8]| {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for part in bytes.split(|byte| *byte == 0xff).take(32) {
        parts.push(part.to_vec());
    }
    let staple = parts.pop().unwrap_or_default();
    let seen = observe_certificates(&parts, &staple, Vec::new(), "www.example.jp", Time::from_unix_seconds(1_775_001_600));
    assert_ne!(seen.flag("trusted"), Some(true));
});
