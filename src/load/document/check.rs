//! A check file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BilingualDocument;

/// A check: one condition on one kind of observation, with its reasons, remedy and examples.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "CheckDocument")]
#[serde(deny_unknown_fields)]
pub struct CheckDocument<E = ExamplesDocument> {
    /// Its id, which is also its file name.
    #[schemars(length(min = 1))]
    pub id: String,
    /// A true sentence about the good state, at most 150 characters.
    pub title: BilingualDocument,
    /// Why it matters, in two sentences.
    pub why: BilingualDocument,
    /// The one kind of observation that it reads.
    pub needs: String,
    /// Where it applies; all must hold.
    #[serde(default)]
    pub applies_when: Vec<serde_json::Value>,
    /// What must hold.
    #[schemars(schema_with = "super::condition_schema")]
    pub pass_when: serde_json::Value,
    /// What a fail means.
    pub risk: RiskDocument,
    /// What to do about a fail: en, ja, and lines to write by program.
    pub remedy: BTreeMap<String, String>,
    /// Identifiers of frameworks, by framework key.
    #[serde(default)]
    pub maps: BTreeMap<String, Vec<String>>,
    /// Standards with their sections.
    #[serde(default)]
    pub references: Vec<String>,
    /// Fields of an observation, by name, by outcome. At least one pass and one fail.
    pub examples: E,
}

/// What a fail means.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskDocument {
    /// 1 (no outside effect) to 5 (mass leak, or loss of evidence).
    #[schemars(range(min = 1, max = 5))]
    pub impact: u8,
    /// 1 (0.3 % a year) to 5 (30 % a year).
    #[schemars(range(min = 1, max = 5))]
    pub likelihood: u8,
    /// Common-cause group.
    pub group: Option<String>,
    /// Lesser forms of the fail.
    #[serde(default)]
    pub eased_when: Vec<EasingDocument>,
    /// Graver forms of the fail.
    #[serde(default)]
    pub raised_when: Vec<RaiseDocument>,
}

/// A graver form of the fail: what is seen of the subject makes the harm larger or more likely.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RaiseDocument {
    /// When it applies.
    #[schemars(schema_with = "super::condition_schema")]
    pub when: serde_json::Value,
    /// Steps of impact: 1.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1))]
    pub impact: i8,
    /// Steps of likelihood: 1.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1))]
    pub likelihood: i8,
    /// The reason that is printed.
    pub why: BilingualDocument,
}

/// A lesser form of the fail.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EasingDocument {
    /// When it applies.
    #[schemars(schema_with = "super::condition_schema")]
    pub when: serde_json::Value,
    /// Steps of likelihood: -1.
    #[schemars(range(min = -1, max = -1))]
    pub likelihood: i8,
    /// The reason that is printed.
    pub why: BilingualDocument,
}

/// One example: fields by name, and `parameters` and `declared` of their own.
pub type ExampleDocument = BTreeMap<String, serde_json::Value>;

/// Examples by outcome.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExamplesDocument {
    /// These pass.
    #[serde(default)]
    pub pass: BTreeMap<String, ExampleDocument>,
    /// These fail.
    #[serde(default)]
    pub fail: BTreeMap<String, ExampleDocument>,
    /// These cannot be told.
    #[serde(default)]
    pub unknown: BTreeMap<String, ExampleDocument>,
    /// To these the check does not apply.
    #[serde(default)]
    pub not_applicable: BTreeMap<String, ExampleDocument>,
}
