//! SSH keys of the host against register and people file, both ways (J2): who answers for each key, whether it ends with the
//! contract, and which registered keys are nowhere.

use std::collections::BTreeSet;

use super::holders::{self, state_holders};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Strength, Value};

const KEY_OWNER: &str = "key-owner";
const REGISTER_KEY_USE: &str = "register-key-use";

/// The join.
pub(super) const KEY_OWNERS: Join = Join { name: "key-owners", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: KEY_OWNER,
        subject: "key:FINGERPRINT#USER",
        en: "one SSH key or trusted authority of the host, and who answers for it",
        ja: "ホスト上のSSH鍵・信頼する発行元と、その保有者",
        fields: &[
            field(
                "registered",
                Bool,
                "the register or the people file names its fingerprint",
                "台帳または職員名簿に指紋の記載がある",
            ),
            field("owners", Texts, "contractor or person ids", "保有者"),
            field(
                "contractor_status",
                Text,
                "planned, active or ended; none where no contractor answers for it",
                "委託先の状態",
            ),
            field("contract_to", Time, "last day of the contract; absent for staff", "契約終了日"),
            field(
                "has_expiry",
                Bool,
                "expiry-time is set, or it signs certificates, which end by themselves",
                "有効期限がある",
            ),
            field(
                "ends_with_contract",
                Bool,
                "its expiry is not later than the contract's end",
                "期限が契約終了日以前である",
            ),
        ],
    },
    KindSpec {
        name: REGISTER_KEY_USE,
        subject: "key:FINGERPRINT#CONTRACTOR",
        en: "one key of the register, and whether the host has it: the other direction",
        ja: "台帳上の鍵と、ホスト上の有無(逆方向の突合)",
        fields: &[
            field("present", Bool, "the host has the key", "ホストに存在する"),
            field("contractor_status", Text, "planned, active or ended", "委託先の状態"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let by_key = holders::by(evidence, "register-key", "person-key", "fingerprint", |_| true);
    let mut derived = Evidence::default();
    let mut present: BTreeSet<&str> = BTreeSet::new();
    for key in evidence.of_kind("ssh-key") {
        let holders = key.text("fingerprint").and_then(|fingerprint| by_key.get(fingerprint));
        present.extend(key.text("fingerprint"));
        let mut seen =
            Observation::new(KEY_OWNER, key.subject.clone(), key.source.clone(), "authorized_keys against register");
        state_holders(&mut seen, holders);
        let is_authority = key.flag("authority") == Some(true);
        seen.set("has_expiry", is_authority || key.flag("has_expiry") == Some(true));
        let contract_to = seen.fields.get("contract_to").cloned();
        match (key.fields.get("expires"), contract_to) {
            _ if is_authority => {
                seen.set("ends_with_contract", true);
            }
            (Some(Value::Time(expires)), Some(Value::Time(to))) => {
                // An expiry at any hour of the contract's last day ends with it.
                seen.set("ends_with_contract", *expires <= to.plus_days(1));
            }
            (None, _) => {
                seen.unknown("ends_with_contract", "no expiry-time is set");
            }
            _ => {
                seen.unknown("ends_with_contract", "no contractor answers for it");
            }
        }
        derived.observations.push(seen);
    }
    for entry in evidence.of_kind("register-key") {
        let mut seen = Observation::new(
            REGISTER_KEY_USE,
            entry.subject.clone(),
            entry.source.clone(),
            "register against authorized_keys",
        );
        seen.strength = Strength::Joined;
        seen.set("present", entry.text("fingerprint").is_some_and(|fingerprint| present.contains(fingerprint)));
        seen.set("contractor_status", entry.text("contractor_status").unwrap_or_default());
        derived.observations.push(seen);
    }
    let count = |kind: &str| derived.observations.iter().filter(|seen| seen.kind == kind).count();
    derived.census = vec![
        joined_census(evidence, &["ssh-key", "register-key", "person-key"], KEY_OWNER, "keys", count(KEY_OWNER)),
        joined_census(evidence, &["ssh-key", "register-key"], REGISTER_KEY_USE, "keys", count(REGISTER_KEY_USE)),
    ];
    retain_asked(&mut derived);
    derived
}
