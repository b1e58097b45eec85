//! A check file -> a check.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::LoadError;
use super::condition::{Wrong, condition, value};
use super::convert::bilingual;
use super::document::check::{CheckDocument, ExampleDocument};
use super::reader::{self, YAML_LIMIT_BYTES};
use super::schema::{document, placeless};
use super::tree::{Tree, tree_from_yaml};
use crate::model::{Check, Condition, ContextMove, Examples, Remedy, Value};

/// Reads a check from YAML; its schema is checked.
///
/// # Errors
/// `Invalid` with every place.
pub fn check_from_yaml(file: &str, text: &str) -> Result<(Check, Json), LoadError> {
    let tree = tree_from_yaml(file, text)?;
    let check = check_of(file, &tree, document::<CheckDocument>(file, &tree)?)?;
    Ok((check, tree.json))
}

/// Reads a check file; its name must be the check's id.
///
/// # Errors
/// As [`check_from_yaml`], or `Unreadable`.
pub fn check_from_file(path: &Path) -> Result<Check, LoadError> {
    own_check(path).map(|(check, _)| check)
}

/// The same with its document.
pub(crate) fn own_check(path: &Path) -> Result<(Check, Json), LoadError> {
    let shown = path.display().to_string();
    let (check, json) = check_from_yaml(&shown, &reader::text(path, &shown, YAML_LIMIT_BYTES)?)?;
    if path.file_stem().and_then(|stem| stem.to_str()) != Some(check.id.as_str()) {
        let message = format!("the id {} is not the file's name", check.id);
        return Err(LoadError::invalid(&shown, 1, 1, message));
    }
    Ok((check, json))
}

/// Reads a check from a document that was checked when it was bundled or collected.
///
/// # Errors
/// `Invalid` where the document is no check after all.
pub fn check_from_document(file: &str, json: &Json) -> Result<Check, LoadError> {
    check_of(file, &Tree::default(), placeless::<CheckDocument>(file, json)?)
}

/// The same without its examples: they prove a check, and no site is judged by them.
///
/// # Errors
/// As [`check_from_document`].
pub(crate) fn check_to_judge(file: &str, text: &str) -> Result<Check, LoadError> {
    let read: CheckDocument<IgnoredAny> =
        serde_json::from_str(text).map_err(|error| LoadError::invalid(file, 0, 0, error.to_string()))?;
    without_examples(file, &Tree::default(), read).map(|(check, _)| check)
}

fn check_of(file: &str, tree: &Tree, read: CheckDocument) -> Result<Check, LoadError> {
    let (check, read) = without_examples(file, tree, read)?;
    let examples = |name: &str, group: &BTreeMap<String, ExampleDocument>| {
        group
            .iter()
            .map(|(title, fields)| {
                let fields = fields
                    .iter()
                    .map(|(field, json)| {
                        example_value(json).map(|value| (field.clone(), value)).ok_or_else(|| {
                            let (line, column) = tree.place(&format!("/examples/{name}/{title}/{field}"));
                            LoadError::invalid(file, line, column, format!("{field}: not a value of a field"))
                        })
                    })
                    .collect::<Result<BTreeMap<_, _>, _>>()?;
                Ok((title.clone(), fields))
            })
            .collect::<Result<BTreeMap<_, _>, LoadError>>()
    };
    let examples = Examples {
        pass: examples("pass", &read.pass)?,
        fail: examples("fail", &read.fail)?,
        unknown: examples("unknown", &read.unknown)?,
        not_applicable: examples("not-applicable", &read.not_applicable)?,
    };
    Ok(Check { examples, ..check })
}

/// The check without examples, and its document's examples.
fn without_examples<E>(file: &str, tree: &Tree, read: CheckDocument<E>) -> Result<(Check, E), LoadError> {
    let at = |pointer: String, message: String| {
        let (line, column) = tree.place(&pointer);
        LoadError::invalid(file, line, column, message)
    };
    let part = |pointer: String, json: &Json| {
        condition(json).map_err(|Wrong { pointer: below, message }| at(format!("{pointer}{below}"), message))
    };
    let applies_when = read
        .applies_when
        .iter()
        .enumerate()
        .map(|(index, json)| part(format!("/applies_when/{index}"), json))
        .collect::<Result<Vec<Condition>, _>>()?;
    let eased_when = read
        .risk
        .eased_when
        .iter()
        .enumerate()
        .map(|(index, easing)| {
            Ok(ContextMove {
                when: part(format!("/risk/eased_when/{index}/when"), &easing.when)?,
                impact: 0,
                likelihood: easing.likelihood,
                why: bilingual(&easing.why),
            })
        })
        .collect::<Result<Vec<_>, LoadError>>()?;
    let raised_when = read
        .risk
        .raised_when
        .iter()
        .enumerate()
        .map(|(index, raise)| {
            Ok(ContextMove {
                when: part(format!("/risk/raised_when/{index}/when"), &raise.when)?,
                impact: raise.impact,
                likelihood: raise.likelihood,
                why: bilingual(&raise.why),
            })
        })
        .collect::<Result<Vec<_>, LoadError>>()?;
    let mut snippets = read.remedy;
    let (Some(en), Some(ja)) = (snippets.remove("en"), snippets.remove("ja")) else {
        return Err(at("/remedy".to_owned(), "remedy: expected en and ja".to_owned()));
    };
    let pass_when = part("/pass_when".to_owned(), &read.pass_when)?;
    let check = Check {
        id: read.id,
        title: bilingual(&read.title),
        why: bilingual(&read.why),
        needs: read.needs,
        applies_when,
        pass_when,
        impact: read.risk.impact,
        likelihood: read.risk.likelihood,
        eased_when,
        raised_when,
        group: read.risk.group,
        remedy: Remedy { text: crate::model::Bilingual::new(en, ja), snippets },
        maps: read.maps,
        references: read.references,
        examples: Examples::default(),
    };
    Ok((check, read.examples))
}

/// A field's value, or one of the two tables that an example may carry: they become `parameters.NAME` and `declared.NAME`.
fn example_value(json: &Json) -> Option<Value> {
    value(json).or_else(|| {
        // A table of an example's own parameters or lists is kept as a list of name and value in turn.
        let map = json.as_object()?;
        let mut flat = Vec::with_capacity(map.len() * 2);
        for (name, item) in map {
            flat.push(Value::Text(name.clone()));
            flat.push(value(item)?);
        }
        Some(Value::List(flat))
    })
}
