//! systemd services: the unit, its drop-ins, and what the drop-ins make weaker.

use std::collections::BTreeMap;

use super::kinds::{OF_SYSTEMD, UNIT};
use super::{METHOD, Place, Seen};
use crate::collect::limits::cut;
use crate::collect::world::{FileKind, Refusal, World};
use crate::model::{Observation, Related, Subject, SubjectKind, Value};
use crate::syntax::systemd::{self, Assignment};

/// Settings that hold a service back, each with the values from strict to open. What is unset is the last one.
const SANDBOX: [(&str, &[&str]); 18] = [
    ("NoNewPrivileges", &["yes", "no"]),
    ("ProtectSystem", &["strict", "full", "yes", "no"]),
    ("ProtectHome", &["yes", "tmpfs", "read-only", "no"]),
    ("PrivateTmp", &["yes", "no"]),
    ("PrivateDevices", &["yes", "no"]),
    ("PrivateNetwork", &["yes", "no"]),
    ("PrivateUsers", &["yes", "no"]),
    ("ProtectKernelTunables", &["yes", "no"]),
    ("ProtectKernelModules", &["yes", "no"]),
    ("ProtectKernelLogs", &["yes", "no"]),
    ("ProtectControlGroups", &["yes", "no"]),
    ("ProtectClock", &["yes", "no"]),
    ("ProtectHostname", &["yes", "no"]),
    ("ProtectProc", &["invisible", "ptraceable", "noaccess", "default"]),
    ("RestrictSUIDSGID", &["yes", "no"]),
    ("RestrictRealtime", &["yes", "no"]),
    ("LockPersonality", &["yes", "no"]),
    ("MemoryDenyWriteExecute", &["yes", "no"]),
];

/// Lists that hold a service back: taking one away opens it.
const LISTS: [&str; 6] = [
    "CapabilityBoundingSet",
    "SystemCallFilter",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "InaccessiblePaths",
    "IPAddressDeny",
];

/// Looks at a unit file, or at every service in a folder.
pub(super) fn look(world: &dyn World, path: &str, seen: &mut Seen) {
    match world.inspect(path).map(|facts| facts.kind) {
        Ok(FileKind::Directory) => match world.list(path) {
            Ok(names) => {
                for name in names.iter().filter(|name| name.ends_with(".service")) {
                    unit(world, &format!("{}/{name}", path.trim_end_matches('/')), seen);
                }
            }
            Err(refusal) => seen.fault(OF_SYSTEMD, path, refusal.to_string()),
        },
        Ok(_) => unit(world, path, seen),
        Err(refusal) => seen.fault(OF_SYSTEMD, path, refusal.to_string()),
    }
}

fn unit(world: &dyn World, path: &str, seen: &mut Seen) {
    let Some(text) = seen.text(world, OF_SYSTEMD, path) else { return };
    let own = settings(&systemd::parse(text.as_bytes()), path);
    let mut merged = own.clone();
    let mut drop_ins = Vec::new();
    let folder = format!("{path}.d");
    match world.list(&folder) {
        Ok(names) => {
            for name in names.iter().filter(|name| name.ends_with(".conf")) {
                let file = format!("{folder}/{name}");
                let Some(text) = seen.text(world, OF_SYSTEMD, &file) else { continue };
                for (name, set) in settings(&systemd::parse(text.as_bytes()), &file) {
                    merged.insert(name, set);
                }
                drop_ins.push(name.clone());
            }
        }
        Err(Refusal::NotFound | Refusal::NotAFile) => {}
        Err(refusal) => seen.fault(OF_SYSTEMD, &folder, refusal.to_string()),
    }
    seen.observations.push(observed(path, &own, &merged, drop_ins));
}

