//! The levels of a site: itself, and every path that a matcher of it names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::routing::Patterns;
use super::super::served::{Access, Level, Log, Upstream};
use super::answer::{Outcome, What, outcome};
use super::facts::from_outside;
use super::header;
use super::site::Site;
use crate::collect::limits::cut;

/// Files that have no business on a web site, one for each way in which they come there.
const LEFTOVERS: [&str; 7] =
    ["/.git/HEAD", "/.svn/entries", "/.env", "/.htpasswd", "/index.php~", "/backup.sql", "/site.bak"];

const OTHERS: &str = "the upstream may set headers here";

/// Builds the levels of one site.
pub(super) struct Levels<'s, 'a> {
    pub(super) patterns: &'s Patterns,
    pub(super) site: &'s Site<'a>,
    pub(super) logs: Vec<Log>,
}

impl Levels<'_, '_> {
    /// All of them; the first is the site's own.
    pub(super) fn all(&self) -> (Vec<Level>, Vec<Upstream>) {
        let mut levels = vec![self.own()];
        let mut seen = BTreeSet::new();
        for (path, line) in paths(&self.site.routes) {
            if !seen.insert(path.clone()) || path == "*" || path == "/*" {
                continue;
            }
            let node = line.and_then(|line| self.site.lines.get(line)).copied().unwrap_or(self.site.node);
            let mut level = self.level(format!("/path[{}]", cut(&path)), &example(&path), node.place());
            level.exact_only = self.exact_only(&path, &level);
            levels.push(level);
        }
        let mut upstreams = Vec::new();
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        for (handler, line) in proxies(&self.site.routes) {
            let node = line.and_then(|line| self.site.lines.get(line)).copied().unwrap_or(self.site.node);
            let is_tls = handler.pointer("/transport/tls").is_some();
            let is_open = handler.pointer("/transport/tls/insecure_skip_verify").is_some();
            for dial in handler.get("upstreams").and_then(Value::as_array).into_iter().flatten() {
                let dial = dial.get("dial").and_then(Value::as_str).unwrap_or_default();
                let locus = format!("/reverse_proxy[{}]", cut(dial));
                let count = names.entry(locus.clone()).or_insert(0);
                *count += 1;
                let locus = if *count == 1 { locus } else { format!("{locus}#{count}") };
                upstreams.push(Upstream {
                    locus: format!("{locus}/upstream"),
                    place: node.place(),
                    tls: is_tls,
                    verified: is_tls && !is_open,
                    chosen_by_client: of_client(dial),
                    host: host_of(dial),
                });
            }
        }
        (levels, upstreams)
    }

    fn ask(&self, path: &str) -> Result<Outcome, String> {
        outcome(self.patterns, &self.site.routes, &from_outside(self.site, path))
    }

    fn own(&self) -> Level {
        let mut level = self.level(String::new(), "/", self.site.node.place());
        let mut served = Vec::new();
        let mut reason = None;
        for path in LEFTOVERS {
            match self.ask(path).map(|outcome| outcome.what) {
                Ok(What::File { path: own, hide, .. }) if !is_hidden(&own, &hide) => served.push(path.to_owned()),
                Ok(What::Upstream) => reason = Some("an upstream decides what is answered".to_owned()),
                Ok(_) => {}
                Err(unknown) => reason = Some(unknown),
            }
        }
        level.leftovers = Some(match reason {
            Some(reason) if served.is_empty() => Err(reason),
            _ => Ok(served),
        });
        // Go's regular expressions never step back.
        level
    }

    fn level(&self, locus: String, path: &str, place: super::super::served::Place) -> Level {
        let mut level = Level::new(locus, place);
        level.logs = self.logs.clone();
        let read = match self.ask(path) {
            Ok(read) => read,
            Err(reason) => {
                level.access = Err(reason.clone());
                level.listing = Err(reason.clone());
                level.body_limit_bytes = Err(reason.clone());
                level.others_set_headers = Some(reason);
                return level;
            }
        };
        level.headers = header::of(&read, &self.site.lines).set;
        let refused = matches!(read.what, What::Status(401 | 403 | 404 | 410, _) | What::Failed(_) | What::Dropped);
        level.access = Ok(Access { restricted: refused, ..Access::default() });
        level.serves_pages = matches!(read.what, What::File { .. } | What::Upstream | What::Status(200, None));
        level.status_endpoint = read.what == What::Metrics;
        level.redirect_hosts = redirect_hosts(&read.what, &self.site.routes);
        if let What::File { root, browse, .. } = &read.what {
            level.root.clone_from(root);
            level.listing = Ok(*browse);
        }
        if read.what == What::Upstream {
            level.others_set_headers = Some(OTHERS.to_owned());
        }
        // Only a server behind it reads bodies; what Caddy answers itself it answers without.
        level.body_limit_bytes = Ok(read.body_limit_bytes.unwrap_or(if read.what == What::Upstream { 0 } else { 1 }));
        level
    }

