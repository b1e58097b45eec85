//! What is declared is evidence too: site, policy, register, people and records as observations. Asks the world nothing.

mod activities;
mod breach_plan;
mod contractors;
mod duties;
mod kinds;
mod lists;

use super::collector::{Collector, LocalFuture, Task};
use super::world::World;
use crate::model::{Census, Evidence, KindSpec, Location, Observation, Strength, Subject, SubjectKind};

pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct DeclaredCollector;

impl Collector for DeclaredCollector {
    fn name(&self) -> &'static str {
        "declared"
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn collect<'a>(&'a self, _world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let declaration = task.declaration;
            let mut seen = Seen { site: &declaration.site.name, evidence: Evidence::default() };
            lists::observe(declaration, &mut seen);
            contractors::observe(declaration.register.as_ref(), &mut seen);
            activities::observe_people(declaration, &mut seen);
            activities::observe(declaration, &mut seen);
            breach_plan::observe(declaration, &mut seen);
            seen.evidence
        })
    }
}

/// Observations with their census, kind by kind.
struct Seen<'a> {
    site: &'a str,
    evidence: Evidence,
}

impl Seen<'_> {
    /// All of a kind, completely.
    fn all(&mut self, kind: &str, observations: Vec<Observation>) {
        self.evidence.census.push(Census::complete(kind, self.site, observations.len()));
        self.evidence.observations.extend(observations);
    }

    /// Nobody declared it.
    fn not_asked(&mut self, kinds: &[&str], reason: &str) {
        for kind in kinds {
            self.evidence.census.push(Census::not_asked(kind, self.site, reason));
        }
    }
}

fn new(kind: &str, subject_kind: SubjectKind, name: impl Into<String>, source: Location) -> Observation {
    let mut observation = Observation::new(kind, Subject::new(subject_kind, name), source, "declared");
    // A declaration is a person's word, but it is exactly the thing that is judged here.
    observation.strength = Strength::Measured;
    observation
}

#[cfg(test)]
mod tests;
