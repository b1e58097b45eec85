//! Ways in and ways out that a host's files and a body's exports show: sshd, last logins, CMS users, mail forwarding, owners
//! of configuration. It never judges, and keeps no address of a person: of a forwarding target only the domain stays.

mod cms;
mod config_owner;
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

pub use kinds::{HOST_KINDS, KINDS};
pub(super) use sshd::key_locations;

/// The collector of what a host's files alone decide: a snapshot stands in for it.
#[derive(Debug)]
pub struct HostAccessCollector;

/// The collector of what exports decide.
#[derive(Debug)]
pub struct AccessCollector;

const HOST_NAME: &str = "host-access";
const NAME: &str = "access";

/// What was seen, kind by kind, and why it may not be all.
#[derive(Debug)]
struct Seen {
    collector: &'static str,
    evidence: Evidence,
}

impl Seen {
    fn of(collector: &'static str) -> Self {
        Self { collector, evidence: Evidence::default() }
    }

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
            self.evidence.gaps.push(Gap { collector: self.collector.to_owned(), kinds, subject, reason });
        }
    }

    fn not_asked(&mut self, kind: &str, scope: &str, reason: &str) {
        self.evidence.census.push(Census::not_asked(kind, scope, reason));
    }
}

impl Collector for HostAccessCollector {
    fn name(&self) -> &'static str {
        HOST_NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        HOST_KINDS
    }

    fn is_of_host(&self) -> bool {
        true
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let mut seen = Seen::of(HOST_NAME);
            match site.host_root.as_ref().map(|root| (root, HostTree::open(world, &root.path, None))) {
                Some((_, Ok(tree))) => {
                    sshd::observe(&tree, &mut seen);
                    config_owner::observe(&tree, site.declared.administrators.as_deref(), &mut seen);
                    let release = site.release.as_ref().map(|release| release.root.as_str());
                    transfers::observe(&tree, release, &mut seen);
                }
                Some((root, Err(reason))) => {
                    for kind in HOST_KINDS {
                        seen.all(kind.name, &root.path, Vec::new(), vec![(root.path.clone(), reason.clone())]);
                    }
                }
                None => {
                    for kind in HOST_KINDS {
                        seen.not_asked(kind.name, &site.name, "no host root is named (site file: host)");
                    }
                }
            }
            seen.evidence
        })
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
        matches!(kind, kinds::SSHD_SETTING | kinds::CONFIG_OWNER | kinds::MAIL_FORWARD | kinds::MAIL_STORE)
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let mut seen = Seen::of(NAME);
            let root = site.host_root.as_ref();
            // A root that cannot be opened is a gap of the host's own collectors.
            let tree = root.and_then(|root| HostTree::open(world, &root.path, None).ok());
            let host = root.map_or("host", |root| root.name.as_str());
            last_login::observe(world, site, host, &mut seen);
            cms::observe(world, site, &mut seen);
            store::observe(world, site, &mut seen);
            forwarding::observe(world, site, tree.as_ref(), &mut seen);
            seen.evidence
        })
    }
}

#[cfg(test)]
mod tests;
