//! The zones that hold the site's names and mail domains: who serves them, and whether they are signed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};

use super::kinds::ZONE;
use super::lookup::{Found, Lookup};
use super::{METHOD, Part, dnssec, texts};
use crate::collect::limits::cut;
use crate::collect::question::{DnsData, RecordType};
use crate::model::{Location, Observation, Subject, SubjectKind};

/// Looks at the zones of names.
pub(super) async fn look(lookup: &Lookup<'_>, names: &BTreeSet<&str>) -> Part {
    let mut whole = Part::default();
    let mut zones: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let found = join_all(names.iter().map(|name| async move { (*name, lookup.zone(name).await) })).await;
    for (name, zone) in found {
        match zone {
            Ok(zone) => zones.entry(zone).or_default().push(name),
            Err(reason) => whole.missing(ZONE, name, &reason),
        }
    }
    for part in join_all(zones.iter().map(|(zone, names)| one(lookup, zone, names))).await {
        whole.extend(part);
    }
    whole
}

/// Name servers of an answer, in order.
pub(super) fn servers(found: &Found) -> impl Iterator<Item = &str> {
    let names: BTreeSet<&str> = found
        .data
        .iter()
        .filter_map(|data| match data {
            DnsData::NameServer(host) => Some(host.as_str()),
            _ => None,
        })
        .collect();
    names.into_iter()
}

async fn one(lookup: &Lookup<'_>, zone: &str, names: &[&str]) -> Part {
    let mut part = Part::default();
    let subject = Subject::new(SubjectKind::Domain, cut(zone));
    let mut seen = Observation::new(ZONE, subject, Location::host(cut(zone)), METHOD);
    let (found, state) = join(lookup.find(zone, RecordType::Ns), dnssec::state(lookup, zone, names)).await;
    match found {
        Ok(found) => {
            let servers: Vec<&str> = servers(&found).collect();
            seen.set("name_servers", texts(&servers));
            let exist = join_all(servers.iter().map(|server| lookup.exists(server))).await;
            let dangling = servers.iter().zip(&exist).filter(|(_, exists)| **exists == Ok(false));
            seen.set("dangling_name_servers", texts(dangling.map(|(server, _)| server)));
            for (server, exists) in servers.iter().zip(exist) {
                if let Err(reason) = &exists {
                    seen.unknown("dangling_name_servers", reason.as_str());
                    seen.fields.remove("dangling_name_servers");
                    part.fault(ZONE, server, reason);
                }
                part.operators.note(server, "name-server", zone, exists);
            }
        }
        Err(reason) => {
            seen.unknown("name_servers", reason.as_str()).unknown("dangling_name_servers", reason.as_str());
            part.fault(ZONE, zone, &reason);
        }
    }
    match state {
        Ok(state) => seen.set("dnssec.state", state),
        Err(reason) => seen.unknown("dnssec.state", reason),
    };
    part.observations.push(seen);
    part
}
