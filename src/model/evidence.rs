//! All that one run saw, how complete the looking was, and where it could not look.

use super::{Excerpts, Observation};

/// Why something could not be seen. The subject it hides is unknown, never kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The collector or join that met it.
    pub collector: String,
    /// The kinds of observation that it hides.
    pub kinds: Vec<String>,
    /// What was asked for, in the words of a subject or a path.
    pub subject: String,
    /// The reason in words, without any content of what was read.
    pub reason: String,
}

/// What zero means: how completely one kind was looked for in one scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Census {
    /// The kind of observation.
    pub kind: String,
    /// Where it was looked for: a host, a file, a root.
    pub scope: String,
    /// How completely.
    pub state: CensusState,
    /// How many observations were made.
    pub count: u64,
}

/// How completely a kind was looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CensusState {
    /// All of the scope was seen: zero means there is none.
    Complete,
    /// Part of the scope could not be seen; the reason says which.
    Incomplete(String),
    /// Nobody asked to look; the reason says what to declare.
    NotAsked(String),
}

impl Census {
    /// The whole scope was seen.
    pub fn complete(kind: &str, scope: impl Into<String>, count: usize) -> Self {
        Self::of(kind, scope, CensusState::Complete, count)
    }

    /// Part of the scope was not seen.
    pub fn incomplete(kind: &str, scope: impl Into<String>, count: usize, reason: impl Into<String>) -> Self {
        Self::of(kind, scope, CensusState::Incomplete(reason.into()), count)
    }

    /// Nobody asked.
    pub fn not_asked(kind: &str, scope: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::of(kind, scope, CensusState::NotAsked(reason.into()), 0)
    }

    fn of(kind: &str, scope: impl Into<String>, state: CensusState, count: usize) -> Self {
        Self { kind: kind.to_owned(), scope: scope.into(), state, count: u64::try_from(count).unwrap_or(u64::MAX) }
    }
}

/// All facts of one run, in one order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// What was seen.
    pub observations: Vec<Observation>,
    /// How completely.
    pub census: Vec<Census>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
    /// Lines of configuration and registers at the places that observations name.
    pub excerpts: Excerpts,
}

impl Evidence {
    /// The observations of one kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Observation> + 'a {
        self.observations.iter().filter(move |observation| observation.kind == kind)
    }

    /// The census entries of one kind.
    pub fn census_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Census> + 'a {
        self.census.iter().filter(move |census| census.kind == kind)
    }

    /// Adds what another way of looking saw.
    pub fn extend(&mut self, other: Self) {
        self.observations.extend(other.observations);
        self.census.extend(other.census);
        self.gaps.extend(other.gaps);
        self.excerpts.extend(other.excerpts);
    }

    /// Brings everything into the one order that files and reports use.
    pub fn sort(&mut self) {
        self.observations.sort_by(|a, b| (&a.kind, &a.subject, a).cmp(&(&b.kind, &b.subject, b)));
        self.census.sort();
        self.census.dedup();
        self.gaps.sort();
        self.gaps.dedup();
    }
}
