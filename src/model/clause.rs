//! The published document: numbered promises, quoted, and what keeps each.

use std::collections::BTreeMap;

use super::{Bilingual, Time, Value};

/// A published policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Its id, which is also its file name.
    pub id: String,
    /// Its title.
    pub title: Bilingual,
    /// Where it is published, and by whom.
    pub source: Bilingual,
    /// When it was published or last revised, where the document says so.
    pub published_on: Option<Time>,
    /// Languages in which it is published, `en` and `ja`: their quotes are its own words.
    pub originals: Vec<String>,
    /// Numbers and lists that its clauses name.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// Its promises, in the document's order.
    pub clauses: Vec<Clause>,
}

/// One numbered promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// `P1-3`.
    pub id: String,
    /// A short name.
    pub title: Bilingual,
    /// The document's own words, and a translation where the document has one language only.
    pub quote: Bilingual,
    /// The clause again as sentences that can be tested.
    pub testable: Vec<Bilingual>,
    /// Ids of the checks that keep it.
    pub checks: Vec<String>,
    /// Why it must be judged by a person, where no check can decide it or checks alone do not.
    pub manual: Option<ManualReason>,
}

/// Why a clause needs a person's statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualReason {
    /// The reason.
    pub why: Bilingual,
}

/// A number or list that a clause names or an officer sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, with its unit.
    pub name: String,
    /// What it says.
    pub title: Bilingual,
    /// The value where neither policy nor site sets one; absent means unset, and unset gives unknown.
    pub default: Option<ParameterValue>,
}

/// The value of a parameter: an integer, a text, or a list of texts.
pub type ParameterValue = Value;
