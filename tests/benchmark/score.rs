//! Runs the body through the binary and holds what it says against what was planted.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::body::Body;
use crate::plant::{Defect, Planted};
use crate::served::{Served, serve};

/// The day on which bodies are judged; their records are dated around it.
const NOW: &str = "2026-11-24";

/// Rules of the catalogue that join unlike faults, and the check that holds the other part.
const SPLIT: [(&str, &str); 3] = [
    // A self-inspection is another activity than an audit.
    ("imp-audit", "imp-self-inspection"),
    // Users of the content management system have a check of their own, contracts that ended included.
    ("acc-ended-contract", "acc-cms-admins"),
    // Reports of DMARC go to an operator of mail, whom the register has to name.
    ("mail-dmarc", "ctr-mail-operator"),
];

/// What became of one planted defect.
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// A finding of the rule names the place.
    Found,
    /// A check that holds a part of the rule names the place.
    ByAnother,
    /// The rule has a finding that does not name the place.
    Elsewhere,
    /// The rule says that it cannot tell.
    Unknown,
    /// Nothing was said.
    Missed,
}

/// A finding that is open, as the report has it.
pub(crate) struct Finding {
    pub(crate) check: String,
    pub(crate) outcome: String,
    /// Everything in it that says where.
    pub(crate) text: String,
}

/// A folder of its own that goes with its holder.
pub(crate) struct Bench(PathBuf);

impl Drop for Bench {
    fn drop(&mut self) {
        if std::env::var_os("TENKEN_KEEP").is_none() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

impl Bench {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("benchmark-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What is found of a body, after what the ledger is to hold.
    pub(crate) fn findings(&self, planted: &Planted, body: &Body, with_past: bool) -> Vec<Finding> {
        let (folder, history) = (self.path("body"), self.path("history.sqlite"));
        let _ = std::fs::remove_file(&history);
        for earlier in planted.earlier.iter().filter(|_| with_past) {
            self.write(&earlier.body, &folder);
            self.run(&folder, None, &history, &earlier.now);
            if earlier.tamper {
                let ledger = rusqlite::Connection::open(&history).unwrap();
                ledger.execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET at = at - 86400;").unwrap();
            }
        }
        self.write(body, &folder);
        let run = self.path("run");
        let _ = std::fs::remove_dir_all(&run);
        let served = serve(body, &folder, &run);
        self.run(&folder, Some(&served), &history, NOW)
    }

    pub(crate) fn write(&self, body: &Body, folder: &Path) {
        let _ = std::fs::remove_dir_all(folder);
        body.write(folder);
    }

    fn run(&self, folder: &Path, served: Option<&Served>, history: &Path, now: &str) -> Vec<Finding> {
        let report = self.path("report.json");
        let _ = std::fs::remove_file(&report);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
        command.arg("assess").arg(folder).args(["--now", now, "--timeout", "5", "--history"]).arg(history);
        command.arg("--output").arg(format!("json={}", report.display())).env_clear();
        match served {
            Some(served) => {
                let resolver = served.resolver.to_string();
                command.args(["--resolve", &served.resolve, "--resolver", &resolver, "--cacert"]).arg(&served.cacert)
            }
            None => command.arg("--offline"),
        };
        let output = command.output().unwrap();
        let text = std::fs::read_to_string(&report).unwrap_or_default();
        let report: Value = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr)));
        let open = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| matches!(one["outcome"].as_str(), Some("fail" | "unknown")));
        open.map(|one| Finding {
            check: one["check"].as_str().unwrap().to_owned(),
            outcome: one["outcome"].as_str().unwrap().to_owned(),
            text: format!("{} {} {} {}", one["subject"], one["location"], one["actual"], one["message"]),
        })
        .collect()
    }
}

impl Defect {
    /// The check that holds a part of the defect's rule and has a finding at the place.
    pub(crate) fn found_by_another(&self, planted: &Planted, findings: &[Finding]) -> Option<&'static str> {
        let of_rule = SPLIT.iter().filter(|(rule, _)| *rule == self.rule).map(|(_, check)| *check);
        let names_place = |finding: &Finding| {
            self.places.iter().any(|place| place == "body" || finding.text.contains(&planted.body.named(place)))
        };
        let fails =
            |check: &str| findings.iter().any(|one| one.check == check && one.outcome == "fail" && names_place(one));
        of_rule.into_iter().find(|check| fails(check))
    }

    /// What became of it, by the findings of its body.
    pub(crate) fn fate(&self, planted: &Planted, findings: &[Finding]) -> Fate {
        let names_place = |finding: &Finding| {
            self.places.iter().any(|place| place == "body" || finding.text.contains(&planted.body.named(place)))
        };
        // Where no rule of the catalogue claims a defect, any finding at the place counts that no other defect of the body explains.
        let is_of_rule = |finding: &Finding| {
            if self.rule == "none" {
                // A check that fails elsewhere as well speaks of something that is wrong everywhere.
                findings.iter().filter(|one| one.check == finding.check && one.outcome == "fail").all(names_place)
                    && names_place(finding)
                    && planted.defects.iter().all(|other| other.rule != finding.check)
            } else {
                finding.check == self.rule
            }
        };
        let of_rule: Vec<&Finding> = findings.iter().filter(|finding| is_of_rule(finding)).collect();
        let fails = || of_rule.iter().filter(|finding| finding.outcome == "fail");
        if fails().any(|finding| names_place(finding)) {
            Fate::Found
        } else if fails().next().is_some() {
            Fate::Elsewhere
        } else if of_rule.is_empty() {
            Fate::Missed
        } else {
            Fate::Unknown
        }
    }
}
