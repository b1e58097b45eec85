//! Bodies of answers: any head and body, cut anywhere; never more is kept than the limit.
#![no_main]

use tenken::syntax::body::{Body, framing};
use tenken::syntax::header::{head, head_end};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(end) = head_end(bytes) else { return };
    let Some(head) = head(&bytes[..end]) else { return };
    let Ok(framing) = framing(&head, false) else { return };
    let mut body = Body::new(framing, 100);
    for piece in bytes[end..].chunks(7) {
        if body.push(piece).is_err() {
            return;
        }
    }
    assert!(body.finish(true).0.len() <= 100);
});
