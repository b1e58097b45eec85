//! The Link header: any text is read.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = tenken::syntax::link::links(text);
});
