//! Archives of hosts as they come: a tar, or one that gzip, zstd or xz packed; told by their first bytes.

use std::io::{self, Cursor, Read};

use crate::scan::{Packing, unpacked as unpacked_as};

/// Endings of archives of a host.
const ENDINGS: [&str; 6] = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2"];

/// The path of an archive without its ending; `None` where it names none.
pub(super) fn archive_stem(path: &str) -> Option<&str> {
    ENDINGS.iter().find_map(|ending| path.strip_suffix(ending))
}

/// A stream unpacked, where its first bytes say that it is packed; else as it is.
pub(super) fn unpacked<'a>(mut input: impl Read + Send + 'a) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut first = Vec::new();
    input.by_ref().take(6).read_to_end(&mut first)?;
    let packing = match Packing::of(&first) {
        // A zip of a host keeps neither owners nor modes, so it is none of ours.
        Packing::Zip => Packing::Plain,
        packing => packing,
    };
    Ok(unpacked_as(packing, Cursor::new(first).chain(input)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_told_by_the_whole_ending() {
        for path in ["a/root.tar", "a/root.tar.gz", "a/root.tgz", "a/root.tar.zst", "a/root.tar.xz", "a/root.tar.bz2"] {
            assert_eq!(archive_stem(path), Some("a/root"), "{path}");
        }
        assert_eq!(archive_stem("a/root.gz"), None);
    }
}
