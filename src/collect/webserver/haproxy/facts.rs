//! The configuration as a whole -> servers, sockets and logs in words of no program: one server for each frontend and listen.

use std::collections::BTreeSet;

use super::super::served::{Known, Sensitive, Server, Socket, Whole};
use super::acl::Acls;
use super::answer::{Course, UNKNOWN_TARGET, What};
use super::bind::{self, Bind};
use super::levels::Levels;
use super::read::{At, Proxy};
use super::survey::{NO_HOST, NO_PATH, Named, asks, from_outside};
use super::{logs, stats, tls, version};
use crate::collect::world::World;
use crate::model::WebServer;

/// Everything that is served.
pub(super) fn of(world: &dyn World, acls: &Acls<'_>, server: &WebServer, sensitive: Option<&[String]>) -> Whole {
    let program = acls.program;
    let running = version::of(server.version.as_deref());
    let mut whole = Whole::default();
    let mut taken = BTreeSet::new();
    for (number, proxy) in program.proxies.iter().enumerate().filter(|(_, proxy)| proxy.listens()) {
        let binds = bind::of(proxy);
        let is_read = proxy.is_http();
        let port = binds.iter().find_map(|bind| bind.port).unwrap_or(80);
        let mut kinds: Vec<bool> = binds.iter().map(|bind| bind.tls).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            kinds.push(false);
        }
        let (own_logs, errors) = logs::of(program, proxy);
        whole.error_logs.extend(errors);
        let builder = Levels { acls, number, logs: own_logs, tls: kinds, port };
        let (mut levels, upstreams) = builder.all(&mut taken);
        if binds.is_empty() {
            levels.iter_mut().for_each(|level| (level.answers, level.serves_pages) = (false, false));
        }
        let course = Course { acls, frontend: number };
        let plain = binds.iter().any(|bind| !bind.tls) && !passes_tls_on(proxy);
        whole.sockets.extend(binds.iter().map(|bind| socket(&course, proxy, bind)));
        whole.servers.push(Server {
            name: proxy.name.clone(),
            place: proxy.head.place(),
            names: Vec::new(),
            listens: binds.iter().map(|bind| bind.name.clone()).collect(),
            version: version::shown(running),
            plain,
            plain_only_redirects: match (plain, is_read) {
                (true, true) => only_redirects(&course, proxy, port),
                (true, false) => Err("bytes are passed on without being read".to_owned()),
                (false, _) => Ok(false),
            },
            tls: tls::of(world, program, &binds, running, &mut whole.faults),
            real_ip_open: real_ip_open(proxy),
            version_hidden: Ok(version_hidden(acls, proxy, &levels)),
            methods_open: Vec::new(),
            sensitive: sensitive
                .unwrap_or_default()
                .iter()
                .map(|path| one(&course, path, port, &levels, acls))
                .collect(),
            levels,
            upstreams,
        });
    }
    whole.own = super::admin::observe(program, &server.path);
    whole
}

/// Bytes of TLS that go to the backend as they are.
fn passes_tls_on(proxy: &Proxy) -> bool {
    !proxy.is_http()
        && proxy.all().any(|line| {
            line.words
                .iter()
                .any(|word| word.contains("ssl_hello_type") || word.contains("ssl_sni") || word == "ssl-hello-chk")
        })
}

fn socket(course: &Course<'_>, proxy: &Proxy, bind: &Bind<'_>) -> Socket {
    Socket {
        name: bind.name.clone(),
        tls: bind.tls,
        servers: vec![proxy.name.clone()],
        default: proxy.name.clone(),
        unknown_names: if bind.line.has("strict-sni") { Ok("refused") } else { unknown_names(course, bind) },
        place: bind.line.place(),
    }
}

/// What a name gets that no rule names.
fn unknown_names(course: &Course<'_>, bind: &Bind<'_>) -> Known<&'static str> {
    let mut found = Vec::new();
    for path in ["/", NO_PATH] {
        let outcome = course.outcome(&from_outside(NO_HOST, path, bind.tls, bind.port.unwrap_or(80)))?;
        found.push(match outcome.what {
            What::Dropped | What::Status(400..=599, _) => "refused",
            What::Status(_, Some(target)) if target.contains("://") && !target.contains(NO_HOST) => "redirected",
            _ => "served",
        });
    }
    Ok(if found[0] == found[1] { found[0] } else { "served" })
}

/// Whether all that comes without TLS is redirected to HTTPS or refused. What an ACME client needs is left aside.
fn only_redirects(course: &Course<'_>, proxy: &Proxy, port: u16) -> Known<bool> {
    let mut named = Named::of(proxy, proxy.all());
    named.sources.clear();
    named.paths.retain(|path| !path.starts_with("/.well-known/acme-challenge"));
    for (ask, _) in asks(&named, &[false], port) {
        let is_kept = match course.outcome(&ask)?.what {
            What::Status(300..=399, Some(target)) if target == UNKNOWN_TARGET => {
                return Err("the target of a redirect is not known here".to_owned());
            }
            What::Status(300..=399, Some(target)) => target.starts_with("https://"),
            What::Status(400..=599, _) | What::Dropped => true,
            _ => false,
        };
        if !is_kept {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Rules that take the client's address from a header of whoever connects.
fn real_ip_open(proxy: &Proxy) -> Vec<String> {
    let sets = |line: &&At| matches!(line.word(0), "http-request" | "tcp-request") && line.has("set-src");
    let open = proxy.all().filter(sets).filter(|line| line.parted().1.is_empty());
    open.map(|line| crate::collect::limits::cut(&line.words.join(" "))).collect()
}

/// HAProxy names its version on the statistics page alone.
fn version_hidden(acls: &Acls<'_>, proxy: &Proxy, levels: &[super::super::served::Level]) -> bool {
    let is_open = |level: &super::super::served::Level| {
        level.status_endpoint
            && level.locus.starts_with("/statistics[")
            && !level.access.as_ref().is_ok_and(|access| access.restricted)
    };
    let shows =
        |proxy: &Proxy| stats::enabled(proxy).is_some() && proxy.lines(&["stats", "hide-version"]).next().is_none();
    let shown = levels.iter().filter(|level| is_open(level)).any(|level| {
        let name = level.locus.trim_start_matches("/statistics[").trim_end_matches(']');
        acls.program.proxies.iter().any(|other| other.name == name && shows(other))
    });
    !(shown || levels.is_empty() && shows(proxy))
}

/// How one declared path is answered and logged.
fn one(
    course: &Course<'_>,
    path: &str,
    port: u16,
    levels: &[super::super::served::Level],
    acls: &Acls<'_>,
) -> Sensitive {
    let outcome = course.outcome(&from_outside(NO_HOST, path, true, port));
    Sensitive {
        path: path.to_owned(),
        level: outcome.as_ref().map_err(Clone::clone).map(|outcome| {
            let name =
                outcome.backend.and_then(|number| acls.program.proxies.get(number)).map(|proxy| proxy.name.as_str());
            let locus = name.map_or_else(String::new, |name| format!("/backend[{name}]"));
            levels.iter().position(|level| level.locus == locus).unwrap_or(0)
        }),
        returns_only: outcome.is_ok_and(|outcome| matches!(outcome.what, What::Status(300..=399, _))),
    }
}
