//! Alias files, virtual tables, .forward, Sieve and exported lists.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::mail_alias::{aliases, exported, forward, sieve_redirects, virtual_table};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = (aliases(&text), virtual_table(&text), forward(&text), sieve_redirects(&text), exported(&text));
});
