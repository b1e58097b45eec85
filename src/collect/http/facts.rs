//! What was read of a host's pages -> observations: pages, their forms, and the hosts that they load from.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::crawl::{Crawl, Read};
use super::kinds::{CRAWL, FORM, LOAD, PAGE};
use super::page::{Form, Load, Page, holds, words};
use super::party::{Parties, Party, is_of};
use super::{Visit, observe, policy};
use crate::collect::limits::cut;
use crate::model::{Observation, SubjectKind, Value};
use crate::syntax::csp::{self, Act, Kind, Proof, Request, Seen, SeenLoad, decide, prove};

/// Texts of a list that are kept; the census and the list of what was not read tell the rest.
const LISTED: usize = 200;

/// What pages load from one host.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    kinds: BTreeSet<&'static str>,
    pages: BTreeSet<String>,
    party: Option<Party>,
    /// Some load of it is allowed by the page's policies.
    is_allowed: bool,
    /// Some load of it stands outside of `noscript`.
    is_outside_noscript: bool,
}

/// Host -> what pages load from it.
pub(super) type Loads = BTreeMap<String, Loaded>;

/// Observes the walk and every page of it.
pub(super) fn observe_crawl(visit: &mut Visit<'_>, crawl: &Crawl, loads: &mut Loads) {
    let mut seen = observe::new(CRAWL, SubjectKind::Host, &visit.host.name, &visit.url("/"));
    seen.set("read", Value::texts(crawl.read.iter().take(LISTED).map(|path| cut(path))));
    let unread = crawl.unread.iter().take(LISTED).map(|(path, reason)| format!("{}: {reason}", cut(path)));
    seen.set("unread", Value::texts(unread));
    let strangers = crawl.sent_on.iter().filter(|(_, host)| visit.parties.party(host) != Party::First);
    seen.set("sent_on", Value::texts(strangers.map(|(path, host)| format!("{}: {}", cut(path), cut(host)))));
    visit.evidence.observations.push(seen);
    for read in &crawl.pages {
        let mut page = page(visit, crawl, read);
        policy::state(visit, read, &mut page);
        if let Some(fault) = &read.page.fault {
            hold_back(&mut page, fault);
        }
        visit.evidence.observations.push(page);
        forms(visit, read);
        note_loads(&visit.parties, read, loads);
    }
}

/// Adds the loads of one host's pages to those of all.
pub(super) fn merge(all: &mut Loads, more: Loads) {
    for (host, loaded) in more {
        let entry = all.entry(host).or_default();
        entry.kinds.extend(loaded.kinds);
        entry.pages.extend(loaded.pages);
        entry.party = loaded.party;
        entry.is_allowed |= loaded.is_allowed;
        entry.is_outside_noscript |= loaded.is_outside_noscript;
    }
}

/// One observation a host that pages load from.
pub(super) fn loads(loads: Loads) -> Vec<Observation> {
    loads
        .into_iter()
        .map(|(host, loaded)| {
            let place = loaded.pages.first().cloned().unwrap_or_default();
            let mut seen = observe::new(LOAD, SubjectKind::Host, &host, &place);
            seen.set("kinds", Value::texts(loaded.kinds)).set("pages", Value::texts(loaded.pages.iter().take(20)));
            seen.set("party", loaded.party.unwrap_or(Party::Third).word());
            seen.set("blocked", !loaded.is_allowed).set("noscript_only", !loaded.is_outside_noscript);
            seen.set("host", host);
            seen
        })
        .collect()
}

