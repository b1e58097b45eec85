//! The contractor register, the people file and the records: who works for the body, and what was done when.

use super::Time;

/// The contractor register.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    /// Path as the site file names it.
    pub path: String,
    /// Who approved it, and when.
    pub approval: Option<Approval>,
    /// Its entries, in file order.
    pub contractors: Vec<Contractor>,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// By whom.
    pub by: String,
    /// When.
    pub on: Time,
    /// When the next one is due.
    pub next_review: Option<Time>,
}

/// Whether a contractor works for the body now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContractorStatus {
    /// Not yet.
    Planned,
    /// Now.
    Active,
    /// No longer.
    Ended,
}

/// One party entrusted with part of the work (governance section 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contractor {
    /// Unique id.
    pub id: String,
    /// Name in English.
    pub name_en: String,
    /// Name in Japanese.
    pub name_ja: String,
    /// 13-digit corporate number, check digit verified on reading.
    pub corporate_number: Option<String>,
    /// hosting, cdn, dns, mail, cms, dev, ops, analytics, cert, monitor.
    pub kind: String,
    /// 1 (most critical) to 4.
    pub tier: Option<u8>,
    /// Section of the body that owns the contract.
    pub owner_section: Option<String>,
    /// The prime contractor's id, for a subcontractor.
    pub subcontractor_of: Option<String>,
    /// Approval of the subcontracting.
    pub subcontract_approval: Option<Approval>,
    /// Country of processing, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Legal basis of processing abroad.
    pub country_basis: Option<String>,
    /// Whether it works for the body now.
    pub status: ContractorStatus,
    /// Its contract.
    pub contract: Option<Contract>,
    /// Document reference by clause id (the 14 that a contract with personal information holds), for those that are present.
    pub clauses: Vec<(String, Option<String>)>,
    /// Kinds of certification that the body requires of it.
    pub required_certifications: Vec<String>,
    /// Certifications that it holds.
    pub certifications: Vec<Certification>,
    /// Assessments of its security.
    pub assessments: Vec<ContractorAssessment>,
    /// 24-hour incident contact.
    pub incident_contact: Option<String>,
    /// Hours within which it must report an incident.
    pub incident_notice_hours: Option<i64>,
    /// Contact of its incident response team.
    pub csirt_contact: Option<String>,
    /// Accounts that it uses.
    pub accounts: Vec<ContractorAccount>,
    /// SSH keys that it uses.
    pub keys: Vec<ContractorKey>,
    /// Deployment keys and access tokens that it uses; never their values.
    pub tokens: Vec<ContractorToken>,
    /// Services that it runs.
    pub services: Vec<Service>,
    /// When return of the data was proved.
    pub return_proof_on: Option<Time>,
    /// When deletion of the data was proved.
    pub deletion_proof_on: Option<Time>,
    /// Where the proofs are.
    pub proof_refs: Vec<String>,
    /// When its accounts were removed.
    pub accounts_removed_on: Option<Time>,
    /// When DNS records that point at it were removed.
    pub dns_removed_on: Option<Time>,
    /// Line of the entry in the file, from 1.
    pub line: u32,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Its number.
    pub id: String,
    /// First day.
    pub from: Time,
    /// Last day.
    pub to: Time,
    /// Whether a renewal is planned.
    pub renewal_plan: bool,
    /// Whether an exit is planned.
    pub exit_plan: bool,
    /// Where the signed paper is.
    pub document_ref: Option<String>,
    /// access_info, ip, personal, specific_personal; empty for none.
    pub allowed_data: Vec<String>,
    /// Purpose of reading logs, where it may.
    pub log_access_purpose: Option<String>,
    /// First day of reading logs.
    pub log_access_from: Option<Time>,
    /// Last day of reading logs.
    pub log_access_to: Option<Time>,
}

/// A certification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certification {
    /// ISMS, P-mark, SOC2, ISMAP, ISO27017, ISO27701.
    pub kind: String,
    /// Its number, where recorded.
    pub number: Option<String>,
    /// Services or words of its scope.
    pub scope: Vec<String>,
    /// Last day.
    pub valid_to: Time,
}

/// An assessment of a contractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractorAssessment {
    /// When.
    pub on: Time,
    /// questionnaire, document, on-site, report.
    pub method: String,
    /// What came of it, in words.
    pub result: Option<String>,
    /// Due days of actions that are still open.
    pub open_actions_due: Vec<Time>,
}

