//! The one place of this room that touches files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::LoadError;

/// The largest file of YAML that is read: a register of ten thousand contractors, every part of each filled in, has 50 MB.
pub(crate) const YAML_LIMIT_BYTES: u64 = 64 * 1024 * 1024;
/// The largest evidence file that is read.
pub(crate) const EVIDENCE_LIMIT_BYTES: u64 = 1024 * 1024 * 1024;

/// A whole file.
///
/// # Errors
/// `Unreadable` (also for a directory, FIFO or device, which are not opened) or `TooLarge`.
pub(crate) fn bytes(path: &Path, shown: &str, limit_bytes: u64) -> Result<Vec<u8>, LoadError> {
    let unreadable = |reason: String| LoadError::Unreadable { file: shown.to_owned(), reason };
    let facts = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if !facts.is_file() {
        return Err(unreadable("not a regular file".to_owned()));
    }
    if facts.len() > limit_bytes {
        return Err(LoadError::TooLarge { file: shown.to_owned(), limit_bytes });
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit_bytes + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(error.to_string()))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit_bytes {
        return Err(LoadError::TooLarge { file: shown.to_owned(), limit_bytes });
    }
    Ok(bytes)
}

/// A whole text file.
///
/// # Errors
/// As [`bytes`], or `Invalid` where it is not UTF-8.
pub(crate) fn text(path: &Path, shown: &str, limit_bytes: u64) -> Result<String, LoadError> {
    let bytes = bytes(path, shown, limit_bytes)?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..good];
        let line = u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        LoadError::invalid(shown, line, u32::try_from(column).unwrap_or(u32::MAX), "not UTF-8; save the file as UTF-8")
    })
}

/// Whether a path is a folder.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// The YAML files of a folder and its folders, in byte order.
///
/// # Errors
/// `Unreadable` where a folder cannot be listed.
pub(crate) fn yaml_files(folder: &Path) -> Result<Vec<std::path::PathBuf>, LoadError> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0_u8)];
    while let Some((folder, depth)) = folders.pop() {
        let unreadable = |error: std::io::Error| LoadError::Unreadable {
            file: folder.display().to_string(),
            reason: error.to_string(),
        };
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let kind = entry.file_type().map_err(unreadable)?;
            let path = entry.path();
            if kind.is_dir() && depth < 4 {
                folders.push((path, depth + 1));
            } else if path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The first bytes of a regular file; `None` for anything else, which is not opened.
///
/// # Errors
/// `Unreadable` where it is there and may not be read.
pub(crate) fn head(path: &Path, shown: &str, limit_bytes: u64) -> Result<Option<Vec<u8>>, LoadError> {
    let unreadable =
        |error: std::io::Error| LoadError::Unreadable { file: shown.to_owned(), reason: error.to_string() };
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(limit_bytes).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(Some(bytes))
}

/// Folders that hold no configuration of their own.
const PASSED_OVER: [&str; 4] = [".git", "node_modules", "target", ".tenken"];

/// The regular files below a folder, in byte order; links are not followed.
///
/// # Errors
/// `Unreadable` where a folder cannot be listed, `Target` where there are more files than `limit`.
pub(crate) fn files_below(folder: &Path, limit: usize) -> Result<Vec<std::path::PathBuf>, LoadError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let unreadable = |error: std::io::Error| LoadError::Unreadable {
            file: next.display().to_string(),
            reason: error.to_string(),
        };
        for entry in std::fs::read_dir(&next).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() && !PASSED_OVER.iter().any(|name| entry.file_name() == *name) {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
        if files.len() > limit {
            return Err(LoadError::Target {
                target: folder.display().to_string(),
                reason: format!("more than {limit} files; name the configuration in a site file"),
            });
        }
    }
    files.sort();
    Ok(files)
}

/// Whether there is anything at a path.
pub(crate) fn exists(path: &Path) -> bool {
    path.exists()
}
