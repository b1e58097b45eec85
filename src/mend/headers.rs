//! Response headers, and headers to an upstream.

use super::place::{around, behind, first_in, noted, path, quoted, source, texts, without};
use super::{Edit, Files, Source, edit};
use crate::model::Finding;
use crate::syntax::nginx::Directive;

const HSTS: &str = "max-age=31536000; includeSubDomains";

/// The lost headers are set again where the level sets its own.
pub(super) fn lost(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    set_again(finding, files, "add_header", &texts(finding, "headers_lost"))
}

/// The same for what is sent to the upstream.
pub(super) fn lost_request(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    set_again(finding, files, "proxy_set_header", &texts(finding, "request_headers_lost"))
}

fn set_again(finding: &Finding, files: &Files<'_>, name: &str, lost: &[String]) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    // The finding is at the header that replaces the others, or at the level that holds it.
    let last = way.last()?;
    let anchor =
        if last.name == name { *last } else { last.block.iter().flatten().find(|directive| directive.name == name)? };
    let mut lines = Vec::new();
    for header in lost {
        let place = noted(finding, &format!("{header} is set here and lost inside"))?;
        let outer = source(place, files)?;
        let directive = *path(&outer, place)?.last()?;
        lines.push(outer.slice(directive.span.clone()));
    }
    if lines.iter().any(|line| line.contains('\n')) {
        return None;
    }
    // One edit for all: two at one place would have no order.
    let mut edits: Vec<Edit> = lines.iter().map(|line| behind(&own, anchor, line)).collect();
    let text: String = edits.iter().map(|edit| edit.text.as_str()).collect();
    let mut first = edits.drain(..).next()?;
    first.text = text;
    Some(vec![first])
}

/// `always` behind each header that error answers lack.
pub(super) fn always(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for header in texts(finding, "headers_without_always") {
        for related in finding.related.iter().filter(|related| related.note == format!("sets {header}")) {
            let own = source(&related.location, files)?;
            let directive = *path(&own, &related.location)?.last()?;
            if directive.name == "add_header" && directive.words.len() == 3 {
                let end = directive.words.last()?.end;
                edits.push(edit(&own, end..end, " always"));
            }
        }
    }
    Some(edits)
}

/// A line break in a value becomes a blank.
pub(super) fn line_break(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let broken = texts(finding, "headers_with_line_break");
    let own = source(&finding.location, files)?;
    let mut edits = Vec::new();
    for level in path(&own, &finding.location)? {
        for directive in level.block.iter().flatten() {
            let [name, value, ..] = directive.arguments.as_slice() else { continue };
            let is_header = matches!(directive.name.as_str(), "add_header" | "proxy_set_header");
            if is_header && broken.contains(&name.to_ascii_lowercase()) && value.contains(['\n', '\r']) {
                let parts: Vec<&str> =
                    value.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect();
                edits.push(edit(&own, directive.words.get(2)?.clone(), quoted(&parts.join(" "))));
            }
        }
    }
    Some(edits)
}

/// Of a header that is set twice the first stays.
pub(super) fn duplicate(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for header in texts(finding, "headers_twice") {
        let places = finding.related.iter().filter(|related| related.note == format!("sets {header}"));
        for related in places.skip(1) {
            let own = source(&related.location, files)?;
            let directive = *path(&own, &related.location)?.last()?;
            edits.push(without(&own, directive));
        }
    }
    Some(edits)
}

/// The headers that no level sets, beside those that one sets.
pub(super) fn missing(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let lines: Vec<String> = texts(finding, "headers_missing")
        .iter()
        .filter_map(|name| match name.as_str() {
            "x-content-type-options" => Some("add_header X-Content-Type-Options nosniff always;".to_owned()),
            "referrer-policy" => Some("add_header Referrer-Policy strict-origin-when-cross-origin always;".to_owned()),
            "x-frame-options" => Some("add_header X-Frame-Options SAMEORIGIN always;".to_owned()),
            _ => None,
        })
        .collect();
    added(finding, files, &lines)
}

/// HSTS for a year: a value that is too short is replaced, a missing one added.
pub(super) fn hsts(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    if let Some(place) = noted(finding, "sets strict-transport-security") {
        let own = source(place, files)?;
        let directive = *path(&own, place)?.last()?;
        return Some(vec![edit(&own, directive.words.get(2)?.clone(), format!("\"{HSTS}\""))]);
    }
    added(finding, files, &[format!("add_header Strict-Transport-Security \"{HSTS}\" always;")])
}

/// Words that let anything run are taken out of the policy.
pub(super) fn csp(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let words = texts(finding, "csp_unsafe");
    if words.is_empty() {
        let line = "add_header Content-Security-Policy \"default-src 'self'; object-src 'none'; base-uri 'none'; \
                    frame-ancestors 'self'\" always;";
        return added(finding, files, &[line.to_owned()]);
    }
    let mut edits = Vec::new();
    for related in finding.related.iter().filter(|related| related.note == "sets content-security-policy") {
        let own = source(&related.location, files)?;
        let directive = *path(&own, &related.location)?.last()?;
        let value = directive.arguments.get(1)?;
        let kept = value.split(';').map(|part| kept_of(part, &words)).collect::<Vec<_>>().join(";");
        if kept != *value {
            edits.push(edit(&own, directive.words.get(2)?.clone(), format!("\"{}\"", kept.replace('"', "\\\""))));
        }
    }
    Some(edits)
}

/// One directive of a policy without words that let anything run; where none is left, nothing runs.
fn kept_of(part: &str, words: &[String]) -> String {
    let mut inner = part.split_whitespace();
    let Some(name) = inner.next() else { return part.to_owned() };
    if !matches!(name.to_ascii_lowercase().as_str(), "script-src" | "script-src-elem" | "default-src") {
        return part.to_owned();
    }
    let all: Vec<&str> = inner.collect();
    let kept: Vec<&str> = all.iter().copied().filter(|word| !words.contains(&word.to_ascii_lowercase())).collect();
    if kept.len() == all.len() {
        return part.to_owned();
    }
    let blank = if part.starts_with(' ') { " " } else { "" };
    let kept = if kept.is_empty() { "'self'".to_owned() } else { kept.join(" ") };
    format!("{blank}{name} {kept}")
}

/// Lines beside the headers in force; where there are none, in the server, so that every location has them.
fn added(finding: &Finding, files: &Files<'_>, lines: &[String]) -> Option<Vec<Edit>> {
    if lines.is_empty() {
        return None;
    }
    let text = |own: &Source, anchor: Option<&Directive>, block: Option<&Directive>| {
        let mut edits = lines.iter().map(|line| match (anchor, block) {
            (Some(anchor), _) => Some(behind(own, anchor, line)),
            (None, Some(block)) => first_in(own, block, line),
            (None, None) => None,
        });
        let mut first = edits.next()??;
        for edit in edits {
            first.text.push_str(&edit?.text);
        }
        Some(vec![first])
    };
    if let Some(related) = finding.related.iter().find(|related| related.note.starts_with("sets ")) {
        let own = source(&related.location, files)?;
        let anchor = *path(&own, &related.location)?.last()?;
        return text(&own, Some(anchor), None);
    }
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    // A header that is none of security's would be in force here, and has to stay so.
    let level = way.iter().rev().find(|level| level.block.iter().flatten().any(|one| one.name == "add_header"));
    match level {
        Some(level) => {
            let anchor = level.block.iter().flatten().rfind(|one| one.name == "add_header");
            text(&own, anchor, None)
        }
        None => text(&own, None, around(&way, "server")),
    }
}
