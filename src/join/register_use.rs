//! The register from its other side: which entries any evidence shows, by which names, and whether every party that is seen
//! leads back to a contract in force.

use std::collections::{BTreeMap, BTreeSet};

use super::service_names::Shown;
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{CensusState, Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Value};

const CONTRACTOR_USE: &str = "contractor-use";

/// The join. It reads what the other joins concluded, so it stands behind them.
pub(super) const REGISTER_USE: Join = Join { name: "register-use", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: CONTRACTOR_USE,
    subject: "contractor:ID",
    en: "one entry of the register, what evidence shows of it, and the chain of contracts that it works under",
    ja: "台帳の1件と、証拠に現れた範囲、元請までの契約の連鎖",
    fields: &[
        field("status", Text, "planned, active or ended", "状態"),
        field("seen", Bool, "some evidence shows it; unknown where not all was looked at", "証拠に現れている"),
        field(
            "seen_by",
            Texts,
            "accounts, CMS users, keys, pages, DNS, mail, forms, logs, certificates or transfers",
            "現れた証拠の種類",
        ),
        field("observable", Bool, "the entry names something that evidence can show", "証拠で確認できる記載がある"),
        field("unseen_names", Texts, "names of its services that no evidence shows", "証拠に現れないサービスの名前"),
        field("chain", Texts, "ids from the entry to its prime contractor", "元請までの連鎖"),
        field("chain_active", Bool, "every contractor of the chain is active", "連鎖のすべてが稼働中である"),
        field("chain_contracted", Bool, "every contractor of the chain has a contract", "連鎖のすべてに契約がある"),
        field(
            "chain_first_end",
            Time,
            "earliest end of a contract in the chain; absent without contracts",
            "連鎖で最も早い契約終了日",
        ),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// Joined kinds that name a contractor: the kind, the field, and the word for it.
const SHOWN_BY: [(&str, &str, &str); 12] = [
    ("account-owner", "owners", "accounts"),
    ("cms-owner", "owners", "CMS users"),
    ("key-owner", "owners", "keys"),
    ("page-host", "contractor", "pages"),
    ("dns-party", "contractor", "DNS"),
    ("mail-party", "contractor", "DNS"),
    ("mail-leaf", "contractors", "mail"),
    ("form-declared", "processor", "forms"),
    ("log-party", "contractor", "logs"),
    ("certificate-party", "contractor", "certificates"),
    ("transfer-party", "contractor", "transfers"),
    ("principal-owner", "owners", "accounts"),
];

/// Kinds without which it cannot be said that nothing shows an entry, and the lists of a service that each could show.
const LOOKED_AT: [(&str, &[&str]); 6] = [
    ("account", &[]),
    ("http-load", &["hosts", "host_patterns"]),
    ("dns-operator", &["cname_targets", "spf_includes", "mx_targets", "ns_targets", "addresses"]),
    ("log-shipment", &["log_endpoints"]),
    ("transfer", &["backup_endpoints"]),
    ("tls-certificate", &["issuers"]),
];

/// Lists of a service whose names evidence can show.
const NAMES: [&str; 8] = [
    "hosts",
    "cname_targets",
    "spf_includes",
    "mx_targets",
    "ns_targets",
    "log_endpoints",
    "backup_endpoints",
    "issuers",
];

/// What shows the names of a list, where it is not DNS.
const BY_LIST: [(&str, &str); 5] = [
    ("hosts", "pages"),
    ("host_patterns", "pages"),
    ("log_endpoints", "logs"),
    ("backup_endpoints", "transfers"),
    ("issuers", "certificates"),
];

fn join(evidence: &Evidence) -> Evidence {
    let mut shown: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut places: BTreeMap<&str, Vec<Related>> = BTreeMap::new();
    for seen in &evidence.observations {
        let Some((_, field, word)) = SHOWN_BY.iter().find(|(kind, _, _)| *kind == seen.kind) else { continue };
        let ids = seen.text(field).into_iter().chain(seen.texts(field));
        for id in ids {
            if shown.entry(id).or_default().insert(word) {
                let related = Related { location: seen.source.clone(), note: "seen here".to_owned() };
                places.entry(id).or_default().push(related);
            }
        }
    }
    for seen in evidence.of_kind("service-names").filter(|seen| !seen.texts("shown").is_empty()) {
        let Some(id) = seen.text("contractor") else { continue };
        let word = BY_LIST.iter().find(|(list, _)| seen.text("list") == Some(list)).map_or("DNS", |(_, word)| word);
        shown.entry(id).or_default().insert(word);
    }
    let names = seen_names(evidence);
    let entries: BTreeMap<&str, &Observation> =
        evidence.of_kind("contractor").map(|entry| (entry.subject.name(), entry)).collect();
    let mut services: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    for service in evidence.of_kind("register-service") {
        services.entry(service.text("contractor").unwrap_or_default()).or_default().push(service);
    }
    let mut parts: BTreeSet<&str> = BTreeSet::new();
    for part in evidence.of_kind("register-account").chain(evidence.of_kind("register-key")) {
        if part.text("system").is_none_or(|system| matches!(system, "os" | "cms")) {
            parts.extend(part.text("contractor"));
        }
    }
    let mut derived = Evidence::default();
    for (id, entry) in &entries {
        let mut one =
            Observation::new(CONTRACTOR_USE, entry.subject.clone(), entry.source.clone(), "register against evidence");
        one.strength = Strength::Joined;
        one.set("status", entry.text("status").unwrap_or_default());
        let of_entry = services.get(id).map_or(&[][..], Vec::as_slice);
        let claimed: Vec<&str> = of_entry
            .iter()
            .flat_map(|service| NAMES.map(|list| service.texts(list)))
            .flatten()
            .filter(|name| !name.starts_with("*."))
            .collect();
        let has_patterns = of_entry.iter().any(|service| {
            !service.texts("host_patterns").is_empty() || claimed.is_empty() && !service.texts("addresses").is_empty()
        });
        one.set("observable", parts.contains(id) || !claimed.is_empty() || has_patterns);
        let by = shown.get(id).cloned().unwrap_or_default();
        match (by.is_empty(), not_looked(evidence, of_entry, parts.contains(id))) {
            (false, _) => {
                one.set("seen", true);
            }
            (true, None) => {
                one.set("seen", false);
            }
            (true, Some(reason)) => {
                one.unknown("seen", reason);
            }
        }
        one.set("seen_by", Value::texts(by));
        one.set("unseen_names", Value::texts(claimed.iter().filter(|name| !names.holds(name)).copied()));
        one.related = places.remove(id).unwrap_or_default();
        state_chain(&mut one, &entries, id);
        derived.observations.push(one);
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["contractor"], CONTRACTOR_USE, "register", count)];
    retain_asked(&mut derived);
    derived
}

/// Every name that some evidence shows, by what the joins on services said.
fn seen_names(evidence: &Evidence) -> Shown {
    Shown::of(evidence.of_kind("service-names").flat_map(|seen| seen.texts("shown")))
}

/// Why it cannot be said that nothing shows an entry; `None` where all that could was looked at.
fn not_looked(evidence: &Evidence, services: &[&Observation], has_parts: bool) -> Option<String> {
    LOOKED_AT.iter().find_map(|(kind, lists)| {
        let matters = (lists.is_empty() && has_parts)
            || services.iter().any(|service| lists.iter().any(|list| !service.texts(list).is_empty()));
        let mut census = evidence.census_of(kind).peekable();
        let is_known = census.peek().is_some() && census.all(|entry| entry.state == CensusState::Complete);
        (matters && !is_known).then(|| format!("{kind}: not all was looked at"))
    })
}

fn state_chain(one: &mut Observation, entries: &BTreeMap<&str, &Observation>, start: &str) {
    let (mut chain, mut active, mut contracted, mut first_end) = (Vec::new(), true, true, None);
    let mut at = start;
    while let Some(entry) = entries.get(at) {
        if chain.contains(&at) {
            // A cycle never reaches a prime contractor; the reader of registers refuses one before this.
            active = false;
            break;
        }
        chain.push(at);
        active &= entry.text("status") == Some("active");
        match entry.fields.get("contract_to") {
            Some(Value::Time(day)) => {
                first_end = Some(first_end.map_or(*day, |first: crate::model::Time| first.min(*day)))
            }
            _ => contracted = false,
        }
        match entry.text("prime").filter(|prime| *prime != "none") {
            Some(prime) if entries.contains_key(prime) => at = prime,
            Some(_) => {
                active = false;
                break;
            }
            None => break,
        }
    }
    one.set("chain_active", active).set("chain_contracted", contracted);
    match first_end {
        Some(day) => {
            one.set("chain_first_end", day);
        }
        None => {
            one.unknown("chain_first_end", "no contract is recorded");
        }
    }
    one.set("chain", Value::texts(chain));
}
