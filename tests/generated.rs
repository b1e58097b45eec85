//! Pages that are generated: `TENKEN_BLESS=1 cargo test` rewrites them, and without it this test holds them.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeSet;
use std::path::Path;

use tenken::catalog::{Catalog, family_page};
use tenken::load::{SCHEMA_NAMES, bundled_checks, bundled_parameter_list, policy_named, schema};
use tenken::{pipeline, report};

fn hold(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("TENKEN_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(there == text, "{path} is not what the code says; run TENKEN_BLESS=1 cargo test --test generated");
}

#[test]
fn the_pages_of_checks_are_current() {
    let (checks, policy) = (bundled_checks().unwrap(), policy_named("tokyo-labor-commission").unwrap());
    let (parameters, kinds) = (bundled_parameter_list().unwrap(), pipeline::kinds());
    let catalog = Catalog {
        checks: &checks,
        policy: &policy,
        parameters: &parameters,
        kinds: &kinds,
        editions: &[],
        outcomes: None,
    };
    let themes: BTreeSet<&str> = checks.iter().filter_map(|check| check.id.split('-').next()).collect();
    assert!(themes.len() >= 11, "{themes:?}");
    for theme in themes {
        hold(&format!("docs/checks/{theme}.md"), &catalog.theme_page(theme));
    }
}

#[test]
fn the_pages_of_facts_are_current() {
    let kinds = pipeline::kinds();
    let families: BTreeSet<&str> = kinds.iter().filter_map(|kind| kind.name.split('-').next()).collect();
    for family in families {
        hold(&format!("docs/facts/{family}.md"), &family_page(family, &kinds));
    }
}

#[test]
fn the_schemas_are_current() {
    for name in SCHEMA_NAMES {
        hold(&format!("schema/{name}.json"), &format!("{:#}\n", schema(name).unwrap()));
    }
    hold("schema/logs.json", &format!("{:#}\n", tenken::cli::logs_schema()));
    hold("schema/report.json", &format!("{:#}\n", report::schema()));
}
