//! A few endpoints against small profiles.

use super::*;
use crate::model::{Location, Subject, SubjectKind};

fn endpoint_with(facts: &[(&str, Value)]) -> Observation {
    let subject = Subject::new(SubjectKind::Endpoint, "192.0.2.1:443/www.example.jp");
    let mut seen = Observation::new(ENDPOINT, subject, Location::host("192.0.2.1:443/www.example.jp"), "test");
    seen.set("protocols.offered", Value::texts(["TLSv1.2", "TLSv1.3"])).set("protocols.complete", true);
    seen.set("tls13", true).set("tls_old", Value::List(Vec::new()));
    for (field, value) in facts {
        seen.set(field, value.clone());
    }
    seen
}

fn profile() -> TlsProfile {
    let list = |items: &[&str]| Some(items.iter().map(|item| (*item).to_owned()).collect());
    TlsProfile {
        id: "small".to_owned(),
        must: TlsDemands { suites: list(&["A", "B"]), suites_tls13: list(&["X"]), ..TlsDemands::default() },
        should: TlsDemands { suites: list(&["A"]), ..TlsDemands::default() },
        ..TlsProfile::default()
    }
}

fn held(facts: &[(&str, Value)]) -> Observation {
    let mut evidence = Evidence { observations: vec![endpoint_with(facts)], ..Evidence::default() };
    evidence.census.push(Census::complete(ENDPOINT, "x", 1));
    hold_against_tls_profile(&evidence, Some(&profile()), "site").of_kind(PROFILE).next().unwrap().clone()
}

fn whole() -> (&'static str, Value) {
    ("suites.complete", Value::texts(["TLSv1.2", "TLSv1.3"]))
}

#[test]
fn a_whole_list_is_told_in_both_grades() {
    let seen = held(&[whole(), ("suites.tls12", Value::texts(["B", "A"])), ("suites.tls13", Value::texts(["X"]))]);
    assert_eq!(seen.fields["suites.outside_must"], Value::List(Vec::new()));
    assert_eq!(seen.texts("suites.outside_should"), ["TLSv1.2 B"]);
}

#[test]
fn a_list_that_is_not_whole_says_only_what_was_seen() {
    let seen = held(&[("suites.tls12", Value::texts(["A"])), ("suites.tls13", Value::texts(["X"]))]);
    assert!(!seen.fields.contains_key("suites.outside_must"), "{seen:?}");
    let seen = held(&[("suites.tls12", Value::texts(["A", "C"]))]);
    assert_eq!(seen.texts("suites.outside_must"), ["TLSv1.2 C"]);
    let at_most = |list: &[&str]| ("suites.tls12_at_most", Value::texts(list.iter().copied()));
    let bounded = |list: &[&str]| {
        held(&[("suites.tls12", Value::texts(["A"])), at_most(list), ("suites.tls13_at_most", Value::texts(["X"]))])
    };
    assert_eq!(bounded(&["A", "B"]).fields.get("suites.outside_must"), Some(&Value::List(Vec::new())));
    assert_eq!(bounded(&["A", "C"]).fields.get("suites.outside_must"), None);
}

#[test]
fn versions_that_are_not_told_leave_it_unknown_and_those_that_are_off_need_no_list() {
    let off = held(&[
        ("protocols.offered", Value::texts(["TLSv1.3"])),
        ("suites.complete", Value::texts(["TLSv1.3"])),
        ("suites.tls13", Value::texts(["X"])),
    ]);
    assert_eq!(off.fields["suites.outside_must"], Value::List(Vec::new()));
    let untold = held(&[
        ("protocols.offered", Value::texts(["TLSv1.3"])),
        ("protocols.complete", Value::Bool(false)),
        ("suites.complete", Value::texts(["TLSv1.3"])),
        ("suites.tls13", Value::texts(["X"])),
    ]);
    assert!(!untold.fields.contains_key("suites.outside_must"));
}

#[test]
fn no_profile_is_said_and_every_declared_fact_is_stated_or_unknown() {
    let census = hold_against_tls_profile(&Evidence::default(), None, "site").census;
    assert!(census.iter().all(|entry| matches!(entry.state, crate::model::CensusState::NotAsked(_))));
    let mut certificate = endpoint_with(&[]);
    certificate.kind = CERTIFICATE.to_owned();
    let evidence = Evidence { observations: vec![endpoint_with(&[]), certificate], ..Evidence::default() };
    let held = hold_against_tls_profile(&evidence, Some(&profile()), "site");
    for kind in TLS_PROFILE_KINDS {
        let seen = held.of_kind(kind.name).next().unwrap();
        let told: BTreeSet<&str> = seen.fields.keys().chain(seen.unknown_fields.keys()).map(String::as_str).collect();
        assert_eq!(told, kind.fields.iter().map(|field| field.name).collect(), "{}", kind.name);
    }
}
