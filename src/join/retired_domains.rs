//! Domains that are no longer used: still held, and by whom their names are served.

use super::services::{Services, declared, is_of};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Texts, Time};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Strength, Value};

const RETIRED_DOMAIN: &str = "retired-domain";

/// The join.
pub(super) const RETIRED_DOMAINS: Join = Join { name: "retired-domains", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: RETIRED_DOMAIN,
    subject: "domain:NAME",
    en: "one domain that is no longer used, and whether the body still holds it by its name servers",
    ja: "使用を終えたドメイン名と、ネームサーバから分かる保有の状態",
    fields: &[
        field("delegated", Bool, "the name is in DNS, so somebody holds it", "DNSに存在し、保有者がいる"),
        field(
            "foreign_name_servers",
            Texts,
            "name servers that are neither own nor of a service in force",
            "自組織・登録済みサービス以外のネームサーバ",
        ),
        field("hold_until", Time, "until when it must be held; absent where not stated", "保有期限"),
        field("has_term", Bool, "a day is stated until which it must be held", "保有期限の記載がある"),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let own = declared(evidence, "first_parties");
    let services = Services::by(evidence, &["ns_targets", "hosts", "host_patterns"]);
    let mut derived = Evidence::default();
    for domain in evidence.of_kind("dns-retired") {
        let mut seen =
            Observation::new(RETIRED_DOMAIN, domain.subject.clone(), domain.source.clone(), "DNS against register");
        seen.strength = Strength::Joined;
        match domain.flag("delegated") {
            Some(delegated) => {
                seen.set("delegated", delegated);
            }
            None => {
                seen.unknown("delegated", "whether the name exists is not known");
            }
        }
        let is_known = |host: &str| {
            own.as_ref().is_some_and(|own| is_of(host, own))
                || services.of(host).is_some_and(|service| service.text("contractor_status") == Some("active"))
        };
        match domain.fields.contains_key("name_servers") {
            true => {
                let hosts = domain.texts("name_servers").into_iter().filter(|host| !is_known(host));
                seen.set("foreign_name_servers", Value::texts(hosts));
            }
            false => {
                seen.unknown("foreign_name_servers", "whether the name exists is not known");
            }
        }
        match domain.fields.get("hold_until") {
            Some(day) => {
                seen.set("hold_until", day.clone()).set("has_term", true);
            }
            None => {
                seen.unknown("hold_until", "no date is recorded").set("has_term", false);
            }
        }
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["dns-retired", "register-service"], RETIRED_DOMAIN, "DNS", count)];
    retain_asked(&mut derived);
    derived
}