/// An account of a contractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractorAccount {
    /// os, cms, cloud, git, dns.
    pub system: String,
    /// User name.
    pub user: String,
    /// Id of the contractor's person who uses it, where recorded.
    pub person_id: Option<String>,
    /// Groups that it may be in.
    pub groups: Vec<String>,
    /// Commands that it may run with sudo.
    pub allowed_commands: Vec<String>,
    /// Last day.
    pub expires: Option<Time>,
}

/// An SSH key of a contractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractorKey {
    /// `SHA256:…` as ssh-keygen prints it.
    pub fingerprint: String,
    /// User that it belongs to.
    pub user: String,
    /// Id of the contractor's person who holds it, where recorded.
    pub person_id: Option<String>,
    /// Last day.
    pub expires: Option<Time>,
}

/// A deployment key or access token of a contractor: what it is for and who answers, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractorToken {
    /// What it is for.
    pub purpose: String,
    /// Id of the person who answers for it.
    pub owner: Option<String>,
    /// When it was made.
    pub created: Option<Time>,
    /// Last day.
    pub expires: Option<Time>,
}

/// A service of a contractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Unique id.
    pub id: String,
    /// Exact hosts.
    pub hosts: Vec<String>,
    /// Patterns such as `*.cdn.example.net`.
    pub host_patterns: Vec<String>,
    /// Names that a CNAME of the body may lead to.
    pub cname_targets: Vec<String>,
    /// Address ranges in CIDR form.
    pub addresses: Vec<String>,
    /// Number of its network.
    pub asn: Option<i64>,
    /// Domains of SPF includes and redirects.
    pub spf_includes: Vec<String>,
    /// Hosts that MX records may name.
    pub mx_targets: Vec<String>,
    /// Hosts that NS records may name.
    pub ns_targets: Vec<String>,
    /// Hosts that logs may be sent to.
    pub log_endpoints: Vec<String>,
    /// Hosts that backups and deployments may be sent to.
    pub backup_endpoints: Vec<String>,
    /// Domains by which CAA names it as issuer of certificates.
    pub issuers: Vec<String>,
    /// Whether it may process personal information.
    pub processes_personal: bool,
    /// Whether its hosts are looked at over the network as the body's own are.
    pub look: bool,
}

impl Service {
    /// Every list of names with its key in the register, in one order.
    #[must_use]
    pub fn names(&self) -> [(&'static str, &[String]); 9] {
        [
            ("hosts", &self.hosts),
            ("host_patterns", &self.host_patterns),
            ("cname_targets", &self.cname_targets),
            ("spf_includes", &self.spf_includes),
            ("mx_targets", &self.mx_targets),
            ("ns_targets", &self.ns_targets),
            ("log_endpoints", &self.log_endpoints),
            ("backup_endpoints", &self.backup_endpoints),
            ("issuers", &self.issuers),
        ]
    }
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Unique id.
    pub id: String,
    /// Office or role; a name is not needed.
    pub role: String,
    /// Whether the person can reach logs, administration or personal data.
    pub has_access: bool,
    /// Accounts.
    pub accounts: Vec<PersonAccount>,
    /// SSH key fingerprints.
    pub keys: Vec<String>,
    /// Line of the entry in the file, from 1.
    pub line: u32,
}

/// An account of a member of staff, or of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonAccount {
    /// os, cms, cloud, git, dns.
    pub system: String,
    /// User name.
    pub user: String,
}

/// A dated fact about an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Unique id.
    pub id: String,
    /// policy-review, log-review, audit, self-inspection, backup, restore-test, exercise, training, acknowledgement, outage, …
    pub activity: String,
    /// When.
    pub on: Time,
    /// Last day, of what lasts: an outage.
    pub until: Option<Time>,
    /// Who did it (an id of the people file, a role or a firm).
    pub by: String,
    /// Whose work it looked at, where the two must differ.
    pub operator: Option<String>,
    /// Persons whom it covers (training).
    pub persons: Vec<String>,
    /// Where the paper is.
    pub document_ref: Option<String>,
    /// Line of the entry in the file, from 1.
    pub line: u32,
}

/// A human statement with owner and expiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// Unique id.
    pub id: String,
    /// The clause that it speaks for, where it does.
    pub clause: Option<String>,
    /// The check that it speaks for, where it does.
    pub check: Option<String>,
    /// What is stated.
    pub statement: String,
    /// Who states it.
    pub by: String,
    /// When it was stated.
    pub on: Time,
    /// When it ends.
    pub expires: Time,
}
