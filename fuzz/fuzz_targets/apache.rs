//! Apache httpd configuration.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::apache;

fuzz_target!(|data: &[u8]| {
    let read = apache::parse(data);
    for directive in &read.directives {
        let _ = apache::words(&directive.rest);
    }
});
