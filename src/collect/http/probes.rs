//! Questions beside the pages: other origins, a second visit, TRACE and OPTIONS, all without a body; and what answers tell that
//! came for another reason: plain HTTP, an asset, a page that is not there.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::Visit;
use super::answers::{Role, response};
use super::heads;
use super::kinds::{PAGE, RESPONSE};
use super::observe::is_html;
use super::page;
use super::policy::of_page;
use super::redirects::step;
use super::wire::{Answer, Question};
use crate::collect::limits::{PROBE_BYTES, SECOND_FETCHES, cut};
use crate::model::{Observation, Value};
use crate::syntax::csp::Source;
use crate::syntax::header::{Grant, allowed_methods, cors_grant, error_details};

/// A field that a server which echoes requests gives back.
const ECHO: (&str, &str) = ("X-Tenken-Probe", "echo-7f3a");

/// What later questions need of the pages that were read.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// Path of the first page, which the questions are asked of.
    pub(super) first_page: Option<String>,
    /// An asset was stated.
    pub(super) has_asset: bool,
    /// Nonces by path of page; in memory only.
    pub(super) nonces: BTreeMap<String, BTreeSet<String>>,
    /// A page on which scripts run.
    pub(super) scripting_page: Option<String>,
}

/// States one answer over TLS: its head, its cookies, and where it sends on.
pub(super) fn answer(visit: &mut Visit<'_>, url: &Url, answer: &Answer) {
    let role = Role::of(&answer.head, is_html(&answer.head));
    let mut seen = response(url.as_str(), &answer.head, role, &visit.parties);
    if role == Role::Error {
        details(&mut seen, answer);
    }
    visit.evidence.observations.push(seen);
    visit.evidence.observations.push(heads::head(url.as_str(), url.path(), true, &answer.head));
    visit.jar.note(url.as_str(), &answer.head, true, visit.now);
    visit.hops.insert(url.to_string(), step(url, &answer.head));
}

/// The answer of `/` over plain HTTP.
pub(super) fn plain(visit: &mut Visit<'_>, port: u16, answer: &Answer) {
    let port = if port == 80 { String::new() } else { format!(":{port}") };
    let Ok(url) = Url::parse(&format!("http://{}{port}/", visit.host.name)) else { return };
    visit.evidence.observations.push(response(url.as_str(), &answer.head, Role::Plain, &visit.parties));
    visit.evidence.observations.push(heads::head(url.as_str(), url.path(), false, &answer.head));
    visit.jar.note(url.as_str(), &answer.head, false, visit.now);
    visit.hops.insert(url.to_string(), step(&url, &answer.head));
}

/// An asset that was read anyway: the first one of a host stands for all.
pub(super) fn asset(visit: &mut Visit<'_>, url: &Url, seen: &Answer) {
    if !visit.noted.has_asset && url.query().is_none() {
        visit.noted.has_asset = true;
        answer(visit, url, seen);
    }
}

/// Asks all of them and adds what they tell to what was seen; `absent` are answers to paths that no site has.
pub(super) async fn probe(visit: &mut Visit<'_>, absent: &[(String, Answer)]) {
    if let Some(path) = visit.noted.first_page.clone() {
        origins(visit, &path).await;
        methods(visit, &path).await;
        second_fetches(visit).await;
    }
    // Their paths are random, so the error has a name of its own that stays from run to run.
    if let Some((path, error)) = absent.iter().find(|(_, answer)| answer.head.status >= 400) {
        let url = visit.url("/#absent");
        let mut seen = response(&url, &error.head, Role::Error, &visit.parties);
        details(&mut seen, error);
        visit.jar.note(&url, &error.head, true, visit.now);
        visit.evidence.observations.push(seen);
        visit.evidence.observations.push(heads::head(&url, path, true, &error.head));
    }
    compare_errors(visit);
}

async fn ask(visit: &Visit<'_>, method: &'static str, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
    let question = Question {
        method,
        fields,
        body_bytes: PROBE_BYTES,
        ..Question::get(&visit.host.name, visit.address, true, visit.target(path))
    };
    visit.client.ask(question).await.ok()
}

/// What an error tells of the inside.
fn details(seen: &mut Observation, answer: &Answer) {
    seen.set("error.details", Value::texts(error_details(&String::from_utf8_lossy(&answer.body))));
}

