//! Caddyfiles on any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::caddy::parse;

fuzz_target!(|bytes: &[u8]| {
    let read = parse(bytes);
    let mut left: Vec<_> = read.segments.iter().collect();
    while let Some(segment) = left.pop() {
        for token in &segment.tokens {
            assert!(bytes.get(token.span.clone()).is_some());
        }
        left.extend(segment.block.iter().flatten());
    }
});
