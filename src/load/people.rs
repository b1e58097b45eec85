//! The people file and the records file -> model.

use std::collections::BTreeSet;
use std::path::Path;

use super::convert::optional_day;
use super::document::people::PeopleDocument;
use super::document::records::RecordsDocument;
use super::reader::{self, YAML_LIMIT_BYTES};
use super::schema::{document, typed};
use super::tree::{Tree, tree_from_yaml};
use super::{LoadError, Problem};
use crate::model::{Person, PersonAccount, Record, Time};

/// Reads the people file.
///
/// # Errors
/// A [`LoadError`] with its place; two entries of one id are one.
pub(crate) fn read(path: &Path, shown: &str) -> Result<Vec<Person>, LoadError> {
    let tree = tree_from_yaml(shown, &reader::text(path, shown, YAML_LIMIT_BYTES)?)?;
    let read: PeopleDocument = document(shown, &tree)?;
    unique(shown, &tree, "people", read.people.iter().map(|person| person.id.as_str()))?;
    Ok(read
        .people
        .into_iter()
        .enumerate()
        .map(|(index, person)| Person {
            id: person.id,
            role: person.role,
            has_access: person.has_access,
            accounts: person
                .accounts
                .into_iter()
                .map(|account| PersonAccount { system: account.system, user: account.user })
                .collect(),
            keys: person.keys,
            line: tree.line(&format!("/people/{index}")),
        })
        .collect())
}

/// Whether a record may stand in a records file.
///
/// # Errors
/// `Invalid`, with what is wrong.
pub fn record_fits(record: &serde_json::Value) -> Result<(), LoadError> {
    let activity = record.get("activity").cloned().unwrap_or_default();
    // The schema would only say that no form fits; this says which words do.
    serde_json::from_value::<super::document::records::ActivityDocument>(activity)
        .map_err(|error| LoadError::invalid("the new record", 0, 0, format!("activity: {error}")))?;
    let file = serde_json::json!({ "records": [record] });
    document::<RecordsDocument>("the new record", &Tree::placeless(file)).map(|_| ())
}

/// Whether an attestation may stand in a records file.
///
/// # Errors
/// `Invalid`, with what is wrong: a shape, or an end before its beginning.
pub fn attestation_fits(attestation: &serde_json::Value) -> Result<(), LoadError> {
    let file = serde_json::json!({ "attestations": [attestation] });
    document::<RecordsDocument>("the new attestation", &Tree::placeless(file))?;
    match super::sources::attestation_of(attestation) {
        Some(read) if read.expires < read.on => {
            Err(LoadError::invalid("the new attestation", 0, 0, "expires: it ends before it begins"))
        }
        Some(_) => Ok(()),
        None => Err(LoadError::invalid("the new attestation", 0, 0, "an attestation of the wrong shape")),
    }
}

/// The records of a records file whose schema was checked.
///
/// # Errors
/// A [`LoadError`] with its place; two entries of one id are one.
pub(crate) fn records_of(tree: &Tree) -> Result<Vec<Record>, LoadError> {
    let read: RecordsDocument = typed("records", tree)?;
    unique("records", tree, "records", read.records.iter().map(|record| record.id.as_str()))?;
    read.records
        .into_iter()
        .enumerate()
        .map(|(index, record)| {
            let pointer = format!("/records/{index}");
            let (line, column) = tree.place(&pointer);
            let on = Time::parse(&record.on)
                .ok_or_else(|| LoadError::invalid("records", line, column, format!("on: no day: {}", record.on)))?;
            let until = optional_day(record.until.as_ref());
            if until.is_some_and(|until| until < on) {
                let (line, column) = tree.place(&format!("{pointer}/until"));
                return Err(LoadError::invalid("records", line, column, "until: it ends before it begins"));
            }
            Ok(Record {
                until,
                id: record.id,
                activity: record.activity.word().to_owned(),
                on,
                by: record.by,
                operator: record.operator,
                persons: record.persons,
                document_ref: record.document_ref,
                line,
            })
        })
        .collect()
}

/// Refuses two entries of one id, each with its place.
pub(crate) fn unique<'a>(
    file: &str,
    tree: &Tree,
    list: &str,
    ids: impl Iterator<Item = &'a str>,
) -> Result<(), LoadError> {
    let mut seen = BTreeSet::new();
    let problems: Vec<Problem> = ids
        .enumerate()
        .filter(|(_, id)| !seen.insert(*id))
        .map(|(index, id)| {
            let (line, column) = tree.place(&format!("/{list}/{index}/id"));
            Problem { line, column, message: format!("two entries have the id {id}"), hint: None }
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(LoadError::Invalid { file: file.to_owned(), problems }) }
}
