//! Rotation rules, includes resolved, held against the active logs.

use std::collections::BTreeSet;

use super::identity::Identities;
use super::kinds::{LOG_ROTATION, LOGROTATE_ENTRY};
use super::tree::HostTree;
use super::{Seen, volume};
use crate::collect::limits::cut;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::glob;
use crate::syntax::logrotate::{self, Entry, Rules};

/// Observes the rotation of each active log.
pub(super) fn observe(tree: &HostTree<'_>, identities: &Identities, active: &[String], seen: &mut Seen) {
    let entries = read(tree, seen);
    for (file, entry) in &entries {
        let covered: Vec<&String> = active.iter().filter(|path| names(entry, &format!("/{path}"))).collect();
        if !covered.is_empty() {
            seen.observations.push(entry_seen(tree, identities, file, entry, &covered));
        }
    }
    for path in active {
        let absolute = format!("/{path}");
        let rule = entries.iter().find(|(_, entry)| names(entry, &absolute));
        let place = rule.map_or_else(
            || Location::whole_file(tree.shown(path)),
            |(file, entry)| Location::file(tree.shown(file), entry.line, 1),
        );
        let subject = Subject::new(SubjectKind::Log, absolute.as_str());
        let mut rotation = Observation::new(LOG_ROTATION, subject, place, "logrotate configuration");
        rotation.set("covered", rule.is_some());
        let Some((_, entry)) = rule else {
            for field in
                ["days_kept", "create_mode_excess", "create_owner", "create_group", "shreds", "encrypted_volume"]
            {
                rotation.unknown(field, "no rotation rule names this log");
            }
            seen.observations.push(rotation);
            continue;
        };
        rotation.set("keeps_forever", entry.rules.keeps_forever());
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
        let own = tree.entry(path);
        let created = entry.rules.create_owner.as_ref().filter(|_| !entry.rules.copytruncate);
        let owner = created.map(|(user, _)| user.clone()).or_else(|| named(own.as_ref(), identities, true));
        let group = created.map(|(_, group)| group.clone()).or_else(|| named(own.as_ref(), identities, false));
        for (field, name) in [("create_owner", owner), ("create_group", group)] {
            match name {
                Some(name) => {
                    rotation.set(field, name);
                }
                None => {
                    rotation.unknown(field, "the owner is not known");
                }
            }
        }
        rotation.set("shreds", entry.rules.shred);
        match volume::is_encrypted(tree, path) {
            Some(encrypted) => {
                rotation.set("encrypted_volume", encrypted);
            }
            None => {
                rotation.unknown("encrypted_volume", "the device below it is not known");
            }
        }
        seen.observations.push(rotation);
    }
}

fn named(entry: Option<&super::tree::Entry>, identities: &Identities, owner: bool) -> Option<String> {
    let entry = entry?;
    if owner {
        entry.owner.clone().or_else(|| identities.owner(entry.uid?))
    } else {
        entry.group.clone().or_else(|| identities.owning_group(entry.gid?))
    }
}

fn names(entry: &Entry, path: &str) -> bool {
    entry.globs.iter().any(|pattern| glob::matches_path(pattern, path))
}

/// One entry that names logs of ours: what it does after it has moved them.
fn entry_seen(
    tree: &HostTree<'_>,
    identities: &Identities,
    file: &str,
    entry: &Entry,
    covered: &[&String],
) -> Observation {
    let locus = format!("entry[{}]", entry.globs.join(" "));
    let subject = Subject::new(SubjectKind::File, format!("{}#{}", tree.shown(file), cut(&locus)));
    let place = Location::file(tree.shown(file), entry.line, 1);
    let mut one = Observation::new(LOGROTATE_ENTRY, subject, place, "logrotate configuration");
    one.set("logs", Value::texts(covered.iter().map(|path| format!("/{path}"))));
    one.set("compresses", entry.rules.compress).set("su", entry.rules.su).set("mails", entry.rules.mails);
    one.set("reopens", entry.rules.reopens || entry.rules.truncates);
    // logrotate refuses a folder that others, or a group other than root, may write, unless it is told as whom to work.
    let folders: BTreeSet<&str> =
        covered.iter().filter_map(|path| path.rsplit_once('/')).map(|(folder, _)| folder).collect();
    let mut needs = Some(false);
    for folder in folders {
        let entry = tree.resolved(folder).ok().and_then(|folder| tree.entry(&folder));
        let group = named(entry.as_ref(), identities, false);
        needs = match (entry.and_then(|entry| entry.mode), needs) {
            (_, Some(true)) => Some(true),
            (Some(mode), needs) if mode & 0o022 == 0 => needs,
            (Some(mode), _) if mode & 0o002 != 0 => Some(true),
            (Some(_), needs) => {
                group.map(|group| group != "root").and_then(|foreign| if foreign { Some(true) } else { needs })
            }
            (None, _) => None,
        };
    }
    match needs {
        Some(needs) => {
            one.set("needs_su", needs);
        }
        None => {
            one.unknown("needs_su", "the mode is not known");
        }
    }
    one
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
