//! A tar of a host, one layer of a container image, or a whole image (`docker save`, OCI layout in a tar): the last layer
//! that names a path decides, and a whiteout takes away what the layers below it had.

use std::collections::BTreeMap;
use std::io::Read;

use super::{Entry, Extra, Kind, children};
use crate::collect::limits::{HOST_ARCHIVE_BYTES, HOST_ARCHIVE_KEPT_BYTES, HOST_ENTRIES, HOST_FILE_BYTES, HOST_LAYERS};
use crate::collect::unpacked::unpacked;
use crate::collect::world::{Refusal, World};
use crate::model::Time;
use crate::syntax::acl::{self, Flags, Lists};
use crate::syntax::tar::{EntryKind, Header, Reader};

/// Bytes of an image's manifest; the registry's own limit is 4 MiB, real ones have some KiB.
pub(in crate::collect) const MANIFEST_BYTES: u64 = 4 * 1024 * 1024;

/// What an archive holds.
#[derive(Debug, Default)]
pub(super) struct Archive {
    entries: BTreeMap<String, Kept>,
    contents: BTreeMap<String, Vec<u8>>,
    /// Folder whose files' sums are wanted, with a `/` at its end, and the sums.
    hashed: Option<String>,
    digests: BTreeMap<String, String>,
    kept_bytes: u64,
    /// Some entry has an access control list, so the program that made the archive kept them.
    keeps_lists: bool,
    /// The same for file flags.
    keeps_flags: bool,
    /// Layers of an image have no lists but those that they state.
    is_image: bool,
    /// How many layers were read: a whiteout takes away what lower ones had, never what its own brings.
    layer: usize,
}

#[derive(Debug, Clone)]
struct Kept {
    layer: usize,
    entry: Entry,
    lists: Result<Lists, &'static str>,
    capability: Option<Vec<u8>>,
    flags: Option<Flags>,
}

impl Archive {
    /// Reads an archive; the second part says what is wrong with it.
    pub(super) fn read(world: &dyn World, path: &str, hashed: Option<&str>) -> Result<(Self, Vec<String>), String> {
        let mut faults = Vec::new();
        let hashed = hashed.map(|folder| format!("{}/", folder.trim_matches('/')));
        let mut archive = Self { hashed: hashed.clone(), ..Self::default() };
        archive.add(&mut Reader::new(opened(world, path)?), &mut faults);
        let Some(layers) = archive.layers() else { return Ok((archive, faults)) };
        let mut image = Self { is_image: true, hashed, ..Self::default() };
        if layers.len() > HOST_LAYERS {
            return Err("more layers than are read".to_owned());
        }
        for layer in &layers {
            // Each layer is a tar inside the tar: it is found by reading on from the start, never unpacked.
            let mut outer = Reader::new(opened(world, path)?);
            let mut found = false;
            while let Ok(Some(header)) = outer.next_header() {
                if inner(&header.path).as_deref() == Some(layer) {
                    image.layer += 1;
                    // Registries keep layers packed by gzip or zstd.
                    match unpacked(&mut outer) {
                        Ok(layer) => image.add(&mut Reader::new(layer.take(HOST_ARCHIVE_BYTES)), &mut faults),
                        Err(error) => faults.push(format!("{layer}: {error}")),
                    }
                    found = true;
                    break;
                }
            }
            if !found {
                faults.push(format!("{layer}: a layer that the archive does not hold"));
            }
        }
        Ok((image, faults))
    }

    fn add<R: Read>(&mut self, reader: &mut Reader<R>, faults: &mut Vec<String>) {
        loop {
            let header = match reader.next_header() {
                Ok(Some(header)) => header,
                Ok(None) => return,
                Err(error) => {
                    faults.push(error.to_string());
                    return;
                }
            };
            let Some(name) = inner(&header.path) else {
                faults.push("an entry whose path leaves the tree".to_owned());
                continue;
            };
            if self.entries.len() >= HOST_ENTRIES {
                faults.push("more entries than are read".to_owned());
                return;
            }
            if self.whiteout(&name) {
                continue;
            }
            if header.kind == EntryKind::HardLink {
                self.hard_link(&name, &header.target, faults);
                continue;
            }
            self.keep(name, &header, reader, faults);
        }
    }

