//! What nginx alone has at a level: what its rules of inheritance lose, aliases, expressions that answer before a guard, `if`.

use std::collections::BTreeSet;

use super::access;
use super::kinds::NGINX_LOCATION;
use super::level_facts::refuses;
use super::location::Matching;
use super::model::{Level, Server, Whole, seen as observation, subject};
use super::state::Header;
use super::tree::Node;
use super::variable::groups;
use crate::model::{Observation, Related, Value};

/// The observation of one level.
pub(super) fn seen(whole: &Whole<'_>, server: &Server<'_>, level: &Level<'_>) -> Observation {
    let locus = level.name.strip_prefix(&server.name).unwrap_or_default();
    let mut one = observation(
        NGINX_LOCATION,
        subject(whole.main, &format!("server[{}]{locus}", server.name)),
        level.place,
        &level.chain,
    );
    let outer = level.parent.and_then(|parent| server.levels.get(parent)).map_or(&server.outer, |parent| &parent.state);
    let response = lost(&mut one.related, &outer.headers, &level.state.headers);
    let request = lost(&mut one.related, &outer.request_headers, &level.state.request_headers);
    one.set("headers_lost", Value::texts(response)).set("request_headers_lost", Value::texts(request));
    if let Some(node) = level.own("add_header").next().filter(|_| !one.texts("headers_lost").is_empty()) {
        level.point_to(&mut one, node);
    }
    let alias = level.own("alias").next();
    let traversal = alias.and_then(|node| node.arguments.first()).is_some_and(|target| match &level.matching {
        // `/files` also matches `/files../`, and `/files-of-others` where the alias has no slash either.
        Some(Matching::Prefix(path, _)) => !path.ends_with('/'),
        Some(Matching::Pattern(pattern, _)) => leads_out(pattern, target),
        _ => false,
    });
    one.set("alias_traversal", traversal);
    if let Some(node) = alias.filter(|_| traversal) {
        one.related.push(Related { location: node.location(), note: "the alias".to_owned() });
    }
    let own_rules = || level.own("allow").chain(level.own("deny")).chain(level.own("auth_basic"));
    // A status without a text of its own tells nobody anything.
    let answers = |node: &&Node| {
        node.arguments.get(1).is_some_and(|text| !text.is_empty())
            || node.arguments.first().is_none_or(|code| !code.starts_with('4'))
    };
    let redirects = |node: &&Node| {
        let is_absolute = node
            .arguments
            .get(1)
            .is_some_and(|target| ["http://", "https://", "$scheme"].iter().any(|start| target.starts_with(start)));
        is_absolute || node.arguments.last().is_some_and(|flag| flag == "permanent" || flag == "redirect")
    };
    let returns = level.own("return").find(answers).or_else(|| level.own("rewrite").find(redirects));
    // What only the server itself sends a request to comes after the rules of where it was.
    let is_inner = matches!(level.matching, Some(Matching::Named(_))) || level.own("internal").next().is_some();
    one.set("return_before_rules", returns.is_some() && !is_inner && access::of(&level.state).is_restricted());
    one.set("rules_weakened", access::is_weaker(outer, &level.state));
    if let Some(node) = own_rules().next() {
        one.related.push(Related { location: node.location(), note: "its own access rules".to_owned() });
    }
    regex_bypass(&mut one, whole, server, level);
    let mut in_if = BTreeSet::new();
    for block in level.own("if").filter(|_| level.parent.is_some()) {
        for node in block.block.iter().flatten() {
            if !matches!(node.name.as_str(), "return" | "rewrite" | "set" | "break" | "access_log") {
                in_if.insert(node.name.as_str().to_owned());
            }
        }
    }
    one.set("directives_in_if", Value::texts(in_if));
    one
}

/// Whether a capture of a location's expression can lead an alias out of its folder: it may begin with `..` where no slash stands
/// before it, or go on with the name of another folder where the alias has none.
fn leads_out(pattern: &str, target: &str) -> bool {
    let groups = placed_groups(pattern);
    groups.iter().enumerate().any(|(number, (before, name, body))| {
        let named = name.as_ref().map(|name| format!("${name}"));
        let used = [Some(format!("${}", number + 1)), named].into_iter().flatten().find_map(|word| target.find(&word));
        let Some(at) = used else { return false };
        // A capture that begins with a slash is a path of its own, and `..` in a path was resolved before.
        if body.starts_with('/') {
            return false;
        }
        let takes_dots = [".*", ".+", r"\W", r"\S", "[^"].iter().any(|part| body.contains(part))
            && !["[^.", r"[^\.", "[^/."].iter().any(|part| body.contains(part));
        let takes_slash = takes_dots && !body.contains("[^/");
        let free = !before.ends_with('/') && takes_slash;
        let beside = !target[..at].ends_with('/') && takes_dots;
        free || beside
    })
}

/// The capturing groups of a pattern: what stands before each of them, its name, and its content.
fn placed_groups(pattern: &str) -> Vec<(String, Option<String>, String)> {
    let all = groups(pattern);
    let mut rest = 0;
    let placed = all.into_iter().map(|(name, body)| {
        let at = pattern[rest..].find(&body).map_or(rest, |at| rest + at);
        let before = pattern[..at].rsplit_once('(').map_or("", |(before, _)| before).to_owned();
        rest = at;
        (before, name, body)
    });
    placed.collect()
}

/// Names that are in force outside, and neither set again nor kept inside.
fn lost(related: &mut Vec<Related>, outer: &[Header<'_>], inner: &[Header<'_>]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for header in outer.iter().filter(|header| !inner.iter().any(|other| other.name == header.name)) {
        if found.insert(header.name.clone()) {
            let note = format!("{} is set here and lost inside", header.name);
            related.push(Related { location: header.node.location(), note });
        }
    }
    found.into_iter().collect()
}

/// Regular expressions that answer paths below a restricted prefix without its limits.
fn regex_bypass(one: &mut Observation, whole: &Whole<'_>, server: &Server<'_>, level: &Level<'_>) {
    let Some(Matching::Prefix(prefix, false)) = &level.matching else {
        one.set("bypasses", Value::texts(Vec::<String>::new()));
        return;
    };
    let is_guarded = access::of(&level.state).is_restricted() && level.parent == Some(0) && prefix != "/";
    let mut found = Vec::new();
    if is_guarded {
        for other in server.levels.iter().filter(|other| other.parent == Some(0)) {
            let Some(Matching::Pattern(pattern, insensitive)) = &other.matching else { continue };
            if access::of(&other.state).is_restricted() || refuses(other) {
                continue;
            }
            let tries = ["x.php", "x.png", "x.css", "x.js", "x.html", "x.txt", "x"];
            let below = tries.iter().map(|name| format!("{}/{name}", prefix.trim_end_matches('/')));
            for path in below {
                match whole.patterns.is_match(pattern, *insensitive, &path) {
                    Some(true) => {
                        found.push(format!("~ {pattern}"));
                        let note = "answers without these limits".to_owned();
                        one.related.push(Related { location: other.place.location(), note });
                        break;
                    }
                    Some(false) => {}
                    None => {
                        one.unknown("bypasses", "a regular expression that cannot be evaluated here may answer");
                        return;
                    }
                }
            }
        }
    }
    one.set("bypasses", Value::texts(found));
}
