//! A TLS server's first flight, in pieces, and an answer of SSL 2.0.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::tls::{FlightReader, read_ssl2};

fuzz_target!(|data: &[u8]| {
    let _ = read_ssl2(data);
    let mut reader = FlightReader::new();
    for piece in data.chunks(usize::from(data.first().copied().unwrap_or(1)).max(1)) {
        let _ = reader.push(piece);
    }
    let _ = reader.into_flight();
});
