//! A published policy as running text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::policy_text::{days, difference, sections, words};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = (days(&text), difference(&words(&text), &words("1 適用範囲")));
    for section in sections(&text) {
        assert!(section.line > 0);
    }
});
