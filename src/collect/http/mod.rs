//! Web answers of each declared host: plain HTTP, headers, cookies, pages, open paths. It never judges, and sends no body.

mod admin;
mod answers;
mod consistency;
mod cookies;
mod crawl;
mod exposure;
mod facts;
mod fields;
mod heads;
mod integrity;
mod kinds;
mod observe;
mod page;
mod party;
mod paths;
mod policy;
mod probes;
mod redirects;
mod speculation;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use futures_util::future::join_all;
use url::Url;

use self::cookies::Jar;
use self::kinds::{ADMIN_PATH, COOKIE, CRAWL, FORM, HOST, LOAD, PAGE, PATH, REDIRECT, RESPONSE};
use self::party::Parties;
use self::wire::{Answer, Client, Question};
use super::collector::{Collector, LocalFuture, NOT_NEEDED, Task};
use super::limits::{CONFIGURATION_BYTES, NO_ADMIN_PATHS, VISITS_PER_ADDRESS};
use super::turns::Turns;
use super::world::{Refusal, World};
use crate::model::{Census, Evidence, Gap, Host, KindSpec, SubjectKind, Value};

pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct HttpCollector;

const NAME: &str = "http";
/// Kinds whose observations come from pages, so that unread pages leave them incomplete.
const OF_PAGES: [&str; 8] = [RESPONSE, REDIRECT, COOKIE, CRAWL, PAGE, LOAD, FORM, heads::HEAD];

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
                let turns = Turns::new(VISITS_PER_ADDRESS);
                let parts = join_all(site.hosts.iter().map(|host| look(world, host, task, &turns))).await;
                let mut evidence = Evidence::default();
                let mut loads = facts::Loads::new();
                for (part, of_host) in parts {
                    evidence.extend(part);
                    facts::merge(&mut loads, of_host);
                }
                evidence.observations.extend(facts::loads(loads));
                let roots: Vec<(String, String)> =
                    site.hosts.iter().map(|host| (host.name.clone(), url_of(host, "/"))).collect();
                consistency::hosts(&mut evidence, &roots);
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
    parties: Parties,
    /// Names that may be asked at all.
    declared_hosts: BTreeSet<String>,
    mail_domains: Option<Vec<String>>,
    /// Paths of declared policy pages on this host, by key.
    policy_keys: BTreeMap<String, String>,
    policy_paths: BTreeSet<String>,
    /// Declared policy pages on other hosts.
    policy_elsewhere: BTreeSet<Url>,
    /// Declared texts of the policy, by key, or why one cannot be read.
    policy_texts: BTreeMap<String, Result<String, String>>,
    /// What plain HTTP answers, or why that is not known.
    plain_http: Result<String, String>,
    /// What is asked for where the name of a page stands for a query.
    targets: BTreeMap<String, String>,
    /// Folders that pages name.
    directories: BTreeSet<String>,
    jar: Jar,
    hops: redirects::Hops,
    noted: probes::Noted,
    /// What was asked for by name.
    asked: heads::Asked,
    /// When the collection began, in seconds since 1970.
    now: i64,
    evidence: Evidence,
    faults: Vec<(String, String)>,
}

