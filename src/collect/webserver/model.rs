//! Directives -> observations: servers, the levels that answer, logs in use, sensitive paths.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::include::Read;
use super::kinds::{LOCATION, LOG, SENSITIVE_PATH, SERVER};
use super::location::{IN_IF, Matching, is_static};
use super::log_format::Formats;
use super::routing::{Answer, Patterns, answering};
use super::state::{AccessLog, State};
use super::tree::{Block, Node};
use super::variable::Variables;
use super::{admin_path, level_facts, nginx_facts, placeholder, server_facts, socket, upstream, version};
use crate::collect::log_class::Written;
use crate::model::{Location, Observation, Related, Subject, SubjectKind, Value, WebServer};

pub(super) const METHOD: &str = "configuration read as nginx reads it";

/// A level that answers requests.
pub(super) struct Level<'a> {
    pub(super) server: &'a Node,
    /// `None` for the server's own level.
    pub(super) matching: Option<Matching>,
    pub(super) place: &'a Node,
    /// The includes that led to it.
    pub(super) chain: Rc<Vec<Related>>,
    pub(super) name: String,
    pub(super) state: State<'a>,
    /// The level does nothing but return or redirect.
    pub(super) returns_only: bool,
    /// The level around it; `None` for the server's own.
    pub(super) parent: Option<usize>,
    /// It is an `if`, which counts for what it matches.
    pub(super) is_if: bool,
}

impl<'a> Level<'a> {
    /// The directives of a name that stand at this level itself.
    pub(super) fn own<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a Node> + 's {
        self.place.block.iter().flatten().filter(move |node| node.name == name)
    }

    /// Makes one of the level's own directives the place of an observation: it is what has to be edited.
    pub(super) fn point_to(&self, seen: &mut Observation, node: &Node) {
        seen.source = node.location();
        if node.file != self.place.file {
            seen.related.extend(self.place.block.iter().flat_map(|block| block.chain_to(node)));
        }
    }
}

/// One virtual server.
pub(super) struct Server<'a> {
    pub(super) node: &'a Node,
    /// The includes that led to it.
    pub(super) chain: Rc<Vec<Related>>,
    pub(super) name: String,
    /// What is in force around it.
    pub(super) outer: State<'a>,
    pub(super) levels: Vec<Level<'a>>,
}

/// Observes a whole configuration.
pub(super) fn observe(
    read: &Read,
    server: &WebServer,
    sensitive: Option<&[String]>,
    admin: Option<&[String]>,
) -> Vec<Observation> {
    let directives = &read.directives;
    let main = server.path.as_str();
    let formats = Formats::of(directives);
    let servers = servers(directives, version::knows_inherit(server.version.as_deref()));
    let whole = Whole {
        main,
        version: version::of(server.version.as_deref()),
        sockets: socket::sockets(&servers),
        variables: Variables::of(directives),
        patterns: Patterns::default(),
    };
    let mut observations = Vec::new();
    let around = placeholder::around(directives);
    for (number, server) in servers.iter().enumerate() {
        let first = observations.len();
        let mut seen = server_seen(server, main);
        server_facts::state(&mut seen, &whole, &servers, number);
        observations.push(seen);
        observations.push(server_facts::of_nginx(&whole, &servers, number));
        placeholder::hold_back(&mut observations[first..], read, &around, server, server.levels.first());
        for level in &server.levels {
            let first = observations.len();
            let mut seen = level_seen(level, server, main);
            level_facts::state(&mut seen, &whole, server, level, number);
            observations.push(seen);
            observations.push(nginx_facts::seen(&whole, server, level));
            observations.extend(upstream::seen(&whole, server, level, number));
            placeholder::hold_back(&mut observations[first..], read, &around, server, Some(level));
        }
        for path in sensitive.unwrap_or_default() {
            observations.push(sensitive_seen(server, path, &whole, &formats));
        }
        observations.extend(admin.unwrap_or_default().iter().filter_map(|path| admin_path::seen(&whole, server, path)));
    }
    observations.extend(socket::seen(&whole, &servers));
    observations.extend(logs_seen(&servers, &formats));
    if read.fragment {
        observations.retain(|seen| !placeholder::is_of_whole(&seen.kind));
    }
    observations
}

