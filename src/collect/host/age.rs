//! Since when a host exists: the first start of a machine writes its identifier and the keys of its SSH server.

use super::Seen;
use super::kinds::HOST_AGE;
use super::tree::HostTree;
use crate::model::{Location, Observation, Subject, SubjectKind};

const WRITTEN_FIRST: [&str; 5] = [
    "etc/machine-id",
    "var/lib/dbus/machine-id",
    "etc/ssh/ssh_host_ed25519_key.pub",
    "etc/ssh/ssh_host_ecdsa_key.pub",
    "etc/ssh/ssh_host_rsa_key.pub",
];

/// Observes the age.
pub(super) fn observe(tree: &HostTree<'_>, host: &str, seen: &mut Seen) {
    let times = WRITTEN_FIRST.iter().filter_map(|path| {
        let real = tree.resolved(path).ok()?;
        Some((tree.entry(&real)?.modified?, *path))
    });
    let first = times.min();
    let place = first.map_or_else(|| tree.shown("etc/machine-id"), |(_, path)| tree.shown(path));
    let mut one = Observation::new(
        HOST_AGE,
        Subject::new(SubjectKind::Host, host),
        Location::whole_file(place),
        "times of files",
    );
    match first {
        Some((time, _)) => {
            one.set("since", time);
        }
        None => {
            one.unknown("since", "no file tells when the host was set up");
        }
    }
    seen.observations.push(one);
}
