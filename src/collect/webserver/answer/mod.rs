//! What a configuration answers to one request, without asking anybody: which server and location, by which directives,
//! with which status, headers, access rules and log entries. What the configuration leaves open is said to be open.

mod access;
mod content;
mod course;
mod possible;
mod request;
mod rewrite;
mod server;
mod value;
mod written;

use super::include;
use super::model::{self, Server};
use super::routing::Patterns;
use super::socket::sockets;
use super::tree::{Block, Node};
use super::version;
use crate::collect::world::{FileKind, Refusal, World};
use crate::model::{Location, WebServer};

pub(super) use possible::{Possible, Ready};
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
    /// Who is let in by the rules in force: `open`, `refused`, `password`, `address`, or `elsewhere` where another server
    /// decides; empty where the answer is made before anybody asks.
    pub entry: &'static str,
    /// Another program makes the content, and may add headers.
    pub elsewhere: bool,
    /// A module changes headers in ways that are not read here.
    pub headers_open: bool,
    /// The server's version is not told.
    pub version_hidden: bool,
    /// HTTP/2 is spoken on this socket.
    pub http2: bool,
    /// Name of the server in subjects, which is unique in its configuration.
    pub server_subject: String,
    /// The server has names, and the one that was asked for is none of them.
    pub is_strange: bool,
}

/// A configuration that was read once and may be asked many times.
pub struct Asking<'w> {
    read: include::Read,
    patterns: Patterns,
    world: &'w dyn World,
    root: Option<String>,
    /// The version follows `add_header_inherit`.
    knows_inherit: bool,
}

impl<'w> Asking<'w> {
    /// Reads a configuration.
    #[must_use]
    pub fn new(world: &'w dyn World, server: &WebServer) -> Self {
        let read = include::read(world, server);
        Self {
            read,
            patterns: Patterns::default(),
            world,
            root: server.root.clone(),
            knows_inherit: version::knows_inherit(server.version.as_deref()),
        }
    }

    /// What is answered to each request.
    #[must_use]
    pub fn answers(&self, asked: &[Asked]) -> Vec<Answer> {
        let ready = self.ready();
        let files = |path: &str| self.file(path);
        let answers = asked.iter().map(|one| {
            let none = || Answer { open: vec!["no server listens there".to_owned()], ..Answer::default() };
            let mut answer = ready.answer(one, &files, None).unwrap_or_else(none);
            answer.faults.clone_from(&self.read.faults);
            answer
        });
        answers.collect()
    }

    /// The configuration, ready for many questions.
    pub(super) fn ready(&self) -> Ready<'_> {
        let servers = model::servers(&self.read.directives, self.knows_inherit);
        let sockets = sockets(&servers);
        Ready { asking: self, tables: Tables::of(&self.read.directives), servers, sockets }
    }

    /// Why what it says may not be all: a part that could not be read or is not filled in.
    pub(super) fn doubt(&self) -> Option<String> {
        let fault = self.read.faults.first().map(|(subject, reason)| format!("{subject}: {reason}"));
        fault
            .or_else(|| {
                self.read.fragment.then(|| "the file is a part of a configuration: its server is elsewhere".to_owned())
            })
            .or_else(|| self.read.has_placeholders.then(|| "a placeholder was not filled in".to_owned()))
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
    sockets: &'p [super::socket::Socket],
    files: &'p dyn Fn(&str) -> Option<Found>,
    /// Whether rules that depend on who asks let the request in, where that is taken for granted.
    enters: Option<bool>,
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
    course.enters = parts.enters;
    if is_bad {
        course.finish(400);
    } else {
        course.run();
    }
    let mut answer = written::answer(parts, server, course);
    answer.chosen_by = chosen.by;
    let has_name = |name: &String| !name.is_empty() && name != "_";
    let mut names = server.node.own("server_name").flat_map(|node| &node.arguments);
    answer.is_strange = chosen.by == "default" && names.any(has_name);
    let port = format!(":{}", asked.port);
    let socket = parts.sockets.iter().filter(|one| one.servers.contains(&chosen.number) && one.name.ends_with(&port));
    let on_socket = socket.flat_map(|one| &one.servers).filter_map(|number| parts.servers.get(*number));
    let speaks_http2 = |node: &Node| node.arguments.iter().any(|word| word == "http2");
    answer.http2 = server.levels.first().is_some_and(|level| level.state.is_on("http2"))
        || on_socket.flat_map(|one| one.node.own("listen")).any(speaks_http2);
    answer
}

#[cfg(test)]
mod tests;