    fn keep<R: Read>(&mut self, name: String, header: &Header, reader: &mut Reader<R>, faults: &mut Vec<String>) {
        // A file over a folder of a lower layer takes all that was in it away.
        if header.kind != EntryKind::Directory {
            self.take_away_below(&name, self.layer + 1);
        }
        self.contents.remove(&name);
        // Manifests of an OCI layout are blobs like the layers are; only their size tells them apart.
        let is_manifest = name.starts_with("blobs/") && header.size <= MANIFEST_BYTES;
        if header.kind == EntryKind::File && (is_manifest || is_wanted(&name)) {
            let mut content = Vec::new();
            if header.size > HOST_FILE_BYTES || self.kept_bytes.saturating_add(header.size) > HOST_ARCHIVE_KEPT_BYTES {
                faults.push(format!("{name}: {}", Refusal::TooLarge(HOST_FILE_BYTES)));
            } else if let Err(error) = reader.read_to_end(&mut content) {
                faults.push(format!("{name}: {error}"));
            } else {
                self.kept_bytes += header.size;
                self.contents.insert(name.clone(), content);
            }
        }
        if header.kind == EntryKind::File && self.hashed.as_ref().is_some_and(|folder| name.starts_with(folder)) {
            match super::super::release::digest(&mut *reader) {
                Ok(digest) => {
                    self.digests.insert(name.clone(), digest);
                }
                Err(refusal) => faults.push(format!("{name}: {refusal}")),
            }
        }
        self.keeps_flags |= header.flags.is_some();
        self.keeps_lists |= !header.acl.access.is_empty() || !header.acl.default.is_empty();
        let lists = if header.bad_attributes { Err("the list cannot be understood") } else { Ok(header.acl.clone()) };
        self.entries.insert(
            name,
            Kept {
                layer: self.layer,
                entry: of_header(header),
                lists,
                capability: header.capability.clone(),
                flags: header.flags,
            },
        );
    }

    /// Whether a name is a mark that something is gone (OCI image layers, "Whiteouts"), which is then applied.
    fn whiteout(&mut self, name: &str) -> bool {
        let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
        let Some(gone) = last.strip_prefix(".wh.") else { return false };
        if gone == ".wh..opq" {
            self.take_away_below(folder, self.layer);
        } else {
            let path = super::joined(folder, gone);
            self.take_away_below(&path, self.layer);
            if self.entries.get(&path).is_some_and(|kept| kept.layer < self.layer) {
                self.entries.remove(&path);
                self.contents.remove(&path);
            }
        }
        true
    }

    /// Takes away what layers before `layer` have below a path.
    fn take_away_below(&mut self, path: &str, layer: usize) {
        let start = if path.is_empty() { String::new() } else { format!("{path}/") };
        let below = self.entries.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
        let gone: Vec<String> = below.filter(|(_, kept)| kept.layer < layer).map(|(name, _)| name.clone()).collect();
        for name in gone {
            self.entries.remove(&name);
            self.contents.remove(&name);
        }
    }

    fn hard_link(&mut self, name: &str, target: &str, faults: &mut Vec<String>) {
        let kept = inner(target).and_then(|target| Some((self.entries.get(&target)?.clone(), target)));
        match kept {
            Some((mut kept, target)) => {
                kept.layer = self.layer;
                if let Some(content) = self.contents.get(&target).cloned() {
                    self.contents.insert(name.to_owned(), content);
                }
                self.entries.insert(name.to_owned(), kept);
            }
            None => faults.push(format!("{name}: a link to what the archive does not hold")),
        }
    }

    fn layers(&self) -> Option<Vec<String>> {
        if self.entries.contains_key("etc") {
            return None;
        }
        image_layers(&|path| self.contents.get(path).map(Vec::as_slice))
    }

    pub(super) fn entry(&self, path: &str) -> Option<Entry> {
        self.entries.get(path).map(|kept| kept.entry.clone()).or_else(|| {
            // An archive may leave out the entries of folders; they exist, and their modes are not known.
            (!children(&self.entries, path).is_empty())
                .then(|| Entry { kind: Some(Kind::Directory), ..Entry::default() })
        })
    }

