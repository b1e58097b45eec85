//! Files are written beside and then renamed, so that none is ever half written.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::failure::{Exit, Failure};
use super::{Streams, arguments, help};
use crate::model::Language;

/// Writes a whole file, or nothing.
///
/// # Errors
/// `Unwritable`.
pub(super) fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    let unwritable =
        |error: std::io::Error| Failure::Unwritable { file: path.display().to_string(), reason: error.to_string() };
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = Path::new(&beside);
    let written = File::create(beside)
        .and_then(|mut file| file.write_all(bytes.as_ref()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(beside, path));
    written.map_err(|error| {
        // The part file is of no use to anybody; that it may be gone already is no news.
        let _ = std::fs::remove_file(beside);
        unwritable(error)
    })
}

/// Writes to standard output.
///
/// # Errors
/// `Stdout`.
pub(super) fn print(streams: &mut Streams<'_>, text: &str) -> Result<(), Failure> {
    streams.out.write_all(text.as_bytes()).map_err(Failure::Stdout)
}

/// Writes bytes of another encoding to standard output.
///
/// # Errors
/// `Stdout`.
pub(super) fn print_bytes(streams: &mut Streams<'_>, bytes: &[u8]) -> Result<(), Failure> {
    streams.out.write_all(bytes).map_err(Failure::Stdout)
}

/// Prints completions for a shell.
///
/// # Errors
/// `Stdout`.
pub(super) fn completions(shell: clap_complete::Shell, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut arguments::command(), "tenken", &mut script);
    streams.out.write_all(&script).map_err(Failure::Stdout)?;
    Ok(Exit::DONE)
}

/// Writes a manual page for each command into a folder.
///
/// # Errors
/// `Unwritable`.
pub(super) fn manual(folder: &Path, language: Language) -> Result<Exit, Failure> {
    let unwritable =
        |error: std::io::Error| Failure::Unwritable { file: folder.display().to_string(), reason: error.to_string() };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    clap_mangen::generate_to(help::command(language), folder).map_err(unwritable)?;
    Ok(Exit::DONE)
}
