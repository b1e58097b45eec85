//! The addresses of one name against each other: a name is as safe as the worst of its servers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Texts};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Location, Observation, Strength, Subject, SubjectKind, Value,
};

const HOST: &str = "tls-host";

/// The join.
pub(super) const TLS_HOSTS: Join = Join {
    name: "tls-hosts",
    kinds: &[KindSpec {
        name: HOST,
        subject: "host:NAME",
        en: "one name: whether all its addresses answer TLS alike, port by port",
        ja: "名称ごとの、全アドレスのTLS応答の一致",
        fields: &[
            field("several_addresses", Bool, "the name has more than one address", "複数のアドレスがある"),
            field("addresses", Texts, "addresses that were seen", "確認したアドレス"),
            field("unseen", Texts, "addresses that could not be seen", "確認できなかったアドレス"),
            field(
                "differs",
                Texts,
                "PORT FIELD of each fact that is not the same on every address",
                "アドレス間で異なる事実",
            ),
        ],
    }],
    join,
};

/// Facts that have to be the same; those that depend on chance or on how far one looked are left out.
const COMPARED: [&str; 22] = [
    "spoken",
    "ssl",
    "tls_old",
    "tls12",
    "tls13",
    "suites.sslv2",
    "suites.sslv3",
    "suites.tls10",
    "suites.tls11",
    "suites.tls12",
    "suites.tls13",
    "groups.tls12",
    "groups.tls13",
    "groups.hybrid",
    "dh.min_bits",
    "signature_algorithms.tls12",
    "renegotiation.secure",
    "compression",
    "extended_master_secret",
    "early_data.max_bytes",
    "client_auth",
    "alpn",
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// Address, port and name of an endpoint.
fn parts(subject: &str) -> Option<(&str, &str, &str)> {
    let (place, name) = subject.split_once('/')?;
    let (address, port) = place.rsplit_once(':')?;
    Some((address, port, name.split('#').next().unwrap_or(name)))
}

fn join(evidence: &Evidence) -> Evidence {
    let mut hosts: BTreeMap<&str, BTreeMap<&str, Vec<&Observation>>> = BTreeMap::new();
    for endpoint in evidence.of_kind("tls-endpoint") {
        if let Some((_, port, name)) = parts(endpoint.subject.name()) {
            hosts.entry(name).or_default().entry(port).or_default().push(endpoint);
        }
    }
    let keys: BTreeMap<&str, &str> = evidence
        .of_kind("tls-certificate")
        .filter_map(|seen| Some((seen.subject.name(), seen.text("key_algorithm")?)))
        .collect();
    let mut derived = Evidence::default();
    for (name, ports) in &hosts {
        derived.observations.push(compared(evidence, name, ports, &keys));
    }
    let count = derived.observations.len();
    derived.census.push(joined_census(evidence, &["tls-endpoint"], HOST, "names", count));
    derived
}

fn compared(
    evidence: &Evidence,
    name: &str,
    ports: &BTreeMap<&str, Vec<&Observation>>,
    keys: &BTreeMap<&str, &str>,
) -> Observation {
    let mut seen =
        Observation::new(HOST, Subject::new(SubjectKind::Host, name), Location::host(name), "addresses compared");
    seen.strength = Strength::Joined;
    let address = |subject: &str| parts(subject).map(|(address, ..)| address.to_owned());
    let addresses: BTreeSet<String> =
        ports.values().flatten().filter_map(|endpoint| address(endpoint.subject.name())).collect();
    let unseen: BTreeSet<String> = evidence
        .gaps
        .iter()
        .filter(|gap| gap.kinds.iter().any(|kind| kind == "tls-endpoint"))
        .filter(|gap| parts(&gap.subject).is_some_and(|(_, _, of)| of == name))
        .filter_map(|gap| address(&gap.subject))
        .filter(|address| !addresses.contains(address))
        .collect();
    let mut differs = BTreeSet::new();
    for (port, endpoints) in ports {
        let Some((first, rest)) = endpoints.split_first() else { continue };
        for field in COMPARED {
            let told = |endpoint: &Observation| endpoint.fields.get(field).map(sorted);
            let differing = |other: &&&Observation| matches!((told(first), told(other)), (Some(a), Some(b)) if a != b);
            if rest.iter().any(|other| differing(&other)) {
                differs.insert(format!("{port} {field}"));
            }
        }
        let key = |endpoint: &Observation| keys.get(endpoint.subject.name()).copied();
        if rest.iter().any(|other| matches!((key(first), key(other)), (Some(a), Some(b)) if a != b)) {
            differs.insert(format!("{port} key_algorithm"));
        }
    }
    seen.set("several_addresses", addresses.len() + unseen.len() > 1);
    seen.set("addresses", Value::texts(addresses)).set("unseen", Value::texts(unseen.clone()));
    if differs.is_empty() && !unseen.is_empty() {
        seen.unknown("differs", "an address could not be seen");
    } else {
        seen.set("differs", Value::texts(differs));
    }
    seen
}

/// Lists as sets: in which order suites were met says nothing about what is accepted.
fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => {
            let mut items = items.clone();
            items.sort();
            Value::List(items)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Census, Gap};

    fn endpoint(address: &str, suites: &[&str]) -> Observation {
        let name = format!("{address}:443/www.example.jp");
        let mut seen =
            Observation::new("tls-endpoint", Subject::new(SubjectKind::Endpoint, &name), Location::host(&name), "x");
        seen.set("suites.tls12", Value::texts(suites.iter().copied())).set("tls12", true);
        seen
    }

    fn told(observations: Vec<Observation>, gaps: Vec<Gap>) -> Observation {
        let census = vec![Census::complete("tls-endpoint", "x", observations.len())];
        let evidence = Evidence { observations, census, gaps, ..Evidence::default() };
        join(&evidence).observations.remove(0)
    }

    #[test]
    fn what_differs_between_addresses_is_named() {
        let alike = told(vec![endpoint("192.0.2.1", &["A", "B"]), endpoint("[2001:db8::1]", &["B", "A"])], Vec::new());
        assert_eq!((alike.flag("several_addresses"), alike.texts("differs").len()), (Some(true), 0));
        let other = told(vec![endpoint("192.0.2.1", &["A"]), endpoint("[2001:db8::1]", &["A", "B"])], Vec::new());
        assert_eq!(other.texts("differs"), ["443 suites.tls12"]);
    }

    #[test]
    fn an_address_that_could_not_be_seen_is_not_alike() {
        let gap = Gap {
            collector: "tls".to_owned(),
            kinds: vec!["tls-endpoint".to_owned()],
            subject: "192.0.2.2:443/www.example.jp".to_owned(),
            reason: "connection refused".to_owned(),
        };
        let seen = told(vec![endpoint("192.0.2.1", &["A"])], vec![gap]);
        assert_eq!((seen.flag("several_addresses"), seen.fields.get("differs")), (Some(true), None));
        assert_eq!(seen.texts("unseen"), ["192.0.2.2"]);
    }
}
