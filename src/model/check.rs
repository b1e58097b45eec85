//! One condition that must hold for a clause to be kept.

use std::collections::BTreeMap;

use super::{Bilingual, Condition, Value};

/// A check: a document first, a condition second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its id, which is also its file name.
    pub id: String,
    /// A true sentence about the good state.
    pub title: Bilingual,
    /// Why it matters, in two sentences.
    pub why: Bilingual,
    /// The one kind of observation that it reads.
    pub needs: String,
    /// Where it applies; empty means everywhere. All must hold.
    pub applies_when: Vec<Condition>,
    /// What must hold.
    pub pass_when: Condition,
    /// Impact if it fails, 1 to 5.
    pub impact: u8,
    /// Likelihood of harm if it fails, 1 to 5.
    pub likelihood: u8,
    /// Lesser forms of the fail.
    pub eased_when: Vec<ContextMove>,
    /// Graver forms of the fail.
    pub raised_when: Vec<ContextMove>,
    /// Common-cause group: the largest member counts in full, the others one tenth.
    pub group: Option<String>,
    /// What to do about a fail.
    pub remedy: Remedy,
    /// Identifiers of frameworks, by framework key.
    pub maps: BTreeMap<String, Vec<String>>,
    /// Standards with their sections.
    pub references: Vec<String>,
    /// Examples, by outcome.
    pub examples: Examples,
}

/// What makes a fail graver or less grave where it stands, with its reason. TRM-1 allows one step each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextMove {
    /// When it applies.
    pub when: Condition,
    /// Steps of impact, -1 to 1.
    pub impact: i8,
    /// Steps of likelihood, -1 to 1.
    pub likelihood: i8,
    /// The reason that is printed.
    pub why: Bilingual,
}

/// What to do about a fail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remedy {
    /// In words.
    pub text: Bilingual,
    /// Lines to write, by program (`nginx`, `apache`, `yaml`, …).
    pub snippets: BTreeMap<String, String>,
}

/// Examples of a check: fields of an observation by name, by outcome. `fail` examples that meet an easing are listed under `eased`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examples {
    /// These pass.
    pub pass: BTreeMap<String, BTreeMap<String, Value>>,
    /// These fail.
    pub fail: BTreeMap<String, BTreeMap<String, Value>>,
    /// These cannot be told.
    pub unknown: BTreeMap<String, BTreeMap<String, Value>>,
    /// To these the check does not apply.
    pub not_applicable: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Check {
    /// The kind that states facts of the run itself.
    pub const RUN_KIND: &'static str = "run";

    /// Impact and likelihood before any context.
    #[must_use]
    pub fn rating(&self) -> super::RiskRating {
        super::RiskRating::new(self.impact, self.likelihood)
    }

    /// Impact and likelihood with every context at its worst: what a thing that nobody saw may be.
    #[must_use]
    pub fn worst_rating(&self) -> super::RiskRating {
        self.rating().moved(
            self.raised_when.iter().map(|raise| raise.impact).max().unwrap_or(0),
            self.raised_when.iter().map(|raise| raise.likelihood).max().unwrap_or(0),
        )
    }

    /// Whether the check is about the run itself: it is evaluated after the others and adds no risk units.
    #[must_use]
    pub fn is_second_pass(&self) -> bool {
        super::RUN_KINDS.iter().any(|kind| kind.name == self.needs)
    }
}
