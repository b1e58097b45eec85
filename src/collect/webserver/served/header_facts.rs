//! Facts of the response headers in force at a level.

use std::collections::{BTreeMap, BTreeSet};

use super::{Level, SetHeader};
use crate::model::{Observation, Related, Value};
use crate::syntax::csp::{Kind, Source, policies_of_field};
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

/// Whether a header protects a page.
pub(in crate::collect::webserver) fn is_security(name: &str) -> bool {
    SECURITY.contains(&name)
}

/// States what holds of a level's headers.
pub(super) fn state(one: &mut Observation, level: &Level) {
    let security = || level.headers.iter().filter(|header| is_security(&header.name));
    one.set(
        "headers_without_always",
        Value::texts(
            security()
                .filter(|header| header.on_success)
                .filter(|header| !level.headers.iter().any(|other| other.name == header.name && other.on_error))
                .map(|header| header.name.as_str())
                .collect::<BTreeSet<_>>(),
        ),
    );
    missing(one, level);
    transport(one, level);
    csp(one, level);
    cors(one, level);
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for header in security().filter(|header| header.on_success && header.name != "content-security-policy") {
        *by_name.entry(header.name.as_str()).or_default() += 1;
    }
    one.set("headers_twice", Value::texts(by_name.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name)));
    let broken =
        level.headers.iter().filter(|header| header.value.as_ref().is_ok_and(|value| value.contains(['\n', '\r'])));
    one.set(
        "headers_with_line_break",
        Value::texts(broken.map(|header| header.name.as_str()).collect::<BTreeSet<_>>()),
    );
    one.related.extend(
        security()
            .take(12)
            .map(|header| Related { location: header.location.clone(), note: format!("sets {}", header.name) }),
    );
}

/// The headers of a name on answers that succeed.
fn sent<'a>(level: &'a Level, name: &'a str) -> impl Iterator<Item = &'a SetHeader> + 'a {
    level.headers.iter().filter(move |header| header.name == name && header.on_success)
}

/// Why nothing may be concluded from a header that is not there, or is there under a condition.
fn doubt(level: &Level, names: &[&str]) -> Option<String> {
    let under_condition =
        names.iter().flat_map(|name| sent(level, name)).find_map(|header| header.certain.clone().err());
    under_condition.or_else(|| level.others_set_headers.clone())
}

fn missing(one: &mut Observation, level: &Level) {
    let certain = |name: &str| sent(level, name).any(|header| header.certain.is_ok());
    let framed = certain("x-frame-options")
        || sent(level, "content-security-policy").any(|header| {
            header.certain.is_ok() && header.value.as_ref().is_ok_and(|value| value.contains("frame-ancestors"))
        });
    let wanted = [
        ("x-content-type-options", certain("x-content-type-options")),
        ("referrer-policy", certain("referrer-policy")),
        ("x-frame-options", framed),
    ];
    let missing: Vec<&str> = wanted.into_iter().filter_map(|(name, there)| (!there).then_some(name)).collect();
    let mut asked = missing.clone();
    if missing.contains(&"x-frame-options") {
        asked.push("content-security-policy");
    }
    match doubt(level, &asked) {
        Some(reason) if !missing.is_empty() => one.unknown("headers_missing", reason),
        _ => one.set("headers_missing", Value::texts(missing)),
    };
}

fn transport(one: &mut Observation, level: &Level) {
    const NAME: &str = "strict-transport-security";
    match sent(level, NAME).find(|header| header.certain.is_ok()) {
        Some(header) => match &header.value {
            Ok(value) => {
                let seconds = hsts(value).map_or(0, |read| read.max_age_seconds);
                one.set("hsts_max_age_seconds", i64::try_from(seconds).unwrap_or(i64::MAX))
            }
            Err(reason) => one.unknown("hsts_max_age_seconds", reason.clone()),
        },
        None => match doubt(level, &[NAME]) {
            Some(reason) => one.unknown("hsts_max_age_seconds", reason),
            None => one.set("hsts_max_age_seconds", 0),
        },
    };
}

fn csp(one: &mut Observation, level: &Level) {
    const NAME: &str = "content-security-policy";
    let sent: Vec<&SetHeader> = sent(level, NAME).collect();
    match doubt(level, &[NAME]) {
        Some(reason) if !sent.iter().any(|header| header.certain.is_ok()) => one.unknown("csp", reason),
        _ => one.set("csp", !sent.is_empty()),
    };
    if let Some(reason) = sent.iter().find_map(|header| header.value.as_ref().err()) {
        one.unknown("csp_unsafe", reason.clone());
        return;
    }
    let values: Vec<&str> = sent.iter().filter_map(|header| header.value.as_deref().ok()).collect();
    one.set("csp_unsafe", Value::texts(unsafe_words(&values)));
}

/// The words for scripts that let anything run, of policies that are all in force.
pub(in crate::collect::webserver) fn unsafe_words(values: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for policy in values.iter().flat_map(|value| policies_of_field(value)) {
        let Some(script) = Kind::Script.directives().iter().find_map(|name| policy.directive(name)) else { continue };
        let guarded = script
            .sources
            .iter()
            .any(|source| matches!(source, Source::Nonce(_) | Source::Hash(..) | Source::StrictDynamic));
        for (word, source) in script.words.iter().zip(&script.sources) {
            let unsafe_here = match source {
                Source::UnsafeInline => !guarded,
                Source::UnsafeEval | Source::Any => true,
                Source::Scheme(scheme) => matches!(scheme.as_str(), "http" | "https" | "data" | "blob"),
                _ => false,
            };
            if unsafe_here {
                found.insert(word.to_ascii_lowercase());
            }
        }
    }
    found
}

/// What decides which origin may read answers. A value that repeats the origin is spelt `reflected` by its reader.
fn cors(one: &mut Observation, level: &Level) {
    match sent(level, "access-control-allow-origin").next().map(|header| &header.value) {
        None => one.set("cors", "none"),
        Some(Ok(value)) if value == "*" => one.set("cors", "any"),
        Some(Ok(value)) if value == REFLECTED => one.set("cors", "reflected"),
        Some(Ok(_)) => one.set("cors", "fixed"),
        Some(Err(reason)) => one.unknown("cors", reason.clone()),
    };
    let credentials = sent(level, "access-control-allow-credentials")
        .any(|header| header.value.as_ref().is_ok_and(|value| value.eq_ignore_ascii_case("true")));
    one.set("cors_credentials", credentials);
}

/// The value of a header that repeats the origin of whoever asks; no origin is spelt so.
pub(in crate::collect::webserver) const REFLECTED: &str = "(the origin that asks)";
