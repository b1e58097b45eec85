//! What the deployment files say: Compose, Kubernetes, Dockerfile and systemd, the first two in one vocabulary. It never
//! judges; values of secrets are looked at and dropped.

mod compose;
mod dockerfile;
mod interpolate;
mod kinds;
mod kubernetes;
mod product;
mod secret;
mod service;
mod systemd;

use super::collector::{Collector, LocalFuture, Task};
use super::limits::CONFIGURATION_BYTES;
use super::world::World;
use crate::model::{Census, Deployment, Evidence, Gap, KindSpec, Location, Observation};

pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct DeployCollector;

const NAME: &str = "deploy";
const METHOD: &str = "deployment file read as its program reads it";

impl Collector for DeployCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let readers = site.declared.log_readers.as_deref();
            let mut seen = Seen::default();
            if let Some(files) = &site.deployment.compose {
                compose::look(world, files, readers, &mut seen);
            }
            for file in site.deployment.kubernetes.iter().flatten() {
                kubernetes::look(world, file, readers, &mut seen);
            }
            for file in site.deployment.dockerfiles.iter().flatten() {
                dockerfile::look(world, file, &mut seen);
            }
            for file in site.deployment.systemd.iter().flatten() {
                systemd::look(world, file, &mut seen);
            }
            seen.into_evidence(&site.name, &site.deployment)
        })
    }
}

/// What was seen so far, and which file could not be read, with the kinds that it leaves incomplete.
#[derive(Debug, Default)]
struct Seen {
    observations: Vec<Observation>,
    faults: Vec<Fault>,
}

#[derive(Debug)]
struct Fault {
    kinds: &'static [&'static str],
    subject: String,
    reason: String,
}

impl Seen {
    fn fault(&mut self, kinds: &'static [&'static str], subject: impl Into<String>, reason: impl Into<String>) {
        self.faults.push(Fault { kinds, subject: subject.into(), reason: reason.into() });
    }

    /// The text of a file; one that cannot be read is a fault.
    fn text(&mut self, world: &dyn World, kinds: &'static [&'static str], file: &str) -> Option<String> {
        match world.read(file, CONFIGURATION_BYTES) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(refusal) => {
                self.fault(kinds, file, refusal.to_string());
                None
            }
        }
    }

    fn into_evidence(mut self, site: &str, deployment: &Deployment) -> Evidence {
        self.observations.sort();
        let mut evidence = Evidence::default();
        for kind in KINDS {
            let count = self.observations.iter().filter(|seen| seen.kind == kind.name).count();
            let fault = self.faults.iter().find(|fault| fault.kinds.contains(&kind.name));
            evidence.census.push(match (kinds::is_asked(kind.name, deployment), fault) {
                (false, _) => Census::not_asked(
                    kind.name,
                    site,
                    "no deployment files are named (site file: configuration: compose, kubernetes, dockerfiles, systemd; [] says there are none)",
                ),
                (true, Some(fault)) => {
                    Census::incomplete(kind.name, site, count, format!("{}: {}", fault.subject, fault.reason))
                }
                (true, None) => Census::complete(kind.name, site, count),
            });
        }
        evidence.gaps = self
            .faults
            .into_iter()
            .map(|fault| Gap {
                collector: NAME.to_owned(),
                kinds: fault.kinds.iter().map(|kind| (*kind).to_owned()).collect(),
                subject: fault.subject,
                reason: fault.reason,
            })
            .collect();
        evidence.observations = self.observations;
        evidence
    }
}

/// Where something stands.
#[derive(Debug, Clone, Default)]
struct Place {
    file: String,
    line: u32,
    column: u32,
}

impl Place {
    fn location(&self) -> Location {
        Location::file(self.file.as_str(), self.line, self.column)
    }
}

#[cfg(test)]
mod tests;
