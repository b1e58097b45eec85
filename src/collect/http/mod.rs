//! Web answers of each declared host: plain HTTP, headers, cookies, pages, open paths. It never judges, and asks GET only.

mod answers;
mod cookies;
mod exposure;
mod fields;
mod kinds;
mod markup;
mod observe;
mod page;
#[allow(dead_code)] // Forms and loads will ask whose a host is too.
mod party;
mod policy;
mod probes;
mod redirects;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use futures_util::future::join_all;
use reqwest::Url;

use self::answers::Role;
use self::cookies::Jar;
use self::exposure::EXPOSURES;
use self::kinds::{COOKIE, FORM, HOST, LOAD, PAGE, PATH, REDIRECT, RESPONSE, SECURITY_TXT};
use self::party::Parties;
use self::policy::PagePolicy;
use self::probes::Noted;
use self::wire::{Answer, Client, Question};
use super::collector::{Collector, LocalFuture, Task};
use super::limits::PAGES_PER_HOST;
use super::world::{Refusal, World};
use crate::model::{Census, Evidence, Gap, Host, KindSpec};

pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct HttpCollector;

const NAME: &str = "http";
/// Kinds whose observations come from pages, so that unread pages leave them incomplete.
const OF_PAGES: [&str; 6] = [RESPONSE, COOKIE, PAGE, LOAD, FORM, REDIRECT];

impl Collector for HttpCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let reason = if task.offline {
                "left out by --offline"
            } else if site.hosts.is_empty() {
                "no URL or host is named (site file: url)"
            } else {
                let parts = join_all(site.hosts.iter().map(|host| look(world, host, task))).await;
                let mut evidence = Evidence::default();
                let mut loads = BTreeMap::new();
                for (part, of_host) in parts {
                    evidence.extend(part);
                    observe::merge(&mut loads, of_host);
                }
                evidence.observations.extend(observe::loads(loads));
                return evidence;
            };
            let census = KINDS.iter().map(|kind| Census::not_asked(kind.name, &site.name, reason));
            Evidence { census: census.collect(), ..Evidence::default() }
        })
    }
}

/// What is known of one host while it is looked at.
struct Visit<'a> {
    world: &'a dyn World,
    client: Client<'a>,
    host: &'a Host,
    address: SocketAddr,
    policy_paths: BTreeSet<String>,
    evidence: Evidence,
    faults: Vec<(String, String)>,
    /// Pages that are linked and were not read, once the limit was reached.
    unread: usize,
    loads: observe::Loads,
    parties: Parties,
    jar: Jar,
    hops: redirects::Hops,
    noted: Noted,
    /// When the collection began, in seconds since 1970.
    now: i64,
}

impl Visit<'_> {
    fn url(&self, path: &str) -> String {
        let port = if self.host.https_port == 443 { String::new() } else { format!(":{}", self.host.https_port) };
        format!("https://{}{port}{path}", self.host.name)
    }

    async fn ask(&self, path: &str) -> Result<Answer, Refusal> {
        self.client.ask(Question::get(&self.host.name, self.address, true, path)).await
    }
}

async fn look(world: &dyn World, host: &Host, task: &Task<'_>) -> (Evidence, observe::Loads) {
    let addresses = match world.resolve(&host.name).await {
        Ok(addresses) => addresses,
        Err(refusal) => return (missing(&host.name, &refusal.to_string()), BTreeMap::new()),
    };
    let Some(address) = addresses.first().copied() else {
        return (missing(&host.name, "the name has no address"), BTreeMap::new());
    };
    let pages = task.declaration.site.declared.policy_pages.values();
    let mut visit = Visit {
        world,
        client: Client::new(world),
        host,
        address: SocketAddr::new(address, host.https_port),
        policy_paths: pages.map(|page| path_of(page, &host.name)).collect::<Option<_>>().unwrap_or_default(),
        evidence: Evidence::default(),
        faults: Vec::new(),
        unread: 0,
        loads: BTreeMap::new(),
        parties: Parties::of(task.declaration),
        jar: Jar::default(),
        hops: BTreeMap::new(),
        noted: Noted::default(),
        now: task.now.unix_seconds(),
    };
    let root = match visit.ask("/").await {
        Ok(root) => root,
        Err(refusal) => return (missing(&host.name, &refusal.to_string()), BTreeMap::new()),
    };
    plain_http(&mut visit).await;
    walk(&mut visit, root).await;
    probes::probe(&mut visit).await;
    probes::addresses(&mut visit, &addresses).await;
    redirects::follow(&mut visit).await;
    open_paths(&mut visit).await;
    security_txt(&mut visit).await;
    let Visit { mut evidence, faults, unread, loads, jar, noted, .. } = visit;
    jar.state(&mut evidence, &host.name, noted.scripting_page.as_deref());
    for kind in KINDS {
        let count = evidence.of_kind(kind.name).count();
        evidence.census.push(match faults.first() {
            Some((subject, reason)) => Census::incomplete(kind.name, &host.name, count, format!("{subject}: {reason}")),
            // Nobody failed here, so it is no gap; but what was not read is not known.
            None if unread > 0 && OF_PAGES.contains(&kind.name) => {
                let reason = format!("{unread} or more pages are linked and were not read (limit {PAGES_PER_HOST})");
                Census::incomplete(kind.name, &host.name, count, reason)
            }
            None => Census::complete(kind.name, &host.name, count),
        });
    }
    evidence.gaps.extend(faults.into_iter().map(|(subject, reason)| gap(subject, reason)));
    (evidence, loads)
}

