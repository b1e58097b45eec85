//! Files -> sections with what they inherit: files and folders in HAProxy's order, `.if` blocks, variables of the environment that
//! the configuration sets itself, and the defaults that a section takes over.

use std::collections::BTreeMap;

use super::super::served::Place;
use crate::collect::limits::{CONFIGURATION_BYTES, CONFIGURATION_FILES};
use crate::collect::world::{FileKind, World};
use crate::model::{Location, WebServer};
use crate::syntax::haproxy::{self, condition, opens_section};

/// A line with the file that holds it, its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At {
    pub(super) words: Vec<String>,
    location: Location,
}

impl At {
    /// A word by its number; empty where there is none.
    pub(super) fn word(&self, number: usize) -> &str {
        self.words.get(number).map_or("", String::as_str)
    }

    pub(super) fn location(&self) -> Location {
        self.location.clone()
    }

    pub(super) fn place(&self) -> Place {
        Place { location: self.location(), related: Vec::new() }
    }

    /// Whether the line begins with these words.
    pub(super) fn begins(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(number, word)| self.word(number) == *word)
    }

    /// The word behind another one.
    pub(super) fn behind(&self, name: &str) -> Option<&str> {
        let at = self.words.iter().position(|word| word == name)?;
        self.words.get(at + 1).map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.words.iter().any(|word| word == name)
    }

    /// The line up to its condition, and the condition with `if` or `unless` in front.
    pub(super) fn parted(&self) -> (&[String], &[String]) {
        let at = self.words.iter().position(|word| word == "if" || word == "unless").unwrap_or(self.words.len());
        self.words.split_at(at)
    }
}

/// A proxy section with the defaults that it inherits.
#[derive(Debug, Clone)]
pub(super) struct Proxy {
    /// `frontend`, `backend`, `listen`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) head: At,
    inherited: Vec<At>,
    own: Vec<At>,
}

impl Proxy {
    /// Inherited lines, then its own.
    pub(super) fn all(&self) -> impl Iterator<Item = &At> {
        self.inherited.iter().chain(&self.own)
    }

    /// All lines that begin so.
    pub(super) fn lines<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = &'a At> {
        self.all().filter(move |line| line.begins(words))
    }

    /// Its own lines that begin so, for what is not inherited.
    pub(super) fn own<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = &'a At> {
        self.own.iter().filter(move |line| line.begins(words))
    }

    /// The last line of a setting, where no `no` takes it back behind it.
    pub(super) fn setting(&self, words: &[&str]) -> Option<&At> {
        let mut found = None;
        for line in self.all() {
            if line.begins(words) {
                found = Some(line);
            } else if matches!(line.word(0), "no" | "default")
                && words.iter().enumerate().all(|(number, word)| line.word(number + 1) == *word)
            {
                found = None;
            }
        }
        found
    }

    /// Whether it speaks HTTP.
    pub(super) fn is_http(&self) -> bool {
        self.setting(&["mode"]).is_some_and(|line| line.word(1) == "http")
    }

    pub(super) fn listens(&self) -> bool {
        self.kind != "backend"
    }
}

/// The whole configuration.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) global: Vec<At>,
    pub(super) proxies: Vec<Proxy>,
    /// What could not be read: subject and reason.
    pub(super) faults: Vec<(String, String)>,
    root: Option<String>,
}

impl Program {
    /// The proxy that takes requests under a name.
    pub(super) fn backend(&self, name: &str) -> Option<usize> {
        self.proxies.iter().position(|proxy| proxy.kind != "frontend" && proxy.name == name)
    }

    /// Where a file that the configuration names is found here.
    pub(super) fn local(&self, path: &str) -> String {
        match &self.root {
            Some(root) if path.starts_with('/') => format!("{}{path}", root.trim_end_matches('/')),
            _ => path.to_owned(),
        }
    }

    /// Whether a script or a filter takes part, which may set variables.
    pub(super) fn has_scripts(&self) -> bool {
        self.global.iter().any(|line| line.word(0).starts_with("lua-"))
            || self.proxies.iter().flat_map(Proxy::all).any(|line| line.word(0) == "filter")
    }

    /// The last line of a setting of the global section.
    pub(super) fn global(&self, name: &str) -> Option<&At> {
        self.global.iter().rfind(|line| line.word(0) == name)
    }
}

