//! How mail is protected on its way in: MTA-STS, TLS-RPT, DANE, and STARTTLS of each mail server where it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all, join3};

use super::kinds::{DOMAIN, HOST};
use super::lookup::Lookup;
use super::policy_host::policy_file;
use super::starttls::{Asked, NOT_ASKED, SMTP, ask};
use super::trust::{fits, holds, is_usable};
use super::{METHOD, Part, texts};
use crate::collect::collector::Task;
use crate::collect::limits::cut;
use crate::collect::question::RecordType;
use crate::model::{Location, Observation, Subject, SubjectKind};
use crate::syntax::mta_sts::{StsMode, StsPolicy, is_sts_record, is_tls_rpt, is_valid_sts_record, sts_policy, tls_rpt};

const NOT_DECLARED: &str =
    "no mail domains are declared, so no policy host is asked (site file: declared: mail_domains)";
/// STARTTLS is there, and nobody has to use it: a sender that is told that it is not there delivers in the clear.
const NOBODY_INSISTS: &str = "STARTTLS is offered, and neither MTA-STS nor DANE makes senders insist on it";

/// What is known of one mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) name: String,
    /// TLSA records that count, and whether they and the addresses are validated; or why that cannot be told.
    pub(super) tlsa: Result<(i64, bool), String>,
    /// It offers STARTTLS, or why that is not known.
    pub(super) starttls: Result<bool, String>,
    /// Its certificate holds for public authorities and for its name, or why that is not known.
    pub(super) trusted: Result<bool, String>,
    /// A TLSA record fits its certificate, or why that is not known.
    pub(super) fits: Result<bool, String>,
}

impl Server {
    /// Whether senders that know DANE insist on it: usable records, validated, and no proof that they fit nothing.
    fn is_bound(&self) -> bool {
        matches!(&self.tlsa, Ok((count, true)) if *count > 0)
    }
}

/// States MTA-STS, TLS-RPT and DANE of a domain, and what follows for its inbound mail.
pub(super) async fn observe(
    lookup: &Lookup<'_>,
    domain: &str,
    servers: &[Server],
    validated: bool,
    seen: &mut Observation,
    part: &mut Part,
    task: &Task<'_>,
) {
    let hosts: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
    let (sts, rpt) =
        join(sts(lookup, domain, task), lookup.find(&format!("_smtp._tls.{domain}"), RecordType::Txt)).await;
    let enforced = state_sts(seen, part, domain, &hosts, sts);
    match rpt {
        Ok(found) => {
            let records: Vec<String> = found.texts().filter(|text| is_tls_rpt(text)).collect();
            let domains = match records.as_slice() {
                [record] => tls_rpt(record),
                _ => None,
            };
            let faults = (!records.is_empty() && domains.is_none())
                .then_some("the record cannot be read, or is not the only one");
            seen.set("tls_rpt.present", domains.is_some()).set("tls_rpt.faults", texts(faults));
            let domains = domains.unwrap_or_default();
            for reporter in &domains {
                part.operators.note(reporter, "tls-report", domain, lookup.exists(reporter).await);
            }
            seen.set("tls_rpt.domains", texts(&domains));
        }
        Err(reason) => {
            for field in ["tls_rpt.present", "tls_rpt.domains", "tls_rpt.faults"] {
                seen.unknown(field, reason.as_str());
            }
            part.fault(DOMAIN, domain, &reason);
        }
    }
    let unknown = servers.iter().find_map(|server| server.tlsa.as_ref().err());
    let covered = |server: &&Server| server.is_bound() && validated && server.fits != Ok(false);
    let uncovered: Vec<&str> =
        servers.iter().filter(|server| !covered(server)).map(|server| server.name.as_str()).collect();
    match unknown {
        Some(reason) => {
            seen.unknown("dane.uncovered", reason.as_str());
            part.fault(DOMAIN, domain, reason);
        }
        None => {
            seen.set("dane.uncovered", texts(&uncovered));
        }
    }
    let by_dane = unknown.is_none() && uncovered.is_empty();
    state_list(seen, "starttls.refused", servers, |server| &server.starttls);
    state_list(seen, "mta_sts.untrusted", servers, |server| &server.trusted);
    let is_kept_out = |server: &Server| {
        enforced && server.trusted == Ok(false) || validated && server.is_bound() && server.fits == Ok(false)
    };
    if servers.is_empty() {
        seen.unknown("inbound_transport", "no mail server is named");
    } else if servers.iter().any(|server| server.starttls == Ok(false)) {
        seen.set("inbound_transport", "plain");
    } else if servers.iter().any(is_kept_out) {
        seen.set("inbound_transport", "broken");
    } else if enforced || by_dane {
        seen.set("inbound_transport", "authenticated");
    } else {
        let reason = servers.iter().find_map(|server| server.starttls.as_ref().err());
        seen.unknown("inbound_transport", reason.map_or(NOBODY_INSISTS, String::as_str));
    }
}

