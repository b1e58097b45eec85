//! Hosts that pages use against the contractor register, the published notice and the declared scope; forms against declared forms.

use std::collections::BTreeSet;

use super::services::{Services, declared, is_of, state_owner};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{
    Census, CensusState, Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject,
    SubjectKind, Value,
};

const PAGE_HOST: &str = "page-host";
const SCOPE_HOST: &str = "scope-host";
const FORM_DECLARED: &str = "form-declared";

/// The join.
pub(super) const PAGE_HOSTS: Join = Join { name: "page-hosts", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: PAGE_HOST,
        subject: "host:NAME, or page:URL#scripts where scripts may load from anybody",
        en: "one host of another party that pages load from, against register and published notice",
        ja: "ページが読み込む他者のホストと、台帳・公表内容との突合",
        fields: &[
            field("registered", Bool, "a service of the register owns it", "台帳のサービスに該当する"),
            field("contractor", Text, "the contractor; absent where none", "委託先"),
            field("contractor_status", Text, "planned, active or ended; absent where none", "委託先の状態"),
            field("contract_to", Time, "last day of the contract; absent where none", "契約終了日"),
            field("noticed", Bool, "the published notice names it to visitors", "利用者への公表に記載がある"),
            field("kinds", Texts, "kinds of load", "読込みの種類"),
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
    KindSpec {
        name: FORM_DECLARED,
        subject: "page:URL#form[NAME]",
        en: "one form that takes personal information, against the declared forms",
        ja: "個人情報を入力させるフォームと、宣言されたフォーム",
        fields: &[
            field("declared", Bool, "a declared form has its page", "宣言されている"),
            field("undeclared_categories", Texts, "categories that the declaration leaves out", "宣言に含まれない区分"),
            field(
                "to_own_or_registered",
                Bool,
                "it is sent to an own host or a service that may process personal information",
                "自組織または個人情報を扱える委託先へ送信する",
            ),
            field("processor", Text, "contractor that it is sent to; absent where none", "送信先の委託先"),
        ],
    },
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
    for load in evidence.of_kind("http-load") {
        let Some(host) = load.text("host") else { continue };
        if load.text("party") == Some("first") {
            continue;
        }
        let mut seen = Observation::new(
            PAGE_HOST,
            Subject::new(SubjectKind::Host, host),
            load.source.clone(),
            "pages against register",
        );
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
        seen.set("kinds", Value::texts(load.texts("kinds")));
        if let Some(blocked) = load.flag("blocked") {
            seen.set("blocked", blocked);
        }
        derived.observations.push(seen);
    }
    derived.observations.extend(evidence.of_kind("http-page").filter_map(unbounded));
    let hosts: BTreeSet<&str> = evidence.of_kind("http-host").map(|host| host.subject.name()).collect();
    for host in evidence.of_kind("http-host") {
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
    for form in evidence.of_kind("http-form").filter(|form| form.flag("personal") != Some(false)) {
        derived.observations.push(form_declared(evidence, form, &own, &hosts, &services));
    }
    let count = |kind: &str| derived.observations.iter().filter(|seen| seen.kind == kind).count();
    let census: Vec<Census> = vec![
        joined_census(evidence, &["http-load", "http-page"], PAGE_HOST, "pages", count(PAGE_HOST)),
        joined_census(evidence, &["http-host"], SCOPE_HOST, "hosts", count(SCOPE_HOST)),
        joined_census(evidence, &["http-form", "declared-form"], FORM_DECLARED, "pages", count(FORM_DECLARED)),
    ];
    derived.census = census;
    retain_asked(&mut derived);
    derived
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
    seen.set("blocked", false).set("kinds", Value::texts(page.texts("proof_because")));
    Some(seen)
}

fn form_declared(
    evidence: &Evidence,
    form: &Observation,
    own: &[String],
    hosts: &BTreeSet<&str>,
    services: &Services<'_>,
) -> Observation {
    let mut seen =
        Observation::new(FORM_DECLARED, form.subject.clone(), form.source.clone(), "forms against declaration");
    seen.strength = Strength::Joined;
    let declared = evidence.of_kind("declared-form").find(|declared| declared.text("page") == form.text("page"));
    seen.set("declared", declared.is_some());
    let named: Vec<&str> = declared.map(|declared| declared.texts("categories")).unwrap_or_default();
    let missing = form.texts("categories").into_iter().filter(|category| !named.contains(category));
    seen.set("undeclared_categories", Value::texts(missing));
    if !form.fields.contains_key("target_hosts") {
        let reason = form.unknown_fields.get("target_hosts").map_or("where it is sent is not known", String::as_str);
        seen.unknown("to_own_or_registered", reason).unknown("processor", reason);
        return seen;
    }
    let foreign: Vec<&str> =
        form.texts("target_hosts").into_iter().filter(|host| !hosts.contains(host) && !is_of(host, own)).collect();
    // Only a contract in force lets a party process what visitors enter.
    let may_process = |host: &&str| {
        services.of(host).is_some_and(|service| {
            service.flag("processes_personal") == Some(true) && service.text("contractor_status") == Some("active")
        })
    };
    seen.set("to_own_or_registered", foreign.iter().all(may_process));
    match foreign.iter().find_map(|host| services.of(host)) {
        Some(service) => {
            seen.set("processor", service.text("contractor").unwrap_or_default());
            seen.related.push(Related { location: service.source.clone(), note: "registered here".to_owned() });
        }
        None => {
            seen.unknown("processor", "no service owns it");
        }
    }
    seen
}
