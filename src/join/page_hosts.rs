//! Hosts that pages use, allow and send visitors on to, against the contractor register, both ways (J4), the published notice
//! and the declared scope.

use std::collections::{BTreeMap, BTreeSet};

use super::service_names::{self, SERVICE_NAMES_KIND, Shown};
use super::services::{Services, declared, is_of, state_owner};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{
    Census, CensusState, Evidence, FieldSpec, FieldType, KindSpec, Location, Observation, Strength, Subject,
    SubjectKind, Value,
};

const PAGE_HOST: &str = "page-host";
const SCOPE_HOST: &str = "scope-host";

/// The join.
pub(super) const PAGE_HOSTS: Join = Join { name: "page-hosts", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: PAGE_HOST,
        subject: "host:NAME, or page:URL#scripts where scripts may load from anybody",
        en: "one host of another party that pages load from, let scripts contact or send visitors on to, against register and notice",
        ja: "ページが読み込む・通信を許す・転送する他者のホストと、台帳・公表内容との突合",
        fields: &[
            field("registered", Bool, "a service of the register owns it", "台帳のサービスに該当する"),
            field("contractor", Text, "the contractor; absent where none", "委託先"),
            field("contractor_status", Text, "planned, active or ended; absent where none", "委託先の状態"),
            field("contract_to", Time, "last day of the contract; absent where none", "契約終了日"),
            field("noticed", Bool, "the published notice names it to visitors", "利用者への公表に記載がある"),
            field("loaded", Bool, "pages load from it; else they only allow it or send on to it", "ページが読み込む"),
            field("kinds", Texts, "kinds of load; csp-connect, redirect", "読込みの種類(csp-connect・redirectを含む)"),
            field(
                "blocked",
                Bool,
                "the pages' content security policies stop every load from it",
                "すべての読込みがCSPで遮断される",
            ),
        ],
    },
    KindSpec {
        name: SCOPE_HOST,
        subject: "host:NAME",
        en: "one host that serves the site's own pages, against the declared scope",
        ja: "サイト自身のページを配信するホストと、宣言された適用範囲",
        fields: &[field("in_scope", Bool, "it is inside the declared scope", "適用範囲に含まれる")],
    },
    SERVICE_NAMES_KIND,
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let own = declared(evidence, "first_parties").unwrap_or_default();
    let scope = declared(evidence, "scope_hosts");
    let noticed = declared(evidence, "third_parties");
    let services = Services::by(evidence, &["hosts", "host_patterns", "cname_targets"]);
    // Without a register pages can still be held to the notice, and a page without strangers needs neither.
    let no_register = evidence.census_of("register-service").find_map(|census| match &census.state {
        CensusState::NotAsked(reason) => Some(reason.clone()),
        _ => None,
    });
    let mut derived = Evidence::default();
    let mut others = allowed(evidence, &own);
    let mut parties: Vec<(&str, Location, Option<&Observation>, Vec<&str>)> = Vec::new();
    for load in evidence.of_kind("http-load") {
        let Some(host) = load.text("host") else { continue };
        let mut kinds = load.texts("kinds");
        if let Some((also, _)) = others.remove(host) {
            kinds.extend(also);
        }
        if load.text("party") != Some("first") {
            parties.push((host, load.source.clone(), Some(load), kinds));
        }
    }
    parties.extend(others.into_iter().map(|(host, (kinds, place))| (host, place, None, kinds.into_iter().collect())));
    for (host, place, load, kinds) in parties {
        let subject = Subject::new(SubjectKind::Host, host);
        let mut seen = Observation::new(PAGE_HOST, subject, place, "pages against register");
        seen.strength = Strength::Joined;
        match (services.of(host), &no_register) {
            (None, Some(reason)) => {
                for field in ["registered", "contractor", "contractor_status", "contract_to"] {
                    seen.unknown(field, reason.clone());
                }
            }
            (service, _) => state_owner(&mut seen, service),
        }
        match &noticed {
            Some(noticed) => {
                seen.set("noticed", is_of(host, noticed));
            }
            None => {
                seen.unknown("noticed", "no notice is declared (site file: declared: third_parties)");
            }
        }
        seen.set("loaded", load.is_some()).set("kinds", Value::texts(kinds));
        if let Some(blocked) = load.and_then(|load| load.flag("blocked")) {
            seen.set("blocked", blocked);
        }
        derived.observations.push(seen);
    }
    derived.observations.extend(evidence.of_kind("http-page").filter_map(unbounded));
    // A host of the body's own that pages load from belongs to the site whether it was declared as one of its hosts or not.
    let looked_at: BTreeSet<&str> = evidence.of_kind("http-host").map(|host| host.subject.name()).collect();
    let of_pages = evidence.of_kind("http-load").filter(|load| load.text("party") == Some("first"));
    let of_pages = of_pages.filter(|load| !looked_at.contains(load.subject.name()));
    for host in evidence.of_kind("http-host").chain(of_pages) {
        let mut seen = Observation::new(SCOPE_HOST, host.subject.clone(), host.source.clone(), "hosts against scope");
        seen.strength = Strength::Joined;
        match &scope {
            Some(scope) => {
                seen.set("in_scope", is_of(host.subject.name(), scope));
            }
            None => {
                seen.unknown("in_scope", "no scope is declared (site file: declared: scope_hosts)");
            }
        }
        derived.observations.push(seen);
    }
    let count = |kind: &str| derived.observations.iter().filter(|seen| seen.kind == kind).count();
    let census: Vec<Census> = vec![
        joined_census(evidence, &["http-load", "http-page"], PAGE_HOST, "pages", count(PAGE_HOST)),
        joined_census(evidence, &["http-host"], SCOPE_HOST, "hosts", count(SCOPE_HOST)),
    ];
    derived.census = census;
    retain_asked(&mut derived);
    // A name is shown by whatever shows it: a page, an alias, a receiver of forms, mail or logs.
    let of = |kind: &'static str, field: &'static str| evidence.of_kind(kind).filter_map(move |seen| seen.text(field));
    let seen = of("http-load", "host").chain(of("dns-operator", "host")).chain(of("log-shipment", "destination"));
    let lists = ["http-form", "mail-forward", "transfer"].into_iter().zip(["target_hosts", "leaf_domains", "hosts"]);
    let listed = lists.flat_map(|(kind, field)| evidence.of_kind(kind).flat_map(move |seen| seen.texts(field)));
    let shown = Shown::of(seen.chain(listed).chain(allowed(evidence, &own).into_keys()));
    derived.extend(service_names::state(evidence, &["hosts", "host_patterns"], &["http-load"], &shown));
    derived
}

