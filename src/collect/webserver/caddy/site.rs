//! Blocks of a Caddyfile -> sites with their addresses, and the global options.

use std::collections::BTreeMap;

use serde_json::Value;

use super::matcher::Matchers;
use super::read::Node;
use super::route::{Builder, is_directive};

/// One address of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Empty for every host.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) path: String,
    /// Automatic HTTPS, a `tls` line or the scheme turn TLS on.
    pub(super) tls: bool,
}

/// One site.
#[derive(Debug)]
pub(super) struct Site<'a> {
    pub(super) node: &'a Node,
    pub(super) addresses: Vec<Address>,
    pub(super) routes: Vec<Value>,
    /// What `@` in the routes counts.
    pub(super) lines: Vec<&'a Node>,
    pub(super) bind: Vec<String>,
    /// Its own lines: `log`, `tls`, `handle_errors`.
    pub(super) nodes: &'a [Node],
}

impl Site<'_> {
    /// The lines of a name.
    pub(super) fn own<'s>(&'s self, name: &'s str) -> impl DoubleEndedIterator<Item = &'s Node> {
        self.nodes.iter().filter(move |node| node.word(0) == name)
    }

    /// The hosts that it answers; empty for every host.
    pub(super) fn hosts(&self) -> Vec<&str> {
        self.addresses.iter().map(|address| address.host.as_str()).filter(|host| !host.is_empty()).collect()
    }
}

/// The global options as far as they count here.
#[derive(Debug, Default)]
pub(super) struct Options<'a> {
    nodes: &'a [Node],
}

impl<'a> Options<'a> {
    /// The option of a name.
    pub(super) fn option(&self, name: &str) -> Option<&'a Node> {
        self.nodes.iter().rfind(|node| node.word(0) == name)
    }

    fn port(&self, name: &str, default: u16) -> u16 {
        self.option(name).and_then(|node| node.word(1).parse().ok()).unwrap_or(default)
    }

    pub(super) fn http_port(&self) -> u16 {
        self.port("http_port", 80)
    }

    pub(super) fn https_port(&self) -> u16 {
        self.port("https_port", 443)
    }

    /// Whether hosts get TLS by themselves.
    pub(super) fn is_automatic(&self) -> bool {
        self.option("auto_https").is_none_or(|node| node.word(1) != "off")
    }

    /// A word inside the `servers` option.
    pub(super) fn of_servers(&self, name: &str) -> Option<&'a Node> {
        self.nodes
            .iter()
            .filter(|node| node.word(0) == "servers")
            .flat_map(Node::inside)
            .find(|node| node.word(0) == name)
    }
}

/// A whole Caddyfile.
#[derive(Debug, Default)]
pub(super) struct Program<'a> {
    pub(super) options: Options<'a>,
    pub(super) sites: Vec<Site<'a>>,
    /// Directives that are not read here.
    pub(super) unknown: Vec<&'a Node>,
}

/// Reads options and sites. A file without braces is one site whose first line has its addresses.
pub(super) fn program(nodes: &[Node]) -> Program<'_> {
    let options = nodes.first().filter(|node| node.words.is_empty()).map(Node::inside).unwrap_or_default();
    let mut program = Program { options: Options { nodes: options }, ..Program::default() };
    let rest = if options.is_empty() && !nodes.first().is_some_and(|node| node.words.is_empty()) {
        nodes
    } else {
        nodes.get(1..).unwrap_or_default()
    };
    let is_whole = rest
        .first()
        .is_some_and(|first| first.block.is_none() || rest.get(1).is_some_and(|second| is_directive(second.word(0))));
    if is_whole && let Some((first, lines)) = rest.split_first() {
        add(&mut program, first, lines);
        return program;
    }
    for node in rest {
        add(&mut program, node, node.inside());
    }
    program
}

fn add<'a>(program: &mut Program<'a>, node: &'a Node, lines: &'a [Node]) {
    let mut builder = Builder::default();
    let routes = builder.sorted(lines, &Matchers::new());
    let tls = lines.iter().any(|line| line.word(0) == "tls");
    let addresses = node
        .words
        .iter()
        .map(|word| word.trim_end_matches(','))
        .filter(|word| !word.is_empty())
        .map(|word| address(word, &program.options, tls))
        .collect();
    let bind = lines.iter().filter(|line| line.word(0) == "bind").flat_map(|line| line.words.iter().skip(1).cloned());
    program.unknown.extend(builder.unknown);
    program.sites.push(Site { node, addresses, routes, lines: builder.lines, bind: bind.collect(), nodes: lines });
}

/// `https://www.example.jp:8443/path`, `:80`, `localhost`
fn address(text: &str, options: &Options<'_>, has_tls: bool) -> Address {
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !port.is_empty() => {
            (host, port.parse().ok())
        }
        _ => (authority, None),
    };
    let (http, https) = (options.http_port(), options.https_port());
    let port = port.unwrap_or(match scheme {
        "http" => http,
        _ => https,
    });
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    let is_named = !host.is_empty() && options.is_automatic();
    let tls = scheme != "http"
        && port != http
        && (scheme == "https" || has_tls || is_named || port == https && options.is_automatic());
    Address { host, port, path: path.to_owned(), tls }
}

/// The sites of each listener, the most particular first, as Caddy lays them into one server.
pub(super) fn listeners<'p, 'a>(program: &'p Program<'a>) -> BTreeMap<String, Vec<(&'p Site<'a>, Vec<&'p Address>)>> {
    let mut found: BTreeMap<String, Vec<(&Site<'_>, Vec<&Address>)>> = BTreeMap::new();
    for site in &program.sites {
        let mut own: BTreeMap<String, Vec<&Address>> = BTreeMap::new();
        for address in &site.addresses {
            let binds = if site.bind.is_empty() { vec![String::new()] } else { site.bind.clone() };
            for bind in binds {
                own.entry(format!("{bind}:{}", address.port)).or_default().push(address);
            }
        }
        for (listener, addresses) in own {
            found.entry(listener).or_default().push((site, addresses));
        }
    }
    for sites in found.values_mut() {
        sites.sort_by_key(|(_, addresses)| {
            let longest = addresses
                .iter()
                .map(|address| (address.host.contains('*'), address.host.len(), address.path.len()))
                .max();
            let (wild, host, path) = longest.unwrap_or_default();
            (host == 0, wild, std::cmp::Reverse((host, path)))
        });
    }
    found
}
