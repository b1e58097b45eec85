//! Logs of a host root in a tar, which is read once from its begin to its end; those of a container image out of its layers,
//! of which the upper ones replace and take away what the lower ones have.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::find::{Log, fits, kind_of};
use super::sample::Sample;
use super::{Wanted, apart, scanned};
use crate::collect::collector::Task;
use crate::collect::host::tree::archive::{MANIFEST_BYTES, image_layers, inner};
use crate::collect::limits::{HOST_ARCHIVE_BYTES, HOST_ENTRIES};
use crate::collect::unpacked::unpacked;
use crate::collect::world::World;
use crate::model::LogKind;
use crate::scan::Scanned;
use crate::syntax::tar::{EntryKind, Header, Reader};

/// Where web servers write logs when nobody says otherwise.
const USUAL: [&str; 3] = ["var/log/nginx/", "var/log/apache2/", "var/log/httpd/"];

/// Looks through the logs of an archive.
pub(super) async fn look(
    world: &dyn World,
    root: &str,
    task: &Task<'_>,
    wanted: Wanted,
    faults: &mut Vec<(String, String)>,
) -> Vec<(Log, Scanned)> {
    let input = match world.stream(root) {
        Ok(input) => input,
        Err(refusal) => {
            faults.push((root.to_owned(), refusal.to_string()));
            return Vec::new();
        }
    };
    let declared: Vec<(String, LogKind)> =
        task.declaration.site.logs.iter().map(|log| (log.path.trim_start_matches('/').to_owned(), log.kind)).collect();
    let (seen, broken) = apart(move || entries(input, declared, wanted)).await;
    faults.extend(broken.into_iter().map(|(path, reason)| match path {
        Some(path) => (path, reason),
        None => (root.to_owned(), reason),
    }));
    seen
}

/// What is seen on the way through an archive.
struct Walk {
    declared: Vec<(String, LogKind)>,
    wanted: Wanted,
    /// Logs with the layer that holds them; of the archive itself it has no name.
    logs: Vec<(String, Log, Scanned)>,
    /// Marks that something of lower layers is gone: layer, path, and whether only what lies below it.
    gone: Vec<(String, String, bool)>,
    /// Manifests of an image.
    manifests: BTreeMap<String, Vec<u8>>,
    faults: Vec<(Option<String>, String)>,
    entries: usize,
}

type Seen = (Vec<(Log, Scanned)>, Vec<(Option<String>, String)>);

fn entries(input: Box<dyn Read + Send>, declared: Vec<(String, LogKind)>, wanted: Wanted) -> Seen {
    let mut walk = Walk {
        declared,
        wanted,
        logs: Vec::new(),
        gone: Vec::new(),
        manifests: BTreeMap::new(),
        faults: Vec::new(),
        entries: 0,
    };
    match unpacked(input) {
        Ok(plain) => walk.layer("", Box::new(plain.take(HOST_ARCHIVE_BYTES))),
        Err(error) => walk.faults.push((None, error.to_string())),
    }
    (merged(walk.logs, &walk.gone, &walk.manifests), walk.faults)
}

/// The logs of the archive itself; where it is an image, those that its layers leave, lowest first.
fn merged(
    logs: Vec<(String, Log, Scanned)>,
    gone: &[(String, String, bool)],
    manifests: &BTreeMap<String, Vec<u8>>,
) -> Vec<(Log, Scanned)> {
    let layers = image_layers(&|path| manifests.get(path).map(Vec::as_slice)).unwrap_or_default();
    let mut kept: BTreeMap<String, (Log, Scanned)> = BTreeMap::new();
    let mut of_layer: BTreeMap<String, Vec<(Log, Scanned)>> = BTreeMap::new();
    for (layer, log, scanned) in logs {
        of_layer.entry(layer).or_default().push((log, scanned));
    }
    for layer in layers.iter().map(String::as_str).chain([""]) {
        for (_, path, below) in gone.iter().filter(|(of, _, _)| of == layer) {
            let start = if path.is_empty() { "/".to_owned() } else { format!("/{path}/") };
            kept.retain(|log, _| !(log.starts_with(&start) || (!below && log[1..] == **path)));
        }
        for (log, scanned) in of_layer.remove(layer).unwrap_or_default() {
            kept.insert(log.path.clone(), (log, scanned));
        }
    }
    kept.into_values().collect()
}