/// What every part of the observation needs to know of the whole configuration.
pub(super) struct Whole<'a> {
    pub(super) main: &'a str,
    pub(super) version: version::Version,
    pub(super) sockets: Vec<socket::Socket>,
    pub(super) variables: Variables,
    pub(super) patterns: Patterns,
}

/// Every virtual server, in the order of the files. `knows_inherit`: the version follows `add_header_inherit`.
pub(super) fn servers(directives: &Block, knows_inherit: bool) -> Vec<Server<'_>> {
    let mut servers = Vec::new();
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    // A fragment may begin inside http, or hold bare servers.
    let top = State::of_version(knows_inherit).at(directives);
    let mut outer = directives.iter();
    let mut blocks: Vec<(&Block, Vec<Related>)> = Vec::new();
    while let Some(node) = outer.next() {
        if let Some(block) = node.block.as_ref().filter(|_| node.name == "http") {
            blocks.push((block, outer.includes()));
        }
    }
    if directives.iter().any(|node| node.name == "server") {
        blocks.push((directives, Vec::new()));
    }
    for (level, around) in blocks {
        let state = top.at(level);
        let mut nodes = level.iter();
        while let Some(node) = nodes.next() {
            let Some(block) = node.block.as_ref().filter(|_| node.name == "server") else { continue };
            let mut chain = around.clone();
            chain.extend(nodes.includes());
            let chain = Rc::new(chain);
            let name = server_name(block, &mut taken);
            let mut levels = Vec::new();
            let own = Below { server: node, chain: &chain, parent: None, is_if: false };
            walk(own, node, block, &state.at(block), &name, None, &mut levels);
            servers.push(Server { node, chain, name, outer: state.clone(), levels });
        }
    }
    servers
}

/// Name of a server in subjects: its first name and port, with a number where another has the same.
fn server_name(block: &Block, taken: &mut BTreeMap<String, u32>) -> String {
    let first = |name: &str| {
        block.iter().find(|node| node.name == name).and_then(|node| node.arguments.first()).map_or("", String::as_str)
    };
    let (name, listen) = (first("server_name"), first("listen"));
    let port = listen.rsplit(':').next().unwrap_or(listen);
    let plain = format!("{}:{}", if name.is_empty() { "_" } else { name }, if port.is_empty() { "80" } else { port });
    let count = taken.entry(plain.clone()).or_insert(0);
    *count += 1;
    if *count == 1 { plain } else { format!("{plain}#{count}") }
}

/// Where a level hangs.
#[derive(Clone, Copy)]
struct Below<'a, 'c> {
    server: &'a Node,
    chain: &'c Rc<Vec<Related>>,
    parent: Option<usize>,
    is_if: bool,
}

fn walk<'a>(
    below: Below<'a, '_>,
    place: &'a Node,
    block: &'a Block,
    state: &State<'a>,
    name: &str,
    matching: Option<Matching>,
    levels: &mut Vec<Level<'a>>,
) {
    let returns = |node: &Node| node.name == "return" || (node.name == "rewrite" && is_redirect(node));
    let serves = |node: &Node| {
        matches!(
            node.name.as_str(),
            "root" | "alias" | "proxy_pass" | "fastcgi_pass" | "uwsgi_pass" | "try_files" | "location"
        )
    };
    let number = levels.len();
    levels.push(Level {
        server: below.server,
        matching,
        place,
        chain: Rc::clone(below.chain),
        name: name.to_owned(),
        state: state.clone(),
        returns_only: block.iter().any(returns) && !block.iter().any(serves),
        parent: below.parent,
        is_if: below.is_if,
    });
    let mut nodes = block.iter();
    while let Some(node) = nodes.next() {
        let Some(inner) = node.block.as_ref() else { continue };
        let mut chain = Rc::clone(below.chain);
        if node.file != place.file {
            Rc::make_mut(&mut chain).extend(nodes.includes());
        }
        let below = |is_if| Below { parent: Some(number), is_if, chain: &chain, server: below.server };
        match node.name.as_str() {
            "location" => {
                let name = format!("{name}/location[{}]", node.arguments.join(" "));
                walk(below(false), node, inner, &state.at(inner), &name, Matching::of(node), levels);
            }
            // `if` is a level of its own: a log that it switches off is off for what it matches, headers likewise.
            "if" if inner.iter().any(|own| IN_IF.contains(&own.name.as_str())) => {
                let name = format!("{name}/if[{}]", node.arguments.join(" "));
                let matching = Some(Matching::Named("if".to_owned()));
                walk(below(true), node, inner, &state.at(inner), &name, matching, levels);
            }
            _ => {}
        }
    }
}

