//! The walk through one host's pages: declared ones always, linked ones within limits and robots.txt, one after the other.
//!
//! It keeps one list of what was read and of what was not, each with its reason.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::page::{self, Load, Page};
use super::wire::{Answer, Question};
use super::{Visit, answers, integrity, observe, policy, probes, redirects, speculation};
use crate::collect::limits::{CRAWL_REQUESTS_PER_HOST, PAGES_PER_HOST, STYLE_SHEET_DEPTH};
use crate::collect::world::Refusal;
use crate::syntax::csp::{Kind, Policy};
use crate::syntax::header::Head;
use crate::syntax::robots::Robots;

/// One page that was read.
#[derive(Debug)]
pub(super) struct Read {
    /// Path on its host.
    pub(super) path: String,
    pub(super) url: Url,
    pub(super) page: Page,
    pub(super) head: Head,
    /// Enforced policies of the header and of the head's `<meta>`.
    pub(super) policies: Vec<Policy>,
    /// The page and every style sheet of its were read to their end.
    pub(super) is_whole: bool,
    /// Digests of loads, where they could be made.
    pub(super) digests: integrity::Digests,
}

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Crawl {
    pub(super) pages: Vec<Read>,
    /// Paths that were asked for and answered.
    pub(super) read: BTreeSet<String>,
    /// Paths and URLs that were not, with the reason.
    pub(super) unread: BTreeMap<String, String>,
    /// Paths that lead on to another path of this host.
    pub(super) moved: BTreeMap<String, String>,
    /// Paths that lead on to another host, and that host.
    pub(super) sent_on: BTreeSet<(String, String)>,
    /// Status by path.
    pub(super) statuses: BTreeMap<String, u16>,
    requests: usize,
}

/// Pages that are known and not read yet, in the order in which they will be.
type Left = BTreeSet<(Rank, String)>;

/// What is read first, where not all can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Its name has one of [`FIRST`].
    First,
    /// Any other.
    Usual,
    /// A query selects it: one of its path and set of keys, because they are mostly alike.
    ByQuery,
}

/// Words of paths that are read first, because most is decided there.
const FIRST: [&str; 12] = [
    "contact",
    "inquiry",
    "enquiry",
    "toiawase",
    "otoiawase",
    "form",
    "mail",
    "policy",
    "privacy",
    "login",
    "security",
    "entry",
];

/// Reads the root, the declared pages and what they link to.
pub(super) async fn walk(visit: &mut Visit<'_>, root: Answer, rules: Option<&Robots>) -> Crawl {
    let mut crawl = Crawl::default();
    let mut declared: Vec<String> = visit.host.pages.iter().rev().cloned().collect();
    declared.extend(visit.policy_paths.iter().rev().cloned());
    let mut left = Left::new();
    let mut asked = BTreeSet::from(["/".to_owned()]);
    take(visit, &mut crawl, "/", root, &mut left, &mut declared);
    loop {
        let (path, is_declared) = match declared.pop() {
            Some(path) => (path, true),
            None => match left.pop_first() {
                Some((_, path)) => (path, false),
                None => break,
            },
        };
        if !asked.insert(path.clone()) {
            continue;
        }
        // What is declared is read whatever robots.txt says: its owner asked for it. What is only linked is not.
        let reason = match rules {
            _ if is_declared => None,
            None => Some("robots.txt could not be had".to_owned()),
            Some(rules) if !rules.allows(visit.target(&path)) => Some("robots.txt forbids it".to_owned()),
            Some(_) if crawl.read.len() >= PAGES_PER_HOST => {
                Some(format!("beyond the limit of {PAGES_PER_HOST} pages"))
            }
            Some(_) => None,
        };
        if let Some(reason) = reason {
            crawl.unread.insert(path, reason);
            continue;
        }
        crawl.requests += 1;
        match visit.ask(&path).await {
            Ok(answer) => take(visit, &mut crawl, &path, answer, &mut left, &mut declared),
            Err(refusal) => {
                visit.faults.push((visit.url(&path), refusal.to_string()));
                crawl.unread.insert(path, refusal.to_string());
            }
        }
    }
    style_sheets(visit, &mut crawl).await;
    speculation::files(visit, &mut crawl).await;
    integrity::check(visit, &mut crawl).await;
    crawl
}

impl Crawl {
    /// Counts a request against the limit; `false` where none is left.
    pub(super) fn may_ask(&mut self) -> bool {
        let may = self.requests < CRAWL_REQUESTS_PER_HOST;
        self.requests += usize::from(may);
        may
    }
}

