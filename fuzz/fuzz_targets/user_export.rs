//! Exports of a content management system's users.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::user_export;

fuzz_target!(|data: &[u8]| {
    let _ = user_export::users(data);
});
