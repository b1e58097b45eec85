//! The published JSON Schemas, generated from the documents, and their use on the user's files.

use jsonschema::error::ValidationErrorKind;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::document::{check, contractors, evidence, people, policy, records, site, tls_profile, waivers};
use super::error::nearest;
use super::tree::Tree;
use super::{LoadError, Problem};

/// The names that `tenken schema` knows in this room; the report's schema is the report's own.
pub const SCHEMA_NAMES: [&str; 11] = [
    "site",
    "policy",
    "check",
    "parameters",
    "contractors",
    "people",
    "records",
    "waivers",
    "actions",
    "evidence",
    "tls-profile",
];

/// The schema of a name; `None` where there is none.
#[must_use]
pub fn schema(name: &str) -> Option<Json> {
    Some(match name {
        "site" => schema_of::<site::SiteDocument>(),
        "policy" => schema_of::<policy::PolicyDocument>(),
        "check" => schema_of::<check::CheckDocument>(),
        "parameters" => schema_of::<Vec<policy::ParameterDocument>>(),
        "contractors" => schema_of::<contractors::ContractorsDocument>(),
        "people" => schema_of::<people::PeopleDocument>(),
        "records" => schema_of::<records::RecordsDocument>(),
        "waivers" => schema_of::<waivers::WaiversDocument>(),
        "actions" => schema_of::<waivers::ActionsDocument>(),
        "tls-profile" => schema_of::<tls_profile::TlsProfileDocument>(),
        "evidence" => schema_of::<evidence::EvidenceDocument>(),
        _ => return None,
    })
}

/// Reads a document out of a tree: the schema finds every problem with its place, then serde makes the value.
///
/// # Errors
/// `Invalid` with every problem.
pub(crate) fn document<T: DeserializeOwned + JsonSchema>(file: &str, tree: &Tree) -> Result<T, LoadError> {
    let problems = faults::<T>(tree)?;
    if !problems.is_empty() {
        let problems = problems.into_iter().map(|(_, problem)| problem).collect();
        return Err(LoadError::Invalid { file: file.to_owned(), problems });
    }
    typed(file, tree)
}

/// Everything in which a tree is not what its schema says, each with the JSON pointer of the part.
///
/// # Errors
/// `Bundled` where the schema itself is broken, which the tests would show.
pub(crate) fn faults<T: JsonSchema>(tree: &Tree) -> Result<Vec<(String, Problem)>, LoadError> {
    problems(&schema_of::<T>(), tree)
}

/// The same without the schema, for documents that were checked when they were made.
///
/// # Errors
/// `Invalid` with the first problem.
pub(crate) fn typed<T: DeserializeOwned>(file: &str, tree: &Tree) -> Result<T, LoadError> {
    serde_path_to_error::deserialize(&tree.json).map_err(|error| {
        let path: String = error
            .path()
            .iter()
            .map(|segment| match segment {
                serde_path_to_error::Segment::Map { key } => format!("/{key}"),
                serde_path_to_error::Segment::Seq { index } => format!("/{index}"),
                _ => String::new(),
            })
            .collect();
        let (line, column) = tree.place(&path);
        LoadError::invalid(file, line, column, error.inner().to_string())
    })
}

/// The same of a document that was checked when it was bundled or collected, and has no places.
///
/// # Errors
/// `Invalid` with the path of the problem.
pub(crate) fn placeless<T: DeserializeOwned>(file: &str, json: &Json) -> Result<T, LoadError> {
    // Only where something is wrong is it read again, more slowly, for the path.
    T::deserialize(json).or_else(|_| typed(file, &Tree::placeless(json.clone())))
}

fn schema_of<T: JsonSchema>() -> Json {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    unwrap_optional(&mut schema);
    schema
}

/// An optional part is generated as "it or null"; a file leaves it out instead, and errors inside it then have their own place.
fn unwrap_optional(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            let optional = map.get("anyOf").and_then(Json::as_array).and_then(|any| match any.as_slice() {
                [part, null] if null.get("type").is_some_and(|of| of == "null") => Some(part.clone()),
                _ => None,
            });
            if let Some(Json::Object(part)) = optional {
                map.remove("anyOf");
                map.extend(part);
            }
            map.values_mut().for_each(unwrap_optional);
        }
        Json::Array(list) => list.iter_mut().for_each(unwrap_optional),
        _ => {}
    }
}

/// The most problems that one file is told: more would bury the first ones.
const TOLD: usize = 1_000;

fn problems(schema: &Json, tree: &Tree) -> Result<Vec<(String, Problem)>, LoadError> {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| LoadError::Bundled(error.to_string()))?;
    let mut problems: Vec<(String, Problem)> = validator
        .iter_errors(&tree.json)
        .take(TOLD)
        .flat_map(|error| {
            let pointer = error.instance_path().to_string();
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    let known = known_keys(schema, &error.schema_path().to_string());
                    let of_key = |key: &String| (pointer.clone(), unknown_key(tree, &pointer, key, &known));
                    unexpected.iter().map(of_key).collect::<Vec<_>>()
                }
                kind => {
                    let (line, column) = tree.place(&pointer);
                    let words = one_of(schema, kind, &error.schema_path().to_string());
                    let message = said(kind, &pointer, &error, &words);
                    let near =
                        error.instance().as_str().and_then(|found| nearest(found, words.iter().map(String::as_str)));
                    let hint = near.map(|near| format!("did you mean `{near}`?"));
                    let problem = Problem { line, column, message, hint };
                    vec![(pointer, problem)]
                }
            }
        })
        .collect();
    problems.sort_by(|(_, a), (_, b)| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
    problems.dedup();
    Ok(problems)
}

