//! mtree(5) listings: path -> type, mode, owner, group. They carry what a version control system drops.

use std::collections::BTreeMap;

/// What a listing says of one path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// file, dir, link, fifo, char, block, socket.
    pub kind: Option<String>,
    /// Permission bits.
    pub mode: Option<u32>,
    /// Owner's number.
    pub uid: Option<u32>,
    /// Group's number.
    pub gid: Option<u32>,
    /// Owner's name.
    pub uname: Option<String>,
    /// Group's name.
    pub gname: Option<String>,
    /// Target of a link.
    pub link: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// Last change of the content, seconds since the epoch.
    pub time: Option<i64>,
}

/// A listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Entries by path, without `./` in front.
    pub entries: BTreeMap<String, Entry>,
    /// Lines that could not be read, from 1.
    pub faults: Vec<(u32, String)>,
}

/// Reads a listing.
#[must_use]
pub fn parse(text: &str) -> Listing {
    let mut listing = Listing::default();
    let mut defaults = Entry::default();
    let mut folder: Vec<String> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let mut line = line.trim().to_owned();
        while let Some(start) = line.strip_suffix('\\') {
            line = start.trim_end().to_owned();
            match lines.next() {
                Some((_, more)) => line = format!("{line} {}", more.trim()),
                None => break,
            }
        }
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|first| !first.starts_with('#')) else { continue };
        match first {
            "/set" => set(&mut defaults, words, number, &mut listing.faults),
            "/unset" => words.for_each(|word| unset(&mut defaults, word)),
            ".." => {
                if folder.pop().is_none() {
                    listing.faults.push((number, "`..` above the top".to_owned()));
                }
            }
            name => {
                let mut entry = defaults.clone();
                set(&mut entry, words, number, &mut listing.faults);
                let name = unvis(name);
                let path = if name.contains('/') {
                    name.trim_start_matches("./").trim_matches('/').to_owned()
                } else if name == "." {
                    folder.clear();
                    String::new()
                } else {
                    let path = folder.iter().chain(std::iter::once(&name)).cloned().collect::<Vec<_>>().join("/");
                    if entry.kind.as_deref() == Some("dir") {
                        folder.push(name);
                    }
                    path
                };
                if path.split('/').any(|part| part == "..") {
                    listing.faults.push((number, "a path that leaves the tree".to_owned()));
                } else if listing.entries.insert(path, entry).is_some() {
                    listing.faults.push((number, "a path for the second time".to_owned()));
                }
            }
        }
    }
    listing
}

fn set<'a>(entry: &mut Entry, words: impl Iterator<Item = &'a str>, line: u32, faults: &mut Vec<(u32, String)>) {
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let understood = match key {
            "type" => {
                entry.kind = Some(value.to_owned());
                true
            }
            "mode" => {
                entry.mode = u32::from_str_radix(value, 8).ok().filter(|mode| *mode <= 0o7777);
                entry.mode.is_some()
            }
            "uid" => number(&mut entry.uid, value),
            "gid" => number(&mut entry.gid, value),
            "size" => number(&mut entry.size, value),
            "time" => number(&mut entry.time, value.split('.').next().unwrap_or(value)),
            "uname" => name(&mut entry.uname, value),
            "gname" => name(&mut entry.gname, value),
            "link" => name(&mut entry.link, value),
            // Sums, flags and counts are not needed here.
            _ => true,
        };
        if !understood {
            faults.push((line, format!("{key}: not understood")));
        }
    }
}

fn unset(entry: &mut Entry, key: &str) {
    match key {
        "type" => entry.kind = None,
        "mode" => entry.mode = None,
        "uid" => entry.uid = None,
        "gid" => entry.gid = None,
        "uname" => entry.uname = None,
        "gname" => entry.gname = None,
        "all" => *entry = Entry::default(),
        _ => {}
    }
}

fn number<T: std::str::FromStr>(slot: &mut Option<T>, value: &str) -> bool {
    *slot = value.parse().ok();
    slot.is_some()
}

fn name(slot: &mut Option<String>, value: &str) -> bool {
    *slot = Some(unvis(value));
    !value.is_empty()
}

/// Resolves `\040` and the like, as vis(3) writes blanks and control characters.
pub(super) fn unvis(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let octal = (*first == b'\\').then(|| tail.get(..3)).flatten().and_then(|digits| {
            digits.iter().try_fold(0_u32, |value, digit| {
                (b'0'..=b'7').contains(digit).then(|| value * 8 + u32::from(digit - b'0'))
            })
        });
        match octal.and_then(|value| u8::try_from(value).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[3..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn full_paths_and_nested_folders_are_read() {
        let listing = parse(
            "#mtree\n/set type=file uid=0 gid=0 uname=root gname=root\n. type=dir mode=0755\n    var type=dir mode=0755\n        \
             log type=dir mode=0750 \\\n gname=adm\n            a\\040b.log mode=0640 time=1700000000.0\n        ..\n    ..\n..\n\
             ./etc/passwd mode=0644\n",
        );
        assert_eq!(listing.faults, [(10, "`..` above the top".to_owned())]);
        assert_eq!(listing.entries["var/log/a b.log"].mode, Some(0o640));
        assert_eq!(listing.entries["var/log"].gname.as_deref(), Some("adm"));
        assert_eq!(listing.entries["etc/passwd"].uname.as_deref(), Some("root"));
    }

    #[test]
    fn what_is_not_understood_is_a_fault_with_its_line() {
        let listing = parse("./a mode=0999 uid=x\n./../b type=file\n");
        assert_eq!(listing.faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 1, 2]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-z/.=\\\\# \n0-9]{0,300}") {
            let _ = parse(&text);
        }
    }
}
