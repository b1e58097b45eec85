//! Sockets: which servers share an address and port, and which of them answers a name that none of them has.

use std::collections::BTreeMap;

use super::kinds::SOCKET;
use super::model::{Level, Server, Whole, seen as observation, subject};
use super::tree::Node;
use crate::model::{Observation, Related, Value};

/// One address and port.
#[derive(Debug, Clone)]
pub(super) struct Socket {
    /// `*:443`, `127.0.0.1:8080`, `unix:/run/x`.
    pub(super) name: String,
    pub(super) tls: bool,
    /// Numbers of its servers, in order.
    pub(super) servers: Vec<usize>,
    /// The one that answers names that no server has.
    pub(super) default: usize,
}

/// One `listen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listen {
    pub(super) socket: String,
    pub(super) tls: bool,
    is_default: bool,
}

/// Every `listen` of a server; nginx listens on port 80 where there is none.
pub(super) fn listens(server: &Node) -> Vec<Listen> {
    let own = server.block.iter().flatten().filter(|node| node.name == "listen");
    let mut found: Vec<Listen> = own.filter_map(|node| listen(&node.arguments)).collect();
    if found.is_empty() {
        found.push(Listen { socket: "*:80".to_owned(), tls: false, is_default: false });
    }
    found
}

fn listen(arguments: &[String]) -> Option<Listen> {
    let (address, options) = arguments.split_first()?;
    let has = |word: &str| options.iter().any(|option| option == word);
    Some(Listen {
        socket: spelt(address),
        tls: has("ssl") || has("quic"),
        is_default: has("default_server") || has("default"),
    })
}

/// An address and port in one spelling.
fn spelt(address: &str) -> String {
    if address.starts_with("unix:") {
        return address.to_owned();
    }
    if address.chars().all(|character| character.is_ascii_digit()) {
        return format!("*:{address}");
    }
    let has_port = address.rsplit_once(':').is_some_and(|(host, port)| {
        !port.is_empty() && port.chars().all(|one| one.is_ascii_digit()) && (!host.contains(':') || host.ends_with(']'))
    });
    let whole = if has_port { address.to_owned() } else { format!("{address}:80") };
    whole.strip_prefix("0.0.0.0:").map_or(whole.clone(), |port| format!("*:{port}"))
}

/// All sockets, in the order in which they are first named.
pub(super) fn sockets(servers: &[Server<'_>]) -> Vec<Socket> {
    let mut order = Vec::new();
    let mut by_name: BTreeMap<String, Socket> = BTreeMap::new();
    for (number, server) in servers.iter().enumerate() {
        for listen in listens(server.node) {
            let socket = by_name.entry(listen.socket.clone()).or_insert_with(|| {
                order.push(listen.socket.clone());
                Socket { name: listen.socket.clone(), tls: false, servers: Vec::new(), default: number }
            });
            socket.tls |= listen.tls;
            if !socket.servers.contains(&number) {
                socket.servers.push(number);
            }
            if listen.is_default {
                socket.default = number;
            }
        }
    }
    order.iter().filter_map(|name| by_name.remove(name)).collect()
}

/// What a server does with a name that it does not know.
pub(super) fn unknown_names(server: &Server<'_>) -> &'static str {
    let own = |name: &str| server.node.block.iter().flatten().find(|node| node.name == name);
    if own("ssl_reject_handshake").is_some_and(|node| node.arguments.first().is_some_and(|word| word == "on")) {
        return "refused";
    }
    match server.levels.first().and_then(answer) {
        Some(answer) => answer,
        None => "served",
    }
}

/// What the server's own `return` amounts to.
fn answer(level: &Level<'_>) -> Option<&'static str> {
    let node = level.own("return").next()?;
    let first = node.arguments.first()?;
    let target = node.arguments.get(1).map_or(first.as_str(), String::as_str);
    if first.starts_with('4') && first.len() == 3 {
        Some("refused")
    } else if target.starts_with("https://") || target.starts_with("http://") {
        let host = redirect_host(target);
        // A redirect to a name of the server's own choice shows nothing; one to the name that was asked does.
        Some(if host.contains('$') { "served" } else { "redirected" })
    } else {
        None
    }
}

/// The host of a redirect's target; the path that a variable appends without a slash is none of it.
pub(super) fn redirect_host(target: &str) -> &str {
    let host = target.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    ["$request_uri", "${request_uri}", "$uri", "$document_uri"]
        .iter()
        .find_map(|path| host.split_once(path))
        .map_or(host, |(before, _)| before)
}

/// One observation a socket.
pub(super) fn seen(whole: &Whole<'_>, servers: &[Server<'_>]) -> Vec<Observation> {
    let each = whole.sockets.iter().filter(|socket| !socket.name.starts_with("unix:"));
    each.filter_map(|socket| {
        let default = servers.get(socket.default)?;
        let mut one =
            observation(SOCKET, subject(whole.main, &format!("socket[{}]", socket.name)), default.node, &default.chain);
        one.set("tls", socket.tls);
        one.set(
            "servers",
            Value::texts(
                socket.servers.iter().filter_map(|number| servers.get(*number)).map(|server| server.name.as_str()),
            ),
        );
        one.set("default", default.name.as_str());
        one.set("unknown_names", unknown_names(default));
        one.related.extend(
            socket
                .servers
                .iter()
                .filter(|number| **number != socket.default)
                .filter_map(|number| servers.get(*number))
                .take(5)
                .map(|server| Related { location: server.node.location(), note: "on the same socket".to_owned() }),
        );
        Some(one)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::webserver::model::servers;
    use crate::collect::webserver::tests::nodes;

    #[test]
    fn servers_share_sockets_and_the_first_or_the_named_one_is_default() {
        let nodes = nodes(
            "server { listen 443 ssl; server_name a; } server { listen 0.0.0.0:443 ssl default_server; return 444; }
             server { server_name b; return 301 https://$host; } server { listen [::]:443 ssl; listen 127.0.0.1; }",
        );
        let servers = servers(&nodes, true);
        let sockets = sockets(&servers);
        let shown: Vec<_> =
            sockets.iter().map(|one| (one.name.as_str(), one.tls, one.servers.len(), one.default)).collect();
        assert_eq!(
            shown,
            [("*:443", true, 2, 1), ("*:80", false, 1, 2), ("[::]:443", true, 1, 3), ("127.0.0.1:80", false, 1, 3)]
        );
        assert_eq!(unknown_names(&servers[1]), "refused");
        assert_eq!(unknown_names(&servers[2]), "served", "a redirect to the name that was asked is no refusal");
    }
}