/// The servers of which something is not so; unknown where it is not known of each.
fn state_list(seen: &mut Observation, field: &str, servers: &[Server], of: fn(&Server) -> &Result<bool, String>) {
    match servers.iter().find_map(|server| of(server).as_ref().err()) {
        Some(reason) => seen.unknown(field, reason.as_str()),
        None => seen.set(field, texts(servers.iter().filter(|server| *of(server) == Ok(false)).map(|one| &one.name))),
    };
}

/// States that nothing of it is known.
pub(super) fn unknown(seen: &mut Observation, reason: &str) {
    for field in [
        "mta_sts.mode",
        "mta_sts.max_age_seconds",
        "mta_sts.uncovered",
        "mta_sts.faults",
        "mta_sts.untrusted",
        "tls_rpt.present",
        "tls_rpt.domains",
        "tls_rpt.faults",
        "dane.uncovered",
        "starttls.refused",
        "inbound_transport",
    ] {
        seen.unknown(field, reason);
    }
}

/// The policy as senders get it: `Ok(Err)` names the fault for which they ignore it, `Err` says why it cannot be told.
async fn sts(lookup: &Lookup<'_>, domain: &str, task: &Task<'_>) -> Result<Option<Result<StsPolicy, String>>, String> {
    let found = lookup.find(&format!("_mta-sts.{domain}"), RecordType::Txt).await?;
    let records: Vec<String> = found.texts().filter(|text| is_sts_record(text)).collect();
    match records.as_slice() {
        [] => return Ok(None),
        [record] if is_valid_sts_record(record) => {}
        [_] => return Ok(Some(Err("the record cannot be read".to_owned()))),
        _ => return Ok(Some(Err("more than one record".to_owned()))),
    }
    let host = format!("mta-sts.{domain}");
    if !lookup.exists(&host).await? {
        return Ok(Some(Err("the policy host does not exist".to_owned())));
    }
    if task.declaration.site.declared.mail_domains.is_none() {
        return Err(NOT_DECLARED.to_owned());
    }
    let file = match policy_file(lookup.world, &host, task.now).await? {
        Ok(file) => file,
        Err(fault) => return Ok(Some(Err(fault))),
    };
    Ok(Some(sts_policy(&file).ok_or_else(|| "the policy file cannot be read".to_owned())))
}

/// States MTA-STS; whether it is enforced for every mail server.
fn state_sts(
    seen: &mut Observation,
    part: &mut Part,
    domain: &str,
    hosts: &[&str],
    sts: Result<Option<Result<StsPolicy, String>>, String>,
) -> bool {
    let only_mode = |seen: &mut Observation, reason: &str| {
        seen.unknown("mta_sts.max_age_seconds", reason).unknown("mta_sts.uncovered", reason);
    };
    match sts {
        Ok(None) => {
            seen.set("mta_sts.mode", "absent").set("mta_sts.faults", texts::<&str>([]));
            only_mode(seen, "no MTA-STS record");
            false
        }
        Ok(Some(Err(fault))) => {
            seen.set("mta_sts.mode", "absent").set("mta_sts.faults", texts([fault]));
            only_mode(seen, "senders ignore it");
            false
        }
        Ok(Some(Ok(policy))) => {
            let uncovered: BTreeSet<&&str> = hosts.iter().filter(|host| !policy.covers(host)).collect();
            let enforced = policy.mode == StsMode::Enforce && uncovered.is_empty();
            seen.set("mta_sts.mode", policy.mode.word()).set("mta_sts.faults", texts::<&str>([]));
            seen.set("mta_sts.max_age_seconds", i64::from(policy.max_age_seconds));
            seen.set("mta_sts.uncovered", texts(uncovered));
            enforced
        }
        Err(reason) => {
            seen.unknown("mta_sts.mode", reason.as_str()).unknown("mta_sts.faults", reason.as_str());
            only_mode(seen, &reason);
            // Nobody asked for a domain that is not declared, so this is no gap.
            if reason != NOT_DECLARED {
                part.fault(DOMAIN, domain, &reason);
            }
            false
        }
    }
}

