//! Commands that take files to another machine, and remote file systems and repositories.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::{authorized_keys, remote_copy};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = remote_copy::remote_copies(&text);
    let _ = (remote_copy::mounted_host(&text), remote_copy::git_host(&text));
    let _ = authorized_keys::principals(&text);
});
