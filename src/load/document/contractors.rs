//! The contractor register.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BilingualDocument;

/// Every party that is entrusted with part of the work.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractorsDocument {
    /// Who approved the register, and when.
    pub approval: Option<ApprovalDocument>,
    /// The entries.
    pub contractors: Vec<ContractorDocument>,
}

/// An approval.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDocument {
    /// By whom.
    #[schemars(length(min = 1))]
    pub by: String,
    /// When.
    #[schemars(schema_with = "super::date_schema")]
    pub on: String,
    /// When the next one is due.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub next_review: Option<String>,
}

/// One contractor.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractorDocument {
    /// Unique id.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Its name.
    pub name: BilingualDocument,
    /// 13-digit corporate number, in quotes.
    #[schemars(regex(pattern = r"^[1-9][0-9]{12}$"))]
    pub corporate_number: Option<String>,
    /// hosting, cdn, dns, mail, cms, dev, ops, analytics, cert, monitor.
    pub kind: String,
    /// 1 (most critical) to 4.
    #[schemars(range(min = 1, max = 4))]
    pub tier: Option<u8>,
    /// Section of the body that owns the contract.
    pub owner_section: Option<String>,
    /// Id of the prime contractor, for a subcontractor.
    pub subcontractor_of: Option<String>,
    /// Approval of the subcontracting.
    pub subcontract_approval: Option<ApprovalDocument>,
    /// Country of processing: JP.
    pub country: Option<String>,
    /// Legal basis of processing abroad.
    pub country_basis: Option<String>,
    /// Whether it works for the body now.
    pub status: StatusDocument,
    /// Its contract.
    pub contract: Option<ContractDocument>,
    /// Contract clauses that are present, by id, each with its document reference.
    #[serde(default)]
    pub clauses: BTreeMap<ContractClauseId, ContractClauseDocument>,
    /// Kinds of certification that the body requires.
    #[serde(default)]
    pub required_certifications: Vec<String>,
    /// Certifications that it holds.
    #[serde(default)]
    pub certifications: Vec<CertificationDocument>,
    /// Assessments of its security.
    #[serde(default)]
    pub assessments: Vec<AssessmentDocument>,
    /// Incident reporting.
    pub incident: Option<IncidentDocument>,
    /// Accounts that it uses.
    #[serde(default)]
    pub accounts: Vec<AccountDocument>,
    /// SSH keys that it uses.
    #[serde(default)]
    pub keys: Vec<KeyDocument>,
    /// Services that it runs.
    #[serde(default)]
    pub services: Vec<ServiceDocument>,
    /// Proofs at the end of the contract.
    pub end_of_contract: Option<EndDocument>,
}

/// Whether a contractor works for the body now.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StatusDocument {
    /// Not yet.
    Planned,
    /// Now.
    Active,
    /// No longer.
    Ended,
}

/// The 14 clauses that a contract with personal information must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractClauseId {
    /// Confidentiality.
    Confidentiality,
    /// Use for the contract's purpose only.
    PurposeLimit,
    /// No copying or taking out.
    NoCopying,
    /// Staff named, trained and supervised.
    Staff,
    /// Subcontracting with prior written consent only.
    Subcontracting,
    /// Security measures, logs included.
    SecurityMeasures,
    /// Place of processing.
    PlaceOfProcessing,
    /// Access accounts individual and limited in time.
    Accounts,
    /// Incident report with a deadline.
    IncidentReport,
    /// Status reports.
    StatusReports,
    /// Right of audit and inspection.
    Audit,
    /// Return or deletion with proof.
    ReturnDeletion,
    /// Duties after the end.
    AfterEnd,
    /// Damages and termination.
    Damages,
}

/// Where a contract clause is written.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractClauseDocument {
    /// Document and page.
    pub document_ref: Option<String>,
}

/// A contract.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractDocument {
    /// Its number.
    pub id: String,
    /// First day.
    #[schemars(schema_with = "super::date_schema")]
    pub from: String,
    /// Last day.
    #[schemars(schema_with = "super::date_schema")]
    pub to: String,
    /// Whether a renewal is planned.
    #[serde(default)]
    pub renewal_plan: bool,
    /// Whether an exit is planned.
    #[serde(default)]
    pub exit_plan: bool,
    /// Where the signed paper is.
    pub document_ref: Option<String>,
    /// Data that it may handle: access_info, ip, personal, specific_personal; an empty list for none.
    #[serde(default)]
    pub allowed_data: Vec<DataScope>,
    /// Reading of logs.
    pub log_access: Option<LogAccessDocument>,
}

/// Data that a contractor may handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataScope {
    /// Information about access to the site.
    AccessInfo,
    /// IP addresses.
    Ip,
    /// Personal information.
    Personal,
    /// Specific personal information (My Number).
    SpecificPersonal,
}

/// Reading of logs.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogAccessDocument {
    /// Why it may read them.
    #[schemars(length(min = 1))]
    pub purpose: String,
    /// First day.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub from: Option<String>,
    /// Last day.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub to: Option<String>,
}

/// A certification.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificationDocument {
    /// ISMS, P-mark, SOC2, ISMAP, ISO27017, ISO27701.
    pub kind: String,
    /// Ids of the services that it covers.
    #[serde(default)]
    pub scope: Vec<String>,
    /// Last day.
    #[schemars(schema_with = "super::date_schema")]
    pub valid_to: String,
}

/// An assessment of a contractor.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentDocument {
    /// When.
    #[schemars(schema_with = "super::date_schema")]
    pub on: String,
    /// questionnaire, document, on-site, report.
    pub method: String,
    /// Due days of actions that are still open.
    #[serde(default)]
    pub open_actions_due: Vec<String>,
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
}

/// An account.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountDocument {
    /// os, cms, cloud, git, dns.
    pub system: String,
    /// User name.
    pub user: String,
    /// Commands that it may run with sudo.
    #[serde(default)]
    pub allowed_commands: Vec<String>,
    /// Last day.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub expires: Option<String>,
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
    /// Whether it may process personal information.
    #[serde(default)]
    pub processes_personal: bool,
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
}
