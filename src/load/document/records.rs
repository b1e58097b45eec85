//! The records file: dated facts about activities, and attestations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was done when, and what a person states.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordsDocument {
    /// Activities.
    #[serde(default)]
    pub records: Vec<RecordDocument>,
    /// Statements with an end.
    #[serde(default)]
    pub attestations: Vec<AttestationDocument>,
}

/// A dated fact about an activity.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDocument {
    /// Unique id.
    #[schemars(length(min = 1))]
    pub id: String,
    /// What was done.
    pub activity: ActivityDocument,
    /// When.
    #[schemars(schema_with = "super::date_schema")]
    pub on: String,
    /// Last day, of what lasts: an outage.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub until: Option<String>,
    /// By whom: an id of the people file, a role or a firm.
    #[schemars(length(min = 1))]
    pub by: String,
    /// Whose work it looked at, where the two must differ.
    pub operator: Option<String>,
    /// Ids of the persons whom it covers.
    #[serde(default)]
    pub persons: Vec<String>,
    /// Where the paper is.
    pub document_ref: Option<String>,
}

/// An activity that checks ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActivityDocument {
    /// The policy was reviewed.
    PolicyReview,
    /// Logs were reviewed.
    LogReview,
    /// An independent audit.
    Audit,
    /// A self-inspection.
    SelfInspection,
    /// A backup was made.
    Backup,
    /// A backup was restored as a test.
    RestoreTest,
    /// Leak reporting was rehearsed.
    Exercise,
    /// People were trained.
    Training,
    /// A manager acknowledged the report.
    Acknowledgement,
    /// The service was down.
    Outage,
    /// Risk was evaluated.
    RiskEvaluation,
}

impl ActivityDocument {
    /// The word in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::PolicyReview => "policy-review",
            Self::LogReview => "log-review",
            Self::Audit => "audit",
            Self::SelfInspection => "self-inspection",
            Self::Backup => "backup",
            Self::RestoreTest => "restore-test",
            Self::Exercise => "exercise",
            Self::Training => "training",
            Self::Acknowledgement => "acknowledgement",
            Self::Outage => "outage",
            Self::RiskEvaluation => "risk-evaluation",
        }
    }
}

/// A statement of a person, with its end. It is weak evidence.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestationDocument {
    /// Unique id.
    #[schemars(length(min = 1))]
    pub id: String,
    /// The clause that it speaks for.
    pub clause: Option<String>,
    /// The check that it states not to apply.
    pub check: Option<String>,
    /// What is stated.
    #[schemars(length(min = 1))]
    pub statement: String,
    /// Who states it.
    #[schemars(length(min = 1))]
    pub by: String,
    /// When.
    #[schemars(schema_with = "super::date_schema")]
    pub on: String,
    /// When it ends.
    #[schemars(schema_with = "super::date_schema")]
    pub expires: String,
}
