//! Answers and pages -> observations.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;

use super::kinds::{FORM, LOAD, PAGE};
use super::page::Page;
use super::wire::Answer;
use crate::collect::limits::cut;
use crate::model::{Evidence, Host, Location, Observation, Subject, SubjectKind, Time, Value};
use crate::syntax::header::Head;

/// Host -> kinds, pages, and whether it is of the same site.
pub(super) type Loads = BTreeMap<String, (BTreeSet<&'static str>, BTreeSet<String>, bool)>;

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

/// A page as a whole.
pub(super) fn page(url: &str, path: &str, page: &Page, policy_paths: &BTreeSet<String>) -> Observation {
    let mut seen = new(PAGE, SubjectKind::Page, url, url);
    if policy_paths.is_empty() {
        seen.unknown("policy_link", "no policy pages are declared (site file: declared: policy_pages)");
    } else {
        let linked = page.links.iter().any(|link| policy_paths.contains(link));
        seen.set("policy_link", linked || policy_paths.contains(path));
    }
    seen.set("insecure", Value::texts(&page.insecure));
    seen.set("personal_form", page.forms.iter().any(|form| !form.categories.is_empty()));
    let own = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let foreign = |host: &&String| !same_site(host, &own);
    let scripts = page
        .loads
        .iter()
        .filter(|(host, kinds)| foreign(host) && (kinds.contains("script") || kinds.contains("frame")));
    seen.set("foreign_scripts", Value::texts(scripts.map(|(host, _)| cut(host))));
    seen.set("unpinned", Value::texts(page.without_integrity.iter().filter(foreign).map(|host| cut(host))));
    seen
}

/// Forms that take personal information.
pub(super) fn forms(evidence: &mut Evidence, url: &str, path: &str, page: &Page) {
    for form in page.forms.iter().filter(|form| !form.categories.is_empty()) {
        let mut seen = new(FORM, SubjectKind::Page, &format!("{url}#form[{}]", form.name), url);
        seen.set("categories", Value::texts(form.categories.iter().copied()))
            .set("post", form.is_post)
            .set("page", path);
        match &form.action {
            Some(action) => {
                seen.set("action_https", action.scheme() == "https");
                seen.set("action_host", cut(action.host_str().unwrap_or_default()));
            }
            None => {
                seen.unknown("action_https", "the action is no URL").unknown("action_host", "the action is no URL");
            }
        }
        evidence.observations.push(seen);
    }
}

/// Notes the hosts that a page loads from.
pub(super) fn note_loads(loads: &mut Loads, url: &str, page: &Page, own: &str) {
    for (host, kinds) in &page.loads {
        let entry = loads.entry(cut(host)).or_insert_with(|| (BTreeSet::new(), BTreeSet::new(), same_site(host, own)));
        entry.0.extend(kinds);
        entry.1.insert(url.to_owned());
    }
}

/// Adds the loads of one host's pages to those of all.
pub(super) fn merge(all: &mut Loads, more: Loads) {
    for (host, (kinds, pages, same_site)) in more {
        let entry = all.entry(host).or_insert_with(|| (BTreeSet::new(), BTreeSet::new(), same_site));
        entry.0.extend(kinds);
        entry.1.extend(pages);
    }
}

/// One observation a host that pages load from.
pub(super) fn loads(loads: Loads) -> Vec<Observation> {
    loads
        .into_iter()
        .map(|(host, (kinds, pages, same_site))| {
            let place = pages.first().cloned().unwrap_or_default();
            let mut seen = new(LOAD, SubjectKind::Host, &host, &place);
            seen.set("kinds", Value::texts(kinds.iter().copied())).set("same_site", same_site);
            seen.set("pages", Value::texts(pages.iter().take(20))).set("host", host);
            seen
        })
        .collect()
}

/// What security.txt says (RFC 9116 section 2.5).
pub(super) fn security_txt(seen: &mut Observation, answer: &Answer) {
    let is_text =
        answer.head.first("content-type").is_some_and(|value| value.to_ascii_lowercase().starts_with("text/plain"));
    let present = answer.head.status == 200 && is_text;
    seen.set("present", present);
    let text = String::from_utf8_lossy(&answer.body);
    let value = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(field, _)| field.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    seen.set("has_contact", present && value("contact").is_some_and(|contact| !contact.is_empty()));
    match value("expires").filter(|_| present).and_then(|expires| Time::parse(&expires)) {
        Some(expires) => {
            seen.set("expires", expires);
        }
        None => {
            seen.unknown("expires", "no Expires field that is a time");
        }
    }
}

/// Whether two hosts share a registrable domain by the public suffix list.
fn same_site(host: &str, other: &str) -> bool {
    let registrable = |host: &str| psl::domain_str(host).map(str::to_ascii_lowercase);
    host.eq_ignore_ascii_case(other) || matches!((registrable(host), registrable(other)), (Some(a), Some(b)) if a == b)
}
