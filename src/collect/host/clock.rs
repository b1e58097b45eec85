//! Which program keeps the host's time, from how many sources.

use std::collections::BTreeSet;

use super::Seen;
use super::kinds::TIME_SYNC;
use super::service;
use super::tree::HostTree;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind};
use crate::syntax::clock::{self, Sources};

/// Servers that stand behind the name of a pool, at least.
const OF_A_POOL: usize = 4;

/// Observes the time service.
pub(super) fn observe(tree: &HostTree<'_>, host: &str, seen: &mut Seen) {
    let programs: [(&str, &[&str], &[&str]); 3] = [
        ("chrony", &["chrony.service", "chronyd.service"], &["etc/chrony/chrony.conf", "etc/chrony.conf"]),
        (
            "ntp",
            &["ntp.service", "ntpd.service", "ntpsec.service", "openntpd.service"],
            &["etc/ntpsec/ntp.conf", "etc/ntp.conf", "etc/openntpd/ntpd.conf"],
        ),
        ("timesyncd", &["systemd-timesyncd.service"], &["etc/systemd/timesyncd.conf"]),
    ];
    let mut found = None;
    for (name, units, files) in programs {
        let enabled = service::is_enabled(tree, units);
        let file = files.iter().find(|path| tree.entry(path).is_some());
        // The one that is enabled counts; of several files without one, the first.
        match (enabled, file, &found) {
            (true, _, None | Some((_, false, _))) => found = Some((name, true, file)),
            (false, Some(_), None) => found = Some((name, false, file)),
            _ => {}
        }
    }
    let place = found.and_then(|(_, _, file)| file).map_or("etc", |path| path);
    let mut one = Observation::new(
        TIME_SYNC,
        Subject::new(SubjectKind::Host, host),
        Location::whole_file(tree.shown(place)),
        "configuration",
    );
    one.set("enabled", found.is_some_and(|(_, enabled, _)| enabled));
    one.set("service", found.map_or("none", |(name, _, _)| name));
    match found.and_then(|(name, _, file)| Some((name, (*file?).to_owned()))) {
        Some((name, path)) => {
            let count = if name == "timesyncd" { timesyncd(tree, &path, seen) } else { sources(tree, path, seen) };
            match count {
                Some(count) => {
                    one.set("sources", i64::try_from(count).unwrap_or(i64::MAX));
                }
                None => {
                    one.unknown("sources", "the program's own defaults, which are not written down");
                }
            }
        }
        None if found.is_some() => {
            one.unknown("sources", "the program's own defaults, which are not written down");
        }
        None => {
            one.set("sources", 0);
        }
    }
    seen.observations.push(one);
}

fn timesyncd(tree: &HostTree<'_>, path: &str, seen: &mut Seen) -> Option<usize> {
    let mut text = tree.text(path).unwrap_or_default();
    for name in tree.list("etc/systemd/timesyncd.conf.d").unwrap_or_default() {
        text.push('\n');
        match tree.text(&format!("etc/systemd/timesyncd.conf.d/{name}")) {
            Ok(more) => text.push_str(&more),
            Err(refusal) => seen.fault(TIME_SYNC, tree.shown(&name), refusal.to_string()),
        }
    }
    Some(clock::timesyncd(&text).sources.len()).filter(|count| *count > 0)
}

fn sources(tree: &HostTree<'_>, path: String, seen: &mut Seen) -> Option<usize> {
    let (mut left, mut read, mut names, mut pools) = (vec![path], BTreeSet::new(), BTreeSet::new(), 0);
    while let Some(path) = left.pop() {
        if !read.insert(path.clone()) {
            continue;
        }
        let Sources { sources, pools: more, includes, faults } = match tree.text(&path) {
            Ok(text) => clock::chrony(&text),
            Err(refusal) => {
                seen.fault(TIME_SYNC, tree.shown(&path), refusal.to_string());
                continue;
            }
        };
        for (line, reason) in faults.iter().take(20) {
            seen.fault(TIME_SYNC, format!("{}:{line}", tree.shown(&path)), reason.clone());
        }
        names.extend(sources.into_iter().map(|(name, _)| name));
        pools += more;
        for include in includes {
            let include = include.trim_matches('/').to_owned();
            match tree.list(&include) {
                Ok(names) => {
                    let wanted = names.iter().filter(|name| name.ends_with(".sources") || name.ends_with(".conf"));
                    left.extend(wanted.map(|name| format!("{include}/{name}")));
                }
                // Folders under /run are filled by a lease and are empty in a snapshot.
                Err(Refusal::NotFound) => {}
                Err(_) => left.push(include),
            }
        }
    }
    Some(names.len() - pools.min(names.len()) + pools * OF_A_POOL)
}
