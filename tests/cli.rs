//! The program as a user meets it: verdicts, exit codes, messages, bad input.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

#[path = "cli/determinism.rs"]
mod determinism;
#[path = "cli/documents.rs"]
mod documents;
#[path = "cli/explain_url.rs"]
mod explain_url;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn tenken(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
    command.args(arguments).current_dir(root()).env_clear().env("LANG", "C");
    command.output().unwrap()
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A folder of this test alone, under the build's own folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn site(name: &str, text: &str) -> String {
    let folder = folder(name);
    std::fs::write(folder.join("tenken.yml"), text).unwrap();
    folder.display().to_string()
}

const OFFLINE: [&str; 3] = ["--offline", "--now", "2026-11-24"];

fn assess(target: &str, more: &[&str]) -> (i32, String, String) {
    let arguments: Vec<&str> = ["assess", target].into_iter().chain(OFFLINE).chain(more.iter().copied()).collect();
    said(&tenken(&arguments))
}

fn failing(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["outcome"] == "fail");
    let mut checks: Vec<String> = findings.map(|finding| finding["check"].as_str().unwrap().to_owned()).collect();
    checks.dedup();
    checks
}

#[test]
fn the_broken_body_fails_and_the_kept_one_is_incomplete_for_what_offline_leaves_out() {
    let (code, json, _) = assess("examples/broken", &["--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&json).unwrap();
    for check in [
        "acc-ended-contract",
        "acc-key-unregistered",
        "log-effective-readers",
        "log-format-scope",
        "pii-email",
        "pii-phone-jp",
        "pii-name-params",
        "pii-credential",
        "pii-error-log",
        "log-gap",
        "ctr-personal-clauses",
        "law-training",
        "imp-audit",
        "rsk-exceptions",
    ] {
        assert!(failing(&report).contains(&check.to_owned()), "{check}");
    }
    let (code, json, _) = assess("examples/kept", &["--format", "json"]);
    let report = serde_json::from_str(&json).unwrap();
    assert_eq!((code, failing(&report), &report["gate"]["verdict"]), (0, Vec::new(), &"incomplete".into()));
}

#[test]
fn a_folder_of_configuration_is_a_target_and_what_is_not_recognised_is_named() {
    let (code, json, errors) = assess("examples/broken/deploy", &["--format", "json"]);
    let failing = failing(&serde_json::from_str(&json).unwrap());
    assert_eq!(code, 1);
    for check in ["dep-privileged", "dep-inline-secret", "dep-image-root", "dep-sandbox-drop-in"] {
        assert!(failing.contains(&check.to_owned()), "{check}: {failing:?}");
    }
    assert_eq!(errors, "");
    let folder = folder("target-folder");
    std::fs::copy("examples/broken/deploy/compose.yml", folder.join("compose.yml")).unwrap();
    std::fs::write(folder.join("blob"), [0_u8, 1, 2]).unwrap();
    std::fs::write(folder.join("notes.txt"), "x").unwrap();
    let (_, _, errors) = assess(&folder.display().to_string(), &[]);
    assert_eq!(errors, "not recognised as configuration, so not looked at: blob, notes.txt\n");
}

#[test]
fn the_exit_code_is_the_same_in_every_format_and_the_report_fits_its_schema() {
    let schema: Value = serde_json::from_str(&said(&tenken(&["schema", "report"])).1).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for format in ["text", "json", "markdown"] {
        for language in ["en", "ja"] {
            let (code, report, errors) = assess("examples/broken", &["--format", format, "--lang", language]);
            assert_eq!((code, errors.as_str()), (1, ""), "{format} {language}");
            if format == "json" {
                let report: Value = serde_json::from_str(&report).unwrap();
                assert!(
                    validator.is_valid(&report),
                    "{:?}",
                    validator.iter_errors(&report).next().map(|error| error.to_string())
                );
            }
        }
    }
}

#[test]
fn a_replay_gives_the_same_bytes_and_the_evidence_fits_its_schema() {
    let folder = folder("replay");
    let file = folder.join("evidence.json").display().to_string();
    for language in ["en", "ja"] {
        let (_, live, _) = assess("examples/broken", &["--evidence", &file, "--lang", language]);
        let (code, replayed, _) = said(&tenken(&["assess", "--replay", &file, "--lang", language]));
        assert_eq!((code, replayed), (1, live));
    }
    let schema: Value = serde_json::from_str(&said(&tenken(&["schema", "evidence"])).1).unwrap();
    let evidence: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&evidence));
    std::fs::write(&file, "{\"schema\": \"tenken/evidence/9\"}").unwrap();
    assert_eq!(said(&tenken(&["assess", "--replay", &file])).0, 2);
}

