//! security.txt: any text is read.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = tenken::syntax::security_txt::security_txt(text);
});
