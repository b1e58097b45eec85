//! The contractor register, as YAML and as a table of a spreadsheet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::load::{register_from_csv, register_from_yaml};

fuzz_target!(|data: &[u8]| {
    let _ = register_from_csv("register.csv", data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = register_from_yaml("contractors.yml", text);
    }
});
