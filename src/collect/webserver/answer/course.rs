//! The course of one request through a server: what is rewritten, which location is found, who is let in, what answers.

use super::access::{self, Entry};
use super::rewrite::Rewritten;
use super::value::Values;
use super::{Found, Part};
use crate::collect::webserver::location::Matching;
use crate::collect::webserver::model::Server;
use crate::collect::webserver::routing::{Answer, answering};
use crate::collect::webserver::state::State;
use crate::collect::webserver::tree::{Block, Node};

/// How often a path may be changed before nginx gives up with 500.
const CYCLES: usize = 10;

/// One request on its way.
pub(super) struct Course<'p, 'a> {
    pub(super) server: &'p Server<'a>,
    pub(super) values: Values<'p>,
    pub(super) files: &'p dyn Fn(&str) -> Option<Found>,
    /// The level that answers; 0 is the server itself.
    pub(super) level: usize,
    /// What is in force, an `if` that held included.
    pub(super) state: State<'a>,
    /// Blocks whose directives may make the content: the location, and an `if` that held.
    pub(super) blocks: Vec<&'a Block>,
    pub(super) status: Option<u16>,
    /// The status of an error whose page is being sent.
    pub(super) error_status: Option<u16>,
    pub(super) in_error_page: bool,
    pub(super) inside: bool,
    pub(super) redirect: Option<String>,
    pub(super) body_bytes: Option<u64>,
    pub(super) content: Option<Part>,
    pub(super) open: Vec<String>,
    pub(super) steps: Vec<Part>,
    /// Whether rules that depend on who asks let the request in, where that is taken for granted.
    pub(super) enters: Option<bool>,
    /// Who is let in: a word of [`super::Answer::entry`].
    pub(super) entry: &'static str,
    /// Another program answers.
    pub(super) elsewhere: bool,
    cycles: usize,
}

impl<'p, 'a> Course<'p, 'a> {
    pub(super) fn new(server: &'p Server<'a>, values: Values<'p>, files: &'p dyn Fn(&str) -> Option<Found>) -> Self {
        let state = server.levels.first().map_or_else(|| server.outer.clone(), |level| level.state.clone());
        Self {
            server,
            values,
            files,
            level: 0,
            state,
            blocks: server.node.block.iter().collect(),
            status: None,
            error_status: None,
            in_error_page: false,
            inside: false,
            redirect: None,
            body_bytes: None,
            content: None,
            open: Vec::new(),
            steps: Vec::new(),
            enters: None,
            entry: "",
            elsewhere: false,
            cycles: 0,
        }
    }

    /// Walks all phases.
    pub(super) fn run(&mut self) {
        if let Some(block) = self.server.node.block.as_ref() {
            match self.rewrites(block, false) {
                Rewritten::Done => return,
                Rewritten::Open(reason) => return self.leave(reason),
                Rewritten::On | Rewritten::Break | Rewritten::Again => {}
            }
        }
        self.find();
    }

    /// Looks for the location of the present path, and goes on in it.
    pub(super) fn find(&mut self) {
        loop {
            self.cycles += 1;
            if self.cycles > CYCLES {
                return self.finish(500);
            }
            if let Some(target) = self.added_slash() {
                self.redirect = Some(target);
                return self.finish(301);
            }
            match answering(&self.server.levels, self.values.patterns, &self.values.path) {
                Answer::Level(number) => self.enter(number),
                Answer::Open => return self.leave("a regular expression that cannot be evaluated here may answer"),
            }
            if !self.inside && self.is_internal() {
                return self.finish(404);
            }
            match self.level_rewrites() {
                Rewritten::Again => {}
                Rewritten::Done => return,
                Rewritten::Open(reason) => return self.leave(reason),
                Rewritten::On | Rewritten::Break => break,
            }
        }
        self.answer();
    }

    /// Goes on in a location that is named.
    pub(super) fn find_named(&mut self, name: &str) {
        let wanted = |matching: &Option<Matching>| matches!(matching, Some(Matching::Named(own)) if own == name);
        let found = self.server.levels.iter().position(|level| !level.is_if && wanted(&level.matching));
        self.cycles += 1;
        let Some(number) = found.filter(|_| self.cycles <= CYCLES) else { return self.finish(500) };
        self.inside = true;
        self.enter(number);
        match self.level_rewrites() {
            Rewritten::Again => self.find(),
            Rewritten::Done => {}
            Rewritten::Open(reason) => self.leave(reason),
            Rewritten::On | Rewritten::Break => self.answer(),
        }
    }

    /// Sends the path elsewhere inside the server.
    pub(super) fn redirect_inside(&mut self, target: &str, note: Part) {
        self.steps.push(note);
        self.inside = true;
        let (path, arguments) =
            target.split_once('?').map_or((target, None), |(path, arguments)| (path, Some(arguments.to_owned())));
        self.values.path = path.to_owned();
        // Only an index keeps the arguments; another page has those that its own words give it.
        self.values.arguments = arguments;
        // The server's own rewriting is done again, as for any request.
        self.level = 0;
        self.run();
    }

    /// Whether the location is closed to requests from outside; what is inside it is as well.
    fn is_internal(&self) -> bool {
        let mut number = Some(self.level);
        while let Some(level) = number.and_then(|number| self.server.levels.get(number)) {
            if level.parent.is_some() && level.own("internal").next().is_some() {
                return true;
            }
            number = level.parent;
        }
        false
    }

