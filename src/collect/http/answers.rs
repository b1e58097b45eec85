//! One answer -> its `http-response`: each header by its effect, as browsers and the RFCs read it.

use std::collections::BTreeSet;

use url::Url;

use super::cookies::is_public_suffix;
use super::kinds::RESPONSE;
use super::observe::{is_html, new};
use super::page::Page;
use super::party::{Parties, Party};
use crate::collect::limits::cut;
use crate::model::{Evidence, Observation, SubjectKind, Value};
use crate::syntax::csp::{HostPattern, Policy, Reach, policies_of_field, reach_of};
use crate::syntax::header::{
    Framing, Head, Openness, framing, hsts, is_no_store, is_nosniff, item_token, names_version, permissions,
    referrer_policy, report_endpoints, resource_policy, shared_storage, technology_fields,
};

/// What an answer is on the site; checks say which of them they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A page that visitors read.
    Page,
    /// A hop on the way to one.
    Redirect,
    /// A report of an error.
    Error,
    /// A script, style sheet, picture or document.
    Asset,
    /// Anything over plain HTTP.
    Plain,
}

impl Role {
    /// What an answer over TLS is.
    pub(super) fn of(head: &Head, is_html: bool) -> Self {
        match head.status {
            300..=399 => Self::Redirect,
            400.. => Self::Error,
            _ if is_html => Self::Page,
            _ => Self::Asset,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Redirect => "redirect",
            Self::Error => "error",
            Self::Asset => "asset",
            Self::Plain => "plain",
        }
    }
}

/// The policies that header fields enforce; report-only ones are none.
pub(super) fn header_policies(head: &Head) -> Vec<Policy> {
    head.values("content-security-policy").flat_map(policies_of_field).collect()
}

/// Facts that the head of an answer decides alone, so that two answers can be compared by them.
pub(super) const OF_HEAD: [&str; 20] = [
    "role",
    "status",
    "hsts.fields",
    "hsts.valid",
    "hsts.max_age_seconds",
    "hsts.include_subdomains",
    "framing_refused",
    "nosniff",
    "permissions.state",
    "permissions.open",
    "permissions.left",
    "coop",
    "coep",
    "corp",
    "server_version",
    "technology_fields",
    "no_store",
    "shared_storage",
    "sets_cookie",
    "foreign_reports",
];

/// States an answer over TLS by its head.
pub(super) fn of_head(url: &str, head: &Head, parties: &Parties) -> Observation {
    response(url, head, Role::of(head, is_html(head)), parties)
}

/// Adds what the text of a page says to its answer.
pub(super) fn add_page(evidence: &mut Evidence, url: &str, page: &Page) {
    let Some(seen) = evidence.observations.iter_mut().find(|seen| seen.kind == RESPONSE && seen.subject.name() == url)
    else {
        return;
    };
    // A meta takes the place of the header for what the page asks for after it.
    if let Some(policy) = page.meta_referrer.as_deref().and_then(meta_referrer) {
        seen.set("referrer_policy", policy);
    }
    let is_personal = page.forms.iter().any(|form| !form.categories.is_empty());
    // What the end of a page holds that was cut off is not known.
    if is_personal || page.fault.is_none() {
        seen.unknown_fields.remove("personal");
        seen.set("personal", is_personal);
    }
}

/// States one answer.
pub(super) fn response(url: &str, head: &Head, role: Role, parties: &Parties) -> Observation {
    let mut seen = new(RESPONSE, SubjectKind::Page, url, url);
    seen.set("over_tls", role != Role::Plain).set("role", role.word()).set("status", i64::from(head.status));
    seen.set("probed", false);
    // Only the text of a page tells; where it is never read, that stays unknown.
    if role == Role::Page {
        seen.unknown("personal", "the page was not read");
    } else {
        seen.set("personal", false);
    }
    let mut protections = Vec::new();
    transport(&mut seen, head, &mut protections);
    let policies = header_policies(head);
    if policies.iter().any(Policy::is_effective) {
        protections.push("csp");
    }
    if let Ok(page) = Url::parse(url) {
        let refused = framing_refused(&policies, head, &page);
        seen.set("framing_refused", refused);
        if refused {
            protections.push("framing");
        }
    }
    let nosniff = is_nosniff(head.values("x-content-type-options"));
    seen.set("nosniff", nosniff);
    if nosniff {
        protections.push("nosniff");
    }
    let repeated = SINGLE.into_iter().filter(|name| values_of(head, name) > 1);
    seen.set("repeated", Value::texts(repeated));
    let by_header = referrer_policy(head.values("referrer-policy"));
    if by_header.is_some() {
        protections.push("referrer");
    }
    seen.set("referrer_policy", by_header.unwrap_or("default"));
    seen.set("protections", Value::texts(protections));
    features(&mut seen, head);
    seen.set(
        "coop",
        item_token(head.values("cross-origin-opener-policy")).map_or("absent".to_owned(), |word| cut(&word)),
    );
    seen.set(
        "coep",
        item_token(head.values("cross-origin-embedder-policy")).map_or("absent".to_owned(), |word| cut(&word)),
    );
    seen.set("corp", resource_policy(head.values("cross-origin-resource-policy")).unwrap_or("absent"));
    seen.set("host", Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default());
    seen.set("server_version", head.values("server").any(names_version));
    seen.set("technology_fields", Value::texts(technology_fields(head)));
    seen.set("no_store", is_no_store(head)).set("shared_storage", shared_storage(head).word());
    seen.set("sets_cookie", head.first("set-cookie").is_some());
    seen.set("foreign_reports", Value::texts(foreign_reports(url, head, parties)));
    seen
}

