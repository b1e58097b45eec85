//! A host's files out of a folder with an mtree listing, a tar, or the live root: one way to ask all three.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use crate::collect::limits::{HOST_ARCHIVE_BYTES, HOST_ENTRIES, HOST_FILE_BYTES};
use crate::collect::world::{FileKind, Refusal, World};
use crate::model::Time;
use crate::syntax::mtree::{self, Listing};

/// What is known of a path. Owner and group may be names or, where no name is known, absent with their number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::collect) struct Entry {
    pub(in crate::collect) kind: Option<Kind>,
    pub(in crate::collect) mode: Option<u32>,
    pub(in crate::collect) uid: Option<u32>,
    pub(in crate::collect) gid: Option<u32>,
    pub(in crate::collect) owner: Option<String>,
    pub(in crate::collect) group: Option<String>,
    pub(in crate::collect) modified: Option<Time>,
}

/// What a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) enum Kind {
    File,
    Directory,
    Link(String),
    Other,
}

/// A host's files. Paths have no `/` in front.
pub(in crate::collect) struct HostTree<'a> {
    world: &'a dyn World,
    root: String,
    source: Source,
    faults: Vec<String>,
}

enum Source {
    /// A folder; metadata out of the listing alone.
    Listed(Listing),
    /// A folder without a listing: content can be read, modes and owners cannot be known.
    Unlisted,
    /// The machine's own root.
    Live,
    /// A tar: metadata of all entries, content of the small files that are wanted.
    Archive { entries: BTreeMap<String, Entry>, contents: BTreeMap<String, Vec<u8>> },
}

impl<'a> HostTree<'a> {
    /// Opens a root.
    pub(in crate::collect) fn open(world: &'a dyn World, path: &str) -> Result<Self, String> {
        if path.ends_with(".tar") {
            return Self::archive(world, path);
        }
        let facts = world.inspect(path).map_err(|refusal| refusal.to_string())?;
        if facts.kind != FileKind::Directory {
            return Err("not a folder, a .tar or /".to_owned());
        }
        let root = path.trim_end_matches('/').to_owned();
        if root.is_empty() {
            return Ok(Self { world, root, source: Source::Live, faults: Vec::new() });
        }
        for listing in [format!("{root}.mtree"), format!("{root}/root.mtree"), format!("{root}/.mtree")] {
            match world.read(&listing, HOST_FILE_BYTES) {
                Ok(bytes) => return Ok(Self::listed(world, root, &listing, &bytes)),
                Err(Refusal::NotFound) => {}
                Err(refusal) => return Err(format!("{listing}: {refusal}")),
            }
        }
        let fault = "no mtree listing: modes and owners cannot be known".to_owned();
        Ok(Self { world, root, source: Source::Unlisted, faults: vec![fault] })
    }

    fn listed(world: &'a dyn World, root: String, path: &str, bytes: &[u8]) -> Self {
        let listing = mtree::parse(&String::from_utf8_lossy(bytes));
        let faults = listing.faults.iter().take(20).map(|(line, fault)| format!("{path}:{line}: {fault}")).collect();
        Self { world, root, source: Source::Listed(listing), faults }
    }

