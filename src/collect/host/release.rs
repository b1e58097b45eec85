//! Deployed files against the manifest of the approved release: sums as sha256sum(1) writes them.

use std::collections::{BTreeMap, BTreeSet};

use super::Seen;
use super::kinds::RELEASE;
use super::tree::{HostTree, Kind};
use crate::collect::limits::{HOST_ENTRIES, HOST_FILE_BYTES, cut};
use crate::collect::world::{Refusal, World};
use crate::model::{Location, Observation, Release, Subject, SubjectKind, Value};

/// Endings of files that a web server may run.
const PROGRAMS: [&str; 12] =
    [".php", ".phtml", ".phar", ".php5", ".cgi", ".pl", ".py", ".rb", ".sh", ".jsp", ".asp", ".aspx"];

/// Observes the release.
pub(super) fn observe(tree: &HostTree<'_>, world: &dyn World, release: &Release, seen: &mut Seen) {
    let subject = Subject::new(SubjectKind::File, release.manifest.as_str());
    let mut one =
        Observation::new(RELEASE, subject, Location::whole_file(release.manifest.as_str()), "SHA-256 of each file");
    let text = match world.read(&release.manifest, HOST_FILE_BYTES) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(refusal) => return seen.fault(RELEASE, release.manifest.as_str(), refusal.to_string()),
    };
    let (approved, faults) = manifest(&text);
    for line in faults.iter().take(20) {
        seen.fault(RELEASE, format!("{}:{line}", release.manifest), "a line that is not understood");
    }
    let (mut left, mut there) = (vec![String::new()], BTreeSet::new());
    let (mut added, mut changed, mut programs) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut reason = None;
    while let Some(folder) = left.pop() {
        let names = match tree.list(&at(&release.root, &folder)) {
            Ok(names) => names,
            Err(refusal) => {
                reason = Some(format!("{}: {refusal}", tree.shown(&at(&release.root, &folder))));
                continue;
            }
        };
        for name in names {
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let full = at(&release.root, &path);
            let Some(entry) = tree.entry(&full) else { continue };
            if there.len() >= HOST_ENTRIES {
                reason = Some("more entries than are read".to_owned());
                break;
            }
            match entry.kind {
                Some(Kind::Directory) => left.push(path),
                Some(Kind::File) => {
                    let is_upload = release
                        .uploads
                        .iter()
                        .any(|upload| path.starts_with(&format!("{}/", upload.trim_matches('/'))));
                    if is_upload {
                        let lower = path.to_ascii_lowercase();
                        if PROGRAMS.iter().any(|ending| lower.ends_with(ending))
                            || entry.mode.is_some_and(|mode| mode & 0o111 != 0)
                        {
                            programs.insert(cut(&path));
                        }
                        continue;
                    }
                    match (approved.get(&path), tree.digest(&full)) {
                        (None, _) => {
                            added.insert(cut(&path));
                        }
                        (Some(wanted), Ok(digest)) if *wanted != digest => {
                            changed.insert(cut(&path));
                        }
                        (Some(_), Ok(_)) => {}
                        (Some(_), Err(refusal)) => reason = Some(format!("{}: {refusal}", tree.shown(&full))),
                    }
                    there.insert(path);
                }
                // A link, FIFO or device is no content of a release.
                _ => {
                    added.insert(cut(&path));
                    there.insert(path);
                }
            }
        }
    }
    let removed: BTreeSet<String> =
        approved.keys().filter(|path| !there.contains(*path)).map(|path| cut(path)).collect();
    for (field, list) in
        [("added", added), ("changed", changed), ("removed", removed), ("executable_uploads", programs)]
    {
        match &reason {
            // What differs was seen; that nothing else does was not.
            Some(reason) if list.is_empty() => {
                one.unknown(field, reason.clone());
            }
            _ => {
                one.set(field, Value::texts(list));
            }
        }
    }
    seen.observations.push(one);
}

fn at(root: &str, path: &str) -> String {
    let root = root.trim_matches('/');
    if path.is_empty() { root.to_owned() } else { format!("{root}/{path}") }
}

/// Sums by path without `./` in front, and the lines that could not be read.
fn manifest(text: &str) -> (BTreeMap<String, String>, Vec<u32>) {
    let (mut sums, mut faults) = (BTreeMap::new(), Vec::new());
    for (number, line) in (1_u32..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts =
            line.split_once(' ').map(|(sum, path)| (sum, path.trim_start_matches([' ', '*']).trim_start_matches("./")));
        match parts {
            Some((sum, path))
                if sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit()) && !path.is_empty() =>
            {
                sums.insert(path.to_owned(), sum.to_ascii_lowercase());
            }
            _ => faults.push(number),
        }
    }
    (sums, faults)
}

/// Why a release was not looked at.
pub(super) const NOT_ASKED: &str = "no release manifest is named (site file: release)";

/// The sum of what a reader gives, in hexadecimal.
pub(super) fn digest(mut from: impl std::io::Read) -> Result<String, Refusal> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => context.update(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Refusal::Failed(error.to_string())),
        }
    }
    Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_and_bad_lines_are_named() {
        let sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let (sums, faults) = manifest(&format!("{sum}  ./a b.html\n{sum} *x\nnothing\n\\{sum}  y\n"));
        assert_eq!(sums.keys().collect::<Vec<_>>(), ["a b.html", "x"]);
        assert_eq!(faults, [3, 4]);
        assert_eq!(digest(std::io::empty()).unwrap(), sum);
    }
}