fn take(
    visit: &mut Visit<'_>,
    crawl: &mut Crawl,
    path: &str,
    answer: Answer,
    left: &mut Left,
    first: &mut Vec<String>,
) {
    let shown = visit.url(path);
    let Ok(url) = Url::parse(&shown) else { return };
    let head = &answer.head;
    crawl.read.insert(path.to_owned());
    crawl.statuses.insert(path.to_owned(), head.status);
    let is_html = observe::is_html(head);
    probes::answer(visit, &url, &answer);
    let by_status = head.first("location").filter(|_| matches!(head.status, 301 | 302 | 303 | 307 | 308));
    let target = by_status.and_then(|target| url.join(target.trim()).ok());
    if let Some(target) = target.or_else(|| head.first("refresh").and_then(|value| page::refresh(value, &url))) {
        lead_on(visit, crawl, path, &target, first);
    }
    if !is_html || !(200..300).contains(&head.status) {
        return;
    }
    if let Some(encoding) = head.first("content-encoding").filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
    {
        // None was asked for, so nothing here unpacks one, and a small answer cannot become a large one.
        let reason = format!("the page is packed ({}), which was not asked for", crate::collect::limits::cut(encoding));
        visit.faults.push((shown, reason.clone()));
        crawl.unread.insert(path.to_owned(), reason);
        return;
    }
    let mut page = page::read(&answer.body, head.first("content-type"), &url);
    page::from_link_header(&mut page, head.values("link"), &url);
    answers::add_page(&mut visit.evidence, &shown, &page);
    if let Some(target) = page.refresh.clone() {
        visit.hops.insert(url.to_string(), Some(redirects::Step { by: "meta-refresh", to: Some(target.clone()) }));
        lead_on(visit, crawl, path, &target, first);
    }
    if answer.truncated {
        page.fault.get_or_insert_with(|| "the page is longer than is read, or was cut off".to_owned());
    }
    if let Some(fault) = &page.fault {
        visit.faults.push((shown, fault.clone()));
    }
    let policies = policy::of_page(head, &page);
    page::stop(&mut page, &policies, &url);
    page.rule_sets = page::rule_sets(head.values("speculation-rules"), &url);
    for link in &page.links {
        if link.url.origin() == url.origin() && is_page(link.url.path()) {
            let name = name(visit, &link.url);
            let lower = name.to_ascii_lowercase();
            let rank = match FIRST.iter().any(|word| lower.contains(word)) {
                true => Rank::First,
                false if name.contains('?') => Rank::ByQuery,
                false => Rank::Usual,
            };
            left.insert((rank, name));
        }
    }
    let folders = page.loads.iter().map(|load| &load.url).chain(page.links.iter().map(|link| &link.url));
    for target in folders.filter(|target| target.origin() == url.origin()) {
        if let Some((folder, _)) = target.path().rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            visit.directories.insert(format!("{folder}/"));
        }
    }
    let is_whole = page.fault.is_none();
    if !visit.policy_paths.contains(path) {
        page.text.clear();
    }
    crawl.pages.push(Read {
        path: path.to_owned(),
        url,
        head: head.clone(),
        page,
        policies,
        is_whole,
        digests: integrity::Digests::default(),
    });
}

/// What a redirect, a `Refresh` or a meta refresh leads to.
fn lead_on(visit: &mut Visit<'_>, crawl: &mut Crawl, path: &str, target: &Url, first: &mut Vec<String>) {
    let host = target.host_str().unwrap_or_default().to_ascii_lowercase();
    let is_same = host == visit.host.name
        && target.scheme() == "https"
        && target.port_or_known_default() == Some(visit.host.https_port);
    if is_same {
        let name = name(visit, target);
        crawl.moved.insert(path.to_owned(), name.clone());
        first.push(name);
        return;
    }
    if host != visit.host.name && !host.is_empty() {
        crawl.sent_on.insert((path.to_owned(), host.clone()));
        if visit.parties.party(&host) == super::party::Party::First && !visit.declared_hosts.contains(&host) {
            crawl.unread.insert(
                format!("{}://{host}{}", target.scheme(), target.path()),
                "its host is not declared".to_owned(),
            );
        }
    }
}

/// The name of a page: its path, and where a query selects it the query's keys in order. What the query says is never kept in a name; the first
/// that is met is asked for.
fn name(visit: &mut Visit<'_>, url: &Url) -> String {
    let Some(query) = url.query().filter(|query| !query.is_empty()) else { return url.path().to_owned() };
    let key = |part: &str| {
        let key = part.split_once('=').map_or("", |(key, _)| key);
        let is_word = (1..=KEY_BYTES).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-[]".contains(&byte));
        // What is no word may be a value, or anything else.
        if is_word { key.to_owned() } else { "*".to_owned() }
    };
    let keys: BTreeSet<String> = query.split('&').filter(|part| !part.is_empty()).take(KEYS).map(key).collect();
    let name = format!("{}?{}", url.path(), keys.into_iter().collect::<Vec<_>>().join("&"));
    visit.targets.entry(name.clone()).or_insert_with(|| observe::target(url));
    name
}

