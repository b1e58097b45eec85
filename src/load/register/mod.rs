//! The contractor register, YAML or CSV -> model. Every entry is read by itself: one bad entry never hides what is wrong
//! with the others, and every problem has its line and column.

mod columns;
mod convert;
mod names;
mod spelling;
pub(super) mod table;
mod together;

use std::path::Path;

use super::document::contractors::{ApprovalDocument, ContractorDocument, ContractorsDocument};
use super::reader::{self, YAML_LIMIT_BYTES};
use super::schema::faults;
use super::tree::{Tree, tree_from_yaml};
use super::{LoadError, Problem};
use crate::model::Register;

/// Reads the register.
///
/// # Errors
/// A [`LoadError`] with every place.
pub(crate) fn read(path: &Path, shown: &str) -> Result<Register, LoadError> {
    let is_table = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    if is_table {
        return register_from_csv(shown, &reader::bytes(path, shown, YAML_LIMIT_BYTES)?);
    }
    register_from_yaml(shown, &reader::text(path, shown, YAML_LIMIT_BYTES)?)
}

/// The register that a YAML text holds.
///
/// # Errors
/// `Invalid` with every problem and its place.
pub fn register_from_yaml(shown: &str, text: &str) -> Result<Register, LoadError> {
    let tree = tree_from_yaml(shown, text).map_err(|error| spelling::with_hint(error, text))?;
    register_of(shown, tree)
}

/// The register that a CSV text holds: UTF-8 with or without a byte order mark, UTF-16, or Shift_JIS.
///
/// # Errors
/// `Invalid` with every problem and its place: line of the file, and number of the column.
pub fn register_from_csv(shown: &str, bytes: &[u8]) -> Result<Register, LoadError> {
    register_of(shown, table::tree_from_csv(shown, bytes)?)
}

/// The document of a register, days and full-width spellings put right, after everything in it was held to be true.
///
/// # Errors
/// `Invalid` with every problem and its place.
pub fn register_document(shown: &str, bytes: &[u8], is_table: bool) -> Result<serde_json::Value, LoadError> {
    let tree = if is_table {
        table::tree_from_csv(shown, bytes)?
    } else {
        let text = std::str::from_utf8(bytes).map_err(|_| LoadError::invalid(shown, 0, 0, "not UTF-8"))?;
        tree_from_yaml(shown, text).map_err(|error| spelling::with_hint(error, text))?
    };
    let (tree, _) = held(shown, tree)?;
    Ok(tree.json)
}

fn register_of(shown: &str, tree: Tree) -> Result<Register, LoadError> {
    let (tree, read) = held(shown, tree)?;
    let broken = |pointer: &str| {
        let (line, column) = tree.place(pointer);
        LoadError::invalid(shown, line, column, "a day that does not exist")
    };
    let approval = match &read.approval {
        Some(approval) => Some(convert::approval_of(approval).ok_or_else(|| broken("/approval"))?),
        None => None,
    };
    let contractors = read
        .contractors
        .into_iter()
        .enumerate()
        .map(|(index, entry)| {
            let pointer = format!("/contractors/{index}");
            convert::contractor_of(entry, tree.line(&pointer)).ok_or_else(|| broken(&pointer))
        })
        .collect::<Result<_, _>>()?;
    Ok(Register { path: shown.to_owned(), approval, contractors })
}

/// Puts spellings right, holds every entry to its schema and all of them together.
fn held(shown: &str, mut tree: Tree) -> Result<(Tree, ContractorsDocument), LoadError> {
    let mut told = spelling::put_right(&mut tree);
    let of_schema: Vec<(String, Problem)> = faults::<ContractorsDocument>(&tree)?
        .into_iter()
        .filter(|(pointer, _)| !told.iter().any(|(other, _)| other == pointer))
        .collect();
    told.extend(of_schema);
    let bad = |start: &str| {
        let below = format!("{start}/");
        told.iter().any(|(pointer, _)| pointer == start || pointer.starts_with(&below))
    };
    let approval: Option<ApprovalDocument> = match tree.json.get("approval") {
        Some(json) if !bad("/approval") => serde_json::from_value(json.clone()).ok(),
        _ => None,
    };
    let bad_entries: std::collections::BTreeSet<usize> = told
        .iter()
        .filter_map(|(pointer, _)| pointer.strip_prefix("/contractors/")?.split('/').next()?.parse().ok())
        .collect();
    let list = tree.json.get("contractors").and_then(serde_json::Value::as_array);
    let mut good: Vec<(usize, ContractorDocument)> = Vec::new();
    for (index, json) in list.into_iter().flatten().enumerate() {
        if bad_entries.contains(&index) {
            continue;
        }
        match serde_path_to_error::deserialize::<_, ContractorDocument>(json) {
            Ok(entry) => good.push((index, entry)),
            Err(error) => {
                let pointer = format!("/contractors/{index}");
                let (line, column) = tree.place(&pointer);
                told.push((pointer, Problem { line, column, message: error.to_string(), hint: None }));
            }
        }
    }
    let ids = spelling::ids(&tree);
    told.extend(together::problems(&tree, &good, &ids));
    if !told.is_empty() {
        let mut problems: Vec<Problem> = told.into_iter().map(|(_, problem)| problem).collect();
        problems.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
        problems.dedup();
        return Err(LoadError::Invalid { file: shown.to_owned(), problems });
    }
    let contractors = good.into_iter().map(|(_, entry)| entry).collect();
    Ok((tree, ContractorsDocument { approval, contractors }))
}

#[cfg(test)]
mod tests;