async fn plain_http(visit: &mut Visit<'_>) {
    let mut seen = observe::new(HOST, crate::model::SubjectKind::Host, &visit.host.name, &visit.url("/"));
    match visit.host.http_port {
        Some(port) => {
            let address = SocketAddr::new(visit.address.ip(), port);
            match visit.client.ask(Question::get(&visit.host.name, address, false, "/")).await {
                Ok(answer) => {
                    observe::plain(&mut seen, &answer.head, visit.host);
                    plain_answer(visit, &answer);
                }
                Err(Refusal::ConnectionRefused) => {
                    seen.set("plain_http", "closed").set("permanent", true);
                }
                Err(refusal) => {
                    seen.unknown("plain_http", refusal.to_string()).unknown("permanent", refusal.to_string());
                    visit.faults.push((format!("http://{}/", visit.host.name), refusal.to_string()));
                }
            }
        }
        None => {
            seen.unknown("plain_http", "plain HTTP is left out (site file: http_port: 0)")
                .unknown("permanent", "not asked");
        }
    }
    match visit.world.fetch(&visit.url("/"), 1).await {
        Ok(fetched) => {
            seen.set("http2", fetched.version == "HTTP/2.0");
        }
        Err(refusal) => {
            seen.unknown("http2", refusal.to_string());
        }
    }
    visit.evidence.observations.push(seen);
}

/// The answer over plain HTTP: its headers, its cookies, and where it sends on.
fn plain_answer(visit: &mut Visit<'_>, answer: &Answer) {
    let port = visit.host.http_port.filter(|port| *port != 80).map(|port| format!(":{port}")).unwrap_or_default();
    let Ok(url) = Url::parse(&format!("http://{}{port}/", visit.host.name)) else { return };
    visit.evidence.observations.push(answers::response(url.as_str(), &answer.head, Role::Plain, None, &visit.parties));
    visit.jar.note(url.as_str(), &answer.head, false, visit.now);
    visit.hops.insert(url.to_string(), redirects::step(&url, &answer.head, None));
}

/// The root, the declared pages and what they link to, up to the limit.
async fn walk(visit: &mut Visit<'_>, root: Answer) {
    let mut left: Vec<String> = visit.host.pages.clone();
    left.extend(visit.policy_paths.iter().cloned());
    let mut asked = BTreeSet::from(["/".to_owned()]);
    let mut links = read(visit, "/", root);
    let declared = left.len();
    let mut number = 0;
    loop {
        let next = left.pop().or_else(|| links.pop_first());
        let Some(path) = next else { break };
        if !asked.insert(path.clone()) {
            continue;
        }
        number += 1;
        // Declared pages are always read; what is only linked, up to the limit.
        if number > declared.max(PAGES_PER_HOST) {
            visit.unread = 1 + links.iter().filter(|link| !asked.contains(*link)).count();
            break;
        }
        match visit.ask(&path).await {
            Ok(answer) => links.extend(read(visit, &path, answer)),
            Err(refusal) => visit.faults.push((visit.url(&path), refusal.to_string())),
        }
    }
}

fn read(visit: &mut Visit<'_>, path: &str, answer: Answer) -> BTreeSet<String> {
    let shown = visit.url(path);
    let Ok(url) = Url::parse(&shown) else { return BTreeSet::new() };
    let html = observe::is_html(&answer.head);
    let role = Role::of(&answer.head, html);
    visit.jar.note(&shown, &answer.head, true, visit.now);
    visit.hops.insert(url.to_string(), redirects::step(&url, &answer.head, None));
    if role != Role::Page {
        let mut seen = answers::response(&shown, &answer.head, role, None, &visit.parties);
        if role == Role::Error {
            probes::details(&mut seen, &answer);
        }
        visit.evidence.observations.push(seen);
        return BTreeSet::new();
    }
    let page = page::read(&answer.body, &url);
    let mut response = answers::response(&shown, &answer.head, role, Some(&page.markup), &visit.parties);
    let personal = page.forms.iter().any(|form| !form.categories.is_empty());
    if page.fault.is_none() {
        response.set("personal", personal);
    }
    visit.evidence.observations.push(response);
    if let Some(fault) = page.fault {
        visit.faults.push((shown, fault.to_owned()));
        return BTreeSet::new();
    }
    if answer.truncated {
        visit.faults.push((shown.clone(), "the page is longer than is read, or was cut off".to_owned()));
    }
    visit.hops.insert(url.to_string(), redirects::step(&url, &answer.head, Some(&page.markup)));
    let mut seen = observe::page(&shown, path, &page, &visit.policy_paths);
    policies(visit, &mut seen, path, &url, &answer, &page);
    visit.evidence.observations.push(seen);
    observe::forms(&mut visit.evidence, &shown, path, &page);
    observe::note_loads(&mut visit.loads, &shown, &page, &visit.host.name);
    page.links.into_iter().filter(|link| is_page(link)).collect()
}

