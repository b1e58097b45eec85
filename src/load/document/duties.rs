//! What the body says of its duties: statutes with owner, edition and articles, holdings of personal information.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the body is: which chapter of the personal information law binds it depends on this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntityDocument {
    /// A local or national public body.
    PublicBody,
    /// A company or association.
    Company,
}

/// One statute or standard that the body applies: its owner alone, or more.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum StatuteDocument {
    /// Who answers for it.
    Owner(String),
    /// Owner, edition and articles.
    Full(StatuteEntryDocument),
}

/// One statute in full.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatuteEntryDocument {
    /// Who answers for it.
    pub owner: Option<String>,
    /// Edition that the body follows, as the table of editions spells it.
    pub edition: Option<String>,
    /// When it was last looked up whether that edition is the newest.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub reviewed_on: Option<String>,
    /// Articles that the body names as its own duty.
    pub articles: Option<Vec<String>>,
}

/// One holding of personal information.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldingDocument {
    /// What it is.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Persons whom it covers.
    #[schemars(range(min = 0))]
    pub persons: i64,
    /// Entry of the published register of personal information files.
    pub register_ref: Option<String>,
}

/// How a leak is reported: whom, and within how many days the body has set itself to do so.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BreachPlanDocument {
    /// The office that decides and reports, and how it is reached day and night.
    pub officer: Option<String>,
    /// Where the Personal Information Protection Commission takes reports.
    pub commission: Option<String>,
    /// Who tells the persons concerned.
    pub persons: Option<String>,
    /// Days within which the prompt report is made.
    #[schemars(range(min = 0))]
    pub prompt_report_days: Option<i64>,
    /// Days within which the full report is made.
    #[schemars(range(min = 0))]
    pub full_report_days: Option<i64>,
    /// The same where somebody acted unlawfully.
    #[schemars(range(min = 0))]
    pub full_report_unlawful_days: Option<i64>,
    /// Where the plan is.
    pub document_ref: Option<String>,
}
