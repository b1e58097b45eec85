//! What lies on the host and must not lie open: files with password hashes, by who may read them, and the served folder, by who may
//! change it. Of a file only its mode and owner are asked; nothing is read.

use super::Seen;
use super::kinds::{PASSWORD_FILE, SERVED_FOLDER};
use crate::collect::host::tree::{HostTree, Kind};
use crate::collect::limits::{CONFIGURATION_FILES, cut};
use crate::model::{Location, Observation, Subject, SubjectKind, Value};

/// Files with password hashes (shadow(5), gshadow(5)).
const PASSWORDS: [&str; 2] = ["etc/shadow", "etc/gshadow"];
/// Folders that are served where the site file names no release.
const SERVED: [&str; 2] = ["srv/www", "var/www"];
/// The most paths that are named.
const NAMED: usize = 20;

/// Observes files with password hashes, and served folders.
pub(super) fn observe(tree: &HostTree<'_>, release: Option<&str>, seen: &mut Seen) {
    let files = PASSWORDS.iter().filter_map(|path| passwords(tree, path)).collect();
    seen.all(PASSWORD_FILE, &tree.shown("etc"), files, Vec::new());
    let (mut folders, mut faults) = (Vec::new(), Vec::new());
    let named: Vec<&str> = release.map_or_else(|| SERVED.to_vec(), |release| vec![release.trim_matches('/')]);
    for folder in named.into_iter().filter(|folder| tree.entry(folder).is_some()) {
        let (paths, more) = below(tree, folder);
        faults.extend(more);
        folders.push(served(tree, folder, &paths));
    }
    seen.all(SERVED_FOLDER, &tree.shown("srv"), folders, faults);
}

/// Everything below a folder, itself first; what could not be listed is a fault.
fn below(tree: &HostTree<'_>, folder: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (mut paths, mut faults, mut left) = (Vec::new(), Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = left.pop() {
        let Some(entry) = tree.entry(&path) else { continue };
        if paths.len() >= CONFIGURATION_FILES {
            faults.push((tree.shown(folder), "more files are there than are read".to_owned()));
            break;
        }
        if entry.kind == Some(Kind::Directory) {
            match tree.list(&path) {
                Ok(names) => left.extend(names.iter().rev().map(|name| format!("{path}/{name}"))),
                Err(refusal) => faults.push((tree.shown(&path), refusal.to_string())),
            }
        }
        paths.push(path);
    }
    (paths, faults)
}

/// One file with password hashes. Read permission of a group is its owner's choice where that owner is root: `shadow`.
fn passwords(tree: &HostTree<'_>, path: &str) -> Option<Observation> {
    let entry = tree.entry(path)?;
    if entry.kind.as_ref().is_some_and(|kind| *kind != Kind::File) {
        return None;
    }
    let subject = Subject::new(SubjectKind::File, tree.shown(path));
    let place = Location::whole_file(tree.shown(path));
    let mut one = Observation::new(PASSWORD_FILE, subject, place, "owners and modes");
    match (entry.mode, entry.uid) {
        (Some(mode), Some(uid)) => {
            let by_group = mode & 0o020 != 0 || (mode & 0o040 != 0 && uid != 0);
            let mut open = Vec::new();
            open.extend((mode & 0o007 != 0).then_some("everybody"));
            open.extend(by_group.then_some("its group"));
            one.set("open_to", Value::texts(open));
        }
        _ => {
            one.unknown("open_to", "the owner is not known");
        }
    }
    Some(one)
}

fn served(tree: &HostTree<'_>, folder: &str, paths: &[String]) -> Observation {
    let subject = Subject::new(SubjectKind::File, tree.shown(folder));
    let place = Location::whole_file(tree.shown(folder));
    let mut one = Observation::new(SERVED_FOLDER, subject, place, "owners and modes");
    let (mut writable, mut not_known) = (Vec::new(), false);
    for path in paths {
        let Some(entry) = tree.entry(path).filter(|entry| !matches!(entry.kind, Some(Kind::Link(_)))) else { continue };
        match entry.mode {
            Some(mode) if mode & 0o002 != 0 => writable.push(cut(path)),
            Some(_) => {}
            None => not_known = true,
        }
    }
    if writable.is_empty() && not_known {
        one.unknown("writable_by_all", "the owner is not known");
    } else {
        writable.sort();
        writable.truncate(NAMED);
        one.set("writable_by_all", Value::texts(writable));
    }
    one
}