/// What the policies of a page allow and prove, and what later questions need of it.
fn policies(
    visit: &mut Visit<'_>,
    seen: &mut crate::model::Observation,
    path: &str,
    url: &Url,
    answer: &Answer,
    page: &page::Page,
) {
    let policies = policy::of_page(&answer.head, &page.markup);
    let facts =
        PagePolicy { url, policies: &policies, head: &answer.head, markup: &page.markup, parties: &visit.parties };
    let targets: Vec<(Url, crate::syntax::csp::Kind)> = page
        .loads
        .iter()
        .flat_map(|(host, kinds)| kinds.iter().map(move |kind| (host, *kind)))
        .filter_map(|(host, kind)| Some((Url::parse(&format!("https://{host}/")).ok()?, policy::kind_of(kind)?)))
        .collect();
    let loads: Vec<crate::syntax::csp::SeenLoad<'_>> = targets
        .iter()
        .map(|(url, kind)| crate::syntax::csp::SeenLoad {
            load: crate::syntax::csp::Load::new(*kind, url),
            is_known_party: url.host_str().is_some_and(|host| visit.parties.is_told(host)),
        })
        .collect();
    facts.state(seen, &loads, !answer.truncated);
    let nonces = facts.nonces().into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    let noted = &mut visit.noted;
    if seen.flag("scripts_run") == Some(true) {
        noted.scripting_page.get_or_insert_with(|| url.to_string());
    }
    noted.first_page.get_or_insert_with(|| path.to_owned());
    if noted.asset.is_none() {
        noted.asset.clone_from(&page.markup.asset);
    }
    if !nonces.is_empty() {
        noted.nonces.insert(path.to_owned(), nonces);
    }
}

/// Whether a path is likely a page rather than a picture or archive.
fn is_page(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_none_or(|(_, ending)| matches!(ending, "html" | "htm" | "php" | "jsp" | "aspx"))
}

async fn open_paths(visit: &mut Visit<'_>) {
    // A site that answers two unlikely paths with 200 answers everything; then only a signature counts, as always.
    for exposure in EXPOSURES {
        let url = visit.url(exposure.path);
        let mut seen = observe::new(PATH, crate::model::SubjectKind::Page, &url, &url);
        seen.set("category", exposure.category);
        match visit.ask(exposure.path).await {
            Ok(answer) => {
                seen.set("exposed", answer.head.status == 200 && exposure.is_proved_by(&answer.body));
            }
            Err(refusal) => {
                seen.unknown("exposed", refusal.to_string());
                visit.faults.push((url, refusal.to_string()));
            }
        }
        visit.evidence.observations.push(seen);
    }
}

async fn security_txt(visit: &mut Visit<'_>) {
    let path = "/.well-known/security.txt";
    let url = visit.url(path);
    let mut seen = observe::new(SECURITY_TXT, crate::model::SubjectKind::Host, &visit.host.name, &url);
    match visit.ask(path).await {
        Ok(answer) => observe::security_txt(&mut seen, &answer),
        Err(refusal) => {
            for field in ["present", "has_contact", "expires"] {
                seen.unknown(field, refusal.to_string());
            }
            visit.faults.push((url, refusal.to_string()));
        }
    }
    visit.evidence.observations.push(seen);
}

/// The path of a declared page, which is a path or a URL of this host.
fn path_of(page: &str, host: &str) -> Option<String> {
    if page.starts_with('/') {
        return Some(page.to_owned());
    }
    let url = Url::parse(page).ok()?;
    (url.host_str() == Some(host)).then(|| url.path().to_owned())
}

fn missing(host: &str, reason: &str) -> Evidence {
    let census = KINDS.iter().map(|kind| Census::incomplete(kind.name, host, 0, reason));
    Evidence {
        census: census.collect(),
        gaps: vec![gap(format!("host:{host}"), reason.to_owned())],
        ..Evidence::default()
    }
}

fn gap(subject: String, reason: String) -> Gap {
    Gap { collector: NAME.to_owned(), kinds: KINDS.iter().map(|kind| kind.name.to_owned()).collect(), subject, reason }
}

#[cfg(test)]
mod tests;
