//! Paths that are asked for by name: what must not be open, robots.txt and security.txt. GET only.
//!
//! Two paths that no site has come first: a site that answers them like a page answers everything so, and such an answer is no exposure.

use std::collections::BTreeSet;

use ring::rand::{SecureRandom, SystemRandom};
use url::Url;

use super::exposure::{CATEGORIES, EXPOSURES, START_BYTES, excerpt, is_listing};
use super::kinds::PATH;
use super::page::words;
use super::party::is_of;
use super::wire::{Answer, Question};
use super::{Visit, observe};
use crate::collect::limits::{LISTED_DIRECTORIES, cut};
use crate::collect::world::Refusal;
use crate::model::{Observation, SubjectKind, Time, Value};
use crate::syntax::robots::{LIMIT_BYTES, Robots, robots};
use crate::syntax::security_txt::{SecurityTxt, security_txt};

/// The product token by which robots.txt names tenken.
const TOKEN: &str = "tenken";
const SECURITY_TXT: &str = "/.well-known/security.txt";

/// What a site says to a path that it does not have.
#[derive(Debug, Default)]
pub(super) struct Absent {
    /// Answers with status 200: words without those of the path.
    friendly: Vec<BTreeSet<String>>,
    /// The answers themselves, each with its path (zeros in place of what was random), for whoever judges error pages.
    pub(super) answers: Vec<(String, Answer)>,
}

impl Absent {
    /// Whether an answer is what the site says to anything: nearly the same words as to a path that it does not have.
    pub(super) fn is_like(&self, path: &str, body: &[u8]) -> bool {
        let seen = shape(path, body);
        self.friendly.iter().any(|absent| {
            let shared = absent.intersection(&seen).count();
            let all = absent.union(&seen).count();
            all == 0 || shared * 10 >= all * 9
        })
    }
}

fn shape(path: &str, body: &[u8]) -> BTreeSet<String> {
    let own: BTreeSet<String> = words(path).into_iter().collect();
    let start = &body[..body.len().min(START_BYTES)];
    words(&String::from_utf8_lossy(start)).into_iter().filter(|word| !own.contains(word)).collect()
}

/// Asks for two paths that no site has. What is random in them stands in the question only.
pub(super) async fn absent(visit: &mut Visit<'_>) -> Absent {
    let mut absent = Absent::default();
    for ending in ["", ".html"] {
        let mut random = [0; 8];
        if SystemRandom::new().fill(&mut random).is_err() {
            continue;
        }
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = format!("/{name}{ending}");
        if let Ok(answer) = visit.ask(&path).await {
            if answer.head.status == 200 {
                absent.friendly.push(shape(&path, &answer.body));
            }
            absent.answers.push((format!("/{}{ending}", "0".repeat(name.len())), answer));
        }
    }
    absent
}

