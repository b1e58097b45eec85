//! What is bundled with tenken: checks, policies, parameters and editions, as JSON made by the build.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::LoadError;
use super::check::check_from_document;
use super::document::policy::PolicyDocument;
use super::reader::{self, YAML_LIMIT_BYTES};
use super::schema::document;
use super::sources::{parameters_of, policy_of};
use super::tree::{Tree, tree_from_yaml};
use crate::model::{Check, Parameter, Policy, Value};

const CHECKS: &str = include_str!(concat!(env!("OUT_DIR"), "/checks.jsonl"));
const PARAMETERS: &str = include_str!(concat!(env!("OUT_DIR"), "/parameters.json"));
const EDITIONS: &str = include_str!(concat!(env!("OUT_DIR"), "/editions.json"));
const POLICIES: &str = include_str!(concat!(env!("OUT_DIR"), "/policies.json"));
const TLS_PROFILES: &str = include_str!(concat!(env!("OUT_DIR"), "/tls_profiles.json"));

/// Every bundled check, ordered by id.
///
/// # Errors
/// `Bundled` or `Invalid` where the bundle is broken, which the tests of the checks would show.
pub fn bundled_checks() -> Result<Vec<Check>, LoadError> {
    let mut checks = bundled_check_texts()
        .map(|text| check_from_document("bundled check", &part(text)?))
        .collect::<Result<Vec<_>, _>>()?;
    checks.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(checks)
}

/// Every parameter by name.
///
/// # Errors
/// As [`bundled_checks`].
pub fn bundled_parameter_list() -> Result<BTreeMap<String, Parameter>, LoadError> {
    parameters_of(&bundled_parameters()?)
}

/// The defaults of the parameters that have one.
///
/// # Errors
/// As [`bundled_checks`].
pub fn bundled_parameter_values() -> Result<BTreeMap<String, Value>, LoadError> {
    let parameters = bundled_parameter_list()?.into_iter();
    Ok(parameters.filter_map(|(name, parameter)| Some((name, parameter.default?))).collect())
}

/// A policy by its bundled id, or from a file.
///
/// # Errors
/// `Unknown`, or the file's problems.
pub fn policy_named(name: &str) -> Result<Policy, LoadError> {
    let mut bundled = bundled_policies()?;
    if let Some(json) = bundled.remove(name) {
        return policy_of(name, &Tree::placeless(json));
    }
    if !name.contains(['/', '.']) {
        return Err(LoadError::unknown("policy", name, bundled.keys().map(String::as_str)));
    }
    let tree = tree_from_yaml(name, &reader::text(std::path::Path::new(name), name, YAML_LIMIT_BYTES)?)?;
    document::<PolicyDocument>(name, &tree)?;
    policy_of(name, &tree)
}

/// Every bundled check's document as JSON text, by file order.
pub(crate) fn bundled_check_texts() -> impl Iterator<Item = &'static str> {
    CHECKS.lines()
}

/// Every parameter's document.
pub(crate) fn bundled_parameters() -> Result<Vec<Json>, LoadError> {
    part(PARAMETERS)
}

/// Every edition's document.
///
/// # Errors
/// As [`bundled_checks`].
pub fn bundled_edition_documents() -> Result<Vec<Json>, LoadError> {
    part(EDITIONS)
}

/// The ids of the bundled policies.
///
/// # Errors
/// As [`bundled_checks`].
pub fn bundled_policy_ids() -> Result<Vec<String>, LoadError> {
    Ok(bundled_policies()?.into_keys().collect())
}

/// The bundled policies' documents, by id.
pub(crate) fn bundled_policies() -> Result<BTreeMap<String, Json>, LoadError> {
    part(POLICIES)
}

/// The bundled TLS profiles' documents, by id.
pub(crate) fn bundled_tls_profiles() -> Result<BTreeMap<String, Json>, LoadError> {
    part(TLS_PROFILES)
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, LoadError> {
    serde_json::from_str(text).map_err(|error| LoadError::Bundled(error.to_string()))
}
