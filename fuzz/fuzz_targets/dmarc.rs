//! DMARC records.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let _ = tenken::syntax::dmarc::dmarc(data);
    let _ = tenken::syntax::dmarc::dmarc(&format!("v=DMARC1; {data}"));
});
