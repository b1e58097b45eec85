//! Docker Compose: several files merged as Compose merges them, `extends` and `include` followed, variables filled in.

use std::collections::{BTreeMap, BTreeSet};

use super::interpolate::{Filled, environment_file, fill};
use super::kinds::OF_COMPOSE;
use super::service::{Container, Mount, Port, Text, environment_seen, state};
use super::{Place, Seen};
use crate::collect::world::{Refusal, World};
use crate::syntax::yaml::{self, Entry, Node, Yaml};

/// Services that extend services that extend …
const EXTENDS: usize = 16;
/// Files that one project may name or include.
const FILES: usize = 1_000;

/// Looks at the files: those of one folder are one project, in which later ones override earlier ones.
pub(super) fn look(world: &dyn World, files: &[String], readers: Option<&[String]>, seen: &mut Seen) {
    let folder_of = |file: &str| file.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let folders: BTreeSet<String> = files.iter().map(|file| folder_of(file)).collect();
    for folder in folders {
        let mut project = Project { world, variables: BTreeMap::new(), files: Vec::new(), seen: &mut *seen };
        project.dot_env(&folder);
        for file in files.iter().filter(|file| folder_of(file) == folder) {
            project.read(file);
        }
        let merged = project.merged();
        for container in merged.values() {
            state(container, &container.home, readers, project.seen);
        }
    }
}

struct Project<'a> {
    world: &'a dyn World,
    variables: BTreeMap<String, String>,
    files: Vec<(String, Yaml)>,
    seen: &'a mut Seen,
}

