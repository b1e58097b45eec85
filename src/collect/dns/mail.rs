//! One mail domain: its mail servers.

use futures_util::future::join_all;

use super::domains::MailDomains;
use super::kinds::DOMAIN;
use super::lookup::Lookup;
use super::{METHOD, Part, texts};
use crate::collect::collector::Task;
use crate::collect::question::{DnsData, RecordType};
use crate::model::{Location, Observation, Subject, SubjectKind};

/// Looks at every mail domain.
pub(super) async fn look(lookup: &Lookup<'_>, mail: &MailDomains, _task: &Task<'_>) -> Part {
    let mut whole = Part::default();
    for part in join_all(mail.names.iter().map(|name| one(lookup, name, mail.declared))).await {
        whole.extend(part);
    }
    whole
}

async fn one(lookup: &Lookup<'_>, name: &str, declared: bool) -> Part {
    let mut part = Part::default();
    let mut seen = Observation::new(DOMAIN, Subject::new(SubjectKind::Domain, name), Location::host(name), METHOD);
    seen.set("declared", declared);
    servers(lookup, name, &mut seen, &mut part).await;
    part.observations.push(seen);
    part
}

async fn servers(lookup: &Lookup<'_>, name: &str, seen: &mut Observation, part: &mut Part) {
    let found = match lookup.find(name, RecordType::Mx).await {
        Ok(found) => found,
        Err(reason) => {
            for field in ["mx.state", "mx.hosts", "mx.dangling", "receives_mail"] {
                seen.unknown(field, reason.as_str());
            }
            return part.fault(DOMAIN, name, &reason);
        }
    };
    let mut hosts: Vec<(u16, &str)> = found
        .data
        .iter()
        .filter_map(|data| match data {
            DnsData::MailServer { preference, host } => Some((*preference, host.as_str())),
            _ => None,
        })
        .collect();
    hosts.sort_unstable();
    let is_null = matches!(hosts.as_slice(), [(_, "")]);
    let names: Vec<&str> = hosts.into_iter().map(|(_, host)| host).filter(|host| !host.is_empty()).collect();
    let exist = join_all(names.iter().map(|host| lookup.exists(host))).await;
    let dangling = names.iter().zip(&exist).filter(|(_, exists)| **exists == Ok(false)).map(|(host, _)| host);
    seen.set("mx.hosts", texts(&names)).set("mx.dangling", texts(dangling));
    for (host, exists) in names.iter().zip(exist) {
        if let Err(reason) = &exists {
            part.fault(DOMAIN, host, reason);
        }
        part.operators.note(host, "mail-host", name, exists);
    }
    let state = if is_null {
        "null"
    } else if !names.is_empty() {
        "hosts"
    } else {
        // Without an MX the domain's own address takes its place (RFC 5321, section 5.1).
        match lookup.addresses(name).await {
            Ok(found) if !found.data.is_empty() => "address",
            Ok(_) => "none",
            Err(reason) => {
                seen.unknown("mx.state", reason.as_str()).unknown("receives_mail", reason.as_str());
                return part.fault(DOMAIN, name, &reason);
            }
        }
    };
    seen.set("mx.state", state).set("receives_mail", matches!(state, "hosts" | "address"));
}
