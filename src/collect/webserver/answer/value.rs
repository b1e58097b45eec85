//! Texts with variables -> what they come to for one request: variables of the request, set, map, geo and captures.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::request::Asked;
use crate::collect::webserver::routing::Patterns;
use crate::collect::webserver::tree::{Block, Node};

/// Variables that name variables that name variables …
const DEPTH: usize = 16;

/// What a variable comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    Value(String),
    /// nginx has no such thing for this request: `-` in a log, nothing elsewhere.
    Absent,
    /// It cannot be told from the configuration.
    Open,
}

impl Told {
    /// The text that it stands for; `None` where it is open.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Value(text) => Some(text),
            Self::Absent => Some(String::new()),
            Self::Open => None,
        }
    }
}

/// Tables that make variables: map and geo by the variable's name.
#[derive(Debug, Default)]
pub(super) struct Tables<'a> {
    tables: BTreeMap<&'a str, &'a Node>,
    /// Variables that some `set` makes.
    set: BTreeMap<&'a str, ()>,
}

impl<'a> Tables<'a> {
    pub(super) fn of(directives: &'a Block) -> Self {
        let mut tables = Self::default();
        tables.gather(directives, 0);
        tables
    }

    fn gather(&mut self, block: &'a Block, depth: usize) {
        for node in block {
            match (node.name.as_str(), node.arguments.as_slice()) {
                ("map", [_, name]) | ("geo", [name] | [_, name]) | ("split_clients", [_, name]) => {
                    self.tables.insert(name.trim_start_matches('$'), node);
                    continue;
                }
                ("set", [name, _]) => {
                    self.set.insert(name.trim_start_matches('$'), ());
                }
                _ => {}
            }
            if let Some(block) = node.block.as_ref().filter(|_| depth < 64) {
                self.gather(block, depth + 1);
            }
        }
    }
}

/// One request on its way, with what its course has set so far.
pub(super) struct Values<'a> {
    pub(super) asked: &'a Asked,
    pub(super) tables: &'a Tables<'a>,
    pub(super) patterns: &'a Patterns,
    /// The path as it is now; rewrites change it.
    pub(super) path: String,
    pub(super) arguments: Option<String>,
    pub(super) server_name: String,
    pub(super) root: Option<String>,
    pub(super) status: Option<u16>,
    /// What `set` and named groups have made.
    pub(super) set: RefCell<BTreeMap<String, Told>>,
    /// The groups of the last expression that matched.
    pub(super) captures: RefCell<Vec<String>>,
}