fn is_redirect(node: &Node) -> bool {
    node.arguments.last().is_some_and(|last| last == "permanent" || last == "redirect")
}

pub(super) fn subject(main: &str, locus: &str) -> Subject {
    Subject::new(SubjectKind::File, format!("{main}#{locus}"))
}

pub(super) fn seen(kind: &str, subject: Subject, node: &Node, chain: &[Related]) -> Observation {
    let mut seen = Observation::new(kind, subject, node.location(), METHOD);
    seen.related = chain.to_vec();
    seen
}

fn server_seen(server: &Server<'_>, main: &str) -> Observation {
    let mut seen = seen(SERVER, subject(main, &format!("server[{}]", server.name)), server.node, &server.chain);
    let all = |name: &str| -> Vec<String> {
        let block = server.node.block.iter().flatten().filter(|node| node.name == name);
        block.map(|node| node.arguments.join(" ")).collect()
    };
    let listens = all("listen");
    seen.set("tls", listens.iter().any(|listen| listen.split(' ').any(|word| word == "ssl")));
    seen.set("names", Value::texts(all("server_name")));
    seen.set("listens", Value::texts(listens));
    seen
}

fn level_seen(level: &Level<'_>, of: &Server<'_>, main: &str) -> Observation {
    let server = of.name.as_str();
    let locus = level.name.strip_prefix(server).unwrap_or_default();
    let mut seen = seen(LOCATION, subject(main, &format!("server[{server}]{locus}")), level.place, &level.chain);
    let logs = level.state.logs(level.server);
    seen.set("logging", !logs.is_empty());
    seen.set("logs", Value::texts(logs.iter().map(|log| log.target.as_str())));
    let outer = of.levels.first().map(|own| own.state.logs(own.server)).unwrap_or_default();
    let lost =
        outer.iter().map(|log| log.target.as_str()).filter(|target| !logs.iter().any(|log| log.target == *target));
    // A level that writes no log at all is another matter.
    let lost: BTreeSet<&str> = if logs.is_empty() { BTreeSet::new() } else { lost.collect() };
    if !lost.is_empty()
        && let Some(node) = level.place.block.iter().flatten().find(|node| node.name == "access_log")
    {
        level.point_to(&mut seen, node);
    }
    seen.set("lost_logs", Value::texts(lost));
    let is_static = level.matching.as_ref().is_some_and(is_static);
    seen.set("static_assets", is_static);
    if let Some(root) = &level.state.root {
        seen.set("root", root.as_str());
    }
    if logs.is_empty()
        && let Some(node) = level.place.block.iter().flatten().find(|node| node.name == "access_log")
    {
        level.point_to(&mut seen, node);
    }
    seen
}

