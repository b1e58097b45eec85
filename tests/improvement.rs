//! Run after run, as an officer meets it: what is new, mended, back, hidden, accepted, late; and commands that write.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const SITE: &str = "site: Example\npolicy: four-principles\npeople: people.yml\nrecords: records.yml\nwaivers: waivers.yml\nactions: actions.yml\n";
const AUDITED: &str = "records:\n  - { id: r1, activity: audit, on: 2026-03-01, by: audit-office, operator: it }\n  - { id: r2, activity: exercise, on: 2026-03-01, by: it }\n";
const NOT_AUDITED: &str = "records:\n  - { id: r2, activity: exercise, on: 2026-03-01, by: it }\n";

struct Body(PathBuf);

impl Body {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("improvement-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join(".tenken")).unwrap();
        let body = Self(folder);
        body.write("tenken.yml", SITE);
        body.write("people.yml", "people:\n  - { id: it, role: it, has_access: false }\n");
        body.write("records.yml", NOT_AUDITED);
        body.write("waivers.yml", "waivers: []\n");
        body.write("actions.yml", "actions: []\n");
        body
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.0.join(file), text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).unwrap()
    }

    /// Exit code, standard output, standard error.
    fn tenken(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
        let output = command.args(arguments).current_dir(&self.0).env_clear().env("LANG", "C").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn assess(&self, day: &str, more: &[&str]) -> Value {
        let arguments = [&["assess", "--now", day, "--format", "json"], more].concat();
        let (_, json, errors) = self.tenken(&arguments);
        serde_json::from_str(&json).unwrap_or_else(|_| panic!("{errors}"))
    }
}

fn change_of(report: &Value, check: &str) -> (String, String) {
    let found = report["findings"].as_array().unwrap().iter().find(|found| found["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no finding of {check}"));
    (found["outcome"].as_str().unwrap().to_owned(), found["change"].as_str().unwrap().to_owned())
}

fn is(report: &Value, check: &str, outcome: &str, change: &str) {
    assert_eq!(change_of(report, check), (outcome.to_owned(), change.to_owned()), "{check}");
}

fn reasons(report: &Value) -> String {
    report["gate"]["reasons"].to_string()
}

#[test]
fn a_finding_is_new_persists_is_mended_and_comes_back() {
    let body = Body::new("life");
    is(&body.assess("2026-04-01", &[]), "imp-audit", "fail", "new");
    is(&body.assess("2026-04-02", &[]), "imp-audit", "fail", "persisting");
    body.write("records.yml", AUDITED);
    let report = body.assess("2026-04-03", &[]);
    is(&report, "imp-audit", "pass", "fixed");
    assert_eq!(change_of(&report, "imp-regression").0, "pass");
    body.write("records.yml", NOT_AUDITED);
    let report = body.assess("2026-04-04", &[]);
    is(&report, "imp-audit", "fail", "regressed");
    assert_eq!(change_of(&report, "imp-regression").0, "fail");
    assert_eq!(change_of(&report, "imp-ledger-intact").0, "pass");
    // With five runs in the ledger there is a value inside the interval.
    assert!(report["residual"].get("expected").is_none());
    body.assess("2026-04-05", &[]);
    let report = body.assess("2026-04-06", &[]);
    let figure = |name: &str| report["residual"][name].as_f64().unwrap();
    assert!(figure("low") <= figure("expected") && figure("expected") <= figure("high"));
}

