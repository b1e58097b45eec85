//! What a resolver sends.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    use tenken::collect::question::{DnsQuestion, RecordType};
    for record_type in [RecordType::A, RecordType::Mx, RecordType::Txt, RecordType::Caa, RecordType::Tlsa, RecordType::Ds] {
        let _ = tenken::collect::live::message::read(&DnsQuestion::new("www.example.jp", record_type), 7, data);
    }
});
