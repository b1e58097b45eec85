//! Facts of one level that answers requests: response headers in force, access, what a client can make of its values.

use std::collections::{BTreeMap, BTreeSet};

use super::access;
use super::location::{Matching, is_static};
use super::model::{Level, Server, Whole};
use super::routing::{Answer, answering};
use super::served::unsafe_words;
use super::socket::{listens, redirect_host};
use super::state::{Header, State};
use super::variable::{backtracks, captures_with_line_breaks, is_client_host, names};
use crate::model::{Observation, Related, Value};
use crate::syntax::header::hsts;

/// Headers by which a page is protected; the list is that of OWASP ASVS 5.0 section 3.4 without what has a check of its own.
const SECURITY: [&str; 8] = [
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
];

/// Files that have no business on a web site, one for each way in which they come there.
const LEFTOVERS: [&str; 7] =
    ["/.git/HEAD", "/.svn/entries", "/.env", "/.htpasswd", "/index.php~", "/backup.sql", "/site.bak"];

const OTHERS: &str = "another module or the upstream may set headers here";

/// States what holds of a level, whichever program serves it.
pub(super) fn state(one: &mut Observation, whole: &Whole<'_>, server: &Server<'_>, level: &Level<'_>, number: usize) {
    let answers = answers(server, level);
    let tls = listens(server.node).iter().any(|listen| listen.tls);
    let is_static = level.matching.as_ref().is_some_and(is_static);
    one.set("whole_server", level.parent.is_none());
    one.set("answers", answers);
    one.set("tls", tls);
    one.set("serves_pages", answers && !level.returns_only && !is_static && !level.is_if);
    headers(one, level);
    access_facts(one, server, level, whole);
    values(one, whole, level, number);
    one.set("listing", level.state.is_on("autoindex"));
    one.set("backtracking", matches!(&level.matching, Some(Matching::Pattern(pattern, _)) if backtracks(pattern)));
    let status = ["stub_status", "status", "api", "vhost_traffic_status_display"]
        .iter()
        .any(|name| level.own(name).next().is_some());
    one.set("status_endpoint", status);
    let limit = level.state.word("client_max_body_size").map_or(Some(1024 * 1024), bytes);
    match limit {
        Some(limit) => one.set("body_limit_bytes", limit),
        None => one.unknown("body_limit_bytes", "client_max_body_size is no size"),
    };
    if level.parent.is_none() {
        leftovers(one, whole, server);
    }
}

/// Whether a request can end at this level: a server's own level is never reached where `/` is a location, and one that
/// closes the connection (444, a handshake that is refused) answers nothing.
fn answers(server: &Server<'_>, level: &Level<'_>) -> bool {
    let closes = level.own("return").any(|node| node.arguments.first().is_some_and(|code| code == "444"));
    let refuses = server
        .node
        .block
        .iter()
        .flatten()
        .any(|node| node.name == "ssl_reject_handshake" && node.arguments.first().is_some_and(|word| word == "on"));
    if closes || refuses {
        return false;
    }
    if matches!(level.matching, Some(Matching::Named(_))) || level.own("internal").next().is_some() {
        return false;
    }
    let covered = |other: &Level<'_>| {
        other.parent == Some(0) && matches!(&other.matching, Some(Matching::Prefix(path, _)) if path == "/")
    };
    level.parent.is_some() || level.returns_only || !server.levels.iter().any(covered)
}

