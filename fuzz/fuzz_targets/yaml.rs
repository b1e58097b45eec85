//! YAML of other programs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::yaml;

fuzz_target!(|data: &[u8]| {
    let _ = yaml::documents(&String::from_utf8_lossy(data));
});
