//! Virtual hosts: which there are, on which sockets, which answers a name, and what each has at its own level.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::read::Node;
use super::scope::Scope;

/// One address and port on which the program listens or a virtual host answers; `*` for any address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    pub(super) host: String,
    /// `*` for any port.
    pub(super) port: String,
}

impl Address {
    /// `*:443`, `[::]:443`, `443`, `192.0.2.1`, `_default_:80`.
    fn of(text: &str, default_port: &str) -> Self {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
            _ if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => ("*", text),
            _ => (text, default_port),
        };
        let any = matches!(host, "_default_" | "0.0.0.0" | "[::]" | "" | "*");
        Self { host: if any { "*" } else { host }.to_owned(), port: port.to_owned() }
    }

    pub(super) fn spelt(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// One virtual host, or the main server.
#[derive(Debug)]
pub(super) struct VirtualHost<'a> {
    /// The section; `None` for the main server.
    pub(super) section: Option<&'a Node>,
    /// Its own directives.
    pub(super) nodes: &'a [Node],
    /// Unique name in subjects.
    pub(super) name: String,
    pub(super) server_name: Option<String>,
    pub(super) aliases: Vec<String>,
    /// Sockets that it answers on.
    pub(super) addresses: Vec<Address>,
    /// The first one on each of these sockets answers unknown names.
    pub(super) default_of: Vec<Address>,
    /// What is in force before any section.
    pub(super) scope: Scope,
    singles: BTreeMap<&'a str, &'a Node>,
}

impl<'a> VirtualHost<'a> {
    /// A directive of the server level that is in force: its own, else the main server's.
    pub(super) fn single(&self, name: &str) -> Option<&'a Node> {
        self.singles.get(name).copied()
    }

    /// Its first argument in lower case.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.single(name).map(|node| node.argument(0).to_ascii_lowercase())
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.word(name).is_some_and(|word| word == "on")
    }

    /// Whether its sockets speak TLS.
    pub(super) fn tls(&self) -> bool {
        self.word("sslengine").is_some_and(|word| matches!(word.as_str(), "on" | "optional"))
    }

    /// Whether a request for a name is meant for it: the name is one of its own, or it has none.
    pub(super) fn is_for(&self, name: &str) -> bool {
        self.answers(name) || (self.server_name.is_none() && self.aliases.is_empty())
    }

    /// Whether a name is one of its own.
    fn answers(&self, name: &str) -> bool {
        self.server_name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
            || self
                .aliases
                .iter()
                .any(|alias| crate::syntax::glob::matches(&alias.to_ascii_lowercase(), &name.to_ascii_lowercase()))
    }
}

/// The whole program.
#[derive(Debug)]
pub(super) struct Program<'a> {
    /// Directives of the main level.
    pub(super) main: &'a [Node],
    pub(super) hosts: Vec<VirtualHost<'a>>,
    pub(super) listens: Vec<(Address, &'a Node)>,
}

impl<'a> Program<'a> {
    /// Reads the main level and every virtual host.
    pub(super) fn of(main: &'a [Node]) -> Self {
        let listens: Vec<(Address, &Node)> = main
            .iter()
            .filter(|node| node.name == "listen")
            .map(|node| (Address::of(node.argument(0), "80"), node))
            .collect();
        let ports: BTreeSet<&str> = listens.iter().map(|(address, _)| address.port.as_str()).collect();
        let outer = Scope::default().at(&of_scope(main));
        let outer_singles = singles(main);
        let mut taken = BTreeMap::new();
        let mut hosts = Vec::new();
        for section in main.iter().filter(|node| node.name == "virtualhost") {
            let nodes = section.inside();
            let mut own = outer_singles.clone();
            own.extend(singles(nodes));
            let mut addresses: Vec<Address> = Vec::new();
            for text in &section.arguments {
                let address = Address::of(text, "*");
                if address.port == "*" {
                    addresses.extend(ports.iter().map(|port| Address { port: (*port).to_owned(), ..address.clone() }));
                } else {
                    addresses.push(address);
                }
            }
            addresses.retain(|address| ports.is_empty() || ports.contains(address.port.as_str()));
            let server_name = own_word(nodes, "servername").map(|name| bare_name(&name));
            let port = addresses
                .first()
                .map_or_else(|| Address::of(section.argument(0), "80").port, |address| address.port.clone());
            let name = unique(&mut taken, server_name.as_deref().unwrap_or("_"), &port);
            hosts.push(VirtualHost {
                section: Some(section),
                nodes,
                name,
                server_name,
                aliases: nodes
                    .iter()
                    .filter(|node| node.name == "serveralias")
                    .flat_map(|node| node.arguments.clone())
                    .collect(),
                addresses,
                default_of: Vec::new(),
                scope: outer.at(&of_scope(nodes)),
                singles: own,
            });
        }
        // The main server answers on sockets that no virtual host has.
        let covered = |port: &str| {
            hosts.iter().any(|host| host.addresses.iter().any(|address| address.port == port && address.host == "*"))
        };
        let own: Vec<Address> =
            listens.iter().map(|(address, _)| address.clone()).filter(|address| !covered(&address.port)).collect();
        if !own.is_empty() || hosts.is_empty() {
            let server_name = own_word(main, "servername").map(|name| bare_name(&name));
            let port = own.first().map_or_else(|| "80".to_owned(), |address| address.port.clone());
            let name = unique(&mut taken, server_name.as_deref().unwrap_or("_"), &port);
            hosts.push(VirtualHost {
                section: None,
                nodes: main,
                name,
                server_name,
                aliases: Vec::new(),
                addresses: own,
                default_of: Vec::new(),
                scope: outer.clone(),
                singles: outer_singles,
            });
        }
        let mut seen = BTreeSet::new();
        for host in &mut hosts {
            host.default_of =
                host.addresses.iter().filter(|address| seen.insert((*address).clone())).cloned().collect();
        }
        Self { main, hosts, listens }
    }

