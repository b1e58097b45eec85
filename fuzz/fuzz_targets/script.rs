//! Imports of scripts, import maps and speculation rules: any text is read.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = tenken::syntax::script_import::imports(text);
    let _ = tenken::syntax::speculation::speculation(text);
    if let Ok(base) = url::Url::parse("https://www.example.jp/a/") {
        let mut map = tenken::syntax::import_map::ImportMap::default();
        map.add(text, &base);
        let _ = map.resolve(text, &base);
    }
});
