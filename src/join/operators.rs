//! What the joins on operators of DNS share: one operator against the body's own domains and the services of the register.

use super::services::{Services, declared, is_own, state_owner};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{Evidence, FieldSpec, FieldType, Observation, Strength};

/// Facts of an operator against the register.
pub(super) const PARTY_FIELDS: &[FieldSpec] = &[
    field("role", Text, "name-server, mail-host, spf-include, alias, address, …", "役割"),
    field("of", Texts, "names of the body for which it works", "対象となる自組織の名前"),
    field("own", Bool, "it is the body's own by the declared first parties", "自組織のものである"),
    field("exists", Bool, "the name exists; false where it dangles", "名前が存在する"),
    field("registered", Bool, "a service of the register claims it", "台帳のサービスに該当する"),
    field("contractor", Text, "the contractor; absent where none", "委託先"),
    field("contractor_status", Text, "planned, active or ended; absent where none", "委託先の状態"),
    field("contract_to", Time, "last day of the contract; absent where none", "契約終了日"),
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// States one operator as a party: whose it is, and whether its name is there.
pub(super) fn party(
    kind: &str,
    operator: &Observation,
    own: Option<&[String]>,
    service: Option<&Observation>,
) -> Observation {
    let mut seen = Observation::new(kind, operator.subject.clone(), operator.source.clone(), "DNS against register");
    seen.strength = Strength::Joined;
    for field in ["role", "of"] {
        if let Some(value) = operator.fields.get(field) {
            seen.set(field, value.clone());
        }
    }
    match own {
        Some(own) => seen.set("own", is_own(operator.text("host").unwrap_or_default(), own)),
        None => seen.unknown("own", "no own domains are declared (site file: declared: first_parties or mail_domains)"),
    };
    match operator.flag("exists") {
        Some(exists) => seen.set("exists", exists),
        None => {
            let reason = operator.unknown_fields.get("exists").cloned();
            seen.unknown("exists", reason.unwrap_or_else(|| "whether the name exists is not known".to_owned()))
        }
    };
    state_owner(&mut seen, service);
    seen
}

/// The body's own domains, where they are declared.
pub(super) fn own(evidence: &Evidence) -> Option<Vec<String>> {
    declared(evidence, "first_parties")
}

/// Operators of some roles with their hosts.
pub(super) fn of_roles<'a>(
    evidence: &'a Evidence,
    roles: &'a [&str],
) -> impl Iterator<Item = (&'a Observation, &'a str, &'a str)> {
    evidence.of_kind("dns-operator").filter_map(|operator| {
        let (host, role) = (operator.text("host")?, operator.text("role")?);
        roles.contains(&role).then_some((operator, host, role))
    })
}

/// Services of the register by the lists in which the operators of a role are named.
pub(super) fn services<'a>(evidence: &'a Evidence, role: &str) -> Services<'a> {
    Services::by(
        evidence,
        match role {
            "name-server" => &["ns_targets", "hosts", "host_patterns"],
            "mail-host" => &["mx_targets", "hosts", "host_patterns"],
            "spf-include" => &["spf_includes", "hosts", "host_patterns"],
            "dkim-target" | "dmarc-report" | "tls-report" => {
                &["spf_includes", "mx_targets", "cname_targets", "hosts", "host_patterns"]
            }
            _ => &["cname_targets", "hosts", "host_patterns"],
        },
    )
}
