//! What the configuration promises for each address that was asked on the wire: status, headers, redirect, access, logs, each with
//! its place. It follows the HTTP collector, and states what a request of that address gets by configuration; it compares nothing.

mod kinds;
mod nginx;

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Asked;
use super::apache;
use crate::collect::collector::{Follower, Task};
use crate::collect::limits::cut;
use crate::collect::world::World;
use crate::model::{
    Census, CensusState, Evidence, Gap, KindSpec, Location, Observation, Related, Subject, SubjectKind, Value,
    WebServerKind,
};
use crate::syntax::header::shown;

use kinds::{ANSWER, KINDS};

/// The follower.
#[derive(Debug)]
pub struct PromiseFollower;

const NAME: &str = "webserver-promise";

/// One address that was asked on the wire.
struct Seen {
    /// Subject of its observations.
    url: String,
    asked: Asked,
    status: u16,
    /// Its head was kept; of what was only asked for by name, only access can be compared.
    has_head: bool,
}

/// What one configuration promises for one request, in words of no program.
#[derive(Debug, Default)]
pub(super) struct Promise {
    /// `nginx`, `Apache`: by which the server calls itself.
    pub(super) program: &'static str,
    /// The observation of its server.
    pub(super) server: String,
    /// The server has the name that was asked for, or none.
    pub(super) is_named: bool,
    /// The level that answers.
    pub(super) place: Location,
    /// Why what is read may not be all.
    pub(super) doubt: Option<String>,
    /// Statuses that it may come to; `None` where it may be any.
    pub(super) statuses: Option<BTreeSet<u16>>,
    /// As in [`super::Answer::entry`].
    pub(super) entry: &'static str,
    /// Targets of redirects that it may come to.
    pub(super) redirects: BTreeSet<String>,
    /// Headers that are sent with this status, as they are shown, by name.
    pub(super) sent: BTreeMap<String, Vec<(String, Location)>>,
    /// Headers of which it is not known whether they are sent, or what is in them.
    pub(super) unsure: BTreeSet<String>,
    /// Headers that outer levels set and the answering one loses.
    pub(super) lost: BTreeMap<String, Location>,
    /// What takes the place of the lost ones.
    pub(super) replaced_by: Option<Location>,
    /// The server makes the content by itself, and no module adds headers that are not read.
    pub(super) is_own_content: bool,
    pub(super) version_hidden: bool,
    /// `None` where it is not read.
    pub(super) http2: Option<bool>,
    /// Access rules in force.
    pub(super) rules: Vec<Location>,
    /// Logs to which the request is written.
    pub(super) logs: BTreeSet<String>,
}

/// A configuration that may be asked.
pub(super) trait Promises {
    /// What is promised, given the status that was seen; `None` where no server of it listens there.
    fn promise(&self, asked: &Asked, status: u16) -> Option<Promise>;
}

impl Follower for PromiseFollower {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn follow(&self, world: &dyn World, task: &Task<'_>, seen: &Evidence) -> Evidence {
        let site = &task.declaration.site;
        if let Some(reason) = not_asked(task, seen) {
            return Evidence { census: vec![Census::not_asked(ANSWER, &site.name, reason)], ..Evidence::default() };
        }
        let addresses = addresses(seen);
        let mut evidence = Evidence::default();
        let nginx: Vec<_> = site
            .web_servers
            .iter()
            .filter(|server| server.kind == WebServerKind::Nginx)
            .map(|server| (super::Asking::new(world, server), server.path.as_str()))
            .collect();
        let mut all: Vec<Box<dyn Promises + '_>> =
            nginx.iter().map(|(asking, main)| Box::new(nginx::Nginx::of(asking, main)) as Box<dyn Promises>).collect();
        for server in site.web_servers.iter().filter(|server| server.kind == WebServerKind::Apache) {
            all.push(Box::new(apache::Promising::of(world, server)));
        }
        for address in &addresses {
            let mut promises: Vec<Promise> =
                all.iter().filter_map(|one| one.promise(&address.asked, address.status)).collect();
            // A server that only answers because it is the default one is not meant.
            promises.retain(|promise| promise.is_named);
            match promises.len() {
                0 => {}
                1 => evidence.observations.extend(promises.first().and_then(|promise| stated(promise, address))),
                _ => evidence.gaps.push(Gap {
                    collector: NAME.to_owned(),
                    kinds: vec![ANSWER.to_owned()],
                    subject: address.url.clone(),
                    reason: "servers of several configurations may answer".to_owned(),
                }),
            }
        }
        evidence.census.push(census(&evidence, seen, &site.name));
        evidence
    }
}

fn not_asked(task: &Task<'_>, seen: &Evidence) -> Option<String> {
    if task.declaration.site.web_servers.is_empty() {
        return Some("no server configuration is named (site file: configuration)".to_owned());
    }
    let mut wire = seen.census_of("http-head");
    wire.find_map(|entry| match &entry.state {
        CensusState::NotAsked(reason) => Some(reason.clone()),
        _ => None,
    })
}

