//! Mail domains: their mail servers, and with them SPF, DMARC, DKIM and the protection of inbound mail.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all, join3};

use super::domains::MailDomains;
use super::kinds::DOMAIN;
use super::lookup::Lookup;
use super::transport::Server;
use super::{METHOD, Part, dkim, dmarc, spf, texts, transport};
use crate::collect::collector::Task;
use crate::collect::limits::MAIL_SERVERS;
use crate::collect::question::{DnsData, RecordType};
use crate::model::{Location, Observation, Subject, SubjectKind};

/// The mail servers of one domain as DNS names them.
struct Named {
    hosts: Vec<String>,
    is_null: bool,
    validated: bool,
}

/// Looks at every mail domain, every mail server once, and every declared DKIM key.
pub(super) async fn look(lookup: &Lookup<'_>, mail: &MailDomains, task: &Task<'_>) -> Part {
    let mut whole = Part::default();
    let named = join_all(mail.names.iter().map(|name| async move { (name.as_str(), named(lookup, name).await) })).await;
    let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (domain, named) in &named {
        for host in named.iter().flat_map(|named| &named.hosts) {
            of.entry(host.clone()).or_default().insert((*domain).to_owned());
        }
    }
    let (servers, known) = transport::servers(lookup, &of, task).await;
    whole.extend(servers);
    let known = &known;
    let domains = join_all(named.into_iter().map(|(name, named)| one(lookup, name, mail.declared, named, known, task)));
    let selectors = task.declaration.site.declared.dkim_selectors.iter().flatten();
    let keys =
        selectors.flat_map(|(domain, list)| list.iter().map(move |selector| dkim::look(lookup, domain, selector)));
    let (domains, keys) = join(domains, join_all(keys)).await;
    for part in domains.into_iter().chain(keys) {
        whole.extend(part);
    }
    whole
}

/// The mail servers that a domain names, the preferred first.
async fn named(lookup: &Lookup<'_>, name: &str) -> Result<Named, String> {
    let found = lookup.find(name, RecordType::Mx).await?;
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
    let mut seen = BTreeSet::new();
    let names = hosts.into_iter().map(|(_, host)| host).filter(|host| !host.is_empty() && seen.insert(*host));
    let names: Vec<String> = names.map(str::to_owned).collect();
    if names.len() > MAIL_SERVERS {
        return Err(format!("more than {MAIL_SERVERS} mail servers"));
    }
    Ok(Named { hosts: names, is_null, validated: found.authenticated })
}

async fn one(
    lookup: &Lookup<'_>,
    name: &str,
    declared: bool,
    named: Result<Named, String>,
    known: &BTreeMap<String, Server>,
    task: &Task<'_>,
) -> Part {
    let new = || {
        let subject = Subject::new(SubjectKind::Domain, name);
        (Observation::new(DOMAIN, subject, Location::host(name), METHOD), Part::default())
    };
    // Three questions that do not wait for each other, then one observation.
    let of_servers = async {
        let (mut seen, mut part) = new();
        seen.set("declared", declared);
        match named {
            Ok(named) => {
                receivers(lookup, name, &named, &mut seen, &mut part).await;
                let servers: Vec<Server> = named.hosts.iter().filter_map(|host| known.get(host)).cloned().collect();
                transport::observe(lookup, name, &servers, named.validated, &mut seen, &mut part, task).await;
            }
            Err(reason) => {
                for field in ["mx.state", "mx.hosts", "mx.dangling", "receives_mail"] {
                    seen.unknown(field, reason.as_str());
                }
                part.missing(super::kinds::HOST, name, &reason);
                part.fault(DOMAIN, name, &reason);
                transport::unknown(&mut seen, &reason);
            }
        }
        (seen, part)
    };
    let of_spf = async {
        let (mut seen, mut part) = new();
        spf::observe(lookup, name, &mut seen, &mut part).await;
        (seen, part)
    };
    let of_dmarc = async {
        let (mut seen, mut part) = new();
        dmarc::observe(lookup, name, &mut seen, &mut part, task).await;
        (seen, part)
    };
    let ((mut seen, mut part), spf, dmarc) = join3(of_servers, of_spf, of_dmarc).await;
    for (other, of_other) in [spf, dmarc] {
        seen.fields.extend(other.fields);
        seen.unknown_fields.extend(other.unknown_fields);
        part.extend(of_other);
    }
    part.observations.push(seen);
    part
}

async fn receivers(lookup: &Lookup<'_>, name: &str, named: &Named, seen: &mut Observation, part: &mut Part) {
    let exist = join_all(named.hosts.iter().map(|host| lookup.exists(host))).await;
    let dangling = named.hosts.iter().zip(&exist).filter(|(_, exists)| **exists == Ok(false)).map(|(host, _)| host);
    seen.set("mx.hosts", texts(&named.hosts)).set("mx.dangling", texts(dangling));
    for (host, exists) in named.hosts.iter().zip(exist) {
        if let Err(reason) = &exists {
            seen.fields.remove("mx.dangling");
            seen.unknown("mx.dangling", reason.as_str());
            part.fault(DOMAIN, host, reason);
        }
        part.operators.note(host, "mail-host", name, exists);
    }
    let state = if named.is_null {
        "null"
    } else if !named.hosts.is_empty() {
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

#[cfg(test)]
mod tests;
