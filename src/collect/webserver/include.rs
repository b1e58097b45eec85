//! The main file with all that it includes, in the order in which nginx reads it. Each file is read and parsed once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::placeholder::is_placeholder;
use super::tree::{Block, Include, Item, Name, Node, Unit};
use crate::collect::limits::{
    CONFIGURATION_BYTES, CONFIGURATION_FILES, CONFIGURATION_INCLUDE_DEPTH, CONFIGURATION_INCLUDES,
};
use crate::collect::world::World;
use crate::model::WebServer;
use crate::syntax::glob::matches;
use crate::syntax::nginx::{self, Directive, Remark};

/// All directives, and what could not be read: subject and reason.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) directives: Block,
    pub(super) faults: Vec<(String, String)>,
    /// What comments say to us, with their file.
    pub(super) remarks: Vec<(Arc<str>, Remark)>,
    /// The main file is a part that begins inside a server or location; what is around it is not known.
    pub(super) fragment: bool,
    /// Some directive waits for a value.
    pub(super) has_placeholders: bool,
}

/// Reads the configuration of a server.
pub(super) fn read(world: &dyn World, server: &WebServer) -> Read {
    let folder = server.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut reader = Reader {
        world,
        folder,
        root: server.root.as_deref(),
        units: BTreeMap::new(),
        folders: BTreeMap::new(),
        names: BTreeSet::new(),
        includes: 0,
        depth: 0,
        has_placeholders: false,
        faults: Vec::new(),
        remarks: Vec::new(),
    };
    let main = reader.unit(&server.path);
    let Reader { faults, remarks, units, has_placeholders, .. } = reader;
    drop(units);
    let block = main.map(|unit| Arc::try_unwrap(unit).unwrap_or_default().block).unwrap_or_default();
    let fragment = is_fragment(&block);
    let directives = if fragment { wrapped(block, &server.path) } else { block };
    Read { directives, faults, remarks, fragment, has_placeholders }
}

/// Whether a file holds neither a whole configuration nor whole servers, but what stands inside one.
fn is_fragment(block: &Block) -> bool {
    const WHOLE: [&str; 7] = ["http", "events", "server", "stream", "mail", "upstream", "map"];
    const INNER: [&str; 12] = [
        "location",
        "add_header",
        "proxy_set_header",
        "proxy_pass",
        "return",
        "rewrite",
        "if",
        "allow",
        "deny",
        "root",
        "alias",
        "fastcgi_pass",
    ];
    !block.iter().any(|node| WHOLE.contains(&node.name.as_str()))
        && block.iter().any(|node| INNER.contains(&node.name.as_str()))
}

/// A fragment as the server that it might stand in.
fn wrapped(block: Block, path: &str) -> Block {
    let node = Node {
        name: Name(Arc::from("server")),
        arguments: Vec::new(),
        file: Arc::from(path),
        line: 1,
        column: 1,
        template: false,
        block: Some(block),
    };
    Block { items: vec![Item::Own(node)] }
}

/// What is known of one file.
enum Known {
    /// It is being read: an include of it now is a circle.
    Reading,
    Read(Arc<Unit>),
    Refused,
}

struct Reader<'a> {
    world: &'a dyn World,
    folder: &'a str,
    root: Option<&'a str>,
    units: BTreeMap<String, Known>,
    /// Names in each folder that a pattern asked for.
    folders: BTreeMap<String, Option<Arc<Vec<String>>>>,
    names: BTreeSet<Arc<str>>,
    includes: usize,
    depth: usize,
    has_placeholders: bool,
    faults: Vec<(String, String)>,
    remarks: Vec<(Arc<str>, Remark)>,
}