#[test]
fn hiding_a_problem_mends_nothing() {
    let body = Body::new("hidden");
    let before = body.assess("2026-04-01", &[]);
    body.write("tenken.yml", &SITE.replace("records: records.yml\n", ""));
    let after = body.assess("2026-04-02", &[]);
    let stays = |found: &&Value| found["check"] == "imp-audit" && found["change"] == "unverified";
    assert_eq!(after["findings"].as_array().unwrap().iter().find(stays).unwrap()["outcome"], "unknown");
    assert_eq!(change_of(&after, "imp-proven-fix").0, "fail");
    assert!(reasons(&after).contains("failed before and were not seen"), "{}", reasons(&after));
    let low = |report: &Value| report["residual"]["low"].as_f64().unwrap();
    assert!(low(&after) >= low(&before), "{} {}", low(&after), low(&before));
    // A run that leaves it out by a flag does not close the gate for it, and still counts it.
    let part = body.assess(
        "2026-04-02",
        &[
            "--skip",
            "imp-audit",
            "--skip",
            "ops-*",
            "--skip",
            "log-*",
            "--skip",
            "pol-*",
            "--skip",
            "imp-management-review",
        ],
    );
    assert_eq!(change_of(&part, "imp-proven-fix").0, "pass");
    assert!(low(&part) >= low(&before));
}

#[test]
fn what_is_late_is_named() {
    let body = Body::new("late");
    assert_eq!(change_of(&body.assess("2026-04-01", &[]), "imp-overdue").0, "pass");
    // Medium: 90 days.
    assert_eq!(change_of(&body.assess("2026-06-30", &[]), "imp-overdue").0, "pass");
    let late = body.assess("2026-07-01", &[]);
    assert_eq!(change_of(&late, "imp-overdue").0, "fail");
    let overdue = late["findings"].as_array().unwrap().iter().find(|found| found["check"] == "imp-overdue").unwrap();
    assert!(overdue["actual"].to_string().contains("imp-audit"), "{overdue}");
}

fn fingerprint(report: &Value, check: &str) -> String {
    let found = report["findings"].as_array().unwrap().iter().find(|found| found["check"] == check).unwrap();
    found["fingerprint"].as_str().unwrap().to_owned()
}

#[test]
fn a_waiver_is_written_whole_holds_for_its_time_and_moves_no_number() {
    let body = Body::new("waiver");
    let before = body.assess("2026-04-01", &[]);
    let name = fingerprint(&before, "imp-audit");
    let waive = |more: &[&str]| {
        let fixed = [
            "waive",
            &name,
            "--reason",
            "audit is booked",
            "--owner",
            "it",
            "--approver",
            "head",
            "--now",
            "2026-04-01",
        ];
        body.tenken(&[&fixed, more].concat())
    };
    for (more, wanted) in [
        (&["--expires", "2026-10-01"][..], "180 days at most"),
        (&["--subject", "host:*"], "does not cover"),
        (&["--compensating", "no-such"], "no check has such an id"),
    ] {
        let (code, _, errors) = waive(more);
        assert!(code == 2 && errors.contains(wanted), "{code} {errors}");
    }
    assert_eq!(body.read("waivers.yml"), "waivers: []\n");
    assert_eq!(waive(&["--expires", "2026-05-01"]).0, 0);
    assert!(waive(&[]).2.contains("waived already"));
    let accepted = body.assess("2026-04-02", &[]);
    is(&accepted, "imp-audit", "fail", "accepted");
    assert_eq!(before["residual"]["high"], accepted["residual"]["high"]);
    assert_eq!(before["residual"]["low"], accepted["residual"]["low"]);
    assert_eq!(change_of(&accepted, "rsk-exceptions").0, "pass");
    assert_eq!(change_of(&accepted, "rsk-exception-ending").0, "pass");
    assert_eq!(change_of(&body.assess("2026-04-20", &[]), "rsk-exception-ending").0, "fail");
    let ended = body.assess("2026-05-02", &[]);
    is(&ended, "imp-audit", "fail", "exception-expired");
    assert_eq!(change_of(&ended, "rsk-exceptions").0, "fail");
    assert!(reasons(&ended).contains("waiver has expired"));
    // Twice for one finding is an error with its place.
    let one = body.read("waivers.yml").lines().last().unwrap().to_owned();
    body.write("waivers.yml", &format!("{}{one}\n", body.read("waivers.yml")));
    let (code, _, errors) = body.tenken(&["assess", "--now", "2026-05-03"]);
    assert!(code == 2 && errors.contains("two waivers for imp-audit"), "{errors}");
}

