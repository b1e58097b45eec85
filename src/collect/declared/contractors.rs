//! The contractor register, entry by entry.

use std::collections::BTreeSet;

use super::{Seen, new};
use crate::model::{Contractor, ContractorStatus, Location, Observation, Register, SubjectKind, Time, Value};

/// The 14 clauses of a contract that touches personal information (governance section 3.2).
const CLAUSES: [&str; 14] = [
    "confidentiality",
    "purpose_limit",
    "no_copying",
    "staff",
    "subcontracting",
    "security_measures",
    "place_of_processing",
    "accounts",
    "incident_report",
    "status_reports",
    "audit",
    "return_deletion",
    "after_end",
    "damages",
];

const KINDS: [&str; 6] =
    ["register", "contractor", "register-account", "register-key", "register-token", "register-service"];

/// Observes the register.
pub(super) fn observe(register: Option<&Register>, seen: &mut Seen<'_>) {
    let Some(register) = register else {
        seen.not_asked(&KINDS, "no contractor register is named (site file: contractors)");
        return;
    };
    let mut whole = new("register", SubjectKind::File, &register.path, Location::whole_file(&register.path));
    whole.set("approved", register.approval.is_some());
    whole.set("entries", i64::try_from(register.contractors.len()).unwrap_or(i64::MAX));
    day(&mut whole, "approved_on", register.approval.as_ref().map(|approval| approval.on), "no approval is recorded");
    seen.all("register", vec![whole]);
    let mut entries = Vec::new();
    let mut parts = Parts::default();
    for contractor in &register.contractors {
        let place = Location {
            file: Some(register.path.clone()),
            line: Some(contractor.line),
            entry: Some(contractor.id.clone()),
            ..Location::default()
        };
        entries.push(entry(contractor, &place));
        parts.add(contractor, &place);
    }
    seen.all("contractor", entries);
    seen.all("register-account", parts.accounts);
    seen.all("register-key", parts.keys);
    seen.all("register-token", parts.tokens);
    seen.all("register-service", parts.services);
}

fn entry(contractor: &Contractor, place: &Location) -> Observation {
    let mut one = new("contractor", SubjectKind::Contractor, &contractor.id, place.clone());
    let contract = contractor.contract.as_ref();
    let allowed: Vec<&str> =
        contract.map(|contract| contract.allowed_data.iter().map(String::as_str).collect()).unwrap_or_default();
    let personal = allowed.iter().any(|data| data.contains("personal"));
    let log_access = contract.is_some_and(|contract| contract.log_access_purpose.is_some());
    one.set("status", status(contractor)).set("kind", contractor.kind.as_str());
    one.set("prime", contractor.subcontractor_of.as_deref().unwrap_or("none"));
    one.set("has_tier", contractor.tier.is_some());
    match contractor.tier {
        Some(tier) => {
            one.set("tier", i64::from(tier));
        }
        None => {
            one.unknown("tier", "no tier is recorded");
        }
    }
    one.set("has_contract", contract.is_some());
    day(&mut one, "contract_from", contract.map(|contract| contract.from), "no contract is recorded");
    day(&mut one, "contract_to", contract.map(|contract| contract.to), "no contract is recorded");
    one.set("has_plan", contract.is_some_and(|contract| contract.renewal_plan || contract.exit_plan));
    one.set("personal_data", personal);
    one.set("sensitive_work", personal || log_access || !contractor.accounts.is_empty());
    let recorded: BTreeSet<&str> = contractor.clauses.iter().map(|(id, _)| id.as_str()).collect();
    one.set(
        "confidentiality_documented",
        contractor.clauses.iter().any(|(id, document)| id == "confidentiality" && document.is_some()),
    );
    one.set("missing_clauses", Value::texts(CLAUSES.into_iter().filter(|clause| !recorded.contains(clause))));
    one.set("subcontractor", contractor.subcontractor_of.is_some());
    let approved = match (&contractor.subcontract_approval, contract) {
        (Some(approval), Some(contract)) => approval.on <= contract.from,
        (Some(_), None) => true,
        (None, _) => false,
    };
    one.set("subcontract_approved", approved);
    certificates(&mut one, contractor);
    assessments(&mut one, contractor);
    one.set("incident_contact", contractor.incident_contact.is_some());
    match contractor.incident_notice_hours {
        Some(hours) => {
            one.set("incident_notice_hours", hours);
        }
        None => {
            one.unknown("incident_notice_hours", "no deadline is recorded");
        }
    }
    one.set("handles_logs_or_personal", !allowed.is_empty() || log_access);
    one.set("log_data_allowed", log_access || allowed.iter().any(|data| matches!(*data, "access_info" | "ip")));
    one.set("country_recorded", contractor.country.is_some());
    let lawful = contractor.country.as_deref() == Some("JP") || contractor.country_basis.is_some();
    one.set("country_lawful", lawful);
    let proof = contractor.deletion_proof_on.or(contractor.return_proof_on);
    one.set("exit_proved", proof.is_some());
    match (proof, contract) {
        (Some(proof), Some(contract)) => {
            one.set("exit_proof_days", contract.to.days_until(proof));
        }
        _ => {
            one.unknown("exit_proof_days", "no proof or no contract is recorded");
        }
    }
    one
}