    fn enter(&mut self, number: usize) {
        let Some(level) = self.server.levels.get(number) else { return };
        self.level = number;
        self.state = level.state.clone();
        self.blocks = level.place.block.iter().collect();
        // An expression's groups are those of the location that matched, also where it is found inside another.
        if let Some(Matching::Pattern(pattern, insensitive)) = &level.matching {
            let path = self.values.path.clone();
            let _ = self.values.matches(pattern, *insensitive, &path);
        }
    }

    fn level_rewrites(&mut self) -> Rewritten {
        let Some(level) = self.server.levels.get(self.level).filter(|_| self.level != 0) else { return Rewritten::On };
        // What a location inherits of the rewriting around it is nothing: only its own counts.
        level.place.block.as_ref().map_or(Rewritten::On, |block| self.rewrites(block, true))
    }

    /// The directive of a name in the innermost block that has it.
    pub(super) fn own(&self, name: &str) -> Option<&'a Node> {
        self.blocks.iter().rev().find_map(|block| block.iter().find(|node| node.name == name))
    }

    /// A location that ends in `/` and passes requests on sends its own name without the slash to itself.
    fn added_slash(&self) -> Option<String> {
        const PASSES: [&str; 5] = ["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass"];
        let levels = self.server.levels.iter().filter(|level| !level.is_if);
        let exact = |wanted: &str| {
            self.server.levels.iter().any(|level| {
                matches!(&level.matching, Some(Matching::Exact(path) | Matching::Prefix(path, _)) if path == wanted)
            })
        };
        let mut names = levels.filter_map(|level| match &level.matching {
            Some(Matching::Prefix(path, _)) if PASSES.iter().any(|name| level.own(name).next().is_some()) => Some(path),
            _ => None,
        });
        let wanted = format!("{}/", self.values.path);
        names.find(|name| **name == wanted)?;
        if exact(&self.values.path) {
            return None;
        }
        let arguments = self.values.arguments.as_deref().map(|text| format!("?{text}")).unwrap_or_default();
        Some(self.absolute(format!("{wanted}{arguments}")))
    }

    /// A target on this server, with scheme, name and port as nginx adds them.
    pub(super) fn absolute(&self, target: String) -> String {
        if !target.starts_with('/') || self.state.word("absolute_redirect") == Some("off") {
            return target;
        }
        let asked = self.values.asked;
        let own = self.state.is_on("server_name_in_redirect");
        let host = if own { self.values.server_name.as_str() } else { asked.host.as_str() };
        let usual = if asked.tls { 443 } else { 80 };
        let with_port = asked.port != usual && self.state.word("port_in_redirect") != Some("off");
        let port = if with_port { format!(":{}", asked.port) } else { String::new() };
        format!("{}://{}{port}{target}", if asked.tls { "https" } else { "http" }, host.to_ascii_lowercase())
    }

    /// Access, then content.
    fn answer(&mut self) {
        let entry = access::entry(self);
        // The page of an error is let out whoever asked.
        if self.error_status.is_none() {
            self.entry = entry.word();
        }
        match (entry, self.enters) {
            (Entry::In, _) | (Entry::Open(_), Some(true)) => self.make_content(),
            (Entry::Refused(status), _) => self.finish(status),
            (Entry::Open(_), Some(false)) => self.finish(403),
            (Entry::Open(reason), None) => self.leave(reason),
        }
    }

    /// The answer is sent as it is: no page of errors takes its place.
    pub(super) fn send(&mut self, status: u16) {
        self.status = Some(self.error_status.unwrap_or(status));
    }

    /// The answer has a status; an `error_page` for it may send the request elsewhere.
    pub(super) fn finish(&mut self, status: u16) {
        self.status = Some(status);
        self.error_status = None;
        if self.in_error_page || status < 300 || status == 444 {
            return;
        }
        let pages = std::rc::Rc::clone(&self.state.error_pages);
        let page = pages.iter().find(|node| {
            node.arguments.iter().take_while(|word| word.parse::<u16>().is_ok()).any(|word| word.parse() == Ok(status))
        });
        let Some(node) = page else { return };
        let Some((target, words)) = node.arguments.split_last() else { return };
        let answer = words.last().and_then(|word| word.strip_prefix('='));
        let Some(target) = self.values.text(target) else { return self.leave("the page of an error") };
        self.in_error_page = !self.state.is_on("recursive_error_pages");
        if target.starts_with('/') || target.starts_with('@') {
            self.error_status = match answer {
                Some("") => None,
                Some(code) => code.parse().ok(),
                None => Some(status),
            };
            self.redirect = None;
            self.body_bytes = None;
            self.status = None;
            if self.values.asked.method != "HEAD" && target.starts_with('/') && self.values.asked.method != "GET" {
                return self.leave("the page of an error to another method");
            }
            let note = part(node);
            if target.starts_with('@') {
                self.steps.push(note);
                self.find_named(&target);
            } else {
                self.redirect_inside(&target, note);
            }
        } else {
            self.redirect = Some(target);
            let code = answer.and_then(|code| code.parse().ok());
            self.status = Some(code.filter(|code| matches!(code, 301 | 302 | 303 | 307 | 308)).unwrap_or(302));
        }
    }

    /// The answer is open.
    pub(super) fn leave(&mut self, reason: &str) {
        self.status = None;
        self.open.push(reason.to_owned());
    }
}

/// A directive with its place.
pub(super) fn part(node: &Node) -> Part {
    let mut text = node.name.as_str().to_owned();
    for argument in &node.arguments {
        text.push(' ');
        text.push_str(argument);
    }
    Part { text, place: node.location() }
}
