//! The configuration as a whole -> servers, sockets and logs in words of no program: one server for each site.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;

use super::super::admin_endpoint::{Reach, endpoint};
use super::super::haproxy::is_loopback;
use super::super::routing::Patterns;
use super::super::served::{Known, Place, Sensitive, Server, Socket, Tls, Whole};
use super::super::server_facts::weak_ciphers;
use super::answer::{UNKNOWN_TARGET, What, outcome};
use super::ask::Ask;
use super::levels::Levels;
use super::logs;
use super::read::Node;
use super::site::{Options, Program, Site, listeners};
use crate::collect::limits::cut;
use crate::model::{Observation, Related};

/// A host name and a path that no site has.
pub(super) const NO_HOST: &str = "unknown.invalid";
pub(super) const NO_PATH: &str = "/a-path-that-no-site-has/x.html";

/// One GET of somebody from outside (RFC 5737).
pub(super) fn from_outside(site: &Site<'_>, path: &str) -> Ask {
    let address = site.addresses.first();
    Ask {
        method: "GET".to_owned(),
        host: address
            .map_or(NO_HOST, |address| if address.host.is_empty() { NO_HOST } else { &address.host })
            .replace('*', "x"),
        path: path.to_owned(),
        query: String::new(),
        tls: address.is_some_and(|address| address.tls),
        port: address.map_or(80, |address| address.port),
        source: IpAddr::V4(Ipv4Addr::new(198, 51, 100, 77)),
        headers: None,
    }
}

/// Everything that is served.
pub(super) fn of(program: &Program<'_>, main: &str, sensitive: Option<&[String]>) -> Whole {
    let patterns = Patterns::default();
    let mut whole = Whole::default();
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    let mut by_site: Vec<String> = Vec::new();
    for site in &program.sites {
        let first = site.addresses.first();
        let host = first.map_or("_", |address| if address.host.is_empty() { "_" } else { &address.host });
        let plain_name = format!("{}:{}", cut(host), first.map_or(80, |address| address.port));
        let count = names.entry(plain_name.clone()).or_insert(0);
        *count += 1;
        let name = if *count == 1 { plain_name } else { format!("{plain_name}#{count}") };
        by_site.push(name.clone());
        let builder = Levels { patterns: &patterns, site, logs: logs::access(site, &program.options) };
        let (levels, upstreams) = builder.all();
        let plain = site.addresses.iter().any(|address| !address.tls);
        whole.servers.push(Server {
            name,
            place: site.node.place(),
            names: site.hosts().into_iter().map(cut).collect(),
            listens: site.addresses.iter().map(|address| format!("*:{}", address.port)).collect(),
            version: "2".to_owned(),
            plain,
            plain_only_redirects: if plain { only_redirects(&patterns, site) } else { Ok(false) },
            tls: tls(site, &program.options),
            real_ip_open: real_ip_open(program, site),
            version_hidden: Ok(true),
            methods_open: Vec::new(),
            sensitive: sensitive.unwrap_or_default().iter().map(|path| one(&patterns, site, path)).collect(),
            levels,
            upstreams,
        });
    }
    sockets(program, &patterns, &by_site, &mut whole);
    whole.error_logs.push(logs::errors(&program.options, main));
    whole.own.push(admin(&program.options, main));
    whole
}

fn sockets(program: &Program<'_>, patterns: &Patterns, names: &[String], whole: &mut Whole) {
    let name_of = |site: &Site<'_>| {
        let at = program.sites.iter().position(|other| std::ptr::eq(other, site)).unwrap_or_default();
        names.get(at).cloned().unwrap_or_default()
    };
    for (listener, sites) in listeners(program) {
        let Some((first, _)) = sites.first() else { continue };
        let any = sites.iter().find(|(_, addresses)| addresses.iter().any(|address| address.host.is_empty()));
        let tls = sites.iter().any(|(_, addresses)| addresses.iter().any(|address| address.tls));
        let listener = if listener.starts_with(':') { format!("*{listener}") } else { listener };
        whole.sockets.push(Socket {
            name: cut(&listener),
            tls,
            servers: sites.iter().map(|(site, _)| name_of(site)).collect(),
            default: name_of(any.map_or(first, |(site, _)| site)),
            // A name that no site has gets no certificate, and without TLS an empty answer.
            unknown_names: any.map_or(Ok("refused"), |(site, _)| unknown_names(patterns, site)),
            place: any.map_or(first, |(site, _)| site).node.place(),
        });
    }
}