/// Reads a configuration: a file, or a folder whose `.cfg` files are read in byte order, as `-f FOLDER` does.
pub(super) fn read(world: &dyn World, server: &WebServer) -> Program {
    let mut reader = Reader {
        program: Program { root: server.root.clone(), ..Program::default() },
        version: super::version::of(server.version.as_deref()),
        environment: BTreeMap::new(),
        defaults: BTreeMap::new(),
        last_defaults: Vec::new(),
        open: Open::Nothing,
    };
    for file in files(world, &server.path, &mut reader.program.faults) {
        match world.read(&file, CONFIGURATION_BYTES) {
            Ok(bytes) if bytes.contains(&0) => reader.fault(file, "it is no text"),
            Ok(bytes) => reader.file(&file, &bytes),
            Err(refusal) => reader.fault(file, &refusal.to_string()),
        }
    }
    reader.close();
    reader.program
}

fn files(world: &dyn World, path: &str, faults: &mut Vec<(String, String)>) -> Vec<String> {
    if !matches!(world.inspect(path).map(|facts| facts.kind), Ok(FileKind::Directory)) {
        return vec![path.to_owned()];
    }
    match world.list(path) {
        Ok(names) => names
            .into_iter()
            .filter(|name| name.ends_with(".cfg") && !name.starts_with('.'))
            .take(CONFIGURATION_FILES)
            .map(|name| format!("{}/{name}", path.trim_end_matches('/')))
            .collect(),
        Err(refusal) => {
            faults.push((path.to_owned(), refusal.to_string()));
            Vec::new()
        }
    }
}

/// The section that lines belong to.
enum Open {
    Nothing,
    Global,
    Defaults(Option<String>, Vec<At>),
    Proxy(Box<Proxy>),
    /// A section of which nothing is read here.
    Other,
}

/// One `.if` that is open: whether its lines count now, and whether a branch of it was taken already.
struct Block {
    counts: Option<bool>,
    taken: Option<bool>,
}

struct Reader {
    program: Program,
    version: Option<super::version::Version>,
    /// What the configuration sets; `None` for what it takes away.
    environment: BTreeMap<String, Option<String>>,
    defaults: BTreeMap<String, Vec<At>>,
    last_defaults: Vec<At>,
    open: Open,
}

const UNDECIDED: &str = "a condition on the running program (.if) that is not decided here";
const ENVIRONMENT: &str = "it depends on an environment variable that the configuration does not set";

impl Reader {
    fn fault(&mut self, subject: String, reason: &str) {
        if self.program.faults.len() < 1_000 {
            self.program.faults.push((subject, reason.to_owned()));
        }
    }

    fn file(&mut self, file: &str, bytes: &[u8]) {
        let read = haproxy::parse(bytes);
        for fault in &read.faults {
            self.fault(format!("{file}:{}:{}", fault.line, fault.column), fault.message);
        }
        if bytes.windows(2).any(|pair| pair == b"{{") {
            self.fault(file.to_owned(), "it is a template that was not filled in");
        }
        let mut blocks: Vec<Block> = Vec::new();
        for line in &read.lines {
            let subject = || format!("{file}:{}:{}", line.line, line.column);
            let mut unknown = Vec::new();
            let mut words = Vec::new();
            for (number, word) in line.words.iter().enumerate() {
                let known = |name: &str| self.environment.get(name).map(|value| value.clone().unwrap_or_default());
                words.push(word.filled(&known).unwrap_or_else(|| {
                    unknown.push(number);
                    word.shown()
                }));
            }
            if words.first().is_some_and(|word| word.starts_with('.')) {
                if let Err(reason) = self.directive(&words, &mut blocks) {
                    self.fault(subject(), reason);
                }
                continue;
            }
            if blocks.iter().any(|block| block.counts != Some(true)) {
                continue;
            }
            if unknown.iter().any(|number| super::environment::decides(&words, *number)) {
                self.fault(subject(), ENVIRONMENT);
            }
            let at = At { words, location: Location::file(file, line.line, line.column) };
            if opens_section(line) {
                self.section(at);
            } else if matches!(self.open, Open::Nothing) {
                self.fault(subject(), "a line before the first section");
            } else {
                self.line(at);
            }
        }
        if !blocks.is_empty() {
            self.fault(file.to_owned(), "an .if that is never closed");
        }
    }

