//! Who serves the body's names as DNS tells, against the register, both ways (J7): name servers, what names are aliases of,
//! and addresses; and names of the register to which nothing leads.

use std::collections::BTreeMap;

use super::operators::{PARTY_FIELDS, of_roles, own, party, services};
use super::service_names::{self, SERVICE_NAMES_KIND, Shown};
use super::{Join, joined_census, retain_asked};
use crate::model::{Evidence, KindSpec, Observation};

const DNS_PARTY: &str = "dns-party";

/// The join.
pub(super) const DNS_OPERATORS: Join = Join { name: "dns-operators", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: DNS_PARTY,
        subject: "host:NAME#ROLE",
        en: "one operator of names or hosts that DNS names, against the register and the body's own domains",
        ja: "DNSから判明した名前・ホストの運用先と、台帳・自組織のドメインとの突合",
        fields: PARTY_FIELDS,
    },
    SERVICE_NAMES_KIND,
];

fn join(evidence: &Evidence) -> Evidence {
    let own = own(evidence);
    let (servers, aliases) = (services(evidence, "name-server"), services(evidence, "alias"));
    let mut derived = Evidence::default();
    // An alias that is registered answers for the addresses of the same name as well.
    let mut answered: BTreeMap<&str, &Observation> = BTreeMap::new();
    for (operator, host, role) in of_roles(evidence, &["name-server", "alias"]) {
        let service = if role == "alias" { aliases.of(host) } else { servers.of(host) };
        if let Some(service) = service.filter(|_| role == "alias") {
            answered.extend(operator.texts("of").into_iter().map(|name| (name, service)));
        }
        derived.observations.push(party(DNS_PARTY, operator, own.as_deref(), service));
    }
    for (operator, address, _) in of_roles(evidence, &["address"]) {
        let by_name = || operator.texts("of").into_iter().find_map(|name| answered.get(name).copied());
        let service = aliases.at(address).or_else(by_name);
        derived.observations.push(party(DNS_PARTY, operator, own.as_deref(), service));
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["dns-operator", "register-service"], DNS_PARTY, "DNS", count)];
    retain_asked(&mut derived);
    for (list, roles) in [("ns_targets", &["name-server"][..]), ("cname_targets", &["alias", "dkim-target"])] {
        let shown = Shown::of(of_roles(evidence, roles).map(|(_, host, _)| host));
        derived.extend(service_names::state(evidence, &[list], &["dns-operator"], &shown));
    }
    derived
}