    /// The host that answers a name on a port of any address (vhost.c: name-based hosts in their order, else the first).
    pub(super) fn answering(&self, name: &str, port: &str) -> Option<&VirtualHost<'a>> {
        let on = |any: bool| -> Vec<&VirtualHost<'a>> {
            let fits = |address: &Address| address.port == port && (address.host == "*" || !any);
            self.hosts.iter().filter(|host| host.addresses.iter().any(fits)).collect()
        };
        // Which of several addresses is asked is not known; those that answer on any come first.
        let there = Some(on(true)).filter(|there| !there.is_empty()).unwrap_or_else(|| on(false));
        there.iter().find(|host| host.answers(name)).or_else(|| there.first()).copied()
    }
}

/// What belongs to the scope of a server level: not what only its own server has (redirects, rewriting, proxies, hosts, sections by path).
fn of_scope(nodes: &[Node]) -> Vec<Node> {
    let is_server = |name: &str| {
        name.starts_with("redirect")
            || name.starts_with("rewrite")
            || name.starts_with("proxypass")
            || matches!(
                name,
                "virtualhost" | "directory" | "directorymatch" | "location" | "locationmatch" | "proxy" | "proxymatch"
            )
    };
    nodes.iter().filter(|node| !is_server(&node.name)).cloned().collect()
}

/// Directives of one value at a server level; the last one counts.
fn singles(nodes: &[Node]) -> BTreeMap<&str, &Node> {
    nodes.iter().filter(|node| node.block.is_none()).map(|node| (node.name.as_str(), node)).collect()
}

fn own_word(nodes: &[Node], name: &str) -> Option<String> {
    nodes.iter().rfind(|node| node.name == name).map(|node| node.argument(0).to_owned()).filter(|word| !word.is_empty())
}

/// `https://www.example.jp:443` -> `www.example.jp`
fn bare_name(text: &str) -> String {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(name, _)| name).to_ascii_lowercase()
}

fn unique(taken: &mut BTreeMap<String, u32>, name: &str, port: &str) -> String {
    let plain = format!("{name}:{port}");
    let count = taken.entry(plain.clone()).or_insert(0);
    *count += 1;
    if *count == 1 { plain } else { format!("{plain}#{count}") }
}

/// The directives of a name at the server level, a host's own first and then the main server's, as mod_alias and mod_proxy merge them.
pub(super) fn listed<'a>(program: &Program<'a>, host: &VirtualHost<'a>, names: &[&str]) -> Vec<&'a Node> {
    let of = |nodes: &'a [Node]| nodes.iter().filter(|node| names.contains(&node.name.as_str())).collect::<Vec<_>>();
    let mut found = of(host.nodes);
    if host.section.is_some() {
        found.extend(of(program.main));
    }
    found
}

/// Sections of a name, the main server's first and then the host's, in the order in which they are laid over each other.
pub(super) fn sections<'a>(program: &Program<'a>, host: &VirtualHost<'a>, names: &[&str]) -> Vec<Rc<Node>> {
    let own = host.section.map(|_| host.nodes).unwrap_or_default();
    program
        .main
        .iter()
        .chain(own)
        .filter(|node| names.contains(&node.name.as_str()))
        .map(|node| Rc::new(node.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::nodes;
    use super::*;

    #[test]
    fn hosts_share_sockets_and_the_first_is_default() {
        let nodes = nodes(
            "Listen 80\nListen [::]:443 https\nServerName main\nServerTokens Prod
<VirtualHost *:80>\nServerName www.example.jp:80\nServerAlias *.example.jp\n</VirtualHost>
<VirtualHost _default_:443 *:80>\nServerName b.example.jp\nSSLEngine on\nServerTokens Full\n</VirtualHost>
<VirtualHost *:8080>\n</VirtualHost>",
        );
        let program = Program::of(&nodes);
        let shown: Vec<_> = program
            .hosts
            .iter()
            .map(|host| (host.name.as_str(), host.addresses.len(), host.default_of.len(), host.tls()))
            .collect();
        assert_eq!(
            shown,
            [("www.example.jp:80", 1, 1, false), ("b.example.jp:443", 2, 1, true), ("_:8080", 0, 0, false)]
        );
        let name = |asked: &str, port: &str| program.answering(asked, port).map(|host| host.name.clone());
        assert_eq!(name("x.example.jp", "80").as_deref(), Some("www.example.jp:80"));
        assert_eq!(name("nobody", "80").as_deref(), Some("www.example.jp:80"));
        assert_eq!(name("b.example.jp", "443").as_deref(), Some("b.example.jp:443"));
        assert_eq!(program.hosts[1].word("servertokens").as_deref(), Some("full"));
    }

    #[test]
    fn the_main_server_answers_where_no_host_does() {
        let nodes = nodes("Listen 80\nListen 8080\n<VirtualHost *:80>\nServerName a\n</VirtualHost>");
        let program = Program::of(&nodes);
        assert_eq!(program.hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>(), ["a:80", "_:8080"]);
    }
}
