//! Ways in and ways out that a host's files and a body's exports show: sshd, last logins, CMS users, mail forwarding, owners
//! of configuration. It never judges, and keeps no address of a person: of a forwarding target only the domain stays.

mod cms;
mod config_owner;
mod exposed;
mod forwarding;
mod kinds;
mod last_login;
mod sshd;
mod store;
mod transfers;

use super::collector::{Collector, LocalFuture, Task};
use super::host::tree::HostTree;
use super::world::World;
use crate::model::{Census, Evidence, Gap, KindSpec, Observation};

pub use kinds::KINDS;
pub(super) use sshd::key_locations;

/// The collector.
#[derive(Debug)]
pub struct AccessCollector;

const NAME: &str = "access";

/// What was seen, kind by kind, and why it may not be all.
#[derive(Debug, Default)]
struct Seen {
    evidence: Evidence,
}

impl Seen {
    /// All of a kind in one scope; faults make it incomplete.
    fn all(&mut self, kind: &str, scope: &str, observations: Vec<Observation>, faults: Vec<(String, String)>) {
        let count = observations.len();
        self.evidence.observations.extend(observations);
        self.evidence.census.push(match faults.first() {
            Some((subject, reason)) => Census::incomplete(kind, scope, count, format!("{subject}: {reason}")),
            None => Census::complete(kind, scope, count),
        });
        for (subject, reason) in faults {
            let kinds = vec![kind.to_owned()];
            self.evidence.gaps.push(Gap { collector: NAME.to_owned(), kinds, subject, reason });
        }
    }

    fn not_asked(&mut self, kind: &str, scope: &str, reason: &str) {
        self.evidence.census.push(Census::not_asked(kind, scope, reason));
    }
}

impl Collector for AccessCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    /// Exports of logins and of CMS users lie beside the site file, wherever that is.
    fn is_of_host(&self, kind: &str) -> bool {
        matches!(
            kind,
            kinds::SSHD_SETTING
                | kinds::CONFIG_OWNER
                | kinds::PASSWORD_FILE
                | kinds::SERVED_FOLDER
                | kinds::MAIL_FORWARD
                | kinds::MAIL_STORE
                | kinds::TRANSFER
        )
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let mut seen = Seen::default();
            let tree = site.host_root.as_ref().map(|root| (root, HostTree::open(world, &root.path, None)));
            let of_host =
                [kinds::SSHD_SETTING, kinds::CONFIG_OWNER, kinds::PASSWORD_FILE, kinds::SERVED_FOLDER, kinds::TRANSFER];
            let tree = match tree {
                Some((root, Ok(tree))) => {
                    sshd::observe(&tree, &mut seen);
                    config_owner::observe(&tree, site.declared.administrators.as_deref(), &mut seen);
                    let release = site.release.as_ref().map(|release| release.root.as_str());
                    transfers::observe(&tree, release, &mut seen);
                    exposed::observe(&tree, release, &mut seen);
                    Some((root, tree))
                }
                Some((root, Err(reason))) => {
                    for kind in of_host {
                        seen.all(kind, &root.path, Vec::new(), vec![(root.path.clone(), reason.clone())]);
                    }
                    None
                }
                None => {
                    for kind in of_host {
                        seen.not_asked(kind, &site.name, "no host root is named (site file: host)");
                    }
                    None
                }
            };
            let host = site.host_root.as_ref().map_or("host", |root| root.name.as_str());
            last_login::observe(world, site, host, &mut seen);
            cms::observe(world, site, &mut seen);
            store::observe(world, site, &mut seen);
            forwarding::observe(world, site, tree.as_ref().map(|(_, tree)| tree), &mut seen);
            seen.evidence
        })
    }
}

#[cfg(test)]
mod tests;
