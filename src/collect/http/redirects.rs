//! Chains of redirects -> `http-redirect`, one a URL that sends visitors on: how many steps, by what, and where they end.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::Visit;
use super::answers::{Role, response};
use super::kinds::{REDIRECT, RESPONSE};
use super::observe::{is_html, new, target};
use super::page::refresh;
use super::party::Party;
use super::wire::Question;
use crate::collect::limits::{CHAIN_QUESTIONS, CHAIN_STEPS, PROBE_BYTES, cut};
use crate::model::{Observation, SubjectKind, Value};
use crate::syntax::header::Head;

/// How an answer sends its reader on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// `3xx`, `refresh-header` or `meta-refresh`.
    pub(super) by: &'static str,
    /// Where to; `None` where it is no URL.
    pub(super) to: Option<Url>,
}

/// Every URL that was asked for, and where it sends on; `None` where it is an answer itself.
pub(super) type Hops = BTreeMap<String, Option<Step>>;

/// Where one answer sends on by its head.
pub(super) fn step(url: &Url, head: &Head) -> Option<Step> {
    if (300..400).contains(&head.status) && head.status != 304 {
        return head.first("location").map(|target| Step { by: "3xx", to: url.join(target.trim()).ok() });
    }
    let to = head.first("refresh").and_then(|content| refresh(content, url))?;
    Some(Step { by: "refresh-header", to: Some(to) })
}

/// How a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Answer,
    Loop,
    TooLong,
    /// A URL that nobody asked yet.
    Next(Url),
    NoUrl,
}

/// A chain as far as it is known.
#[derive(Debug)]
struct Chain {
    steps: Vec<(Url, Step)>,
    end: End,
}

fn chain(hops: &Hops, start: &Url) -> Chain {
    let mut steps: Vec<(Url, Step)> = Vec::new();
    let mut seen = BTreeSet::from([start.to_string()]);
    let mut url = start.clone();
    let end = loop {
        match hops.get(url.as_str()) {
            None => break End::Next(url),
            Some(None) => break End::Answer,
            Some(Some(step)) => {
                let Some(mut to) = step.to.clone() else {
                    steps.push((url, step.clone()));
                    break End::NoUrl;
                };
                // A fragment is never sent.
                to.set_fragment(None);
                steps.push((url, step.clone()));
                if !seen.insert(to.to_string()) {
                    break End::Loop;
                }
                if steps.len() >= CHAIN_STEPS {
                    break End::TooLong;
                }
                url = to;
            }
        }
    };
    Chain { steps, end }
}

/// Follows every chain on this host as far as it may be asked, and states each.
pub(super) async fn follow(visit: &mut Visit<'_>) {
    let starts: Vec<Url> =
        visit.hops.iter().filter(|(_, step)| step.is_some()).filter_map(|(url, _)| Url::parse(url).ok()).collect();
    let mut questions = 0;
    for start in starts {
        let chain = loop {
            let chain = chain(&visit.hops, &start);
            let End::Next(next) = &chain.end else { break chain };
            if questions >= CHAIN_QUESTIONS || !is_here(visit, next) {
                break chain;
            }
            questions += 1;
            let next = next.clone();
            if !ask(visit, &next).await {
                break chain;
            }
        };
        let seen = observation(visit, &start, &chain);
        visit.evidence.observations.push(seen);
    }
}

fn is_here(visit: &Visit<'_>, url: &Url) -> bool {
    let port = url.port_or_known_default();
    let https = url.scheme() == "https" && port == Some(visit.host.https_port);
    let http = url.scheme() == "http" && visit.host.http_port.is_some() && port == visit.host.http_port;
    url.host_str() == Some(visit.host.name.as_str()) && (https || http)
}

