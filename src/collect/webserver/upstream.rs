//! Where a level passes requests on to: whether the way there is verified, and who chooses it.

use std::collections::BTreeSet;

use super::kinds::UPSTREAM;
use super::location::Matching;
use super::model::{Level, Server, Whole, seen as observation, subject};
use super::variable::{Variables, is_client_host, is_client_text, named_captures, names};
use crate::collect::limits::cut;
use crate::model::{Observation, Value};

/// One observation for a level that passes requests on.
pub(super) fn seen(whole: &Whole<'_>, server: &Server<'_>, level: &Level<'_>, number: usize) -> Option<Observation> {
    let fixed = level.own("proxy_pass").chain(level.own("grpc_pass")).next();
    // What passes requests to a program beside the server goes elsewhere only where a variable says so.
    let chosen = || {
        let names = ["fastcgi_pass", "uwsgi_pass", "scgi_pass"];
        let nodes = names.iter().flat_map(|name| level.own(name));
        nodes.into_iter().find(|node| node.arguments.first().is_some_and(|target| target.contains('$')))
    };
    let node = fixed.or_else(chosen)?;
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
    let mut patterns: Vec<&str> =
        level.own("rewrite").filter_map(|node| node.arguments.first()).map(String::as_str).collect();
    if let Some(Matching::Pattern(pattern, _)) = &level.matching {
        patterns.push(pattern);
    }
    let captured: BTreeSet<String> = patterns.into_iter().flat_map(named_captures).collect();
    let choosing = before_path(&whole.variables, if target.contains("://") { target } else { host });
    let chosen: BTreeSet<String> = whole
        .variables
        .origins(&choosing)
        .into_iter()
        .filter(|name| is_client_text(name) || is_client_host(name, any_name) || captured.contains(name))
        .filter(|name| !whole.variables.begins_path(name))
        .filter(|_| !internal)
        .map(|name| format!("${name}"))
        .collect();
    one.set("chosen_by_client", Value::texts(chosen));
    Some(one)
}

/// Scheme and host of a target, up to where its path begins: at a slash, or at a variable that begins with one.
fn before_path(variables: &Variables, target: &str) -> String {
    let (scheme, rest) = target.split_once("://").unwrap_or(("", target));
    let host = rest.split(['/', '?']).next().unwrap_or(rest);
    let end = names(host)
        .iter()
        .find(|name| variables.begins_path(name))
        .and_then(|name| host.find(&format!("${name}")).or_else(|| host.find(&format!("${{{name}}}"))));
    format!("{scheme} {}", &host[..end.unwrap_or(host.len())])
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