#[test]
fn a_pattern_that_covers_more_than_was_approved_is_a_finding() {
    let body = Body::new("wide");
    let waiver = |findings: &str| {
        format!(
            "waivers:\n  - {{ check: imp-audit, subject: \"record:*\", reason: r, owner: a, approver: b, approved_on: 2026-04-01, expires: 2026-05-01{findings} }}\n"
        )
    };
    for (findings, outcome) in [(", findings: 1", "pass"), (", findings: 0", "fail"), ("", "unknown")] {
        body.write("waivers.yml", &waiver(findings));
        assert_eq!(change_of(&body.assess("2026-04-02", &[]), "rsk-exception-scope").0, outcome, "{findings}");
    }
}

#[test]
fn a_plan_gives_everything_an_owner_and_a_day() {
    let body = Body::new("plan");
    body.assess("2026-04-01", &[]);
    assert_eq!(change_of(&body.assess("2026-04-02", &[]), "rsk-owner").0, "fail");
    let (code, text, _) = body.tenken(&["plan", "--now", "2026-04-10"]);
    // Medium: 90 days from when it was first seen, not from today.
    assert!(code == 0 && text.contains("2026-06-30") && text.contains("nobody yet"), "{text}");
    assert_eq!(body.tenken(&["plan", "--now", "2026-04-10", "--owner", "it"]).0, 0);
    assert_eq!(change_of(&body.assess("2026-04-11", &[]), "rsk-owner").0, "pass");
    let (_, json, _) = body.tenken(&["plan", "--now", "2026-08-01", "--format", "json"]);
    let plan: Value = serde_json::from_str(&json).unwrap();
    assert!(plan["plan"].as_array().unwrap().iter().any(|row| row["owner"] == "it" && row["overdue"] == true));
}

#[test]
fn a_record_is_added_and_counts() {
    let body = Body::new("record");
    let add = |more: &[&str]| {
        body.tenken(&[&["record", "audit", "--by", "audit-office", "--on", "2026-03-01"], more].concat())
    };
    assert_eq!(add(&["--operator", "it"]).0, 0);
    assert_eq!(change_of(&body.assess("2026-04-01", &[]), "imp-audit").0, "pass");
    assert!(add(&[]).2.contains("has the id audit-2026-03-01 already"));
    let (code, _, errors) = body.tenken(&["record", "audti", "--by", "x"]);
    assert!(code == 2 && errors.contains("expected one of `policy-review`"), "{errors}");
    for activity in [
        "policy-review",
        "log-review",
        "self-inspection",
        "backup",
        "restore-test",
        "exercise",
        "training",
        "acknowledgement",
        "outage",
        "risk-evaluation",
    ] {
        let (code, _, errors) = body.tenken(&["record", activity, "--by", "it", "--persons", "a,b"]);
        assert_eq!(code, 0, "{activity}: {errors}");
    }
    let outage = |until: &str, id: &str| {
        body.tenken(&["record", "outage", "--by", "it", "--on", "2026-03-01", "--until", until, "--id", id])
    };
    assert_eq!(outage("2026-03-03", "long").0, 0);
    assert!(outage("2026-02-27", "wrong").2.contains("ends before it begins"));
    assert!(body.read("records.yml").contains("until: \"2026-03-03\""));
    assert!(body.tenken(&["record", "audit", "--by", "x", "--until", "2026-03-03"]).2.contains("belongs to an outage"));
}