/// Asks for what must not be open, and for the directories that pages name.
pub(super) async fn exposures(visit: &mut Visit<'_>, absent: &Absent) {
    let mut asked: Vec<(String, &'static str, Result<Answer, Refusal>)> = Vec::new();
    for exposure in EXPOSURES {
        let answer = start_of(visit, exposure.path).await;
        asked.push((exposure.path.to_owned(), exposure.category, answer));
    }
    let known: BTreeSet<&str> = EXPOSURES.iter().map(|exposure| exposure.path).collect();
    let directories: Vec<String> = visit
        .directories
        .iter()
        .filter(|path| !known.contains(path.as_str()))
        .take(LISTED_DIRECTORIES)
        .cloned()
        .collect();
    for path in directories {
        let answer = start_of(visit, &path).await;
        asked.push((path, "listing", answer));
    }
    let statuses = asked.iter().filter_map(|(path, _, answer)| Some((path.clone(), answer.as_ref().ok()?.head.status)));
    visit.asked.extend(statuses);
    for category in CATEGORIES {
        let mut paths = Vec::new();
        let mut refused = None;
        for (path, _, answer) in asked.iter().filter(|(_, other, _)| *other == category) {
            let url = visit.url(path);
            match answer {
                Ok(answer) => match sign(path, answer, absent) {
                    Some(sign) => visit.evidence.observations.push(exposed(&url, category, sign, &answer.body)),
                    None => paths.push(path.as_str()),
                },
                Err(refusal) => {
                    refused = Some(refusal.to_string());
                    visit.faults.push((url, refusal.to_string()));
                }
            }
        }
        let name = format!("{}#paths[{category}]", visit.host.name);
        let mut seen = observe::new(PATH, SubjectKind::Host, &name, &visit.url("/"));
        seen.set("category", category).set("asked", Value::texts(paths));
        match refused {
            Some(reason) => seen.unknown("exposed", reason),
            None => seen.set("exposed", false),
        };
        visit.evidence.observations.push(seen);
    }
}

async fn start_of(visit: &Visit<'_>, path: &str) -> Result<Answer, Refusal> {
    let question = Question { body_bytes: START_BYTES, ..Question::get(&visit.host.name, visit.address, true, path) };
    visit.client.ask(question).await
}

/// The sign by which an answer proves that its path is open.
fn sign(path: &str, answer: &Answer, absent: &Absent) -> Option<&'static str> {
    if answer.head.status != 200
        || answer.head.first("content-encoding").is_some_and(|value| !value.eq_ignore_ascii_case("identity"))
    {
        return None;
    }
    let sign = match EXPOSURES.iter().find(|exposure| exposure.path == path) {
        Some(exposure) => exposure.sign(&answer.body),
        None => is_listing(&answer.body),
    };
    sign.filter(|_| !absent.is_like(path, &answer.body))
}

fn exposed(url: &str, category: &str, sign: &str, body: &[u8]) -> Observation {
    let mut seen = observe::new(PATH, SubjectKind::Page, url, url);
    seen.set("category", category).set("exposed", true).set("sign", sign).set("excerpt", excerpt(body));
    seen
}

/// Reads robots.txt: its rules, or `None` where the site could not say them, in which case nothing may be crawled (RFC 9309 section 2.3.1.4).
pub(super) async fn robots_txt(visit: &mut Visit<'_>) -> Option<Robots> {
    let url = visit.url("/robots.txt");
    let mut seen = observe::new(PATH, SubjectKind::Page, &url, &url);
    seen.set("category", "robots");
    let question =
        Question { body_bytes: LIMIT_BYTES, ..Question::get(&visit.host.name, visit.address, true, "/robots.txt") };
    let rules = match visit.client.ask(question).await {
        Ok(answer) if (500..600).contains(&answer.head.status) => {
            seen.unknown("robots.present", "robots.txt: the server answers with an error");
            None
        }
        Ok(answer) => {
            let is_text = answer
                .head
                .first("content-type")
                .is_none_or(|kind| kind.to_ascii_lowercase().starts_with("text/plain"));
            let is_there = answer.head.status == 200 && is_text;
            let rules =
                if is_there { robots(&String::from_utf8_lossy(&answer.body), TOKEN) } else { Robots::default() };
            seen.set("robots.present", is_there).set("robots.hidden", Value::texts(hidden(&rules)));
            Some(rules)
        }
        Err(refusal) => {
            seen.unknown("robots.present", refusal.to_string()).unknown("robots.hidden", refusal.to_string());
            visit.faults.push((url, refusal.to_string()));
            None
        }
    };
    visit.evidence.observations.push(seen);
    rules
}

/// Words of paths that nobody would look for but for robots.txt.
const HIDDEN: [&str; 22] = [
    "admin",
    "administrator",
    "backup",
    "backups",
    "secret",
    "private",
    "internal",
    "intra",
    "intranet",
    "staging",
    "stage",
    "test",
    "dev",
    "old",
    "bak",
    "db",
    "log",
    "logs",
    "config",
    "kanri",
    "naibu",
    "himitsu",
];

