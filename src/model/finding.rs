//! One check on one subject, and what came of it.

use super::{Bilingual, Location, Related, RiskRating, Subject, Value};

/// What came of one check on one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The condition holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It cannot be told: a field or a whole scope is missing.
    Unknown,
    /// The check does not apply to the subject, and that was seen.
    NotApplicable,
    /// Nobody asked to look, or it was left out of this run.
    NotChecked,
}

impl Outcome {
    /// The word in every file and report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
            Self::NotChecked => "not-checked",
        }
    }
}

/// How much evidence weighs (TRM-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Seen by a collector.
    Measured,
    /// Concluded from two sources.
    Joined,
    /// Stated by a person.
    Attested,
    /// Seen, but too long ago.
    Stale,
}

impl Strength {
    /// The word in every file and report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Joined => "joined",
            Self::Attested => "attested",
            Self::Stale => "stale",
        }
    }
}

/// What one leaf of a condition asked and saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafResult {
    /// The field.
    pub field: String,
    /// The matcher's word.
    pub matcher: String,
    /// What was compared with; `None` where a parameter or list is not set.
    pub expected: Option<Value>,
    /// What was seen; `None` where the field is missing.
    pub actual: Option<Value>,
    /// Whether it holds; `None` is unknown.
    pub holds: Option<bool>,
    /// Why it is unknown, where it is.
    pub reason: Option<String>,
}

/// One check on one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check's id.
    pub check: String,
    /// The subject, or the scope that could not be seen, in its spelling.
    pub subject: Subject,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where the outcome does not follow from leaves (a gap, a census, a selection).
    pub reason: Option<Bilingual>,
    /// Every leaf that decided it.
    pub leaves: Vec<LeafResult>,
    /// Impact and likelihood after easing.
    pub rating: RiskRating,
    /// The reason of the easing, where one applies.
    pub eased: Option<Bilingual>,
    /// The reason of the raise, where one applies.
    pub raised: Option<Bilingual>,
    /// How much the evidence weighs.
    pub strength: Strength,
    /// Where it was read.
    pub location: Location,
    /// Further places.
    pub related: Vec<Related>,
    /// Whether the subject stands for a scope whose members were not counted.
    pub not_enumerated: bool,
}
