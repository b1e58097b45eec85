//! Every command that README.md and the pages below docs/ name is run, in a copy of the broken body's folder.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::{folder, root, said};

/// The commands of a page: lines of its shell blocks and spans in its text, without comments.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, part) in page.split("```").enumerate() {
        if number % 2 == 0 {
            let spans = part.split('`').skip(1).step_by(2);
            found.extend(spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")));
            continue;
        }
        let joined = part.replace("\\\n", " ");
        let lines = joined.lines().map(|line| line.trim().trim_start_matches("$ ").trim_start_matches("- "));
        let without_comment = |line: &str| line.split(" #").next().unwrap_or_default().trim().to_owned();
        found.extend(lines.map(without_comment));
    }
    found.retain(|line| line.starts_with("tenken ") && !line.starts_with("tenken (") && !line.contains('…'));
    found
}

/// A whole body with what the pages suppose beside it: `deploy`, `examples/broken`, a log folder and a log.
fn body() -> std::path::PathBuf {
    let body = folder("documents");
    let copy = |from: &str, to: &Path| {
        let done = Command::new("cp").args(["-rT", &root().join(from).display().to_string()]).arg(to).status();
        assert!(done.unwrap().success(), "{from}");
    };
    copy("examples/broken", &body);
    std::fs::create_dir_all(body.join("examples")).unwrap();
    copy("examples/broken", &body.join("examples/broken"));
    copy("examples/broken/nginx", &body.join("deploy"));
    copy("policies", &body.join("policies"));
    body
}

#[test]
fn every_command_of_the_pages_runs() {
    let body = body();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
        command.args(words).current_dir(&body).env_clear().env("LANG", "C").env("TENKEN_OFFLINE", "true");
        said(&command.output().unwrap())
    };
    let report = run(&["assess", "--now", "2026-11-24", "--history", "none", "--format", "json"]).1;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let fails = report["findings"].as_array().unwrap().iter().find(|found| found["outcome"] == "fail");
    let fingerprint = fails.unwrap()["fingerprint"].as_str().unwrap().to_owned();
    // What stands for a value of the reader's own.
    let meant = |word: &str| {
        let word = word.trim_matches('"');
        match word {
            "FINGERPRINT" => fingerprint.clone(),
            "ID" => "tls-hsts".to_owned(),
            "NAME" => "site".to_owned(),
            "FILE" => "evidence.json".to_owned(),
            "KEY" | "tenken-key" => "own-key".to_owned(),
            "tenken-key.pub" => "own-key.pub".to_owned(),
            "/var/log/nginx" => "root/var/log".to_owned(),
            "/usr/share/man/man1" => "man1".to_owned(),
            word => word.to_owned(),
        }
    };
    assert_eq!(run(&["keygen", "own-key"]).0, 0);
    std::fs::create_dir_all(body.join(".tenken")).unwrap();
    let mut done = BTreeSet::new();
    for page in ["README.md", "docs/ci.md", "docs/install.md", "docs/risk.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for command in commands(&text) {
            let words = words_of(command.split(" > ").next().unwrap());
            let mut words: Vec<String> = words.iter().skip(1).map(|word| meant(word)).collect();
            match words[0].as_str() {
                "keygen" => words = vec!["keygen".to_owned(), format!("key-{}", done.len())],
                "init" => words.extend(["--dir".to_owned(), "new".to_owned()]),
                "waive" => words.extend(["--expires", "2027-01-31"].map(str::to_owned)),
                _ => {}
            }
            let line = words.join(" ");
            if !done.insert(line.clone()) {
                continue;
            }
            let (code, out, errors) = run(&words.iter().map(String::as_str).collect::<Vec<_>>());
            // Nothing of a site alone can be seen without a network; tests/live.rs looks at one.
            let is_outside =
                words.get(1).is_some_and(|word| word.starts_with("https:")) && errors.contains("no check ran");
            // 2 is a command that tenken could not take: exactly what a page must never show.
            assert!(
                matches!(code, 0 | 1 | 3) || is_outside,
                "{page}: `{command}`, run as `tenken {line}`: {code}\n{errors}"
            );
            assert!(!out.is_empty() || !errors.is_empty() || words[0] == "man", "{page}: `{command}` says nothing");
        }
    }
    for wanted in ["assess", "logs", "fix", "init", "waive", "plan", "record", "history", "verify", "explain", "test"] {
        assert!(done.iter().any(|line| line.split(' ').next() == Some(wanted)), "no page shows `tenken {wanted}`");
    }
}

/// Words of a command; what stands in quotes is one.
fn words_of(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in command.split('"').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_command_has_a_manual_page_and_every_shell_completions() {
    let pages = folder("man");
    let run = |words: &[&str]| said(&Command::new(env!("CARGO_BIN_EXE_tenken")).args(words).output().unwrap());
    assert_eq!(run(&["man", &pages.display().to_string()]).0, 0);
    let help = run(&["--help"]).1;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A line that goes on begins further in.
    let commands = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let mut seen = 0;
    for name in commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        seen += 1;
        let page = std::fs::read_to_string(pages.join(format!("tenken-{name}.1"))).unwrap();
        assert!(page.contains(".SH NAME") && page.contains(".SH OPTIONS"), "{name}");
        for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
            assert!(run(&["completions", shell]).1.contains(name), "{shell}: {name}");
        }
    }
    assert!(seen >= 15, "{help}");
}

#[test]
fn the_pages_count_the_checks() {
    let count = tenken::load::bundled_checks().unwrap().len();
    for (page, wanted) in
        [("README.md", format!("with {count} checks")), ("CHANGELOG.md", format!("- {count} checks over"))]
    {
        assert!(
            std::fs::read_to_string(root().join(page)).unwrap().contains(&wanted),
            "{page} does not say {wanted:?}"
        );
    }
}