/// Asks one more hop; whether it answered.
async fn ask(visit: &mut Visit<'_>, url: &Url) -> bool {
    let over_tls = url.scheme() == "https";
    let mut address = visit.address;
    address.set_port(url.port_or_known_default().unwrap_or_default());
    let target = target(url);
    let question = Question { body_bytes: PROBE_BYTES, ..Question::get(&visit.host.name, address, over_tls, &target) };
    let Ok(answer) = visit.client.ask(question).await else { return false };
    visit.hops.insert(url.to_string(), step(url, &answer.head));
    let mut shown = url.clone();
    shown.set_query(None);
    let is_known = visit.evidence.of_kind(RESPONSE).any(|seen| seen.subject.name() == shown.as_str());
    if over_tls && !is_known {
        let role = Role::of(&answer.head, is_html(&answer.head));
        // Only a hop is stated: a page is stated where its text is read too.
        if role == Role::Redirect {
            visit.evidence.observations.push(response(shown.as_str(), &answer.head, role, &visit.parties));
        }
    }
    true
}

fn observation(visit: &Visit<'_>, start: &Url, chain: &Chain) -> Observation {
    let mut shown = start.clone();
    shown.set_query(None);
    let mut seen = new(REDIRECT, SubjectKind::Page, shown.as_str(), shown.as_str());
    let targets: Vec<&Url> = chain.steps.iter().filter_map(|(_, step)| step.to.as_ref()).collect();
    seen.set("steps", i64::try_from(chain.steps.len()).unwrap_or(i64::MAX));
    seen.set("by", Value::texts(chain.steps.iter().map(|(_, step)| step.by).collect::<BTreeSet<_>>()));
    let downgrades = chain
        .steps
        .iter()
        .any(|(from, step)| from.scheme() == "https" && step.to.as_ref().is_some_and(|to| to.scheme() == "http"));
    seen.set("downgrades", downgrades);
    let foreign: BTreeSet<String> = targets
        .iter()
        .filter_map(|to| to.host_str())
        .filter(|host| visit.parties.party(host) != Party::First)
        .map(cut)
        .collect();
    seen.set("foreign_hosts", Value::texts(foreign));
    match &chain.end {
        End::Answer => seen.set("ends", "answer"),
        End::Loop => seen.set("ends", "loop"),
        End::TooLong => seen.set("ends", "too-long"),
        End::NoUrl => seen.set("ends", "no-url"),
        End::Next(_) if targets.last().is_some_and(|to| !is_here(visit, to)) => {
            seen.unknown("ends", "it leads to a host that is not asked from here")
        }
        End::Next(_) => seen.unknown("ends", "its next step gave no answer"),
    };
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::header::head;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn to(target: &str) -> Option<Step> {
        Some(Step { by: "3xx", to: Some(url(target)) })
    }

    #[test]
    fn a_chain_ends_at_an_answer_in_a_loop_or_nowhere() {
        let mut hops = Hops::new();
        hops.insert("http://a.jp/".to_owned(), to("https://a.jp/#x"));
        hops.insert("https://a.jp/".to_owned(), to("https://a.jp/ja/"));
        hops.insert("https://a.jp/ja/".to_owned(), None);
        let whole = chain(&hops, &url("http://a.jp/"));
        assert_eq!((whole.steps.len(), whole.end), (2, End::Answer));
        hops.insert("https://a.jp/ja/".to_owned(), to("https://a.jp/"));
        assert_eq!(chain(&hops, &url("http://a.jp/")).end, End::Loop);
        hops.remove("https://a.jp/ja/");
        assert_eq!(chain(&hops, &url("http://a.jp/")).end, End::Next(url("https://a.jp/ja/")));
        for number in 0..20 {
            hops.insert(format!("https://b.jp/{number}"), to(&format!("https://b.jp/{}", number + 1)));
        }
        assert_eq!(chain(&hops, &url("https://b.jp/0")).end, End::TooLong);
    }

    #[test]
    fn each_way_to_send_on_is_seen() {
        let here = url("https://www.example.jp/a");
        let of = |text: &str| step(&here, &head(text.as_bytes()).unwrap());
        assert_eq!(of("HTTP/1.1 302 x\r\nLocation: /b\r\n\r\n").unwrap().to, Some(url("https://www.example.jp/b")));
        assert_eq!(of("HTTP/1.1 200 x\r\nRefresh: 0; url=/b\r\n\r\n").unwrap().by, "refresh-header");
        assert_eq!(of("HTTP/1.1 304 x\r\nLocation: /b\r\n\r\n"), None);
    }
}
