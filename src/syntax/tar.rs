//! Tar archives (POSIX.1-2017 pax, ustar, GNU) as a stream of entries. Of a pax record every byte is kept: access control
//! lists and capabilities are binary values in which a line may end.

use std::io::{ErrorKind, Read};

use super::acl;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A hard link to a path of the same archive.
    HardLink,
    /// A symbolic link.
    Symlink,
    /// A directory.
    Directory,
    /// A FIFO or device.
    Other,
}

/// One entry's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The path as written.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits.
    pub mode: u32,
    /// Owner's number.
    pub uid: u32,
    /// Group's number.
    pub gid: u32,
    /// Owner's name; empty where none is written.
    pub owner: String,
    /// Group's name; empty where none is written.
    pub group: String,
    /// Bytes of content that follow.
    pub size: u64,
    /// Last change, seconds since the epoch.
    pub modified: i64,
    /// Target of a link.
    pub target: String,
    /// Access control lists; a value that cannot be read is in `bad_attributes`.
    pub acl: acl::Lists,
    /// The value of `security.capability`.
    pub capability: Option<Vec<u8>>,
    /// File flags (`SCHILY.fflags`, as bsdtar and star write them); `None` where the entry has none.
    pub flags: Option<acl::Flags>,
    /// Attributes of this entry that could not be read.
    pub bad_attributes: bool,
}

/// Why an archive cannot be read further.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// The source failed or ended inside an entry.
    #[error("the archive ends or breaks: {0}")]
    Read(#[from] std::io::Error),
    /// A block that is no header: the archive is damaged or no tar.
    #[error("a block that is no tar header")]
    NoHeader,
    /// Extended headers over the limit: no honest archive has them.
    #[error("extended headers over {EXTENDED_BYTES} bytes")]
    TooLarge,
}

/// Bytes of one extended header; an access control list with a thousand entries has 30 KiB.
const EXTENDED_BYTES: u64 = 1024 * 1024;
const BLOCK: u64 = 512;

/// A stream of entries. The content of an entry is read between two calls of [`Reader::next_header`], or skipped.
pub struct Reader<R> {
    source: R,
    /// Content of the current entry that was not read yet, and what fills its last block.
    left: u64,
    padding: u64,
    global: Records,
}

#[derive(Debug, Default, Clone)]
struct Records(Vec<(String, Vec<u8>)>);

impl<R: Read> Reader<R> {
    /// A reader from the archive's first byte.
    pub fn new(source: R) -> Self {
        Self { source, left: 0, padding: 0, global: Records::default() }
    }

    /// The next entry; `None` at the end.
    ///
    /// # Errors
    /// A [`TarError`]; nothing can be read after it.
    pub fn next_header(&mut self) -> Result<Option<Header>, TarError> {
        self.skip()?;
        let (mut own, mut long_path, mut long_target) = (Records::default(), None, None);
        let mut extended = 0_u64;
        loop {
            let Some(block) = self.block()? else { return Ok(None) };
            let size = number(&block[124..136]).and_then(|size| u64::try_from(size).ok()).ok_or(TarError::NoHeader)?;
            let kind = block[156];
            if matches!(kind, b'x' | b'g' | b'L' | b'K') {
                extended = extended.saturating_add(size).saturating_add(BLOCK);
                if extended > EXTENDED_BYTES {
                    return Err(TarError::TooLarge);
                }
                let content = self.content(size)?;
                match kind {
                    b'x' => own = Records::of(&content),
                    b'g' => self.global.0.extend(Records::of(&content).0),
                    b'L' => long_path = Some(until_zero(&content)),
                    _ => long_target = Some(until_zero(&content)),
                }
                continue;
            }
            let header = header(&block, kind, size, &self.global, &own, long_path, long_target)?;
            self.left = header.size;
            self.padding = header.size.wrapping_neg() % BLOCK;
            return Ok(Some(header));
        }
    }