    /// `.if`, `.elif`, `.else`, `.endif`; messages for whoever starts the program change nothing.
    fn directive(&self, words: &[String], blocks: &mut Vec<Block>) -> Result<(), &'static str> {
        let (name, rest) = words.split_first().ok_or("a condition that HAProxy refuses")?;
        let is_outside = blocks.iter().any(|block| block.counts == Some(false));
        let decided = || -> Result<Option<bool>, &'static str> {
            let read = condition(&rest.join(" ")).ok_or("a condition that HAProxy refuses")?;
            Ok(read.holds(&|name, arguments| self.call(name, arguments)))
        };
        match name.as_str() {
            ".if" if is_outside => blocks.push(Block { counts: Some(false), taken: Some(true) }),
            ".if" => {
                let holds = decided();
                let counts = holds.unwrap_or(None);
                blocks.push(Block { counts, taken: counts });
                return holds.and_then(|holds| holds.map(|_| ()).ok_or(UNDECIDED));
            }
            ".elif" | ".else" => {
                let holds = if name == ".else" { Ok(Some(true)) } else { decided() };
                let block = blocks.last_mut().ok_or("an .else without an .if")?;
                block.counts = match (block.taken, holds?) {
                    (Some(true), _) | (_, Some(false)) => Some(false),
                    (Some(false), holds) => holds,
                    (None, _) => None,
                };
                if block.counts == Some(true) {
                    block.taken = Some(true);
                } else if block.counts.is_none() {
                    block.taken = None;
                    return Err(UNDECIDED);
                }
            }
            ".endif" => {
                blocks.pop().ok_or("an .endif without an .if")?;
            }
            ".notice" | ".warning" | ".alert" | ".diag" => {}
            _ => return Err("a directive that HAProxy does not know"),
        }
        Ok(())
    }

    fn call(&self, name: &str, arguments: &[String]) -> Option<bool> {
        let argument = |number: usize| arguments.get(number).map(String::as_str).unwrap_or_default();
        let is_open = arguments.iter().any(|argument| argument.contains("${"));
        match name {
            "defined" => self.environment.get(argument(0)).map(Option::is_some),
            "streq" if !is_open => Some(argument(0) == argument(1)),
            "strneq" if !is_open => Some(argument(0) != argument(1)),
            "strstr" if !is_open => Some(argument(0).contains(argument(1))),
            "version_atleast" => Some(self.version? >= super::version::of(Some(argument(0)))?),
            "version_before" => Some(self.version? < super::version::of(Some(argument(0)))?),
            _ => None,
        }
    }

    fn section(&mut self, head: At) {
        self.close();
        let from = head.behind("from").map(|name| self.defaults.get(name).cloned().unwrap_or_default());
        let name = head.word(1).to_owned();
        self.open = match head.word(0) {
            "global" => Open::Global,
            "defaults" => {
                let name = Some(name).filter(|name| !name.is_empty() && name != "from");
                Open::Defaults(name, from.unwrap_or_default())
            }
            "frontend" | "backend" | "listen" => Open::Proxy(Box::new(Proxy {
                kind: head.word(0).to_owned(),
                name,
                inherited: from.unwrap_or_else(|| self.last_defaults.clone()),
                own: Vec::new(),
                head,
            })),
            _ => Open::Other,
        };
    }

    fn line(&mut self, line: At) {
        match &mut self.open {
            Open::Global => {
                match line.word(0) {
                    "setenv" => {
                        self.environment.insert(line.word(1).to_owned(), Some(line.word(2).to_owned()));
                    }
                    "unsetenv" => {
                        for name in line.words.iter().skip(1) {
                            self.environment.insert(name.clone(), None);
                        }
                    }
                    _ => {}
                }
                self.program.global.push(line);
            }
            Open::Defaults(_, lines) => lines.push(line),
            Open::Proxy(proxy) => proxy.own.push(line),
            Open::Nothing | Open::Other => {}
        }
    }

    fn close(&mut self) {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Defaults(name, lines) => {
                if let Some(name) = name {
                    self.defaults.insert(name, lines.clone());
                }
                self.last_defaults = lines;
            }
            Open::Proxy(proxy) => self.program.proxies.push(*proxy),
            Open::Nothing | Open::Global | Open::Other => {}
        }
    }
}