impl Values<'_> {
    /// What a text comes to; `None` where a variable in it is open.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        self.filled(text, 0, &|told| told.text())
    }

    /// The same with a way of one's own to write each variable.
    pub(super) fn written(&self, text: &str, write: &dyn Fn(Told) -> Option<String>) -> Option<String> {
        self.filled(text, 0, write)
    }

    fn filled(&self, text: &str, depth: usize, write: &dyn Fn(Told) -> Option<String>) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let (inner, braced) = rest.strip_prefix('{').map_or((rest, false), |inner| (inner, true));
            let is_word = |one: char| one.is_ascii_alphanumeric() || one == '_';
            // A group's number is one digit, whatever stands behind it.
            let end = match inner.chars().next() {
                Some(first) if first.is_ascii_digit() && !braced => 1,
                _ => inner.find(|one: char| !is_word(one)).unwrap_or(inner.len()),
            };
            if end == 0 {
                filled.push('$');
                continue;
            }
            filled.push_str(&write(self.variable(&inner[..end], depth))?);
            rest = &inner[end..];
            if braced {
                rest = rest.strip_prefix('}')?;
            }
        }
        filled.push_str(rest);
        Some(filled)
    }

    /// What a variable comes to.
    pub(super) fn variable(&self, name: &str, depth: usize) -> Told {
        if depth > DEPTH {
            return Told::Open;
        }
        if let Some(told) = self.set.borrow().get(name) {
            return told.clone();
        }
        if let Some(table) = self.tables.tables.get(name) {
            return match table.name.as_str() {
                "map" => self.mapped(table, depth),
                "geo" => self.geo(table, depth),
                _ => Told::Open,
            };
        }
        if name.len() == 1
            && let Ok(number) = name.parse::<usize>()
        {
            return self.captures.borrow().get(number).map_or(Told::Absent, |text| Told::Value(text.clone()));
        }
        self.built_in(name)
    }

    fn built_in(&self, name: &str) -> Told {
        let value = |text: &str| Told::Value(text.to_owned());
        let asked = self.asked;
        let header = |wanted: &str| {
            let found = asked.headers.iter().find(|(name, _)| name.replace('-', "_") == wanted);
            found.map_or(Told::Absent, |(_, text)| Told::Value(text.clone()))
        };
        match name {
            "uri" | "document_uri" => value(&self.path),
            "request_uri" => value(&asked.target),
            "args" | "query_string" => self.arguments.as_deref().map_or(Told::Absent, value),
            "is_args" => value(if self.arguments.as_deref().is_some_and(|text| !text.is_empty()) { "?" } else { "" }),
            "host" => value(&asked.host.to_ascii_lowercase()),
            "scheme" => value(if asked.tls { "https" } else { "http" }),
            "https" => value(if asked.tls { "on" } else { "" }),
            "request_method" => value(&asked.method),
            "server_protocol" => value("HTTP/1.1"),
            "request" => Told::Value(format!("{} {} HTTP/1.1", asked.method, asked.target)),
            "server_port" => Told::Value(asked.port.to_string()),
            "server_name" => value(&self.server_name),
            "remote_addr" => asked.client.map_or(Told::Open, |one| Told::Value(one.to_string())),
            "server_addr" => asked.address.map_or(Told::Open, |one| Told::Value(one.to_string())),
            "status" => self.status.map_or(Told::Open, |status| Told::Value(format!("{status:03}"))),
            "remote_user" if !asked.headers.iter().any(|(name, _)| name == "authorization") => Told::Absent,
            "document_root" => self.root.as_deref().map_or(Told::Open, value),
            "http_host" => match asked.headers.iter().find(|(name, _)| name == "host") {
                Some((_, host)) => value(host),
                None => value(&asked.host),
            },
            "content_type" | "content_length" => header(name),
            _ => match name.split_once('_') {
                Some(("http", wanted)) => header(wanted),
                Some(("arg", wanted)) => self.argument(wanted),
                Some(("cookie", wanted)) => self.cookie(wanted),
                _ if self.tables.set.contains_key(name) => value(""),
                _ => Told::Open,
            },
        }
    }

    fn argument(&self, wanted: &str) -> Told {
        let arguments = self.arguments.as_deref().unwrap_or_default();
        let found = arguments.split('&').filter_map(|pair| pair.split_once('='));
        let mut found = found.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map_or(Told::Absent, |(_, text)| Told::Value(text.to_owned()))
    }

    fn cookie(&self, wanted: &str) -> Told {
        let cookies = self.asked.headers.iter().filter(|(name, _)| name == "cookie");
        let mut pairs = cookies.flat_map(|(_, text)| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == wanted).map_or(Told::Absent, |(_, text)| Told::Value(text.to_owned()))
    }

    /// `map`: texts first, whatever their case; then names with a star; then expressions in their order.
    fn mapped(&self, table: &Node, depth: usize) -> Told {
        let Some(source) = table.arguments.first() else { return Told::Open };
        let Some(source) = self.filled(source, depth + 1, &|told| told.text()) else { return Told::Open };
        let entries = || table.block.iter().flatten().filter(|node| node.arguments.len() == 1);
        let hostnames = table.block.iter().flatten().any(|node| node.name == "hostnames");
        let result = |node: &Node| {
            let value = node.arguments.first().map_or("", String::as_str);
            match self.filled(value, depth + 1, &|told| told.text()) {
                Some(text) => Told::Value(text),
                None => Told::Open,
            }
        };
        let lower = source.to_lowercase();
        let literal = |node: &Node| {
            let key = node.name.strip_prefix('\\').unwrap_or(&node.name);
            !node.name.starts_with('~') && node.name != "default" && key.to_lowercase() == lower
        };
        if table.block.iter().flatten().any(|node| node.name == "include") {
            return Told::Open;
        }
        if let Some(node) = entries().find(|node| literal(node)) {
            return result(node);
        }
        if hostnames && let Some(node) = best_wildcard(entries(), &lower) {
            return result(node);
        }
        for node in entries().filter(|node| node.name.starts_with('~')) {
            let pattern = &node.name[1..];
            let (pattern, insensitive) = pattern.strip_prefix('*').map_or((pattern, false), |rest| (rest, true));
            match self.matches(pattern, insensitive, &source) {
                Some(true) => return result(node),
                Some(false) => {}
                None => return Told::Open,
            }
        }
        entries().find(|node| node.name == "default").map_or(Told::Value(String::new()), result)
    }

    /// `geo`: the longest network that holds the address.
    fn geo(&self, table: &Node, depth: usize) -> Told {
        let source = match table.arguments.as_slice() {
            [source, _] => self.filled(source, depth + 1, &|told| told.text()),
            _ => self.asked.client.map(|one| one.to_string()),
        };
        let Some(address) = source.and_then(|source| source.parse::<IpAddr>().ok()) else { return Told::Open };
        let special = ["ranges", "proxy", "proxy_recursive", "delete", "include"];
        if table.block.iter().flatten().any(|node| special.contains(&node.name.as_str())) {
            return Told::Open;
        }
        let mut best: Option<(u8, &Node)> = None;
        for node in table.block.iter().flatten() {
            let bits = if node.name == "default" { Some(0) } else { network_bits(&node.name, address) };
            if let Some(bits) = bits
                && best.is_none_or(|(before, _)| bits >= before)
            {
                best = Some((bits, node));
            }
        }
        let text = best.and_then(|(_, node)| node.arguments.first());
        Told::Value(text.cloned().unwrap_or_default())
    }

    /// Whether an expression matches; what its groups hold is kept.
    pub(super) fn matches(&self, pattern: &str, insensitive: bool, text: &str) -> Option<bool> {
        match self.patterns.captures(pattern, insensitive, text)? {
            Some((groups, names)) => {
                *self.captures.borrow_mut() = groups;
                let mut set = self.set.borrow_mut();
                set.extend(names.into_iter().map(|(name, text)| (name, Told::Value(text))));
                Some(true)
            }
            None => Some(false),
        }
    }
}

