//! Which server answers: the socket first, then the name as nginx looks for it.

use super::request::Asked;
use super::value::wildcard_rank;
use crate::collect::webserver::model::Server;
use crate::collect::webserver::routing::Patterns;
use crate::collect::webserver::socket::{Socket, listens};

/// A server and why it is the one.
pub(super) struct Chosen {
    pub(super) number: usize,
    pub(super) by: &'static str,
    /// The default server of the socket: it reads the request before the name is known.
    pub(super) default: usize,
    /// The expression of its name, and the name that it matched.
    pub(super) pattern: Option<(String, String)>,
}

/// The server that answers.
pub(super) fn chosen(servers: &[Server<'_>], sockets: &[Socket], patterns: &Patterns, asked: &Asked) -> Option<Chosen> {
    let socket = socket(servers, sockets, asked)?;
    let host = asked.host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let names = || {
        socket.servers.iter().filter_map(|number| Some((*number, servers.get(*number)?))).flat_map(
            |(number, server)| {
                let words = server.node.block.iter().flatten().filter(|node| node.name == "server_name");
                words.flat_map(|node| &node.arguments).map(move |name| (number, name.to_ascii_lowercase(), name))
            },
        )
    };
    let plain = |number, by| Some(Chosen { number, by, default: socket.default, pattern: None });
    if let Some((number, ..)) = names().find(|(_, name, _)| name == host) {
        return plain(number, "name");
    }
    // Of equal wildcards the first counts.
    let mut best: Option<((u8, usize), usize)> = None;
    for (number, name, _) in names() {
        if let Some(rank) = wildcard_rank(&name, host)
            && best.is_none_or(|(before, _)| rank > before)
        {
            best = Some((rank, number));
        }
    }
    if let Some((_, number)) = best {
        return plain(number, "wildcard");
    }
    for (number, _, name) in names() {
        if let Some(pattern) = name.strip_prefix('~')
            && patterns.is_match(pattern, true, host) == Some(true)
        {
            let pattern = Some((pattern.to_owned(), host.to_owned()));
            return Some(Chosen { number, by: "expression", default: socket.default, pattern });
        }
    }
    plain(socket.default, "default")
}

/// The socket of an address and port; the one of the address itself comes before the one of all.
fn socket<'s>(servers: &[Server<'_>], sockets: &'s [Socket], asked: &Asked) -> Option<&'s Socket> {
    let port = format!(":{}", asked.port);
    let fits = |socket: &&Socket| {
        socket.name.ends_with(&port)
            && socket.tls == asked.tls
            && socket.servers.iter().any(|one| servers.get(*one).is_some())
    };
    let by_name = |wanted: String| sockets.iter().filter(fits).find(|socket| socket.name == wanted);
    if let Some(address) = asked.address {
        let own = if address.is_ipv4() { format!("{address}{port}") } else { format!("[{address}]{port}") };
        let all = if address.is_ipv4() { format!("*{port}") } else { format!("[::]{port}") };
        return by_name(own).or_else(|| by_name(all));
    }
    // Without an address: the socket in which the name is known, the one of all addresses before others.
    let host = asked.host.to_ascii_lowercase();
    let knows = |socket: &&Socket| {
        let own = socket.servers.iter().filter_map(|number| servers.get(*number));
        own.flat_map(|server| server.node.own("server_name"))
            .flat_map(|node| &node.arguments)
            .any(|name| name.eq_ignore_ascii_case(&host))
    };
    let all = by_name(format!("*{port}"));
    all.filter(knows).or_else(|| sockets.iter().filter(fits).find(knows)).or(all).or_else(|| sockets.iter().find(fits))
}

/// The address of a `listen` of a server, for the words of an explanation.
pub(super) fn shown(server: &Server<'_>) -> String {
    listens(server.node).iter().map(|listen| listen.socket.as_str()).collect::<Vec<_>>().join(" ")
}
