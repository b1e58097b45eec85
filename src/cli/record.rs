//! `tenken record`: adds one dated activity to the records file.

use serde_json::{Value as Json, json};

use super::arguments::RecordOptions;
use super::assess::day;
use super::failure::{Exit, Failure};
use super::{Streams, clock, list_file};
use crate::load::{LoadOptions, load, record_fits};

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: an activity that does not exist, or a file that cannot be added to.
pub(super) fn run(options: &RecordOptions, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let loaded = load(&options.target, &LoadOptions::default())?;
    let on = options.on.as_deref().map_or_else(|| Ok(clock()), |text| day("--on", text))?;
    let id = options.id.clone().unwrap_or_else(|| format!("{}-{}", options.activity, on.date()));
    let mut entry = json!({ "id": id, "activity": options.activity, "on": on.date(), "by": options.by });
    let optional = [("operator", &options.operator), ("document_ref", &options.document)];
    if let Some(fields) = entry.as_object_mut() {
        for (key, value) in optional {
            if let Some(value) = value {
                fields.insert(key.to_owned(), Json::from(value.as_str()));
            }
        }
        if !options.persons.is_empty() {
            fields.insert("persons".to_owned(), json!(options.persons));
        }
    }
    record_fits(&entry)?;
    if loaded.judged.declaration.records.iter().flatten().any(|record| record.id == id) {
        return Err(Failure::Usage(format!("a record has the id {id} already; give another with --id")));
    }
    let (path, is_named) = list_file::add(&loaded.base, &loaded.sources.site, "records", &[entry])?;
    // The record is written; that this is said is a courtesy.
    let _ = writeln!(streams.err, "{}", list_file::told(&path, "records", is_named));
    Ok(Exit::DONE)
}
