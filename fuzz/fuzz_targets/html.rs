//! Pages: any bytes are decoded, parsed and walked.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let decoded = tenken::syntax::html::decode(bytes, None);
    let document = tenken::syntax::html::parse(&decoded.text);
    for element in document.elements() {
        let _ = (element.raw_text(), element.form_owner().is_some());
    }
    let _ = document.text();
});