/// Looks at mail servers, with the domains that name each.
pub(super) async fn servers(
    lookup: &Lookup<'_>,
    of: &BTreeMap<String, BTreeSet<String>>,
    task: &Task<'_>,
) -> (Part, BTreeMap<String, Server>) {
    let mut whole = Part::default();
    let mut known = BTreeMap::new();
    for (part, server) in join_all(of.iter().map(|(host, domains)| server(lookup, host, domains, task))).await {
        whole.extend(part);
        known.insert(server.name.clone(), server);
    }
    (whole, known)
}

async fn server(lookup: &Lookup<'_>, host: &str, domains: &BTreeSet<String>, task: &Task<'_>) -> (Part, Server) {
    let mut part = Part::default();
    let mut seen =
        Observation::new(HOST, Subject::new(SubjectKind::Host, cut(host)), Location::host(cut(host)), METHOD);
    seen.set("of", texts(domains));
    let name = format!("_25._tcp.{host}");
    let (found, tlsa, asked) =
        join3(lookup.addresses(host), lookup.find(&name, RecordType::Tlsa), starttls(lookup, host, task)).await;
    let records = tlsa.as_ref().map(|found| found.data.clone()).unwrap_or_default();
    let addresses = found.as_ref().map(|found| found.authenticated).map_err(Clone::clone);
    match found {
        Ok(found) => {
            seen.set("exists", found.exists || !found.aliases.is_empty()).set("is_alias", !found.aliases.is_empty());
            seen.set("addresses", texts(found.addresses().map(|address| address.to_string())));
        }
        Err(reason) => {
            for field in ["exists", "is_alias", "addresses"] {
                seen.unknown(field, reason.as_str());
            }
            part.fault(HOST, host, &reason);
        }
    }
    let tlsa = match (tlsa, addresses) {
        (Ok(found), Ok(addresses)) => {
            let usable = found.data.iter().filter(|data| is_usable(data)).count();
            Ok((i64::try_from(usable).unwrap_or(i64::MAX), found.authenticated && addresses))
        }
        (Err(reason), _) | (_, Err(reason)) => Err(reason),
    };
    match &tlsa {
        Ok((count, authenticated)) => seen.set("tlsa", *count).set("tlsa_authenticated", *authenticated),
        Err(reason) => seen.unknown("tlsa", reason.as_str()).unknown("tlsa_authenticated", reason.as_str()),
    };
    let names: Vec<&str> = std::iter::once(host).chain(domains.iter().map(String::as_str)).collect();
    let (starttls, chain) = match asked {
        Asked::Not => (Err(NOT_ASKED.to_owned()), Err(NOT_ASKED.to_owned())),
        Asked::Refused => (Ok(false), Err("no STARTTLS".to_owned())),
        Asked::Offered(chain) => (Ok(true), chain),
        Asked::Unknown(reason) => {
            part.fault(HOST, host, &reason);
            (Err(reason.clone()), Err(reason))
        }
    };
    let trusted = chain.clone().and_then(|chain| {
        let anchor = lookup.world.trust_anchor(host).map_err(|refusal| refusal.to_string())?;
        holds(&chain, host, anchor, task.now).map_err(|refusal| refusal.to_string())
    });
    let fits = match &tlsa {
        Ok((0, _)) => Err("no usable TLSA record".to_owned()),
        Ok(_) => chain.map(|chain| fits(&records, &chain, &names, task.now)),
        Err(reason) => Err(reason.clone()),
    };
    for (field, answer) in [("starttls", &starttls), ("certificate_trusted", &trusted), ("tlsa_fits", &fits)] {
        match answer {
            Ok(answer) => seen.set(field, *answer),
            Err(reason) => seen.unknown(field, reason.as_str()),
        };
    }
    part.observations.push(seen);
    (part, Server { name: host.to_owned(), tlsa, starttls, trusted, fits })
}

/// Asks a server for STARTTLS, where the site file asks for that of its mail domains' servers, or declares the server with port 25.
async fn starttls(lookup: &Lookup<'_>, host: &str, task: &Task<'_>) -> Asked {
    let site = &task.declaration.site;
    let is_declared = site.hosts.iter().any(|one| one.name == host && one.ports.contains(&SMTP));
    let is_asked_for = site.mail.starttls && site.declared.mail_domains.is_some();
    if is_declared || is_asked_for { ask(lookup.world, host).await } else { Asked::Not }
}

#[cfg(test)]
mod tests;
