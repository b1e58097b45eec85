//! A host's files out of a folder with an mtree listing, a tar, a container image, or the live root: one way to ask all of
//! them. Links are resolved inside the root, as a process of that host would see them; nothing is followed out of it.

pub(in crate::collect) mod archive;
mod side;

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::limits::{HOST_ENTRIES, HOST_FILE_BYTES, HOST_LINKS};
use crate::collect::unpacked::archive_stem;
use crate::collect::world::{FileKind, Refusal, World};
use crate::model::Time;
use crate::syntax::acl::{self, Flags, Lists};
use crate::syntax::mtree::{self, Listing};
use archive::Archive;
use side::Side;

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

/// What stands beside a mode; each with the reason where it cannot be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) struct Extra {
    pub(in crate::collect) acl: Result<Lists, &'static str>,
    pub(in crate::collect) flags: Result<Flags, &'static str>,
    /// A capability lets the program read every file.
    pub(in crate::collect) reads_all: Result<bool, &'static str>,
}

impl Extra {
    fn unknown(reason: &'static str) -> Self {
        Self { acl: Err(reason), flags: Err(reason), reads_all: Err(reason) }
    }
}

/// A host's files. Paths have no `/` in front.
pub(in crate::collect) struct HostTree<'a> {
    world: &'a dyn World,
    root: String,
    source: Source,
    side: Side,
    faults: Vec<String>,
}

enum Source {
    /// A folder; metadata out of the listing alone.
    Listed(Listing),
    /// A folder without a listing: content can be read, modes and owners cannot be known.
    Unlisted,
    /// The machine's own root.
    Live,
    /// A tar or image: metadata of all entries, content of the small files that are wanted.
    Archived(Archive),
}

impl<'a> HostTree<'a> {
    /// Opens a root; of files below `hashed` the sums can be asked for.
    pub(in crate::collect) fn open(world: &'a dyn World, path: &str, hashed: Option<&str>) -> Result<Self, String> {
        if let Some(stem) = archive_stem(path) {
            let (archive, faults) = Archive::read(world, path, hashed)?;
            let mut tree = Self::new(world, path.to_owned(), Source::Archived(archive), faults);
            tree.side = Side::read(world, stem, &mut tree.faults);
            return Ok(tree);
        }
        let facts = world.inspect(path).map_err(|refusal| refusal.to_string())?;
        if facts.kind != FileKind::Directory {
            return Err("not a folder, a tar, a snapshot (.json) or /".to_owned());
        }
        let root = path.trim_end_matches('/').to_owned();
        if root.is_empty() {
            return Ok(Self::new(world, root, Source::Live, Vec::new()));
        }
        for listing in [format!("{root}.mtree"), format!("{root}/root.mtree"), format!("{root}/.mtree")] {
            match world.read(&listing, HOST_FILE_BYTES) {
                Ok(bytes) => return Ok(Self::listed(world, root, &listing, &bytes)),
                Err(Refusal::NotFound) => {}
                Err(refusal) => return Err(format!("{listing}: {refusal}")),
            }
        }
        let fault = "no mtree listing: modes and owners cannot be known".to_owned();
        Ok(Self::new(world, root, Source::Unlisted, vec![fault]))
    }

    fn new(world: &'a dyn World, root: String, source: Source, faults: Vec<String>) -> Self {
        Self { world, root, source, side: Side::default(), faults }
    }

    fn listed(world: &'a dyn World, root: String, path: &str, bytes: &[u8]) -> Self {
        let listing = mtree::parse(&String::from_utf8_lossy(bytes));
        let mut faults: Vec<String> =
            listing.faults.iter().take(20).map(|(line, fault)| format!("{path}:{line}: {fault}")).collect();
        faults.extend(unnamed(world, &root, path, &listing));
        let side = Side::read(world, path.strip_suffix(".mtree").unwrap_or(path), &mut faults);
        Self { side, ..Self::new(world, root, Source::Listed(listing), faults) }
    }

    /// What is wrong with the root as a whole.
    pub(in crate::collect) fn faults(&self) -> &[String] {
        &self.faults
    }

    /// The path as reports name it.
    pub(in crate::collect) fn shown(&self, path: &str) -> String {
        if self.root.is_empty() { format!("/{path}") } else { format!("{}/{path}", self.root) }
    }

