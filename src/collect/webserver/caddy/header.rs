//! The headers of one answer: changes that hold at once in their order, then those that wait for the answer, the last one first.

use serde_json::{Map, Value};

use super::super::served::{Known, REFLECTED, SetHeader};
use super::answer::{Outcome, What};
use super::ask::{Ask, filled};
use super::read::Node;

const VARIABLE: &str = "its value is a variable";
const EDITED: &str = "its value is edited";

/// What changes of headers come to.
#[derive(Debug, Default)]
pub(super) struct Headers {
    pub(super) set: Vec<SetHeader>,
    /// Names that are taken away from whatever a server behind sends.
    pub(super) removed: Vec<String>,
    /// Names that are set only where a server behind sends none.
    pub(super) fallbacks: Vec<String>,
}

/// The headers of an outcome.
pub(super) fn of(outcome: &Outcome, lines: &[&Node]) -> Headers {
    let mut found = Headers::default();
    if outcome.what == What::Dropped {
        return found;
    }
    let waits = |response: &Value| response.get("deferred").is_some() || response.get("require").is_some();
    for change in outcome.changes.iter().filter(|change| !waits(&change.response)) {
        apply(&mut found, &change.response, lines.get(change.line), &change.ask, true);
    }
    // Errors leave the handlers behind, and an answer that no handler writes never comes to those that wait for it.
    if !matches!(outcome.what, What::Failed(_) | What::Nothing) {
        for change in outcome.changes.iter().rev().filter(|change| waits(&change.response)) {
            apply(&mut found, &change.response, lines.get(change.line), &outcome.ask, false);
        }
    }
    found
}

fn apply(found: &mut Headers, response: &Value, line: Option<&&Node>, ask: &Ask, on_error: bool) {
    let part = |name: &str| response.get(name).and_then(Value::as_object);
    let location = || line.map(|node| node.location.clone()).unwrap_or_default();
    let set = |name: &str, value: &str| SetHeader {
        name: name.to_ascii_lowercase(),
        value: value_of(value, ask),
        on_success: true,
        on_error,
        certain: Ok(()),
        location: location(),
    };
    let is_fallback = response.get("require").is_some();
    for (name, value) in pairs(part("add")) {
        found.set.push(set(name, value));
    }
    for (name, value) in pairs(part("set")) {
        let lower = name.to_ascii_lowercase();
        if is_fallback {
            if found.set.iter().any(|header| header.name == lower) {
                continue;
            }
            found.fallbacks.push(lower);
        } else {
            found.set.retain(|header| header.name != lower);
            found.removed.push(lower);
        }
        found.set.push(set(name, value));
    }
    for name in response.get("delete").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let lower = name.to_ascii_lowercase();
        let fits = |other: &str| match (lower.strip_prefix('*'), lower.strip_suffix('*')) {
            (Some(end), None) => other.ends_with(end),
            (None, Some(begin)) => other.starts_with(begin),
            (Some(inner), Some(_)) => other.contains(inner.trim_end_matches('*')),
            (None, None) => other == lower,
        };
        found.set.retain(|header| !fits(&header.name));
        found.removed.push(lower.clone());
    }
    for name in part("replace").into_iter().flat_map(Map::keys) {
        for header in found.set.iter_mut().filter(|header| header.name.eq_ignore_ascii_case(name)) {
            header.value = Err(EDITED.to_owned());
        }
    }
}

fn pairs(map: Option<&Map<String, Value>>) -> impl Iterator<Item = (&str, &str)> {
    map.into_iter().flatten().flat_map(|(name, values)| {
        values.as_array().into_iter().flatten().filter_map(move |value| Some((name.as_str(), value.as_str()?)))
    })
}

fn value_of(value: &str, ask: &Ask) -> Known<String> {
    if value.to_ascii_lowercase().contains("{http.request.header.origin}") {
        return Ok(REFLECTED.to_owned());
    }
    filled(value, ask).ok_or_else(|| VARIABLE.to_owned())
}
