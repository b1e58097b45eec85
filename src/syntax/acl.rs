//! POSIX access control lists (acl(5)) in their three spellings: the kernel's attribute, the short text of a tar, and the
//! listing that `getfacl -R` prints; beside it the listings of `lsattr -R` and `getcap -r`. It decides no access.

use std::collections::BTreeMap;

/// Whom an entry is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// `user::`, the file's owner.
    Owner,
    /// `user:NAME:`, by name or number.
    User(String),
    /// `group::`, the file's group.
    Group,
    /// `group:NAME:`, by name or number.
    NamedGroup(String),
    /// `mask::`, the most that named users and all groups get.
    Mask,
    /// `other::`.
    Other,
}

/// One entry: a tag and its bits (read 4, write 2, execute 1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Whom it is for.
    pub tag: Tag,
    /// 0 to 7.
    pub bits: u8,
}

/// A list; without named entries it says no more than the mode.
pub type Acl = Vec<Entry>;

/// Reads the value of `system.posix_acl_access` or `system.posix_acl_default` (Linux, version 2, little endian).
#[must_use]
pub fn from_attribute(bytes: &[u8]) -> Option<Acl> {
    let (version, rest) = bytes.split_first_chunk::<4>()?;
    let (entries, left) = rest.as_chunks::<8>();
    if u32::from_le_bytes(*version) != 2 || !left.is_empty() {
        return None;
    }
    entries
        .iter()
        .map(|entry| {
            let [tag_low, tag_high, bits_low, bits_high, id @ ..] = *entry;
            let id = u32::from_le_bytes(id).to_string();
            let bits = u8::try_from(u16::from_le_bytes([bits_low, bits_high])).ok().filter(|bits| *bits <= 7)?;
            let tag = match u16::from_le_bytes([tag_low, tag_high]) {
                0x01 => Tag::Owner,
                0x02 => Tag::User(id),
                0x04 => Tag::Group,
                0x08 => Tag::NamedGroup(id),
                0x10 => Tag::Mask,
                0x20 => Tag::Other,
                _ => return None,
            };
            Some(Entry { tag, bits })
        })
        .collect()
}

/// Reads a list in text: entries parted by commas or lines, as `SCHILY.acl.access` of a tar and getfacl(1) have them.
#[must_use]
pub fn from_text(text: &str) -> Option<Acl> {
    let entries = text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty() && !entry.starts_with('#'));
    entries.map(entry).collect()
}

/// One entry: `user:webops:r--`, with a number behind it where star wrote it, or getfacl's `#effective:` note.
fn entry(text: &str) -> Option<Entry> {
    let text = text.split_once('#').map_or(text, |(front, _)| front).trim();
    let mut parts = text.split(':');
    let (tag, name, bits) = (parts.next()?, parts.next()?, parts.next()?);
    // A number at the end is the name's own on the host that wrote the archive; the name is what the listing speaks of.
    if parts.next().is_some_and(|number| number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let name = unescaped(name);
    let tag = match (tag, name.is_empty()) {
        ("user" | "u", true) => Tag::Owner,
        ("user" | "u", false) => Tag::User(name),
        ("group" | "g", true) => Tag::Group,
        ("group" | "g", false) => Tag::NamedGroup(name),
        ("mask" | "m", true) => Tag::Mask,
        ("other" | "o", true) => Tag::Other,
        _ => return None,
    };
    Some(Entry { tag, bits: bits_of(bits)? })
}

fn bits_of(text: &str) -> Option<u8> {
    let [read, write, execute] = text.as_bytes() else { return None };
    let bit = |byte: u8, letters: &[u8], value: u8| match byte {
        b'-' => Some(0),
        _ if letters.contains(&byte) => Some(value),
        _ => None,
    };
    Some(bit(*read, b"r", 4)? | bit(*write, b"w", 2)? | bit(*execute, b"xX", 1)?)
}

/// One entry in getfacl's spelling.
#[must_use]
pub fn shown(entry: &Entry) -> String {
    let (tag, name) = match &entry.tag {
        Tag::Owner => ("user", ""),
        Tag::User(name) => ("user", name.as_str()),
        Tag::Group => ("group", ""),
        Tag::NamedGroup(name) => ("group", name.as_str()),
        Tag::Mask => ("mask", ""),
        Tag::Other => ("other", ""),
    };
    let letter = |bit: u8, letter: char| if entry.bits & bit == 0 { '-' } else { letter };
    format!("{tag}:{name}:{}{}{}", letter(4, 'r'), letter(2, 'w'), letter(1, 'x'))
}

/// The list and the default list of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lists {
    /// What decides access.
    pub access: Acl,
    /// What new files in a directory get; empty where there is none.
    pub default: Acl,
}

