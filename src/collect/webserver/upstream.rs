//! Where a level passes requests on to: whether the way there is verified, and who chooses it.

use std::collections::BTreeSet;

use super::kinds::UPSTREAM;
use super::location::Matching;
use super::model::{Level, Server, Whole, seen as observation, subject};
use super::variable::{is_client_host, is_client_text, named_captures};
use crate::collect::limits::cut;
use crate::model::{Observation, Value};

/// One observation for a level that passes requests on.
pub(super) fn seen(whole: &Whole<'_>, server: &Server<'_>, level: &Level<'_>, number: usize) -> Option<Observation> {
    let node = level.own("proxy_pass").chain(level.own("grpc_pass")).next()?;
    let target = node.arguments.first()?;
    let locus = level.name.strip_prefix(&server.name).unwrap_or_default();
    let locus = format!("server[{}]{locus}/upstream", server.name);
    let mut one = observation(UPSTREAM, subject(whole.main, &locus), node, &level.chain);
    level.point_to(&mut one, node);
    let tls = target.starts_with("https://") || target.starts_with("grpcs://");
    one.set("tls", tls);
    one.set("verified", level.state.is_on("proxy_ssl_verify"));
    let authority = target.split_once("://").map_or(target.as_str(), |(_, rest)| rest);
    let host = authority.split(['/', '?']).next().unwrap_or(authority);
    match host_of(host) {
        Some(host) => one.set("host", cut(&host)),
        None => one.unknown("host", "a socket, a group or a variable"),
    };
    let any_name = whole.sockets.iter().any(|socket| socket.default == number);
    // What is internal is reached by a redirect of the server's own, which a client cannot write.
    let internal = level.own("internal").next().is_some();
    let captured: BTreeSet<String> = match &level.matching {
        Some(Matching::Pattern(pattern, _)) => named_captures(pattern),
        _ => BTreeSet::new(),
    };
    let chosen: BTreeSet<String> = whole
        .variables
        .origins(host)
        .into_iter()
        .filter(|name| is_client_text(name) || is_client_host(name, any_name) || captured.contains(name))
        .filter(|_| !internal)
        .map(|name| format!("${name}"))
        .collect();
    one.set("chosen_by_client", Value::texts(chosen));
    Some(one)
}

/// A host that has a dot or is an address; a name without a dot is most often a group of servers of this configuration.
fn host_of(authority: &str) -> Option<String> {
    let name = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => authority.split(':').next()?,
    };
    let is_host = !name.contains(['$', '/']) && name.contains(['.', ':']) && !name.starts_with("unix");
    is_host.then(|| name.to_ascii_lowercase())
}