/// The words of a closed list whose schema explains each (`oneOf` of `const`); empty for any other schema.
fn one_of(schema: &Json, kind: &ValidationErrorKind, schema_path: &str) -> Vec<String> {
    if !matches!(kind, ValidationErrorKind::OneOfNotValid { .. }) {
        return Vec::new();
    }
    let options = schema.pointer(schema_path).and_then(Json::as_array);
    let words = options.into_iter().flatten().flat_map(|option| {
        let list = option.get("enum").and_then(Json::as_array).into_iter().flatten();
        option.get("const").into_iter().chain(list)
    });
    words.filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

fn said(
    kind: &ValidationErrorKind,
    pointer: &str,
    error: &jsonschema::ValidationError<'_>,
    words: &[String],
) -> String {
    let found = shown(error.instance());
    // An entry of a list has a number for a name; the list's own name says more.
    let is_name = |name: &&str| !name.is_empty() && name.parse::<usize>().is_err();
    let name = pointer.rsplit('/').find(is_name).unwrap_or("the file");
    match kind {
        _ if !words.is_empty() => format!("{name}: expected one of {}, found {found}", words.join(", ")),
        ValidationErrorKind::Type { .. } => format!("{name}: {}", error_words(error, &found)),
        ValidationErrorKind::Required { property } => {
            format!("{name}: the key {} is missing", shown(property))
        }
        ValidationErrorKind::Format { format } => format!("{name}: expected a {format}, found {found}"),
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().map(|list| list.iter().map(shown).collect::<Vec<_>>().join(", "));
            format!("{name}: expected one of {}, found {found}", options.unwrap_or_default())
        }
        _ => format!("{name}: {}", error_words(error, &found)),
    }
}

/// The validator's own words, with the found value cut to a length that a line can hold.
fn error_words(error: &jsonschema::ValidationError<'_>, found: &str) -> String {
    let words = error.masked_with(found.to_owned()).to_string();
    words.chars().take(300).collect()
}

fn shown(value: &Json) -> String {
    let text = match value {
        Json::Object(_) => "a map".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        other => other.to_string(),
    };
    if text.chars().count() > 60 { format!("{}…", text.chars().take(60).collect::<String>()) } else { text }
}

fn unknown_key(tree: &Tree, pointer: &str, key: &str, known: &[String]) -> Problem {
    let place = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    let (line, column) = tree.keys.get(&place).copied().unwrap_or_else(|| tree.place(pointer));
    let hint = nearest(key, known.iter().map(String::as_str))
        .map(|near| format!("did you mean `{near}`?"))
        .or_else(|| (!known.is_empty()).then(|| format!("known here: {}", known.join(", "))));
    let key: String = key.chars().take(60).collect();
    Problem { line, column, message: format!("unknown key `{key}`"), hint }
}

/// The keys that the object schema around `…/additionalProperties` names.
fn known_keys(schema: &Json, schema_path: &str) -> Vec<String> {
    let parent = schema_path.rsplit_once('/').map_or("", |(parent, _)| parent);
    schema
        .pointer(parent)
        .and_then(|object| object.get("properties"))
        .and_then(Json::as_object)
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::document::site::SiteDocument;
    use super::super::tree::tree_from_yaml;
    use super::*;

    fn said(text: &str) -> String {
        let tree = tree_from_yaml("tenken.yml", text).unwrap();
        document::<SiteDocument>("tenken.yml", &tree).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_names_its_place_and_the_nearest_key() {
        assert_eq!(
            said("site: a\ncontracters: b.yml\n"),
            "tenken.yml:2:1: unknown key `contracters`; did you mean `contractors`?"
        );
        assert_eq!(
            said("site: a\nhosts:\n  - name: b\n    adress: c\n"),
            "tenken.yml:4:5: unknown key `adress`; did you mean `address`?"
        );
    }

    #[test]
    fn a_wrong_type_and_a_missing_key_have_their_place() {
        assert!(
            said("site: a\nhosts:\n  - name: b\n    https_port: tall\n").starts_with("tenken.yml:4:17: https_port:")
        );
        assert!(said("url: https://www.example.jp\n").contains("\"site\" is missing"));
    }

    #[test]
    fn a_date_that_does_not_exist_is_refused() {
        let text = "site: a\ndeclared:\n  risk_tolerance: { units: 1, approved_on: 2026-02-30 }\n";
        assert!(said(text).starts_with("tenken.yml:3:44: approved_on: expected a date"), "{}", said(text));
    }

    #[test]
    fn every_name_has_a_schema() {
        for name in SCHEMA_NAMES {
            assert!(schema(name).is_some(), "{name}");
        }
        assert_eq!(schema("none"), None);
    }
}
