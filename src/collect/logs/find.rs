//! Which files are logs: those that the site file names, those that the web server's configuration writes, and the usual
//! folders of a host root. Nothing is followed out of the root.

use std::collections::BTreeMap;

use super::sample::Sample;
use crate::collect::world::{FileKind, Refusal, World};
use crate::model::{LogFile, LogKind};
use crate::scan::Class;

/// Where web servers write logs when nobody says otherwise.
const DIRECTORIES: [&str; 3] = ["var/log/nginx", "var/log/apache2", "var/log/httpd"];
/// Links that a path may lead over, as Linux allows.
const LINKS: usize = 40;

/// One log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Log {
    /// Its path as the host has it.
    pub(super) path: String,
    /// Its path as the world is asked for it.
    pub(super) open: String,
    /// What it holds.
    pub(super) kind: LogKind,
    /// Its size when it was found.
    pub(super) size_bytes: u64,
    /// What its first entries show, where it was looked at.
    pub(super) sample: Sample,
    /// Names of the columns in which hits stand, by line and class.
    pub(super) columns: BTreeMap<(u64, Class), String>,
}

/// All logs, and what could not be looked at: path and reason.
#[derive(Debug, Default)]
pub(super) struct Logs {
    pub(super) logs: BTreeMap<String, Log>,
    pub(super) faults: Vec<(String, String)>,
}

/// The files of a host, or of the site file's folder.
pub(super) struct Files<'a> {
    world: &'a dyn World,
    /// Folder that stands for `/`; `None`: paths are the world's own.
    root: Option<&'a str>,
}

impl<'a> Files<'a> {
    /// Files below a root, which is a folder or `/`.
    pub(super) fn new(world: &'a dyn World, root: Option<&'a str>) -> Self {
        Self { world, root: root.map(|root| root.trim_end_matches('/')) }
    }

    /// Finds every log.
    pub(super) fn find(&self, declared: &[LogFile], configured: &[String]) -> Logs {
        let mut found = Logs::default();
        for log in declared {
            if !self.matching(&log.path, Some(log.kind), &mut found) {
                found.faults.push((log.path.clone(), Refusal::NotFound.to_string()));
            }
        }
        for path in configured {
            // A configuration on this machine may write logs on another: without a root they are not here.
            if self.root.is_some() && path.starts_with('/') && !self.matching(&format!("{path}*"), None, &mut found) {
                found.faults.push((path.clone(), Refusal::NotFound.to_string()));
            }
        }
        if self.root.is_some() {
            for directory in DIRECTORIES {
                self.matching(&format!("{directory}/*"), None, &mut found);
            }
        }
        found
    }

    /// Adds the files that a pattern names; whether there was any.
    fn matching(&self, pattern: &str, kind: Option<LogKind>, found: &mut Logs) -> bool {
        if pattern.split('/').any(|part| part == "..") && self.root.is_some() {
            found.faults.push((pattern.to_owned(), "a path that leaves the root".to_owned()));
            return true;
        }
        let mut paths = vec![String::new()];
        let absolute = self.root.is_none() && pattern.starts_with('/');
        for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
            let join = |path: &str, name: &str| match path {
                "" if absolute => format!("/{name}"),
                "" => name.to_owned(),
                path => format!("{path}/{name}"),
            };
            if !part.contains('*') {
                paths.iter_mut().for_each(|path| *path = join(path, part));
                continue;
            }
            let mut wider = Vec::new();
            for path in paths {
                match self.list(&path) {
                    Ok(names) => {
                        wider.extend(names.iter().filter(|name| fits(part, name)).map(|name| join(&path, name)))
                    }
                    Err(Refusal::NotFound) => {}
                    Err(refusal) => found.faults.push((self.shown(&path), refusal.to_string())),
                }
            }
            paths = wider;
        }
        let before = found.faults.len();
        let mut any = false;
        for path in paths {
            any |= self.add(&path, kind, found);
        }
        any || found.faults.len() > before
    }

    fn add(&self, path: &str, kind: Option<LogKind>, found: &mut Logs) -> bool {
        let shown = self.shown(path);
        if found.logs.contains_key(&shown) {
            return true;
        }
        let resolved = self.resolved(path).and_then(|open| self.world.inspect(&open).map(|facts| (open, facts)));
        match resolved {
            Ok((open, facts)) => match facts.kind {
                FileKind::Directory => return false,
                // Without a root the system itself follows links; opening says what is wrong with them.
                FileKind::File | FileKind::Symlink(_) => {
                    let kind = kind.unwrap_or_else(|| kind_of(&shown));
                    let size_bytes = facts.size_bytes;
                    let (sample, columns) = (Sample::default(), BTreeMap::new());
                    let log = Log { path: shown.clone(), open, kind, size_bytes, sample, columns };
                    found.logs.insert(shown, log);
                }
                FileKind::Other => found.faults.push((shown, Refusal::NotAFile.to_string())),
            },
            Err(Refusal::NotFound) => return false,
            Err(refusal) => found.faults.push((shown, refusal.to_string())),
        }
        true
    }

    fn shown(&self, path: &str) -> String {
        if self.root.is_some() { format!("/{path}") } else { path.to_owned() }
    }

    fn asked(&self, path: &str) -> String {
        match self.root {
            Some(root) => format!("{root}/{path}"),
            None if path.is_empty() => ".".to_owned(),
            None => path.to_owned(),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        self.world.list(&self.resolved(path)?)
    }

    /// The path that the world is asked for, every link followed inside the root.
    fn resolved(&self, path: &str) -> Result<String, Refusal> {
        if self.root.is_none_or(str::is_empty) {
            return Ok(self.asked(path));
        }
        let mut left: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut done: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = left.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    done.pop();
                    continue;
                }
                _ => done.push(part),
            }
            if let FileKind::Symlink(target) = self.world.inspect(&self.asked(&done.join("/")))?.kind {
                links += 1;
                if links > LINKS {
                    return Err(Refusal::Failed("its links go in a circle".to_owned()));
                }
                done.pop();
                if target.starts_with('/') {
                    done.clear();
                }
                left.extend(target.rsplit('/').map(str::to_owned));
            }
        }
        Ok(self.asked(&done.join("/")))
    }
}

/// What a log holds, by its name.
pub(super) fn kind_of(path: &str) -> LogKind {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.contains("error") { LogKind::Error } else { LogKind::Access }
}

/// Whether a name fits a pattern in which `*` stands for any characters.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let Some((front, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(front) else { return false };
    name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| fits(rest, &name[at..]))
}
