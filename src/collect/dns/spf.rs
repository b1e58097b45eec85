//! SPF of a domain with all that it includes: what it says of strangers, what it costs a receiver, what makes it an error.

use std::collections::BTreeSet;

use futures_util::future::LocalBoxFuture;

use super::kinds::DOMAIN;
use super::lookup::{Found, Lookup};
use super::{Part, texts};
use crate::collect::limits::{DNS_TEXT_BYTES, SPF_LOOKUPS_COUNTED, cut};
use crate::collect::question::{DnsData, RecordType};
use crate::model::Observation;
use crate::syntax::spf::{DomainSpec, Mechanism, Qualifier, is_spf, spf};

/// Names of one `mx` that a receiver asks for; more is an error (RFC 7208, section 4.6.4).
const MAIL_SERVERS: usize = 10;
const FIELDS: [&str; 7] =
    ["spf.records", "spf.all", "spf.lookups", "spf.void_lookups", "spf.includes", "spf.faults", "spf.wide_ranges"];

/// States what a domain's SPF says.
pub(super) async fn observe(lookup: &Lookup<'_>, domain: &str, seen: &mut Observation, part: &mut Part) {
    let records = match records(lookup, domain).await {
        Ok(records) => records,
        Err(reason) => {
            FIELDS.iter().for_each(|field| {
                seen.unknown(field, reason.as_str());
            });
            return part.fault(DOMAIN, domain, &reason);
        }
    };
    seen.set("spf.records", i64::try_from(records.len()).unwrap_or(i64::MAX));
    let [record] = records.as_slice() else {
        // Without a record, or with two, nobody is told anything (section 4.5).
        for field in FIELDS.iter().skip(1) {
            seen.unknown(field, if records.is_empty() { "no SPF record" } else { "more than one SPF record" });
        }
        return;
    };
    let mut walk = Walk::default();
    let all = walk.record(lookup, domain, record, &mut vec![domain.to_owned()]).await;
    for include in &walk.includes {
        part.operators.note(include, "spf-include", domain, Ok(!walk.absent.contains(include)));
    }
    match walk.unseen {
        Some(reason) => {
            // What was seen so far is a lower bound; a fault that is already there stays one.
            for field in FIELDS.iter().skip(1) {
                seen.unknown(field, reason.as_str());
            }
            if !walk.faults.is_empty() {
                seen.unknown_fields.remove("spf.faults");
                seen.set("spf.faults", texts(&walk.faults));
            }
            part.fault(DOMAIN, domain, &reason);
        }
        None => {
            seen.set("spf.all", word(all)).set("spf.lookups", walk.lookups).set("spf.void_lookups", walk.voids);
            seen.set("spf.includes", texts(&walk.includes)).set("spf.faults", texts(&walk.faults));
            seen.set("spf.wide_ranges", texts(&walk.wide));
        }
    }
}

fn word(all: Option<Qualifier>) -> &'static str {
    match all {
        Some(Qualifier::Pass) => "pass",
        Some(Qualifier::Neutral) => "neutral",
        Some(Qualifier::SoftFail) => "softfail",
        Some(Qualifier::Fail) => "fail",
        None => "absent",
    }
}

/// The SPF records of a name.
async fn records(lookup: &Lookup<'_>, name: &str) -> Result<Vec<String>, String> {
    let found = lookup.find(name, RecordType::Txt).await?;
    if found.data.iter().any(|data| matches!(data, DnsData::Text(text) if text.len() > DNS_TEXT_BYTES)) {
        return Err("a TXT record that is longer than is read".to_owned());
    }
    Ok(found.texts().filter(|text| is_spf(text)).collect())
}

/// What was met on the way through a record and its includes.
#[derive(Debug, Default)]
struct Walk {
    lookups: i64,
    voids: i64,
    includes: BTreeSet<String>,
    /// Includes whose name does not exist.
    absent: BTreeSet<String>,
    faults: BTreeSet<String>,
    wide: BTreeSet<String>,
    /// Why part of the tree could not be seen.
    unseen: Option<String>,
}