fn logs_seen(servers: &[Server<'_>], formats: &Formats) -> Vec<Observation> {
    let levels = || servers.iter().flat_map(|server| &server.levels);
    let roots: BTreeSet<&str> =
        levels().filter(|level| !level.returns_only).filter_map(|level| level.state.root.as_deref()).collect();
    let mut by_target: BTreeMap<String, Vec<AccessLog<'_>>> = BTreeMap::new();
    for level in levels() {
        for log in level.state.logs(level.server) {
            by_target.entry(log.target.clone()).or_default().push(log);
        }
    }
    by_target.into_iter().map(|(target, uses)| log_seen(&target, &uses, &roots, formats)).collect()
}

fn log_seen(target: &str, uses: &[AccessLog<'_>], roots: &BTreeSet<&str>, formats: &Formats) -> Observation {
    let place = uses.first().map_or_else(Location::default, |log| log.node.location());
    let mut seen = Observation::new(LOG, Subject::new(SubjectKind::Log, target), place, METHOD);
    let names: BTreeSet<&str> = uses.iter().map(|log| log.format.as_str()).collect();
    let places: BTreeSet<Location> = uses.iter().skip(1).map(|log| log.node.location()).collect();
    let first = seen.source.clone();
    seen.related = places
        .into_iter()
        .filter(|place| *place != first)
        .map(|location| Related { location, note: "written from here too".to_owned() })
        .collect();
    let mut all = Written::default();
    let mut missing: BTreeSet<String> = BTreeSet::new();
    let mut columns: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut nameless = Vec::new();
    for name in &names {
        match formats.written(name) {
            Some(written) => {
                all.variables.extend(written.variables);
                all.unknown.extend(written.unknown);
                all.classes.extend(written.classes);
                missing.extend(written.missing_minimum);
                columns.insert(written.columns);
            }
            None => nameless.push(*name),
        }
    }
    seen.set("formats", Value::texts(names.iter().copied()));
    seen.set("conditional", uses.iter().any(|log| log.conditional));
    let path = target.strip_prefix("syslog:").map_or(Some(target), |_| None);
    seen.set("in_web_root", path.is_some_and(|path| roots.iter().any(|root| is_inside(path, root))));
    if !nameless.is_empty() {
        let reason = format!("no log_format has the name {}", nameless.join(", "));
        for field in ["variables", "classes", "missing_minimum", "columns"] {
            seen.unknown(field, reason.clone());
        }
        return seen;
    }
    match (columns.len(), columns.pop_first()) {
        (1, Some(columns)) => seen.set("columns", Value::List(columns.into_iter().map(Value::Text).collect())),
        _ => seen.unknown("columns", "entries of several formats are in it"),
    };
    seen.set("variables", Value::texts(all.variables));
    seen.set("missing_minimum", Value::texts(missing));
    if all.unknown.is_empty() {
        seen.set("classes", Value::texts(all.classes));
    } else {
        let names: Vec<String> = all.unknown.iter().map(|name| format!("${name}")).collect();
        seen.unknown("classes", format!("the class of {} is not known", names.join(", ")));
    }
    seen
}

fn is_inside(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn sensitive_seen(server: &Server<'_>, path: &str, whole: &Whole<'_>, formats: &Formats) -> Observation {
    let locus = format!("server[{}]/path[{path}]", server.name);
    let main = whole.main;
    let level = match answering(&server.levels, &whole.patterns, path) {
        Answer::Level(number) => server.levels.get(number),
        Answer::Open => None,
    };
    let (place, chain) = level.map_or((server.node, &server.chain), |level| (level.place, &level.chain));
    let mut seen = seen(SENSITIVE_PATH, subject(main, &locus), place, chain);
    seen.set("path", path);
    let Some(level) = level else {
        for field in ["location", "query_logged", "formats"] {
            seen.unknown(field, "a regular expression that cannot be evaluated here may answer this path");
        }
        return seen;
    };
    seen.set("location", level.name.as_str());
    let logs = level.state.logs(level.server);
    let names: BTreeSet<&str> = logs.iter().map(|log| log.format.as_str()).collect();
    seen.set("formats", Value::texts(names.iter().copied()));
    let written: Option<Vec<Written>> = names.iter().map(|name| formats.written(name)).collect();
    match written {
        Some(written) if written.iter().all(|written| written.unknown.is_empty()) => {
            seen.set("query_logged", !level.returns_only && written.iter().any(|written| written.has_query));
        }
        _ => {
            seen.unknown("query_logged", "a log format is not known");
        }
    }
    if let Some(log) = logs.first() {
        seen.related.push(Related { location: log.node.location(), note: "the log in force".to_owned() });
    }
    seen
}
