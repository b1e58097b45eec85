//! CAA properties.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (tag, value) = data.split_at(data.len().min(8));
    let tag = String::from_utf8_lossy(tag);
    let _ = tenken::syntax::caa::caa([(data.len() % 2 == 0, tag.as_ref(), value)]);
});
