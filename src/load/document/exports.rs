//! Exports that the site file names: last logins, users of the content management system, mail forwarding.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Exports about accounts.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountsDocument {
    /// What `lastlog` prints, or CSV with the columns user and last_login.
    pub lastlog: Option<String>,
    /// CSV of the CMS's users: user name, roles and, where there is one, state.
    pub cms: Option<String>,
}

/// Where mail of visitors goes.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailDocument {
    /// Ask the mail servers of the declared mail domains for STARTTLS on port 25. No mail is sent.
    #[serde(default)]
    pub starttls: bool,
    /// Alias files (aliases(5)).
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Virtual alias tables (virtual(5)).
    #[serde(default)]
    pub virtual_tables: Vec<String>,
    /// Exported lists and forwardings: CSV with the columns mailbox and target.
    #[serde(default)]
    pub lists: Vec<String>,
    /// Sieve scripts by the mailbox that they belong to.
    #[serde(default)]
    pub sieve: BTreeMap<String, String>,
    /// Stores of messages: Maildir folders or mbox files.
    #[serde(default)]
    pub store: Vec<String>,
}