#[test]
fn no_secret_and_no_log_line_leaves_the_host() {
    let (_, evidence, _) = said(&tenken(&["collect", "examples/broken", "--offline", "--now", "2026-11-24"]));
    for secret in [
        "192.0.2.10",
        "AAAAB3NzaC1yc2E",
        "AAAAC3NzaC1lZDI1NTE5",
        "GET /contact.html",
        "taro",
        "090-1234-5678",
        "0f3a9c1b2d4e5f60",
        "hunter22",
    ] {
        assert!(!evidence.contains(secret), "{secret}");
    }
}

#[test]
fn text_fits_eighty_columns_in_both_languages() {
    for language in ["en", "ja"] {
        for target in ["examples/broken", "examples/kept"] {
            let (_, report, _) = assess(target, &["--lang", language]);
            for line in report.lines() {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
            }
            assert!(!report.contains('\u{1b}'));
        }
    }
}

#[test]
fn bad_site_files_say_where_and_what_would_do() {
    for (name, text, wanted) in [
        (
            "key",
            "site: a\ncontracters: x.yml\n",
            "tenken.yml:2:1: unknown key `contracters`; did you mean `contractors`?",
        ),
        ("type", "site: a\nhosts: 3\n", "tenken.yml:2:8: hosts:"),
        ("twice", "site: a\nsite: b\n", "tenken.yml:2:1: not readable as YAML"),
        ("nothing", "", "tenken.yml"),
        ("policy", "site: a\npolicy: tokyo\n", "unknown policy: tokyo"),
        ("parameter", "site: a\nparameters: { log_retention_min_dayz: 3 }\n", "did you mean `log_retention_min_days`?"),
        ("register", "site: a\ncontractors: gone.yml\n", "gone.yml: cannot be read"),
        ("url", "site: a\nurl: http://www.example.jp\n", "tenken.yml:2:6: url: expected https://HOST"),
        ("brackets", &"[".repeat(20_000), "not readable as YAML"),
    ] {
        let (code, out, errors) = assess(&site(name, text), &[]);
        assert_eq!((code, out.as_str()), (2, ""), "{name}");
        assert!(errors.contains(wanted), "{name}: {errors}");
    }
}

#[test]
fn a_byte_order_mark_crlf_and_a_huge_file_are_met() {
    let (code, _, _) =
        assess(&site("bom", "\u{feff}site: a\r\nurl: https://www.example.jp\r\nrecords: r.yml\r\n"), &[]);
    assert_eq!(code, 2, "the records file is not there");
    let huge = folder("huge");
    let file = std::fs::File::create(huge.join("tenken.yml")).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    let (code, _, errors) = assess(&huge.display().to_string(), &[]);
    assert_eq!(code, 2);
    assert!(errors.contains("larger than"), "{errors}");
}

const MUTE: &str = "id: x
title: { en: a, ja: b }
source: { en: a, ja: b }
clauses: [{ id: C, title: { en: a, ja: b }, quote: { en: a, ja: b } }]
";

