//! Who does a part of the work for the body, as DNS tells: one observation a host and role, with the names that it serves.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::OPERATOR;
use super::{METHOD, texts};
use crate::collect::limits::cut;
use crate::model::{Location, Observation, Subject, SubjectKind};

/// A host and what it does.
type Met = (String, &'static str);
/// The names for which it does so, and whether its own name is there.
type Known = (BTreeSet<String>, Result<bool, String>);

/// Operators that were met so far.
#[derive(Debug, Default)]
pub(super) struct Operators {
    met: BTreeMap<Met, Known>,
}

impl Operators {
    /// Notes one; `exists` says whether its name is there, or why that cannot be told.
    pub(super) fn note(&mut self, host: &str, role: &'static str, of: &str, exists: Result<bool, String>) {
        let entry = self.met.entry((cut(host), role)).or_insert_with(|| (BTreeSet::new(), exists));
        entry.0.insert(of.to_owned());
    }

    /// Adds what another part met.
    pub(super) fn extend(&mut self, other: Self) {
        for ((host, role), (of, exists)) in other.met {
            for name in of {
                self.note(&host, role, &name, exists.clone());
            }
        }
    }

    /// One observation each.
    pub(super) fn observations(self) -> Vec<Observation> {
        let observed = self.met.into_iter().map(|((host, role), (of, exists))| {
            let subject = Subject::new(SubjectKind::Host, format!("{host}#{role}"));
            let mut seen = Observation::new(OPERATOR, subject, Location::host(host.as_str()), METHOD);
            seen.set("host", host).set("role", role).set("of", texts(of));
            match exists {
                Ok(exists) => seen.set("exists", exists),
                Err(reason) => seen.unknown("exists", reason),
            };
            seen
        });
        observed.collect()
    }
}
