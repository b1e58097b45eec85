//! The configuration as a whole -> servers, sockets and logs in words of no program.

use super::super::served::{Known, Sensitive, Server, Socket, Whole};
use super::Configuration;
use super::answer::{Question, Site, What};
use super::host::{Address, Program, VirtualHost, listed};
use super::levels::{Levels, place};
use super::read::Node;
use super::{rewrite, section_facts, tls, version};
use crate::model::WebServer;

/// Everything that is served.
pub(super) fn of(configuration: &Configuration<'_>, server: &WebServer, sensitive: Option<&[String]>) -> Whole {
    let program = Program::of(&configuration.read.nodes);
    let htaccess = |folder: &str| configuration.htaccess(folder);
    let is_folder = |path: &str| configuration.is_folder(path);
    let site =
        Site { program: &program, patterns: &configuration.patterns, htaccess: &htaccess, is_folder: &is_folder };
    let running = version::of(server.version.as_deref());
    let mut whole = Whole::default();
    for host in &program.hosts {
        let builder = Levels { configuration, program: &program, site: &site, host, version: running };
        let (levels, upstreams) = builder.all();
        let is_plain = !host.tls();
        let main = host
            .section
            .map(place)
            .or_else(|| program.listens.first().map(|(_, node)| place(node)))
            .unwrap_or_default();
        let names: Vec<String> = host.server_name.iter().chain(&host.aliases).cloned().collect();
        let port = host.addresses.first().map_or("80", |address| address.port.as_str());
        let sensitive = sensitive.unwrap_or_default().iter().map(|path| {
            let answer = site.answer(host, &Question { path, port });
            Sensitive {
                path: path.clone(),
                // Logs belong to the host: whichever section answers, the same ones are written.
                level: answer.as_ref().map(|_| 0).map_err(Clone::clone),
                returns_only: answer.is_ok_and(|answer| matches!(answer.what, What::Status(300..400, _))),
            }
        });
        whole.servers.push(Server {
            name: host.name.clone(),
            place: main,
            names,
            listens: host.addresses.iter().map(Address::spelt).collect(),
            version: version::shown(running),
            plain: is_plain,
            plain_only_redirects: if is_plain { only_redirects(&site, host, port) } else { Ok(false) },
            tls: tls::of(&program, host, running),
            real_ip_open: real_ip_open(&program, host),
            version_hidden: Ok(program
                .main
                .iter()
                .rfind(|node| node.name == "servertokens")
                .is_some_and(|node| matches!(node.argument(0).to_ascii_lowercase().as_str(), "prod" | "productonly"))),
            methods_open: methods_open(host, &levels, &program),
            sensitive: sensitive.collect(),
            levels,
            upstreams,
        });
    }
    sockets(&program, &site, &mut whole);
    whole.error_logs = super::logs::errors(configuration, &program);
    whole.own = section_facts::observe(configuration, &program, &site, &server.path);
    whole
}

fn sockets(program: &Program<'_>, site: &Site<'_>, whole: &mut Whole) {
    for host in &program.hosts {
        for address in &host.default_of {
            let on_it = program.hosts.iter().filter(|other| other.addresses.contains(address));
            let listen = program.listens.iter().find(|(listen, _)| listen.port == address.port);
            whole.sockets.push(Socket {
                name: address.spelt(),
                tls: host.tls(),
                servers: on_it.map(|other| other.name.clone()).collect(),
                default: host.name.clone(),
                unknown_names: unknown_names(site, host, &address.port),
                place: host.section.map(place).or_else(|| listen.map(|(_, node)| place(node))).unwrap_or_default(),
            });
        }
    }
}

/// What the first host of a socket does with a name that is not its own.
fn unknown_names(site: &Site<'_>, host: &VirtualHost<'_>, port: &str) -> Known<&'static str> {
    // Two paths that no site has: what both get is what any unknown request gets.
    let mut found = Vec::new();
    for path in ["/", "/a-path-that-no-site-has/x"] {
        found.push(match site.answer(host, &Question { path, port })?.what {
            What::Status(400..500, _) => "refused",
            What::Status(_, Some(target)) if target.contains("://") => {
                // The evaluation fills in the host's own name; a target that repeats the name that was asked says so in its line.
                if repeats_name(host) { "served" } else { "redirected" }
            }
            _ => "served",
        });
    }
    Ok(if found[0] == found[1] { found[0] } else { "served" })
}

