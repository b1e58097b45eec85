//! Who receives the body's logs, against the register, both ways (J5): receivers and whether their contracts let them have
//! logs, and log endpoints of the register to which nothing is sent.

use super::service_names::{self, SERVICE_NAMES_KIND, Shown};
use super::services::{Services, declared, is_own, state_owner};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Strength, Subject, SubjectKind};

const LOG_PARTY: &str = "log-party";

/// The join. It reads what is known of shipments, so it stands behind their join.
pub(super) const LOG_DESTINATIONS: Join = Join { name: "log-destinations", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: LOG_PARTY,
        subject: "host:NAME#log",
        en: "one receiver of logs outside the machine, against own domains and the register",
        ja: "ログの送信先と、自組織のドメイン・台帳との突合",
        fields: &[
            field("own", Bool, "it is the body's own by the declared first parties", "自組織のものである"),
            field("registered", Bool, "a service of the register claims it", "台帳のサービスに該当する"),
            field("contractor", Text, "the contractor; absent where none", "委託先"),
            field("contractor_status", Text, "planned, active or ended; absent where none", "委託先の状態"),
            field("contract_to", Time, "last day of the contract; absent where none", "契約終了日"),
            field(
                "log_endpoint",
                Bool,
                "the register names it as a receiver of logs",
                "ログの送信先として台帳に記載がある",
            ),
            field(
                "data_allowed",
                Bool,
                "the contract's data scope holds access information or addresses",
                "契約の取扱情報にアクセス情報またはIPアドレスが含まれる",
            ),
            field("programs", Texts, "what sends", "送信するプログラム"),
        ],
    },
    SERVICE_NAMES_KIND,
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let own: Option<Vec<String>> = match (declared(evidence, "first_parties"), declared(evidence, "scope_hosts")) {
        (None, None) => None,
        (first, second) => Some(first.into_iter().chain(second).flatten().collect()),
    };
    let services = Services::by(evidence, &["log_endpoints", "hosts", "host_patterns"]);
    let endpoints = Services::by(evidence, &["log_endpoints"]);
    let may_have_logs: std::collections::BTreeSet<&str> = evidence
        .of_kind("contractor")
        .filter(|entry| entry.flag("log_data_allowed") == Some(true))
        .map(|entry| entry.subject.name())
        .collect();
    let mut derived = Evidence::default();
    let mut met: std::collections::BTreeMap<&str, Vec<&Observation>> = std::collections::BTreeMap::new();
    for shipment in evidence.of_kind("log-shipment").filter(|shipment| shipment.flag("loopback") != Some(true)) {
        if let Some(destination) = shipment.text("destination") {
            met.entry(destination).or_default().push(shipment);
        }
    }
    for (destination, shipments) in &met {
        let Some(first) = shipments.first() else { continue };
        let subject = Subject::new(SubjectKind::Host, format!("{destination}#log"));
        let mut seen = Observation::new(LOG_PARTY, subject, first.source.clone(), "log destinations against register");
        seen.strength = Strength::Joined;
        match &own {
            Some(own) => seen.set("own", is_own(destination, own)),
            None => {
                seen.unknown("own", "no own domains are declared (site file: declared: first_parties or scope_hosts)")
            }
        };
        let service = services.of(destination).or_else(|| services.at(destination));
        state_owner(&mut seen, service);
        match service.and_then(|service| service.text("contractor")) {
            Some(contractor) => {
                seen.set("log_endpoint", endpoints.of(destination).is_some());
                seen.set("data_allowed", may_have_logs.contains(contractor));
            }
            None => {
                seen.unknown("log_endpoint", "no service owns it").unknown("data_allowed", "no service owns it");
            }
        }
        let programs = shipments.iter().map(|shipment| shipment.subject.name());
        seen.set("programs", crate::model::Value::texts(programs));
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    let sources = ["log-shipment", "register-service"];
    derived.census = vec![joined_census(evidence, &sources, LOG_PARTY, "logs that leave", count)];
    retain_asked(&mut derived);
    let shown = Shown::of(met.keys().copied());
    derived.extend(service_names::state(evidence, &["log_endpoints"], &["log-shipment"], &shown));
    derived
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Census, Location, Value};

    fn world(destination: &str) -> Evidence {
        let new = |kind: &str, subject: SubjectKind, name: &str| {
            Observation::new(kind, Subject::new(subject, name), Location::default(), "x")
        };
        let mut shipment = new("log-shipment", SubjectKind::File, "etc/rsyslog.conf#forward[x]");
        shipment.set("destination", destination).set("loopback", false);
        let mut service = new("register-service", SubjectKind::Service, "keeping");
        service
            .set("log_endpoints", Value::texts(["logs.example.net"]))
            .set("hosts", Value::texts(["www.example.net"]));
        service.set("contractor", "keeper").set("contractor_status", "active");
        let mut entry = new("contractor", SubjectKind::Contractor, "keeper");
        entry.set("status", "active").set("log_data_allowed", true);
        let mut list = new("declared-list", SubjectKind::Record, "declared/first_parties");
        list.set("name", "first_parties").set("items", Value::texts(["example.jp"]));
        let kinds = ["log-shipment", "register-service", "contractor"];
        let census = kinds.iter().map(|kind| Census::complete(kind, "x", 1)).collect();
        Evidence { observations: vec![shipment, service, entry, list], census, ..Evidence::default() }
    }

    fn told(destination: &str) -> (Option<bool>, Option<bool>, Option<bool>, Vec<String>) {
        let derived = join(&world(destination));
        let party = derived.of_kind("log-party").next().cloned().unwrap();
        let names = derived.of_kind("service-names").next().cloned().unwrap();
        let unshown = names.texts("unshown").into_iter().map(str::to_owned).collect();
        (party.flag("own"), party.flag("registered"), party.flag("log_endpoint"), unshown)
    }

    #[test]
    fn both_directions_are_told() {
        let stale = || vec!["logs.example.net".to_owned()];
        assert_eq!(told("logs.example.net"), (Some(false), Some(true), Some(true), Vec::new()));
        assert_eq!(told("www.example.net"), (Some(false), Some(true), Some(false), stale()));
        assert_eq!(told("logs.example.jp"), (Some(true), Some(false), None, stale()));
        assert_eq!(told("198.51.100.7"), (Some(false), Some(false), None, stale()));
    }
}
