//! SPF records.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let _ = tenken::syntax::spf::spf(data);
    let _ = tenken::syntax::spf::spf(&format!("v=spf1 {data}"));
});