/// `.example.jp`, `*.example.jp` (the longest first), then `www.*`.
pub(super) fn wildcard_rank(name: &str, host: &str) -> Option<(u8, usize)> {
    if let Some(rest) = name.strip_prefix('.').or_else(|| name.strip_prefix("*.")) {
        let below = host.strip_suffix(rest)?;
        let own = name.starts_with('.') && below.is_empty();
        return (own || below.ends_with('.')).then_some((2, rest.len()));
    }
    let first = name.strip_suffix(".*")?;
    host.strip_prefix(first)?.starts_with('.').then_some((1, first.len()))
}

fn best_wildcard<'n>(entries: impl Iterator<Item = &'n Node>, host: &str) -> Option<&'n Node> {
    entries
        .filter_map(|node| Some((wildcard_rank(&node.name.to_lowercase(), host)?, node)))
        .max_by_key(|one| one.0)
        .map(|one| one.1)
}

/// The bits of a network that holds an address.
pub(super) fn network_bits(network: &str, address: IpAddr) -> Option<u8> {
    let (text, bits) = network.split_once('/').map_or((network, None), |(text, bits)| (text, Some(bits)));
    let (whole, number, other) = match (text.parse::<IpAddr>().ok()?, address) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (32_u8, u128::from(u32::from(a)), u128::from(u32::from(b))),
        (IpAddr::V6(a), IpAddr::V6(b)) => (128, u128::from(a), u128::from(b)),
        _ => return None,
    };
    let bits = bits.map_or(Some(whole), |bits| bits.parse::<u8>().ok()).filter(|bits| *bits <= whole)?;
    ((number ^ other).checked_shr(u32::from(whole - bits)).unwrap_or(0) == 0).then_some(bits)
}