fn census(evidence: &Evidence, seen: &Evidence, site: &str) -> Census {
    let count = evidence.observations.len();
    if let Some(gap) = evidence.gaps.first() {
        return Census::incomplete(ANSWER, site, count, format!("{}: {}", gap.subject, gap.reason));
    }
    let incomplete = seen.census_of("http-head").find_map(|entry| match &entry.state {
        CensusState::Incomplete(reason) => Some(reason.clone()),
        _ => None,
    });
    match incomplete {
        Some(reason) => Census::incomplete(ANSWER, site, count, reason),
        None if count == 0 => {
            Census::incomplete(ANSWER, site, 0, "no server of the configuration has the name of a host that was asked")
        }
        None => Census::complete(ANSWER, site, count),
    }
}

/// What was asked on the wire, each address once.
fn addresses(seen: &Evidence) -> Vec<Seen> {
    let mut found: BTreeMap<String, Seen> = BTreeMap::new();
    for head in seen.of_kind("http-head") {
        let Some(status) = head.integer("status").and_then(|status| u16::try_from(status).ok()) else { continue };
        let url = head.subject.name().to_owned();
        let Some(mut asked) = Asked::of_url(&url) else { continue };
        if let Some(path) = head.text("asked") {
            path.clone_into(&mut asked.target);
        }
        found.insert(url.clone(), Seen { url, asked, status, has_head: true });
    }
    for host in seen.of_kind("http-asked") {
        let base = host.text("base").unwrap_or_default();
        for answer in host.texts("answers") {
            let Some((status, path)) = answer.split_once(' ') else { continue };
            let url = format!("{base}{path}");
            let (Ok(status), Some(asked)) = (status.parse(), Asked::of_url(&url)) else { continue };
            found.entry(url.clone()).or_insert(Seen { url, asked, status, has_head: false });
        }
    }
    found.into_values().collect()
}

/// The observation of a promise; of an address without a head only where somebody is to be kept out.
fn stated(promise: &Promise, address: &Seen) -> Option<Observation> {
    let refuses = promise.statuses.as_ref().is_some_and(|all| all.iter().all(|status| (400..500).contains(status)));
    let is_limited = matches!(promise.entry, "refused" | "password" | "address" | "elsewhere");
    if !address.has_head && !refuses && !is_limited {
        return None;
    }
    let subject = Subject::new(SubjectKind::Page, address.url.clone());
    let mut one = Observation::new(ANSWER, subject, promise.place.clone(), "configuration, asked for this address");
    one.set("server", promise.server.as_str()).set("program", promise.program).set("has_head", address.has_head);
    one.set("version_hidden", promise.version_hidden).set("own_content", promise.is_own_content);
    match promise.http2 {
        Some(http2) => one.set("http2", http2),
        None => one.unknown("http2", "it is not read of this configuration"),
    };
    let entry = if refuses && promise.entry != "password" { "refused" } else { promise.entry };
    if let Some(doubt) = &promise.doubt {
        for field in ["statuses", "entry", "redirects", "sent", "lost"] {
            one.unknown(field, doubt.clone());
        }
        return Some(one);
    }
    one.set("entry", if entry.is_empty() { "open" } else { entry });
    let statuses: Vec<String> = promise
        .statuses
        .as_ref()
        .map_or_else(|| vec!["any".to_owned()], |all| all.iter().map(u16::to_string).collect());
    one.set("statuses", Value::texts(statuses));
    one.set("redirects", Value::texts(promise.redirects.iter().map(|target| cut(target))));
    one.set("unsure", Value::texts(promise.unsure.iter().map(|name| cut(name))));
    one.set("lost", Value::texts(promise.lost.keys().map(|name| cut(name))));
    let sent: BTreeSet<&str> = promise.sent.values().flatten().map(|(text, _)| text.as_str()).collect();
    one.set("sent", Value::texts(sent));
    one.set("logs", Value::texts(promise.logs.iter().map(|target| cut(target))));
    one.related = related(promise);
    Some(one)
}

/// Places of headers and rules; the note begins with the header's name.
fn related(promise: &Promise) -> Vec<Related> {
    let mut all = Vec::new();
    for (name, ways) in &promise.sent {
        for (_, location) in ways {
            all.push(Related { location: location.clone(), note: format!("{}: set here", cut(name)) });
        }
    }
    for (name, location) in &promise.lost {
        all.push(Related { location: location.clone(), note: format!("{}: set here and lost inside", cut(name)) });
    }
    if let Some(location) = promise.replaced_by.clone().filter(|_| !promise.lost.is_empty()) {
        all.push(Related { location, note: "this header takes the place of all those around".to_owned() });
    }
    for location in &promise.rules {
        all.push(Related { location: location.clone(), note: "access rule: set here".to_owned() });
    }
    all
}

/// A header as it is compared: name in lower case, value where it states a rule.
pub(super) fn compared(name: &str, value: &str) -> String {
    shown(&name.to_ascii_lowercase(), value)
}

#[cfg(test)]
mod tests;
