//! DKIM key records.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let _ = tenken::syntax::dkim::dkim(data);
});
