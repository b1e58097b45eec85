//! The same evidence gives the same bytes, and the same files the same evidence, whatever the machine says of its language,
//! zone, width and processors. `TENKEN_RERUNS=100` reruns a hundred times; a usual run eight.

use std::collections::BTreeMap;
use std::process::Command;

use super::{folder, root};

const FORMATS: [&str; 11] = [
    "text",
    "json",
    "markdown",
    "sarif",
    "junit",
    "csv",
    "html",
    "oscal-plan",
    "oscal-results",
    "oscal-poam",
    "github",
];

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let reruns: usize = std::env::var("TENKEN_RERUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let folder = folder("determinism");
    let site = root().join("examples/broken").display().to_string();
    let outputs: Vec<String> = FORMATS.iter().map(|format| format!("--output={format}=report.{format}")).collect();
    let mut first: Option<BTreeMap<String, Vec<u8>>> = None;
    for rerun in 0..reruns {
        let run = |words: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
            command.current_dir(&folder).env_clear();
            command.env("TZ", ["UTC", "Asia/Tokyo", "America/St_Johns"][rerun % 3]);
            command.env("LC_ALL", ["C", "ja_JP.UTF-8", "tr_TR.UTF-8", "de_DE"][rerun % 4]);
            command.env("COLUMNS", ["80", "200"][rerun % 2]);
            let output = command.args(words).output().unwrap();
            assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{words:?}: {output:?}");
        };
        let jobs = ["1", "2", "8"][rerun % 3];
        let look = ["--offline", "--now", "2026-11-24T09:00:00+09:00", "--jobs", jobs, "--output", "evidence.json"];
        run(&[&["collect", &site][..], &look].concat());
        let mut judge = vec!["assess", "--replay", "evidence.json", "--lang", "ja", "--bundle", "bundle.tar"];
        judge.extend(outputs.iter().map(String::as_str));
        run(&judge);
        let files = std::fs::read_dir(&folder).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap())
        });
        let files: BTreeMap<String, Vec<u8>> = files.collect();
        assert_eq!(files.len(), FORMATS.len() + 2);
        match &first {
            None => first = Some(files),
            Some(first) => {
                for (name, bytes) in &files {
                    assert!(first[name] == *bytes, "{name} differs in run {rerun}");
                }
            }
        }
    }
}