fn page(visit: &Visit<'_>, crawl: &Crawl, read: &Read) -> Observation {
    let (url, page) = (read.url.as_str(), &read.page);
    let mut seen = observe::new(PAGE, SubjectKind::Page, url, url);
    if let Some(fault) = &page.fault {
        // What is there may be more than what was read: nothing of it is told as if it were all.
        for field in UNKNOWN_WHEN_CUT {
            seen.unknown(field, fault.clone());
        }
        return seen;
    }
    policy_link(visit, crawl, read, &mut seen);
    policy_text(visit, read, &mut seen);
    mixed(read, &mut seen);
    seen.set("encoding", page.encoding);
    seen.set("personal_form", page.forms.iter().any(|form| !form.categories.is_empty()));
    let runs = |load: &&Load| matches!(load.kind, Kind::Script | Kind::Frame | Kind::Object | Kind::Connect);
    let foreign: Vec<&Load> =
        page.loads.iter().filter(runs).filter(|load| !visit.parties.may_have_personal(host_of(&load.url))).collect();
    let hosts =
        |loads: &mut dyn Iterator<Item = &Load>| loads.map(|load| cut(host_of(&load.url))).collect::<BTreeSet<_>>();
    seen.set("foreign_scripts", Value::texts(hosts(&mut foreign.iter().copied())));
    seen.set(
        "foreign_scripts_allowed",
        Value::texts(hosts(&mut foreign.iter().copied().filter(|load| is_allowed(read, load)))),
    );
    seen.set("unpinned", Value::texts(&read.digests.unpinned));
    match &read.digests.untold {
        Some(reason) if read.digests.wrong.is_empty() => seen.unknown("wrong_digest", reason.clone()),
        _ => seen.set("wrong_digest", Value::texts(&read.digests.wrong)),
    };
    hints(visit, page, &mut seen);
    mail(visit, read, &mut seen);
    let leaving = || page.links.iter().filter(|link| visit.parties.party(host_of(&link.url)) != Party::First);
    seen.set(
        "outbound.lets_back",
        Value::texts(
            leaving().filter(|link| link.lets_back).map(|link| cut(host_of(&link.url))).collect::<BTreeSet<_>>(),
        ),
    );
    seen.set(
        "outbound.unmarked",
        Value::texts(
            leaving().filter(|link| !link.is_marked).map(|link| cut(host_of(&link.url))).collect::<BTreeSet<_>>(),
        ),
    );
    proof(visit, read, &mut seen);
    seen
}

/// Hosts of others that it makes browsers contact ahead of time.
fn hints(visit: &Visit<'_>, page: &Page, seen: &mut Observation) {
    let is_foreign = |url: &Url| visit.parties.party(host_of(url)) != Party::First;
    let hints = page.hints.iter().filter(|hint| !hint.is_stopped && is_foreign(&hint.url));
    let hints: BTreeSet<String> = hints.map(|hint| format!("{} {}", hint.kind, cut(host_of(&hint.url)))).collect();
    // What is chosen is chosen by what a link looks like; a page without links of others has none to choose.
    if hints.is_empty() && page.speculates && page.links.iter().any(|link| is_foreign(&link.url)) {
        seen.unknown("foreign_hints", "speculation rules choose among the page's links");
    } else {
        seen.set("foreign_hints", Value::texts(hints));
    }
}

/// Fields of a page that are unknown where it was not read to its end.
const UNKNOWN_WHEN_CUT: [&str; 17] = [
    "policy_link",
    "policy_text",
    "insecure",
    "insecure_active",
    "personal_form",
    "foreign_scripts",
    "foreign_scripts_allowed",
    "unpinned",
    "wrong_digest",
    "foreign_hints",
    "mail.links",
    "mail.domains",
    "mail.outside",
    "mail.all_domains",
    "outbound.lets_back",
    "outbound.unmarked",
    "proof",
];

/// Domains that its mail links and texts name; mail links are also held to the declared mail domains.
fn mail(visit: &Visit<'_>, read: &Read, seen: &mut Observation) {
    let all: BTreeSet<&str> = read.page.mail.iter().map(|mail| mail.domain.as_str()).collect();
    let links: Vec<&str> =
        read.page.mail.iter().filter(|mail| mail.is_link()).map(|mail| mail.domain.as_str()).collect();
    seen.set("mail.links", i64::try_from(links.len()).unwrap_or(i64::MAX));
    let linked: BTreeSet<&str> = links.into_iter().collect();
    match &visit.mail_domains {
        Some(own) => {
            let own: Vec<String> = own.iter().map(|domain| domain.to_ascii_lowercase()).collect();
            let outside = linked.iter().filter(|domain| !is_of(domain, &own));
            seen.set("mail.outside", Value::texts(outside.map(|domain| cut(domain))))
        }
        None => seen.unknown("mail.outside", "no mail domains are declared (site file: declared: mail_domains)"),
    };
    seen.set("mail.domains", Value::texts(linked.into_iter().map(cut)));
    seen.set("mail.all_domains", Value::texts(all.into_iter().map(cut)));
}

