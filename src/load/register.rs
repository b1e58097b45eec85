//! The contractor register -> model, held together: ids, corporate numbers, dates, chains.

use std::collections::BTreeMap;
use std::path::Path;

use super::convert::optional_day;
use super::document::contractors::{
    ContractDocument, ContractorDocument, ContractorsDocument, DataScope, StatusDocument,
};
use super::people::unique;
use super::reader::{self, YAML_LIMIT_BYTES};
use super::schema::document;
use super::tree::{Tree, tree_from_yaml};
use super::{LoadError, Problem};
use crate::model::{
    Approval, Bilingual, Certification, Contract, Contractor, ContractorAccount, ContractorAssessment, ContractorKey,
    ContractorStatus, Register, Service, Time,
};

/// Reads the register.
///
/// # Errors
/// A [`LoadError`] with every place.
pub(crate) fn read(path: &Path, shown: &str) -> Result<Register, LoadError> {
    let tree = tree_from_yaml(shown, &reader::text(path, shown, YAML_LIMIT_BYTES)?)?;
    let read: ContractorsDocument = document(shown, &tree)?;
    unique(shown, &tree, "contractors", read.contractors.iter().map(|contractor| contractor.id.as_str()))?;
    let problems = problems(&tree, &read);
    if !problems.is_empty() {
        return Err(LoadError::Invalid { file: shown.to_owned(), problems });
    }
    let broken = |index: usize| {
        let (line, column) = tree.place(&format!("/contractors/{index}"));
        LoadError::invalid(shown, line, column, "an entry with a day that does not exist")
    };
    let approval = match &read.approval {
        Some(approval) => {
            Some(approval_of(&approval.by, &approval.on, approval.next_review.as_ref()).ok_or_else(|| broken(0))?)
        }
        None => None,
    };
    let contractors = read
        .contractors
        .into_iter()
        .enumerate()
        .map(|(index, entry)| {
            contractor_of(entry, tree.line(&format!("/contractors/{index}"))).ok_or_else(|| broken(index))
        })
        .collect::<Result<_, _>>()?;
    Ok(Register { path: shown.to_owned(), approval, contractors })
}

fn problems(tree: &Tree, read: &ContractorsDocument) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |pointer: &str, message: String| {
        let (line, column) = tree.place(pointer);
        problems.push(Problem { line, column, message, hint: None });
    };
    let primes: BTreeMap<&str, Option<&str>> = read
        .contractors
        .iter()
        .map(|contractor| (contractor.id.as_str(), contractor.subcontractor_of.as_deref()))
        .collect();
    let mut services: BTreeMap<&str, &str> = BTreeMap::new();
    let mut hosts: BTreeMap<&str, &str> = BTreeMap::new();
    for (index, contractor) in read.contractors.iter().enumerate() {
        let pointer = format!("/contractors/{index}");
        if let Some(number) = &contractor.corporate_number
            && !corporate_number_holds(number)
        {
            say(
                &format!("{pointer}/corporate_number"),
                format!("corporate_number: the check digit of {number} is wrong"),
            );
        }
        if let Some(prime) = &contractor.subcontractor_of {
            if !primes.contains_key(prime.as_str()) {
                say(
                    &format!("{pointer}/subcontractor_of"),
                    format!("subcontractor_of: no contractor has the id {prime}"),
                );
            } else if is_cyclic(&primes, &contractor.id) {
                say(
                    &format!("{pointer}/subcontractor_of"),
                    "subcontractor_of: the chain comes back to itself".to_owned(),
                );
            }
        }
        if let Some(contract) = &contractor.contract
            && contract.to < contract.from
        {
            say(&format!("{pointer}/contract/to"), "contract: ends before it begins".to_owned());
        }
        for (number, service) in contractor.services.iter().enumerate() {
            if let Some(other) = services.insert(&service.id, &contractor.id) {
                say(
                    &format!("{pointer}/services/{number}/id"),
                    format!("service {} is already one of {other}", service.id),
                );
            }
            for host in &service.hosts {
                if let Some(other) = hosts.insert(host, &contractor.id) {
                    say(&format!("{pointer}/services/{number}"), format!("host {host} is already one of {other}"));
                }
            }
        }
    }
    problems
}

fn is_cyclic(primes: &BTreeMap<&str, Option<&str>>, start: &str) -> bool {
    let mut at = start;
    for _ in 0..=primes.len() {
        match primes.get(at) {
            Some(Some(prime)) => at = prime,
            _ => return false,
        }
    }
    true
}

