//! Rotation rules, includes resolved, held against the active logs.

use std::collections::BTreeSet;

use super::Seen;
use super::kinds::LOG_ROTATION;
use super::tree::HostTree;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind};
use crate::syntax::logrotate::{self, Entry, Rules};

/// Observes the rotation of each active log.
pub(super) fn observe(tree: &HostTree<'_>, active: &[String], seen: &mut Seen) {
    let entries = read(tree, seen);
    for path in active {
        let absolute = format!("/{path}");
        let rule = entries.iter().find(|(_, entry)| entry.globs.iter().any(|glob| covers(glob, &absolute)));
        let place = rule.map_or_else(
            || Location::whole_file(tree.shown(path)),
            |(file, entry)| Location::file(tree.shown(file), entry.line, 1),
        );
        let subject = Subject::new(SubjectKind::Log, absolute.as_str());
        let mut rotation = Observation::new(LOG_ROTATION, subject, place, "logrotate configuration");
        rotation.set("covered", rule.is_some());
        let Some((_, entry)) = rule else {
            for field in ["days_kept", "create_mode_excess", "shreds"] {
                rotation.unknown(field, "no rotation rule names this log");
            }
            seen.observations.push(rotation);
            continue;
        };
        match entry.rules.days_kept() {
            Some(days) => {
                rotation.set("days_kept", i64::from(days));
            }
            None => {
                rotation.unknown("days_kept", "size or nothing decides, so days cannot be computed");
            }
        }
        // Without a mode the new file takes the old one's, which copytruncate keeps as well.
        let mode = if entry.rules.copytruncate { None } else { entry.rules.create_mode };
        match mode.or_else(|| tree.entry(path).and_then(|entry| entry.mode)) {
            Some(mode) => {
                rotation.set("create_mode_excess", i64::from(mode & 0o137));
            }
            None => {
                rotation.unknown("create_mode_excess", "the mode of the log is not known");
            }
        }
        rotation.set("shreds", entry.rules.shred);
        seen.observations.push(rotation);
    }
}

fn read(tree: &HostTree<'_>, seen: &mut Seen) -> Vec<(String, Entry)> {
    let mut entries = Vec::new();
    let mut globals = Rules::default();
    let mut left = vec!["etc/logrotate.conf".to_owned()];
    let mut read: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = left.pop() {
        if !read.insert(path.clone()) {
            seen.fault(LOG_ROTATION, tree.shown(&path), "it is included twice or includes itself");
            continue;
        }
        let text = match tree.text(&path) {
            Ok(text) => text,
            // No logrotate at all: nothing is covered, which was seen.
            Err(Refusal::NotFound) if path == "etc/logrotate.conf" => return Vec::new(),
            Err(refusal) => {
                seen.fault(LOG_ROTATION, tree.shown(&path), refusal.to_string());
                continue;
            }
        };
        let file = logrotate::parse(&text, &globals);
        for (line, fault) in file.faults.iter().take(20) {
            seen.fault(LOG_ROTATION, format!("{}:{line}", tree.shown(&path)), fault.clone());
        }
        globals = file.globals;
        for include in file.includes.iter().rev() {
            let include = include.trim_matches('/').to_owned();
            match tree.list(&include) {
                Ok(names) if !names.is_empty() => left.extend(
                    names.iter().rev().filter(|name| !is_skipped(name)).map(|name| format!("{include}/{name}")),
                ),
                Ok(_) | Err(Refusal::NotAFile) => left.push(include),
                Err(Refusal::NotFound) => {
                    seen.fault(LOG_ROTATION, tree.shown(&include), "it is included and not there")
                }
                Err(refusal) => seen.fault(LOG_ROTATION, tree.shown(&include), refusal.to_string()),
            }
        }
        entries.extend(file.entries.into_iter().map(|entry| (path.clone(), entry)));
    }
    entries
}

/// Endings that logrotate leaves out of an included folder (its `tabooext`).
fn is_skipped(name: &str) -> bool {
    const TABOO: [&str; 9] =
        [".bak", ".disabled", ".dpkg-dist", ".dpkg-old", ".dpkg-new", ".rpmsave", ".rpmnew", ".swp", ".orig"];
    name.starts_with('.') || name.ends_with('~') || TABOO.iter().any(|ending| name.ends_with(ending))
}

/// Whether a glob names a path; a `*` never crosses a `/`.
fn covers(glob: &str, path: &str) -> bool {
    let (glob, path): (Vec<&str>, Vec<&str>) = (glob.split('/').collect(), path.split('/').collect());
    glob.len() == path.len() && glob.iter().zip(&path).all(|(glob, part)| part_matches(glob, part))
}

fn part_matches(glob: &str, part: &str) -> bool {
    let mut pieces = glob.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| part.strip_prefix(first)) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_star_stays_inside_its_folder() {
        assert!(covers("/var/log/nginx/*.log", "/var/log/nginx/access.log"));
        assert!(covers("/var/log/*/*.log", "/var/log/nginx/access.log"));
        assert!(!covers("/var/log/*.log", "/var/log/nginx/access.log"));
        assert!(!covers("/var/log/nginx/*.log", "/var/log/nginx/access.log.1"));
    }
}
