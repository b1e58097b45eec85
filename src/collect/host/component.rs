//! The operating system's release against the pinned table of ends of support.
//!
//! Packages of a distribution are mended by the distribution for as long as its release is supported, whatever number
//! their own makers stopped at; so the release is what counts.

use super::Seen;
use super::kinds::COMPONENT;
use super::tree::HostTree;
use crate::collect::limits::cut;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Time};

/// Identifier and version as os-release(5) has them, and the last day of security support that costs nothing extra.
/// From the distributions' own pages as of 2026-11; not proof-read.
const ENDS: [(&str, &str, &str); 33] = [
    ("debian", "9", "2022-06-30"),
    ("debian", "10", "2024-06-30"),
    ("debian", "11", "2026-08-31"),
    ("debian", "12", "2028-06-30"),
    ("debian", "13", "2030-06-30"),
    ("ubuntu", "16.04", "2021-04-30"),
    ("ubuntu", "18.04", "2023-05-31"),
    ("ubuntu", "20.04", "2025-05-31"),
    ("ubuntu", "22.04", "2027-05-31"),
    ("ubuntu", "24.04", "2029-05-31"),
    ("ubuntu", "26.04", "2031-05-31"),
    ("centos", "6", "2020-11-30"),
    ("centos", "7", "2024-06-30"),
    ("centos", "8", "2021-12-31"),
    ("rhel", "7", "2024-06-30"),
    ("rhel", "8", "2029-05-31"),
    ("rhel", "9", "2032-05-31"),
    ("rhel", "10", "2035-05-31"),
    ("almalinux", "8", "2029-03-01"),
    ("almalinux", "9", "2032-05-31"),
    ("almalinux", "10", "2035-05-31"),
    ("rocky", "8", "2029-05-31"),
    ("rocky", "9", "2032-05-31"),
    ("rocky", "10", "2035-05-31"),
    ("amzn", "1", "2023-12-31"),
    ("amzn", "2", "2026-06-30"),
    ("amzn", "2023", "2029-06-30"),
    ("alpine", "3.18", "2025-05-09"),
    ("alpine", "3.19", "2025-11-01"),
    ("alpine", "3.20", "2026-04-01"),
    ("alpine", "3.21", "2026-11-01"),
    ("alpine", "3.22", "2027-05-01"),
    ("opensuse-leap", "15.6", "2026-04-30"),
];

/// Observes the release.
pub(super) fn observe(tree: &HostTree<'_>, host: &str, seen: &mut Seen) {
    // etc/os-release is a link to the other on most hosts.
    let found = ["etc/os-release", "usr/lib/os-release"].iter().find_map(|path| match tree.text(path) {
        Ok(text) => Some((*path, Ok(text))),
        Err(Refusal::NotFound) => None,
        Err(refusal) => Some((*path, Err(refusal))),
    });
    let (path, text) = match found {
        Some((path, Ok(text))) => (path, text),
        Some((path, Err(refusal))) => return seen.fault(COMPONENT, tree.shown(path), refusal.to_string()),
        None => return seen.fault(COMPONENT, tree.shown("etc/os-release"), "not found"),
    };
    let value = |key: &str| {
        let line = text.lines().filter_map(|line| line.trim().split_once('=')).find(|(name, _)| *name == key);
        line.map(|(_, value)| value.trim_matches(['"', '\'']).to_owned())
    };
    let (id, version) = (value("ID").unwrap_or_default(), value("VERSION_ID"));
    let subject = Subject::new(SubjectKind::Host, format!("{host}/{}", if id.is_empty() { "os" } else { &id }));
    let mut one = Observation::new(COMPONENT, subject, Location::whole_file(tree.shown(path)), "os-release");
    one.set("component", cut(&id));
    match &version {
        Some(version) => {
            one.set("version", cut(version));
        }
        None => {
            one.unknown("version", "no version is written (a rolling release)");
        }
    }
    let end = version.as_deref().and_then(|version| end(&id, version));
    match end {
        Some(end) => {
            one.set("support_ends", end);
        }
        None => {
            one.unknown("support_ends", "the table of ends of support does not have it");
        }
    }
    seen.observations.push(one);
}

/// The end of a version: itself, or its first parts (`9.4` is `9`, `3.20.1` is `3.20`).
fn end(id: &str, version: &str) -> Option<Time> {
    let parts: Vec<&str> = version.split('.').collect();
    (1..=parts.len()).rev().find_map(|count| {
        let wanted = parts.get(..count)?.join(".");
        let (_, _, day) = ENDS.iter().find(|(name, of, _)| *name == id && *of == wanted)?;
        Time::parse(day)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_release_has_the_end_of_its_release() {
        assert_eq!(end("rhel", "9.4"), Time::parse("2032-05-31"));
        assert_eq!(end("alpine", "3.20.3"), Time::parse("2026-04-01"));
        assert_eq!(end("ubuntu", "23.10"), None);
        assert!(ENDS.iter().all(|(_, _, day)| Time::parse(day).is_some()));
    }
}
