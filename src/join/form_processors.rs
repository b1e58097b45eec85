//! Forms that take personal information against declared forms and processors of the register, both ways (J9): where they
//! send it, and declared forms that no page has.

use std::collections::{BTreeMap, BTreeSet};

use super::services::{Services, declared, is_of};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Value};

const FORM_DECLARED: &str = "form-declared";
const DECLARED_FORM_USE: &str = "declared-form-use";

/// The join.
pub(super) const FORM_PROCESSORS: Join = Join { name: "form-processors", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
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
    KindSpec {
        name: DECLARED_FORM_USE,
        subject: "record:form/PAGE",
        en: "one declared form, and whether its page has a form that takes personal information: the other direction",
        ja: "届け出たフォームと、個人情報を入力させるフォームの有無(逆方向の突合)",
        fields: &[
            field("present", Bool, "a form of its page takes personal information", "該当するフォームがある"),
            field("unasked_categories", Texts, "declared categories that no form of it asks for", "入力欄のない区分"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let own = declared(evidence, "first_parties").unwrap_or_default();
    let services = Services::by(evidence, &["hosts", "host_patterns", "cname_targets"]);
    let hosts: BTreeSet<&str> = evidence.of_kind("http-host").map(|host| host.subject.name()).collect();
    let declarations: BTreeMap<&str, &Observation> =
        evidence.of_kind("declared-form").filter_map(|form| Some((form.text("page")?, form))).collect();
    let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut derived = Evidence::default();
    for form in evidence.of_kind("http-form").filter(|form| form.flag("personal") != Some(false)) {
        let page = form.text("page").unwrap_or_default();
        asked.entry(page).or_default().extend(form.texts("categories"));
        derived.observations.push(form_declared(form, declarations.get(page).copied(), &own, &hosts, &services));
    }
    let forms = derived.observations.len();
    for (page, declared) in &declarations {
        let mut seen = Observation::new(
            DECLARED_FORM_USE,
            declared.subject.clone(),
            declared.source.clone(),
            "declaration against forms",
        );
        seen.strength = Strength::Joined;
        seen.set("present", asked.contains_key(page));
        let unasked = declared
            .texts("categories")
            .into_iter()
            .filter(|category| !asked.get(page).is_some_and(|categories| categories.contains(category)));
        seen.set("unasked_categories", Value::texts(unasked));
        derived.observations.push(seen);
    }
    let stale = derived.observations.len() - forms;
    derived.census = vec![
        joined_census(evidence, &["http-form", "declared-form"], FORM_DECLARED, "pages", forms),
        joined_census(evidence, &["http-form", "declared-form"], DECLARED_FORM_USE, "pages", stale),
    ];
    retain_asked(&mut derived);
    derived
}

fn form_declared(
    form: &Observation,
    declared: Option<&Observation>,
    own: &[String],
    hosts: &BTreeSet<&str>,
    services: &Services<'_>,
) -> Observation {
    let mut seen =
        Observation::new(FORM_DECLARED, form.subject.clone(), form.source.clone(), "forms against declaration");
    seen.strength = Strength::Joined;
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
