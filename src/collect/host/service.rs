//! Whether a program is started at boot: systemd's links, or those of the older run levels.

use super::tree::HostTree;

const WANTS: [&str; 5] = [
    "etc/systemd/system/multi-user.target.wants",
    "etc/systemd/system/sysinit.target.wants",
    "etc/systemd/system/basic.target.wants",
    "usr/lib/systemd/system/multi-user.target.wants",
    "usr/lib/systemd/system/sysinit.target.wants",
];

/// Whether one of the units is wanted at boot. A unit that is masked is not.
pub(super) fn is_enabled(tree: &HostTree<'_>, units: &[&str]) -> bool {
    units.iter().any(|unit| {
        let wanted = WANTS.iter().any(|folder| tree.entry(&format!("{folder}/{unit}")).is_some());
        let name = unit.strip_suffix(".service").unwrap_or(unit);
        let started = tree.list("etc/rc2.d").unwrap_or_default();
        let started = started.iter().any(|link| link.starts_with('S') && link.get(3..) == Some(name));
        let masked = matches!(
            tree.entry(&format!("etc/systemd/system/{unit}")),
            Some(entry) if entry.kind == Some(super::tree::Kind::Link("/dev/null".to_owned()))
        );
        (wanted || started) && !masked
    })
}
