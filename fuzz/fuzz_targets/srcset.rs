//! srcset: any text is read, and every candidate is part of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    for candidate in tenken::syntax::srcset::candidates(text) {
        assert!(text.contains(candidate));
    }
});
