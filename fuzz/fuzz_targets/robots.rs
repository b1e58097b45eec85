//! robots.txt: any text is read and any path is judged.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (&str, &str)| {
    let _ = tenken::syntax::robots::robots(input.0, "tenken").allows(input.1);
});
