//! DNS of the site's names and mail domains: aliases, addresses, CAA, zones and their DNSSEC, mail servers, SPF, DKIM, DMARC,
//! MTA-STS, TLS-RPT, DANE, and who operates what. It never judges. Questions may name any host; nothing else is sent.

mod dkim;
mod dmarc;
mod dnssec;
mod domains;
mod kinds;
mod lookup;
mod mail;
mod names;
mod operators;
mod policy_host;
mod spf;
mod starttls;
mod transport;
mod trust;
mod zones;

use std::collections::BTreeSet;

use futures_util::future::join_all;

pub use self::domains::{MailDomains, mail_domains};
use self::kinds::{DKIM, DOMAIN, HOST, NAME, OPERATOR, RETIRED, ZONE};
use self::lookup::Lookup;
use self::operators::Operators;
pub(super) use self::starttls::SMTP;
use super::collector::{Collector, LocalFuture, Task};
use super::limits::cut;
use super::world::World;
use crate::model::{Census, Evidence, Gap, KindSpec, Observation, Value};

pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct DnsCollector;

const COLLECTOR: &str = "dns";
const METHOD: &str = "DNS question to the resolver";

impl Collector for DnsCollector {
    fn name(&self) -> &'static str {
        COLLECTOR
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let asks_nothing = site.hosts.is_empty()
                && site.declared.mail_domains.as_ref().is_none_or(Vec::is_empty)
                && site.declared.retired_domains.as_ref().is_none_or(Vec::is_empty);
            let reason = if task.offline {
                "left out by --offline"
            } else if asks_nothing {
                "no URL or host is named (site file: url)"
            } else {
                return look(world, task).await;
            };
            let census = KINDS.iter().map(|kind| Census::not_asked(kind.name, &site.name, reason));
            Evidence { census: census.collect(), ..Evidence::default() }
        })
    }
}

/// What one part of the looking saw.
#[derive(Debug, Default)]
struct Part {
    observations: Vec<Observation>,
    operators: Operators,
    /// Kinds, subject and reason of what could not be told.
    faults: Vec<(Vec<&'static str>, String, String)>,
    /// Kinds of which a whole observation is missing, so that their zero means nothing.
    missing: Vec<(&'static str, String)>,
}

impl Part {
    /// Part of one observation could not be told; who operates what is then not known in full either.
    fn fault(&mut self, kind: &'static str, subject: &str, reason: &str) {
        let reason = cut(reason);
        self.missing.push((OPERATOR, format!("{}: {reason}", cut(subject))));
        self.faults.push((vec![kind, OPERATOR], cut(subject), reason));
    }

    /// A whole observation is missing.
    fn missing(&mut self, kind: &'static str, subject: &str, reason: &str) {
        self.missing.push((kind, format!("{}: {}", cut(subject), cut(reason))));
        self.fault(kind, subject, reason);
    }

    fn extend(&mut self, other: Self) {
        self.observations.extend(other.observations);
        self.operators.extend(other.operators);
        self.faults.extend(other.faults);
        self.missing.extend(other.missing);
    }
}

async fn look(world: &dyn World, task: &Task<'_>) -> Evidence {
    let site = &task.declaration.site;
    let lookup = Lookup::new(world);
    let is_name = |host: &&str| host.parse::<std::net::IpAddr>().is_err() && !host.starts_with('[');
    let hosts: Vec<&str> = site.hosts.iter().map(|host| host.name.as_str()).filter(is_name).collect();
    let mail = mail_domains(site);
    let retired = site.declared.retired_domains.as_deref().unwrap_or_default();
    let mut whole = Part::default();
    let of_hosts = join_all(hosts.iter().map(|host| names::look(&lookup, host)));
    let of_retired = join_all(retired.iter().map(|domain| names::retired(&lookup, domain)));
    let of_mail = mail::look(&lookup, &mail, task);
    let asked: BTreeSet<&str> = hosts.iter().copied().chain(mail.names.iter().map(String::as_str)).collect();
    let of_zones = zones::look(&lookup, &asked);
    let (of_hosts, of_retired, (of_mail, of_zones)) =
        futures_util::future::join3(of_hosts, of_retired, futures_util::future::join(of_mail, of_zones)).await;
    for part in of_hosts.into_iter().chain(of_retired).chain([of_mail, of_zones]) {
        whole.extend(part);
    }
    let mut evidence = Evidence { observations: whole.observations, ..Evidence::default() };
    evidence.observations.extend(whole.operators.observations());
    let nobody_asked = |kind: &str| match kind {
        RETIRED if site.declared.retired_domains.is_none() => {
            Some("no retired domains are declared (site file: declared: retired_domains)")
        }
        DKIM if site.declared.dkim_selectors.is_none() && !mail.names.is_empty() => {
            Some("no DKIM selectors are declared (site file: declared: dkim_selectors)")
        }
        _ => None,
    };
    for kind in [ZONE, NAME, RETIRED, OPERATOR, DOMAIN, HOST, DKIM] {
        let count = evidence.of_kind(kind).count();
        let missing = whole.missing.iter().find(|(hidden, _)| *hidden == kind);
        evidence.census.push(match (nobody_asked(kind), missing) {
            (Some(reason), _) => Census::not_asked(kind, &site.name, reason),
            (None, Some((_, reason))) => Census::incomplete(kind, &site.name, count, reason.as_str()),
            (None, None) => Census::complete(kind, &site.name, count),
        });
    }
    evidence.gaps.extend(whole.faults.into_iter().map(|(kinds, subject, reason)| Gap {
        collector: COLLECTOR.to_owned(),
        kinds: kinds.into_iter().map(str::to_owned).collect(),
        subject,
        reason,
    }));
    evidence
}

/// Outside names or texts as a list of a fact: each cut, and not more of them than are kept.
fn texts<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::texts(items.into_iter().take(super::limits::DNS_NAMES_KEPT).map(|item| cut(item.as_ref())))
}

#[cfg(test)]
mod tests;
