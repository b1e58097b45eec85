//! The main file with all that it includes, in the order in which nginx reads it. Each file is read once.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::collect::limits::{CONFIGURATION_BYTES, CONFIGURATION_FILES};
use crate::collect::world::World;
use crate::model::{Location, Related, WebServer};
use crate::syntax::nginx::{self, Directive};

/// A directive with the file that holds it and the includes that led there.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) file: Rc<str>,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) chain: Rc<Vec<Related>>,
    pub(super) block: Option<Vec<Self>>,
}

impl Node {
    pub(super) fn location(&self) -> Location {
        Location::file(self.file.as_ref(), self.line, self.column)
    }
}

/// All directives, and what could not be read: subject and reason.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) directives: Vec<Node>,
    pub(super) faults: Vec<(String, String)>,
}

/// Reads the configuration of a server.
pub(super) fn read(world: &dyn World, server: &WebServer) -> Read {
    let folder = server.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut reader =
        Reader { world, folder, root: server.root.as_deref(), files: BTreeMap::new(), included: 0, faults: Vec::new() };
    let chain = Rc::new(Vec::new());
    let mut open = Vec::new();
    let directives = reader.file(&server.path, &chain, &mut open);
    Read { directives, faults: reader.faults }
}

struct Reader<'a> {
    world: &'a dyn World,
    folder: &'a str,
    root: Option<&'a str>,
    files: BTreeMap<String, Option<Rc<Vec<Directive>>>>,
    included: usize,
    faults: Vec<(String, String)>,
}

impl Reader<'_> {
    fn file(&mut self, path: &str, chain: &Rc<Vec<Related>>, open: &mut Vec<String>) -> Vec<Node> {
        if open.iter().any(|opened| opened == path) {
            self.fault(path, "it includes itself");
            return Vec::new();
        }
        let Some(directives) = self.parsed(path) else { return Vec::new() };
        open.push(path.to_owned());
        let file: Rc<str> = Rc::from(path);
        let nodes = self.level(&directives, &file, chain, open);
        open.pop();
        nodes
    }

    fn parsed(&mut self, path: &str) -> Option<Rc<Vec<Directive>>> {
        if let Some(known) = self.files.get(path) {
            return known.clone();
        }
        let parsed = match self.world.read(path, CONFIGURATION_BYTES) {
            Ok(bytes) => {
                let read = nginx::parse(&bytes);
                for fault in read.faults.iter().take(20) {
                    self.fault(&format!("{path}:{}:{}", fault.line, fault.column), &fault.message);
                }
                if bytes.windows(2).any(|pair| pair == b"{{") {
                    self.fault(path, "it is a template ({{ … }}) that was not filled in");
                }
                Some(Rc::new(read.directives))
            }
            Err(refusal) => {
                self.fault(path, &refusal.to_string());
                None
            }
        };
        self.files.insert(path.to_owned(), parsed.clone());
        parsed
    }

    fn level(
        &mut self,
        directives: &[Directive],
        file: &Rc<str>,
        chain: &Rc<Vec<Related>>,
        open: &mut Vec<String>,
    ) -> Vec<Node> {
        let mut nodes = Vec::with_capacity(directives.len());
        for directive in directives {
            if directive.name == "include" && directive.block.is_none() {
                let mut longer = chain.as_ref().clone();
                longer.push(Related {
                    location: Location::file(file.as_ref(), directive.line, directive.column),
                    note: "included here".to_owned(),
                });
                let longer = Rc::new(longer);
                for pattern in &directive.arguments {
                    for path in self.included_paths(pattern) {
                        nodes.extend(self.file(&path, &longer, open));
                    }
                }
                continue;
            }
            let block = directive.block.as_ref().map(|block| self.level(block, file, chain, open));
            nodes.push(Node {
                name: directive.name.clone(),
                arguments: directive.arguments.clone(),
                file: Rc::clone(file),
                line: directive.line,
                column: directive.column,
                chain: Rc::clone(chain),
                block,
            });
        }
        nodes
    }

    /// The files of an include, in byte order as nginx's glob gives them; a relative one belongs to the main file's folder.
    fn included_paths(&mut self, pattern: &str) -> Vec<String> {
        let path = match (pattern.strip_prefix('/'), self.root) {
            (Some(rest), Some(root)) => format!("{}/{rest}", root.trim_end_matches('/')),
            (Some(_), None) => pattern.to_owned(),
            (None, _) if self.folder.is_empty() => pattern.to_owned(),
            (None, _) => format!("{}/{pattern}", self.folder),
        };
        if !path.contains(['*', '?', '[']) {
            self.included += 1;
            if self.included > CONFIGURATION_FILES {
                self.fault(&path, "more files are included than are read");
                return Vec::new();
            }
            return vec![path];
        }
        let Some(paths) = self.globbed(&path) else { return Vec::new() };
        self.included += paths.len();
        if self.included > CONFIGURATION_FILES {
            self.fault(&path, "more files are included than are read");
            return Vec::new();
        }
        paths
    }

    /// A glob that matches nothing is no error in nginx, but a folder that is not there may be another host's.
    fn globbed(&mut self, path: &str) -> Option<Vec<String>> {
        let Some((folder, pattern)) = path.rsplit_once('/') else {
            self.fault(path, "a pattern without a folder");
            return None;
        };
        if folder.contains(['*', '?', '[']) || pattern.contains('[') {
            self.fault(path, "patterns in folder names and character sets are not followed");
            return None;
        }
        match self.world.list(folder) {
            Ok(names) => Some(
                names
                    .into_iter()
                    .filter(|name| !name.starts_with('.') && is_match(pattern, name))
                    .map(|name| format!("{folder}/{name}"))
                    .collect(),
            ),
            Err(refusal) => {
                self.fault(path, &format!("{folder}: {refusal}"));
                None
            }
        }
    }

    fn fault(&mut self, subject: &str, reason: &str) {
        self.faults.push((subject.to_owned(), reason.to_owned()));
    }
}

/// Whether a name fits a pattern of `*` and `?`; the usual two-pointer walk, linear but for the last star.
fn is_match(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == name[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, star_from)) => {
                    at = star_at + 1;
                    from = star_from + 1;
                    star = Some((star_at, from));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|left| *left == '*')
}

#[cfg(test)]
mod tests {
    use super::is_match;

    #[test]
    fn stars_and_question_marks_match_as_in_a_shell() {
        for (pattern, name, fits) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.bak", false),
            ("a?c", "abc", true),
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b", "ac", false),
        ] {
            assert_eq!(is_match(pattern, name), fits, "{pattern} {name}");
        }
    }
}
