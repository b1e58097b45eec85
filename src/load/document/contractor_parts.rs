//! The parts of a register entry: certifications, assessments, accounts, keys, tokens, services, proofs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contractors::CertificationKindDocument;

/// A certification.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificationDocument {
    /// Its kind.
    pub kind: CertificationKindDocument,
    /// Its number.
    pub number: Option<String>,
    /// Ids of the services that it covers.
    #[serde(default)]
    pub scope: Vec<String>,
    /// Last day.
    #[schemars(schema_with = "super::date_schema")]
    pub valid_to: String,
    /// SHA-256 of the paper that shows it.
    pub evidence_hash: Option<String>,
}

/// An assessment of a contractor.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentDocument {
    /// When.
    #[schemars(schema_with = "super::date_schema")]
    pub on: String,
    /// How.
    pub method: AssessmentMethodDocument,
    /// What came of it, in words.
    pub result: Option<String>,
    /// Due days of actions that are still open.
    #[serde(default)]
    #[schemars(schema_with = "super::dates_schema")]
    pub open_actions_due: Vec<String>,
    /// SHA-256 of the answers (a CAIQ or SIG sheet, a report).
    pub evidence_hash: Option<String>,
}

/// How a contractor's security was assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssessmentMethodDocument {
    /// It answered questions.
    Questionnaire,
    /// Its papers were read.
    Document,
    /// It was visited.
    OnSite,
    /// Somebody else's report was read.
    Report,
}

/// Incident reporting.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentDocument {
    /// Contact that answers day and night.
    pub contact_24h: Option<String>,
    /// Hours within which it must report.
    #[schemars(range(min = 0))]
    pub notice_hours: Option<i64>,
    /// Contact of its incident response team.
    pub csirt_contact: Option<String>,
}

/// An account.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountDocument {
    /// Where.
    pub system: SystemDocument,
    /// User name.
    #[schemars(length(min = 1))]
    pub user: String,
    /// Id of the person who uses it.
    pub person_id: Option<String>,
    /// Groups that it may be in.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Commands that it may run with sudo.
    #[serde(default)]
    pub allowed_commands: Vec<String>,
    /// Last day.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub expires: Option<String>,
}

/// Where an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SystemDocument {
    /// The host's operating system.
    Os,
    /// The content management system.
    Cms,
    /// A cloud console.
    Cloud,
    /// A repository.
    Git,
    /// A DNS console.
    Dns,
}

/// An SSH key.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyDocument {
    /// SHA256:… as ssh-keygen -l prints it.
    #[schemars(regex(pattern = r"^SHA256:[A-Za-z0-9+/]{43}$"))]
    pub fingerprint: String,
    /// User that it belongs to.
    pub user: String,
    /// Id of the person who holds it.
    pub person_id: Option<String>,
    /// Last day.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub expires: Option<String>,
}

/// A deployment key or access token: what it is for and who answers, never its value.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenDocument {
    /// What it is for.
    #[schemars(length(min = 1))]
    pub purpose: String,
    /// Id of the person who answers for it.
    pub owner: Option<String>,
    /// When it was made.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub created: Option<String>,
    /// Last day.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub expires: Option<String>,
}

/// A service.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceDocument {
    /// Unique id.
    pub id: String,
    /// Exact hosts.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Patterns such as *.cdn.example.net.
    #[serde(default)]
    pub host_patterns: Vec<String>,
    /// Names that a CNAME of the body may lead to; *.example.net covers what is below.
    #[serde(default)]
    pub cname_targets: Vec<String>,
    /// Address ranges, 192.0.2.0/24.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Number of its network.
    pub asn: Option<i64>,
    /// Domains of SPF includes and redirects.
    #[serde(default)]
    pub spf_includes: Vec<String>,
    /// Hosts that MX records may name.
    #[serde(default)]
    pub mx_targets: Vec<String>,
    /// Hosts that NS records may name.
    #[serde(default)]
    pub ns_targets: Vec<String>,
    /// Hosts that logs may be sent to.
    #[serde(default)]
    pub log_endpoints: Vec<String>,
    /// Hosts that backups and deployments may be sent to.
    #[serde(default)]
    pub backup_endpoints: Vec<String>,
    /// Domains by which CAA names it as issuer of certificates.
    #[serde(default)]
    pub issuers: Vec<String>,
    /// Whether it may process personal information.
    #[serde(default)]
    pub processes_personal: bool,
    /// Whether its hosts are looked at over the network as the body's own are.
    #[serde(default)]
    pub look: bool,
}

/// Proofs at the end of the contract.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndDocument {
    /// When return of the data was proved.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub return_proof_on: Option<String>,
    /// When deletion of the data was proved.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub deletion_proof_on: Option<String>,
    /// Where the proof of return is.
    pub return_proof_ref: Option<String>,
    /// Where the proof of deletion is.
    pub deletion_proof_ref: Option<String>,
    /// How the data was deleted.
    pub deletion_method: Option<String>,
    /// When its accounts were removed.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub accounts_removed_on: Option<String>,
    /// When DNS records that point at it were removed.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub dns_removed_on: Option<String>,
}