fn observed(
    path: &str,
    own: &BTreeMap<String, Setting>,
    merged: &BTreeMap<String, Setting>,
    drop_ins: Vec<String>,
) -> Observation {
    let start = Place { file: path.to_owned(), line: 1, column: 1 };
    let mut one = Observation::new(UNIT, Subject::new(SubjectKind::File, path), start.location(), METHOD);
    one.set("drop_ins", Value::texts(drop_ins));
    let mut weakened = Vec::new();
    for (name, before, after) in changes(own, merged) {
        weakened.push(format!("{name}: {} -> {}", cut(&before), cut(&after)));
        if let Some(set) = merged.get(name) {
            let location = set.place.location();
            one.related.push(Related { location, note: format!("{name} is set here") });
        }
    }
    one.set("weakened", Value::texts(weakened));
    match (value(merged, "DynamicUser").is_some_and(is_yes), value(merged, "User")) {
        (true, None) => one.set("user", "a dynamic user"),
        (_, Some(user)) => one.set("user", cut(user)),
        (false, None) => one.set("user", "root"),
    };
    // systemd.exec(5): UMask= defaults to 0022 for system services.
    let umask = value(merged, "UMask").unwrap_or("0022");
    match i64::from_str_radix(umask, 8) {
        Ok(bits) if (0..=0o777).contains(&bits) => {
            one.set("umask", format!("{bits:04o}")).set("umask_open_bits", 0o027 & !bits);
        }
        _ => {
            one.unknown("umask_open_bits", "UMask is no octal number");
        }
    }
    // The place to edit: the drop-in that opens the service, else the umask, else the unit.
    if let Some(first) = one.related.first() {
        one.source = first.location.clone();
    } else if let Some(set) = merged.get("UMask") {
        one.source = set.place.location();
    }
    one
}

/// Name, value before and value after of every setting that the drop-ins make weaker.
fn changes<'a>(own: &BTreeMap<String, Setting>, merged: &BTreeMap<String, Setting>) -> Vec<(&'a str, String, String)> {
    let mut found = Vec::new();
    let (before, after) = (value(own, "User").unwrap_or("root"), value(merged, "User").unwrap_or("root"));
    if !is_root(before) && is_root(after) {
        found.push(("User", before.to_owned(), after.to_owned()));
    }
    if value(own, "DynamicUser").is_some_and(is_yes) && !value(merged, "DynamicUser").is_some_and(is_yes) {
        found.push(("DynamicUser", "yes".to_owned(), "no".to_owned()));
    }
    for (name, order) in SANDBOX {
        let rank = |settings| {
            let word = value(settings, name).map_or("no", |text| if is_yes(text) { "yes" } else { text });
            order.iter().position(|known| *known == word).unwrap_or(order.len() - 1)
        };
        let (before, after) = (rank(own), rank(merged));
        if after > before {
            found.push((name, order[before].to_owned(), order[after].to_owned()));
        }
    }
    for name in LISTS {
        let (before, after) = (value(own, name), value(merged, name));
        if let Some(before) = before
            && after.is_none()
        {
            found.push((name, before.to_owned(), "not set".to_owned()));
        }
    }
    found
}

#[derive(Debug, Clone)]
struct Setting {
    value: String,
    place: Place,
}

/// The last value of each setting of [Service]; an empty one takes it back.
fn settings(assignments: &[Assignment], file: &str) -> BTreeMap<String, Setting> {
    let mut found = BTreeMap::new();
    for one in assignments.iter().filter(|one| one.section == "Service") {
        let place = Place { file: file.to_owned(), line: one.line, column: 1 };
        found.insert(one.name.clone(), Setting { value: one.value.clone(), place });
    }
    found
}

fn value<'a>(settings: &'a BTreeMap<String, Setting>, name: &str) -> Option<&'a str> {
    settings.get(name).map(|set| set.value.as_str()).filter(|text| !text.is_empty())
}

fn is_yes(text: &str) -> bool {
    ["yes", "true", "on", "1"].contains(&text.to_ascii_lowercase().as_str())
}

fn is_root(user: &str) -> bool {
    user == "root" || user == "0"
}