#[test]
fn an_attestation_is_added_counts_as_weak_and_ends_by_itself() {
    let body = Body::new("attestation");
    let state = |more: &[&str]| {
        let base = ["record", "attestation", "--by", "head of office", "--on", "2026-03-01"];
        body.tenken(&[&base[..], more].concat())
    };
    assert!(state(&["--clause", "S1"]).2.contains("needs --statement"));
    assert!(state(&["--statement", "x"]).2.contains("speaks for something"));
    assert!(state(&["--statement", "x", "--clause", "S9"]).2.contains("S9"));
    assert!(state(&["--statement", "x", "--check", "law-trainig"]).2.contains("law-training"));
    let ended = ["--statement", "x", "--check", "law-training", "--expires", "2026-02-01"];
    assert!(state(&ended).2.contains("ends before it begins"));
    let one = ["--statement", "No DNS of our own.", "--check", "dns-dnssec", "--expires", "2026-05-31"];
    assert_eq!(state(&one).0, 0);
    assert!(state(&one).2.contains("has the id attestation-2026-03-01 already"));
    let of = |day: &str| {
        let report = body.assess(day, &[]);
        let found = report["findings"].as_array().unwrap().iter().find(|one| one["check"] == "dns-dnssec").cloned();
        found.map(|one| (one["outcome"].clone(), one["strength"].clone())).unwrap()
    };
    assert_eq!(of("2026-05-31"), ("not-applicable".into(), "attested".into()));
    assert_eq!(of("2026-06-01").0, "not-checked");
}

#[test]
fn the_history_answers_and_ends_with_its_exit_codes() {
    let body = Body::new("queries");
    body.assess("2026-04-01", &[]);
    body.write("records.yml", AUDITED);
    body.assess("2026-04-02", &[]);
    for language in ["en", "ja"] {
        for (question, wanted) in [
            ("list", "2026-04-02"),
            ("show", "S4"),
            ("diff", "imp-audit"),
            ("trend", "2026-04-01"),
            ("verify", "2"),
            ("export", "\"sequence\":2"),
        ] {
            let (code, text, errors) = body.tenken(&["history", question, "--lang", language]);
            assert!(code == 0 && text.contains(wanted), "{question}: {text}{errors}");
        }
    }
    let trend: Value = serde_json::from_str(&body.tenken(&["history", "trend", "--format", "json"]).1).unwrap();
    let list: Value = serde_json::from_str(&body.tenken(&["history", "list", "--format", "json"]).1).unwrap();
    for (again, kept) in trend["runs"].as_array().unwrap().iter().zip(list["runs"].as_array().unwrap()) {
        assert_eq!((&again["low"], &again["high"]), (&kept["low"], &kept["high"]), "worked out again");
    }
    let diff = body.tenken(&["history", "diff", "--format", "json"]).1;
    assert!(diff.contains("\"change\":\"fixed\"") && diff.contains("evidence-declared"), "{diff}");
    assert_eq!(body.tenken(&["history", "show", "9"]).0, 2);
    assert_eq!(body.tenken(&["history", "list", "--history", "absent"]).0, 2);
}

#[test]
fn a_ledger_that_cannot_be_used_is_exit_2_and_left_as_it_was() {
    let body = Body::new("unusable");
    body.write("text", "not a database, but long enough to be one, if anybody looked at its first bytes only");
    let (code, _, errors) = body.tenken(&["assess", "--now", "2026-04-01", "--history", "text"]);
    assert!(code == 2 && errors.contains("is not a tenken ledger"), "{errors}");
    body.assess("2026-04-10", &[]);
    let (code, report, errors) = body.tenken(&["assess", "--now", "2026-04-01"]);
    assert!(code == 2 && errors.contains("clock was set back") && report.contains("TRM-1"), "{errors}");
    assert!(body.tenken(&["history", "verify"]).1.contains("1 entries"));
    let (code, _, errors) = body.tenken(&["assess", "--history", "none", "--key", "text"]);
    assert!(code == 2 && errors.contains("none is kept"), "{errors}");
    let (code, _, errors) = body.tenken(&["assess", "--history", "none", "--only-new"]);
    assert!(code == 2 && errors.contains("--only-new needs"), "{errors}");
}

