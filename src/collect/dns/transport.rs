//! How mail is protected on its way in: MTA-STS, TLS-RPT, and DANE of each mail server.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};

use super::kinds::{DOMAIN, HOST};
use super::lookup::Lookup;
use super::policy_host::policy_file;
use super::{METHOD, Part, texts};
use crate::collect::collector::Task;
use crate::collect::limits::cut;
use crate::collect::question::{DnsData, RecordType};
use crate::model::{Location, Observation, Subject, SubjectKind};
use crate::syntax::mta_sts::{StsMode, StsPolicy, is_sts_record, is_tls_rpt, is_valid_sts_record, sts_policy, tls_rpt};

const NOT_DECLARED: &str =
    "no mail domains are declared, so no policy host is asked (site file: declared: mail_domains)";
const NOT_ASKED: &str = "STARTTLS was not asked for";

/// What is known of one mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) name: String,
    /// TLSA records that count, and whether they and the addresses are validated; or why that cannot be told.
    pub(super) tlsa: Result<(i64, bool), String>,
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
    let covered = |server: &&Server| matches!(&server.tlsa, Ok((count, true)) if *count > 0 && validated);
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
    seen.unknown("starttls.refused", NOT_ASKED);
    let by_dane = unknown.is_none() && uncovered.is_empty();
    if servers.is_empty() {
        seen.unknown("inbound_transport", "no mail server is named");
    } else if enforced || by_dane {
        seen.set("inbound_transport", "authenticated");
    } else {
        seen.unknown("inbound_transport", NOT_ASKED);
    }
}

/// States that nothing of it is known.
pub(super) fn unknown(seen: &mut Observation, reason: &str) {
    for field in [
        "mta_sts.mode",
        "mta_sts.max_age_seconds",
        "mta_sts.uncovered",
        "mta_sts.faults",
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
) -> (Part, BTreeMap<String, Server>) {
    let mut whole = Part::default();
    let mut known = BTreeMap::new();
    for (part, server) in join_all(of.iter().map(|(host, domains)| server(lookup, host, domains))).await {
        whole.extend(part);
        known.insert(server.name.clone(), server);
    }
    (whole, known)
}

async fn server(lookup: &Lookup<'_>, host: &str, domains: &BTreeSet<String>) -> (Part, Server) {
    let mut part = Part::default();
    let mut seen =
        Observation::new(HOST, Subject::new(SubjectKind::Host, cut(host)), Location::host(cut(host)), METHOD);
    seen.set("of", texts(domains));
    let (found, tlsa) = join(lookup.addresses(host), lookup.find(&format!("_25._tcp.{host}"), RecordType::Tlsa)).await;
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
    seen.unknown("starttls", NOT_ASKED);
    part.observations.push(seen);
    (part, Server { name: host.to_owned(), tlsa })
}

/// Whether a mail sender can use an association: of the server's own key or authority, and of a length that its digest has
/// (RFC 7672, section 3.1; RFC 6698, section 2.1).
fn is_usable(data: &DnsData) -> bool {
    match data {
        DnsData::Association { usage: 2 | 3, selector: 0 | 1, matching, data } => match matching {
            0 => !data.is_empty(),
            1 => data.len() == 32,
            2 => data.len() == 64,
            _ => false,
        },
        _ => false,
    }
}