    /// Whether a path is closed and what is below it is not.
    fn exact_only(&self, path: &str, level: &Level) -> Result<bool, String> {
        let is_closed = level.access.as_ref().is_ok_and(|access| access.restricted);
        if !is_closed || path.contains('*') || path.ends_with('/') {
            return Ok(false);
        }
        let below = self.ask(&format!("{path}/x"))?;
        Ok(matches!(below.what, What::File { .. } | What::Upstream))
    }
}

/// All paths that matchers name, with the line of the first handler behind each.
pub(super) fn paths(routes: &[Value]) -> Vec<(String, Option<usize>)> {
    let mut found = Vec::new();
    for route in routes {
        let handlers = route.get("handle").and_then(Value::as_array);
        let line = handlers.and_then(|all| all.first()?.get("@")?.as_u64()).and_then(|line| usize::try_from(line).ok());
        for set in route.get("match").and_then(Value::as_array).into_iter().flatten() {
            let own = set.get("path").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            found.extend(own.filter(|path| path.starts_with(['/', '*'])).map(|path| (path.to_owned(), line)));
        }
        for handler in handlers.into_iter().flatten() {
            found.extend(paths(handler.get("routes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()));
        }
    }
    found
}

/// A path that a pattern fits.
pub(super) fn example(pattern: &str) -> String {
    let filled = pattern.replace('*', "x");
    if filled.starts_with('/') { filled } else { format!("/{filled}") }
}

fn proxies(routes: &[Value]) -> Vec<(&Value, Option<usize>)> {
    let mut found = Vec::new();
    for handler in routes.iter().filter_map(|route| route.get("handle")?.as_array()).flatten() {
        if handler.get("handler").and_then(Value::as_str) == Some("reverse_proxy") {
            let line = handler.get("@").and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok());
            found.push((handler, line));
        }
        found.extend(proxies(handler.get("routes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()));
    }
    found
}

/// What a client wrote in a text with placeholders.
fn of_client(text: &str) -> BTreeSet<String> {
    const OWN: [&str; 4] = ["http.request.header.", "http.request.uri", "http.request.cookie.", "http.request.host"];
    let names = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.filter(|name| OWN.iter().any(|own| name.starts_with(own))).map(|name| format!("{{{}}}", cut(name))).collect()
}

/// What a client wrote that chooses the host of a redirect.
fn redirect_hosts(what: &What, routes: &[Value]) -> BTreeSet<String> {
    if !matches!(what, What::Status(300..=399, Some(_))) {
        return BTreeSet::new();
    }
    let mut found = BTreeSet::new();
    let mut left: Vec<&Value> = routes.iter().collect();
    while let Some(value) = left.pop() {
        if let Some(target) = value.pointer("/headers/Location/0").and_then(Value::as_str) {
            let host =
                target.split_once("://").map_or(if target.starts_with('{') { target } else { "" }, |(_, rest)| rest);
            let host = host.split('/').next().unwrap_or(host);
            found.extend(
                of_client(host)
                    .into_iter()
                    .filter(|name| name.contains(".header.") || name.contains(".query.") || name.contains(".cookie.")),
            );
        }
        match value {
            Value::Object(map) => left.extend(map.values()),
            Value::Array(list) => left.extend(list),
            _ => {}
        }
    }
    found
}

/// Whether `hide` keeps a file back: a name without a slash stands for every part of the path.
fn is_hidden(path: &str, hide: &[String]) -> bool {
    hide.iter().any(|pattern| match pattern.contains('/') {
        false => path.split('/').any(|part| crate::syntax::glob::matches(pattern, part)),
        true => path.starts_with(pattern.trim_start_matches('.').trim_end_matches('*')),
    })
}

/// The host of `127.0.0.1:9000`, `unix//run/x.sock`.
fn host_of(dial: &str) -> Result<String, String> {
    let host = dial.rsplit_once(':').map_or(dial, |(host, _)| host).trim_matches(['[', ']']);
    if dial.starts_with("unix/") || host.contains('{') || host.is_empty() {
        return Err("a socket, a group or a variable".to_owned());
    }
    Ok(cut(&host.to_ascii_lowercase()))
}
