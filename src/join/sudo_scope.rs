//! What sudo lets contractor accounts do against what their contracts allow, both ways (J11).

use std::collections::{BTreeMap, BTreeSet};

use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject, SubjectKind, Value,
};

const SUDO_SCOPE: &str = "sudo-scope";

/// The join.
pub(super) const SUDO_SCOPES: Join = Join { name: "sudo-scopes", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: SUDO_SCOPE,
    subject: "account:USER#CONTRACTOR",
    en: "what sudo lets a contractor account do, against what its contract allows",
    ja: "委託先アカウントのsudo権限と、契約上許された範囲",
    fields: &[
        field("any_command", Bool, "any command", "全コマンド"),
        field("outside", Texts, "commands that the register does not allow", "台帳で許可されていないコマンド"),
        field(
            "unused",
            Texts,
            "commands that the register allows and sudo does not: the other direction",
            "許可されているが設定のないコマンド",
        ),
        field("contractor_status", Text, "planned, active or ended", "委託先の状態"),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let mut rules: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    for rule in evidence.of_kind("sudo-rule") {
        rules.entry(rule.text("user").unwrap_or_default()).or_default().push(rule);
    }
    let mut derived = Evidence::default();
    for entry in evidence.of_kind("register-account").filter(|entry| entry.text("system") == Some("os")) {
        let (Some(user), Some(contractor)) = (entry.text("user"), entry.text("contractor")) else { continue };
        let of_user = rules.get(user).map_or(&[][..], Vec::as_slice);
        let allowed: BTreeSet<&str> = entry.texts("allowed_commands").into_iter().collect();
        if of_user.is_empty() && allowed.is_empty() {
            continue;
        }
        let place = of_user.first().map_or_else(|| entry.source.clone(), |rule| rule.source.clone());
        let subject = Subject::new(SubjectKind::Account, format!("{user}#{contractor}"));
        let mut seen = Observation::new(SUDO_SCOPE, subject, place, "sudo against register");
        seen.strength = Strength::Joined;
        seen.related.push(Related { location: entry.source.clone(), note: "what the contract allows".to_owned() });
        let granted: BTreeSet<&str> = of_user.iter().flat_map(|rule| rule.texts("commands")).collect();
        seen.set("any_command", of_user.iter().any(|rule| rule.flag("any_command") == Some(true)));
        seen.set("outside", Value::texts(granted.difference(&allowed).copied()));
        seen.set("unused", Value::texts(allowed.difference(&granted).copied()));
        seen.set("contractor_status", entry.text("contractor_status").unwrap_or_default());
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["sudo-rule", "register-account"], SUDO_SCOPE, "accounts", count)];
    retain_asked(&mut derived);
    derived
}
