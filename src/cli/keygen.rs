//! `tenken keygen`: an Ed25519 key pair. Never overwrites, and nobody but its owner may read the private half.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Streams;
use super::arguments::KeygenOptions;
use super::failure::{Exit, Failure};
use crate::key::generate_key;

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: a file exists already or cannot be written.
pub(super) fn run(options: &KeygenOptions, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let (private, public) = generate_key()?;
    let mut public_file = options.file.clone().into_os_string();
    public_file.push(".pub");
    let public_file = PathBuf::from(public_file);
    create(&options.file, &private, 0o600)?;
    create(&public_file, &public.to_pem(), 0o644)?;
    // The files are written; that they are named is a courtesy.
    let _ = writeln!(streams.err, "wrote {} and {}", options.file.display(), public_file.display());
    Ok(Exit::DONE)
}

fn create(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(mode);
    }
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Failure::Unwritable { file: path.display().to_string(), reason: error.to_string() })
}