#[test]
fn a_policy_that_names_an_unknown_check_or_clause_twice_is_refused() {
    let text = std::fs::read_to_string(root().join("policies/four-principles.yml")).unwrap();
    for (name, changed, wanted) in [
        (
            "policy-check",
            text.replace("- tls-hsts", "- tls-hstss"),
            "unknown check in the policy: tls-hstss (did you mean tls-hsts?)",
        ),
        ("policy-twice", text.replace("id: S2", "id: S1"), "two clauses have the id S1"),
        ("policy-mute", MUTE.to_owned(), "clause C names no check and does not say manual"),
    ] {
        let target = site(name, "site: a\nurl: https://www.example.jp\npolicy: own.yml\n");
        std::fs::write(Path::new(&target).join("own.yml"), changed).unwrap();
        let (code, _, errors) = assess(&target, &[]);
        assert_eq!(code, 2, "{name}");
        assert!(errors.contains(wanted), "{name}: {errors}");
    }
}

#[test]
fn terminal_escapes_out_of_a_site_file_do_not_reach_the_terminal() {
    let target = site("escape", "site: \"a\\e[31mb\\u202ec\"\nrecords: r.yml\n");
    std::fs::write(Path::new(&target).join("r.yml"), "records: []\n").unwrap();
    for format in ["text", "markdown"] {
        let (_, report, _) = assess(&target, &["--format", format]);
        assert!(!report.contains('\u{1b}') && !report.contains('\u{202e}'), "{report}");
        assert!(report.contains("u{1b}") || report.contains("u{1b"), "{report}");
    }
}

#[test]
fn selections_that_select_nothing_are_errors() {
    let (code, _, errors) = assess("examples/kept", &["--only", "tsl-*"]);
    assert_eq!(code, 2);
    assert!(errors.contains("no check has such an id"), "{errors}");
    let (code, _, errors) = assess("examples/kept", &["--skip", "*"]);
    assert_eq!(code, 2);
    assert!(errors.contains("no check ran"), "{errors}");
    assert_eq!(assess(&site("empty", "site: a\nurl: https://www.example.jp\n"), &[]).0, 2);
}

#[test]
fn own_checks_are_held_to_the_same_rules() {
    let folder = folder("own");
    let text = std::fs::read_to_string(root().join("checks/tls/tls-ssl.yml")).unwrap().replace("tls-ssl", "tls-mine");
    let file = folder.join("tls-mine.yml").display().to_string();
    std::fs::write(&file, &text).unwrap();
    assert_eq!(said(&tenken(&["test", &file])).0, 0);
    std::fs::write(&file, text.replace("{ ssl:", "{ sls:").replace("  ssl:", "  sls:")).unwrap();
    let (code, out, _) = said(&tenken(&["test", &file]));
    assert_eq!(code, 1);
    assert!(out.contains("states no such field"), "{out}");
}

#[test]
fn the_gate_can_be_told_what_to_ask() {
    let folder = folder("gate");
    let baseline = folder.join("baseline.json").display().to_string();
    assert_eq!(assess("examples/broken", &["--write-baseline", &baseline]).0, 1);
    let (code, report, _) = assess("examples/broken", &["--baseline", &baseline]);
    assert!(!report.contains("new open finding"), "{report}");
    assert_eq!(code, 1, "the expired waiver still closes the gate");
    assert_eq!(assess("examples/kept", &["--baseline", &baseline]).0, 2, "a baseline of another site");
    assert_eq!(assess("examples/kept", &["--fail-on", "high"]).0, 0);
    assert_eq!(assess("examples/broken", &["--exit-zero"]).0, 0);
    assert_eq!(assess("examples/kept", &["--fail-on", "high", "--max-residual", "1", "--strict"]).0, 1);
}

#[test]
fn missing_evidence_is_three_and_may_be_allowed() {
    let folder = folder("gap");
    std::fs::write(folder.join("nginx.conf"), "http { include gone.conf; server { listen 443 ssl; } }").unwrap();
    let target = folder.join("nginx.conf").display().to_string();
    let (code, report, _) = assess(&target, &["--only", "log-every-vhost"]);
    assert_eq!(code, 3, "{report}");
    assert!(report.contains("gone.conf"));
    assert_eq!(assess(&target, &["--only", "log-every-vhost", "--allow-gaps"]).0, 0);
}

