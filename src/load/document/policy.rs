//! Policy files, the list of parameters and the table of editions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BilingualDocument;

/// A published policy.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// Id; for a bundled policy also its file name.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Title of the document.
    pub title: BilingualDocument,
    /// Where it is published and by whom.
    pub source: BilingualDocument,
    /// When it was published or last revised, where the document says so.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub published_on: Option<String>,
    /// Languages in which it is published, and whose quotes are its own words: en, ja; without it, both.
    #[serde(default = "both_languages")]
    pub originals: Vec<LanguageDocument>,
    /// Numbers and lists that the body itself sets.
    #[serde(default)]
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The document's numbered promises, in its order.
    #[schemars(length(min = 1))]
    pub clauses: Vec<ClauseDocument>,
}

fn both_languages() -> Vec<LanguageDocument> {
    vec![LanguageDocument::En, LanguageDocument::Ja]
}

/// A language of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LanguageDocument {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl LanguageDocument {
    /// The word in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }
}

/// One numbered promise.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseDocument {
    /// Its id, such as P1-3.
    #[schemars(length(min = 1))]
    pub id: String,
    /// A short name.
    pub title: BilingualDocument,
    /// The document's own words.
    pub quote: BilingualDocument,
    /// The clause again, as sentences that can be tested.
    #[serde(default)]
    pub testable: Vec<BilingualDocument>,
    /// Ids of the checks that keep it.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Why a person must judge it.
    pub manual: Option<ManualDocument>,
}

/// Why a person must judge a clause.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualDocument {
    /// The reason.
    pub why: BilingualDocument,
}

/// One parameter.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterDocument {
    /// Its name, with its unit.
    pub name: String,
    /// What it says.
    pub title: BilingualDocument,
    /// Its value where neither policy nor site sets one.
    #[serde(default)]
    #[schemars(schema_with = "super::parameter_schema")]
    pub default: Option<serde_json::Value>,
}