/// Keys of a query that a name has at most, and bytes of one.
const KEYS: usize = 8;
const KEY_BYTES: usize = 32;

/// Whether a path is likely a page rather than a picture or archive.
fn is_page(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_none_or(|(_, ending)| {
        matches!(
            ending.to_ascii_lowercase().as_str(),
            "html" | "htm" | "shtml" | "xhtml" | "php" | "jsp" | "aspx" | "asp" | "cgi" | "do"
        )
    })
}

/// Reads the style sheets of this host that pages use, and adds what they load to the pages.
async fn style_sheets(visit: &mut Visit<'_>, crawl: &mut Crawl) {
    let mut known: BTreeMap<Url, Option<Vec<Load>>> = BTreeMap::new();
    for number in 0..crawl.pages.len() {
        let mut seen = BTreeSet::new();
        let mut next = styles(&crawl.pages[number].page.loads);
        for _ in 0..STYLE_SHEET_DEPTH {
            let mut found = Vec::new();
            for sheet in std::mem::take(&mut next) {
                if !seen.insert(sheet.clone()) {
                    continue;
                }
                if !known.contains_key(&sheet) {
                    let loads = style_sheet(visit, crawl, &sheet).await;
                    known.insert(sheet.clone(), loads);
                }
                match known.get(&sheet) {
                    Some(Some(loads)) => found.extend(loads.iter().cloned()),
                    _ => crawl.pages[number].is_whole = false,
                }
            }
            next = styles(&found);
            crawl.pages[number].page.loads.extend(found);
            if next.is_empty() {
                break;
            }
        }
        if !next.is_empty() {
            crawl.pages[number].is_whole = false;
        }
    }
}

fn styles(loads: &[Load]) -> Vec<Url> {
    loads.iter().filter(|load| load.kind == Kind::Style).map(|load| load.url.clone()).collect()
}

/// What one style sheet loads; `None` where it could not be read. Those of other hosts are theirs to read, not ours.
async fn style_sheet(visit: &mut Visit<'_>, crawl: &mut Crawl, url: &Url) -> Option<Vec<Load>> {
    if url.as_str().starts_with(&visit.url("/")) {
        if !crawl.may_ask() {
            let reason = format!("beyond the limit of {CRAWL_REQUESTS_PER_HOST} requests");
            crawl.unread.insert(url.path().to_owned(), reason);
            return None;
        }
        let target = observe::target(url);
        let question = Question::get(&visit.host.name, visit.address, true, &target);
        return match visit.client.ask(question).await {
            Ok(answer) if answer.head.status == 200 && !answer.truncated => {
                crawl.read.insert(url.path().to_owned());
                probes::asset(visit, url, &answer);
                let text = crate::syntax::html::decode(&answer.body, answer.head.first("content-type")).text;
                Some(page::from_style_sheet(&text, url, "css"))
            }
            // A style sheet that is not there loads nothing.
            Ok(answer) if (400..500).contains(&answer.head.status) => Some(Vec::new()),
            Ok(_) => None,
            Err(refusal) => {
                visit.faults.push((format!("{}{}", visit.url(""), url.path()), refusal.to_string()));
                None
            }
        };
    }
    None
}

/// The bytes of a URL of a declared host.
///
/// # Errors
/// A [`Refusal`]; a host that is not declared is `NotDeclared`.
pub(super) async fn body_of(visit: &Visit<'_>, url: &Url) -> Result<Vec<u8>, Refusal> {
    let host = url.host_str().ok_or(Refusal::NotDeclared)?.to_ascii_lowercase();
    let port = url.port_or_known_default().ok_or(Refusal::NotDeclared)?;
    if url.scheme() != "https" {
        return Err(Refusal::Failed("not over https".to_owned()));
    }
    // The world knows which hosts may be asked: those of the site, and those of services that may be looked at.
    let address = visit.world.resolve(&host).await?.first().copied().ok_or(Refusal::NoAddress)?;
    let target = observe::target(url);
    let question = Question::get(&host, std::net::SocketAddr::new(address, port), true, &target);
    let answer = visit.client.ask(question).await?;
    if answer.head.status != 200 || answer.truncated || answer.head.first("content-encoding").is_some() {
        return Err(Refusal::Failed("the body could not be had whole".to_owned()));
    }
    Ok(answer.body)
}
