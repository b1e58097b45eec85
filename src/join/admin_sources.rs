//! Administration against the sources that are declared for it: what the configuration lets in, and what answers from where
//! tenken runs.

use std::collections::BTreeSet;

use super::services::{declared, is_within};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts};
use crate::model::{
    CensusState, Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject, SubjectKind, Value,
};

const ADMIN_ACCESS: &str = "admin-access";

/// The join.
pub(super) const ADMIN_SOURCES: Join = Join { name: "admin-sources", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: ADMIN_ACCESS,
    subject: "record:admin/PATH",
    en: "one declared path or port of administration, and whether others than the declared sources come in",
    ja: "管理用のパス・ポートと、宣言された接続元以外からの到達性",
    fields: &[
        field("path", Text, "as declared", "宣言されたパスまたはポート"),
        field(
            "open",
            Bool,
            "sources beyond the declared ones are let in; without a level of its own, it answers from where tenken runs",
            "宣言以外の接続元から到達できる",
        ),
        field(
            "outside",
            Texts,
            "sources beyond the declared ones that the configuration lets in",
            "宣言以外で許可された接続元",
        ),
        field("answers", Texts, "hosts that answer it from where tenken runs", "点検の実行元に応答するホスト"),
        field(
            "password",
            Bool,
            "every level that is open asks for a password as well",
            "開いている箇所のすべてで認証を求める",
        ),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let sources = declared(evidence, "admin_sources");
    let mut derived = Evidence::default();
    for path in admin_paths(evidence) {
        let levels: Vec<&Observation> = of(evidence, "web-admin-path", path);
        let answers: Vec<&Observation> = of(evidence, "http-admin-path", path);
        let place = levels.first().or(answers.first()).map(|seen| seen.source.clone()).unwrap_or_default();
        let subject = Subject::new(SubjectKind::Record, format!("admin/{path}"));
        let mut seen = Observation::new(ADMIN_ACCESS, subject, place, "administration against declared sources");
        seen.strength = Strength::Joined;
        seen.related = levels
            .iter()
            .chain(&answers)
            .skip(1)
            .map(|other| Related { location: other.source.clone(), note: "named here".to_owned() })
            .collect();
        seen.set("path", path);
        state(&mut seen, &levels, &answers, sources.as_deref());
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    // Either source says something: a site without its server's configuration still answers.
    let asked = ["web-admin-path", "http-admin-path"]
        .into_iter()
        .find(|kind| evidence.census_of(kind).any(|entry| !matches!(entry.state, CensusState::NotAsked(_))));
    derived.census =
        vec![joined_census(evidence, &[asked.unwrap_or("web-admin-path")], ADMIN_ACCESS, "administration", count)];
    retain_asked(&mut derived);
    derived
}

fn admin_paths(evidence: &Evidence) -> Vec<&str> {
    let list = evidence.of_kind("declared-list").find(|list| list.text("name") == Some("admin_paths"));
    list.map(|list| list.texts("items")).unwrap_or_default()
}

fn of<'a>(evidence: &'a Evidence, kind: &'a str, path: &str) -> Vec<&'a Observation> {
    evidence.of_kind(kind).filter(|seen| seen.text("path") == Some(path)).collect()
}

fn state(seen: &mut Observation, levels: &[&Observation], answers: &[&Observation], declared: Option<&[String]>) {
    let is_answer =
        |answer: &&&Observation| matches!(answer.text("answer"), Some("page" | "password" | "redirect" | "other"));
    let hosts: BTreeSet<&str> = answers.iter().filter(is_answer).filter_map(|answer| answer.text("host")).collect();
    let unclear = answers.is_empty() || answers.iter().any(|answer| !answer.fields.contains_key("answer"));
    if unclear && hosts.is_empty() {
        seen.unknown("answers", "no answer");
    } else {
        seen.set("answers", Value::texts(hosts.iter().copied()));
    }
    let known: Vec<&&Observation> = levels.iter().filter(|level| level.fields.contains_key("sources")).collect();
    let (mut outside, mut password, mut undeclared) = (BTreeSet::new(), true, false);
    for level in &known {
        for source in level.texts("sources") {
            let inside = match declared {
                Some(declared) => is_within(source, declared),
                // Whoever declares nobody has to say whether these are they.
                None => {
                    undeclared |= source != "all";
                    source != "all"
                }
            };
            if !inside {
                password &= level.flag("password") == Some(true);
                outside.insert(source);
            }
        }
    }
    let hidden = known.len() < levels.len();
    if known.is_empty() {
        let reason = "neither a location nor an answer of the site tells";
        seen.unknown("outside", reason);
        match (hosts.is_empty(), unclear) {
            (false, _) => seen.set("open", true),
            (true, false) => seen.set("open", false),
            (true, true) => seen.unknown("open", reason),
        };
        let asks = answers.iter().filter(is_answer).all(|answer| answer.text("answer") == Some("password"));
        seen.set("password", !hosts.is_empty() && asks);
        return;
    }
    seen.set("password", !outside.is_empty() && password);
    match (outside.is_empty(), undeclared, hidden) {
        (false, _, _) => seen.set("open", true),
        (true, true, _) => {
            seen.unknown("open", "no sources of administration are declared (site file: declared: admin_sources)")
        }
        (true, false, true) => {
            seen.unknown("open", "a regular expression that cannot be evaluated here may answer this path")
        }
        (true, false, false) => seen.set("open", false),
    };
    seen.set("outside", Value::texts(outside));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Census, Location};

    fn told(sources: Option<&[&str]>, answer: Option<&str>, declared: Option<&[&str]>) -> (Option<bool>, Option<bool>) {
        let new = |kind: &str, subject: &str| {
            Observation::new(kind, Subject::parse(subject).unwrap(), Location::default(), "x")
        };
        let list = |name: &str, items: &[&str]| {
            let mut list = new("declared-list", &format!("record:declared/{name}"));
            list.set("name", name).set("items", Value::texts(items.iter().copied()));
            list
        };
        let mut observations = vec![list("admin_paths", &["/manage/"])];
        observations.extend(declared.map(|items| list("admin_sources", items)));
        if let Some(sources) = sources {
            let mut level = new("web-admin-path", "file:nginx.conf#server[x]/admin[/manage/]");
            level.set("path", "/manage/").set("sources", Value::texts(sources.iter().copied())).set("password", true);
            observations.push(level);
        }
        if let Some(answer) = answer {
            let mut one = new("http-admin-path", "page:https://www.example.jp/manage/");
            one.set("path", "/manage/").set("host", "www.example.jp").set("answer", answer);
            observations.push(one);
        }
        let census = ["web-admin-path", "http-admin-path"].map(|kind| Census::complete(kind, "x", 1)).to_vec();
        let seen = join(&Evidence { observations, census, ..Evidence::default() }).observations.remove(0);
        (seen.flag("open"), seen.flag("password"))
    }

    #[test]
    fn the_configuration_decides_and_where_it_is_silent_the_answer_does() {
        let own: Option<&[&str]> = Some(&["192.0.2.0/24", "2001:db8::/32"]);
        assert_eq!(told(Some(&["192.0.2.7"]), None, own), (Some(false), Some(false)));
        assert_eq!(told(Some(&["192.0.2.0/25", "2001:db8::1"]), Some("page"), own), (Some(false), Some(false)));
        assert_eq!(told(Some(&["192.0.0.0/16"]), None, own), (Some(true), Some(true)));
        assert_eq!(told(Some(&["all"]), Some("refused"), own), (Some(true), Some(true)));
        assert_eq!(told(Some(&[]), None, own), (Some(false), Some(false)));
        assert_eq!(told(Some(&["192.0.2.7"]), None, None), (None, Some(false)));
        assert_eq!(told(Some(&["all"]), None, None), (Some(true), Some(true)));
        assert_eq!(told(None, Some("password"), own), (Some(true), Some(true)));
        assert_eq!(told(None, Some("refused"), own), (Some(false), Some(false)));
        assert_eq!(told(None, None, own), (None, Some(false)));
    }
}
