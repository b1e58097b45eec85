//! What one request would get, and what a Caddyfile is adapted to, in words that can be held against the real server.

use serde_json::{Map, Value, json};

use super::super::routing::Patterns;
use super::answer::{UNKNOWN_TARGET, What, outcome};
use super::ask::{Ask, matches};
use super::facts::bare;
use super::site::{Address, Site, listeners, program};
use super::{header, logs, read};
use crate::collect::world::World;
use crate::model::WebServer;

/// A request from an address, with its whole head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The port that it comes in on.
    pub port: u16,
    /// Its method.
    pub method: &'a str,
    /// Its path, and query behind `?`.
    pub target: &'a str,
    /// Its Host header.
    pub host: &'a str,
    /// All other headers, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The client's address.
    pub source: std::net::IpAddr,
}

/// What it would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The first address of the site that answers; empty where none does.
    pub site: String,
    /// The status; `None` where a file or a server behind it decides, or the connection is closed.
    pub status: Option<u16>,
    /// The target of a redirect.
    pub location: Option<String>,
    /// The folder and the path of a file.
    pub file: Option<(String, String)>,
    /// A folder without an index is listed.
    pub listed: bool,
    /// The connection is closed without an answer.
    pub dropped: bool,
    /// It ends as an error.
    pub failed: bool,
    /// Headers: name in lower case, value where it is fixed, and whether errors have it too.
    pub headers: Vec<(String, Option<String>, bool)>,
    /// Access logs: target and format.
    pub logs: Vec<(String, String)>,
}

/// Explains one request.
///
/// # Errors
/// Why it cannot be told: a part of the configuration could not be read, or the answer depends on what is not known here.
pub fn explain(world: &dyn World, server: &WebServer, request: &Request<'_>) -> Result<Explained, String> {
    let read = read::read(world, server);
    if let Some((subject, reason)) = read.faults.first() {
        return Err(format!("{subject}: {reason}"));
    }
    let program = program(&read.nodes);
    if let Some(node) = program.unknown.first() {
        return Err(format!("{}: {UNREAD}", node.word(0)));
    }
    let patterns = Patterns::default();
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    let by_port = listeners(&program);
    let (_, sites) = by_port
        .iter()
        .find(|(listener, _)| listener.rsplit_once(':').is_some_and(|(_, port)| port == request.port.to_string()))
        .ok_or_else(|| "nothing listens on this port".to_owned())?;
    let ask = Ask {
        method: request.method.to_owned(),
        host: request.host.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        tls: sites.iter().any(|(_, addresses)| addresses.iter().any(|address| address.tls)),
        port: request.port,
        source: request.source,
        headers: Some(request.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()),
    };
    for (site, addresses) in sites {
        if matches(&patterns, Some(&sets(addresses)), &ask) != Some(true) {
            continue;
        }
        return one(&patterns, &program, site, &ask);
    }
    Ok(Explained {
        site: String::new(),
        status: Some(200),
        location: None,
        file: None,
        listed: false,
        dropped: false,
        failed: false,
        headers: Vec::new(),
        logs: Vec::new(),
    })
}

/// Why nothing is concluded from a site with a directive that is not known here.
pub(super) const UNREAD: &str = "a directive that is not read here";

fn one(
    patterns: &Patterns,
    program: &super::site::Program<'_>,
    site: &Site<'_>,
    ask: &Ask,
) -> Result<Explained, String> {
    let read = outcome(patterns, &site.routes, ask)?;
    let headers = header::of(&read, &site.lines);
    let mut found = Explained {
        site: site.node.word(0).trim_end_matches(',').to_owned(),
        status: None,
        location: None,
        file: None,
        listed: false,
        dropped: false,
        failed: false,
        headers: headers.set.into_iter().map(|header| (header.name, header.value.ok(), header.on_error)).collect(),
        logs: logs::access(site, &program.options).into_iter().map(|log| (log.target, log.format)).collect(),
    };
    match read.what {
        What::Status(status, target) => {
            if target.as_deref() == Some(UNKNOWN_TARGET) {
                return Err("the target of a redirect is not known here".to_owned());
            }
            (found.status, found.location) = (Some(status), target);
        }
        What::Failed(status) => (found.status, found.failed) = (Some(status), true),
        What::Nothing | What::Metrics => found.status = Some(200),
        What::Dropped => found.dropped = true,
        What::File { root, path, browse, .. } => {
            found.file = Some((root.unwrap_or_default(), path));
            found.listed = browse;
        }
        What::Upstream => {}
    }
    Ok(found)
}

/// The matcher sets by which a request comes to a site; none for every host.
fn sets(addresses: &[&Address]) -> Value {
    let mut hosts: Vec<&str> = Vec::new();
    let mut found: Vec<Value> = Vec::new();
    for address in addresses {
        match (address.host.as_str(), address.path.as_str()) {
            ("", "") => return json!([]),
            (host, "") => hosts.push(host),
            ("", path) => found.push(json!({ "path": [path] })),
            (host, path) => found.push(json!({ "host": [host], "path": [path] })),
        }
    }
    if !hosts.is_empty() {
        found.insert(0, json!({ "host": hosts }));
    }
    Value::Array(found)
}

/// What Caddy's adapter makes of a Caddyfile: listener -> routes.
///
/// # Errors
/// What could not be read.
pub fn adapted(world: &dyn World, server: &WebServer) -> Result<Value, String> {
    let read = read::read(world, server);
    if let Some((subject, reason)) = read.faults.first() {
        return Err(format!("{subject}: {reason}"));
    }
    let program = program(&read.nodes);
    if let Some(node) = program.unknown.first() {
        return Err(format!("{}: {UNREAD}", node.word(0)));
    }
    let mut found = Map::new();
    for (listener, sites) in listeners(&program) {
        let mut routes = Vec::new();
        for (site, addresses) in &sites {
            let own: Vec<Value> = site.routes.iter().map(bare).collect();
            let sets = sets(addresses);
            let is_open = sets.as_array().is_some_and(Vec::is_empty);
            if is_open && sites.len() == 1 {
                routes.extend(own);
                continue;
            }
            let mut route = json!({ "handle": [{ "handler": "subroute", "routes": own }], "terminal": true });
            if let (false, Some(route)) = (is_open, route.as_object_mut()) {
                route.insert("match".to_owned(), sets);
            }
            routes.push(route);
        }
        found.insert(listener, Value::Array(routes));
    }
    Ok(Value::Object(found))
}
