//! Who can change the configuration: owners and write permissions of its files, tree by tree.

use super::Seen;
use super::kinds::CONFIG_OWNER;
use crate::collect::host::tree::{HostTree, Kind};
use crate::collect::limits::cut;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};

/// Trees of configuration that decide what a web host does.
const TREES: [&str; 10] = [
    "etc/nginx",
    "etc/apache2",
    "etc/httpd",
    "etc/haproxy",
    "etc/caddy",
    "etc/ssh",
    "etc/sudoers.d",
    "etc/logrotate.d",
    "etc/letsencrypt",
    "etc/postfix",
];

/// The most paths that are named; the count says how many there were.
const NAMED: usize = 20;

/// Observes each tree that is there.
pub(super) fn observe(tree: &HostTree<'_>, administrators: Option<&[String]>, seen: &mut Seen) {
    let (mut trees, mut faults) = (Vec::new(), Vec::new());
    for root in TREES {
        if tree.entry(root).is_some() {
            trees.push(of_tree(tree, root, administrators.unwrap_or_default(), &mut faults));
        }
    }
    seen.all(CONFIG_OWNER, &tree.shown("etc"), trees, faults);
}

fn of_tree(
    tree: &HostTree<'_>,
    root: &str,
    administrators: &[String],
    faults: &mut Vec<(String, String)>,
) -> Observation {
    let place = Location::whole_file(tree.shown(root));
    let mut one =
        Observation::new(CONFIG_OWNER, Subject::new(SubjectKind::File, tree.shown(root)), place, "owners and modes");
    let (mut foreign, mut writable, mut count, mut not_known) = (Vec::new(), Vec::new(), 0_i64, false);
    let mut left = vec![root.to_owned()];
    while let Some(path) = left.pop() {
        let Some(entry) = tree.entry(&path) else { continue };
        count += 1;
        if entry.kind == Some(Kind::Directory) {
            match tree.list(&path) {
                Ok(names) => left.extend(names.iter().rev().map(|name| format!("{path}/{name}"))),
                Err(refusal) => faults.push((tree.shown(&path), refusal.to_string())),
            }
        }
        // The permissions of a link are never asked; those of its target are.
        if matches!(entry.kind, Some(Kind::Link(_))) {
            continue;
        }
        let (Some(mode), Some(uid)) = (entry.mode, entry.uid) else {
            not_known = true;
            continue;
        };
        let is_administrator = entry.owner.as_ref().is_some_and(|owner| administrators.contains(owner));
        if uid != 0 && !is_administrator {
            foreign.push(cut(&path));
        }
        let group_is_root = entry.gid == Some(0);
        if mode & 0o002 != 0 || (mode & 0o020 != 0 && !group_is_root) {
            writable.push(cut(&path));
        }
    }
    one.set("files", count);
    for (field, mut paths) in [("foreign_owned", foreign), ("writable_by_others", writable)] {
        if paths.is_empty() && not_known {
            one.unknown(field, "the owner is not known");
        } else {
            paths.sort();
            paths.truncate(NAMED);
            one.set(field, Value::texts(paths));
        }
    }
    one
}
