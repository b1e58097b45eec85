//! What a configuration answers to one request, without asking anybody: which server and location, by which directives,
//! with which status, headers, access rules and log entries. What the configuration leaves open is said to be open.

mod access;
mod content;
mod course;
mod request;
mod rewrite;
mod server;
mod value;
mod written;

use super::include;
use super::model::{self, Server};
use super::routing::Patterns;
use super::socket::sockets;
use super::tree::Block;
use crate::collect::world::{FileKind, Refusal, World};
use crate::model::{Location, WebServer};

pub use request::Asked;

use course::Course;
use value::{Tables, Values};

/// A part of the configuration, by name and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is, as it is written: `location ~ \.php$`, `allow 192.0.2.0/24`.
    pub text: String,
    /// Where it stands.
    pub place: Location,
}

/// A header of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerHeader {
    /// Its name, as it is written.
    pub name: String,
    /// What its value comes to; `None` where a variable in it is open.
    pub value: Option<String>,
    /// Its value as it is written.
    pub written: String,
    /// Whether it is sent with this status; `None` where the status is open and it stands without `always`.
    pub sent: Option<bool>,
    /// Where it is set.
    pub place: Location,
}

/// One log to which the request is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLog {
    /// File or `syslog:`.
    pub target: String,
    /// Name of the format.
    pub format: String,
    /// The text of the format; `None` where there is none of that name.
    pub text: Option<String>,
    /// Whether its condition lets this request in; `None` where that is open.
    pub written: Option<bool>,
    /// The entry, where every variable in it is known.
    pub line: Option<String>,
    /// Where the log is set.
    pub place: Location,
}

/// What a configuration answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The server.
    pub server: Option<Part>,
    /// Why it is this one: `name`, `wildcard`, `expression`, `default`.
    pub chosen_by: &'static str,
    /// The location; `None` where the server itself answers.
    pub location: Option<Part>,
    /// Status; `None` where it is open.
    pub status: Option<u16>,
    /// What is open, and why.
    pub open: Vec<String>,
    /// What happened on the way: rewrites, redirects inside, error pages.
    pub steps: Vec<Part>,
    /// What makes the content: `return`, `root`, `proxy_pass`.
    pub content: Option<Part>,
    /// Headers in force, in order.
    pub headers: Vec<AnswerHeader>,
    /// Headers that an outer level sets and the answering one loses, each with the place where it is set.
    pub lost: Vec<Part>,
    /// Where a redirect goes to.
    pub redirect: Option<String>,
    /// Rules of access in force, in order.
    pub rules: Vec<Part>,
    /// Logs.
    pub logs: Vec<AnswerLog>,
    /// What could not be read: subject and reason.
    pub faults: Vec<(String, String)>,
}

/// A configuration that was read once and may be asked many times.
pub struct Asking<'w> {
    read: include::Read,
    patterns: Patterns,
    world: &'w dyn World,
    root: Option<String>,
}

impl<'w> Asking<'w> {
    /// Reads a configuration.
    #[must_use]
    pub fn new(world: &'w dyn World, server: &WebServer) -> Self {
        let read = include::read(world, server);
        Self { read, patterns: Patterns::default(), world, root: server.root.clone() }
    }

    /// What is answered to each request.
    #[must_use]
    pub fn answers(&self, asked: &[Asked]) -> Vec<Answer> {
        let servers = model::servers(&self.read.directives);
        let sockets = sockets(&servers);
        let tables = Tables::of(&self.read.directives);
        let files = |path: &str| self.file(path);
        let answers = asked.iter().map(|one| {
            let parts = Parts { servers: &servers, directives: &self.read.directives, files: &files };
            let mut answer = match server::chosen(&servers, &sockets, &self.patterns, one) {
                Some(chosen) => answered(&parts, chosen, &self.patterns, &tables, one),
                None => Answer { open: vec!["no server listens there".to_owned()], ..Answer::default() },
            };
            answer.faults.clone_from(&self.read.faults);
            answer
        });
        answers.collect()
    }

    /// What is at a path of the server's host: `None` where that cannot be seen from here.
    fn file(&self, path: &str) -> Option<Found> {
        let root = self.root.as_deref()?;
        match self.world.inspect(&format!("{}{path}", root.trim_end_matches('/'))) {
            Ok(facts) => match facts.kind {
                FileKind::File => Some(Found::File(facts.size_bytes)),
                FileKind::Directory => Some(Found::Folder),
                _ => None,
            },
            // A file stands where a folder is asked for: below it there is nothing.
            Err(Refusal::NotFound | Refusal::NotAFile) => Some(Found::Nothing),
            Err(_) => None,
        }
    }
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    File(u64),
    Folder,
    Nothing,
}

/// What every answer needs of the configuration.
struct Parts<'p, 'a> {
    servers: &'p [Server<'a>],
    directives: &'a Block,
    files: &'p dyn Fn(&str) -> Option<Found>,
}

fn answered<'a>(
    parts: &Parts<'_, 'a>,
    chosen: server::Chosen,
    patterns: &Patterns,
    tables: &Tables<'a>,
    asked: &Asked,
) -> Answer {
    let Some(server) = parts.servers.get(chosen.number) else { return Answer::default() };
    let name = server.node.own("server_name").next().and_then(|node| node.arguments.first());
    let first = parts.servers.get(chosen.default).unwrap_or(server);
    let merge = first.levels.first().is_none_or(|level| level.state.word("merge_slashes") != Some("off"));
    let taken = asked.parts(merge);
    let is_bad = taken.is_none();
    let (path, arguments) = taken.unwrap_or_else(|| ("/".to_owned(), None));
    let values = Values {
        asked,
        tables,
        patterns,
        path,
        arguments,
        server_name: name.cloned().unwrap_or_default(),
        root: None,
        status: None,
        set: std::cell::RefCell::default(),
        captures: std::cell::RefCell::default(),
    };
    if let Some((pattern, host)) = &chosen.pattern {
        // The groups of the name's expression are known to what follows.
        let _ = values.matches(pattern, true, host);
    }
    let mut course = Course::new(server, values, parts.files);
    if is_bad {
        course.finish(400);
    } else {
        course.run();
    }
    let mut answer = written::answer(parts, server, course);
    answer.chosen_by = chosen.by;
    answer
}

#[cfg(test)]
mod tests;
