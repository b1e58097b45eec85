//! Names of logs: which files are one log before and after rotation.

/// The name of a series: the log without what rotation and packing add to its name.
#[must_use]
pub fn log_series(path: &str) -> &str {
    let mut path = path;
    for ending in [".gz", ".zst", ".xz", ".bz2", ".zip"] {
        path = path.strip_suffix(ending).unwrap_or(path);
    }
    match path.rfind(['.', '-']) {
        Some(at) if path.len() > at + 1 && path[at + 1..].bytes().all(|byte| byte.is_ascii_digit()) => &path[..at],
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_and_packed_files_belong_to_their_log() {
        for path in ["/a/access.log", "/a/access.log.1", "/a/access.log.12.gz", "/a/access.log-20261101.xz"] {
            assert_eq!(log_series(path), "/a/access.log", "{path}");
        }
        assert_eq!(log_series("/a/v2"), "/a/v2");
    }
}