fn certificates(one: &mut Observation, contractor: &Contractor) {
    let required = &contractor.required_certifications;
    one.set("certification_required", !required.is_empty());
    let services: Vec<&str> = contractor.services.iter().map(|service| service.id.as_str()).collect();
    let covers = |kind: &str| {
        contractor
            .certifications
            .iter()
            .find(|held| held.kind == kind)
            .is_some_and(|held| services.iter().all(|service| held.scope.iter().any(|scope| scope == service)))
    };
    one.set("missing_certifications", Value::texts(required.iter().filter(|kind| !covers(kind))));
    let ends =
        contractor.certifications.iter().filter(|held| required.contains(&held.kind)).map(|held| held.valid_to).min();
    day(one, "first_certificate_end", ends, "no required certification is held");
}

fn assessments(one: &mut Observation, contractor: &Contractor) {
    one.set("assessment_due", contractor.tier.is_none_or(|tier| tier <= 3));
    one.set("yearly", contractor.tier.is_none_or(|tier| tier <= 2));
    let last = contractor.assessments.iter().map(|assessment| assessment.on).max();
    one.set("assessed", last.is_some());
    day(one, "assessed_on", last, "no assessment is recorded");
    let open = contractor.assessments.iter().flat_map(|assessment| assessment.open_actions_due.iter().copied()).min();
    one.set("has_open_action", open.is_some());
    day(one, "oldest_open_action", open, "no action is open");
}

/// What the entries hold, part by part.
#[derive(Default)]
struct Parts {
    accounts: Vec<Observation>,
    keys: Vec<Observation>,
    tokens: Vec<Observation>,
    services: Vec<Observation>,
}

impl Parts {
    fn add(&mut self, contractor: &Contractor, place: &Location) {
        let contract = contractor.contract.as_ref();
        let base = |kind: &str, subject: SubjectKind, name: String| {
            let mut one = new(kind, subject, name, place.clone());
            one.set("contractor", contractor.id.as_str()).set("contractor_status", status(contractor));
            day(&mut one, "contract_from", contract.map(|contract| contract.from), "no contract is recorded");
            day(&mut one, "contract_to", contract.map(|contract| contract.to), "no contract is recorded");
            one
        };
        for account in &contractor.accounts {
            let name = format!("{}/{}#{}", account.system, account.user, contractor.id);
            let mut one = base("register-account", SubjectKind::Account, name);
            one.set("system", account.system.as_str()).set("user", account.user.as_str());
            one.set("allowed_commands", Value::texts(&account.allowed_commands));
            one.set("groups", Value::texts(&account.groups));
            text(&mut one, "person_id", account.person_id.as_deref(), "no person is recorded");
            day(&mut one, "expires", account.expires, "no expiry is recorded");
            let purpose = contract.and_then(|contract| contract.log_access_purpose.as_deref());
            if let Some(purpose) = purpose {
                one.set("log_access_purpose", purpose);
            }
            let reason = "no period is recorded";
            day(&mut one, "log_access_from", contract.and_then(|contract| contract.log_access_from), reason);
            day(&mut one, "log_access_to", contract.and_then(|contract| contract.log_access_to), reason);
            self.accounts.push(one);
        }
        for key in &contractor.keys {
            let mut one = base("register-key", SubjectKind::Key, format!("{}#{}", key.fingerprint, contractor.id));
            one.set("fingerprint", key.fingerprint.as_str()).set("user", key.user.as_str());
            text(&mut one, "person_id", key.person_id.as_deref(), "no person is recorded");
            day(&mut one, "expires", key.expires, "no expiry is recorded");
            self.keys.push(one);
        }
        for token in &contractor.tokens {
            let name = format!("token/{}#{}", token.purpose, contractor.id);
            let mut one = base("register-token", SubjectKind::Record, name);
            one.set("purpose", token.purpose.as_str()).set("has_owner", token.owner.is_some());
            day(&mut one, "created", token.created, "no date is recorded");
            day(&mut one, "expires", token.expires, "no expiry is recorded");
            self.tokens.push(one);
        }
        for service in &contractor.services {
            let mut one = base("register-service", SubjectKind::Service, service.id.clone());
            for (key, names) in service.names() {
                one.set(key, Value::texts(names));
            }
            one.set("addresses", Value::texts(&service.addresses));
            match service.asn {
                Some(number) => {
                    one.set("asn", number);
                }
                None => {
                    one.unknown("asn", "no number is recorded");
                }
            }
            one.set("processes_personal", service.processes_personal).set("look", service.look);
            self.services.push(one);
        }
    }
}

fn text(one: &mut Observation, field: &str, text: Option<&str>, reason: &str) {
    match text {
        Some(text) => {
            one.set(field, text);
        }
        None => {
            one.unknown(field, reason);
        }
    }
}

fn status(contractor: &Contractor) -> &'static str {
    match contractor.status {
        ContractorStatus::Planned => "planned",
        ContractorStatus::Active => "active",
        ContractorStatus::Ended => "ended",
    }
}

fn day(one: &mut Observation, field: &str, day: Option<Time>, reason: &str) {
    match day {
        Some(day) => {
            one.set(field, day);
        }
        None => {
            one.unknown(field, reason);
        }
    }
}
