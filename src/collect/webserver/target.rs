//! Streams of entries as they are configured: every access log in use and every error log, with what makes each weak.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::LOG_TARGET;
use super::log_format::Formats;
use super::tree::{Block, Node};
use crate::model::{Observation, Subject, SubjectKind};

/// Variables that hold the visitor's whole address.
const ADDRESSES: [&str; 8] = [
    "remote_addr",
    "binary_remote_addr",
    "realip_remote_addr",
    "proxy_protocol_addr",
    "http_x_forwarded_for",
    "proxy_add_x_forwarded_for",
    "http_forwarded",
    "http_x_real_ip",
];

/// Observes the streams; `logs` are the access logs in use.
pub(super) fn observe(directives: &Block, logs: &[Observation], shortening_declared: Option<bool>) -> Vec<Observation> {
    let formats = Formats::of(directives);
    let mut all: Vec<Observation> = logs.iter().map(|log| access(log, &formats, shortening_declared)).collect();
    let mut errors: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    gather(directives, &mut errors);
    all.extend(errors.iter().map(|(target, uses)| error(target, uses)));
    all
}

fn access(log: &Observation, formats: &Formats, shortening_declared: Option<bool>) -> Observation {
    let subject = Subject::new(SubjectKind::Log, format!("{}#access", log.subject.name()));
    let mut seen = Observation::new(LOG_TARGET, subject, log.source.clone(), &log.method);
    seen.related.clone_from(&log.related);
    seen.set("role", "access").set("enabled", log.subject.name() != "/dev/null");
    match shortening_declared {
        Some(declared) => {
            seen.set("shortening_declared", declared);
        }
        None => {
            seen.unknown("shortening_declared", "no acquisition is declared (site file: declared: acquisition)");
        }
    }
    let direct: Option<BTreeSet<&str>> = log
        .texts("formats")
        .into_iter()
        .map(|name| formats.direct(name))
        .collect::<Option<Vec<_>>>()
        .map(|all| all.concat().into_iter().collect());
    let variables: BTreeSet<&str> = log.texts("variables").into_iter().collect();
    let holds = |names: &BTreeSet<&str>| ADDRESSES.iter().any(|address| names.contains(address));
    match (direct, log.fields.get("variables")) {
        (Some(direct), Some(_)) => {
            // A variable that a map makes out of the address carries a part of it only.
            let form = if holds(&direct) {
                "full"
            } else if holds(&variables) {
                "shortened"
            } else {
                "none"
            };
            seen.set("client_address", form);
        }
        _ => {
            seen.unknown("client_address", "a log format is not known");
        }
    }
    seen
}

fn gather<'a>(nodes: &'a Block, errors: &mut BTreeMap<String, Vec<&'a Node>>) {
    for node in nodes {
        if let ("error_log", Some(target)) = (node.name.as_str(), node.arguments.first()) {
            errors.entry(target.clone()).or_default().push(node);
        }
        if let Some(block) = &node.block {
            gather(block, errors);
        }
    }
}

fn error(target: &str, uses: &[&Node]) -> Observation {
    let level = |node: &Node| node.arguments.get(1).cloned().unwrap_or_else(|| "error".to_owned());
    // Of several uses the one that writes most is the one to look at.
    let worst = uses.iter().find(|node| level(node) == "debug").or_else(|| uses.first());
    let place = worst.map(|node| node.location()).unwrap_or_default();
    let subject = Subject::new(SubjectKind::Log, format!("{target}#error"));
    let mut seen = Observation::new(LOG_TARGET, subject, place, "configuration");
    seen.set("role", "error").set("enabled", target != "/dev/null");
    seen.set("level", worst.map_or_else(|| "error".to_owned(), |node| level(node)));
    seen
}
