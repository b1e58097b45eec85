//! The main file with its snippets and imports -> lines with their places.

use std::collections::BTreeMap;

use super::super::served::Place;
use crate::collect::limits::{CONFIGURATION_BYTES, CONFIGURATION_FILES};
use crate::collect::world::{Refusal, World};
use crate::model::{Location, WebServer};
use crate::syntax::caddy::{self, Segment};
use crate::syntax::glob::matches;

/// Imports inside each other.
const DEPTH: usize = 16;

/// One line with the block that it opens; snippets and imports are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) words: Vec<String>,
    pub(super) block: Option<Vec<Self>>,
    pub(super) location: Location,
}

impl Node {
    /// A word by its number; empty where there is none.
    pub(super) fn word(&self, number: usize) -> &str {
        self.words.get(number).map_or("", String::as_str)
    }

    pub(super) fn inside(&self) -> &[Self] {
        self.block.as_deref().unwrap_or_default()
    }

    pub(super) fn place(&self) -> Place {
        Place { location: self.location.clone(), related: Vec::new() }
    }
}

/// A whole Caddyfile.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) nodes: Vec<Node>,
    /// What could not be read: subject and reason.
    pub(super) faults: Vec<(String, String)>,
}

/// Reads the main file and what it imports.
pub(super) fn read(world: &dyn World, server: &WebServer) -> Read {
    let mut reader =
        Reader { world, root: server.root.as_deref(), snippets: BTreeMap::new(), files: 0, faults: Vec::new() };
    let nodes = reader.file(&server.path, &[], 0);
    Read { nodes, faults: reader.faults }
}

struct Reader<'a> {
    world: &'a dyn World,
    root: Option<&'a str>,
    snippets: BTreeMap<String, (String, Vec<Segment>)>,
    files: usize,
    faults: Vec<(String, String)>,
}

impl Reader<'_> {
    fn fault(&mut self, subject: String, reason: &str) {
        if self.faults.len() < 1_000 {
            self.faults.push((subject, reason.to_owned()));
        }
    }

    fn file(&mut self, path: &str, arguments: &[String], depth: usize) -> Vec<Node> {
        self.files += 1;
        if self.files > CONFIGURATION_FILES {
            self.fault(path.to_owned(), "more files than one configuration may include");
            return Vec::new();
        }
        let bytes = match self.world.read(path, CONFIGURATION_BYTES) {
            Ok(bytes) if bytes.contains(&0) => {
                self.fault(path.to_owned(), "it is no text");
                return Vec::new();
            }
            Ok(bytes) => bytes,
            Err(refusal) => {
                self.fault(path.to_owned(), &refusal.to_string());
                return Vec::new();
            }
        };
        let read = caddy::parse(&bytes);
        for fault in &read.faults {
            self.fault(format!("{path}:{}:{}", fault.line, fault.column), fault.message);
        }
        self.nodes(path, read.segments, arguments, depth)
    }

    fn nodes(&mut self, file: &str, segments: Vec<Segment>, arguments: &[String], depth: usize) -> Vec<Node> {
        let mut found = Vec::new();
        for segment in segments {
            let (line, column) = segment.place;
            let subject = format!("{file}:{line}:{column}");
            let words: Vec<String> = segment.tokens.iter().map(|token| filled(&token.text, arguments)).collect();
            let is_snippet = |name: &str| name.len() > 2 && name.starts_with('(') && name.ends_with(')');
            match (words.first().map(String::as_str), words.get(1)) {
                (Some(name), None) if is_snippet(name) && segment.block.is_some() => {
                    let name = name[1..name.len() - 1].to_owned();
                    self.snippets.insert(name, (file.to_owned(), segment.block.unwrap_or_default()));
                    continue;
                }
                (Some("import"), Some(name)) => {
                    if depth >= DEPTH {
                        self.fault(subject, "more than 16 imports inside each other");
                        continue;
                    }
                    let rest = words.get(2..).unwrap_or_default().to_vec();
                    let name = name.clone();
                    found.extend(self.import(file, &name, &rest, &subject, depth + 1));
                    continue;
                }
                _ => {}
            }
            if words.iter().any(|word| word.contains("{$")) && decides(&words, segment.block.is_some(), depth) {
                self.fault(subject, "it depends on an environment variable that the configuration does not set");
            }
            let block = segment.block.map(|inner| self.nodes(file, inner, arguments, depth));
            found.push(Node { words, block, location: Location::file(file, line, column) });
        }
        found
    }

    fn import(&mut self, from: &str, name: &str, arguments: &[String], subject: &str, depth: usize) -> Vec<Node> {
        if let Some((file, segments)) = self.snippets.get(name).cloned() {
            return self.nodes(&file, segments, arguments, depth);
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = match self.root {
            Some(root) if name.starts_with('/') => format!("{}{name}", root.trim_end_matches('/')),
            _ if name.starts_with('/') || folder.is_empty() => name.to_owned(),
            _ => format!("{folder}/{name}"),
        };
        let (folder, pattern) = path.rsplit_once('/').unwrap_or(("", &path));
        if !pattern.contains(['*', '?', '[']) {
            return self.file(&path, arguments, depth);
        }
        match self.world.list(if folder.is_empty() { "." } else { folder }) {
            Ok(names) => {
                // Files that begin with a dot match no pattern that does not.
                let fits =
                    |name: &&String| matches(pattern, name) && (!name.starts_with('.') || pattern.starts_with('.'));
                let names: Vec<String> = names.iter().filter(fits).cloned().collect();
                let whole = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
                names.into_iter().flat_map(|name| self.file(&whole(name), arguments, depth)).collect()
            }
            // A pattern that finds nothing is a warning for Caddy.
            Err(Refusal::NotFound) => Vec::new(),
            Err(refusal) => {
                self.fault(subject.to_owned(), &refusal.to_string());
                Vec::new()
            }
        }
    }
}

/// A word with what an import hands over.
fn filled(text: &str, arguments: &[String]) -> String {
    let mut text = text.to_owned();
    for (number, argument) in arguments.iter().enumerate() {
        text = text.replace(&format!("{{args.{number}}}"), argument).replace(&format!("{{args[{number}]}}"), argument);
    }
    text
}

/// Whether a variable of the environment in this line can change what is concluded: not a name of a site, a mail address, a key file or
/// where a program listens.
fn decides(words: &[String], has_block: bool, depth: usize) -> bool {
    let first = words.first().map_or("", String::as_str);
    let is_site = depth == 0 && has_block && (first.contains("{$") || first.contains('.') || first.contains(':'));
    let is_named =
        ["email", "acme_ca", "acme_dns", "dns", "tls", "to", "reverse_proxy", "root", "php_fastcgi"].contains(&first);
    // A hash of a password stands behind a name of any spelling.
    !is_site && !is_named && words.len() > 1
}
