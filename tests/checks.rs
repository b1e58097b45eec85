//! Every bundled check proves that it can fail, speaks both languages and serves a clause.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeSet;
use std::path::Path;

use tenken::evaluate::run_examples;
use tenken::load::{
    bundled_checks, bundled_edition_documents, bundled_parameter_values, bundled_policy_ids, bundled_tls_profile_list,
    check_from_file, policy_named, tls_profile_from_yaml,
};
use tenken::pipeline;

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn check_files() -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("checks"), &mut found);
    assert!(found.len() >= 45, "only {} checks", found.len());
    found
}

#[test]
fn the_bundle_is_what_the_yaml_says() {
    let mut from_yaml: Vec<_> = check_files().iter().map(|path| check_from_file(path).unwrap()).collect();
    from_yaml.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(bundled_checks().unwrap(), from_yaml);
}

#[test]
fn every_check_stands_in_the_folder_of_its_theme() {
    for path in check_files() {
        let id = path.file_stem().unwrap().to_str().unwrap();
        let theme = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        assert_eq!(id.split('-').next(), Some(theme), "{}", path.display());
    }
}

#[test]
fn every_example_holds_and_no_leaf_is_idle() {
    let kinds = pipeline::kinds();
    let defaults = bundled_parameter_values().unwrap();
    let mut faults = Vec::new();
    for check in bundled_checks().unwrap() {
        for fault in run_examples(&check, &kinds, &defaults) {
            faults.push(format!("{} {:?}: {}", check.id, fault.example, fault.message));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn titles_are_sentences_of_both_languages() {
    for check in bundled_checks().unwrap() {
        let id = &check.id;
        assert!(check.title.en.len() <= 150 && !check.title.en.starts_with("Ensure"), "{id}");
        for text in [&check.title.ja, &check.why.ja, &check.remedy.text.ja] {
            assert!(text.chars().any(|character| ('\u{3040}'..'\u{a000}').contains(&character)), "{id}: {text}");
        }
        for text in [&check.why.en, &check.remedy.text.en] {
            assert!(text.is_ascii() || text.contains('…'), "{id}: {text}");
        }
    }
}

#[test]
fn every_check_serves_one_of_the_four_principles() {
    let policy = policy_named("four-principles").unwrap();
    let served: BTreeSet<&str> = policy.clauses.iter().flat_map(|clause| &clause.checks).map(String::as_str).collect();
    let all: Vec<_> = bundled_checks().unwrap();
    for check in &all {
        assert!(served.contains(check.id.as_str()), "{} serves no clause", check.id);
    }
}

#[test]
fn every_mapping_names_a_framework_of_the_editions_table() {
    let editions = bundled_edition_documents().unwrap();
    let keys: BTreeSet<&str> = editions.iter().filter_map(|edition| edition["key"].as_str()).collect();
    for check in bundled_checks().unwrap() {
        for key in check.maps.keys() {
            assert!(keys.contains(key.as_str()), "{}: {key}", check.id);
        }
    }
}

#[test]
fn the_policy_is_quoted_word_for_word() {
    let source = include_str!("data/policy-source.txt").split_whitespace().collect::<Vec<_>>().join(" ");
    let policy = policy_named("tokyo-labor-commission").unwrap();
    assert_eq!(policy.clauses.len(), 11);
    for clause in &policy.clauses {
        let quote = clause.quote.en.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(source.contains(&quote), "{}: {quote}", clause.id);
        assert!(!clause.testable.is_empty(), "{}", clause.id);
    }
}

#[test]
fn every_policy_leaves_no_clause_unspoken() {
    let ids: BTreeSet<String> = bundled_checks().unwrap().into_iter().map(|check| check.id).collect();
    for name in bundled_policy_ids().unwrap() {
        for clause in policy_named(&name).unwrap().clauses {
            assert!(!clause.checks.is_empty() || clause.manual.is_some(), "{name} {}", clause.id);
            for check in &clause.checks {
                assert!(ids.contains(check), "{name} {}: {check}", clause.id);
            }
        }
    }
}

#[test]
fn every_tls_profile_is_what_its_file_says_and_demands_something() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/tls"), &mut found);
    found.sort();
    let read: Vec<_> = found
        .iter()
        .map(|path| {
            let profile = tls_profile_from_yaml("x.yml", &std::fs::read_to_string(path).unwrap()).unwrap();
            assert_eq!(Some(profile.id.as_str()), path.file_stem().unwrap().to_str());
            profile
        })
        .collect();
    assert_eq!(bundled_tls_profile_list().unwrap(), read);
    assert!(read.len() >= 9, "{}", read.len());
    for profile in &read {
        let id = &profile.id;
        assert!(
            !profile.edition.is_empty() && profile.must.protocols.is_some() && profile.must.suites.is_some(),
            "{id}"
        );
        // Nobody has held the others against their text yet.
        assert_eq!(profile.is_verified, id.starts_with("mozilla-"), "{id}");
        for (grade, demands) in profile.grades() {
            for suite in demands.suites.iter().chain(&demands.suites_tls13).flatten() {
                assert!(suite.starts_with("TLS_"), "{id} {grade}: {suite}");
                assert!(
                    !suite.contains("RC4") && !suite.contains("NULL") && !suite.contains("anon"),
                    "{id} {grade}: {suite}"
                );
            }
            // What a profile recommends lies inside what it demands.
            if grade == "should" {
                let inside = |wide: &Option<Vec<String>>, narrow: &Option<Vec<String>>| {
                    narrow.iter().flatten().all(|item| wide.as_ref().is_none_or(|wide| wide.contains(item)))
                };
                assert!(inside(&profile.must.suites, &demands.suites), "{id}");
                assert!(inside(&profile.must.groups, &demands.groups), "{id}");
                assert!(inside(&profile.must.protocols, &demands.protocols), "{id}");
            }
        }
    }
    let intermediate = read.iter().find(|profile| profile.id == "mozilla-intermediate").unwrap();
    assert_eq!(intermediate.must.suites.as_ref().unwrap().len(), 6);
}

#[test]
fn what_a_server_configuration_mends_ships_its_fix() {
    /// Apache cannot write a fresh random value into pages by itself.
    const WITHOUT_APACHE: [&str; 2] = ["hdr-csp-nonce", "hdr-csp-nonce-length"];
    const OTHERS: [&str; 8] = [
        "tls-hsts",
        "tls-https-only",
        "ops-leftovers",
        "log-not-on-http",
        "log-stats-not-public",
        "web-redirect-downgrade",
        "web-redirect-loop",
        "web-trace",
    ];
    let mut without = Vec::new();
    let mut seen = 0;
    for check in bundled_checks().unwrap() {
        let theme = check.id.split('-').next().unwrap_or_default();
        if !["hdr", "ck", "exp"].contains(&theme) && !OTHERS.contains(&check.id.as_str()) {
            continue;
        }
        seen += 1;
        for program in ["nginx", "apache"] {
            let excused = program == "apache" && WITHOUT_APACHE.contains(&check.id.as_str());
            if !check.remedy.snippets.contains_key(program) && !excused {
                without.push(format!("{}: {program}", check.id));
            }
        }
    }
    assert!(seen >= 35, "only {seen} such checks");
    assert_eq!(without, Vec::<String>::new());
}
