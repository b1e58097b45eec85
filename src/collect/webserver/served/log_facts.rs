//! Logs in force -> observations: one a target, one a stream, one a declared sensitive path.

use std::collections::{BTreeMap, BTreeSet};

use super::super::kinds::{LOG, LOG_TARGET, SENSITIVE_PATH};
use super::{Log, METHOD, Sensitive, Server, Whole, observed};
use crate::model::{Location, Observation, Related, Subject, SubjectKind, Value};

/// The observations of every access and error log.
pub(super) fn observe(whole: &Whole, shortening_declared: Option<bool>, observations: &mut Vec<Observation>) {
    let levels = || whole.servers.iter().flat_map(|server| &server.levels);
    let roots: BTreeSet<&str> =
        levels().filter(|level| level.answers).filter_map(|level| level.root.as_deref()).collect();
    let mut by_target: BTreeMap<&str, Vec<&Log>> = BTreeMap::new();
    for log in levels().flat_map(|level| &level.logs) {
        by_target.entry(log.target.as_str()).or_default().push(log);
    }
    for (target, uses) in by_target {
        observations.push(log(target, &uses, &roots));
        observations.push(stream(target, &uses, shortening_declared));
    }
    let mut errors: BTreeMap<&str, Vec<&super::ErrorLog>> = BTreeMap::new();
    for error in &whole.error_logs {
        errors.entry(error.target.as_str()).or_default().push(error);
    }
    for (target, uses) in errors {
        // Of several uses the one that writes most is the one to look at.
        let Some(worst) = uses.iter().find(|error| error.level == "debug").or_else(|| uses.first()) else { continue };
        let subject = Subject::new(SubjectKind::Log, format!("{target}#error"));
        let mut one = Observation::new(LOG_TARGET, subject, worst.location.clone(), METHOD);
        one.set("role", "error").set("enabled", target != "/dev/null").set("level", worst.level.as_str());
        observations.push(one);
    }
}

fn places(uses: &[&Log]) -> (Location, Vec<Related>) {
    let first = uses.first().map_or_else(Location::default, |log| log.location.clone());
    let others: BTreeSet<&Location> = uses.iter().map(|log| &log.location).filter(|place| **place != first).collect();
    let related =
        others.into_iter().map(|place| Related { location: place.clone(), note: "written from here too".to_owned() });
    let related = related.collect();
    (first, related)
}

fn log(target: &str, uses: &[&Log], roots: &BTreeSet<&str>) -> Observation {
    let (first, related) = places(uses);
    let mut one = Observation::new(LOG, Subject::new(SubjectKind::Log, target), first, METHOD);
    one.related = related;
    let names: BTreeSet<&str> = uses.iter().map(|log| log.format.as_str()).collect();
    one.set("formats", Value::texts(names));
    one.set("conditional", uses.iter().any(|log| log.conditional));
    let inside = |root: &str| target.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    one.set("in_web_root", roots.iter().any(|root| inside(root)));
    if let Some(reason) = uses.iter().find_map(|log| log.written.as_ref().err()) {
        for field in ["variables", "classes", "missing_minimum", "columns"] {
            one.unknown(field, reason.clone());
        }
        return one;
    }
    let all = || uses.iter().filter_map(|log| log.written.as_ref().ok());
    let mut columns: BTreeSet<&[String]> = all().map(|written| written.columns.as_slice()).collect();
    match (columns.len(), columns.pop_first()) {
        (1, Some(columns)) => one.set("columns", Value::texts(columns.iter().map(String::as_str))),
        _ => one.unknown("columns", "entries of several formats are in it"),
    };
    let unknown: BTreeSet<&str> = all().flat_map(|written| &written.unknown).map(String::as_str).collect();
    one.set(
        "variables",
        Value::texts(all().flat_map(|written| &written.variables).map(String::as_str).collect::<BTreeSet<_>>()),
    );
    one.set(
        "missing_minimum",
        Value::texts(all().flat_map(|written| &written.missing_minimum).map(String::as_str).collect::<BTreeSet<_>>()),
    );
    if unknown.is_empty() {
        one.set(
            "classes",
            Value::texts(all().flat_map(|written| &written.classes).map(String::as_str).collect::<BTreeSet<_>>()),
        );
    } else {
        let names: Vec<&str> = unknown.into_iter().collect();
        one.unknown("classes", format!("the class of {} is not known", names.join(", ")));
    }
    one
}

fn stream(target: &str, uses: &[&Log], shortening_declared: Option<bool>) -> Observation {
    let (first, related) = places(uses);
    let mut one =
        Observation::new(LOG_TARGET, Subject::new(SubjectKind::Log, format!("{target}#access")), first, METHOD);
    one.related = related;
    one.set("role", "access").set("enabled", target != "/dev/null");
    match shortening_declared {
        Some(declared) => one.set("shortening_declared", declared),
        None => one.unknown("shortening_declared", "no acquisition is declared (site file: declared: acquisition)"),
    };
    if uses.iter().any(|log| log.written.is_err()) {
        one.unknown("client_address", "a log format is not known");
        return one;
    }
    // Of several formats the one that tells most counts.
    let told = ["full", "shortened"].into_iter().find(|form| uses.iter().any(|log| log.client_address == *form));
    one.set("client_address", told.unwrap_or("none"));
    one
}

/// The observation of one declared path on one server.
pub(super) fn sensitive(sensitive: &Sensitive, server: &Server, main: &str) -> Observation {
    let locus = format!("server[{}]/path[{}]", server.name, sensitive.path);
    let level = sensitive.level.as_ref().ok().and_then(|number| server.levels.get(*number));
    let mut one = observed(SENSITIVE_PATH, main, &locus, level.map_or(&server.place, |level| &level.place));
    one.set("path", sensitive.path.as_str());
    let Some(level) = level else {
        let reason = sensitive.level.clone().err().unwrap_or_default();
        for field in ["location", "query_logged", "formats"] {
            one.unknown(field, reason.clone());
        }
        return one;
    };
    one.set("location", format!("{}{}", server.name, level.locus));
    let formats: BTreeSet<&str> = level.logs.iter().map(|log| log.format.as_str()).collect();
    one.set("formats", Value::texts(formats));
    if level.logs.iter().all(|log| log.written.as_ref().is_ok_and(|written| written.unknown.is_empty())) {
        let has_query = |log: &Log| log.written.as_ref().is_ok_and(|written| written.has_query);
        one.set("query_logged", !sensitive.returns_only && level.logs.iter().any(has_query));
    } else {
        one.unknown("query_logged", "a log format is not known");
    }
    if let Some(log) = level.logs.first() {
        one.related.push(Related { location: log.location.clone(), note: "the log in force".to_owned() });
    }
    one
}
