//! What one request would get, in words that can be held against the real server.

use super::acl::Acls;
use super::answer::{Course, UNKNOWN_TARGET, What};
use super::sample::Ask;
use super::{bind, header, logs, read};
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
    /// The status that a server of any backend answers with.
    pub upstream_status: u16,
}

/// What it would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The frontend or listen section.
    pub frontend: String,
    /// The section whose servers or rules answer.
    pub backend: String,
    /// The status; `None` where the connection is closed without one.
    pub status: Option<u16>,
    /// The target of a redirect.
    pub location: Option<String>,
    /// A server answers.
    pub passed_on: bool,
    /// Headers that rules set: name in lower case, value where it is fixed.
    pub headers: Vec<(String, Option<String>)>,
    /// Headers that rules take away.
    pub removed: Vec<String>,
    /// Access logs: target and format.
    pub logs: Vec<(String, String)>,
}

/// Explains one request.
///
/// # Errors
/// Why it cannot be told: a part of the configuration could not be read, or the answer depends on what is not known here.
pub fn explain(world: &dyn World, server: &WebServer, request: &Request<'_>) -> Result<Explained, String> {
    let program = read::read(world, server);
    if let Some((subject, reason)) = program.faults.first() {
        return Err(format!("{subject}: {reason}"));
    }
    let acls = Acls::new(world, &program);
    let on_port = |number: &usize| {
        program
            .proxies
            .get(*number)
            .is_some_and(|proxy| proxy.listens() && bind::of(proxy).iter().any(|bind| bind.port == Some(request.port)))
    };
    let number = (0..program.proxies.len()).find(on_port).ok_or_else(|| "nothing listens on this port".to_owned())?;
    let frontend = &program.proxies[number];
    let (path, query) =
        request.target.split_once('?').map_or((request.target, None), |(path, query)| (path, Some(query)));
    let tls = bind::of(frontend).iter().any(|bind| bind.port == Some(request.port) && bind.tls);
    let ask = Ask {
        method: request.method.to_owned(),
        host: Some(request.host.to_owned()),
        path: Some(path.to_owned()),
        query: query.map(str::to_owned),
        tls,
        source: Some(request.source),
        port: request.port,
        headers: Some(request.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()),
        variables: std::collections::BTreeMap::new(),
        has_scripts: false,
        status: None,
    };
    let outcome = Course { acls: &acls, frontend: number }.outcome(&ask)?;
    let read = header::of(&acls, frontend, &outcome, Some(request.upstream_status));
    if read.is_open {
        return Err("a rule on answers depends on what is not known here".to_owned());
    }
    let passed_on = read.replaced.is_none() && outcome.what == What::Upstream;
    let (status, location) = match (read.replaced, outcome.what) {
        (Some((status, target)), _) => (Some(read.status.unwrap_or(status)), target),
        (None, What::Status(status, target)) => (Some(read.status.unwrap_or(status)), target),
        (None, What::Dropped) => (None, None),
        (None, What::Statistics | What::Service(_)) => (Some(read.status.unwrap_or(200)), None),
        (None, What::Upstream | What::Tunnel) => (Some(read.status.unwrap_or(request.upstream_status)), None),
    };
    if location.as_deref() == Some(UNKNOWN_TARGET) {
        return Err("the target of a redirect is not known here".to_owned());
    }
    if let Some((subject, reason)) = acls.faults.borrow().first() {
        return Err(format!("{subject}: {reason}"));
    }
    let backend = outcome.backend.and_then(|number| program.proxies.get(number)).unwrap_or(frontend);
    Ok(Explained {
        frontend: frontend.name.clone(),
        backend: backend.name.clone(),
        status,
        location,
        passed_on,
        headers: read
            .set
            .into_iter()
            .filter(|header| header.certain.is_ok())
            .map(|header| (header.name, header.value.ok()))
            .collect(),
        removed: read.removed,
        logs: logs::of(&program, frontend).0.into_iter().map(|log| (log.target, log.format)).collect(),
    })
}
