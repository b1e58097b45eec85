//! Random assessments in every format, held to tools that we did not write: the SARIF multitool and the official
//! schema, trestle and the OSCAL metaschema, junitparser, a CSV reader, and Chromium with axe-core.
//!
//! Fifty of them, of every sort, in a usual run; `TENKEN_WORLDS=200` makes the long one. `.ci/run` installs the tools below `$TENKEN_VALIDATORS`; without that variable the comparison is skipped, loudly.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tenken::model::Language;
use tenken::report::{FORMATS, RenderOptions};

mod worlds;

fn worlds_count() -> u64 {
    std::env::var("TENKEN_WORLDS").map_or(50, |text| text.parse().unwrap())
}

fn validators() -> Option<PathBuf> {
    let folder = std::env::var_os("TENKEN_VALIDATORS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_VALIDATORS is not set");
        // Said loudly: a comparison that did not happen proves nothing.
        let _ = writeln!(std::io::stderr(), "SKIPPED: TENKEN_VALIDATORS is not set, no format was held to a validator");
    }
    folder
}

fn write_worlds(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
    for seed in 0..worlds_count() {
        let findings = match seed % 50 {
            0 => 0,
            48 => 400,
            _ => usize::try_from(seed).unwrap() / 2,
        };
        let assessment = worlds::assessment(seed, findings, !seed.is_multiple_of(3));
        let language = if seed.is_multiple_of(2) { Language::Japanese } else { Language::English };
        let options = RenderOptions { language, width: 80, color: false, explain: true, quiet: false, summary: false };
        let world = folder.join(format!("{seed:03}"));
        std::fs::create_dir_all(&world).unwrap();
        for format in FORMATS {
            std::fs::write(world.join(format.file), (format.render)(&assessment, &options)).unwrap();
        }
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let tail: String = said.lines().rev().take(30).collect::<Vec<_>>().join("\n");
    assert!(output.status.success(), "{command:?}\n{tail}\n{}", String::from_utf8_lossy(&output.stderr));
    let _ = writeln!(std::io::stderr(), "{}", said.lines().last().unwrap_or_default());
}

#[test]
fn every_format_holds_on_random_assessments() {
    let Some(tools) = validators() else { return };
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validators");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formats");
    write_worlds(&folder);
    let modules = tools.join("node_modules");
    let multitool = modules.join("@microsoft/sarif-multitool-linux");
    let schema = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report.schema.json");
    std::fs::write(&schema, tenken::report::schema().to_string()).unwrap();
    run(Command::new(tools.join("venv/bin/python"))
        .arg(here.join("check.py"))
        .arg(&folder)
        .arg(multitool.join("sarif-2.1.0.json"))
        .arg(&schema));
    // A second reader of the same schemas, on the first world of each kind.
    for (schema, file) in [(multitool.join("sarif-2.1.0.json"), "report.sarif"), (schema, "report.json")] {
        let files = ["000", "001", "048"].map(|world| folder.join(world).join(file));
        run(Command::new(tools.join("venv/bin/check-jsonschema")).arg("--schemafile").arg(schema).args(files));
    }
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("multitool.sarif");
    run(Command::new(multitool.join("Sarif.Multitool"))
        // It needs no tables of other languages, and may run where none are installed.
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .arg("validate")
        .arg(folder.join("*.sarif"))
        .args(["--recurse", "true", "--log", "ForceOverwrite", "--level", "Error", "--output"])
        .arg(&log));
    let found: serde_json::Value = serde_json::from_slice(&std::fs::read(&log).unwrap()).unwrap();
    assert_eq!(found["runs"][0]["results"].as_array().map_or(0, Vec::len), 0, "{}", found["runs"][0]["results"][0]);
    run(Command::new("node")
        .arg(here.join("browser.mjs"))
        .arg(&folder)
        .arg(std::env::var_os("TENKEN_CHROMIUM").unwrap_or_else(|| "/usr/bin/chromium".into()))
        .env("NODE_PATH", &modules));
}
