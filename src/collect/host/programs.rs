//! Programs that read every file for whoever may start them: by a capability, or as a setuid copy of a tool that prints or
//! opens files.

use std::collections::BTreeSet;

use super::Seen;
use super::identity::Identities;
use super::kinds::READING_PROGRAM;
use super::permission::{acl_seen, permissions};
use super::tree::{HostTree, Kind};
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind};
use crate::syntax::sudoers;

/// Where a host keeps programs that people start.
const FOLDERS: [&str; 7] = ["bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "opt/bin"];

/// Programs that are setuid root and ask who starts them.
const ASKING: [&str; 3] = ["su", "sudo", "sudoedit"];

/// Observes the programs.
pub(super) fn observe(tree: &HostTree<'_>, identities: &Identities, seen: &mut Seen) {
    // On a merged host bin is a link to usr/bin: one folder, not two.
    let mut paths: BTreeSet<String> = tree.reading_programs().into_iter().map(str::to_owned).collect();
    for folder in FOLDERS {
        let Ok(folder) = tree.resolved(folder) else { continue };
        match tree.list(&folder) {
            Ok(names) => paths.extend(names.iter().map(|name| format!("{folder}/{name}"))),
            Err(Refusal::NotFound) => {}
            Err(refusal) => seen.fault(READING_PROGRAM, tree.shown(&folder), refusal.to_string()),
        }
    }
    let mut reason = None;
    for path in paths {
        let Some(entry) = tree.entry(&path).filter(|entry| entry.kind == Some(Kind::File)) else { continue };
        if entry.mode.is_some_and(|mode| mode & 0o111 == 0) {
            continue;
        }
        let extra = tree.extra(&path);
        if let Err(why) = extra.reads_all {
            reason = Some(why);
        }
        let name = path.rsplit('/').next().unwrap_or(&path);
        let is_root = entry.uid == Some(0) || entry.owner.as_deref() == Some("root");
        let is_setuid = is_root && entry.mode.is_some_and(|mode| mode & 0o4000 != 0);
        let by = match extra.reads_all {
            Ok(true) => "capability",
            _ if is_setuid && !ASKING.contains(&name) && sudoers::opens_logs(&format!("/{path}")) => "setuid root",
            _ => continue,
        };
        let subject = Subject::new(SubjectKind::File, tree.shown(&path));
        let mut program = Observation::new(
            READING_PROGRAM,
            subject,
            Location::whole_file(tree.shown(&path)),
            "modes and capabilities",
        );
        permissions(&mut program, &entry, identities);
        program.fields.remove("other_access");
        program.unknown_fields.remove("other_access");
        acl_seen(&mut program, &extra, identities);
        program.set("by", by);
        seen.observations.push(program);
    }
    if let Some(reason) = reason.or_else(|| tree.programs_unknown()) {
        seen.fault(READING_PROGRAM, tree.shown("usr/bin"), reason);
    }
}
