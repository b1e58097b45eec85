//! mtree listings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::mtree;

fuzz_target!(|data: &[u8]| {
    let _ = mtree::parse(&String::from_utf8_lossy(data));
});
