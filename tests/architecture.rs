//! Who may know whom: the rooms of ARCHITECTURE.md as a table. What the table does not name is refused.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::path::{Path, PathBuf};

/// Room -> rooms that it may import besides itself.
const ARROWS: [(&str, &[&str]); 17] = [
    ("model", &[]),
    ("syntax", &[]),
    ("load", &["model", "syntax"]),
    ("collect", &["model", "syntax", "scan"]),
    ("join", &["model"]),
    ("evaluate", &["model"]),
    ("assess", &["model"]),
    ("report", &["model"]),
    ("catalog", &["model"]),
    ("key", &[]),
    ("scan", &[]),
    ("mend", &["model", "syntax"]),
    ("history", &["model", "key"]),
    ("bundle", &["model", "load", "pipeline", "report", "key"]),
    ("pipeline", &["model", "load", "collect", "join", "evaluate", "assess"]),
    (
        "cli",
        &[
            "model", "load", "collect", "evaluate", "catalog", "report", "history", "pipeline", "key", "bundle",
            "scan", "mend",
        ],
    ),
    ("main", &["cli"]),
];

/// Words of the outside, and the only files that may use them.
const OUTSIDE: [(&str, &[&str]); 9] = [
    ("std::fs", &["src/load/reader.rs", "src/collect/live/", "src/cli/"]),
    ("std::env", &["src/cli/"]),
    ("SystemTime", &["src/cli/"]),
    ("Instant::now", &[]),
    ("TcpStream", &["src/collect/live/"]),
    ("std::process", &["src/cli/", "src/main.rs"]),
    ("println!", &[]),
    ("rusqlite", &["src/history/sqlite.rs"]),
    ("tokio", &["src/collect/", "src/cli/assess.rs", "src/cli/init.rs", "src/cli/fix/"]),
];

/// Files over 400 lines, each with its reason.
const LONG: [(&str, &str); 1] = [("src/report/json.rs", "one struct a part of the published report, and nothing else")];

const FORBIDDEN_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "types", "misc"];

fn room(path: &str) -> Option<&str> {
    let inner = path.strip_prefix("src/")?;
    let first = inner.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

/// Everything wrong with one file; what stands behind `#[cfg(test)]`, and files named tests.rs or below tests/, may use anything.
fn faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(room) = room(path).filter(|room| *room != "lib") else { return faults };
    let Some((_, may)) = ARROWS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("{path}: the room {room} is not in the table")];
    };
    if !text.starts_with("//!") {
        faults.push(format!("{path}: does not open with //!"));
    }
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if FORBIDDEN_NAMES.contains(&stem) {
        faults.push(format!("{path}: a name that says nothing"));
    }
    if text.lines().count() > 400 && !LONG.iter().any(|(long, _)| *long == path) {
        faults.push(format!("{path}: over 400 lines without a reason"));
    }
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return faults;
    }
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    for (number, line) in code.lines().enumerate() {
        let line = line.split("//").next().unwrap_or(line);
        let starts = ["crate::", "tenken::"];
        for start in starts {
            for part in line.split(start).skip(1) {
                let end = part
                    .find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
                    .unwrap_or(part.len());
                let named = &part[..end];
                let is_room = ARROWS.iter().any(|(name, _)| *name == named);
                if is_room && named != room && !may.contains(&named) {
                    faults.push(format!("{path}:{}: {room} may not know {named}", number + 1));
                }
            }
        }
        if line.contains("use crate::{") {
            faults.push(format!("{path}:{}: a grouped import hides its rooms", number + 1));
        }
        for (word, allowed) in OUTSIDE {
            if line.contains(word) && !allowed.iter().any(|place| path.starts_with(place)) {
                faults.push(format!("{path}:{}: {word} belongs elsewhere", number + 1));
            }
        }
    }
    faults
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_house_stands_as_drawn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 40, "only {} files were read", files.len());
    let mut all = Vec::new();
    for file in files {
        let path = file.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        all.extend(faults(&path, &std::fs::read_to_string(&file).unwrap()));
    }
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn every_rule_can_be_broken() {
    let broken = |path: &str, text: &str, wanted: &str| {
        let found = faults(path, text);
        assert!(found.iter().any(|fault| fault.contains(wanted)), "{wanted}: {found:?}");
    };
    broken("src/model/x.rs", "//! x\nuse crate::load::Tree;\n", "model may not know load");
    broken("src/report/x.rs", "//! x\nfn a() { crate::assess::assess(); }\n", "report may not know assess");
    broken("src/join/x.rs", "//! x\nuse std::fs;\n", "std::fs belongs elsewhere");
    broken("src/assess/x.rs", "//! x\nuse crate::{load, model};\n", "grouped import");
    broken("src/evaluate/x.rs", "use crate::model::Time;\n", "does not open with");
    broken("src/attic/x.rs", "//! x\n", "not in the table");
    broken("src/model/utils.rs", "//! x\n", "a name that says nothing");
    broken("src/model/x.rs", &format!("//! x\n{}", "\n".repeat(400)), "over 400 lines");
    broken("src/collect/tls/x.rs", "//! x\nuse tokio::net::TcpStream;\n", "TcpStream belongs elsewhere");
    assert_eq!(
        faults("src/model/x.rs", "//! x\n#[cfg(test)]\nmod tests {\n    use crate::load::Tree;\n}\n"),
        Vec::<String>::new()
    );
}
