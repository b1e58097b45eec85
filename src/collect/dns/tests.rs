//! Recorded worlds: what each kind states, and that nothing unknown is stated.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeSet;

use super::*;
use crate::collect::question::{DnsAnswer, DnsData, DnsQuestion, DnsStatus, RecordType};
use crate::collect::recorded::RecordedWorld;
use crate::collect::run;
use crate::collect::world::Refusal;
use crate::model::{Declaration, Host, Policy, RetiredDomain, Site, Time};

/// Records of one name and type.
pub(super) fn records(
    world: RecordedWorld,
    name: &str,
    record_type: RecordType,
    data: impl IntoIterator<Item = DnsData>,
) -> RecordedWorld {
    let answer = DnsAnswer { authenticated: true, signed: true, ..DnsAnswer::of_data(data) };
    world.dns(DnsQuestion::new(name, record_type), Ok(answer))
}

pub(super) fn text(text: &str) -> DnsData {
    DnsData::Text(text.as_bytes().to_vec())
}

pub(super) fn address(text: &str) -> DnsData {
    DnsData::Address(text.parse().unwrap())
}

fn start(world: RecordedWorld, zone: &str) -> RecordedWorld {
    records(world, zone, RecordType::Soa, [DnsData::Other(Vec::new())])
}

/// A whole domain that is in order.
pub(super) fn example() -> RecordedWorld {
    let mut world = start(RecordedWorld::new(), "example.jp");
    let server = |host: &str| DnsData::NameServer(host.to_owned());
    world = records(world, "example.jp", RecordType::Ns, [server("ns1.example.net"), server("gone.example.org")]);
    world = records(world, "ns1.example.net", RecordType::A, [address("192.0.2.53")]);
    let alias =
        DnsAnswer { aliases: vec!["edge.example.net".to_owned()], ..DnsAnswer::of_data([address("192.0.2.1")]) };
    world = world.dns(DnsQuestion::new("www.example.jp", RecordType::A), Ok(alias));
    world = records(
        world,
        "example.jp",
        RecordType::Caa,
        [DnsData::Authorisation { critical: false, tag: "issue".to_owned(), value: b"ca.example.net".to_vec() }],
    );
    let mx = |preference, host: &str| DnsData::MailServer { preference, host: host.to_owned() };
    world = records(world, "example.jp", RecordType::Mx, [mx(20, "mx2.example.jp"), mx(10, "mx.example.net")]);
    world = records(world, "mx.example.net", RecordType::A, [address("192.0.2.25")]);
    records(world, "old.example.jp", RecordType::Ns, [server("ns1.example.net")])
}

pub(super) fn declaration() -> Declaration {
    let retired = RetiredDomain { name: "old.example.jp".to_owned(), hold_until: Time::parse("2030-01-01") };
    let mut site = Site {
        name: "x".to_owned(),
        hosts: vec![Host { name: "www.example.jp".to_owned(), https_port: 443, ..Host::default() }],
        ..Site::default()
    };
    site.declared.retired_domains = Some(vec![retired]);
    Declaration {
        site,
        policy: Policy::default(),
        parameters: std::collections::BTreeMap::new(),
        register: None,
        people: None,
        records: None,
        attestations: Vec::new(),
        waivers: Vec::new(),
        actions: Vec::new(),
    }
}

