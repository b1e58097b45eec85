//! The evidence file: whole, so that a replay needs no other file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All that one run saw, and all that it is judged by.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceDocument {
    /// `tenken/evidence/1`.
    pub schema: String,
    /// Name and version of the tool that collected.
    pub tool: String,
    /// SHA-256 over the checks.
    pub pack_hash: String,
    /// When the collection began, UTC.
    pub collected_at: String,
    /// What the collection was told to leave out.
    pub collection: CollectionDocument,
    /// The site file.
    pub site: serde_json::Value,
    /// The policy.
    pub policy: serde_json::Value,
    /// Every parameter that exists.
    pub parameters: Vec<serde_json::Value>,
    /// The checks.
    pub checks: Vec<serde_json::Value>,
    /// The TLS profile.
    #[serde(default)]
    pub tls_profile: serde_json::Value,
    /// Waivers.
    #[serde(default)]
    pub waivers: Vec<serde_json::Value>,
    /// Owners and due dates.
    #[serde(default)]
    pub actions: Vec<serde_json::Value>,
    /// Attestations.
    #[serde(default)]
    pub attestations: Vec<serde_json::Value>,
    /// How completely each kind was looked for.
    pub census: Vec<CensusDocument>,
    /// What was seen.
    pub observations: Vec<ObservationDocument>,
    /// What could not be seen.
    pub gaps: Vec<GapDocument>,
    /// Lines by file and number, secrets taken out.
    #[serde(default)]
    pub excerpts: std::collections::BTreeMap<String, std::collections::BTreeMap<u32, String>>,
}

/// What the collection was told to leave out.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionDocument {
    /// Nothing went over the network.
    pub offline: bool,
}

/// How completely one kind was looked for in one scope.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CensusDocument {
    /// The kind.
    pub kind: String,
    /// Where.
    pub scope: String,
    /// complete, incomplete or not-asked.
    pub state: CensusStateDocument,
    /// Why, where it is not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many observations were made.
    pub count: u64,
}

/// How completely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CensusStateDocument {
    /// All of it.
    Complete,
    /// Part of it.
    Incomplete,
    /// Nobody asked.
    NotAsked,
}

/// A place.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlaceDocument {
    /// File.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

/// A second place.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelatedDocument {
    /// The place.
    pub place: PlaceDocument,
    /// What is there.
    pub note: String,
}

/// Facts about one subject.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationDocument {
    /// The kind.
    pub kind: String,
    /// The subject.
    pub subject: String,
    /// Facts: bool, integer, text, {"time": "…"} or a list of those.
    pub fields: BTreeMap<String, serde_json::Value>,
    /// Facts that could not be read, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown_fields: BTreeMap<String, String>,
    /// Where.
    pub source: PlaceDocument,
    /// Further places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<RelatedDocument>,
    /// How.
    pub method: String,
    /// measured, joined, attested or stale.
    pub strength: StrengthDocument,
}

/// How much evidence weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StrengthDocument {
    /// Seen by a collector.
    Measured,
    /// Concluded from two sources.
    Joined,
    /// Stated by a person.
    Attested,
    /// Seen, but too long ago.
    Stale,
}

/// Why something could not be seen.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GapDocument {
    /// The collector or join.
    pub collector: String,
    /// The kinds that it hides.
    pub kinds: Vec<String>,
    /// What was asked for.
    pub subject: String,
    /// Why.
    pub reason: String,
}
