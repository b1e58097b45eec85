//! Audit rules in the order in which the kernel gets them, held against the directories of logs.

use std::collections::BTreeSet;

use super::Seen;
use super::kinds::{AUDIT_LOCK, LOG_AUDIT};
use super::service;
use super::tree::HostTree;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::audit::{self, Rule};

/// One rule and where it stands.
struct Placed {
    path: String,
    line: u32,
    rule: Rule,
}

/// Observes what is watched of each log directory, and whether the rules are locked.
pub(super) fn observe(tree: &HostTree<'_>, host: &str, directories: &BTreeSet<String>, seen: &mut Seen) {
    let rules = rules(tree, seen);
    let at_boot = service::is_enabled(tree, &["auditd.service"]) || rules_at_boot(tree);
    for directory in directories {
        seen.observations.push(watched(tree, &rules, directory, at_boot));
    }
    let lock = rules.iter().rev().find_map(|placed| match placed.rule {
        Rule::Enabled(value) => Some((placed, value)),
        _ => None,
    });
    let place = lock.map_or_else(
        || Location::whole_file(tree.shown("etc/audit")),
        |(placed, _)| Location::file(tree.shown(&placed.path), placed.line, 1),
    );
    let mut one = Observation::new(AUDIT_LOCK, Subject::new(SubjectKind::Host, host), place, "audit rules");
    one.set("rules", i64::try_from(rules.len()).unwrap_or(i64::MAX));
    one.set("locked", lock.is_some_and(|(_, value)| value == 2));
    seen.observations.push(one);
}

/// The kernel may be told to audit before any program starts.
fn rules_at_boot(tree: &HostTree<'_>) -> bool {
    let files = ["etc/default/grub", "etc/kernel/cmdline", "boot/grub/grub.cfg"];
    let is_told =
        |text: String| text.split(|letter: char| letter.is_whitespace() || letter == '"').any(|word| word == "audit=1");
    files.iter().any(|path| tree.text(path).is_ok_and(is_told))
}

fn rules(tree: &HostTree<'_>, seen: &mut Seen) -> Vec<Placed> {
    let mut paths: Vec<String> = match tree.list("etc/audit/rules.d") {
        Ok(names) => names
            .iter()
            .filter(|name| name.ends_with(".rules"))
            .map(|name| format!("etc/audit/rules.d/{name}"))
            .collect(),
        Err(Refusal::NotFound) => Vec::new(),
        Err(refusal) => {
            fault(tree, "etc/audit/rules.d", &refusal.to_string(), seen);
            Vec::new()
        }
    };
    // augenrules writes audit.rules out of the folder; only where there is no folder is the file the source.
    if paths.is_empty() && tree.entry("etc/audit/audit.rules").is_some() {
        paths.push("etc/audit/audit.rules".to_owned());
    }
    let mut all = Vec::new();
    for path in paths {
        match tree.text(&path) {
            Ok(text) => {
                let (rules, faults) = audit::parse(&text);
                for (line, reason) in faults.iter().take(20) {
                    fault(tree, &format!("{path}:{line}"), reason, seen);
                }
                all.extend(rules.into_iter().map(|(line, rule)| Placed { path: path.clone(), line, rule }));
            }
            Err(refusal) => fault(tree, &path, &refusal.to_string(), seen),
        }
    }
    // What stands in front of a `-D` is deleted again.
    match all.iter().rposition(|placed| placed.rule == Rule::Clear) {
        Some(at) => all.split_off(at + 1),
        None => all,
    }
}

fn watched(tree: &HostTree<'_>, rules: &[Placed], directory: &str, at_boot: bool) -> Observation {
    let absolute = format!("/{directory}");
    let (mut bits, mut excluded, mut place) = (BTreeSet::new(), Vec::new(), None);
    for placed in rules {
        match &placed.rule {
            Rule::Watch { path, below, permissions, conditions } => {
                let covers = absolute == *path || (*below && absolute.starts_with(&format!("{path}/")));
                // A condition other than "a person" leaves somebody out.
                let is_whole = conditions.iter().all(|condition| is_person(condition));
                if covers && is_whole {
                    bits.extend(permissions.chars());
                    place.get_or_insert(placed);
                }
            }
            Rule::Never { path, text } if leaves_out(path, text, &absolute) => {
                excluded.push(format!("{}:{}", tree.shown(&placed.path), placed.line));
            }
            Rule::Never { .. } | Rule::Clear | Rule::Enabled(_) | Rule::Other => {}
        }
    }
    let place = place.map_or_else(
        || Location::whole_file(tree.shown("etc/audit")),
        |placed| Location::file(tree.shown(&placed.path), placed.line, 1),
    );
    let mut one = Observation::new(LOG_AUDIT, Subject::new(SubjectKind::Log, absolute.as_str()), place, "audit rules");
    let missing: Vec<&str> = [('r', "read"), ('w', "write"), ('a', "attribute")]
        .iter()
        .filter(|(bit, _)| !bits.contains(bit))
        .map(|(_, word)| *word)
        .collect();
    one.set("unwatched", Value::texts(missing)).set("excluded_by", Value::texts(excluded)).set("at_boot", at_boot);
    one
}

/// Whether a rule that records nothing takes reading of a directory out again.
fn leaves_out(path: &str, text: &str, directory: &str) -> bool {
    if path.is_empty() {
        // Without a path it takes out whole kinds of records, or everything.
        let kinds = ["msgtype=PATH", "msgtype=SYSCALL"];
        return kinds.iter().any(|kind| text.contains(kind)) || !(text.contains("-F") || text.contains("-C"));
    }
    path.starts_with(directory) || directory.starts_with(path)
}

/// Conditions that only leave out programs that no person started.
fn is_person(condition: &str) -> bool {
    matches!(condition, "auid>=1000" | "auid!=4294967295" | "auid!=-1" | "auid!=unset" | "auid>=500" | "auid>999")
        || condition.starts_with("success=")
}

fn fault(tree: &HostTree<'_>, path: &str, reason: &str, seen: &mut Seen) {
    for kind in [LOG_AUDIT, AUDIT_LOCK] {
        seen.fault(kind, tree.shown(path), reason);
    }
}
