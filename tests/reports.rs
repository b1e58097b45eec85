//! The formats for machines, on the kept, the broken and a hostile body: whole, well-formed, and nothing steers the reader.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

const HOSTILE: &str =
    "</script><img src=x onerror=alert(1)> ]]> \\u001b[31m \\u202e ::error:: =cmd|'/c calc'!A0 {0} %0A";

fn render(target: &str, format: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
    let arguments = ["assess", target, "--offline", "--now", "2026-11-24", "--history", "none", "--format", format];
    let output = command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear().output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Written once: the tests of this file run side by side.
static HOSTILE_SITE: LazyLock<String> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports-hostile");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("tenken.yml"),
        format!("site: \"{HOSTILE}\"\npeople: people.yml\nrecords: records.yml\n"),
    )
    .unwrap();
    let people = format!("people:\n  - {{ id: it, role: \"{HOSTILE}\", has_access: true }}\n");
    std::fs::write(folder.join("people.yml"), people).unwrap();
    let records =
        format!("records:\n  - {{ id: \"{HOSTILE}\", activity: audit, on: 2020-01-01, by: \"{HOSTILE}\" }}\n");
    std::fs::write(folder.join("records.yml"), records).unwrap();
    folder.display().to_string()
});

fn targets() -> [String; 3] {
    ["examples/kept".to_owned(), "examples/broken".to_owned(), HOSTILE_SITE.clone()]
}

#[test]
fn sarif_lists_every_rule_and_every_finding_points_at_its_own() {
    for target in targets() {
        let sarif: Value = serde_json::from_str(&render(&target, "sarif")).unwrap();
        let report: Value = serde_json::from_str(&render(&target, "json")).unwrap();
        let run = &sarif["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        assert_eq!(rules.len(), tenken::load::bundled_checks().unwrap().len());
        assert_eq!(results.len(), report["findings"].as_array().unwrap().len());
        for result in results {
            let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[at]["id"], result["ruleId"]);
            assert_eq!(result["level"] == "none", result["kind"] != "fail", "section 3.27.10 of SARIF");
        }
        assert_eq!(run["invocations"][0]["exitCode"], report["gate"]["exit_code"]);
    }
}

#[test]
fn junit_counts_what_fails_and_never_calls_the_unknown_a_success() {
    for target in targets() {
        let xml = render(&target, "junit");
        let report: Value = serde_json::from_str(&render(&target, "json")).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let count = |wanted: &dyn Fn(&Value) -> bool| findings.iter().filter(|found| wanted(found)).count();
        let failing = count(&|found| found["outcome"] == "fail" && found["waiver"].is_null());
        let unknown = count(&|found| found["outcome"] == "unknown");
        let passing = count(&|found| found["outcome"] == "pass");
        assert_eq!(xml.matches("<testcase").count(), findings.len());
        assert_eq!((xml.matches("<failure").count(), xml.matches("<error").count()), (failing, unknown));
        assert_eq!(findings.len() - xml.matches("<skipped").count() - failing - unknown, passing);
        assert!(!xml.contains("<img") && !xml.contains('\u{1b}'));
    }
}

#[test]
fn csv_has_one_row_a_finding_and_no_formula() {
    for target in targets() {
        let csv = render(&target, "csv");
        let report: Value = serde_json::from_str(&render(&target, "json")).unwrap();
        assert!(csv.starts_with('\u{feff}'));
        assert_eq!(csv.matches("\r\n").count(), 1 + report["findings"].as_array().unwrap().len());
        for cell in csv.trim_start_matches('\u{feff}').split("\r\n").flat_map(|row| row.split("\",\"")) {
            assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}

#[test]
fn github_gets_ten_of_each_level_and_no_command_of_others() {
    for target in targets() {
        let text = render(&target, "github");
        for level in ["error", "warning", "notice"] {
            let shown = text.lines().filter(|line| line.starts_with(&format!("::{level} ")));
            assert!(shown.count() <= 11, "ten, and the gate");
        }
        assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }
}
