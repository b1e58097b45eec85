//! What is not known because a placeholder was not filled in, or because a file is only a part: fields become unknown,
//! never a pass on what could not be read. Comments that give a reason are set beside what they stand above.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::include::Read;
use super::kinds::{SERVER, SOCKET};
use super::model::{Level, Server};
use super::tree::{Block, Node};
use crate::model::{Location, Observation, Related};
use crate::syntax::nginx::Remark;

const HEADERS: &[&str] = &[
    "headers_without_always",
    "headers_missing",
    "headers_twice",
    "headers_with_line_break",
    "hsts_max_age_seconds",
    "csp",
    "csp_unsafe",
    "cors",
    "cors_credentials",
    "headers_lost",
    "line_breaks_of_client",
];
const ACCESS: &[&str] = &[
    "restricted",
    "rules_unreachable",
    "allow_without_deny",
    "password_skipped",
    "exact_only",
    "rules_weakened",
    "return_before_rules",
    "bypasses",
    "slashes_open",
];
const LOGS: &[&str] = &["logging", "logs", "lost_logs"];

/// Directives, and the fields that rest on them.
const FIELDS: [(&[&str], &[&str]); 19] = [
    (&["add_header", "add_header_inherit"], HEADERS),
    (&["proxy_set_header"], &["request_headers_lost", "headers_with_line_break", "line_breaks_of_client"]),
    (&["allow", "deny", "auth_basic", "auth_request", "auth_jwt", "satisfy"], ACCESS),
    (
        &["return", "rewrite"],
        &["redirect_hosts_of_client", "line_breaks_of_client", "plain_only_redirects", "return_before_rules"],
    ),
    (&["ssl_protocols"], &["protocols", "protocols_old", "settings_without_effect"]),
    (&["ssl_ciphers"], &["ciphers_weak"]),
    (&["ssl_session_tickets"], &["session_tickets"]),
    (&["ssl_session_cache", "ssl_session_ticket_key"], &["ticket_keys_rotated"]),
    (&["ssl_stapling", "ssl_stapling_file", "resolver"], &["stapling", "stapling_complete"]),
    (&["listen"], &["tls", "plain", "plain_only_redirects", "protocols", "protocols_old", "listens", "unknown_names"]),
    (&["server_name"], &["names", "unknown_names"]),
    (&["set_real_ip_from"], &["real_ip_open"]),
    (&["server_tokens"], &["version_hidden"]),
    (&["dav_methods"], &["methods_open"]),
    (&["autoindex"], &["listing"]),
    (&["client_max_body_size"], &["body_limit_bytes"]),
    (&["access_log"], LOGS),
    (&["root", "alias"], &["root", "alias_traversal", "leftovers_served"]),
    (
        &["proxy_pass", "grpc_pass", "proxy_ssl_verify", "location"],
        &["chosen_by_client", "verified", "exact_only", "leftovers_served", "bypasses", "backtracking"],
    ),
];

/// Whether a word waits for a value of the environment: `${NAME}` in capitals is no variable of nginx.
pub(super) fn is_placeholder(word: &str) -> bool {
    let mut rest = word;
    while let Some(at) = rest.find("${") {
        rest = &rest[at + 2..];
        let Some(end) = rest.find('}') else { return false };
        let is_name = |one: char| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_';
        if end > 0 && rest[..end].chars().all(is_name) && rest.starts_with(|one: char| one.is_ascii_uppercase()) {
            return true;
        }
    }
    false
}

/// Names of the directives with placeholders directly in a block; `*` for one that may be anything.
fn open_names(block: &Block) -> BTreeSet<&str> {
    let name = |node: &'_ Node| -> bool { node.name.contains("{{") || node.name.contains("{%") };
    block.iter().filter(|node| node.template).map(|node| if name(node) { "*" } else { node.name.as_str() }).collect()
}

/// Names of the directives with placeholders that are in force at a level.
fn in_force<'a>(around: &BTreeSet<&'a str>, server: &Server<'a>, level: &Level<'a>) -> BTreeSet<&'a str> {
    let mut names = around.clone();
    let mut number = Some(level);
    while let Some(one) = number {
        names.extend(one.place.block.iter().flat_map(open_names));
        if one.place.template {
            names.insert(one.place.name.as_str());
        }
        number = one.parent.and_then(|parent| server.levels.get(parent));
    }
    names
}

/// Names of the directives with placeholders outside all servers.
pub(super) fn around(directives: &Block) -> BTreeSet<&str> {
    let https = directives.iter().filter(|node| node.name == "http").filter_map(|node| node.block.as_ref());
    https.chain([directives]).flat_map(open_names).collect()
}

/// Takes back what rests on placeholders or on what is around a part, and adds the remarks of the level.
pub(super) fn hold_back<'a>(
    seen: &mut [Observation],
    read: &Read,
    around: &BTreeSet<&'a str>,
    server: &Server<'a>,
    level: Option<&Level<'a>>,
) {
    let Some(level) = level else { return };
    let names = if read.has_placeholders { in_force(around, server, level) } else { BTreeSet::new() };
    let remarks = remarks_of(&read.remarks, level.place);
    for one in seen {
        if !names.is_empty() {
            hide(one, &names);
        }
        if read.fragment {
            hide_around(one);
        }
        one.related.extend(remarks.iter().cloned());
    }
}

/// Makes unknown what rests on placeholders.
fn hide(seen: &mut Observation, names: &BTreeSet<&str>) {
    for (directives, fields) in &FIELDS {
        if names.contains("*") || directives.iter().any(|name| names.contains(name)) {
            take(seen, fields, "it rests on a placeholder that was not filled in");
        }
    }
}

/// Makes unknown what the levels around a part would decide.
fn hide_around(seen: &mut Observation) {
    let reason = "this file is a part of a configuration: what is around it is not known";
    let around = ["tls", "answers", "serves_pages", "headers_missing", "hsts_max_age_seconds", "root", "restricted"];
    take(seen, &around, reason);
    take(seen, &["body_limit_bytes", "exact_only", "leftovers_served", "password_skipped", "csp", "cors"], reason);
    take(seen, LOGS, reason);
}

/// Whether a kind says something that a part cannot say.
pub(super) fn is_of_whole(kind: &str) -> bool {
    matches!(kind, SERVER | SOCKET | super::kinds::NGINX_SERVER)
}

fn take(seen: &mut Observation, fields: &[&str], reason: &str) {
    for field in fields {
        if seen.fields.remove(*field).is_some() {
            seen.unknown(field, reason);
        }
    }
}

/// The remarks above a level or above one of its own directives, as places beside an observation of it.
fn remarks_of(remarks: &[(Arc<str>, Remark)], place: &Node) -> Vec<Related> {
    if remarks.is_empty() {
        return Vec::new();
    }
    let own = || std::iter::once(place).chain(place.block.iter().flatten().filter(|node| node.block.is_none()));
    let fits = |(file, remark): &&(Arc<str>, Remark)| {
        own().any(|node| node.file == *file && node.line == remark.directive_line)
    };
    let shown = remarks.iter().filter(fits).map(|(file, remark)| Related {
        location: Location::file(file.as_ref(), remark.line, 1),
        note: Related::remark(&remark.check, &remark.reason),
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_in_braces_wait_for_a_value() {
        assert!(is_placeholder("http://${UPSTREAM_HOST}:80"));
        assert!(!is_placeholder("${host}${X"));
        assert!(!is_placeholder("$UPSTREAM"));
    }
}
