//! A tar in one spelling: the same files always give the same bytes, so a change outside the contents is seen as well.

use std::collections::BTreeMap;
use std::io::Read as _;

use super::BundleError;

/// Files by name.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Files that a bundle may have.
const FILES: usize = 100;

/// Writes the archive: names in order, mode 0644, no owner, no time.
///
/// # Errors
/// `Unwritable`; a writer in memory gives none.
pub(super) fn write(files: &Files) -> Result<Vec<u8>, BundleError> {
    let unwritable = |error: std::io::Error| BundleError::Unwritable(error.to_string());
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(tar::EntryType::Regular);
        archive.append_data(&mut header, name, bytes.as_slice()).map_err(unwritable)?;
    }
    archive.into_inner().map_err(unwritable)
}

/// Reads an archive, and says whether it is spelt as [`write`] spells it.
///
/// # Errors
/// `NotABundle`: no tar, a member that is no plain file, a name twice, too many.
pub(super) fn read(bytes: &[u8]) -> Result<(Files, bool), BundleError> {
    let wrong = |reason: String| BundleError::NotABundle(reason);
    let mut files = Files::new();
    let mut archive = tar::Archive::new(bytes);
    // The reader's own words would quote the bytes that it stumbled over.
    let broken = |_| wrong("no tar archive, or a damaged one".to_owned());
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name =
            String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| wrong("a strange name".to_owned()))?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(wrong(format!("{name:?} is not a plain file")));
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(broken)?;
        if files.insert(name.clone(), content).is_some() {
            return Err(wrong(format!("{name:?} is there twice")));
        }
        if files.len() > FILES {
            return Err(wrong(format!("more than {FILES} files")));
        }
    }
    if files.is_empty() {
        return Err(wrong("no tar archive, or an empty one".to_owned()));
    }
    let canonical = write(&files).is_ok_and(|again| again == bytes);
    Ok((files, canonical))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Vec<u8> {
        let files = [("a.json", "{}"), ("b/c.txt", "x"), ("empty", "")];
        write(&files.into_iter().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect()).unwrap()
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let (files, canonical) = read(&sample()).unwrap();
        assert!(canonical && files.len() == 3);
        assert_eq!(write(&files).unwrap(), sample());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = read(&bytes);
        }

        #[test]
        fn a_flipped_bit_is_seen(bit in 0..sample().len() * 8) {
            let mut bytes = sample();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let seen = read(&bytes).map(|(files, canonical)| (files == read(&sample()).unwrap().0, canonical));
            prop_assert_ne!(seen.ok(), Some((true, true)));
        }
    }
}
