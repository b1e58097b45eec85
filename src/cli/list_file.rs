//! The lists beside the site file that commands add to: waivers, actions and records.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::failure::Failure;
use super::output::write_file;
use crate::load::with_entry;

/// Adds entries to the list that the site file names under `key`, or to KEY.yml beside it. Gives the file, and whether
/// the site file names it.
///
/// # Errors
/// A [`Failure`]: the file cannot be read, written or added to; nothing is written then.
pub(super) fn add(base: &Path, site: &Json, key: &str, entries: &[Json]) -> Result<(PathBuf, bool), Failure> {
    add_to(base, site, key, key, entries)
}

/// The same for one of several lists of the file.
///
/// # Errors
/// As [`add`].
pub(super) fn add_to(
    base: &Path,
    site: &Json,
    key: &str,
    list: &str,
    entries: &[Json],
) -> Result<(PathBuf, bool), Failure> {
    let named = site.get(key).and_then(Json::as_str);
    let path = base.join(named.map_or_else(|| format!("{key}.yml"), str::to_owned));
    let said = |reason: String| Failure::Usage(format!("{}: {reason}", path.display()));
    let mut text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(said(error.to_string())),
    };
    for entry in entries {
        let by_hand =
            || said(format!("cannot be added to as it is written; add this entry under {list} by hand:\n{entry}"));
        text = with_entry(&text, list, entry).ok_or_else(by_hand)?;
    }
    write_file(&path, &text)?;
    Ok((path, named.is_some()))
}

/// What to tell of a file that was added to.
pub(super) fn told(path: &Path, key: &str, is_named: bool) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let hint = if is_named { String::new() } else { format!("; add to the site file: {key}: {name}") };
    format!("wrote {}{hint}", path.display())
}
