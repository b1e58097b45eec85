//! `tenken register`: the contractor register as a table for a spreadsheet, and back.

use std::path::{Path, PathBuf};

use super::Streams;
use super::arguments::{RegisterAction, RegisterOptions};
use super::failure::{Exit, Failure};
use super::output::{print, print_bytes, write_file};
use crate::load::{Headings, TableEncoding, register_document, register_yaml, table_from_document};
use crate::model::Language;

/// The largest register that is read, in bytes.
const LIMIT_BYTES: u64 = 64 * 1024 * 1024;

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: a file that cannot be read or that is wrong, or an output that is there already.
pub(super) fn run(options: &RegisterOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    match &options.action {
        RegisterAction::Import { file, output } => {
            let document = register_document(&file.display().to_string(), &read(file)?, true)?;
            let text = register_yaml(&document);
            match output {
                None => print(streams, &text)?,
                Some(path) if path.exists() => return Err(there_already(path)),
                Some(path) => write_file(path, text)?,
            }
        }
        RegisterAction::Export { file, output, headings, encoding } => {
            let document = register_document(&file.display().to_string(), &read(file)?, is_table(file))?;
            let headings = match (headings.as_deref(), language) {
                (Some("en"), _) | (None, Language::English) => Headings::English,
                _ => Headings::Japanese,
            };
            let encoding = if encoding == "shift_jis" { TableEncoding::ShiftJis } else { TableEncoding::Utf8 };
            let bytes = table_from_document(&document, headings, encoding);
            match output {
                None => print_bytes(streams, &bytes)?,
                Some(path) if path.exists() => return Err(there_already(path)),
                Some(path) => write_file(path, bytes)?,
            }
        }
        RegisterAction::Check { file } => {
            let document = register_document(&file.display().to_string(), &read(file)?, is_table(file))?;
            let count = document["contractors"].as_array().map_or(0, Vec::len);
            let said = match language {
                Language::English => format!("{}: {count} entries, nothing wrong\n", file.display()),
                Language::Japanese => format!("{}: {count}件、誤りはありません\n", file.display()),
            };
            print(streams, &said)?;
        }
    }
    Ok(Exit::DONE)
}

fn is_table(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

fn there_already(path: &Path) -> Failure {
    Failure::Usage(format!("{} is there already; nothing was written", path.display()))
}

fn read(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    let said = |reason: String| Failure::Usage(format!("{}: {reason}", path.display()));
    let facts = std::fs::metadata(path).map_err(|error| said(error.to_string()))?;
    if !facts.is_file() {
        return Err(said("not a regular file".to_owned()));
    }
    if facts.len() > LIMIT_BYTES {
        return Err(said(format!("larger than {LIMIT_BYTES} bytes")));
    }
    std::fs::read(path).map_err(|error| said(error.to_string()))
}