impl<'a> Visit<'a> {
    fn new(world: &'a dyn World, host: &'a Host, address: SocketAddr, task: &Task<'_>) -> Self {
        let site = &task.declaration.site;
        let declared = &site.declared;
        let keys =
            declared.policy_pages.iter().filter_map(|(key, page)| Some((key.clone(), path_of(page, &host.name)?)));
        let policy_keys: BTreeMap<String, String> = keys.collect();
        let texts = declared.policy_texts.iter().map(|(key, path)| {
            let text = world.read(path, CONFIGURATION_BYTES).map_err(|refusal| format!("{path}: {refusal}"));
            (key.clone(), text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        });
        Self {
            world,
            client: Client::new(world),
            host,
            address,
            parties: Parties::of(task.declaration),
            declared_hosts: site.hosts.iter().map(|host| host.name.clone()).collect(),
            mail_domains: declared.mail_domains.clone(),
            policy_paths: policy_keys.values().cloned().collect(),
            policy_elsewhere: declared
                .policy_pages
                .values()
                .filter_map(|page| Url::parse(page).ok())
                .filter(|page| page.host_str() != Some(host.name.as_str()))
                .collect(),
            policy_keys,
            policy_texts: texts.collect(),
            plain_http: Err("not asked".to_owned()),
            targets: BTreeMap::new(),
            directories: BTreeSet::new(),
            jar: Jar::default(),
            hops: redirects::Hops::new(),
            noted: probes::Noted::default(),
            asked: heads::Asked::new(),
            now: task.now.unix_seconds(),
            evidence: Evidence::default(),
            faults: Vec::new(),
        }
    }

    fn url(&self, path: &str) -> String {
        url_of(self.host, path)
    }

    async fn ask(&self, path: &str) -> Result<Answer, Refusal> {
        self.client.ask(Question::get(&self.host.name, self.address, true, self.target(path))).await
    }

    /// What stands in the first line of a question for a page of this name.
    fn target<'p>(&'p self, path: &'p str) -> &'p str {
        self.targets.get(path).map_or(path, String::as_str)
    }
}

fn url_of(host: &Host, path: &str) -> String {
    let port = if host.https_port == 443 { String::new() } else { format!(":{}", host.https_port) };
    format!("https://{}{port}{path}", host.name)
}

async fn look(world: &dyn World, host: &Host, task: &Task<'_>, turns: &Turns) -> (Evidence, facts::Loads) {
    let addresses = match world.resolve(&host.name).await {
        Ok(addresses) => addresses,
        Err(refusal) => return (missing(&host.name, &refusal.to_string()), facts::Loads::new()),
    };
    let Some((first, others)) = addresses.split_first() else {
        return (missing(&host.name, "the name has no address"), facts::Loads::new());
    };
    let _turn = turns.at(*first).await;
    let mut visit = Visit::new(world, host, SocketAddr::new(*first, host.https_port), task);
    let root = match visit.ask("/").await {
        Ok(root) => root,
        Err(refusal) => return (missing(&host.name, &refusal.to_string()), facts::Loads::new()),
    };
    let host_seen = plain_http(&mut visit).await;
    visit.evidence.observations.push(host_seen);
    let rules = paths::robots_txt(&mut visit).await;
    let crawl = crawl::walk(&mut visit, root, rules.as_ref()).await;
    let mut loads = facts::Loads::new();
    facts::observe_crawl(&mut visit, &crawl, &mut loads);
    let absent = paths::absent(&mut visit).await;
    probes::probe(&mut visit, &absent.answers).await;
    redirects::follow(&mut visit).await;
    // Most of what is asked for by name is of this one kind.
    if task.needs(PATH) {
        paths::exposures(&mut visit, &absent).await;
        paths::security_text(&mut visit).await;
    } else {
        visit.evidence.observations.retain(|seen| seen.kind != PATH);
    }
    let admin = task.declaration.site.declared.admin_paths.as_deref();
    admin::observe(&mut visit, admin.unwrap_or_default(), &absent).await;
    let asked = heads::asked(&visit);
    visit.evidence.observations.push(asked);
    let (count, differences) = consistency::addresses(&mut visit, others).await;
    if let Some(seen) = visit.evidence.observations.iter_mut().find(|seen| seen.kind == HOST) {
        seen.set("compared.addresses", i64::try_from(count).unwrap_or(i64::MAX));
        seen.set("compared.address_differences", Value::texts(differences));
    }
    let Visit { mut evidence, faults, jar, noted, .. } = visit;
    jar.state(&mut evidence, &host.name, noted.scripting_page.as_deref());
    let unread = crawl.unread.iter().next().map(|(path, reason)| {
        let more = crawl.unread.len() - 1;
        if more == 0 { format!("{path}: {reason}") } else { format!("{path} and {more} more: {reason}") }
    });
    for kind in KINDS {
        let count = evidence.of_kind(kind.name).count();
        if kind.name == ADMIN_PATH && admin.is_none() {
            evidence.census.push(Census::not_asked(kind.name, &host.name, NO_ADMIN_PATHS));
            continue;
        }
        if kind.name == PATH && !task.needs(PATH) {
            evidence.census.push(Census::not_asked(kind.name, &host.name, NOT_NEEDED));
            continue;
        }
        evidence.census.push(match (faults.first(), &unread) {
            (Some((subject, reason)), _) => {
                Census::incomplete(kind.name, &host.name, count, format!("{subject}: {reason}"))
            }
            // Nobody failed here, so it is no gap; but what was not read is not known.
            (None, Some(reason)) if OF_PAGES.contains(&kind.name) => {
                Census::incomplete(kind.name, &host.name, count, reason.clone())
            }
            (None, _) => Census::complete(kind.name, &host.name, count),
        });
    }
    evidence.gaps.extend(faults.into_iter().map(|(subject, reason)| gap(subject, reason)));
    (evidence, loads)
}

async fn plain_http(visit: &mut Visit<'_>) -> crate::model::Observation {
    let mut seen = observe::new(HOST, SubjectKind::Host, &visit.host.name, &visit.url("/"));
    match visit.host.http_port {
        Some(port) => {
            let address = SocketAddr::new(visit.address.ip(), port);
            match visit.client.ask(Question::get(&visit.host.name, address, false, "/")).await {
                Ok(answer) => {
                    observe::plain(&mut seen, &answer.head, visit.host);
                    probes::plain(visit, port, &answer);
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
    visit.plain_http = match (seen.text("plain_http"), seen.unknown_fields.get("plain_http")) {
        (Some(word), _) => Ok(word.to_owned()),
        (None, reason) => Err(reason.cloned().unwrap_or_default()),
    };
    visit.client.rest();
    match visit.world.fetch(&visit.url("/"), 1).await {
        Ok(fetched) => {
            seen.set("http2", fetched.version == "HTTP/2.0");
        }
        Err(refusal) => {
            seen.unknown("http2", refusal.to_string());
        }
    }
    seen
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
