//! Who answers for an account or a key: entries of register and people file, looked up by one field.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Evidence, Observation, Related, Strength, Value};

/// Entries of register and people file by the value of a field.
pub(super) type Holders<'a> = BTreeMap<&'a str, Vec<&'a Observation>>;

/// Looks the entries up once.
pub(super) fn by<'a>(
    evidence: &'a Evidence,
    register: &'a str,
    people: &'a str,
    field: &str,
    counts: impl Fn(&Observation) -> bool,
) -> Holders<'a> {
    let mut found = Holders::new();
    for entry in evidence.of_kind(register).chain(evidence.of_kind(people)).filter(|entry| counts(entry)) {
        if let Some(value) = entry.text(field) {
            found.entry(value).or_default().push(entry);
        }
    }
    found
}

/// States who answers: ids, and state and end of the contract. Staff decides before contractors; of several contractors one
/// whose contract is in force, and of those the one that runs longest.
pub(super) fn state_holders(seen: &mut Observation, holders: Option<&Vec<&Observation>>) {
    seen.strength = Strength::Joined;
    let holders = holders.map_or(&[][..], Vec::as_slice);
    let names: BTreeSet<&str> =
        holders.iter().filter_map(|holder| holder.text("contractor").or_else(|| holder.text("person"))).collect();
    seen.set("registered", !holders.is_empty()).set("owners", Value::texts(names));
    for holder in holders {
        seen.related.push(Related { location: holder.source.clone(), note: "named here".to_owned() });
    }
    let staff = holders.iter().any(|holder| holder.text("person").is_some());
    let contractor = holders.iter().filter(|holder| holder.text("contractor").is_some()).max_by_key(|holder| {
        (holder.text("contractor_status") == Some("active"), holder.fields.get("contract_to").cloned())
    });
    match contractor.filter(|_| !staff) {
        Some(contractor) => {
            if let Some(status) = contractor.text("contractor_status") {
                seen.set("contractor_status", status);
            }
            match contractor.fields.get("contract_to") {
                Some(to) => {
                    seen.set("contract_to", to.clone());
                }
                None => {
                    seen.unknown("contract_to", "no contract is recorded");
                }
            }
        }
        None => {
            seen.set("contractor_status", "none").unknown("contract_to", "no contractor answers for it");
        }
    }
}