impl Walk {
    /// Goes through one record and gives what it says of strangers, redirects followed.
    fn record<'a>(
        &'a mut self,
        lookup: &'a Lookup<'_>,
        domain: &'a str,
        record: &'a str,
        above: &'a mut Vec<String>,
    ) -> LocalBoxFuture<'a, Option<Qualifier>> {
        Box::pin(async move {
            let read = match spf(record) {
                Ok(read) => read,
                Err(term) => {
                    self.faults.insert(format!("syntax: {}", cut(&term)));
                    return None;
                }
            };
            for (qualifier, mechanism) in &read.mechanisms {
                if self.is_done() {
                    return read.all();
                }
                self.mechanism(lookup, domain, *qualifier, mechanism, above).await;
            }
            match (read.all(), &read.redirect) {
                (None, Some(target)) => self.other(lookup, target, above).await,
                (all, _) => all,
            }
        })
    }

    fn is_done(&mut self) -> bool {
        let over = self.lookups > SPF_LOOKUPS_COUNTED;
        if over {
            self.faults.insert(format!("more than {SPF_LOOKUPS_COUNTED} lookups"));
        }
        over || self.unseen.is_some()
    }

    async fn mechanism(
        &mut self,
        lookup: &Lookup<'_>,
        domain: &str,
        qualifier: Qualifier,
        mechanism: &Mechanism,
        above: &mut Vec<String>,
    ) {
        match mechanism {
            Mechanism::All => {}
            Mechanism::Ip4(address, length) if *length <= 8 && qualifier == Qualifier::Pass => {
                self.wide.insert(format!("ip4:{address}/{length}"));
            }
            Mechanism::Ip6(address, length) if *length <= 16 && qualifier == Qualifier::Pass => {
                self.wide.insert(format!("ip6:{address}/{length}"));
            }
            Mechanism::Ip4(..) | Mechanism::Ip6(..) => {}
            Mechanism::Include(target) => {
                self.other(lookup, target, above).await;
            }
            Mechanism::Ptr(_) => self.lookups += 1,
            Mechanism::A(target) => {
                self.lookups += 1;
                if let Some(name) = named(target.as_ref(), domain) {
                    let found = lookup.addresses(&name).await;
                    self.count(found);
                }
            }
            Mechanism::Exists(target) => {
                self.lookups += 1;
                if let Some(name) = target.name() {
                    let found = lookup.find(&name, RecordType::A).await;
                    self.count(found);
                }
            }
            Mechanism::Mx(target) => {
                self.lookups += 1;
                if let Some(name) = named(target.as_ref(), domain) {
                    let found = lookup.find(&name, RecordType::Mx).await;
                    if found.as_ref().is_ok_and(|found| found.data.len() > MAIL_SERVERS) {
                        self.faults.insert(format!("more than {MAIL_SERVERS} mail servers: {}", cut(&name)));
                    }
                    self.count(found);
                }
            }
        }
    }

    /// A lookup that finds nothing is void.
    fn count(&mut self, found: Result<Found, String>) {
        match found {
            Ok(found) => self.voids += i64::from(found.data.is_empty()),
            Err(reason) => self.unseen = Some(reason),
        }
    }

    /// The record of another domain, which an include or redirect names.
    async fn other(&mut self, lookup: &Lookup<'_>, target: &DomainSpec, above: &mut Vec<String>) -> Option<Qualifier> {
        self.lookups += 1;
        let Some(name) = target.name() else {
            self.unseen = Some("an include whose name depends on the mail".to_owned());
            return None;
        };
        self.includes.insert(name.clone());
        if above.contains(&name) {
            self.faults.insert(format!("loop: {}", cut(&name)));
            return None;
        }
        let found = match records(lookup, &name).await {
            Ok(found) => found,
            Err(reason) => {
                self.unseen = Some(reason);
                return None;
            }
        };
        match found.as_slice() {
            [record] => {
                above.push(name.clone());
                let all = self.record(lookup, &name, record, above).await;
                above.pop();
                all
            }
            [] => {
                let exists = lookup.find(&name, RecordType::Txt).await.is_ok_and(|found| found.exists);
                if !exists {
                    self.absent.insert(name.clone());
                }
                self.voids += i64::from(!exists);
                self.faults.insert(format!("no record: {}", cut(&name)));
                None
            }
            _ => {
                self.faults.insert(format!("more than one record: {}", cut(&name)));
                None
            }
        }
    }
}

fn named(target: Option<&DomainSpec>, domain: &str) -> Option<String> {
    target.map_or_else(|| Some(domain.to_owned()), DomainSpec::name)
}