/// What a name gets that no site has, of a site for every host.
fn unknown_names(patterns: &Patterns, site: &Site<'_>) -> Known<&'static str> {
    let mut found = Vec::new();
    for path in ["/", NO_PATH] {
        let mut ask = from_outside(site, path);
        NO_HOST.clone_into(&mut ask.host);
        found.push(match outcome(patterns, &site.routes, &ask)?.what {
            What::Dropped | What::Nothing | What::Failed(_) | What::Status(400..=599, _) => "refused",
            What::Status(_, Some(target)) if target.contains("://") && !target.contains(NO_HOST) => "redirected",
            _ => "served",
        });
    }
    Ok(if found[0] == found[1] { found[0] } else { "served" })
}

/// Whether all that comes without TLS is redirected to HTTPS or refused. What an ACME client needs is left aside.
fn only_redirects(patterns: &Patterns, site: &Site<'_>) -> Known<bool> {
    let mut paths = super::levels::paths(&site.routes);
    paths.retain(|(path, _)| !path.starts_with("/.well-known/acme-challenge"));
    let named = paths.iter().map(|(path, _)| super::levels::example(path));
    for path in ["/".to_owned(), NO_PATH.to_owned()].into_iter().chain(named) {
        let mut ask = from_outside(site, &path);
        ask.tls = false;
        let is_kept = match outcome(patterns, &site.routes, &ask)?.what {
            What::Status(300..=399, Some(target)) if target == UNKNOWN_TARGET => {
                return Err("the target of a redirect is not known here".to_owned());
            }
            What::Status(300..=399, Some(target)) => target.starts_with("https://"),
            What::Status(400..=599, _) | What::Failed(_) | What::Dropped => true,
            _ => false,
        };
        if !is_kept {
            return Ok(false);
        }
    }
    Ok(true)
}

/// TLS of a site; without a line that says otherwise 1.2 and 1.3, with keys for tickets that change by themselves.
fn tls(site: &Site<'_>, options: &Options<'_>) -> Option<Tls> {
    const ALL: [(&str, &str); 4] =
        [("tls1.0", "TLSv1"), ("tls1.1", "TLSv1.1"), ("tls1.2", "TLSv1.2"), ("tls1.3", "TLSv1.3")];
    if !site.addresses.iter().any(|address| address.tls) {
        return None;
    }
    let line = |name: &'static str| site.own("tls").flat_map(Node::inside).rfind(move |line| line.word(0) == name);
    let place = |node: Option<&Node>, note: &str| {
        node.map(|node| Related { location: node.location.clone(), note: note.to_owned() })
    };
    let at = |text: &str| ALL.iter().position(|(name, _)| *name == text);
    let (protocols, ciphers) = (line("protocols"), line("ciphers"));
    let low = protocols.and_then(|line| at(line.word(1))).unwrap_or(2);
    let high = protocols.and_then(|line| at(line.word(2))).unwrap_or(3);
    let offered = ALL.get(low..=high.max(low)).unwrap_or_default().iter().map(|(_, name)| (*name).to_owned()).collect();
    let stapling = options.option("ocsp_stapling").is_none_or(|node| node.word(1) != "off");
    Some(Tls {
        protocols: Ok(offered),
        ciphers_weak: Ok(ciphers.map(|line| weak_ciphers(&line.words[1..].join(":"))).unwrap_or_default()),
        session_tickets: true,
        ticket_keys_rotated: true,
        stapling,
        stapling_complete: stapling,
        related: place(protocols, "the protocols in force")
            .into_iter()
            .chain(place(ciphers, "the cipher list in force"))
            .collect(),
    })
}

/// Matchers and options that believe a header of whoever connects.
fn real_ip_open(program: &Program<'_>, site: &Site<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if site.routes.iter().any(|route| route.to_string().contains("\"forwarded\":true")) {
        found.push("remote_ip forwarded".to_owned());
    }
    let trusted = program.options.of_servers("trusted_proxies").into_iter().flat_map(|node| node.words.iter().skip(2));
    found.extend(trusted.filter(|range| range.ends_with("/0")).map(|range| cut(range)));
    found
}

/// How one declared path is answered and logged.
fn one(patterns: &Patterns, site: &Site<'_>, path: &str) -> Sensitive {
    let outcome = outcome(patterns, &site.routes, &from_outside(site, path));
    Sensitive {
        path: path.to_owned(),
        level: outcome.as_ref().map(|_| 0).map_err(Clone::clone),
        returns_only: outcome.is_ok_and(|outcome| matches!(outcome.what, What::Status(300..=399, _))),
    }
}

/// Where Caddy takes orders: on this machine's port 2019 unless it is told otherwise.
fn admin(options: &Options<'_>, main: &str) -> Observation {
    let node = options.option("admin");
    let address = node.map_or("localhost:2019", |node| node.word(1));
    let address = if address.is_empty() { "localhost:2019" } else { address };
    let reach = match address {
        "off" => Reach::Off,
        file if file.starts_with("unix/") || file.starts_with('/') => Reach::File,
        own if is_loopback(own) => Reach::Loopback,
        _ => Reach::Network,
    };
    let place = node
        .map_or_else(|| Place { location: crate::model::Location::whole_file(main), related: Vec::new() }, Node::place);
    endpoint(main, &cut(address), &place, reach, reach != Reach::Off)
}

/// The value of a site's routes without the numbers of lines.
pub(super) fn bare(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter().filter(|(key, _)| *key != "@").map(|(key, value)| (key.clone(), bare(value))).collect(),
        ),
        Value::Array(list) => Value::Array(list.iter().map(bare).collect()),
        other => other.clone(),
    }
}