/// Hosts of others that content security policies let scripts contact, and those that visitors are sent on to.
fn allowed<'a>(evidence: &'a Evidence, own: &[String]) -> BTreeMap<&'a str, (BTreeSet<&'static str>, Location)> {
    let mut allowed: BTreeMap<&str, (BTreeSet<&'static str>, Location)> = BTreeMap::new();
    let ways = [("http-page", "csp.connect_foreign", "csp-connect"), ("http-redirect", "foreign_hosts", "redirect")];
    for (kind, field, way) in ways {
        for seen in evidence.of_kind(kind) {
            // That any host may be contacted is told by the page's own proof.
            for host in seen.texts(field).into_iter().filter(|host| *host != "*" && !is_of(host, own)) {
                allowed.entry(host).or_insert_with(|| (BTreeSet::new(), seen.source.clone())).0.insert(way);
            }
        }
    }
    allowed
}

/// A page whose scripts nothing bounds may tell anybody of the visit: unknown, never kept.
fn unbounded(page: &Observation) -> Option<Observation> {
    if page.text("proof") != Some("open") {
        return None;
    }
    let subject = Subject::new(SubjectKind::Page, format!("{}#scripts", page.subject.name()));
    let mut seen = Observation::new(PAGE_HOST, subject, page.source.clone(), "pages against register");
    seen.strength = Strength::Joined;
    let reason = "no content security policy bounds what scripts of this page load";
    for field in ["registered", "contractor", "contractor_status", "noticed"] {
        seen.unknown(field, reason);
    }
    seen.set("loaded", true).set("blocked", false).set("kinds", Value::texts(page.texts("proof_because")));
    Some(seen)
}
