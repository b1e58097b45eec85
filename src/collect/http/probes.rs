//! Questions beside the pages: other origins, a second visit, TRACE, OPTIONS, a page that is not there, an asset, the other
//! addresses of the host. All are GET, OPTIONS or TRACE without a body.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use reqwest::Url;

use super::answers::{Role, response};
use super::kinds::{ADDRESS, PAGE, RESPONSE};
use super::markup;
use super::observe::{is_html, new};
use super::policy::of_page;
use super::wire::{Answer, Client, Question};
use super::{Visit, gap};
use crate::collect::limits::{ADDRESSES_PER_HOST, PROBE_BYTES, SECOND_FETCHES};
use crate::model::{Observation, SubjectKind, Value};
use crate::syntax::csp::Source;
use crate::syntax::header::{Grant, allowed_methods, cors_grant, error_details};

/// A path that no site has; fixed, so that findings on it keep their names from run to run.
const NO_SUCH_PAGE: &str = "/tenken-no-such-page";
/// A field that a server which echoes requests gives back.
const ECHO: (&str, &str) = ("X-Tenken-Probe", "echo-7f3a");

/// What later questions need of the pages that were read.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// Path of the first page, which the questions are asked of.
    pub(super) first_page: Option<String>,
    /// Path of an asset that a page loads.
    pub(super) asset: Option<String>,
    /// Nonces by path of page; in memory only.
    pub(super) nonces: BTreeMap<String, BTreeSet<String>>,
    /// A page on which scripts run.
    pub(super) scripting_page: Option<String>,
}

/// Asks all of them and adds what they tell to what was seen.
pub(super) async fn probe(visit: &mut Visit<'_>) {
    let path = visit.noted.first_page.clone();
    if let Some(path) = &path {
        origins(visit, path).await;
        methods(visit, path).await;
        second_fetches(visit).await;
    }
    if let Some(asset) = visit.noted.asset.clone() {
        let answer = ask(visit, "GET", &asset, &[]).await;
        note(visit, &asset, answer);
    }
    let answer = ask(visit, "GET", NO_SUCH_PAGE, &[]).await;
    note(visit, NO_SUCH_PAGE, answer);
    compare_errors(visit, path.as_deref());
}

async fn ask(visit: &Visit<'_>, method: &'static str, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
    let question = Question {
        method,
        fields,
        body_bytes: PROBE_BYTES,
        ..Question::get(&visit.host.name, visit.address, true, path)
    };
    visit.client.ask(question).await.ok()
}

/// An answer to one more path becomes an observation, unless the walk has stated it already.
fn note(visit: &mut Visit<'_>, path: &str, answer: Option<Answer>) {
    let url = visit.url(path);
    let Some(answer) = answer else {
        visit.evidence.gaps.push(gap(url, "no answer".to_owned()));
        return;
    };
    if visit.evidence.of_kind(RESPONSE).any(|seen| seen.subject.name() == url) {
        return;
    }
    let role = Role::of(&answer.head, is_html(&answer.head));
    let mut seen = response(&url, &answer.head, role, None, &visit.parties);
    if role == Role::Error {
        details(&mut seen, &answer);
    }
    visit.jar.note(&url, &answer.head, true, visit.now);
    visit.evidence.observations.push(seen);
}

/// What an error tells of the inside.
pub(super) fn details(seen: &mut Observation, answer: &Answer) {
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
    seen.set(
        "methods",
        Value::texts(named.unwrap_or_default().iter().map(|method| crate::collect::limits::cut(method))),
    );
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
    let text = String::from_utf8_lossy(&answer.body);
    // A page that nests too deeply for the tree had no facts to compare with.
    let markup = markup::of_head(&text);
    let policies = of_page(&answer.head, &markup);
    let sources = policies.iter().flat_map(|policy| &policy.directives).flat_map(|one| &one.sources);
    sources
        .filter_map(|source| match source {
            Source::Nonce(nonce) => Some(nonce.clone()),
            _ => None,
        })
        .collect()
}

/// Which protections of the first page an error lacks: both lists in one observation.
fn compare_errors(visit: &mut Visit<'_>, first_page: Option<&str>) {
    let wanted: Vec<String> = first_page
        .and_then(|path| of_page_url(visit, RESPONSE, path))
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

/// The root of every address of the host, by header effects: they are compared later.
pub(super) async fn addresses(visit: &mut Visit<'_>, all: &[std::net::IpAddr]) {
    for ip in all.iter().take(ADDRESSES_PER_HOST) {
        let address = SocketAddr::new(*ip, visit.host.https_port);
        let name = format!("{address}/{}", visit.host.name);
        let mut seen = new(ADDRESS, SubjectKind::Endpoint, &name, &visit.url("/"));
        let client = Client::new(visit.world);
        let question = Question { body_bytes: 0, ..Question::get(&visit.host.name, address, true, "/") };
        match client.ask(question).await {
            Ok(answer) => {
                let told = response(
                    &visit.url("/"),
                    &answer.head,
                    Role::of(&answer.head, is_html(&answer.head)),
                    None,
                    &visit.parties,
                );
                seen.set("status", i64::from(answer.head.status));
                seen.set("protections", Value::texts(told.texts("protections")));
                let target =
                    answer.head.first("location").and_then(|to| Url::parse(&visit.url("/")).ok()?.join(to).ok());
                seen.set(
                    "redirects_to",
                    target.map_or_else(String::new, |to| crate::collect::limits::cut(&place(&to))),
                );
                seen.set("reached", true);
            }
            Err(refusal) => {
                seen.set("reached", false);
                for field in ["status", "protections", "redirects_to"] {
                    seen.unknown(field, refusal.to_string());
                }
            }
        }
        seen.set("host", visit.host.name.clone());
        visit.evidence.observations.push(seen);
    }
}

/// A URL without its query, which may hold what nobody should keep.
fn place(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}