#[test]
fn gates_are_told_apart_by_their_reasons() {
    let body = Body::new("gates");
    body.assess("2026-04-01", &[]);
    let new = body.assess("2026-04-02", &["--only-new"]);
    assert_eq!(new["gate"]["exit_code"], 0, "{}", reasons(&new));
    let all = body.assess("2026-04-02", &[]);
    assert_eq!(all["gate"]["exit_code"], 1);
    body.tenken(&["assess", "--now", "2026-04-02", "--write-baseline", "b.json"]);
    assert_eq!(body.assess("2026-04-02", &["--baseline", "b.json"])["gate"]["exit_code"], 0);
    let lower = body.read("b.json").replace("\"low_milliunits\": ", "\"low_milliunits\": 0");
    body.write("lower.json", &lower.replace("00", "0"));
    let text = body.read("b.json");
    let low = text.lines().find(|line| line.contains("low_milliunits")).unwrap().to_owned();
    body.write("lower.json", &text.replace(&low, "  \"low_milliunits\": 1,"));
    let rose = body.assess("2026-04-02", &["--baseline", "lower.json"]);
    assert!(rose["gate"]["exit_code"] == 1 && reasons(&rose).contains("the baseline has 0.001"), "{}", reasons(&rose));
}

#[test]
fn a_key_is_private_and_signs() {
    let body = Body::new("key");
    assert_eq!(body.tenken(&["keygen", "k"]).0, 0);
    assert_eq!(body.tenken(&["keygen", "k"]).0, 2, "a key is never overwritten");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(body.0.join("k")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    body.assess("2026-04-01", &["--key", "k"]);
    assert_eq!(body.tenken(&["history", "verify", "--key", "k.pub"]).0, 0);
    body.assess("2026-04-02", &[]);
    assert_eq!(body.tenken(&["history", "verify", "--key", "k.pub"]).0, 1);
}

#[test]
fn a_change_is_evaluated_as_a_whole_within_a_week() {
    let body = Body::new("change");
    body.assess("2026-04-01", &[]);
    let part = |day: &str| change_of(&body.assess(day, &["--skip", "law-*"]), "rsk-current").0;
    assert_eq!(part("2026-04-20"), "pass");
    body.write("records.yml", AUDITED);
    assert_eq!(part("2026-04-21"), "pass");
    assert_eq!(part("2026-04-29"), "fail");
    assert_eq!(change_of(&body.assess("2026-04-30", &[]), "rsk-current").0, "pass");
    assert_eq!(part("2026-05-30"), "pass");
}

fn fingerprints(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    let mut names: Vec<String> = findings
        .iter()
        .filter(|found| found["outcome"] == "fail")
        .map(|found| format!("{} {}", found["check"], found["fingerprint"]))
        .collect();
    names.sort();
    names
}

#[test]
fn fingerprints_survive_moved_lines_and_a_renamed_include() {
    let body = Body::new("moved");
    let config = "server { listen 80; server_name www.example.jp; access_log /var/log/a.log; root /srv; }\n";
    body.write("tenken.yml", "site: Example\nconfiguration: { nginx: nginx.conf }\n");
    body.write("nginx.conf", "events {}\nhttp { include conf.d/*.conf; }\n");
    std::fs::create_dir(body.0.join("conf.d")).unwrap();
    body.write("conf.d/one.conf", config);
    let before = fingerprints(&body.assess("2026-04-01", &["--history", "none"]));
    assert!(!before.is_empty());
    std::fs::rename(body.0.join("conf.d/one.conf"), body.0.join("conf.d/two.conf")).unwrap();
    body.write("conf.d/two.conf", &format!("# moved\n\n\n{}", config.replace("; ", ";\n\n    ")));
    assert_eq!(fingerprints(&body.assess("2026-04-01", &["--history", "none"])), before);
}