impl Reader<'_> {
    fn unit(&mut self, path: &str) -> Option<Arc<Unit>> {
        match self.units.get(path) {
            Some(Known::Read(unit)) => return Some(Arc::clone(unit)),
            Some(Known::Refused) => return None,
            Some(Known::Reading) => {
                self.fault(path, "it includes itself");
                return None;
            }
            None => {}
        }
        if self.units.len() >= CONFIGURATION_FILES {
            self.fault(path, "more files are included than are read");
            return None;
        }
        if self.depth >= CONFIGURATION_INCLUDE_DEPTH {
            self.fault(path, "includes inside includes are followed no deeper");
            return None;
        }
        self.units.insert(path.to_owned(), Known::Reading);
        self.depth += 1;
        let unit = self.parsed(path);
        self.depth -= 1;
        let known = unit.as_ref().map_or(Known::Refused, |unit| Known::Read(Arc::clone(unit)));
        self.units.insert(path.to_owned(), known);
        unit
    }

    fn parsed(&mut self, path: &str) -> Option<Arc<Unit>> {
        let bytes = match self.world.read(path, CONFIGURATION_BYTES) {
            Ok(bytes) => bytes,
            Err(refusal) => {
                self.fault(path, &refusal.to_string());
                return None;
            }
        };
        if bytes.iter().take(8_192).any(|byte| *byte == 0) {
            self.fault(path, "it holds zero bytes: not a configuration");
            return None;
        }
        let read = nginx::parse(&bytes);
        drop(bytes);
        for fault in read.faults.iter().take(20) {
            self.fault(&format!("{path}:{}:{}", fault.line, fault.column), &fault.message);
        }
        let file: Arc<str> = Arc::from(path);
        self.remarks.extend(read.remarks.into_iter().map(|remark| (Arc::clone(&file), remark)));
        let block = self.block(read.directives, &file);
        Some(Arc::new(Unit { block }))
    }

    fn block(&mut self, directives: Vec<Directive>, file: &Arc<str>) -> Block {
        let mut items = Vec::with_capacity(directives.len());
        for directive in directives {
            let template = directive.template || directive.arguments.iter().any(|word| is_placeholder(word));
            if template {
                self.has_placeholders = true;
                let place = format!("{file}:{}:{}", directive.line, directive.column);
                self.fault(&place, "a placeholder ({{ … }} or ${NAME}) that was not filled in");
            }
            if directive.name == "include" && directive.block.is_none() {
                let mut units = Vec::new();
                for pattern in directive.arguments.iter().filter(|_| !template) {
                    let place = (file.as_ref(), directive.line);
                    for path in self.included_paths(pattern, place) {
                        units.extend(self.unit(&path));
                    }
                }
                let (line, column) = (directive.line, directive.column);
                items.push(Item::Include(Box::new(Include { file: Arc::clone(file), line, column, units })));
                continue;
            }
            let block = directive.block.map(|block| self.block(block, file));
            let name = self.name(&directive.name);
            let mut arguments = directive.arguments;
            arguments.shrink_to_fit();
            items.push(Item::Own(Node {
                name,
                arguments,
                file: Arc::clone(file),
                line: directive.line,
                column: directive.column,
                template,
                block,
            }));
        }
        Block { items }
    }

    fn name(&mut self, name: &str) -> Name {
        if let Some(known) = self.names.get(name) {
            return Name(Arc::clone(known));
        }
        let fresh: Arc<str> = Arc::from(name);
        self.names.insert(Arc::clone(&fresh));
        Name(fresh)
    }

    /// The files of an include, in byte order as nginx's glob gives them; a relative one belongs to the main file's folder.
    fn included_paths(&mut self, pattern: &str, place: (&str, u32)) -> Vec<String> {
        let path = match (pattern.strip_prefix('/'), self.root) {
            (Some(rest), Some(root)) => format!("{}/{rest}", root.trim_end_matches('/')),
            (Some(_), None) => pattern.to_owned(),
            (None, _) if self.folder.is_empty() => pattern.to_owned(),
            (None, _) => format!("{}/{pattern}", self.folder),
        };
        self.includes += 1;
        if self.includes > CONFIGURATION_INCLUDES {
            self.fault(&format!("{}:{}", place.0, place.1), "more includes than are followed");
            return Vec::new();
        }
        if !path.contains(['*', '?', '[']) {
            return vec![path];
        }
        self.globbed(&path)
    }

    /// A pattern that matches nothing is no error in nginx, but a folder that is not there may be another host's.
    fn globbed(&mut self, path: &str) -> Vec<String> {
        let is_absolute = path.starts_with('/');
        let mut found: Vec<String> = vec![if is_absolute { "/".to_owned() } else { String::new() }];
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        for (number, segment) in segments.iter().enumerate() {
            let is_last = number + 1 == segments.len();
            let mut next = Vec::new();
            for folder in found {
                let join = |name: &str| match folder.as_str() {
                    "" => name.to_owned(),
                    "/" => format!("/{name}"),
                    _ => format!("{folder}/{name}"),
                };
                if !segment.contains(['*', '?', '[']) {
                    next.push(join(segment));
                    continue;
                }
                // Below the first pattern a name that is no folder is passed over, as glob does.
                let must_be_there = !segments[..number].iter().any(|segment| segment.contains(['*', '?', '[']));
                let names = self.names_in(if folder.is_empty() { "." } else { &folder }, path, must_be_there);
                let fits =
                    |name: &&String| (!name.starts_with('.') || segment.starts_with('.')) && matches(segment, name);
                next.extend(names.iter().filter(fits).map(|name| join(name)));
            }
            found = next;
            if found.len() > CONFIGURATION_FILES {
                self.fault(path, "more files are included than are read");
                return Vec::new();
            }
            // A name behind a pattern may be missing in some of the folders.
            if is_last && !segment.contains(['*', '?', '[']) {
                found.retain(|path| self.world.inspect(path).is_ok());
            }
        }
        found.sort();
        found
    }

    fn names_in(&mut self, folder: &str, pattern: &str, must_be_there: bool) -> Arc<Vec<String>> {
        if let Some(known) = self.folders.get(folder) {
            return known.clone().unwrap_or_default();
        }
        let names = match self.world.list(folder) {
            Ok(names) => Some(Arc::new(names)),
            Err(refusal) => {
                if must_be_there {
                    self.fault(pattern, &format!("{folder}: {refusal}"));
                }
                None
            }
        };
        self.folders.insert(folder.to_owned(), names.clone());
        names.unwrap_or_default()
    }

    fn fault(&mut self, subject: &str, reason: &str) {
        self.faults.push((subject.to_owned(), reason.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::recorded::RecordedWorld;
    use crate::model::WebServerKind;

    fn read_of(world: &RecordedWorld) -> Read {
        let server =
            WebServer { kind: WebServerKind::Nginx, path: "n/nginx.conf".to_owned(), version: None, root: None };
        read(world, &server)
    }

    #[test]
    fn a_file_is_one_unit_however_often_it_is_included() {
        let world = RecordedWorld::new()
            .file("n/nginx.conf", "http {\n server { include s.conf; }\n server { include s.conf; }\n}")
            .file("n/s.conf", "listen 80;\ninclude t.conf;")
            .file("n/t.conf", "root /a;");
        let read = read_of(&world);
        assert_eq!(read.faults, []);
        let http = read.directives.iter().next().unwrap();
        let roots: Vec<&Node> = http.own("server").flat_map(|server| server.own("root")).collect();
        assert!(std::ptr::eq(roots[0], roots[1]));
        let chain = http.block.as_ref().unwrap().iter().nth(1).unwrap().block.as_ref().unwrap().chain_to(roots[0]);
        let chain: Vec<_> =
            chain.iter().map(|one| (one.location.file.as_deref().unwrap(), one.location.line)).collect();
        assert_eq!(chain, [("n/nginx.conf", Some(3)), ("n/s.conf", Some(2))]);
    }

    #[test]
    fn circles_placeholders_and_missing_files_are_said_and_the_rest_is_kept() {
        let world = RecordedWorld::new()
            .file("n/nginx.conf", "http {\n include a.conf;\n include gone.conf;\n x {{ y }};\n}")
            .file("n/a.conf", "include a.conf;\nb;");
        let read = read_of(&world);
        let faults: Vec<&str> = read.faults.iter().map(|(subject, _)| subject.as_str()).collect();
        assert_eq!(faults, ["n/a.conf", "n/gone.conf", "n/nginx.conf:4:2"]);
        assert_eq!(read.directives.iter().next().unwrap().own("b").count(), 1);
    }
}
