//! Web answers of each declared host: plain HTTP, headers, cookies, pages, open paths. It never judges, and asks GET only.

mod exposure;
mod kinds;
mod observe;
mod page;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use futures_util::future::join_all;
use reqwest::Url;

use self::exposure::EXPOSURES;
use self::kinds::{COOKIE, FORM, HOST, LOAD, PAGE, PATH, RESPONSE, SECURITY_TXT};
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
const OF_PAGES: [&str; 5] = [RESPONSE, COOKIE, PAGE, LOAD, FORM];

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
    let address = match world.resolve(&host.name).await {
        Ok(addresses) => addresses.first().copied(),
        Err(refusal) => return (missing(&host.name, &refusal.to_string()), BTreeMap::new()),
    };
    let Some(address) = address else {
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
    };
    let root = match visit.ask("/").await {
        Ok(root) => root,
        Err(refusal) => return (missing(&host.name, &refusal.to_string()), BTreeMap::new()),
    };
    plain_http(&mut visit).await;
    walk(&mut visit, root).await;
    open_paths(&mut visit).await;
    security_txt(&mut visit).await;
    let Visit { mut evidence, faults, unread, loads, .. } = visit;
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
                Ok(answer) => observe::plain(&mut seen, &answer.head, visit.host),
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
    visit.evidence.observations.push(observe::response(&shown, &answer.head, html));
    observe::cookies(&mut visit.evidence, &visit.host.name, &shown, &answer.head);
    if !html || !(200..300).contains(&answer.head.status) {
        return BTreeSet::new();
    }
    let page = page::read(&answer.body, &url);
    if let Some(fault) = page.fault {
        visit.faults.push((shown, fault.to_owned()));
        return BTreeSet::new();
    }
    if answer.truncated {
        visit.faults.push((shown.clone(), "the page is longer than is read, or was cut off".to_owned()));
    }
    visit.evidence.observations.push(observe::page(&shown, path, &page, &visit.policy_paths));
    observe::forms(&mut visit.evidence, &shown, path, &page);
    observe::note_loads(&mut visit.loads, &shown, &page, &visit.host.name);
    page.links.into_iter().filter(|link| is_page(link)).collect()
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
