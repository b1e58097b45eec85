//! Access control lists, flags and capabilities in all their spellings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::acl;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = (acl::from_attribute(data), acl::capability_reads_all(data));
    let _ = (acl::from_text(&text), acl::getfacl(&text), acl::lsattr(&text), acl::getcap(&text));
});
