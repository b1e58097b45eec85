//! Names of the body that lead to what has ended or is gone (J8), and the other way round: ended contracts whose names the
//! body's DNS still holds.

use std::collections::BTreeMap;

use super::operators::{PARTY_FIELDS, own, party, services};
use super::services::Services;
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Text, Texts};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Strength, Subject, SubjectKind, Value};

const DANGLING: &str = "name-target";
const ENDED: &str = "ended-names";

/// The join.
pub(super) const DANGLING_NAMES: Join = Join { name: "dangling-names", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: DANGLING,
        subject: "host:NAME#ROLE",
        en: "one target of a name of the body, and whether it is there and under a contract in force",
        ja: "自組織の名前の参照先と、その存在および有効な契約の有無",
        fields: PARTY_FIELDS,
    },
    KindSpec {
        name: ENDED,
        subject: "contractor:ID",
        en: "one contractor whose contract has ended, and names of the body that still lead to it: the other direction",
        ja: "契約が終了した委託先と、なお参照している自組織の名前(逆方向の突合)",
        fields: &[
            field("contractor_status", Text, "ended", "委託先の状態"),
            field("still_named", Texts, "ROLE NAME of each target that DNS still names", "DNSに残る参照先"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let own = own(evidence);
    let mut by_role: BTreeMap<&str, Services<'_>> = BTreeMap::new();
    let mut still: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut derived = Evidence::default();
    for operator in evidence.of_kind("dns-operator") {
        let (Some(host), Some(role)) = (operator.text("host"), operator.text("role")) else { continue };
        let services = by_role.entry(role).or_insert_with(|| services(evidence, role));
        let service = if role == "address" { services.at(host) } else { services.of(host) };
        if let Some(contractor) = service.and_then(|service| service.text("contractor")) {
            still.entry(contractor.to_owned()).or_default().push(format!("{role} {host}"));
        }
        derived.observations.push(party(DANGLING, operator, own.as_deref(), service));
    }
    let targets = derived.observations.len();
    for entry in evidence.of_kind("contractor").filter(|entry| entry.text("status") == Some("ended")) {
        let id = entry.subject.name();
        let subject = Subject::new(SubjectKind::Contractor, id);
        let mut seen = Observation::new(ENDED, subject, entry.source.clone(), "register against DNS");
        seen.strength = Strength::Joined;
        seen.set("contractor_status", "ended");
        seen.set("still_named", Value::texts(still.get(id).into_iter().flatten().map(String::as_str)));
        derived.observations.push(seen);
    }
    let ended = derived.observations.len() - targets;
    derived.census = vec![
        joined_census(evidence, &["dns-operator", "register-service"], DANGLING, "DNS", targets),
        joined_census(evidence, &["dns-operator", "contractor"], ENDED, "register", ended),
    ];
    retain_asked(&mut derived);
    derived
}
