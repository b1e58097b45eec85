//! The live world's files: looked at, listed, opened; never written.

use std::fs;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use crate::collect::limits::DIRECTORY_ENTRIES;
use crate::collect::world::{FileFacts, FileKind, Refusal};
use crate::model::Time;

/// What a path is, links not followed.
pub(super) fn inspect(path: &Path) -> Result<FileFacts, Refusal> {
    let facts = fs::symlink_metadata(path).map_err(|error| refused(&error))?;
    let file_type = facts.file_type();
    let kind = if file_type.is_symlink() {
        FileKind::Symlink(fs::read_link(path).map_err(|error| refused(&error))?.to_string_lossy().into_owned())
    } else if file_type.is_dir() {
        FileKind::Directory
    } else if file_type.is_file() {
        FileKind::File
    } else {
        FileKind::Other
    };
    Ok(FileFacts {
        kind,
        mode: facts.mode() & 0o7777,
        uid: facts.uid(),
        gid: facts.gid(),
        size_bytes: facts.size(),
        modified: Time::from_unix_seconds(facts.mtime()),
    })
}

/// The names in a directory, in byte order.
pub(super) fn list(path: &Path) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| refused(&error))? {
        let entry = entry.map_err(|error| refused(&error))?;
        if names.len() >= DIRECTORY_ENTRIES {
            return Err(Refusal::TooLarge(u64::try_from(DIRECTORY_ENTRIES).unwrap_or(u64::MAX)));
        }
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Opens a regular file; links are followed.
pub(super) fn open(path: &Path) -> Result<fs::File, Refusal> {
    // Looked at before it is opened: opening a FIFO would wait for a writer, opening a device may do anything.
    let facts = fs::metadata(path).map_err(|error| refused(&error))?;
    let file_type = facts.file_type();
    if !file_type.is_file() || file_type.is_fifo() {
        return Err(Refusal::NotAFile);
    }
    fs::File::open(path).map_err(|error| refused(&error))
}

/// The beginning of a small text file of the system.
pub(super) fn start(path: &str, limit_bytes: u64) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    open(Path::new(path))?.take(limit_bytes).read_to_end(&mut bytes).map_err(|error| refused(&error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A whole file that the user named.
pub(super) fn whole(path: &Path) -> Result<Vec<u8>, Refusal> {
    fs::read(path).map_err(|error| refused(&error))
}

fn refused(error: &std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound => Refusal::NotFound,
        ErrorKind::PermissionDenied => Refusal::Denied,
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => Refusal::NotAFile,
        _ => Refusal::Failed(error.to_string()),
    }
}
