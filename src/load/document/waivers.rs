//! Waivers and actions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Approved, dated deviations.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiversDocument {
    /// The waivers.
    pub waivers: Vec<WaiverDocument>,
}

/// One approved, dated deviation.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverDocument {
    /// The check.
    pub check: String,
    /// The subject as the report spells it; a * at its end stands for any rest.
    #[schemars(length(min = 1))]
    pub subject: String,
    /// Why.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Who answers for it.
    #[schemars(length(min = 1))]
    pub owner: String,
    /// Who approved it; never the owner.
    #[schemars(length(min = 1))]
    pub approver: String,
    /// When.
    #[schemars(schema_with = "super::date_schema")]
    pub approved_on: String,
    /// Last day.
    #[schemars(schema_with = "super::date_schema")]
    pub expires: String,
    /// A check that makes up for it.
    pub compensating: Option<String>,
    /// How many findings it covered when it was approved; more than that is a finding.
    pub findings: Option<u64>,
}

/// Owners and due dates.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionsDocument {
    /// One entry a finding.
    pub actions: Vec<ActionDocument>,
}

/// Owner and due date of a finding.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionDocument {
    /// The finding's fingerprint.
    #[schemars(regex(pattern = r"^[0-9a-f]{16}$"))]
    pub fingerprint: String,
    /// Who mends it.
    #[schemars(length(min = 1))]
    pub owner: String,
    /// By when.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub due: Option<String>,
}
