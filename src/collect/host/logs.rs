//! Log files, their directories and the paths that lead there.

use std::collections::BTreeSet;

use super::Seen;
use super::identity::Identities;
use super::kinds::{LOG_DIRECTORY, LOG_FILE, LOG_PARENT, LOG_PATH, LOG_ROTATION};
use super::permission::{MODE_UNKNOWN, acl_seen, permissions, principals};
use super::tree::{Entry, HostTree, Kind};
use crate::collect::world::Refusal;
use crate::model::{Location, LogFile, Observation, Subject, SubjectKind, Value};

/// Where web servers write logs when nobody says otherwise.
const DIRECTORIES: [&str; 3] = ["var/log/nginx", "var/log/apache2", "var/log/httpd"];

/// Observes logs; gives the active ones as absolute paths.
pub(super) fn observe(
    tree: &HostTree<'_>,
    identities: &Identities,
    declared: &[LogFile],
    seen: &mut Seen,
) -> Vec<String> {
    let mut directories: BTreeSet<String> = BTreeSet::new();
    for directory in DIRECTORIES {
        if tree.entry(directory).is_some() {
            directories.insert(directory.to_owned());
        }
    }
    for log in declared {
        let path = log.path.trim_start_matches('/');
        if path.split('/').any(|part| part == "..") {
            seen.fault(LOG_FILE, log.path.clone(), "a path that leaves the root");
            continue;
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if tree.entry(folder).is_some() {
            directories.insert(folder.to_owned());
        } else {
            for kind in [LOG_FILE, LOG_DIRECTORY, LOG_PATH, LOG_ROTATION] {
                seen.fault(kind, log.path.clone(), "its directory is not in the host root");
            }
        }
    }
    let mut active = Vec::new();
    let mut parents: BTreeSet<String> = BTreeSet::new();
    for directory in &directories {
        directory_seen(tree, identities, directory, seen);
        parents.extend(ancestors(tree, directory).unwrap_or_default());
        let names = match tree.list(directory) {
            Ok(names) => names,
            Err(refusal) => {
                for kind in [LOG_FILE, LOG_ROTATION] {
                    seen.fault(kind, tree.shown(directory), refusal.to_string());
                }
                continue;
            }
        };
        for name in names {
            let linked = file_seen(tree, identities, &format!("{directory}/{name}"), &mut active, seen);
            parents.extend(linked);
        }
    }
    for parent in parents {
        parent_seen(tree, identities, &parent, seen);
    }
    active
}

/// The directories of logs that were observed, without `/` in front.
pub(super) fn directories(seen: &Seen) -> BTreeSet<String> {
    let directories = seen.observations.iter().filter(|seen| seen.kind == LOG_DIRECTORY);
    directories.map(|directory| directory.subject.name().trim_matches('/').to_owned()).collect()
}

/// The directories on the way to what lies in a directory, links resolved, the directory itself at the end.
fn ancestors(tree: &HostTree<'_>, directory: &str) -> Result<Vec<String>, Refusal> {
    let real = tree.resolved(directory)?;
    let mut all = vec![String::new()];
    for (at, _) in real.match_indices('/') {
        all.push(real[..at].to_owned());
    }
    if !real.is_empty() {
        all.push(real);
    }
    Ok(all)
}

fn parent_seen(tree: &HostTree<'_>, identities: &Identities, path: &str, seen: &mut Seen) {
    let mut observation = new(tree, LOG_PARENT, path);
    let entry = tree.entry(path).unwrap_or_default();
    permissions(&mut observation, &entry, identities);
    observation.fields.remove("other_access");
    observation.unknown_fields.remove("other_access");
    acl_seen(&mut observation, &tree.extra(path), identities);
    seen.observations.push(observation);
}

/// Observes one log; gives the directories on the way to it.
fn file_seen(
    tree: &HostTree<'_>,
    identities: &Identities,
    path: &str,
    active: &mut Vec<String>,
    seen: &mut Seen,
) -> Vec<String> {
    // A link's own mode means nothing: the log is what it leads to.
    let real = match tree.resolved(path) {
        Ok(real) => real,
        Err(refusal) => {
            seen.fault(LOG_FILE, tree.shown(path), refusal.to_string());
            return Vec::new();
        }
    };
    let Some(entry) = tree.entry(&real) else {
        seen.fault(LOG_FILE, tree.shown(path), Refusal::NotFound.to_string());
        return Vec::new();
    };
    match entry.kind {
        Some(Kind::File) => {}
        // A pipe or device holds no log.
        Some(Kind::Directory | Kind::Link(_) | Kind::Other) => return Vec::new(),
        None => {
            seen.fault(LOG_FILE, tree.shown(path), "its type is not known");
            return Vec::new();
        }
    }
    let folder = real.rsplit_once('/').map_or("", |(folder, _)| folder);
    let directories = ancestors(tree, folder).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or(path);
    let rotated = is_rotated(name);
    let mut observation = new(tree, LOG_FILE, path);
    permissions(&mut observation, &entry, identities);
    observation.set("rotated", rotated);
    observation.set("directories", Value::texts(directories.iter().map(|directory| format!("/{directory}"))));
    let extra = tree.extra(&real);
    acl_seen(&mut observation, &extra, identities);
    match extra.flags {
        Ok(flags) => {
            let words = [(flags.append_only, "append-only"), (flags.immutable, "immutable")];
            observation.set("protected_by", Value::texts(words.iter().filter(|(is, _)| *is).map(|(_, word)| *word)));
        }
        Err(reason) => {
            observation.unknown("protected_by", reason);
        }
    }
    match entry.mode {
        Some(mode) => {
            observation.set("mode_excess", i64::from(mode & 0o137));
            observation.set("group_read", mode & 0o040 != 0);
        }
        None => {
            observation.unknown("mode_excess", MODE_UNKNOWN).unknown("group_read", MODE_UNKNOWN);
        }
    }
    match entry.modified {
        Some(modified) => {
            observation.set("modified", modified);
        }
        None => {
            observation.unknown("modified", "the time of the last change is not known");
        }
    }
    seen.observations.push(observation);
    if !rotated {
        active.push(path.to_owned());
    }
    directories
}

fn directory_seen(tree: &HostTree<'_>, identities: &Identities, path: &str, seen: &mut Seen) {
    let real = tree.resolved(path).unwrap_or_else(|_| path.to_owned());
    let entry = tree.entry(&real).unwrap_or_default();
    let mut observation = new(tree, LOG_DIRECTORY, path);
    permissions(&mut observation, &entry, identities);
    match tree.extra(&real).acl {
        Ok(lists) => {
            observation.set("acl_principals", Value::texts(principals(&lists, identities)));
        }
        Err(reason) => {
            observation.unknown("acl_principals", reason);
        }
    }
    match entry.mode {
        Some(mode) => {
            observation.set("other_enter", mode & 0o001 != 0).set("group_enter", mode & 0o010 != 0);
        }
        None => {
            observation.unknown("other_enter", MODE_UNKNOWN).unknown("group_enter", MODE_UNKNOWN);
        }
    }
    seen.observations.push(observation);
    let mut observation = new(tree, LOG_PATH, path);
    let (mut writable, mut links) = (Vec::new(), Vec::new());
    let mut reason = None;
    let mut component = String::new();
    for part in path.split('/') {
        component = if component.is_empty() { part.to_owned() } else { format!("{component}/{part}") };
        match tree.entry(&component) {
            Some(Entry { kind: Some(Kind::Link(target)), .. }) => {
                if leaves_logs(&component, &target) {
                    links.push(format!("/{component}"));
                }
            }
            Some(Entry { mode: Some(mode), .. }) => {
                if mode & 0o022 != 0 && mode & 0o1000 == 0 {
                    writable.push(format!("/{component}"));
                }
            }
            _ => reason = Some(format!("/{component}: {MODE_UNKNOWN}")),
        }
    }
    observation.set("links_out", Value::texts(links));
    // What is writable was seen; that nothing else is was not, where a mode is missing.
    match reason {
        Some(reason) if writable.is_empty() => {
            observation.unknown("writable_by_others", reason);
        }
        _ => {
            observation.set("writable_by_others", Value::texts(writable));
        }
    }
    seen.observations.push(observation);
}

/// Whether a link inside the log tree leads out of var/log.
fn leaves_logs(component: &str, target: &str) -> bool {
    let absolute = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{}/{target}", component.rsplit_once('/').map_or("", |(folder, _)| folder)),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in absolute.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    !parts.join("/").starts_with("var/log")
}

fn new(tree: &HostTree<'_>, kind: &str, path: &str) -> Observation {
    let subject = Subject::new(SubjectKind::Log, format!("/{path}"));
    Observation::new(kind, subject, Location::whole_file(tree.shown(path)), "modes and owners")
}

/// `access.log.1`, `access.log-20260401`, `access.log.2.gz`: what a rotation leaves.
fn is_rotated(name: &str) -> bool {
    let plain = [".gz", ".xz", ".zst", ".bz2"].iter().find_map(|ending| name.strip_suffix(ending));
    let stem = plain.unwrap_or(name);
    let tail = stem.rsplit(['.', '-']).next().unwrap_or_default();
    plain.is_some()
        || (!tail.is_empty() && stem.len() > tail.len() && tail.chars().all(|character| character.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_names_are_known() {
        for name in ["access.log.1", "access.log-20260401", "access.log.2.gz", "x.xz"] {
            assert!(is_rotated(name), "{name}");
        }
        for name in ["access.log", "error.log", "v2", "1"] {
            assert!(!is_rotated(name), "{name}");
        }
    }

    #[test]
    fn links_are_resolved_inside_the_root_only() {
        assert!(leaves_logs("var/log/nginx", "/srv/logs"));
        assert!(leaves_logs("var/log/nginx", "../../tmp"));
        assert!(!leaves_logs("var/log/nginx", "../log/web"));
    }
}
