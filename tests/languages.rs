//! Two languages, no leak: whatever tells a reader to declare something exists in Japanese.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::path::{Path, PathBuf};

use tenken::model::reason_in_japanese;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_reason_that_names_a_key_of_the_site_file_is_translated() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root.join("collect"), &mut files);
    sources(&root.join("join"), &mut files);
    let mut seen = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for literal in text.split('"').skip(1).step_by(2).filter(|literal| literal.contains("(site file: ")) {
            seen += 1;
            assert!(!reason_in_japanese(literal).is_ascii(), "{}: {literal}", file.display());
        }
    }
    assert!(seen > 15, "only {seen} reasons were found");
}
