//! The collector on a declaration that says everything.

use std::collections::BTreeSet;

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::load::{LoadOptions, load};
use crate::model::CensusState;

fn look_at(target: &str) -> Evidence {
    let loaded = load(target, &LoadOptions::default()).unwrap();
    let task = Task {
        declaration: &loaded.judged.declaration,
        offline: true,
        now: crate::model::Time::parse("2026-11-24").unwrap(),
        needed: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(DeclaredCollector.collect(&RecordedWorld::new(), &task))
}

fn example(name: &str) -> String {
    format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn what_is_stated_is_what_is_declared() {
    let mut evidence = look_at(&example("broken"));
    evidence.extend(look_at(&example("kept")));
    for kind in KINDS {
        let declared: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
        let stated: BTreeSet<&str> = evidence
            .of_kind(kind.name)
            .flat_map(|seen| seen.fields.keys().chain(seen.unknown_fields.keys()).map(String::as_str))
            .collect();
        assert_eq!(stated, declared, "{}", kind.name);
    }
}

#[test]
fn what_is_not_named_is_not_asked_and_never_empty() {
    let evidence = look_at("https://www.example.jp");
    for kind in KINDS.iter().filter(|kind| kind.name != "declared-list") {
        let state = &evidence.census_of(kind.name).next().unwrap().state;
        assert!(matches!(state, CensusState::NotAsked(_)), "{}", kind.name);
    }
}