    /// A header block; `None` at the end of the archive: a block of zeros, or nothing more.
    fn block(&mut self) -> Result<Option<[u8; 512]>, TarError> {
        let mut block = [0; 512];
        match self.source.read_exact(&mut block) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(TarError::Read(error)),
            Err(error) => return Err(TarError::Read(error)),
        }
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let written = number(&block[148..156]).ok_or(TarError::NoHeader)?;
        let sum: i64 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { i64::from(*byte) })
            .sum();
        if written == sum { Ok(Some(block)) } else { Err(TarError::NoHeader) }
    }

    fn content(&mut self, size: u64) -> Result<Vec<u8>, TarError> {
        let mut content = Vec::new();
        (&mut self.source).take(size).read_to_end(&mut content)?;
        self.left = size - u64::try_from(content.len()).unwrap_or(size);
        self.padding = size.wrapping_neg() % BLOCK;
        self.skip()?;
        Ok(content)
    }

    fn skip(&mut self) -> Result<(), TarError> {
        let wanted = self.left.saturating_add(self.padding);
        let skipped = std::io::copy(&mut (&mut self.source).take(wanted), &mut std::io::sink())?;
        (self.left, self.padding) = (0, 0);
        if skipped == wanted { Ok(()) } else { Err(TarError::Read(ErrorKind::UnexpectedEof.into())) }
    }
}

/// The content of the current entry.
impl<R: Read> Read for Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.source.read(&mut buffer[..room])?;
        if read == 0 && room > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= u64::try_from(read).unwrap_or(self.left);
        Ok(read)
    }
}

impl Records {
    /// `LENGTH KEY=VALUE\n`, where the length counts the whole record: the only thing that says where a value ends.
    fn of(content: &[u8]) -> Self {
        let (mut records, mut rest) = (Vec::new(), content);
        while let Some(blank) = rest.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&rest[..blank]).ok().and_then(|text| text.parse::<usize>().ok());
            let record = length.filter(|length| *length > blank + 1).and_then(|length| rest.split_at_checked(length));
            let Some((record, tail)) = record else { break };
            let body = &record[blank + 1..record.len() - 1];
            if let Some(equals) = body.iter().position(|byte| *byte == b'=') {
                records.push((String::from_utf8_lossy(&body[..equals]).into_owned(), body[equals + 1..].to_vec()));
            }
            rest = tail;
        }
        Self(records)
    }

    fn last(&self, key: &str) -> Option<&[u8]> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_slice())
    }
}

fn header(
    block: &[u8; 512],
    kind: u8,
    size: u64,
    global: &Records,
    own: &Records,
    long_path: Option<String>,
    long_target: Option<String>,
) -> Result<Header, TarError> {
    let record = |key: &str| own.last(key).or_else(|| global.last(key));
    let text = |key: &str| record(key).map(|value| String::from_utf8_lossy(value).into_owned());
    let whole = |key: &str| text(key).and_then(|text| text.split('.').next()?.parse::<i64>().ok());
    let field = |from: usize, to: usize| whole_or(None, &block[from..to]);
    let is_ustar = &block[257..262] == b"ustar";
    let name = until_zero(&block[..100]);
    // GNU's own format uses the place of the prefix for times.
    let prefix = if is_ustar && block[262] == 0 { until_zero(&block[345..500]) } else { String::new() };
    let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
    let path = text("path").or(long_path).unwrap_or(name);
    let kind = match kind {
        b'0' | 0 | b'7' | b'S' if !path.ends_with('/') => EntryKind::File,
        b'0' | 0 | b'5' => EntryKind::Directory,
        b'1' => EntryKind::HardLink,
        b'2' => EntryKind::Symlink,
        _ => EntryKind::Other,
    };
    let mut bad_attributes = false;
    let mut acl_of = |texted: &str, binary: &str| {
        let texted = text(texted).map(|text| acl::from_text(&text));
        let list = texted.or_else(|| record(binary).map(acl::from_attribute));
        bad_attributes |= list == Some(None);
        list.flatten().unwrap_or_default()
    };
    let access = acl_of("SCHILY.acl.access", "SCHILY.xattr.system.posix_acl_access");
    let default = acl_of("SCHILY.acl.default", "SCHILY.xattr.system.posix_acl_default");
    let capability = record("SCHILY.xattr.security.capability").map(<[u8]>::to_vec);
    let flags = text("SCHILY.fflags").map(|names| {
        let has = |wanted: &[&str]| names.split(',').any(|name| wanted.contains(&name.trim()));
        acl::Flags {
            append_only: has(&["sappnd", "sappend", "uappnd", "uappend"]),
            immutable: has(&["schg", "schange", "simmutable", "uchg", "uchange", "uimmutable"]),
        }
    });
    let id = |key: &str, from: usize| {
        let value = whole(key).or_else(|| field(from, from + 8)).ok_or(TarError::NoHeader)?;
        u32::try_from(value).map_err(|_| TarError::NoHeader)
    };
    Ok(Header {
        kind,
        mode: u32::try_from(field(100, 108).ok_or(TarError::NoHeader)? & 0o7777).map_err(|_| TarError::NoHeader)?,
        uid: id("uid", 108)?,
        gid: id("gid", 116)?,
        owner: text("uname").unwrap_or_else(|| if is_ustar { until_zero(&block[265..297]) } else { String::new() }),
        group: text("gname").unwrap_or_else(|| if is_ustar { until_zero(&block[297..329]) } else { String::new() }),
        size: if matches!(kind, EntryKind::File | EntryKind::Other) {
            whole("size").and_then(|size| u64::try_from(size).ok()).unwrap_or(size)
        } else {
            // What a link or folder calls its size has no content behind it.
            0
        },
        modified: whole("mtime").or_else(|| field(136, 148)).unwrap_or_default(),
        target: text("linkpath").or(long_target).unwrap_or_else(|| until_zero(&block[157..257])),
        acl: acl::Lists { access, default },
        capability,
        flags,
        bad_attributes,
        path,
    })
}