    fn archive(world: &'a dyn World, path: &str) -> Result<Self, String> {
        let reader = world.open(path).map_err(|refusal| refusal.to_string())?;
        let mut archive = tar::Archive::new(reader.take(HOST_ARCHIVE_BYTES));
        let (mut entries, mut contents, mut faults) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for entry in archive.entries().map_err(|error| error.to_string())? {
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    faults.push(format!("the archive ends or breaks: {error}"));
                    break;
                }
            };
            let name = entry.path().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let Some(name) = inner(&name) else {
                faults.push("an entry whose path leaves the tree".to_owned());
                continue;
            };
            if entries.len() >= HOST_ENTRIES {
                faults.push("more entries than are read".to_owned());
                break;
            }
            if is_wanted(&name) && entry.header().entry_type().is_file() {
                let mut content = Vec::new();
                match (&mut entry).take(HOST_FILE_BYTES).read_to_end(&mut content) {
                    Ok(_) => {
                        contents.insert(name.clone(), content);
                    }
                    Err(error) => faults.push(format!("{name}: {error}")),
                }
            }
            entries.insert(name, of_header(entry.header(), entry.link_name().ok().flatten().as_deref()));
        }
        Ok(Self { world, root: path.to_owned(), source: Source::Archive { entries, contents }, faults })
    }

    /// What is wrong with the root as a whole.
    pub(in crate::collect) fn faults(&self) -> &[String] {
        &self.faults
    }

    /// The path as reports name it.
    pub(in crate::collect) fn shown(&self, path: &str) -> String {
        if self.root.is_empty() { format!("/{path}") } else { format!("{}/{path}", self.root) }
    }

    /// What is known of a path; `None` where there is nothing.
    pub(in crate::collect) fn entry(&self, path: &str) -> Option<Entry> {
        match &self.source {
            Source::Listed(listing) => listing.entries.get(path).map(of_listing),
            Source::Archive { entries, .. } => entries.get(path).cloned().or_else(|| {
                // An archive may leave out the entries of folders; they exist, and their modes are not known.
                let start = format!("{path}/");
                let next = entries.range(start.clone()..).next();
                next.filter(|(name, _)| name.starts_with(&start))
                    .map(|_| Entry { kind: Some(Kind::Directory), ..Entry::default() })
            }),
            Source::Unlisted | Source::Live => {
                let facts = self.world.inspect(&self.shown(path)).ok()?;
                let live = matches!(self.source, Source::Live);
                Some(Entry {
                    kind: Some(match facts.kind {
                        FileKind::File => Kind::File,
                        FileKind::Directory => Kind::Directory,
                        FileKind::Symlink(target) => Kind::Link(target),
                        FileKind::Other => Kind::Other,
                    }),
                    mode: live.then_some(facts.mode),
                    uid: live.then_some(facts.uid),
                    gid: live.then_some(facts.gid),
                    owner: None,
                    group: None,
                    modified: live.then_some(facts.modified),
                })
            }
        }
    }

    /// The names in a directory, in byte order.
    pub(in crate::collect) fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        let children = |paths: &mut dyn Iterator<Item = &String>| -> Vec<String> {
            let start = format!("{path}/");
            let names: BTreeSet<String> = paths
                .filter_map(|name| name.strip_prefix(&start))
                .map(|rest| rest.split('/').next().unwrap_or(rest).to_owned())
                .collect();
            names.into_iter().collect()
        };
        match &self.source {
            Source::Listed(listing) => match listing.entries.contains_key(path) {
                true => Ok(children(&mut listing.entries.keys())),
                false => Err(Refusal::NotFound),
            },
            Source::Archive { entries, .. } => {
                let names = children(&mut entries.keys());
                if names.is_empty() && !entries.contains_key(path) { Err(Refusal::NotFound) } else { Ok(names) }
            }
            Source::Unlisted | Source::Live => self.world.list(&self.shown(path)),
        }
    }

    /// A small text file; bytes that are not UTF-8 are replaced.
    pub(in crate::collect) fn text(&self, path: &str) -> Result<String, Refusal> {
        let bytes = match &self.source {
            Source::Archive { contents, entries } => match (contents.get(path), entries.contains_key(path)) {
                (Some(content), _) => content.clone(),
                (None, true) => return Err(Refusal::NotAFile),
                (None, false) => return Err(Refusal::NotFound),
            },
            _ => self.world.read(&self.shown(path), HOST_FILE_BYTES)?,
        };
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn of_listing(listed: &mtree::Entry) -> Entry {
    Entry {
        kind: listed.kind.as_deref().map(|kind| match kind {
            "file" => Kind::File,
            "dir" => Kind::Directory,
            "link" => Kind::Link(listed.link.clone().unwrap_or_default()),
            _ => Kind::Other,
        }),
        mode: listed.mode,
        uid: listed.uid,
        gid: listed.gid,
        owner: listed.uname.clone(),
        group: listed.gname.clone(),
        modified: listed.time.map(Time::from_unix_seconds),
    }
}

fn of_header(header: &tar::Header, link: Option<&std::path::Path>) -> Entry {
    let kind = header.entry_type();
    Entry {
        kind: Some(if kind.is_file() {
            Kind::File
        } else if kind.is_dir() {
            Kind::Directory
        } else if kind.is_symlink() {
            Kind::Link(link.map(|target| target.to_string_lossy().into_owned()).unwrap_or_default())
        } else {
            Kind::Other
        }),
        mode: header.mode().ok().map(|mode| mode & 0o7777),
        uid: header.uid().ok().and_then(|uid| u32::try_from(uid).ok()),
        gid: header.gid().ok().and_then(|gid| u32::try_from(gid).ok()),
        owner: header.username().ok().flatten().filter(|name| !name.is_empty()).map(str::to_owned),
        group: header.groupname().ok().flatten().filter(|name| !name.is_empty()).map(str::to_owned),
        modified: header.mtime().ok().and_then(|time| i64::try_from(time).ok()).map(Time::from_unix_seconds),
    }
}

/// A path inside the tree, without `./` or `/` in front; `None` where it leaves the tree.
fn inner(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_matches('/');
    let path = if path == "." { "" } else { path };
    (!path.split('/').any(|part| part == "..")).then(|| path.to_owned())
}

/// The small files of an archive whose content is read.
fn is_wanted(path: &str) -> bool {
    matches!(path, "etc/passwd" | "etc/group" | "etc/shadow" | "etc/sudoers" | "etc/logrotate.conf")
        || path.starts_with("etc/sudoers.d/")
        || path.starts_with("etc/logrotate.d/")
        || path.starts_with("etc/ssh/")
        || path.starts_with("etc/postfix/virtual")
        || matches!(path, "etc/aliases" | "etc/mail/aliases")
        || [".forward", ".dovecot.sieve"].iter().any(|name| path.ends_with(&format!("/{name}")))
        || path.contains("authorized_keys")
}
