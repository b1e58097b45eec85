//! Patterns that are looked for in logs, out of the site file or a file of their own.

use std::path::Path;

use super::LoadError;
use super::document::site::{LogPatternDocument, LogPatternsDocument, LogTierDocument};
use super::reader::{self, YAML_LIMIT_BYTES};
use super::schema::document;
use super::tree::tree_from_yaml;
use crate::model::LogPattern;

/// Reads a file of log patterns.
///
/// # Errors
/// A [`LoadError`] with its place.
pub fn log_patterns(path: &Path) -> Result<Vec<LogPattern>, LoadError> {
    let shown = path.display().to_string();
    let text = reader::text(path, &shown, YAML_LIMIT_BYTES)?;
    let read: LogPatternsDocument = document(&shown, &tree_from_yaml(&shown, &text)?)?;
    Ok(read.log_patterns.into_iter().map(pattern_of).collect())
}

/// One pattern.
pub(super) fn pattern_of(read: LogPatternDocument) -> LogPattern {
    LogPattern {
        id: read.id,
        literal: read.literal,
        expression: read.regex,
        is_suspect: read.tier == LogTierDocument::Suspect,
    }
}
