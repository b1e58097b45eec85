//! The host's file system: logs with modes and owners, accounts, keys, sudo, rotation. It never judges, follows no link
//! out of the root, and keeps no log line, password hash or key.

mod age;
mod agents;
mod audit;
mod clock;
mod component;
mod identity;
mod journal;
mod keys;
mod kinds;
mod logs;
mod permission;
mod programs;
mod release;
mod rotation;
mod service;
mod shipping;
pub(super) mod tree;
mod volume;

use super::collector::{Collector, LocalFuture, Task};
use super::world::World;
use crate::model::{Census, Evidence, Gap, HostRoot, KindSpec, Observation};
use tree::HostTree;

pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct HostCollector;

const NAME: &str = "host";

/// Observations of one kind, and why they may not be all.
#[derive(Debug, Default)]
struct Seen {
    observations: Vec<Observation>,
    faults: Vec<(&'static str, String, String)>,
}

impl Seen {
    fn fault(&mut self, kind: &'static str, subject: impl Into<String>, reason: impl Into<String>) {
        self.faults.push((kind, subject.into(), reason.into()));
    }
}

impl Collector for HostCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn is_of_host(&self, _kind: &str) -> bool {
        true
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            match &task.declaration.site.host_root {
                Some(root) => look(world, root, task),
                None => not_asked(task),
            }
        })
    }
}

fn not_asked(task: &Task<'_>) -> Evidence {
    let reason = "no host root is named (site file: host)";
    let census = KINDS.iter().map(|kind| Census::not_asked(kind.name, &task.declaration.site.name, reason));
    Evidence { census: census.collect(), ..Evidence::default() }
}

fn look(world: &dyn World, root: &HostRoot, task: &Task<'_>) -> Evidence {
    let release = task.declaration.site.release.as_ref();
    let tree = match HostTree::open(world, &root.path, release.map(|release| release.root.as_str())) {
        Ok(tree) => tree,
        Err(reason) => return unreadable(root, &reason),
    };
    let mut seen = Seen::default();
    for fault in tree.faults() {
        for kind in KINDS {
            seen.fault(kind.name, root.path.clone(), fault.clone());
        }
    }
    let people = identity::observe(&tree, &root.name, &mut seen);
    let logs = logs::observe(&tree, &people, &task.declaration.site.logs, &mut seen);
    let directories = logs::directories(&seen);
    programs::observe(&tree, &people, &mut seen);
    rotation::observe(&tree, &people, &logs, &mut seen);
    shipping::observe(&tree, &root.name, &mut seen);
    audit::observe(&tree, &root.name, &directories, &mut seen);
    journal::observe(&tree, &root.name, &mut seen);
    age::observe(&tree, &root.name, &mut seen);
    clock::observe(&tree, &root.name, &mut seen);
    component::observe(&tree, &root.name, &mut seen);
    if let Some(release) = release {
        release::observe(&tree, world, release, &mut seen);
    }
    let mut evidence = Evidence { observations: seen.observations, ..Evidence::default() };
    for kind in KINDS {
        let count = evidence.of_kind(kind.name).count();
        if kind.name == kinds::RELEASE && release.is_none() {
            evidence.census.push(Census::not_asked(kind.name, &root.path, release::NOT_ASKED));
            continue;
        }
        let fault = seen.faults.iter().find(|(of, _, _)| *of == kind.name);
        evidence.census.push(match fault {
            Some((_, subject, reason)) => {
                Census::incomplete(kind.name, &root.path, count, format!("{subject}: {reason}"))
            }
            None => Census::complete(kind.name, &root.path, count),
        });
    }
    for (kind, subject, reason) in seen.faults {
        match evidence.gaps.iter_mut().find(|gap| gap.subject == subject && gap.reason == reason) {
            Some(gap) => gap.kinds.push(kind.to_owned()),
            None => evidence.gaps.push(gap(vec![kind.to_owned()], subject, reason)),
        }
    }
    evidence
}

fn unreadable(root: &HostRoot, reason: &str) -> Evidence {
    let census = KINDS.iter().map(|kind| Census::incomplete(kind.name, &root.path, 0, reason));
    let kinds = KINDS.iter().map(|kind| kind.name.to_owned()).collect();
    Evidence {
        census: census.collect(),
        gaps: vec![gap(kinds, root.path.clone(), reason.to_owned())],
        ..Evidence::default()
    }
}

fn gap(kinds: Vec<String>, subject: String, reason: String) -> Gap {
    Gap { collector: NAME.to_owned(), kinds, subject, reason }
}

#[cfg(test)]
mod tests;
