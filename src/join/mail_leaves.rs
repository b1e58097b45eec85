//! Where enquiry mail ends against the body's own domains and the registered mail services, both ways (J10): leaves outside,
//! and receivers of the register that neither an alias nor an MX record leads to.

use std::collections::BTreeSet;

use super::service_names::{self, SERVICE_NAMES_KIND, Shown};
use super::services::{Services, declared, is_of};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::Texts;
use crate::model::{Census, Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Value};

const MAIL_LEAF: &str = "mail-leaf";

/// The join.
pub(super) const MAIL_LEAVES: Join = Join { name: "mail-leaves", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: MAIL_LEAF,
        subject: "mailbox:NAME",
        en: "where mail to one name ends, against own domains and registered mail services",
        ja: "メールの最終転送先と、自組織のドメイン・登録済みメールサービスとの突合",
        fields: &[
            field(
                "outside",
                Texts,
                "domains that are neither own nor of a registered service",
                "組織外の転送先ドメイン",
            ),
            field("contractors", Texts, "contractors whose services receive it", "受信する委託先"),
        ],
    },
    SERVICE_NAMES_KIND,
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let own: Option<Vec<String>> = match (declared(evidence, "first_parties"), declared(evidence, "mail_domains")) {
        (None, None) => None,
        (first, second) => Some(first.into_iter().chain(second).flatten().collect()),
    };
    let services = Services::by(evidence, &["mx_targets", "hosts", "host_patterns", "spf_includes"]);
    let mut derived = Evidence::default();
    for forward in evidence.of_kind("mail-forward") {
        let mut seen =
            Observation::new(MAIL_LEAF, forward.subject.clone(), forward.source.clone(), "forwarding against register");
        seen.strength = Strength::Joined;
        let Some(own) = &own else { continue };
        let (mut outside, mut contractors) = (BTreeSet::new(), BTreeSet::new());
        for domain in forward.texts("leaf_domains") {
            if is_of(domain, own) {
                continue;
            }
            // A service whose contract has ended receives what it may not.
            match services.of(domain).filter(|service| service.text("contractor_status") == Some("active")) {
                Some(service) => {
                    contractors.insert(service.text("contractor").unwrap_or_default());
                    let note = "registered here".to_owned();
                    seen.related.push(Related { location: service.source.clone(), note });
                }
                None => {
                    outside.insert(domain);
                }
            }
        }
        let hidden = forward.integer("programs").unwrap_or(0) > 0 || !forward.texts("unresolved").is_empty();
        if outside.is_empty() && hidden {
            seen.unknown("outside", "mail is handed to a program, script or file that cannot be followed");
        } else {
            seen.set("outside", Value::texts(outside));
        }
        seen.set("contractors", Value::texts(contractors));
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census = vec![match own {
        Some(_) => joined_census(evidence, &["mail-forward"], MAIL_LEAF, "mail", count),
        None => Census::not_asked(
            MAIL_LEAF,
            "mail",
            "no own domains are declared (site file: declared: first_parties or mail_domains)",
        ),
    }];
    retain_asked(&mut derived);
    let leaves = evidence.of_kind("mail-forward").flat_map(|forward| forward.texts("leaf_domains"));
    let servers = evidence.of_kind("dns-operator").filter(|operator| operator.text("role") == Some("mail-host"));
    let shown = Shown::of(leaves.chain(servers.filter_map(|operator| operator.text("host"))));
    derived.extend(service_names::state(evidence, &["mx_targets"], &["dns-operator"], &shown));
    derived
}
