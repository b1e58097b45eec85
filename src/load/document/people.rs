//! The people file: staff by role, with their accounts and keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Staff and service accounts.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleDocument {
    /// One entry a person or service account. No name is needed.
    pub people: Vec<PersonDocument>,
}

/// A member of staff, or a service account.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonDocument {
    /// Unique id.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Office or role.
    pub role: String,
    /// Whether the person can reach logs, administration or personal data.
    #[serde(default)]
    pub has_access: bool,
    /// Accounts.
    #[serde(default)]
    pub accounts: Vec<PersonAccountDocument>,
    /// SSH key fingerprints, SHA256:… as ssh-keygen -l prints them.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// An account.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonAccountDocument {
    /// os, cms, cloud, git, dns.
    pub system: String,
    /// User name.
    pub user: String,
}