fn whole_or(value: Option<i64>, field: &[u8]) -> Option<i64> {
    value.or_else(|| number(field))
}

/// A number in octal, or in base 256 where its first bit is set (GNU).
fn number(field: &[u8]) -> Option<i64> {
    let (first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        let negative = first & 0x40 != 0;
        let start = if negative { i64::from(*first) - 256 } else { i64::from(first & 0x7f) };
        return rest.iter().try_fold(start, |value, byte| value.checked_mul(256)?.checked_add(i64::from(*byte)));
    }
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { i64::from_str_radix(text, 8).ok().filter(|value| *value >= 0) }
}

fn until_zero(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(path: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut header = ::tar::Header::new_ustar();
        header.set_path(path).unwrap();
        header.set_entry_type(::tar::EntryType::new(kind));
        header.set_size(content.len() as u64);
        header.set_mode(0o640);
        header.set_uid(33);
        header.set_gid(4);
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }

    fn record(key: &str, value: &[u8]) -> Vec<u8> {
        let body = key.len() + value.len() + 3;
        let mut length = body + 1;
        while length != body + length.to_string().len() {
            length = body + length.to_string().len();
        }
        [format!("{length} {key}=").as_bytes(), value, b"\n"].concat()
    }

    #[test]
    fn a_value_with_line_ends_in_it_is_whole() {
        // Group 10 is a line end in the kernel's spelling.
        let acl = [2, 0, 0, 0, 8, 0, 4, 0, 10, 0, 0, 0];
        let flags = record("SCHILY.fflags", b"sappnd,nodump");
        let pax =
            [flags, record("SCHILY.xattr.system.posix_acl_access", &acl), record("path", b"var/log/long.log")].concat();
        let archive = [block("pax", b'x', &pax), block("short", b'0', b"line\n"), vec![0; 1024]].concat();
        let mut reader = Reader::new(archive.as_slice());
        let header = reader.next_header().unwrap().unwrap();
        assert_eq!((header.path.as_str(), header.mode, header.uid, header.gid), ("var/log/long.log", 0o640, 33, 4));
        assert_eq!(acl::shown(&header.acl.access[0]), "group:10:r--");
        assert_eq!(header.flags, Some(acl::Flags { append_only: true, immutable: false }));
        let mut content = String::new();
        reader.read_to_string(&mut content).unwrap();
        assert_eq!(content, "line\n");
        assert!(reader.next_header().unwrap().is_none());
    }

    #[test]
    fn what_is_cut_or_no_tar_is_an_error() {
        let whole = [block("a", b'0', b"content"), vec![0; 1024]].concat();
        let mut cut = Reader::new(&whole[..600]);
        cut.next_header().unwrap();
        assert!(matches!(cut.next_header(), Err(TarError::Read(_))));
        assert!(matches!(Reader::new([1_u8; 512].as_slice()).next_header(), Err(TarError::NoHeader)));
        let bomb = block("pax", b'x', &vec![b'1'; 2_000_000]);
        assert!(matches!(Reader::new(bomb.as_slice()).next_header(), Err(TarError::TooLarge)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), at in 0_usize..1500, byte in any::<u8>()) {
            let mut archive = [block("p", b'x', &record("uid", b"12")), block("a", b'0', &bytes), vec![0; 1024]].concat();
            let index = at % archive.len();
            archive[index] = byte;
            for source in [bytes.as_slice(), archive.as_slice()] {
                let mut reader = Reader::new(source);
                while let Ok(Some(_)) = reader.next_header() {}
            }
        }
    }
}