fn is_proxied(level: &Level<'_>) -> bool {
    let passes =
        ["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "content_by_lua_block", "js_content"];
    passes.iter().any(|name| level.own(name).next().is_some())
}

fn headers(one: &mut Observation, level: &Level<'_>) {
    let state = &level.state;
    let open = state.opaque_headers || is_proxied(level);
    let security = || state.headers.iter().filter(|header| SECURITY.contains(&header.name.as_str()));
    let without: BTreeSet<&str> =
        security().filter(|header| !header.always).map(|header| header.name.as_str()).collect();
    one.set("headers_without_always", Value::texts(without));
    let has = |name: &str| state.header(name).next().is_some();
    let framed = has("x-frame-options")
        || state.header("content-security-policy").any(|header| header.value.contains("frame-ancestors"));
    let missing: Vec<&str> = [
        ("x-content-type-options", has("x-content-type-options")),
        ("referrer-policy", has("referrer-policy")),
        ("x-frame-options", framed),
    ]
    .into_iter()
    .filter_map(|(name, there)| (!there).then_some(name))
    .collect();
    if missing.is_empty() || !open {
        one.set("headers_missing", Value::texts(missing));
    } else {
        one.unknown("headers_missing", OTHERS);
    }
    match state.header("strict-transport-security").next() {
        Some(header) if header.value.contains('$') => {
            one.unknown("hsts_max_age_seconds", "its value is a variable");
        }
        Some(header) => {
            let seconds = hsts(&header.value).map_or(0, |read| read.max_age_seconds);
            one.set("hsts_max_age_seconds", i64::try_from(seconds).unwrap_or(i64::MAX));
        }
        None if open => {
            one.unknown("hsts_max_age_seconds", OTHERS);
        }
        None => {
            one.set("hsts_max_age_seconds", 0);
        }
    }
    csp(one, state);
    cors(one, state);
    let mut by_name: BTreeMap<&str, Vec<&Header<'_>>> = BTreeMap::new();
    for header in security().filter(|header| header.name != "content-security-policy") {
        by_name.entry(header.name.as_str()).or_default().push(header);
    }
    let twice = by_name.iter().filter(|(_, headers)| headers.len() > 1).map(|(name, _)| *name);
    one.set("headers_twice", Value::texts(twice));
    let broken: BTreeSet<&str> = state
        .headers
        .iter()
        .chain(state.request_headers.iter())
        .filter(|header| header.value.contains(['\n', '\r']))
        .map(|header| header.name.as_str())
        .collect();
    one.set("headers_with_line_break", Value::texts(broken));
    one.related.extend(
        security()
            .take(12)
            .map(|header| Related { location: header.node.location(), note: format!("sets {}", header.name) }),
    );
}

fn csp(one: &mut Observation, state: &State<'_>) {
    let values: Vec<&str> = state.header("content-security-policy").map(|header| header.value.as_str()).collect();
    one.set("csp", !values.is_empty());
    if values.iter().any(|value| value.contains('$')) {
        one.unknown("csp_unsafe", "its value is a variable");
        return;
    }
    one.set("csp_unsafe", Value::texts(unsafe_words(&values)));
}

/// What decides which origin may read answers: `none`, `fixed`, `any`, `reflected`.
fn cors(one: &mut Observation, state: &State<'_>) {
    let word = match state.header("access-control-allow-origin").next().map(|header| header.value.as_str()) {
        None => "none",
        Some("*") => "any",
        Some(value) if !value.contains('$') => "fixed",
        Some(value) if names(value).iter().any(|name| name == "http_origin") => "reflected",
        Some(_) => {
            one.unknown("cors", "the origin comes from a variable");
            return;
        }
    };
    let credentials = state.header("access-control-allow-credentials").any(|header| header.value == "true");
    one.set("cors", word).set("cors_credentials", credentials);
}

fn access_facts(one: &mut Observation, server: &Server<'_>, level: &Level<'_>, whole: &Whole<'_>) {
    let access = access::of(&level.state);
    one.set("restricted", access.is_restricted());
    one.set("rules_unreachable", Value::texts(access.unreachable.clone()));
    one.set("allow_without_deny", access.allow_without_deny);
    one.set("password_skipped", access.password_skipped);
    if let Some(rule) = level.state.rules.first() {
        one.related.push(Related { location: rule.node.location(), note: "the first access rule in force".to_owned() });
    }
    // `location = /admin` alone leaves /admin/ to whoever answers it.
    let Some(Matching::Exact(path)) = &level.matching else {
        one.set("exact_only", false);
        return;
    };
    let own_rules = ["allow", "deny", "auth_basic", "auth_request"].iter().any(|name| level.own(name).next().is_some());
    if !own_rules || !access.is_restricted() || path.rsplit('/').next().is_some_and(|last| last.contains('.')) {
        one.set("exact_only", false);
        return;
    }
    match answering(&server.levels, &whole.patterns, &format!("{}/x", path.trim_end_matches('/'))) {
        Answer::Level(number) => {
            let below = server.levels.get(number);
            one.set(
                "exact_only",
                below.is_some_and(|below| !access::of(&below.state).is_restricted() && !refuses(below)),
            );
        }
        Answer::Open => {
            one.unknown("exact_only", "a regular expression that cannot be evaluated here may answer this path");
        }
    }
}

/// What a client's text reaches: headers, redirects.
fn values(one: &mut Observation, whole: &Whole<'_>, level: &Level<'_>, number: usize) {
    let any_name = whole.sockets.iter().any(|socket| socket.default == number && socket.servers.contains(&number));
    let mut to_host = BTreeSet::new();
    let mut broken = BTreeSet::new();
    let patterns: Vec<&str> = level
        .matching
        .iter()
        .filter_map(|matching| match matching {
            Matching::Pattern(pattern, _) => Some(pattern.as_str()),
            _ => None,
        })
        .chain(level.own("rewrite").filter_map(|node| node.arguments.first()).map(String::as_str))
        .collect();
    let captures = captures_with_line_breaks(&patterns);
    let is_broken =
        |name: &String| matches!(name.as_str(), "uri" | "document_uri" | "request_filename") || captures.contains(name);
    for node in level.own("return").chain(level.own("rewrite")) {
        let Some(target) = node.arguments.get(1).or_else(|| node.arguments.first()) else { continue };
        if target.contains("://") {
            let host = redirect_host(target);
            to_host.extend(whole.variables.origins(host).into_iter().filter(|name| is_client_host(name, any_name)));
        } else if target.starts_with('$')
            && names(target).first().is_some_and(|name| name.starts_with("arg_") || name.starts_with("http_"))
        {
            to_host.extend(names(target).first().cloned());
        }
        // The text of another status is a body, and no header.
        let redirects = node.arguments.len() == 1
            || node
                .arguments
                .first()
                .is_some_and(|code| matches!(code.as_str(), "301" | "302" | "303" | "307" | "308"));
        if node.name == "return" && redirects {
            broken.extend(whole.variables.origins(target).into_iter().filter(is_broken));
        }
    }
    // A request to another server is a text of lines as well, and a target with a variable is sent as it is.
    for name in ["proxy_pass", "grpc_pass"] {
        for target in level.own(name).filter_map(|node| node.arguments.first()) {
            broken.extend(whole.variables.origins(target).into_iter().filter(is_broken));
        }
    }
    for target in level.own("rewrite").filter_map(|node| node.arguments.get(1)).filter(|target| target.contains("://"))
    {
        let decoded = |name: &String| matches!(name.as_str(), "uri" | "document_uri");
        broken.extend(whole.variables.origins(target).into_iter().filter(decoded));
    }
    for name in ["add_header", "proxy_set_header"] {
        for node in level.own(name) {
            if let Some(value) = node.arguments.get(1) {
                broken.extend(whole.variables.origins(value).into_iter().filter(is_broken));
            }
        }
    }
    let shown = |names: BTreeSet<String>| Value::texts(names.into_iter().map(|name| format!("${name}")));
    one.set("redirect_hosts_of_client", shown(to_host));
    one.set("line_breaks_of_client", shown(broken));
}

/// Leftovers that a server would hand out if they were there.
fn leftovers(one: &mut Observation, whole: &Whole<'_>, server: &Server<'_>) {
    let mut served = Vec::new();
    for path in LEFTOVERS {
        match answering(&server.levels, &whole.patterns, path) {
            Answer::Level(number) => {
                let Some(level) = server.levels.get(number) else { continue };
                let serves = level.state.root.is_some() && !is_proxied(level) && !level.returns_only;
                if serves && !refuses(level) && !access::of(&level.state).is_restricted() {
                    served.push(path);
                }
            }
            Answer::Open => {
                one.unknown("leftovers_served", "a regular expression that cannot be evaluated here may answer");
                return;
            }
        }
    }
    one.set("leftovers_served", Value::texts(served));
}

pub(super) fn refuses(level: &Level<'_>) -> bool {
    level.own("return").any(|node| node.arguments.first().is_some_and(|code| code.starts_with('4')))
        || access::of(&level.state).closed
}

/// A size as nginx writes it: `10m`, `1k`, `2g`, `500`.
fn bytes(text: &str) -> Option<i64> {
    let (digits, factor) = match text.chars().next_back()?.to_ascii_lowercase() {
        'k' => (&text[..text.len() - 1], 1024),
        'm' => (&text[..text.len() - 1], 1024 * 1024),
        'g' => (&text[..text.len() - 1], 1024 * 1024 * 1024),
        _ => (text, 1),
    };
    digits.parse::<i64>().ok().and_then(|number| number.checked_mul(factor))
}
