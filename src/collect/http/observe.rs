//! What observations begin with, what plain HTTP says, and small questions of an answer.

use url::Url;

use crate::model::{Host, Location, Observation, Subject, SubjectKind};
use crate::syntax::header::Head;

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

/// What stands in the first line of a question for a URL: path and query.
pub(super) fn target(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}