impl Project<'_> {
    /// `.env` beside the first file sets variables, and is itself a file in which a secret may stand.
    fn dot_env(&mut self, folder: &str) {
        let file = joined(folder, ".env");
        match self.world.read(&file, crate::collect::limits::CONFIGURATION_BYTES) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.environment_file_seen(&file, &text);
                let read = environment_file(&text);
                self.variables.extend(read.into_iter().map(|(name, value, _)| (name, value)));
            }
            Err(Refusal::NotFound) => {}
            Err(refusal) => self.seen.fault(OF_COMPOSE, file, refusal.to_string()),
        }
    }

    fn environment_file_seen(&mut self, file: &str, text: &str) {
        let mut by_name = BTreeMap::new();
        for (name, value, line) in environment_file(text) {
            by_name.insert(name, (value, line));
        }
        for (name, (value, line)) in by_name {
            let place = Place { file: file.to_owned(), line, column: 1 };
            let locus = format!("env[{}]", crate::collect::limits::cut(&name));
            self.seen.observations.push(environment_seen(&name, Some(&value), &place, file, &locus));
        }
    }

    fn read(&mut self, file: &str) {
        if self.files.iter().any(|(known, _)| known == file) {
            return;
        }
        if self.files.len() >= FILES {
            self.seen.fault(OF_COMPOSE, file, "more than 1,000 files: it was not read");
            return;
        }
        let Some(document) = self.document(file) else { return };
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        // Its place is taken before what it includes is read, so that a file that includes itself ends.
        let included: Vec<String> = document
            .at("include")
            .map(|list| list.items().iter().flat_map(|item| item.at("path").unwrap_or(item).texts()).collect())
            .unwrap_or_default();
        self.files.push((file.to_owned(), document));
        for path in included {
            self.read(&joined(&folder, &path));
        }
    }

    fn document(&mut self, file: &str) -> Option<Yaml> {
        let text = self.seen.text(self.world, OF_COMPOSE, file)?;
        if text.contains("{{") {
            self.seen.fault(OF_COMPOSE, file, "it is a template ({{ … }}) that was not filled in");
            return None;
        }
        if let Some(tag) = ["!reset", "!override"].into_iter().find(|tag| text.contains(tag)) {
            // The tags take away what earlier files say; here they would be passed over, so nothing is concluded.
            self.seen.fault(OF_COMPOSE, file, format!("the tag {tag} is not read"));
        }
        match yaml::documents(&text) {
            Ok(documents) => documents.into_iter().next(),
            Err(fault) => {
                self.seen.fault(OF_COMPOSE, format!("{file}:{}:{}", fault.line, fault.column), fault.message);
                None
            }
        }
    }

    fn merged(&mut self) -> BTreeMap<String, Container> {
        let mut services: BTreeMap<String, Container> = BTreeMap::new();
        let files = std::mem::take(&mut self.files);
        for (file, document) in &files {
            for entry in document.at("services").map_or(&[][..], Yaml::entries) {
                let mut base = services.remove(&entry.key).unwrap_or_else(|| Container {
                    locus: format!("service[{}]", crate::collect::limits::cut(&entry.key)),
                    name: entry.key.clone(),
                    home: file.clone(),
                    place: Place { file: file.clone(), line: entry.line, column: entry.column },
                    ..Container::default()
                });
                self.absorb(&mut base, file, &entry.value, document, 0);
                services.insert(entry.key.clone(), base);
            }
        }
        services
    }

    /// Lays what one file says of a service over what is known of it.
    fn absorb(&mut self, into: &mut Container, file: &str, service: &Yaml, document: &Yaml, depth: usize) {
        if let Some(extends) = service.at("extends") {
            self.extend(into, file, extends, document, depth);
        }
        let here = |entry: &Entry| Place { file: file.to_owned(), line: entry.line, column: entry.column };
        for entry in service.entries() {
            let value = &entry.value;
            match entry.key.as_str() {
                "image" => {
                    into.image = Some(self.text(value));
                    into.settings.push((here(entry), "the image is named here"));
                }
                "build" => {
                    into.built = true;
                    for (name, place, value) in self.pairs(file, value.at("args")) {
                        into.environment.insert(name, (place, value));
                    }
                }
                "privileged" => {
                    into.privileged = Some(self.text(value));
                    into.settings.push((here(entry), "privileged is set here"));
                }
                "network_mode" => {
                    into.host_network = self.text(value).known() == Some("host");
                    if into.host_network {
                        into.settings.push((here(entry), "the network is set here"));
                    }
                }
                "user" => into.user = Some(self.text(value)),
                "cap_add" => into.capabilities.extend(value.texts()),
                "ports" => into.ports.extend(value.items().iter().flat_map(|port| self.ports(file, port))),
                "volumes" => {
                    for volume in value.items() {
                        if let Some((path, mount)) = self.mount(file, volume) {
                            into.mounts.insert(path, mount);
                        }
                    }
                }
                "environment" => {
                    for (name, place, value) in self.pairs(file, Some(value)) {
                        into.environment.insert(name, (place, value));
                    }
                }
                "env_file" => self.environment_files(file, value),
                _ => {}
            }
        }
        into.capabilities.sort();
        into.capabilities.dedup();
    }

    fn extend(&mut self, into: &mut Container, file: &str, extends: &Yaml, document: &Yaml, depth: usize) {
        let name = extends.at("service").unwrap_or(extends).scalar().unwrap_or_default();
        if depth >= EXTENDS {
            self.seen.fault(OF_COMPOSE, file, format!("{name}: more than 16 services extend each other"));
            return;
        }
        let other = extends.at("file").and_then(Yaml::scalar).map(|path| {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            joined(folder, &path)
        });
        let read = match &other {
            Some(path) if path != file => match self.document(path) {
                Some(document) => Some(document),
                None => return,
            },
            _ => None,
        };
        let (document, file) = (read.as_ref().unwrap_or(document), other.as_deref().unwrap_or(file));
        match document.path(&["services", &name]) {
            Some(base) => self.absorb(into, file, base, document, depth + 1),
            None => self.seen.fault(OF_COMPOSE, file, format!("extends names a service that is not there: {name}")),
        }
    }

    fn text(&self, value: &Yaml) -> Text {
        match fill(&value.scalar().unwrap_or_default(), &self.variables) {
            Filled::Known(text, _) => Text::Known(text),
            Filled::Unset(name) => Text::Unset(name),
        }
    }

    /// `NAME: value` or `- NAME=value`. A value that comes from a variable is a reference, not a value that stands here.
    fn pairs(&self, file: &str, list: Option<&Yaml>) -> Vec<(String, Place, Option<String>)> {
        let here = |line, column| Place { file: file.to_owned(), line, column };
        let own = |text: String| match fill(&text, &self.variables) {
            Filled::Known(text, false) => Some(text),
            _ => None,
        };
        match list.map(|list| (&list.node, list)) {
            Some((Node::Map(entries), _)) => entries
                .iter()
                .map(|Entry { key, line, column, value }| {
                    (key.clone(), here(*line, *column), value.scalar().and_then(own))
                })
                .collect(),
            Some((Node::List(items), _)) => items
                .iter()
                .filter_map(|item| {
                    let text = item.scalar()?;
                    let (name, value) = match text.split_once('=') {
                        Some((name, value)) => (name.to_owned(), own(value.to_owned())),
                        None => (text, None),
                    };
                    Some((name, here(item.line, item.column), value))
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    fn environment_files(&mut self, file: &str, value: &Yaml) {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let items: Vec<&Yaml> = match &value.node {
            Node::List(items) => items.iter().collect(),
            _ => vec![value],
        };
        for item in items {
            let required = item.at("required").and_then(Yaml::scalar).is_none_or(|word| word != "false");
            let Text::Known(path) = self.text(item.at("path").unwrap_or(item)) else {
                self.seen.fault(OF_COMPOSE, file, "env_file is a variable that is not set here");
                continue;
            };
            let path = joined(&folder, &path);
            match self.world.read(&path, crate::collect::limits::CONFIGURATION_BYTES) {
                Ok(bytes) => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    self.environment_file_seen(&path, &text);
                }
                Err(Refusal::NotFound) if !required => {}
                Err(refusal) => self.seen.fault(OF_COMPOSE, path, refusal.to_string()),
            }
        }
        // The same file may be named by several services; it is one file all the same.
        self.seen.observations.sort();
        self.seen.observations.dedup();
    }

    fn ports(&self, file: &str, value: &Yaml) -> Vec<Port> {
        let place = Place { file: file.to_owned(), line: value.line, column: value.column };
        if matches!(value.node, Node::Map(_)) {
            let target = value.at("target").map(|target| self.text(target));
            let address = value.at("host_ip").map_or(Text::Known(String::new()), |ip| self.text(ip));
            let shown = target.as_ref().and_then(Text::known).unwrap_or("?").to_owned();
            let inside = shown.parse().ok();
            return vec![Port {
                place,
                inside,
                shown,
                address: address.known().map(str::to_owned),
                load_balancer: false,
            }];
        }
        let Text::Known(text) = self.text(value) else {
            let shown = value.scalar().unwrap_or_default();
            return vec![Port { place, inside: None, shown, address: None, load_balancer: false }];
        };
        let without_protocol = text.split('/').next().unwrap_or(&text);
        let (rest, inside) = without_protocol.rsplit_once(':').unwrap_or(("", without_protocol));
        // What is left is HOST-PORT, or ADDRESS:HOST-PORT with an IPv6 address in brackets.
        let address = rest.rsplit_once(':').map_or("", |(address, _)| address);
        let (first, last) = inside.split_once('-').unwrap_or((inside, inside));
        match (first.parse::<u16>(), last.parse::<u16>()) {
            (Ok(first), Ok(last)) if first <= last && last - first < 1_000 => (first..=last)
                .map(|inside| Port {
                    place: place.clone(),
                    inside: Some(inside),
                    shown: inside.to_string(),
                    address: Some(address.to_owned()),
                    load_balancer: false,
                })
                .collect(),
            _ => vec![Port {
                place,
                inside: None,
                shown: text.clone(),
                address: Some(address.to_owned()),
                load_balancer: false,
            }],
        }
    }

    /// A path of the host; named volumes and memory are none.
    fn mount(&mut self, file: &str, value: &Yaml) -> Option<(String, Mount)> {
        let place = Place { file: file.to_owned(), line: value.line, column: value.column };
        if matches!(value.node, Node::Map(_)) {
            if value.at("type").and_then(Yaml::scalar).is_some_and(|kind| kind != "bind") {
                return None;
            }
            let read_only = value.at("read_only").and_then(Yaml::scalar).is_some_and(|word| word == "true");
            return match self.text(value.at("source")?) {
                Text::Known(path) => is_host_path(&path).then_some((path, Mount { place, read_only })),
                Text::Unset(name) => self.unset_mount(file, &name),
            };
        }
        match self.text(value) {
            Text::Known(text) => {
                let mut parts = text.split(':');
                let (path, _, options) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
                let read_only = options.split(',').any(|option| option == "ro");
                is_host_path(path).then(|| (path.to_owned(), Mount { place, read_only }))
            }
            Text::Unset(name) => self.unset_mount(file, &name),
        }
    }

    fn unset_mount(&mut self, file: &str, name: &str) -> Option<(String, Mount)> {
        const OF_MOUNTS: &[&str] = &[super::kinds::MOUNT, super::kinds::CONTAINER];
        self.seen.fault(OF_MOUNTS, file, format!("a mount names the variable {name}, which is not set here"));
        None
    }
}

fn is_host_path(path: &str) -> bool {
    path.starts_with('/') || path.starts_with('.') || path.starts_with('~')
}

/// A path beside a file's folder; an absolute one stays.
pub(super) fn joined(folder: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    if folder.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") }
}
