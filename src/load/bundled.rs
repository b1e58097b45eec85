//! What is bundled with tenken: checks, policies, parameters and editions, as JSON made by the build.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::LoadError;

const BUNDLE: &str = include_str!(concat!(env!("OUT_DIR"), "/bundled.json"));

/// Every bundled check's document, by file order.
///
/// # Errors
/// `Bundled` where the build made no JSON, which a test of the build would show.
pub fn bundled_check_documents() -> Result<Vec<Json>, LoadError> {
    match bundle()?.remove("checks") {
        Some(Json::Array(list)) => Ok(list),
        _ => Err(LoadError::Bundled("no checks".to_owned())),
    }
}

/// Every parameter's document.
///
/// # Errors
/// As [`bundled_check_documents`].
pub fn bundled_parameters() -> Result<Vec<Json>, LoadError> {
    match bundle()?.remove("parameters") {
        Some(Json::Array(list)) => Ok(list),
        _ => Err(LoadError::Bundled("no parameters".to_owned())),
    }
}

/// Every edition's document.
///
/// # Errors
/// As [`bundled_check_documents`].
pub fn bundled_edition_documents() -> Result<Vec<Json>, LoadError> {
    match bundle()?.remove("editions") {
        Some(Json::Array(list)) => Ok(list),
        _ => Err(LoadError::Bundled("no editions".to_owned())),
    }
}

/// The ids of the bundled policies.
///
/// # Errors
/// As [`bundled_check_documents`].
pub fn bundled_policy_ids() -> Result<Vec<String>, LoadError> {
    Ok(bundled_policies()?.into_keys().collect())
}

/// The bundled policies' documents, by id.
pub(crate) fn bundled_policies() -> Result<BTreeMap<String, Json>, LoadError> {
    match bundle()?.remove("policies") {
        Some(Json::Object(map)) => Ok(map.into_iter().collect()),
        _ => Err(LoadError::Bundled("no policies".to_owned())),
    }
}

fn bundle() -> Result<Map<String, Json>, LoadError> {
    serde_json::from_str(BUNDLE).map_err(|error| LoadError::Bundled(error.to_string()))
}
