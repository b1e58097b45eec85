//! The requests by which a frontend is asked: every host, path and network that its rules name, and one of each that they do not.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use super::super::network::network;
use super::read::{At, Proxy};
use super::sample::Ask;

/// A host name that no site has (RFC 2606).
pub(super) const NO_HOST: &str = "unknown.invalid";
/// A path that no site has.
pub(super) const NO_PATH: &str = "/a-path-that-no-site-has/x.html";
/// Somebody from outside (RFC 5737).
const OUTSIDER: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 77));
/// Names of one kind that are tried for one level.
const TRIED: usize = 24;

/// Words of conditions, by what they are held against.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    pub(super) hosts: BTreeSet<String>,
    pub(super) paths: BTreeSet<String>,
    pub(super) sources: BTreeSet<IpAddr>,
}

impl Named {
    /// What the conditions of some lines name, ACLs by name included.
    pub(super) fn of<'a>(proxy: &Proxy, lines: impl Iterator<Item = &'a At>) -> Self {
        let mut named = Self::default();
        for line in lines {
            let condition = line.parted().1;
            let mut at = 0;
            while let Some(word) = condition.get(at) {
                at += 1;
                if word.trim_start_matches('!') == "{" {
                    let end =
                        condition.iter().skip(at).position(|word| word == "}").map_or(condition.len(), |end| at + end);
                    named.criterion(condition.get(at..end).unwrap_or_default());
                    at = end + 1;
                    continue;
                }
                let name = word.trim_start_matches('!');
                for acl in proxy.all().filter(|line| line.word(0) == "acl" && line.word(1) == name) {
                    named.criterion(acl.words.get(2..).unwrap_or_default());
                }
            }
        }
        named
    }

    fn criterion(&mut self, words: &[String]) {
        let Some((fetch, values)) = words.split_first() else { return };
        let lower = fetch.to_ascii_lowercase();
        let values = values.iter().filter(|word| !word.starts_with('-'));
        let is_pattern = lower.contains("_reg") || words.iter().any(|word| word == "reg");
        if lower.starts_with("src") {
            self.sources.extend(values.filter_map(|value| network(value)).map(|(base, _)| base).take(TRIED));
        } else if lower.contains("host") || lower.contains("sni") {
            let begins = lower.contains("_beg");
            let hosts = values.filter(|_| !is_pattern).map(|value| match value.strip_prefix('.') {
                Some(rest) => format!("www.{rest}"),
                None if begins => format!("{}x.example.jp", value.trim_end_matches('.').to_owned() + "."),
                None => value.clone(),
            });
            self.hosts.extend(hosts.take(TRIED));
        } else if lower.starts_with("path") || lower.starts_with("url") {
            let ends = lower.contains("_end") || words.iter().any(|word| word == "end");
            let paths = values.filter(|_| !is_pattern).map(|value| match value.strip_prefix('/') {
                Some(_) => value.clone(),
                None if ends => format!("/x{value}"),
                None => format!("/{value}"),
            });
            self.paths.extend(paths.take(TRIED));
        }
    }

    /// Both together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.hosts.extend(other.hosts);
        self.paths.extend(other.paths);
        self.sources.extend(other.sources);
        self
    }
}

/// The hosts, paths and sources by which something is asked.
pub(super) fn asks(named: &Named, tls: &[bool], port: u16) -> Vec<(Ask, bool)> {
    let hosts = || named.hosts.iter().take(TRIED).map(String::as_str).chain([NO_HOST]);
    let paths = || named.paths.iter().take(TRIED).map(String::as_str).chain(["/", NO_PATH]);
    let mut found = Vec::new();
    for source in named.sources.iter().take(TRIED).copied().chain([OUTSIDER]) {
        for host in hosts() {
            for path in paths() {
                for tls in tls {
                    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
                    found.push((ask(host, path, query, *tls, source, port), source == OUTSIDER));
                }
            }
        }
    }
    found
}

/// One GET of somebody from outside.
pub(super) fn from_outside(host: &str, path: &str, tls: bool, port: u16) -> Ask {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    ask(host, path, query, tls, OUTSIDER, port)
}

fn ask(host: &str, path: &str, query: Option<&str>, tls: bool, source: IpAddr, port: u16) -> Ask {
    Ask {
        method: "GET".to_owned(),
        host: Some(host.to_owned()),
        path: Some(path.to_owned()),
        query: query.map(str::to_owned),
        tls,
        source: Some(source),
        port,
        headers: None,
        variables: std::collections::BTreeMap::new(),
        has_scripts: false,
        status: None,
    }
}