    /// What is known of a path, its own link not followed; `None` where there is nothing.
    pub(in crate::collect) fn entry(&self, path: &str) -> Option<Entry> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.resolved(folder).ok()?;
        self.raw(&joined(&folder, name))
    }

    /// What is known of a path whose parents are no links.
    fn raw(&self, path: &str) -> Option<Entry> {
        match &self.source {
            Source::Listed(listing) => listing.entries.get(path).map(of_listing),
            Source::Archived(archive) => archive.entry(path),
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

    /// The path without links, as a process whose root this is would reach it.
    pub(in crate::collect) fn resolved(&self, path: &str) -> Result<String, Refusal> {
        let mut left: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut done: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = left.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    // Above the root is the root.
                    done.pop();
                    continue;
                }
                _ => {}
            }
            done.push(part);
            // A path that is nowhere has no links either; whoever asks for it gets `not found`.
            if let Some(Entry { kind: Some(Kind::Link(target)), .. }) = self.raw(&done.join("/")) {
                links += 1;
                if links > HOST_LINKS {
                    return Err(Refusal::Failed("a loop of links".to_owned()));
                }
                done.pop();
                if target.starts_with('/') {
                    done.clear();
                }
                left.extend(target.split('/').rev().map(str::to_owned));
            }
        }
        Ok(done.join("/"))
    }

    /// Access control lists, flags and capabilities of a path.
    pub(in crate::collect) fn extra(&self, path: &str) -> Extra {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Ok(folder) = self.resolved(folder) else { return Extra::unknown("a loop of links") };
        let path = joined(&folder, name);
        let mut extra = match &self.source {
            Source::Live => self.live(&path),
            Source::Archived(archive) => archive.extra(&path),
            Source::Listed(_) | Source::Unlisted => Extra::unknown("no listing beside the root says it"),
        };
        self.side.complete(&path, &mut extra);
        extra
    }

    /// Programs that a listing beside the root says may read every file.
    pub(in crate::collect) fn reading_programs(&self) -> Vec<&str> {
        self.side.reading_programs().unwrap_or_default()
    }

    /// Why programs with such a capability may have been missed; `None` where all were seen.
    pub(in crate::collect) fn programs_unknown(&self) -> Option<&'static str> {
        let is_seen =
            matches!(self.source, Source::Live | Source::Archived(_)) || self.side.reading_programs().is_some();
        (!is_seen).then_some("no listing of getcap stands beside the root")
    }

    fn live(&self, path: &str) -> Extra {
        let Ok(attributes) = self.world.attributes(&self.shown(path)) else {
            return Extra::unknown("the attributes cannot be read");
        };
        let list = |bytes: Option<Vec<u8>>| bytes.map_or(Some(Vec::new()), |bytes| acl::from_attribute(&bytes));
        let lists = list(attributes.acl).zip(list(attributes.default_acl));
        Extra {
            acl: lists.map(|(access, default)| Lists { access, default }).ok_or("the list cannot be understood"),
            flags: attributes
                .append_only
                .zip(attributes.immutable)
                .map(|(append_only, immutable)| Flags { append_only, immutable })
                .ok_or("the attributes cannot be read"),
            reads_all: match attributes.capability {
                Some(bytes) => acl::capability_reads_all(&bytes).ok_or("the capability cannot be understood"),
                None => Ok(false),
            },
        }
    }

    /// The names in a directory, in byte order; links to it are followed inside the root.
    pub(in crate::collect) fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        let path = self.resolved(path)?;
        match &self.source {
            Source::Listed(listing) => match listing.entries.contains_key(&path) {
                true => Ok(children(&listing.entries, &path)),
                false => Err(Refusal::NotFound),
            },
            Source::Archived(archive) => archive.list(&path),
            Source::Unlisted | Source::Live => self.world.list(&self.shown(&path)),
        }
    }

    /// A small file's bytes; links are followed inside the root.
    pub(in crate::collect) fn bytes(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        let path = self.resolved(path)?;
        match &self.source {
            Source::Archived(archive) => archive.content(&path),
            Source::Live => self.world.read(&self.shown(&path), HOST_FILE_BYTES),
            Source::Listed(_) | Source::Unlisted => {
                self.hold_to_folder(&path)?;
                self.world.read(&self.shown(&path), HOST_FILE_BYTES)
            }
        }
    }

    /// SHA-256 of a file, in hexadecimal.
    pub(in crate::collect) fn digest(&self, path: &str) -> Result<String, Refusal> {
        let path = self.resolved(path)?;
        if let Source::Archived(archive) = &self.source {
            return archive.digest(&path);
        }
        if !matches!(self.source, Source::Live) {
            self.hold_to_folder(&path)?;
        }
        super::release::digest(self.world.open(&self.shown(&path))?)
    }

    /// A small text file; bytes that are not UTF-8 are replaced.
    pub(in crate::collect) fn text(&self, path: &str) -> Result<String, Refusal> {
        Ok(String::from_utf8_lossy(&self.bytes(path)?).into_owned())
    }

    /// Refuses a path that on disk passes through a link of which the listing knows nothing: it may lead anywhere.
    fn hold_to_folder(&self, path: &str) -> Result<(), Refusal> {
        let mut component = String::new();
        for part in path.split('/') {
            component = joined(&component, part);
            if matches!(self.world.inspect(&self.shown(&component))?.kind, FileKind::Symlink(_)) {
                return Err(Refusal::Failed("a link that the listing does not name".to_owned()));
            }
        }
        Ok(())
    }
}

/// Files of the folder that its listing does not name: what was put there later was not seen by whoever made the listing.
fn unnamed(world: &dyn World, root: &str, own: &str, listing: &Listing) -> Vec<String> {
    let (mut faults, mut left, mut count) = (Vec::new(), vec![String::new()], 0);
    while let Some(folder) = left.pop() {
        let shown = if folder.is_empty() { root.to_owned() } else { format!("{root}/{folder}") };
        let Ok(names) = world.list(&shown) else { continue };
        for name in names {
            let path = joined(&folder, &name);
            let shown = format!("{root}/{path}");
            count += 1;
            if count > HOST_ENTRIES || faults.len() >= 20 {
                return faults;
            }
            // The listings themselves are no part of the host.
            if shown == own || Side::is_listing(&shown, own) {
                continue;
            }
            if !listing.entries.contains_key(&path) {
                faults.push(format!("{shown}: the listing does not name it"));
            } else if matches!(world.inspect(&shown), Ok(facts) if facts.kind == FileKind::Directory) {
                left.push(path);
            }
        }
    }
    faults
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The names of what lies directly below a path.
fn children<T>(entries: &BTreeMap<String, T>, path: &str) -> Vec<String> {
    let start = if path.is_empty() { String::new() } else { format!("{path}/") };
    let below = entries.range(start.clone()..).map_while(|(name, _)| name.strip_prefix(&start));
    let names: BTreeSet<&str> = below.map(|rest| rest.split('/').next().unwrap_or(rest)).collect();
    names.into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect()
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