    pub(super) fn extra(&self, path: &str) -> Extra {
        let Some(kept) = self.entries.get(path) else { return Extra::unknown("the archive has no entry of it") };
        Extra {
            acl: if self.keeps_lists || self.is_image {
                kept.lists.clone()
            } else {
                Err("the archive keeps no access control lists (tar --acls)")
            },
            // An archive that keeps them names them where there are any.
            flags: match kept.flags {
                Some(flags) => Ok(flags),
                None if self.keeps_flags => Ok(Flags::default()),
                None => Err("the archive keeps no append-only and immutable attributes"),
            },
            reads_all: match &kept.capability {
                Some(bytes) => acl::capability_reads_all(bytes).ok_or("the capability cannot be understood"),
                None => Ok(false),
            },
        }
    }

    pub(super) fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        let names = children(&self.entries, path);
        if names.is_empty() && !self.entries.contains_key(path) { Err(Refusal::NotFound) } else { Ok(names) }
    }

    pub(super) fn digest(&self, path: &str) -> Result<String, Refusal> {
        self.digests.get(path).cloned().ok_or(Refusal::NotFound)
    }

    pub(super) fn content(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        match (self.contents.get(path), self.entries.contains_key(path)) {
            (Some(content), _) => Ok(content.clone()),
            (None, true) => Err(Refusal::NotAFile),
            (None, false) => Err(Refusal::NotFound),
        }
    }
}

/// The layers of an image (docker save, OCI layout), lowest first, out of its manifest; `None` where there is none.
pub(in crate::collect) fn image_layers<'a>(content: &dyn Fn(&str) -> Option<&'a [u8]>) -> Option<Vec<String>> {
    let json = |path: &str| serde_json::from_slice::<serde_json::Value>(content(path)?).ok();
    let blob = |digest: &serde_json::Value| Some(format!("blobs/{}", digest.as_str()?.replace(':', "/")));
    if let Some(manifest) = json("manifest.json") {
        let layers = manifest.get(0)?.get("Layers")?.as_array()?;
        return layers.iter().map(|layer| layer.as_str().and_then(inner)).collect();
    }
    let index = json("index.json")?;
    let manifest = json(&blob(index.get("manifests")?.get(0)?.get("digest")?)?)?;
    manifest.get("layers")?.as_array()?.iter().map(|layer| blob(layer.get("digest")?)).collect()
}

fn opened(world: &dyn World, path: &str) -> Result<impl Read + Send, String> {
    let input = world.stream(path).map_err(|refusal| refusal.to_string())?;
    Ok(unpacked(input).map_err(|error| error.to_string())?.take(HOST_ARCHIVE_BYTES))
}

fn of_header(header: &Header) -> Entry {
    let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    Entry {
        kind: Some(match header.kind {
            EntryKind::File | EntryKind::HardLink => Kind::File,
            EntryKind::Directory => Kind::Directory,
            EntryKind::Symlink => Kind::Link(header.target.clone()),
            EntryKind::Other => Kind::Other,
        }),
        mode: Some(header.mode),
        uid: Some(header.uid),
        gid: Some(header.gid),
        owner: name(&header.owner),
        group: name(&header.group),
        modified: Some(Time::from_unix_seconds(header.modified)),
    }
}

/// A path inside the tree, without `./` or `/` in front; `None` where it leaves the tree.
pub(in crate::collect) fn inner(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_matches('/');
    let path = if path == "." { "" } else { path };
    (!path.split('/').any(|part| part == "..")).then(|| path.to_owned())
}

/// The small files whose content is read: settings, the states of accounts, names of keys; never a private key.
fn is_wanted(path: &str) -> bool {
    let is_private = path.contains("/private/") || (path.starts_with("etc/ssh/") && path.ends_with("_key"));
    !is_private
        && (path.starts_with("etc/")
            || path.contains("/.ssh/authorized_keys")
            || path.starts_with("var/spool/cron/")
            || path.starts_with("usr/lib/systemd/journald.conf.d/")
            || matches!(path, "usr/lib/os-release" | "var/lib/dpkg/status" | "lib/apk/db/installed")
            || matches!(path, "manifest.json" | "index.json"))
}