impl Walk {
    fn layer(&mut self, layer: &str, input: Box<dyn Read + Send + '_>) {
        let mut reader = Reader::new(input);
        loop {
            let header = match reader.next_header() {
                Ok(Some(header)) => header,
                Ok(None) => return,
                Err(error) => return self.faults.push((None, format!("the archive ends or breaks: {error}"))),
            };
            self.entries += 1;
            if self.entries > HOST_ENTRIES {
                return self.faults.push((None, "more entries than are read".to_owned()));
            }
            let Some(name) = inner(&header.path) else {
                self.faults.push((None, "an entry whose path leaves the tree".to_owned()));
                continue;
            };
            let (folder, last) = name.rsplit_once('/').unwrap_or(("", &name));
            if let Some(of) = last.strip_prefix(".wh.").filter(|_| !layer.is_empty()) {
                let opaque = of == ".wh..opq";
                let path = if opaque { folder.to_owned() } else { format!("{folder}/{of}") };
                self.gone.push((layer.to_owned(), path.trim_matches('/').to_owned(), opaque));
                continue;
            }
            if header.kind != EntryKind::File {
                continue;
            }
            if layer.is_empty() && is_part_of_image(&name) {
                self.part(&name, &header, &mut reader);
            } else {
                self.log(layer, name, &header, &mut reader);
            }
        }
    }

    /// A layer or manifest of an image.
    fn part(&mut self, name: &str, header: &Header, reader: &mut (impl Read + Send)) {
        let mut first = Vec::new();
        let plain = unpacked(reader).and_then(|mut plain| {
            plain.by_ref().take(512).read_to_end(&mut first)?;
            Ok(plain)
        });
        let plain = match plain {
            Ok(plain) => plain,
            Err(error) => return self.faults.push((Some(name.to_owned()), error.to_string())),
        };
        // POSIX.1-1988 and GNU both write it at this place of the first header.
        if first.get(257..262) == Some(b"ustar") {
            self.layer(name, Box::new(Cursor::new(first).chain(plain).take(HOST_ARCHIVE_BYTES)));
        } else if header.size <= MANIFEST_BYTES {
            let read = plain.take(MANIFEST_BYTES).read_to_end(&mut first);
            if read.is_ok() {
                self.manifests.insert(name.to_owned(), first);
            }
        }
    }

    fn log(&mut self, layer: &str, name: String, header: &Header, reader: &mut (impl Read + Send)) {
        let kind = self.declared.iter().find(|(pattern, _)| fits(pattern, &name)).map(|(_, kind)| *kind);
        let is_usual = USUAL.iter().any(|usual| name.starts_with(usual));
        let Some(kind) = kind.or_else(|| is_usual.then(|| kind_of(&name))) else { return };
        let path = format!("/{name}");
        let (sample, columns) = (Sample::default(), BTreeMap::new());
        let log = Log { path, open: name, kind, size_bytes: header.size, sample, columns };
        let (scanned, sample) = scanned(Box::new(reader), &self.wanted, None);
        self.logs.push((layer.to_owned(), Log { sample, ..log }, scanned));
    }
}

/// What docker save and an OCI layout have at their top.
fn is_part_of_image(name: &str) -> bool {
    name.starts_with("blobs/")
        || name.ends_with("/layer.tar")
        || matches!(name, "manifest.json" | "index.json")
        || (!name.contains('/') && name.ends_with(".tar"))
}
