//! The collector on recorded pages.

use std::collections::BTreeSet;

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::collect::world::Fetched;
use crate::model::{Bilingual, CensusState, Clause, Declaration, Policy, Site, Time};

fn page(text: &str) -> Result<Fetched, crate::collect::world::Refusal> {
    Ok(Fetched {
        status: 200,
        version: "HTTP/1.1".to_owned(),
        headers: Vec::new(),
        body: format!("<html><body><h1>P</h1>{text}</body></html>").into_bytes(),
        truncated: false,
    })
}

fn look_at(world: &RecordedWorld) -> Evidence {
    let mut site = Site { name: "x".to_owned(), url: Some("https://www.example.jp/".to_owned()), ..Site::default() };
    for (role, path) in [("ja", "/p.html"), ("en", "/en.html"), ("security", "/s.html")] {
        site.declared.policy_pages.insert(role.to_owned(), path.to_owned());
    }
    let clause = |id: &str, en: &str, ja: &str| Clause {
        id: id.to_owned(),
        title: Bilingual::default(),
        quote: Bilingual::new(en, ja),
        testable: Vec::new(),
        checks: Vec::new(),
        manual: None,
    };
    let policy = Policy {
        originals: vec!["en".to_owned()],
        clauses: vec![
            clause("A", "1 Scope This is our site.", "1 範囲 当サイト。"),
            clause("B", "2 Logs We keep IP addresses for one year.", "2 ログ IPアドレスを1年保存します。"),
        ],
        ..Policy::default()
    };
    let declaration = Declaration {
        site,
        policy,
        parameters: Default::default(),
        register: None,
        people: None,
        records: None,
        attestations: Vec::new(),
        waivers: Vec::new(),
        actions: Vec::new(),
    };
    let task = Task { declaration: &declaration, offline: false, now: Time::from_unix_seconds(0), needed: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(PolicyCollector.collect(world, &task))
}

fn world(en: &str) -> RecordedWorld {
    RecordedWorld::new()
        .answer(
            "https://www.example.jp/p.html",
            page("<h2>1 範囲</h2><p>当サイト。</p><h2>2 ログ</h2><p>IPアドレスを1年保存します。令和8年4月1日</p>"),
        )
        .answer("https://www.example.jp/en.html", page(en))
        .answer("https://www.example.jp/s.html", page("<p>安全対策、法令、委託先</p>"))
}

#[test]
fn a_published_clause_is_found_and_a_changed_one_shows_its_words() {
    let evidence = look_at(&world(
        "<h2>1 Scope</h2><p>This is our site.</p><h2>2 Logs</h2><p>We keep IP addresses and cookies for two years.</p>",
    ));
    for kind in KINDS {
        let declared: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
        let stated: BTreeSet<&str> =
            evidence.of_kind(kind.name).flat_map(|seen| seen.fields.keys().map(String::as_str)).collect();
        assert_eq!(stated, declared, "{}", kind.name);
    }
    let clauses: Vec<&Observation> = evidence.of_kind(CLAUSE).collect();
    assert_eq!(clauses.len(), 2, "the Japanese text is no original");
    assert_eq!(clauses[0].flag("published"), Some(true));
    assert_eq!(clauses[1].texts("missing_words"), ["one", "year"]);
    assert_eq!(clauses[1].texts("added_words"), ["and", "cookies", "two", "years"]);
    let texts = evidence.of_kind(TEXTS).next().unwrap();
    assert_eq!((texts.flag("same_numbers"), texts.flag("same_revision")), (Some(true), Some(false)));
    assert_eq!(texts.texts("classes_only_en"), ["cookie"]);
    let security = evidence.of_kind(PAGE).find(|page| page.text("role") == Some("security")).unwrap();
    assert_eq!(security.texts("missing_principles"), ["improvement"]);
}

#[test]
fn a_page_that_does_not_answer_is_a_gap() {
    let world = RecordedWorld::new().answer("https://www.example.jp/p.html", page("1 x"));
    let evidence = look_at(&world);
    assert!(evidence.census.iter().all(|census| matches!(census.state, CensusState::Incomplete(_))));
    assert_eq!(evidence.gaps.len(), 2);
}
