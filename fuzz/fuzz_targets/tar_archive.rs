//! Tar archives: every entry, and the content of every second one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::tar;

fuzz_target!(|data: &[u8]| {
    let mut reader = tar::Reader::new(data);
    let mut count = 0_u32;
    while let Ok(Some(_)) = reader.next_header() {
        count += 1;
        if count % 2 == 0 {
            let _ = std::io::copy(&mut reader, &mut std::io::sink());
        }
    }
});
