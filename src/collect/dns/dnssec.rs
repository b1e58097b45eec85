//! Whether a zone is signed and its signatures hold, as far as the resolver lets it be told.
//!
//! The resolver validates (RFC 4035, section 4); tenken reads its verdict: the AD bit, SERVFAIL that goes away with the CD
//! bit, and DS records of the parent. A resolver that has never shown that it knows of DNSSEC proves nothing by silence.

use futures_util::future::join4;

use super::lookup::Lookup;
use crate::collect::question::{DnsQuestion, DnsStatus, RecordType};

/// The state of a zone that holds names of the site, or why it cannot be told.
pub(super) async fn state(lookup: &Lookup<'_>, zone: &str, names: &[&str]) -> Result<&'static str, String> {
    // One record set that was changed behind the signer's back makes the zone bogus for whoever needs it.
    for name in names {
        let question = DnsQuestion::new(name, RecordType::A);
        if lookup.ask(&question).await?.status == DnsStatus::ServerFailure {
            let unchecked = lookup.ask(&DnsQuestion { checking_disabled: true, ..question }).await?;
            // Behind an alias it is the zone of its target that is bogus.
            if unchecked.aliases.is_empty() && matches!(unchecked.status, DnsStatus::NoError | DnsStatus::NoSuchName) {
                return Ok("bogus");
            }
        }
    }
    of_start(lookup, zone).await
}

async fn of_start(lookup: &Lookup<'_>, zone: &str) -> Result<&'static str, String> {
    let unchecked = DnsQuestion { checking_disabled: true, ..DnsQuestion::new(zone, RecordType::Soa) };
    let root = DnsQuestion::new("", RecordType::Dnskey);
    let (soa, root, ds, key) = (
        DnsQuestion::new(zone, RecordType::Soa),
        root,
        DnsQuestion::new(zone, RecordType::Ds),
        DnsQuestion::new(zone, RecordType::Dnskey),
    );
    let (soa, root, ds, key) = join4(lookup.ask(&soa), lookup.ask(&root), lookup.ask(&ds), lookup.ask(&key)).await;
    let soa = soa?;
    if soa.status == DnsStatus::ServerFailure {
        let unchecked = lookup.ask(&unchecked).await?;
        return match unchecked.status {
            DnsStatus::NoError if !unchecked.data.is_empty() => Ok("bogus"),
            _ => Err("the zone does not answer".to_owned()),
        };
    }
    if soa.status != DnsStatus::NoError || soa.data.is_empty() {
        return Err("the zone does not answer".to_owned());
    }
    if soa.authenticated {
        return Ok("validates");
    }
    let (validates, is_aware) = root.map_or((false, false), |root| (root.authenticated, root.signed));
    let blind = || Err("the resolver does not say whether it validates".to_owned());
    let ds = ds?;
    match ds.status {
        // Where a chain of a parent leads to the zone, a resolver that validates would have said so: the break is above.
        DnsStatus::NoError if !ds.data.is_empty() => {
            if validates {
                Ok("island")
            } else {
                blind()
            }
        }
        DnsStatus::NoError | DnsStatus::NoSuchName if !(validates || is_aware || ds.authenticated) => blind(),
        DnsStatus::NoError | DnsStatus::NoSuchName => match key {
            Ok(key) if !key.data.is_empty() => Ok("island"),
            Ok(key) if key.status == DnsStatus::NoError => Ok("unsigned"),
            Ok(_) => Err("the keys of the zone cannot be had".to_owned()),
            Err(reason) => Err(reason),
        },
        _ => Err("the records of the parent zone cannot be had".to_owned()),
    }
}