/// What a listing says by path, without `/` or `./` in front, and the lines that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// By path.
    pub entries: BTreeMap<String, T>,
    /// Lines, from 1.
    pub faults: Vec<u32>,
}

/// Reads what `getfacl -R` prints.
#[must_use]
pub fn getfacl(text: &str) -> Listing<Lists> {
    let mut listing = Listing { entries: BTreeMap::new(), faults: Vec::new() };
    let mut current: Option<String> = None;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        if let Some(path) = line.strip_prefix("# file: ") {
            let path = relative(&unescaped(path));
            listing.entries.entry(path.clone()).or_insert_with(Lists::default);
            current = Some(path);
        } else if !line.is_empty() && !line.starts_with('#') {
            let lists = current.as_ref().and_then(|path| listing.entries.get_mut(path));
            let (text, is_default) = line.strip_prefix("default:").map_or((line, false), |rest| (rest, true));
            match (lists, entry(text)) {
                (Some(lists), Some(entry)) if is_default => lists.default.push(entry),
                (Some(lists), Some(entry)) => lists.access.push(entry),
                _ => listing.faults.push(number),
            }
        }
    }
    listing
}

/// What the file system itself refuses, whatever the mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Nothing but appending.
    pub append_only: bool,
    /// No change at all.
    pub immutable: bool,
}

/// Reads what `lsattr -R` prints.
#[must_use]
pub fn lsattr(text: &str) -> Listing<Flags> {
    let mut listing = Listing { entries: BTreeMap::new(), faults: Vec::new() };
    for (number, line) in (1_u32..).zip(text.lines()) {
        // A folder's own heading ends with a colon.
        if line.trim().is_empty() || (line.ends_with(':') && !line.starts_with('-')) {
            continue;
        }
        match line.split_once(' ') {
            Some((flags, path)) if flags.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphabetic()) => {
                let flags = Flags { append_only: flags.contains('a'), immutable: flags.contains('i') };
                listing.entries.insert(relative(path.trim_start()), flags);
            }
            _ => listing.faults.push(number),
        }
    }
    listing
}

/// Whether a program may read files that its user may not: `CAP_DAC_OVERRIDE` (1) or `CAP_DAC_READ_SEARCH` (2) permitted.
#[must_use]
pub fn capability_reads_all(attribute: &[u8]) -> Option<bool> {
    let (magic, rest) = attribute.split_first_chunk::<4>()?;
    let (permitted, _) = rest.split_first_chunk::<4>()?;
    let version = u32::from_le_bytes(*magic) & 0xff00_0000;
    let length = match version {
        0x0100_0000 => 12,
        0x0200_0000 => 20,
        0x0300_0000 => 24,
        _ => return None,
    };
    (attribute.len() == length).then(|| u32::from_le_bytes(*permitted) & 0b110 != 0)
}

/// Reads what `getcap -r` prints: whether each program may read all files.
#[must_use]
pub fn getcap(text: &str) -> Listing<bool> {
    let mut listing = Listing { entries: BTreeMap::new(), faults: Vec::new() };
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        // Newer: `PATH cap_net_raw=ep`; older: `PATH = cap_net_raw+ep`.
        let parts = line.split_once(" = ").or_else(|| line.rsplit_once(' '));
        match parts {
            Some((path, caps)) if caps.contains(['=', '+']) => {
                let (names, how) = caps.split_once(['=', '+']).unwrap_or((caps, ""));
                let all = names.is_empty() || names == "all";
                let reads = all || names.split(',').any(is_reading_capability);
                listing.entries.insert(relative(path.trim()), reads && how.contains('p'));
            }
            _ if line.is_empty() => {}
            _ => listing.faults.push(number),
        }
    }
    listing
}