#[test]
fn init_writes_files_that_assess_reads_and_never_overwrites() {
    let folder = folder("init");
    let dir = folder.display().to_string();
    assert_eq!(said(&tenken(&["init", "https://www.example.jp", "--offline", "--dir", &dir])).0, 0);
    assert_eq!(assess(&dir, &[]).0, 1);
    assert_eq!(said(&tenken(&["init", "--dir", &dir])).0, 2);
    let page = format!("{}/examples/kept/site/en/policy.html", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(said(&tenken(&["init", "--policy", &page, "--dir", &dir])).0, 0);
    assert_eq!(said(&tenken(&["init", "--policy", &page, "--dir", &dir])).0, 2);
    let policy = std::fs::read_to_string(folder.join("policy.yml")).unwrap();
    assert_eq!(policy.matches("not yet mapped").count(), 11);
}

#[test]
fn init_fills_in_what_a_configuration_and_a_host_show() {
    let folder = folder("init-files");
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put(
        "deploy/nginx.conf",
        "http { log_format p '$remote_addr $time_iso8601 $cookie_sid'; access_log /var/log/nginx/access.log p;\n\
         server { listen 443 ssl; server_name www.example.jp; location / { proxy_pass https://app.hosting.example.net; } } }\n",
    );
    put("rootfs/etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    put("rootfs/etc/group", "root:x:0:\n");
    put("rootfs/etc/rsyslog.conf", "*.* @@logs.keeping.example.org\n");
    put("rootfs/etc/cron.d/backup", "0 3 * * * root rsync -a /srv/ b@vault.example.com:/x\n");
    let dir = folder.display().to_string();
    let configuration = folder.join("deploy/nginx.conf").display().to_string();
    assert_eq!(said(&tenken(&["init", &configuration, "--offline", "--dir", &dir])).0, 0);
    let site = std::fs::read_to_string(folder.join("tenken.yml")).unwrap();
    for wanted in [
        "configuration: { nginx: \"deploy/nginx.conf\", root: \"rootfs\" }",
        "host: { root: \"rootfs\" }",
        "scope_hosts: [\"www.example.jp\"]",
        "first_parties: [\"example.jp\"]",
        "#   - { class: cookie, purpose: \"decide\" }",
        "logs: [{ path: \"var/log/nginx/access.log*\", kind: access }]",
    ] {
        assert!(site.contains(wanted), "{wanted}\n{site}");
    }
    let register = std::fs::read_to_string(folder.join("contractors.yml")).unwrap();
    for wanted in [
        "# seen: the web server passes requests on to app.hosting.example.net",
        "# seen: logs are sent to logs.keeping.example.org",
        "# seen: files go to or come from vault.example.com (copy, rsync)",
        "log_endpoints",
        "backup_endpoints",
    ] {
        assert!(register.contains(wanted), "{wanted}\n{register}");
    }
    assert_eq!(said(&tenken(&["init", &configuration, "--offline", "--dir", &dir])).0, 2, "it never overwrites");
    assert_eq!(assess(&dir, &[]).0, 1, "the draft is read");
}

#[test]
fn every_framework_is_explained_by_its_items() {
    for item in [
        "iso-27001:A.8.15",
        "nist-800-53:AC-2",
        "csf-2:PR.AA-01",
        "cis-8:5.1",
        "nco:4.1.1",
        "mic:8.1",
        "appi:66",
        "gdpr:33",
        "pci-dss:12.8.1",
    ] {
        let (code, text, errors) = said(&tenken(&["explain", item, "--lang", "en"]));
        let says = text.contains("unverified") || text.contains("proof-read");
        assert!(code == 0 && says, "{item}: {text}{errors}");
    }
}

#[test]
fn explain_test_help_and_version_answer() {
    for arguments in [
        &["explain"][..],
        &["explain", "tls-hsts"],
        &["explain", "iso-27001:A.8.15"],
        &["explain", "log_retention_min_days"],
        &["test"],
        &["--help"],
        &["--version"],
        &["completions", "bash"],
    ] {
        let (code, out, errors) = said(&tenken(arguments));
        assert_eq!((code, errors.as_str()), (0, ""), "{arguments:?}");
        assert!(!out.is_empty(), "{arguments:?}");
    }
    let (code, _, errors) = said(&tenken(&["explain", "tls-hst"]));
    assert_eq!(code, 2);
    assert!(errors.contains("did you mean tls-hsts?"), "{errors}");
    assert_eq!(said(&tenken(&["assess", "--nonsense"])).0, 2);
    assert_eq!(said(&tenken(&["assess", "--format", "sarf"])).0, 2);
}

#[test]
fn stored_evidence_is_held_against_any_tls_profile() {
    let site = site("tls-profile", "site: a\nurl: https://www.example.jp\n");
    let file = format!("{site}/evidence.json");
    let collect = ["collect", &site, "--output", &file];
    assert_eq!(said(&tenken(&[&collect[..], &OFFLINE].concat())).0, 0);
    let mut evidence: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let gcm = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    let seen = serde_json::json!({
        "kind": "tls-endpoint", "subject": "endpoint:192.0.2.1:443/www.example.jp", "source": {}, "method": "test",
        "strength": "measured", "fields": {
            "protocols.offered": ["TLSv1.2", "TLSv1.3"], "protocols.complete": true, "tls13": true, "tls_old": [],
            "suites.tls12": [gcm, "TLS_RSA_WITH_AES_128_CBC_SHA"], "suites.tls13": ["TLS_AES_128_GCM_SHA256"],
            "suites.complete": ["TLSv1.2", "TLSv1.3"],
        },
    });
    evidence["observations"].as_array_mut().unwrap().push(seen);
    for entry in evidence["census"].as_array_mut().unwrap().iter_mut().filter(|entry| entry["kind"] == "tls-endpoint") {
        *entry = serde_json::json!({ "kind": "tls-endpoint", "scope": "x", "state": "complete", "count": 1 });
    }
    std::fs::write(&file, evidence.to_string()).unwrap();
    let outcome = |more: &[&str]| {
        let replay = ["assess", "--replay", &file, "--only", "tls-ciphers", "--format", "json"];
        let (code, report, errors) = said(&tenken(&[&replay, more].concat()));
        assert!(code < 2, "{errors}");
        let report: Value = serde_json::from_str(&report).unwrap();
        let finding = report["findings"].as_array().unwrap().iter().find(|found| found["check"] == "tls-ciphers");
        let finding = finding.unwrap_or_else(|| panic!("{more:?}: {report}"));
        (finding["outcome"].as_str().unwrap().to_owned(), finding["risk"]["likelihood"].as_u64().unwrap())
    };
    // Recommended leaves static RSA to should; Mozilla leaves it out; an empty list of TLS 1.2 leaves out everything.
    assert_eq!(outcome(&[]), ("fail".to_owned(), 2));
    assert_eq!(outcome(&["--tls-profile", "mozilla-intermediate"]), ("fail".to_owned(), 3));
    assert_eq!(outcome(&["--tls-profile", "mozilla-old"]), ("pass".to_owned(), 3));
    assert_eq!(outcome(&["--tls-profile", "policies/tls/rfc-9325.yml"]).0, "fail");
    let (code, _, errors) = said(&tenken(&["assess", "--replay", &file, "--tls-profile", "mozilla-moden"]));
    assert_eq!(code, 2);
    assert!(errors.contains("did you mean mozilla-modern?"), "{errors}");
    let (code, page, _) = said(&tenken(&["explain", "tls-profile:ipa-high", "--lang", "ja"]));
    assert_eq!(code, 0);
    assert!(page.contains("遵守項目") && page.contains("unverified"), "{page}");
    assert!(said(&tenken(&["explain", "tls-profiles"])).1.contains("nist-800-52r2"));
}

#[test]
fn a_tls_profile_that_does_not_exist_stops_the_run_before_it_looks() {
    let site = site("no-profile", "site: a\nparameters: { tls_profile: ipa-recomended }\n");
    let (code, _, errors) = assess(&site, &[]);
    assert_eq!(code, 2);
    assert!(errors.contains("unknown TLS profile: ipa-recomended (did you mean ipa-recommended?)"), "{errors}");
}
