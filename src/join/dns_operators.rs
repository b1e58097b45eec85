//! Who works for the body as DNS tells, against the register: mail (J6), name servers, aliases and addresses (J7), and names
//! that lead to what has ended or is gone (J8).

use super::services::{Services, declared, is_own, state_owner};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Strength};

const DNS_PARTY: &str = "dns-party";

/// The join.
pub(super) const DNS_OPERATORS: Join = Join { name: "dns-operators", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: DNS_PARTY,
    subject: "host:NAME#ROLE",
    en: "one operator that DNS names, against the register and the body's own domains",
    ja: "DNSから判明した運用先と、台帳・自組織のドメインとの突合",
    fields: &[
        field("role", Text, "name-server, mail-host, spf-include, alias, address, …", "役割"),
        field("of", Texts, "names of the body for which it works", "対象となる自組織の名前"),
        field("own", Bool, "it is the body's own by the declared first parties", "自組織のものである"),
        field("exists", Bool, "the name exists; false where it dangles", "名前が存在する"),
        field("registered", Bool, "a service of the register claims it", "台帳のサービスに該当する"),
        field("contractor", Text, "the contractor; absent where none", "委託先"),
        field("contractor_status", Text, "planned, active or ended; absent where none", "委託先の状態"),
        field("contract_to", Time, "last day of the contract; absent where none", "契約終了日"),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// The lists of a service in which the operators of a role are named.
fn lists(role: &str) -> &'static [&'static str] {
    match role {
        "name-server" => &["ns_targets", "hosts", "host_patterns"],
        "mail-host" => &["mx_targets", "hosts", "host_patterns"],
        "spf-include" => &["spf_includes", "hosts", "host_patterns"],
        "dkim-target" | "dmarc-report" | "tls-report" => {
            &["spf_includes", "mx_targets", "cname_targets", "hosts", "host_patterns"]
        }
        _ => &["cname_targets", "hosts", "host_patterns"],
    }
}

fn join(evidence: &Evidence) -> Evidence {
    let own = declared(evidence, "first_parties");
    let roles = ["name-server", "mail-host", "spf-include", "dkim-target", "alias"];
    let by_role: Vec<(&str, Services<'_>)> =
        roles.iter().map(|role| (*role, Services::by(evidence, lists(role)))).collect();
    let mut derived = Evidence::default();
    // An alias that is registered answers for the addresses of the same name as well.
    let mut answered: std::collections::BTreeMap<&str, &Observation> = std::collections::BTreeMap::new();
    let mut aliases: Vec<&Observation> = Vec::new();
    let mut addresses: Vec<&Observation> = Vec::new();
    for seen in evidence.of_kind("dns-operator") {
        if seen.text("role") == Some("address") { addresses.push(seen) } else { aliases.push(seen) }
    }
    for operator in aliases.into_iter().chain(addresses) {
        let (Some(host), Some(role)) = (operator.text("host"), operator.text("role")) else { continue };
        let same = match role {
            "dmarc-report" | "tls-report" => "dkim-target",
            "name-server" | "mail-host" | "spf-include" | "dkim-target" => role,
            _ => "alias",
        };
        let services = by_role.iter().find(|(name, _)| *name == same).map(|(_, services)| services);
        let service = match role {
            "address" => services
                .and_then(|services| services.at(host))
                .or_else(|| operator.texts("of").into_iter().find_map(|name| answered.get(name).copied())),
            _ => services.and_then(|services| services.of(host)),
        };
        if let Some(service) = service.filter(|_| role == "alias") {
            for name in operator.texts("of") {
                answered.insert(name, service);
            }
        }
        let mut seen =
            Observation::new(DNS_PARTY, operator.subject.clone(), operator.source.clone(), "DNS against register");
        seen.strength = Strength::Joined;
        seen.set("role", role);
        if let Some(of) = operator.fields.get("of") {
            seen.set("of", of.clone());
        }
        match (&own, role) {
            (Some(own), _) => {
                seen.set("own", is_own(host, own));
            }
            (None, _) => {
                seen.unknown("own", "no own domains are declared (site file: declared: first_parties or mail_domains)");
            }
        }
        match operator.flag("exists") {
            Some(exists) => {
                seen.set("exists", exists);
            }
            None => {
                let reason = operator.unknown_fields.get("exists").cloned();
                seen.unknown("exists", reason.unwrap_or_else(|| "whether the name exists is not known".to_owned()));
            }
        }
        state_owner(&mut seen, service);
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["dns-operator", "register-service"], DNS_PARTY, "DNS", count)];
    retain_asked(&mut derived);
    derived
}