/// Of a page that was cut, what was seen stands; that something is not there cannot be told.
fn hold_back(seen: &mut Observation, fault: &str) {
    for field in ["scripts_run", "fingerprinting", "generator_version"] {
        if seen.flag(field) == Some(false) {
            seen.fields.remove(field);
            seen.unknown(field, fault);
        }
    }
}

/// Whether it links to a declared policy page that answers, over one redirect at most, or is one.
fn policy_link(visit: &Visit<'_>, crawl: &Crawl, read: &Read, seen: &mut Observation) {
    if visit.policy_paths.is_empty() && visit.policy_elsewhere.is_empty() {
        seen.unknown("policy_link", "no policy pages are declared (site file: declared: policy_pages)");
        return;
    }
    let answers =
        |path: &str| visit.policy_paths.contains(path) && crawl.statuses.get(path).is_some_and(|status| *status == 200);
    let leads = |path: &str| answers(path) || crawl.moved.get(path).is_some_and(|target| answers(target));
    let own = read.page.links.iter().filter(|link| link.url.origin() == read.url.origin());
    // Whether a page of another host answers is told by that host's own walk.
    let elsewhere = read.page.links.iter().any(|link| visit.policy_elsewhere.contains(&link.url));
    let linked = elsewhere || own.map(|link| link.url.path()).any(leads);
    seen.set("policy_link", linked || answers(&read.path));
}

/// Whether a policy page holds the text that the body declares, word for word.
fn policy_text(visit: &Visit<'_>, read: &Read, seen: &mut Observation) {
    let key = visit.policy_keys.iter().find(|(_, path)| **path == read.path).map(|(key, _)| key.as_str());
    seen.set("policy_page", key.is_some());
    let Some(key) = key else {
        seen.unknown("policy_text", "it is no policy page");
        return;
    };
    match visit.policy_texts.get(key) {
        None => seen.unknown("policy_text", "no policy text is declared (site file: declared: policy_texts)"),
        Some(Err(reason)) => seen.unknown("policy_text", reason.clone()),
        Some(Ok(declared)) => seen.set(
            "policy_text",
            if holds(&words(&read.page.text), &words(declared)) { "as declared" } else { "differs" },
        ),
    };
}

/// Loads and forms over plain http; browsers upgrade pictures and media by themselves (Mixed Content section 4), and everything where a
/// policy says so: nothing of such a page goes over plain http (Upgrade Insecure Requests section 4.1).
fn mixed(read: &Read, seen: &mut Observation) {
    let (mut all, mut active) = (BTreeSet::new(), BTreeSet::new());
    let upgrades = read.policies.iter().any(|policy| policy.directive("upgrade-insecure-requests").is_some());
    let is_plain = |load: &&Load| matches!(load.url.scheme(), "http" | "ws") && !load.is_ping && !load.is_stopped;
    for load in read.page.loads.iter().filter(is_plain).filter(|_| !upgrades) {
        all.insert(load.kind.word());
        if !matches!(load.kind, Kind::Image | Kind::Media) {
            active.insert(load.kind.word());
        }
    }
    let plain = |form: &Form| {
        form.ways.iter().any(|(target, _)| target.as_ref().is_some_and(|target| target.scheme() == "http"))
    };
    if !upgrades && read.page.forms.iter().any(plain) {
        all.insert("form");
        active.insert("form");
    }
    seen.set("insecure", Value::texts(all)).set("insecure_active", Value::texts(active));
}

fn as_csp(load: &Load) -> csp::Load<'_> {
    let parser_inserted = !load.is_by_script;
    csp::Load {
        nonce: &load.nonce,
        integrity: &load.integrity,
        parser_inserted,
        ..csp::Load::new(load.kind, &load.url)
    }
}

