//! The configuration against the wire: for every address that both have seen, what is promised against what was answered, both
//! ways. A header that a block drops, a rule that does not hold, a field that no configuration explains.

mod kinds;
mod protocol;

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::{Join, joined_census, retain_asked};
use crate::model::{Evidence, Location, Observation, Related, Strength, Subject, SubjectKind, Value};

use kinds::{ACCESS, KINDS, PROTOCOL, WIRE};

/// The join.
pub(super) const CONFIG_WIRE: Join = Join { name: "config-wire", kinds: KINDS, join };

const METHOD: &str = "configuration against the wire";

fn join(evidence: &Evidence) -> Evidence {
    let mut derived = Evidence::default();
    let heads: BTreeMap<&str, &Observation> =
        evidence.of_kind("http-head").map(|head| (head.subject.name(), head)).collect();
    for promise in evidence.of_kind("web-answer") {
        let url = promise.subject.name();
        let head = heads.get(url).copied();
        if let Some(head) = head {
            derived.observations.push(compared(promise, head));
        }
        derived.observations.extend(access(promise, status_of(evidence, url, head)));
    }
    derived.observations.extend(protocol::compared(evidence));
    let sources: [(&str, &[&str]); 3] = [
        (WIRE, &["web-answer", "http-head"]),
        (ACCESS, &["web-answer", "http-head", "http-asked"]),
        (PROTOCOL, &["web-answer", "web-server", "tls-endpoint", "http-host"]),
    ];
    for (kind, sources) in sources {
        let count = derived.of_kind(kind).count();
        derived.census.push(joined_census(evidence, sources, kind, "configuration and wire", count));
    }
    retain_asked(&mut derived);
    derived
}

fn observed(kind: &str, url: &str, locus: &str, place: Location) -> Observation {
    let subject = Subject::new(SubjectKind::Page, format!("{url}#{locus}"));
    let mut seen = Observation::new(kind, subject, place, METHOD);
    seen.strength = Strength::Joined;
    seen
}

/// The status that an address answered with: of its head, else of the list of what was asked for by name.
fn status_of(evidence: &Evidence, url: &str, head: Option<&Observation>) -> Option<i64> {
    if let Some(head) = head {
        return head.integer("status");
    }
    evidence.of_kind("http-asked").find_map(|host| {
        let path = url.strip_prefix(host.text("base")?)?;
        let answers = host.texts("answers");
        answers.iter().find_map(|answer| answer.split_once(' ').filter(|(_, own)| *own == path)?.0.parse().ok())
    })
}

/// Names that servers write by themselves (RFC 9110, RFC 9112; nginx's header filter, httpd's core).
const OF_SERVERS: [&str; 20] = [
    "accept-ranges",
    "allow",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "date",
    "etag",
    "keep-alive",
    "last-modified",
    "location",
    "retry-after",
    "server",
    "transfer-encoding",
    "upgrade",
    "vary",
    "www-authenticate",
];

/// Statuses of a server that has too much to do; which of them a limit makes, no configuration says for one request.
const BUSY: [i64; 2] = [429, 503];

fn compared(promise: &Observation, head: &Observation) -> Observation {
    let mut seen = observed(WIRE, promise.subject.name(), "configuration", promise.source.clone());
    seen.related.push(Related { location: head.source.clone(), note: "answered here".to_owned() });
    for field in ["status", "server"] {
        if let Some(value) = head.fields.get(field) {
            seen.set(field, value.clone());
        }
    }
    seen.set("own_content", promise.flag("own_content").unwrap_or(false));
    if let Some(doubt) = promise.unknown_fields.get("sent") {
        for field in ["promised", "missing", "lost", "different", "unexplained", "differs"] {
            seen.unknown(field, doubt.clone());
        }
        return seen;
    }
    let status = head.integer("status").unwrap_or_default();
    if BUSY.contains(&status) {
        for field in ["promised", "missing", "lost", "different", "unexplained", "differs"] {
            seen.unknown(field, "the server was too busy to answer (429 or 503)");
        }
        return seen;
    }
    let differs = differs(promise, head, status);
    // Of an answer that the configuration does not make, nothing follows for its headers.
    if differs.contains("status") {
        for field in ["promised", "missing", "lost", "different", "unexplained"] {
            seen.unknown(field, "the answer is not one of this configuration");
        }
        seen.set("differs", Value::texts(differs));
        return seen;
    }
    seen.set("differs", Value::texts(differs));
    headers(&mut seen, promise, head);
    seen
}

/// What is otherwise than promised: `status`, `redirect`.
fn differs(promise: &Observation, head: &Observation, status: i64) -> BTreeSet<&'static str> {
    let mut differs = BTreeSet::new();
    let statuses = promise.texts("statuses");
    let number = status.to_string();
    let is_let_in = matches!(promise.text("entry"), Some("refused" | "password")) && (200..300).contains(&status);
    if !statuses.iter().any(|own| *own == "any" || *own == number) {
        // Somebody who comes in where nobody should is a matter of access, and told there.
        if !is_let_in {
            differs.insert("status");
        }
        return differs;
    }
    let leads_to = head.text("leads_to").unwrap_or_default();
    let redirects = promise.texts("redirects");
    if !leads_to.is_empty() && !redirects.is_empty() {
        let base = head.source.url.as_deref().unwrap_or_default();
        let wanted = bare(base, leads_to);
        if !redirects.iter().any(|target| bare(base, target) == wanted) {
            differs.insert("redirect");
        }
    }
    differs
}

/// A target without its query, in one spelling.
fn bare(base: &str, target: &str) -> Option<String> {
    let mut target = Url::parse(base).ok()?.join(target).ok()?;
    target.set_query(None);
    target.set_fragment(None);
    Some(target.to_string())
}