/// The check digit of a corporate number: 9 minus the weighted sum of the other twelve modulo 9, weights 1 and 2 in turn
/// from the right (the ordinance on corporate numbers under the My Number Act).
fn corporate_number_holds(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let [first, rest @ ..] = digits.as_slice() else { return false };
    if rest.len() != 12 {
        return false;
    }
    let sum: u32 = rest.iter().rev().enumerate().map(|(index, digit)| digit * if index % 2 == 0 { 1 } else { 2 }).sum();
    *first == 9 - sum % 9
}

fn approval_of(by: &str, on: &str, next_review: Option<&String>) -> Option<Approval> {
    Some(Approval { by: by.to_owned(), on: Time::parse(on)?, next_review: optional_day(next_review) })
}

fn contractor_of(read: ContractorDocument, line: u32) -> Option<Contractor> {
    let Bilingual { en: name_en, ja: name_ja } = super::convert::bilingual(&read.name);
    Some(Contractor {
        id: read.id,
        name_en,
        name_ja,
        corporate_number: read.corporate_number,
        kind: read.kind,
        tier: read.tier,
        owner_section: read.owner_section,
        subcontractor_of: read.subcontractor_of,
        subcontract_approval: match &read.subcontract_approval {
            Some(approval) => Some(approval_of(&approval.by, &approval.on, approval.next_review.as_ref())?),
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
            .filter_map(|(id, clause)| {
                let id = serde_json::to_value(id).ok()?.as_str()?.to_owned();
                Some((id, clause.document_ref.clone()))
            })
            .collect(),
        required_certifications: read.required_certifications,
        certifications: read
            .certifications
            .into_iter()
            .map(|certification| {
                Some(Certification {
                    kind: certification.kind,
                    scope: certification.scope,
                    valid_to: Time::parse(&certification.valid_to)?,
                })
            })
            .collect::<Option<_>>()?,
        assessments: read
            .assessments
            .into_iter()
            .map(|assessment| {
                Some(ContractorAssessment {
                    on: Time::parse(&assessment.on)?,
                    method: assessment.method,
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
        accounts: read
            .accounts
            .into_iter()
            .map(|account| ContractorAccount {
                system: account.system,
                user: account.user,
                allowed_commands: account.allowed_commands,
                expires: optional_day(account.expires.as_ref()),
            })
            .collect(),
        keys: read
            .keys
            .into_iter()
            .map(|key| ContractorKey {
                fingerprint: key.fingerprint,
                user: key.user,
                expires: optional_day(key.expires.as_ref()),
            })
            .collect(),
        services: read
            .services
            .into_iter()
            .map(|service| Service {
                id: service.id,
                hosts: service.hosts,
                host_patterns: service.host_patterns,
                processes_personal: service.processes_personal,
            })
            .collect(),
        return_proof_on: read.end_of_contract.as_ref().and_then(|end| optional_day(end.return_proof_on.as_ref())),
        deletion_proof_on: read.end_of_contract.as_ref().and_then(|end| optional_day(end.deletion_proof_on.as_ref())),
        line,
    })
}

fn contract_of(read: &ContractDocument) -> Option<Contract> {
    let scope = |scope: &DataScope| {
        match scope {
            DataScope::AccessInfo => "access_info",
            DataScope::Ip => "ip",
            DataScope::Personal => "personal",
            DataScope::SpecificPersonal => "specific_personal",
        }
        .to_owned()
    };
    Some(Contract {
        id: read.id.clone(),
        from: Time::parse(&read.from)?,
        to: Time::parse(&read.to)?,
        renewal_plan: read.renewal_plan,
        exit_plan: read.exit_plan,
        document_ref: read.document_ref.clone(),
        allowed_data: read.allowed_data.iter().map(scope).collect(),
        log_access_purpose: read.log_access.as_ref().map(|access| access.purpose.clone()),
        log_access_from: read.log_access.as_ref().and_then(|access| optional_day(access.from.as_ref())),
        log_access_to: read.log_access.as_ref().and_then(|access| optional_day(access.to.as_ref())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_of_a_corporate_number_is_held() {
        // The National Tax Agency's own number, published by it.
        assert!(corporate_number_holds("7000012050002"));
        assert!(!corporate_number_holds("7000012050003"));
        assert!(!corporate_number_holds("70000"));
    }

    #[test]
    fn a_chain_that_comes_back_to_itself_is_found() {
        let primes = BTreeMap::from([("a", Some("b")), ("b", Some("a")), ("c", None), ("d", Some("c"))]);
        assert!(is_cyclic(&primes, "a"));
        assert!(!is_cyclic(&primes, "d"));
    }
}
