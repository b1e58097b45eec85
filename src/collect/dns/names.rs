//! One host of the site, and one retired domain, in DNS.

use futures_util::future::join3;

use super::kinds::{NAME, RETIRED};
use super::lookup::{Found, Lookup, ancestors};
use super::{METHOD, Part, texts};
use crate::collect::limits::cut;
use crate::collect::question::{DnsData, RecordType};
use crate::model::{Location, Observation, RetiredDomain, Subject, SubjectKind};
use crate::syntax::caa::{Caa, caa};

/// Looks at a host.
pub(super) async fn look(lookup: &Lookup<'_>, host: &str) -> Part {
    let mut part = Part::default();
    let mut seen = Observation::new(NAME, Subject::new(SubjectKind::Host, host), Location::host(host), METHOD);
    let (addresses, zone, caa) = join3(lookup.addresses(host), lookup.zone(host), properties(lookup, host)).await;
    match addresses {
        Ok(found) => placed(&mut seen, &mut part, host, &found),
        Err(reason) => {
            for field in ["exists", "aliases", "dangling_aliases", "addresses"] {
                seen.unknown(field, reason.as_str());
            }
            part.fault(NAME, host, &reason);
        }
    }
    match zone {
        Ok(zone) => seen.set("zone", cut(&zone)),
        Err(reason) => seen.unknown("zone", reason),
    };
    match caa {
        Ok(Some((at, caa))) => {
            seen.set("caa.present", true).set("caa.found_at", cut(at)).set("caa.restricts", caa.restricts);
            seen.set("caa.issuers", texts(&caa.issuers)).set("caa.faults", texts(&caa.faults));
        }
        Ok(None) => {
            seen.set("caa.present", false).set("caa.restricts", false);
            for field in ["caa.found_at", "caa.issuers", "caa.faults"] {
                seen.unknown(field, "no CAA record");
            }
        }
        Err(reason) => {
            for field in ["caa.present", "caa.found_at", "caa.restricts", "caa.issuers", "caa.faults"] {
                seen.unknown(field, reason.as_str());
            }
            part.fault(NAME, host, &reason);
        }
    }
    part.observations.push(seen);
    part
}

fn placed(seen: &mut Observation, part: &mut Part, host: &str, found: &Found) {
    // An alias is a record of the name itself, so the name exists even where the alias leads nowhere.
    seen.set("exists", found.exists || !found.aliases.is_empty());
    let dangling = found.aliases.last().filter(|_| !found.exists);
    seen.set("aliases", texts(&found.aliases)).set("dangling_aliases", texts(dangling));
    seen.set("addresses", texts(found.addresses().map(|address| address.to_string())));
    for alias in &found.aliases {
        part.operators.note(alias, "alias", host, Ok(Some(alias) != dangling));
    }
    for address in found.addresses() {
        part.operators.note(&address.to_string(), "address", host, Ok(true));
    }
}

/// The CAA properties that hold for a name: those at the nearest name above that has any (RFC 8659, section 3).
async fn properties<'a>(lookup: &Lookup<'_>, host: &'a str) -> Result<Option<(&'a str, Caa)>, String> {
    for candidate in ancestors(host) {
        let found = lookup.find(candidate, RecordType::Caa).await?;
        let properties = found.data.iter().filter_map(|data| match data {
            DnsData::Authorisation { critical, tag, value } => Some((*critical, tag.as_str(), value.as_slice())),
            _ => None,
        });
        let properties: Vec<_> = properties.collect();
        if !properties.is_empty() {
            return Ok(Some((candidate, caa(properties))));
        }
    }
    Ok(None)
}

/// Looks at a domain that is no longer used.
pub(super) async fn retired(lookup: &Lookup<'_>, domain: &RetiredDomain) -> Part {
    let mut part = Part::default();
    let name = domain.name.as_str();
    let mut seen = Observation::new(RETIRED, Subject::new(SubjectKind::Domain, name), Location::host(name), METHOD);
    let www = format!("www.{name}");
    let (servers, own, www) =
        join3(lookup.find(name, RecordType::Ns), lookup.addresses(name), lookup.addresses(&www)).await;
    match servers {
        Ok(found) => {
            let servers: Vec<&str> = super::zones::servers(&found).collect();
            seen.set("delegated", found.exists).set("name_servers", texts(&servers));
            for server in servers {
                part.operators.note(server, "name-server", name, lookup.exists(server).await);
            }
        }
        Err(reason) => {
            seen.unknown("delegated", reason.as_str()).unknown("name_servers", reason.as_str());
            part.fault(RETIRED, name, &reason);
        }
    }
    match (own, www) {
        (Ok(own), Ok(www)) => {
            let addresses = own.addresses().chain(www.addresses()).map(|address| address.to_string());
            seen.set("addresses", texts(addresses.collect::<std::collections::BTreeSet<_>>()));
        }
        (Err(reason), _) | (_, Err(reason)) => {
            seen.unknown("addresses", reason.as_str());
            part.fault(RETIRED, name, &reason);
        }
    }
    match domain.hold_until {
        Some(day) => seen.set("hold_until", day),
        None => seen.unknown("hold_until", "no date is stated"),
    };
    part.observations.push(seen);
    part
}