/// Of the paths that are told, those whose words say that they are not for everybody. A path that every installation of a program has tells nothing.
fn hidden(rules: &Robots) -> Vec<String> {
    let tells = |path: &&String| {
        !path.starts_with("/wp-admin") && words(path).iter().any(|word| HIDDEN.contains(&word.as_str()))
    };
    let mut found: Vec<String> = rules.disallowed.iter().filter(tells).map(|path| cut(path)).collect();
    found.sort();
    found.dedup();
    found.truncate(20);
    found
}

/// Reads security.txt (RFC 9116); one redirect on the same host is followed.
pub(super) async fn security_text(visit: &mut Visit<'_>) {
    let url = visit.url(SECURITY_TXT);
    let mut seen = observe::new(PATH, SubjectKind::Page, &url, &url);
    seen.set("category", "security-txt");
    match followed(visit, SECURITY_TXT).await {
        Ok(answer) => contact(&mut seen, &answer, &url, visit),
        Err(refusal) => {
            seen.unknown("security_txt.present", refusal.to_string());
            visit.faults.push((url, refusal.to_string()));
        }
    }
    visit.evidence.observations.push(seen);
}

async fn followed(visit: &Visit<'_>, path: &str) -> Result<Answer, Refusal> {
    let answer = visit.ask(path).await?;
    if !matches!(answer.head.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(answer);
    }
    let base = Url::parse(&visit.url(path)).map_err(|error| Refusal::Failed(error.to_string()))?;
    match answer.head.first("location").and_then(|target| base.join(target).ok()) {
        Some(target) if target.origin() == base.origin() => visit.ask(&observe::target(&target)).await,
        _ => Ok(answer),
    }
}

fn contact(seen: &mut Observation, answer: &Answer, url: &str, visit: &Visit<'_>) {
    let kind = answer.head.first("content-type").unwrap_or_default().to_ascii_lowercase();
    let text = String::from_utf8_lossy(&answer.body);
    let read = security_txt(&text);
    // A page for people that answers every path is no security.txt.
    let is_there = answer.head.status == 200 && !(kind.starts_with("text/html") && read.contacts.is_empty());
    seen.set("security_txt.present", is_there);
    if !is_there {
        for field in [
            "security_txt.errors",
            "security_txt.expires",
            "security_txt.names_itself",
            "security_txt.foreign_contacts",
        ] {
            seen.unknown(field, "there is no security.txt");
        }
        return;
    }
    let mut errors: Vec<&str> = read.errors.clone();
    if !kind.starts_with("text/plain") {
        errors.push("not-text-plain");
    }
    match read.expires.first().and_then(|expires| Time::parse(expires)) {
        Some(expires) => {
            seen.set("security_txt.expires", expires);
        }
        None => {
            errors.push("expires-no-time");
            seen.unknown("security_txt.expires", "no Expires field that is a time");
        }
    }
    seen.set("security_txt.errors", Value::texts(errors));
    let names_itself =
        read.canonical.iter().any(|canonical| Url::parse(canonical).is_ok_and(|canonical| canonical.as_str() == url));
    seen.set("security_txt.names_itself", names_itself);
    seen.set("security_txt.foreign_contacts", Value::texts(foreign(&read, visit)));
}

/// Hosts and mail domains of contacts that are not the body's own.
fn foreign(read: &SecurityTxt, visit: &Visit<'_>) -> BTreeSet<String> {
    let own_mail = |domain: &str| visit.mail_domains.as_ref().is_some_and(|own| is_of(domain, own));
    let place = |contact: &String| {
        let url = Url::parse(contact).ok()?;
        match url.scheme() {
            "mailto" => url.path().rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase()),
            _ => url.host_str().map(str::to_ascii_lowercase),
        }
    };
    let is_foreign = |host: &String| !own_mail(host) && visit.parties.party(host) != super::party::Party::First;
    read.contacts.iter().filter_map(place).filter(is_foreign).map(|host| cut(&host)).collect()
}