pub(super) fn seen(world: &RecordedWorld, declaration: &Declaration) -> Evidence {
    let task = Task { declaration, offline: false, now: Time::parse("2026-11-24").unwrap(), needed: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(run::collect(&[&DnsCollector], world, &task))
}

pub(super) fn one<'a>(evidence: &'a Evidence, kind: &'a str, subject: &str) -> &'a Observation {
    evidence.of_kind(kind).find(|seen| seen.subject.to_string() == subject).unwrap_or_else(|| {
        let all: Vec<String> =
            evidence.observations.iter().map(|seen| format!("{} {}", seen.kind, seen.subject)).collect();
        panic!("{kind} {subject} is not in {all:?}")
    })
}

#[test]
fn names_zones_and_operators_are_stated() {
    let evidence = seen(&example(), &declaration());
    let name = one(&evidence, NAME, "host:www.example.jp");
    assert_eq!((name.text("zone"), name.flag("exists")), (Some("example.jp"), Some(true)));
    assert_eq!(name.texts("aliases"), ["edge.example.net"]);
    assert_eq!((name.text("caa.found_at"), name.texts("caa.issuers")), (Some("example.jp"), vec!["ca.example.net"]));
    let zone = one(&evidence, ZONE, "domain:example.jp");
    assert_eq!(zone.texts("dangling_name_servers"), ["gone.example.org"]);
    assert_eq!(zone.text("dnssec.state"), Some("validates"));
    let mail = one(&evidence, DOMAIN, "domain:example.jp");
    assert_eq!(
        (mail.texts("mx.hosts"), mail.texts("mx.dangling")),
        (vec!["mx.example.net", "mx2.example.jp"], vec!["mx2.example.jp"])
    );
    assert_eq!(one(&evidence, RETIRED, "domain:old.example.jp").flag("delegated"), Some(true));
    let operators: BTreeSet<&str> = evidence.of_kind(OPERATOR).map(|seen| seen.subject.name()).collect();
    for operator in
        ["ns1.example.net#name-server", "edge.example.net#alias", "192.0.2.1#address", "mx.example.net#mail-host"]
    {
        assert!(operators.contains(operator), "{operator}: {operators:?}");
    }
    assert_eq!(one(&evidence, OPERATOR, "host:gone.example.org#name-server").flag("exists"), Some(false));
}

#[test]
fn every_observation_accounts_for_every_fact_of_its_kind() {
    let mut whole = declaration();
    whole.site.declared.mail_domains = Some(vec!["example.jp".to_owned(), "sub.example.jp".to_owned()]);
    let selectors = vec!["a".to_owned()];
    whole.site.declared.dkim_selectors = Some([("example.jp".to_owned(), selectors)].into());
    let mut met = BTreeSet::new();
    for world in [example(), RecordedWorld::new()] {
        for observation in seen(&world, &whole).observations {
            let kind = KINDS.iter().find(|kind| kind.name == observation.kind).unwrap();
            let declared: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
            let told = observation.fields.keys().chain(observation.unknown_fields.keys());
            let told: BTreeSet<&str> = told.map(String::as_str).collect();
            assert_eq!(told, declared, "{} {}", observation.kind, observation.subject);
            met.insert(kind.name);
        }
    }
    assert_eq!(met.len(), KINDS.len(), "every kind is met: {met:?}");
}

#[test]
fn a_resolver_that_never_answers_leaves_gaps_and_no_fact() {
    let evidence = seen(&RecordedWorld::new(), &declaration());
    assert!(!evidence.gaps.is_empty());
    for observation in &evidence.observations {
        let stated: Vec<&String> =
            observation.fields.keys().filter(|field| !matches!(field.as_str(), "declared" | "hold_until")).collect();
        assert!(stated.is_empty(), "{} states {stated:?}", observation.subject);
    }
    let complete = evidence.census_of(OPERATOR).any(|census| census.state == crate::model::CensusState::Complete);
    assert!(!complete, "nobody knows who operates what");
}

#[test]
fn the_states_of_dnssec_are_told_apart() {
    let soa = || DnsAnswer::of_data([DnsData::Other(Vec::new())]);
    let question = |record_type| DnsQuestion::new("example.jp", record_type);
    let state = |world: &RecordedWorld| {
        let evidence = seen(world, &declaration());
        one(&evidence, ZONE, "domain:example.jp").text("dnssec.state").map(str::to_owned)
    };
    let plain = RecordedWorld::new().dns(question(RecordType::Soa), Ok(soa()));
    assert_eq!(state(&plain), None, "a resolver that shows no knowledge of DNSSEC proves nothing");
    let root = DnsAnswer { authenticated: true, ..soa() };
    let knowing = plain.clone().dns(DnsQuestion::new("", RecordType::Dnskey), Ok(root));
    assert_eq!(state(&knowing).as_deref(), Some("unsigned"));
    let key = knowing.clone().dns(question(RecordType::Dnskey), Ok(soa()));
    assert_eq!(state(&key).as_deref(), Some("island"));
    let ds = plain.dns(question(RecordType::Ds), Ok(soa()));
    assert_eq!(state(&ds), None, "a chain is there, and this resolver does not validate");
    let failed = Ok(DnsAnswer::of_status(DnsStatus::ServerFailure));
    let unchecked = DnsQuestion { checking_disabled: true, ..question(RecordType::Soa) };
    let bogus = knowing.clone().dns(question(RecordType::Soa), failed.clone()).dns(unchecked, Ok(soa()));
    assert_eq!(state(&bogus).as_deref(), Some("bogus"));
    let silent = knowing.dns(question(RecordType::Ds), Err(Refusal::TimedOut(1)));
    assert_eq!(state(&silent), None);
}
