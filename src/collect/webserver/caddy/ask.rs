//! One request against matcher sets and placeholders, in Kleene's logic.

use std::net::IpAddr;

use serde_json::Value;

use super::super::network::in_network;
use super::super::routing::Patterns;

/// One request, as far as matchers may ask of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) tls: bool,
    pub(super) port: u16,
    pub(super) source: IpAddr,
    /// All other request headers; `None` where the client may send anything.
    pub(super) headers: Option<Vec<(String, String)>>,
}

impl Ask {
    pub(super) fn uri(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// Whether one of the sets of a route matches; a route without any matches everything.
pub(super) fn matches(patterns: &Patterns, sets: Option<&Value>, ask: &Ask) -> Option<bool> {
    let Some(sets) = sets.and_then(Value::as_array).filter(|sets| !sets.is_empty()) else { return Some(true) };
    any(sets.iter().map(|set| set_matches(patterns, set, ask)))
}

fn any(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut found = Some(false);
    for one in all {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => found = None,
        }
    }
    found
}

fn set_matches(patterns: &Patterns, set: &Value, ask: &Ask) -> Option<bool> {
    let mut all = Some(true);
    for (name, value) in set.as_object()? {
        match one(patterns, name, value, ask) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

fn one(patterns: &Patterns, name: &str, value: &Value, ask: &Ask) -> Option<bool> {
    let texts = || value.as_array().into_iter().flatten().filter_map(Value::as_str);
    match name {
        "host" => Some(texts().any(|pattern| is_host(pattern, &ask.host))),
        "path" => any(texts().map(|pattern| is_path(pattern, &ask.path))),
        "method" => Some(texts().any(|method| method.eq_ignore_ascii_case(&ask.method))),
        "protocol" => match value.as_str()? {
            "https" => Some(ask.tls),
            "http" => Some(!ask.tls),
            _ => None,
        },
        "path_regexp" => patterns.is_match(value.get("pattern")?.as_str()?, false, &ask.path),
        "remote_ip" | "client_ip" => {
            if value.get("forwarded").is_some() && ask.headers.is_none() {
                return None;
            }
            let ranges = value.get("ranges")?.as_array()?;
            any(ranges.iter().map(|range| in_network(range.as_str()?, ask.source)))
        }
        "not" => any(value.as_array()?.iter().map(|set| set_matches(patterns, set, ask))).map(|holds| !holds),
        "header" => {
            let headers = ask.headers.as_ref()?;
            for (field, wanted) in value.as_object()? {
                let field = field.to_ascii_lowercase();
                let own = headers.iter().find(|(name, _)| *name == field).map(|(_, value)| value.as_str());
                let holds = wanted.as_array().into_iter().flatten().filter_map(Value::as_str).any(|wanted| {
                    own.is_some_and(|own| match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
                        (Some(rest), Some(_)) => own.contains(rest.trim_end_matches('*')),
                        (Some(end), None) => own.ends_with(end),
                        (None, Some(begin)) => own.starts_with(begin),
                        (None, None) => own == wanted,
                    })
                });
                if !holds {
                    return Some(false);
                }
            }
            Some(true)
        }
        "query" => {
            for (key, wanted) in value.as_object()? {
                let pairs = ask.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
                let own: Vec<&str> = pairs.filter(|(name, _)| *name == key.as_str()).map(|(_, value)| value).collect();
                let mut wanted = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
                if !wanted.any(|wanted| (wanted == "*" && !own.is_empty()) || own.contains(&wanted)) {
                    return Some(false);
                }
            }
            Some(true)
        }
        _ => None,
    }
}

/// A host by its labels; `*` stands for one of them.
fn is_host(pattern: &str, host: &str) -> bool {
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(host, _)| host);
    if !pattern.contains('*') {
        return pattern.eq_ignore_ascii_case(host);
    }
    let (wanted, own): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), host.split('.').collect());
    wanted.len() == own.len()
        && wanted.iter().zip(own).all(|(wanted, own)| *wanted == "*" || wanted.eq_ignore_ascii_case(own))
}

/// A path without regard to case; stars at the ends stand for anything, in between for anything but a slash.
fn is_path(pattern: &str, path: &str) -> Option<bool> {
    if pattern.contains('{') || pattern.contains('%') {
        return None;
    }
    let (pattern, path) = (pattern.to_ascii_lowercase(), cleaned(&path.to_ascii_lowercase(), pattern.contains("//")));
    if pattern == "*" {
        return Some(true);
    }
    let inner = pattern.trim_start_matches('*').trim_end_matches('*');
    if !inner.contains(['*', '?', '[']) {
        return Some(match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
            (Some(_), Some(_)) => path.contains(inner),
            (Some(end), None) => path.ends_with(end),
            (None, Some(begin)) => path.starts_with(begin),
            (None, None) => path == pattern,
        });
    }
    let (wanted, own): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    Some(
        wanted.len() == own.len()
            && wanted.iter().zip(own).all(|(wanted, own)| crate::syntax::glob::matches(wanted, own)),
    )
}

/// A path without empty and dotted parts.
fn cleaned(path: &str, keeps_slashes: bool) -> String {
    if keeps_slashes || !(path.contains("//") || path.contains("/.")) {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let end = if path.ends_with('/') && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
}

/// A text with placeholders filled in; `None` where one is not known.
pub(super) fn filled(text: &str, ask: &Ask) -> Option<String> {
    let mut found = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        found.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('}') else { break };
        let name = &rest[at + 1..at + end];
        let host = ask.host.rsplit_once(':').map_or(ask.host.as_str(), |(host, _)| host);
        found.push_str(&match name {
            "http.request.host" => host.to_owned(),
            "http.request.hostport" => ask.host.clone(),
            "http.request.uri" => ask.uri(),
            "http.request.uri.path" => ask.path.clone(),
            "http.request.uri.query" => ask.query.clone(),
            "http.request.method" => ask.method.clone(),
            "http.request.scheme" => if ask.tls { "https" } else { "http" }.to_owned(),
            "http.request.port" => ask.port.to_string(),
            "http.request.remote.host" => ask.source.to_string(),
            _ => return None,
        });
        rest = &rest[at + end + 1..];
    }
    found.push_str(rest);
    Some(found)
}