/// Whether a capability's name opens every file.
#[must_use]
pub fn is_reading_capability(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    matches!(name.as_str(), "cap_dac_override" | "cap_dac_read_search" | "all")
}

fn relative(path: &str) -> String {
    let path = path.trim_start_matches("./").trim_matches('/');
    if path == "." { String::new() } else { path.to_owned() }
}

/// Resolves `\040`, as getfacl writes blanks and control characters.
fn unescaped(text: &str) -> String {
    super::mtree::unvis(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_attribute_of_the_kernel_is_read() {
        let mut bytes = vec![2, 0, 0, 0];
        for (tag, bits, id) in
            [(1_u16, 6_u16, u32::MAX), (2, 4, 1001), (4, 4, u32::MAX), (16, 4, u32::MAX), (32, 0, u32::MAX)]
        {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(bits.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        let shown: Vec<String> = from_attribute(&bytes).unwrap().iter().map(shown).collect();
        assert_eq!(shown, ["user::rw-", "user:1001:r--", "group::r--", "mask::r--", "other::---"]);
        bytes.pop();
        assert_eq!(from_attribute(&bytes), None);
    }

    #[test]
    fn text_of_tar_and_star_is_read() {
        let acl = from_text("user::rw-,user:webops:r--:1001,group::r--,mask::r--,other::---").unwrap();
        assert_eq!(acl[1], Entry { tag: Tag::User("webops".to_owned()), bits: 4 });
        assert_eq!(from_text("user:r--"), None);
        assert_eq!(from_text("user:a:rwz"), None);
    }

    #[test]
    fn listings_of_three_programs_are_read() {
        let facl = getfacl(
            "# file: var/log/a\\040b\n# owner: root\n# flags: -s-\nuser::rw-\nuser:webops:rwx\t\t#effective:r--\ngroup::r--\nmask::r--\nother::---\n\
             default:user:ghost:r-x\n\nnonsense\n",
        );
        assert_eq!(facl.faults, [11]);
        let lists = &facl.entries["var/log/a b"];
        assert_eq!((lists.access.len(), shown(&lists.default[0])), (5, "user:ghost:r-x".to_owned()));
        let flags = lsattr("-----a--------e------- ./var/log/x\n\n./var:\n----i---------e------- /etc/y\n").entries;
        assert!(flags["var/log/x"].append_only && flags["etc/y"].immutable && !flags["etc/y"].append_only);
        let caps =
            getcap("/usr/bin/ping cap_net_raw=ep\n/usr/bin/x = cap_chown,cap_dac_read_search+ep\n/y =ep\n").entries;
        assert_eq!(caps.values().copied().collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn a_capability_that_reads_everything_is_known() {
        let of = |bits: u32| {
            let mut bytes = 0x0200_0001_u32.to_le_bytes().to_vec();
            bytes.extend(bits.to_le_bytes());
            bytes.extend([0; 12]);
            capability_reads_all(&bytes)
        };
        assert_eq!((of(1 << 2), of(1 << 13), of(1 << 1)), (Some(true), Some(false), Some(true)));
        assert_eq!(capability_reads_all(&[1]), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(bits in 0_u8..8, name in "[a-z][a-z0-9_-]{0,8}") {
            for tag in [Tag::Owner, Tag::User(name.clone()), Tag::Group, Tag::NamedGroup(name), Tag::Mask, Tag::Other] {
                let one = Entry { tag, bits };
                prop_assert_eq!(from_text(&shown(&one)), Some(vec![one]));
            }
        }

        #[test]
        fn anything_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), text in "[a-z:#=+,.\\\\0-9 \n-]{0,200}") {
            let _ = (from_attribute(&bytes), capability_reads_all(&bytes));
            let _ = (from_text(&text), getfacl(&text), lsattr(&text), getcap(&text));
        }
    }
}