/// Headers that take one value, and that browsers still heed in some form where there are more; the others have facts of their own.
const SINGLE: [&str; 2] = ["x-content-type-options", "x-frame-options"];

fn values_of(head: &Head, name: &str) -> usize {
    head.values(name).flat_map(|value| value.split(',')).filter(|value| !value.trim().is_empty()).count()
}

fn transport(seen: &mut Observation, head: &Head, protections: &mut Vec<&'static str>) {
    let fields = head.values("strict-transport-security").count();
    seen.set("hsts.fields", i64::try_from(fields).unwrap_or(i64::MAX));
    // Of several fields the first counts, valid or not (RFC 6797 section 8.1).
    let hsts = head.first("strict-transport-security").and_then(hsts);
    seen.set("hsts.valid", hsts.is_some());
    match hsts {
        Some(hsts) => {
            seen.set("hsts.max_age_seconds", i64::try_from(hsts.max_age_seconds).unwrap_or(i64::MAX));
            seen.set("hsts.include_subdomains", hsts.include_subdomains);
            if hsts.max_age_seconds > 0 {
                protections.push("hsts");
            }
        }
        None => {
            seen.unknown("hsts.max_age_seconds", "no valid field").unknown("hsts.include_subdomains", "no valid field");
        }
    }
}

/// frame-ancestors decides where any policy has it; X-Frame-Options is then not read at all (CSP3 section 6.4.2.2).
fn framing_refused(policies: &[Policy], head: &Head, page: &Url) -> bool {
    if !policies.iter().any(|policy| policy.directive("frame-ancestors").is_some()) {
        return framing(head.values("x-frame-options")) == Framing::Refused;
    }
    // Named partners may frame the page; strangers may not.
    is_bounded(&reach_of(policies, page, &["frame-ancestors"]))
}

/// Whether a list of hosts leaves strangers out: no star, no scheme alone, no whole public suffix.
pub(super) fn is_bounded(reach: &Reach) -> bool {
    reach.is_within(|pattern| match pattern {
        HostPattern::Exactly(_) => true,
        HostPattern::Below(name) => !is_public_suffix(name),
    })
}

/// The policy of a `<meta name=referrer>`, the older words of the HTML Standard included.
fn meta_referrer(content: &str) -> Option<&'static str> {
    match content.trim().to_ascii_lowercase().as_str() {
        "never" => Some("no-referrer"),
        "default" => Some("strict-origin-when-cross-origin"),
        "always" => Some("unsafe-url"),
        "origin-when-crossorigin" => Some("origin-when-cross-origin"),
        // A meta takes one word; a list of them is none.
        word if !word.contains(',') => referrer_policy([word].into_iter()),
        _ => None,
    }
}

/// Features that reach a visitor's room or place.
const POWERFUL: [&str; 3] = ["camera", "geolocation", "microphone"];

fn features(seen: &mut Observation, head: &Head) {
    let has_field = head.first("permissions-policy").is_some();
    let read = permissions(head.values("permissions-policy")).filter(|_| has_field);
    seen.set(
        "permissions.state",
        match (has_field, &read) {
            (false, _) => "absent",
            (true, None) => "unreadable",
            (true, Some(_)) => "valid",
        },
    );
    let read = read.unwrap_or_default();
    let is_open = |openness: &Openness| matches!(openness, Openness::Everybody | Openness::Origins(_));
    let open: BTreeSet<String> = read.iter().filter(|(_, to)| is_open(to)).map(|(name, _)| cut(name)).collect();
    seen.set("permissions.open", Value::texts(open));
    let closed = |feature: &str| read.iter().any(|(name, to)| name == feature && !is_open(to));
    seen.set("permissions.left", Value::texts(POWERFUL.into_iter().filter(|feature| !closed(feature))));
}

fn foreign_reports(url: &str, head: &Head, parties: &Parties) -> BTreeSet<String> {
    let Ok(base) = Url::parse(url) else { return BTreeSet::new() };
    report_endpoints(head)
        .iter()
        .filter_map(|endpoint| base.join(endpoint).ok())
        .filter_map(|endpoint| endpoint.host_str().map(str::to_owned))
        .filter(|host| parties.party(host) != Party::First)
        .map(|host| cut(&host))
        .collect()
}

#[cfg(test)]
mod tests;