/// Whether a rewrite rule of the host redirects to the name that was asked for.
fn repeats_name(host: &VirtualHost<'_>) -> bool {
    rewrite::rules(host.nodes).iter().any(|rule| {
        let upper = rule.target.to_ascii_uppercase();
        rule.redirects() && (upper.contains("%{HTTP_HOST}") || upper.contains("%{SERVER_NAME}"))
    })
}

/// Whether all that a host without TLS answers is a redirect to HTTPS or a refusal. What an ACME client needs is left aside.
fn only_redirects(site: &Site<'_>, host: &VirtualHost<'_>, port: &str) -> Known<bool> {
    let to_tls = |path: &str| -> Known<bool> {
        Ok(match site.answer(host, &Question { path, port })?.what {
            What::Status(_, Some(target)) => target.starts_with("https://"),
            What::Status(status, None) => (400..500).contains(&status),
            _ => false,
        })
    };
    // Every path that the configuration names, and one that it does not.
    let mut paths = vec!["/".to_owned(), "/a-path-that-no-site-has/x.html".to_owned()];
    for node in listed(site.program, host, &["alias", "scriptalias", "proxypass"]) {
        paths.push(node.argument(0).to_owned());
    }
    for node in super::host::sections(site.program, host, &["location"]) {
        paths.push(node.argument(0).to_owned());
    }
    paths.retain(|path| path.starts_with('/') && !path.starts_with("/.well-known/acme-challenge"));
    for path in paths {
        if !to_tls(&path)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn real_ip_open(program: &Program<'_>, host: &VirtualHost<'_>) -> Vec<String> {
    let Some(header) = host.single("remoteipheader") else { return Vec::new() };
    let proxies = listed(program, host, &["remoteipinternalproxy", "remoteiptrustedproxy"]);
    let lists = listed(program, host, &["remoteipinternalproxylist", "remoteiptrustedproxylist"]);
    if proxies.is_empty() && lists.is_empty() {
        return vec![format!("RemoteIPHeader {} from everybody", crate::collect::limits::cut(header.argument(0)))];
    }
    proxies.iter().flat_map(|node| &node.arguments).filter(|source| source.ends_with("/0")).cloned().collect()
}

fn methods_open(host: &VirtualHost<'_>, levels: &[super::super::served::Level], program: &Program<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if host.word("traceenable").is_none_or(|word| word != "off") {
        found.push("TRACE".to_owned());
    }
    let dav = |node: &&Node| node.name == "dav" && !node.argument(0).eq_ignore_ascii_case("off");
    let has_dav = levels.iter().any(|level| level.answers)
        && program
            .main
            .iter()
            .chain(host.nodes)
            .any(|node| dav(&node) || node.inside().iter().any(|inner| dav(&inner)));
    if has_dav {
        found.extend(["PUT", "DELETE", "PROPFIND", "MKCOL"].map(str::to_owned));
    }
    found
}

/// What a header's value that is not fixed amounts to: the origin that asks, or unknown.
pub(super) fn reflected(program: &Program<'_>, host: &VirtualHost<'_>, value: &str) -> Known<String> {
    const VARIABLE: &str = "its value is a variable";
    let lower = value.to_ascii_lowercase();
    let repeats = || Ok(super::super::served::REFLECTED.to_owned());
    if lower.contains("unescape:") {
        return Err("its value holds an unescape of what the client sent".to_owned());
    }
    if lower.contains("%{http_origin}") || lower.contains("%{http:origin}") || lower.contains("req('origin')") {
        return repeats();
    }
    let name = value.strip_prefix("%{").and_then(|rest| rest.strip_suffix("}e"));
    let Some(name) = name else { return Err(VARIABLE.to_owned()) };
    for node in listed(program, host, &["setenvif", "setenvifnocase"]) {
        let assigns =
            node.arguments.iter().skip(2).find(|word| word.split('=').next() == Some(name) && word.contains('$'));
        if assigns.is_some() && node.argument(0).eq_ignore_ascii_case("origin") {
            let pattern = node.argument(1);
            let anchored = pattern.starts_with('^')
                && pattern.ends_with('$')
                && !pattern.contains(".*")
                && !pattern.contains(".+");
            return if anchored { Ok(pattern.to_owned()) } else { repeats() };
        }
    }
    Err(VARIABLE.to_owned())
}
