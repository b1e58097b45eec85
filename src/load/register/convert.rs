//! A register's documents, already held to be true, -> model.

use serde::Serialize;

use super::super::convert::{bilingual, optional_day};
use super::super::document::contractor_parts::ServiceDocument;
use super::super::document::contractors::{ApprovalDocument, ContractDocument, ContractorDocument, StatusDocument};
use crate::model::{
    Approval, Bilingual, Certification, Contract, Contractor, ContractorAccount, ContractorAssessment, ContractorKey,
    ContractorStatus, ContractorToken, Service, Time,
};

pub(super) fn approval_of(read: &ApprovalDocument) -> Option<Approval> {
    Some(Approval {
        by: read.by.clone(),
        on: Time::parse(&read.on)?,
        next_review: optional_day(read.next_review.as_ref()),
    })
}

/// The word by which a closed list writes one of its values.
fn word(value: &impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

pub(super) fn contractor_of(read: ContractorDocument, line: u32) -> Option<Contractor> {
    let Bilingual { en: name_en, ja: name_ja } = bilingual(&read.name);
    let end = read.end_of_contract.as_ref();
    Some(Contractor {
        id: read.id,
        name_en,
        name_ja,
        corporate_number: read.corporate_number,
        kind: word(&read.kind)?,
        tier: read.tier,
        owner_section: read.owner_section,
        subcontractor_of: read.subcontractor_of,
        subcontract_approval: match &read.subcontract_approval {
            Some(approval) => Some(approval_of(approval)?),
            None => None,
        },
        country: read.country,
        country_basis: read.country_basis,
        status: match read.status {
            StatusDocument::Planned => ContractorStatus::Planned,
            StatusDocument::Active => ContractorStatus::Active,
            StatusDocument::Ended => ContractorStatus::Ended,
        },
        contract: match &read.contract {
            Some(contract) => Some(contract_of(contract)?),
            None => None,
        },
        clauses: read
            .clauses
            .iter()
            .map(|(id, clause)| Some((word(id)?, clause.document_ref.clone())))
            .collect::<Option<_>>()?,
        required_certifications: read.required_certifications.iter().map(word).collect::<Option<_>>()?,
        certifications: read
            .certifications
            .into_iter()
            .map(|held| {
                let valid_to = Time::parse(&held.valid_to)?;
                Some(Certification { kind: word(&held.kind)?, number: held.number, scope: held.scope, valid_to })
            })
            .collect::<Option<_>>()?,
        assessments: read
            .assessments
            .into_iter()
            .map(|assessment| {
                Some(ContractorAssessment {
                    on: Time::parse(&assessment.on)?,
                    method: word(&assessment.method)?,
                    result: assessment.result,
                    open_actions_due: assessment
                        .open_actions_due
                        .iter()
                        .map(|due| Time::parse(due))
                        .collect::<Option<_>>()?,
                })
            })
            .collect::<Option<_>>()?,
        incident_contact: read.incident.as_ref().and_then(|incident| incident.contact_24h.clone()),
        incident_notice_hours: read.incident.as_ref().and_then(|incident| incident.notice_hours),
        csirt_contact: read.incident.as_ref().and_then(|incident| incident.csirt_contact.clone()),
        accounts: read
            .accounts
            .into_iter()
            .map(|account| {
                Some(ContractorAccount {
                    system: word(&account.system)?,
                    user: account.user,
                    person_id: account.person_id,
                    groups: account.groups,
                    allowed_commands: account.allowed_commands,
                    expires: optional_day(account.expires.as_ref()),
                })
            })
            .collect::<Option<_>>()?,
        keys: read
            .keys
            .into_iter()
            .map(|key| ContractorKey {
                fingerprint: key.fingerprint,
                user: key.user,
                person_id: key.person_id,
                expires: optional_day(key.expires.as_ref()),
            })
            .collect(),
        tokens: read
            .tokens
            .into_iter()
            .map(|token| ContractorToken {
                purpose: token.purpose,
                owner: token.owner,
                created: optional_day(token.created.as_ref()),
                expires: optional_day(token.expires.as_ref()),
            })
            .collect(),
        services: read.services.into_iter().map(service_of).collect(),
        return_proof_on: end.and_then(|end| optional_day(end.return_proof_on.as_ref())),
        deletion_proof_on: end.and_then(|end| optional_day(end.deletion_proof_on.as_ref())),
        proof_refs: end
            .map(|end| end.return_proof_ref.iter().chain(&end.deletion_proof_ref).cloned().collect())
            .unwrap_or_default(),
        accounts_removed_on: end.and_then(|end| optional_day(end.accounts_removed_on.as_ref())),
        dns_removed_on: end.and_then(|end| optional_day(end.dns_removed_on.as_ref())),
        line,
    })
}

fn service_of(read: ServiceDocument) -> Service {
    Service {
        id: read.id,
        hosts: read.hosts,
        host_patterns: read.host_patterns,
        cname_targets: read.cname_targets,
        addresses: read.addresses,
        asn: read.asn,
        spf_includes: read.spf_includes,
        mx_targets: read.mx_targets,
        ns_targets: read.ns_targets,
        log_endpoints: read.log_endpoints,
        backup_endpoints: read.backup_endpoints,
        issuers: read.issuers,
        processes_personal: read.processes_personal,
        look: read.look,
    }
}

fn contract_of(read: &ContractDocument) -> Option<Contract> {
    Some(Contract {
        id: read.id.clone(),
        from: Time::parse(&read.from)?,
        to: Time::parse(&read.to)?,
        renewal_plan: read.renewal_plan,
        exit_plan: read.exit_plan,
        document_ref: read.document_ref.clone(),
        allowed_data: read.allowed_data.iter().map(word).collect::<Option<_>>()?,
        log_access_purpose: read.log_access.as_ref().map(|access| access.purpose.clone()),
        log_access_from: read.log_access.as_ref().and_then(|access| optional_day(access.from.as_ref())),
        log_access_to: read.log_access.as_ref().and_then(|access| optional_day(access.to.as_ref())),
    })
}
