//! Style sheets: any text is read.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = tenken::syntax::css::urls(text);
});
