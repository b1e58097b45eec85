//! Answers -> observations: headers by their effect, cookies, what plain HTTP says.

use url::Url;

use super::kinds::{COOKIE, RESPONSE};
use crate::collect::limits::cut;
use crate::model::{Evidence, Host, Location, Observation, Subject, SubjectKind};
use crate::syntax::header::{Framing, Head, csp, framing, hsts, is_nosniff, referrer_policy, set_cookie};

pub(super) fn new(kind: &str, subject_kind: SubjectKind, name: &str, url: &str) -> Observation {
    Observation::new(kind, Subject::new(subject_kind, name), Location::url(url), "GET over HTTP/1.1")
}

/// What plain HTTP answers.
pub(super) fn plain(seen: &mut Observation, head: &Head, host: &Host) {
    let to_https = head.first("location").and_then(|target| Url::parse(target).ok()).map(|target| {
        target.scheme() == "https" && target.host_str().is_some_and(|name| name.eq_ignore_ascii_case(&host.name))
    });
    let word = match (head.status, to_https) {
        (301 | 302 | 303 | 307 | 308, Some(true)) => "redirect-to-https",
        (300..=399, _) => "redirect-elsewhere",
        _ => "content",
    };
    seen.set("plain_http", word).set("permanent", matches!(head.status, 301 | 308));
}

pub(super) fn is_html(head: &Head) -> bool {
    head.first("content-type").is_some_and(|value| value.to_ascii_lowercase().starts_with("text/html"))
}

/// Headers by their effect.
pub(super) fn response(url: &str, head: &Head, html: bool) -> Observation {
    let mut seen = new(RESPONSE, SubjectKind::Page, url, url);
    seen.set("over_tls", true).set("status", i64::from(head.status)).set("is_html", html);
    // Of several fields the first counts, valid or not (RFC 6797 section 8.1).
    let hsts = head.first("strict-transport-security").and_then(hsts);
    seen.set("hsts.valid", hsts.is_some());
    match hsts {
        Some(hsts) => {
            seen.set("hsts.max_age_seconds", i64::try_from(hsts.max_age_seconds).unwrap_or(i64::MAX));
            seen.set("hsts.include_subdomains", hsts.include_subdomains);
        }
        None => {
            seen.unknown("hsts.max_age_seconds", "no valid field").unknown("hsts.include_subdomains", "no valid field");
        }
    }
    let csp = csp(head.values("content-security-policy"));
    seen.set("csp.enforced", csp.policies > 0);
    seen.set("csp.inline_script_allowed", csp.inline_script_allowed);
    seen.set("csp.any_script_allowed", csp.any_script_allowed);
    // A frame-ancestors directive takes X-Frame-Options out of force, even where it allows everybody.
    let by_header = framing(head.values("x-frame-options")) == Framing::Refused;
    seen.set("framing_refused", if csp.has_frame_ancestors { csp.framing_refused } else { by_header });
    seen.set("nosniff", is_nosniff(head.values("x-content-type-options")));
    seen.set("referrer_policy", referrer_policy(head.values("referrer-policy")).unwrap_or("default"));
    seen
}

/// Cookies, one observation a host and name.
pub(super) fn cookies(evidence: &mut Evidence, host: &str, url: &str, head: &Head) {
    for cookie in head.values("set-cookie").filter_map(set_cookie) {
        let name = cut(&cookie.name);
        let subject = format!("{host}#cookie[{name}]");
        if evidence.of_kind(COOKIE).any(|seen| seen.subject.name() == subject) {
            continue;
        }
        let mut seen = new(COOKIE, SubjectKind::Host, &subject, url);
        seen.set("name", name).set("secure", cookie.secure).set("http_only", cookie.http_only);
        seen.set("same_site", cookie.same_site.as_deref().unwrap_or("absent"));
        seen.set("session_like", cookie.looks_like_session_id);
        evidence.observations.push(seen);
    }
}

/// What stands in the first line of a question for a URL: path and query.
pub(super) fn target(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}
