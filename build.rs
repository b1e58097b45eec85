//! Turns the bundled YAML (checks, policies, parameters, editions) into JSON texts, so that no YAML is parsed at start, and no more
//! JSON than a command needs.
//!
//! It refuses what is not strict YAML; what a check must be beyond that is held by `tests/checks.rs`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value};
use serde_saphyr::{MergeKeyPolicy, budget, options};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=checks");
    println!("cargo::rerun-if-changed=policies");
    let mut checks = Vec::new();
    for path in yaml_files(&root.join("checks"))? {
        checks.push(document(&path)?);
    }
    let mut policies = Map::new();
    let mut bundle = Map::new();
    let mut profiles = Map::new();
    for path in yaml_files(&root.join("policies"))? {
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let is_profile = path.parent().is_some_and(|folder| folder.ends_with("policies/tls"));
        match name.as_str() {
            _ if is_profile => profiles.insert(name, document(&path)?),
            "parameters" | "editions" => bundle.insert(name, document(&path)?),
            _ => policies.insert(name, document(&path)?),
        };
    }
    bundle.insert("policies".to_owned(), Value::Object(policies));
    bundle.insert("tls_profiles".to_owned(), Value::Object(profiles));
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // A check a line: one is read without the others, and none has to be taken apart to be kept.
    fs::write(out.join("checks.jsonl"), checks.iter().map(|check| format!("{check}\n")).collect::<String>())?;
    for (name, part) in bundle {
        fs::write(out.join(format!("{name}.json")), part.to_string())?;
    }
    Ok(())
}

fn document(path: &Path) -> Result<Value, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path)?;
    serde_saphyr::from_str_with_options(
        &text,
        options! {
            strict_booleans: true,
            with_snippet: false,
            reject_unsupported_tags: true,
            merge_keys: MergeKeyPolicy::Error,
            budget: budget! { max_depth: 64, max_nodes: 2_000_000, max_aliases: 100 },
        },
    )
    .map_err(|error| format!("{}: {error}", path.display()).into())
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yml") {
                files.push(path);
            }
        }
    }
    // The order of names, not of the file system: the same sources give the same binary.
    files.sort();
    Ok(files)
}