fn name_of(field: &str) -> &str {
    field.split(':').next().unwrap_or(field)
}

fn headers(seen: &mut Observation, promise: &Observation, head: &Observation) {
    let fields = head.texts("fields");
    let on_wire: BTreeSet<&str> = fields.iter().map(|field| name_of(field)).collect();
    let sent = promise.texts("sent");
    let promised: BTreeSet<&str> = sent.iter().map(|field| name_of(field)).collect();
    let unsure: BTreeSet<&str> = promise.texts("unsure").into_iter().collect();
    let missing: BTreeSet<&str> = promised.difference(&on_wire).copied().collect();
    // An outer level promises it for everything inside; where another header brings it all the same, nothing is lacking.
    let lost: BTreeSet<&str> =
        promise.texts("lost").into_iter().filter(|name| !on_wire.contains(name) && !unsure.contains(name)).collect();
    let different: BTreeSet<&str> = promised
        .iter()
        .copied()
        .filter(|name| on_wire.contains(name) && !unsure.contains(name) && !is_same(name, &sent, &fields))
        .collect();
    place(seen, promise, &missing, &lost, &different);
    if promise.flag("own_content") == Some(true) {
        let is_explained = |name: &str| {
            promised.contains(name)
                || unsure.contains(name)
                || OF_SERVERS.contains(&name)
                || (name == "expires" && promised.contains("cache-control"))
        };
        let mut unexplained: BTreeSet<&str> = on_wire.iter().copied().filter(|name| !is_explained(name)).collect();
        if is_of_another(promise, head) {
            unexplained.insert("server");
        }
        seen.set("unexplained", Value::texts(unexplained));
    } else {
        seen.unknown("unexplained", "another program answers, and what it adds is not known here");
    }
    seen.set("promised", Value::texts(promised)).set("missing", Value::texts(missing));
    seen.set("lost", Value::texts(lost)).set("different", Value::texts(different));
}

/// Whether every promised value of a name is on the wire, each in a field of its own or all of them in one.
fn is_same(name: &str, sent: &[&str], fields: &[&str]) -> bool {
    let values = |all: &[&str]| -> Vec<String> {
        let own = all.iter().filter(|field| name_of(field) == name);
        own.map(|field| field.split_once(": ").map_or("", |(_, value)| value).to_owned()).collect()
    };
    let (wanted, found) = (values(sent), values(fields));
    wanted.iter().all(|value| found.contains(value)) || found.contains(&wanted.join(", "))
}

/// Whether the server calls itself by another name, or tells the version that it is to keep.
fn is_of_another(promise: &Observation, head: &Observation) -> bool {
    let (own, program) = (head.text("server").unwrap_or_default(), promise.text("program").unwrap_or_default());
    let tells = head.flag("server_version") == Some(true) && promise.flag("version_hidden") == Some(true);
    !own.is_empty() && (!own.eq_ignore_ascii_case(program) || tells)
}

/// Points to the line to edit: where a missing header is set, or where another takes the place of the lost ones.
fn place(
    seen: &mut Observation,
    promise: &Observation,
    missing: &BTreeSet<&str>,
    lost: &BTreeSet<&str>,
    different: &BTreeSet<&str>,
) {
    let is_of = |related: &Related, names: &BTreeSet<&str>, note: &str| {
        related.note.split_once(": ").is_some_and(|(name, own)| own == note && names.contains(name))
    };
    let wanted: BTreeSet<&str> = missing.union(different).copied().collect();
    let set: Vec<&Related> = promise.related.iter().filter(|one| is_of(one, &wanted, "set here")).collect();
    let dropped: Vec<&Related> =
        promise.related.iter().filter(|one| is_of(one, lost, "set here and lost inside")).collect();
    let replaces = promise.related.iter().find(|one| one.note.starts_with("this header takes the place"));
    let first = set.first().map(|one| &one.location);
    let first = first.or_else(|| replaces.filter(|_| !lost.is_empty()).map(|one| &one.location));
    if let Some(location) = first {
        seen.source = location.clone();
    }
    seen.related.extend(set.into_iter().chain(dropped).cloned());
    seen.related.extend(replaces.filter(|_| !lost.is_empty()).cloned());
    seen.related.retain(|related| related.location != seen.source);
}

/// Who was let in where the configuration keeps somebody out.
fn access(promise: &Observation, status: Option<i64>) -> Option<Observation> {
    let url = promise.subject.name();
    let entry = promise.text("entry");
    if entry == Some("open") {
        return None;
    }
    let rule = promise.related.iter().find(|related| related.note == "access rule: set here");
    let place = rule.map_or(&promise.source, |rule| &rule.location);
    let mut seen = observed(ACCESS, url, "access", place.clone());
    seen.related.push(Related { location: Location::url(url), note: "answered here".to_owned() });
    match (entry, promise.unknown_fields.get("entry")) {
        (Some(entry), _) => seen.set("promise", entry),
        (None, reason) => seen.unknown("promise", reason.map_or("not known", String::as_str)),
    };
    let Some(status) = status else {
        seen.unknown("let_in", "no answer");
        return Some(seen);
    };
    seen.set("status", status);
    match (entry, (200..300).contains(&status)) {
        (None, _) => {
            let reason = promise.unknown_fields.get("entry").map_or("not known", String::as_str);
            seen.unknown("let_in", reason)
        }
        (Some(_), false) => seen.set("let_in", false),
        (Some("refused" | "password"), true) => seen.set("let_in", true),
        (Some(_), true) => seen.unknown(
            "let_in",
            "it answers, and whether the address that tenken asked from is to be let in is not known",
        ),
    };
    Some(seen)
}

#[cfg(test)]
mod tests;
