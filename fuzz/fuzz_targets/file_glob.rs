//! Patterns of file names: a pattern and a name, parted by a NUL.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::glob;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (pattern, name) = text.split_once('\0').unwrap_or((&text, ""));
    let _ = glob::matches_path(pattern, name);
});
