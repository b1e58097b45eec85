//! The contractor register.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BilingualDocument;
use super::contractor_parts::{
    AccountDocument, AssessmentDocument, CertificationDocument, EndDocument, IncidentDocument, KeyDocument,
    ServiceDocument, TokenDocument,
};

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
    /// What it mainly does.
    pub kind: ContractorKindDocument,
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
    pub required_certifications: Vec<CertificationKindDocument>,
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
    /// Deployment keys and access tokens that it uses; never their values.
    #[serde(default)]
    pub tokens: Vec<TokenDocument>,
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

/// What a contractor mainly does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContractorKindDocument {
    /// Servers.
    Hosting,
    /// A content delivery network or web application firewall.
    Cdn,
    /// DNS.
    Dns,
    /// Mail.
    Mail,
    /// Content management and design.
    Cms,
    /// Development.
    Dev,
    /// Operation.
    Ops,
    /// Analysis of visits.
    Analytics,
    /// Certificates.
    Cert,
    /// Monitoring and keeping of logs.
    Monitor,
}

/// Kinds of certification that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum CertificationKindDocument {
    /// ISO/IEC 27001.
    #[serde(rename = "ISMS")]
    Isms,
    /// JIS Q 15001, the privacy mark.
    #[serde(rename = "P-mark")]
    PMark,
    /// A SOC 2 report.
    #[serde(rename = "SOC2")]
    Soc2,
    /// The Japanese government's list of cloud services.
    #[serde(rename = "ISMAP")]
    Ismap,
    /// ISO/IEC 27017.
    #[serde(rename = "ISO27017")]
    Iso27017,
    /// ISO/IEC 27701.
    #[serde(rename = "ISO27701")]
    Iso27701,
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