/// Fetch as a foreign page, as a sandboxed one, and as two hosts whose names only look like ours.
async fn origins(visit: &mut Visit<'_>, path: &str) {
    let host = visit.host.name.clone();
    let origins = [
        ("foreign", "https://stranger.invalid".to_owned()),
        ("null", "null".to_owned()),
        ("same-beginning", format!("https://{host}.stranger.invalid")),
        ("same-end", format!("https://stranger{host}")),
    ];
    let url = visit.url(path);
    let mut granted = Some(Vec::new());
    for (word, origin) in &origins {
        match ask(visit, "GET", path, &[("Origin", origin)]).await {
            Some(answer) => {
                visit.jar.note(&url, &answer.head, true, visit.now);
                if cors_grant(&answer.head, origin) == Grant::ReadWithCredentials
                    && let Some(granted) = granted.as_mut()
                {
                    granted.push(*word);
                }
            }
            None => granted = None,
        }
    }
    let Some(seen) = of_page_url(visit, RESPONSE, path) else { return };
    seen.set("probed", true);
    match granted {
        Some(granted) => seen.set("cors.credentialed", Value::texts(granted)),
        None => seen.unknown("cors.credentialed", "no answer"),
    };
}

async fn methods(visit: &mut Visit<'_>, path: &str) {
    let trace = ask(visit, "TRACE", path, &[ECHO]).await;
    let options = ask(visit, "OPTIONS", path, &[]).await;
    let Some(seen) = of_page_url(visit, RESPONSE, path) else { return };
    match trace {
        // Only an echo shows that the method is there; many servers answer any method with the page.
        Some(answer) => {
            seen.set("trace_echoes", answer.body.windows(ECHO.1.len()).any(|part| part == ECHO.1.as_bytes()))
        }
        None => seen.set("trace_echoes", false),
    };
    let named = options.as_ref().and_then(|answer| allowed_methods(&answer.head));
    seen.set("methods_named", named.is_some());
    seen.set("methods", Value::texts(named.unwrap_or_default().iter().map(|method| cut(method))));
}

fn of_page_url<'v>(visit: &'v mut Visit<'_>, kind: &str, path: &str) -> Option<&'v mut Observation> {
    let url = visit.url(path);
    visit.evidence.observations.iter_mut().find(|seen| seen.kind == kind && seen.subject.name() == url)
}

/// Pages with a nonce are fetched once more: a nonce that comes again protects nothing.
async fn second_fetches(visit: &mut Visit<'_>) {
    let pages: Vec<String> = visit.noted.nonces.keys().take(SECOND_FETCHES).cloned().collect();
    for path in pages {
        let Some(answer) = ask(visit, "GET", &path, &[]).await else { continue };
        let again = nonces(&answer);
        let before = visit.noted.nonces.get(&path).cloned().unwrap_or_default();
        let reused = before.iter().any(|nonce| again.contains(nonce));
        if let Some(seen) = of_page_url(visit, PAGE, &path) {
            seen.unknown_fields.remove("csp.nonce_reused");
            seen.set("csp.nonce_reused", reused);
        }
    }
}

/// Nonces of the policies of an answer.
fn nonces(answer: &Answer) -> BTreeSet<String> {
    let Ok(url) = Url::parse("https://example.invalid/") else { return BTreeSet::new() };
    let page = page::read(&answer.body, answer.head.first("content-type"), &url);
    let policies = of_page(&answer.head, &page);
    let sources = policies.iter().flat_map(|policy| &policy.directives).flat_map(|one| &one.sources);
    sources
        .filter_map(|source| match source {
            Source::Nonce(nonce) => Some(nonce.clone()),
            _ => None,
        })
        .collect()
}

/// Which protections of the first page an error lacks: both lists in one observation.
fn compare_errors(visit: &mut Visit<'_>) {
    let wanted: Vec<String> = visit
        .noted
        .first_page
        .clone()
        .and_then(|path| of_page_url(visit, RESPONSE, &path))
        .map(|page| page.texts("protections").into_iter().map(str::to_owned).collect())
        .unwrap_or_default();
    for seen in &mut visit.evidence.observations {
        if seen.kind != RESPONSE || seen.text("role") != Some("error") {
            continue;
        }
        let own: Vec<String> = seen.texts("protections").into_iter().map(str::to_owned).collect();
        seen.set("error.page_protections", Value::texts(wanted.iter().cloned()));
        seen.set("error.missing", Value::texts(wanted.iter().filter(|one| !own.contains(one)).cloned()));
    }
}