fn is_allowed(read: &Read, load: &Load) -> bool {
    !load.is_stopped && decide(&read.policies, Request { page: &read.url, act: Act::Load(as_csp(load)) }).is_allowed()
}

/// Whether opening the page can tell a third party of the visit.
fn proof(visit: &Visit<'_>, read: &Read, seen: &mut Observation) {
    let loads: Vec<SeenLoad<'_>> = read
        .page
        .loads
        .iter()
        .filter(|load| !load.is_ping && !load.is_stopped)
        .map(|load| SeenLoad { load: as_csp(load), is_known_party: visit.parties.is_told(host_of(&load.url)) })
        .collect();
    let facts = Seen { page: &read.url, loads: &loads, has_script: read.page.has_script(), is_whole: read.is_whole };
    let (word, list) = match prove(&read.policies, facts, |pattern| visit.parties.are_told(pattern)) {
        Proof::Proved => ("proved", Vec::new()),
        Proof::Refuted { hosts } => ("refuted", hosts.into_iter().map(|host| cut(&host)).collect()),
        Proof::Open { kinds } => ("open", kinds.into_iter().map(|kind| kind.word().to_owned()).collect()),
    };
    seen.set("proof", word).set("proof_because", Value::texts(list));
}

fn forms(visit: &mut Visit<'_>, read: &Read) {
    let plain_http = visit.plain_http.clone();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (number, form) in read.page.forms.iter().enumerate() {
        // Two forms of one id are two forms.
        let name = if names.insert(form.name.clone()) { form.name.clone() } else { format!("{}-{number}", form.name) };
        let subject = format!("{}#form[{name}]", read.url);
        let mut seen = observe::new(FORM, SubjectKind::Page, &subject, read.url.as_str());
        seen.set("categories", Value::texts(form.categories.iter().copied())).set("page", read.path.as_str());
        seen.set("personal", !form.categories.is_empty());
        seen.set("secret", form.has_password || form.has_card).set("unfitting", Value::texts(&form.unfitting));
        match &plain_http {
            Ok(word) => seen.set("https_only", word != "content"),
            Err(reason) => seen.unknown("https_only", reason.clone()),
        };
        seen.set("post", form.ways.iter().all(|(_, is_post)| *is_post));
        if form.name == "outside" {
            for field in ["post", "targets_https", "target_hosts", "foreign_targets"] {
                seen.fields.remove(field);
                seen.unknown(field, "no form owns the fields, so a script sends them");
            }
        } else if form.ways.iter().any(|(target, _)| target.is_none()) {
            for field in ["targets_https", "target_hosts", "foreign_targets"] {
                seen.unknown(field, "the action is no URL");
            }
        } else {
            let targets: Vec<&Url> = form.ways.iter().filter_map(|(target, _)| target.as_ref()).collect();
            let hosts: BTreeSet<&str> =
                targets.iter().filter(|target| target.has_host()).map(|target| host_of(target)).collect();
            seen.set("targets_https", targets.iter().all(|target| target.scheme() == "https"));
            let foreign = hosts.iter().filter(|host| !visit.parties.may_have_personal(host));
            seen.set("foreign_targets", Value::texts(foreign.map(|host| cut(host))));
            seen.set("target_hosts", Value::texts(hosts.into_iter().map(cut)));
        }
        visit.evidence.observations.push(seen);
    }
}

fn note_loads(parties: &Parties, read: &Read, loads: &mut Loads) {
    for load in &read.page.loads {
        let host = cut(host_of(&load.url));
        let party = parties.party(&host);
        let entry = loads.entry(host).or_default();
        entry.kinds.insert(if load.is_ping { "ping" } else { load.kind.word() });
        entry.pages.insert(read.url.to_string());
        entry.party = Some(party);
        entry.is_allowed |= load.is_ping || is_allowed(read, load);
        entry.is_outside_noscript |= load.from != "noscript";
    }
}

/// The host of a URL; empty where it has none.
fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}
