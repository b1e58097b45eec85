//! A chain as sent -> one observation. Names in it are hostile: they are cut here, and escaped by whoever prints them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ring::digest;
use rustls::pki_types::TrustAnchor;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::kind::CERTIFICATE;
use super::trust::Stores;
use super::{Sent, chain, key, lifetime, staple, trust};
use crate::collect::limits::{CERTIFICATE_NAMES, cut};
use crate::model::{Location, Observation, Subject, SubjectKind, Time, Value};

/// Fields that come of the leaf or the whole chain, and are unknown where it cannot be read.
const OF_THE_CHAIN: [&str; 36] = [
    "cn_only",
    "names",
    "name_count",
    "issuer",
    "not_before",
    "not_after",
    "renew_before",
    "lifetime_days",
    "lifetime_limit_days",
    "lifetime_within_limit",
    "key_algorithm",
    "key_curve",
    "key_bits",
    "rsa_smallest_bits",
    "key_sha256",
    "key_shared_with",
    "weak_keys",
    "weak_signatures",
    "usage",
    "is_ca",
    "chain_ordered",
    "chain_complete",
    "chain_root_sent",
    "chain_superfluous",
    "must_staple",
    "ocsp_responder",
    "ocsp.stapled",
    "ocsp.verified",
    "ocsp.problem",
    "ocsp.status",
    "ocsp.this_update",
    "ocsp.next_update",
    "ocsp.produced_at",
    "scts.embedded",
    "scts.stapled",
    "name_by",
];

/// Observes a chain, leaf first.
pub(super) fn observe(sent: &Sent, name: &str, endpoint: &str, stores: &Stores, now: Time) -> Observation {
    let subject = Subject::new(SubjectKind::Endpoint, endpoint);
    let location = Location::host(endpoint.split('#').next().unwrap_or(endpoint));
    let mut seen = Observation::new(CERTIFICATE, subject, location, "TLS handshake, chain as sent");
    seen.set("handshake", sent.version.as_str());
    seen.set("chain_length", i64::try_from(sent.chain.len()).unwrap_or(i64::MAX));
    if let Some(leaf) = sent.chain.first() {
        seen.set("certificate_sha256", hex(leaf));
    } else {
        seen.unknown("certificate_sha256", "no certificate was sent");
    }
    let parsed: Option<Vec<X509Certificate<'_>>> =
        sent.chain.iter().map(|der| X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate)).collect();
    let anchors = stores.anchors();
    let mut staple = staple::Staple::default();
    match parsed.as_deref() {
        Some(list @ [leaf, rest @ ..]) => {
            of_leaf(&mut seen, leaf, name);
            of_keys(&mut seen, list);
            of_chain(&mut seen, list, anchors);
            staple = of_staple(&mut seen, sent.staple.as_deref(), leaf, rest, anchors, now);
        }
        _ => {
            for field in OF_THE_CHAIN {
                seen.unknown(field, "a certificate of the chain cannot be read");
            }
        }
    }
    let leaf = parsed.as_ref().and_then(|list| list.first());
    of_trust(&mut seen, sent, leaf, name, stores, now);
    if staple.verified == Some(Ok(true)) && staple.status == Some("revoked") {
        revoked(&mut seen);
    }
    seen
}

fn of_leaf(seen: &mut Observation, leaf: &X509Certificate<'_>, name: &str) {
    let (from, to) = (leaf.validity().not_before.timestamp(), leaf.validity().not_after.timestamp());
    let lifetime = to.saturating_sub(from).max(0);
    // Renewal is due two weeks before the end, or for short-lived certificates a third of their life before it.
    let margin = (14 * 86_400).min(lifetime / 3);
    let limit = lifetime::limit_days(from);
    seen.set("not_before", Time::from_unix_seconds(from)).set("not_after", Time::from_unix_seconds(to));
    seen.set("renew_before", Time::from_unix_seconds(to.saturating_sub(margin)));
    seen.set("lifetime_days", lifetime / 86_400).set("lifetime_limit_days", limit);
    seen.set("lifetime_within_limit", lifetime::seconds(from, to) <= limit * 86_400);
    seen.set("issuer", issuer(leaf));
    seen.set("key_sha256", hex(leaf.public_key().raw));
    seen.set("key_shared_with", Value::List(Vec::new()));
    seen.set("is_ca", leaf.is_ca());
    match leaf.extended_key_usage() {
        Ok(usage) => {
            seen.set(
                "usage",
                match usage.map(|usage| (usage.value.server_auth, usage.value.any)) {
                    None => "absent",
                    Some((true, _)) => "server-auth",
                    Some((_, true)) => "any",
                    Some(_) => "other",
                },
            );
        }
        Err(_) => {
            seen.unknown("usage", "the extended key usage cannot be read");
        }
    }
    // TLS feature (RFC 7633): a sequence of numbers, 5 is status_request.
    let feature = leaf.iter_extensions().find(|extension| extension.oid.to_id_string() == "1.3.6.1.5.5.7.1.24");
    seen.set("must_staple", feature.is_some_and(|feature| feature.value.windows(3).any(|three| three == [2, 1, 5])));
    seen.set("ocsp_responder", chain::names_responder(leaf));
    let timestamps = leaf.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SCT(list) => Some(list.len()),
        _ => None,
    });
    seen.set("scts.embedded", i64::try_from(timestamps.unwrap_or(0)).unwrap_or(i64::MAX));
    of_names(seen, leaf, name);
}

fn of_names(seen: &mut Observation, leaf: &X509Certificate<'_>, name: &str) {
    let Ok(alternatives) = leaf.subject_alternative_name() else {
        for field in ["names", "name_count", "cn_only", "name_by"] {
            seen.unknown(field, "the alternative names cannot be read");
        }
        return;
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let (mut names, mut by) = (Vec::new(), "none");
    for alternative in alternatives.iter().flat_map(|extension| &extension.value.general_names) {
        match alternative {
            GeneralName::DNSName(dns) => {
                if dns.eq_ignore_ascii_case(bare) {
                    by = "san-dns";
                } else if by == "none" && is_wildcard_for(dns, bare) {
                    by = "san-wildcard";
                }
                names.push(cut(dns));
            }
            GeneralName::IPAddress(bytes) => {
                let Some(address) = address_of(bytes) else { continue };
                if bare.parse() == Ok(address) {
                    by = "san-ip";
                }
                names.push(address.to_string());
            }
            // An address of mail or a person's name may stand in the others: they stay where they are.
            _ => {}
        }
    }
    seen.set("cn_only", alternatives.is_none() && leaf.subject().iter_common_name().next().is_some());
    seen.set("name_count", i64::try_from(names.len()).unwrap_or(i64::MAX));
    names.truncate(CERTIFICATE_NAMES);
    seen.set("names", Value::texts(names)).set("name_by", by);
}

/// A star stands for one whole label, the first (RFC 9525 section 6.3).
fn is_wildcard_for(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix("*."), name.split_once('.')) {
        (Some(wanted), Some((label, rest))) => !label.is_empty() && rest.eq_ignore_ascii_case(wanted),
        _ => false,
    }
}

fn address_of(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| Ipv6Addr::from(sixteen).into())
}

fn issuer(leaf: &X509Certificate<'_>) -> String {
    let name = leaf.issuer();
    let first = name.iter_organization().next().or_else(|| name.iter_common_name().next());
    cut(first.and_then(|attribute| attribute.as_str().ok()).unwrap_or("not named"))
}

fn of_keys(seen: &mut Observation, list: &[X509Certificate<'_>]) {
    let below_root: Vec<(usize, &X509Certificate<'_>)> = list
        .iter()
        .enumerate()
        .filter(|(number, certificate)| *number == 0 || !chain::is_self_issued(certificate))
        .collect();
    let keys: Vec<(usize, key::Key)> =
        below_root.iter().map(|(number, certificate)| (*number, key::key(certificate))).collect();
    if let Some((_, leaf)) = keys.first() {
        seen.set("key_algorithm", leaf.algorithm);
        match leaf.curve {
            Some(curve) => seen.set("key_curve", curve),
            None => seen.unknown("key_curve", "the key has no curve of a known name"),
        };
        match leaf.bits {
            Some(bits) => seen.set("key_bits", bits),
            None => seen.unknown("key_bits", "a kind of key whose size is not known"),
        };
    }
    let smallest = keys.iter().filter(|(_, key)| key.algorithm == "rsa").filter_map(|(_, key)| key.bits).min();
    match smallest {
        Some(bits) => seen.set("rsa_smallest_bits", bits),
        None => seen.unknown("rsa_smallest_bits", "no RSA key is in the chain"),
    };
    let weaknesses: Vec<(usize, Option<Option<String>>)> =
        keys.iter().map(|(number, key)| (*number, key.weakness())).collect();
    let weak: Vec<String> = weaknesses
        .iter()
        .filter_map(|(number, told)| told.clone().flatten().map(|weak| format!("certificate {number}: {weak}")))
        .collect();
    // What is weak was seen, whatever else is unknown; that nothing is weak was not.
    if weak.is_empty() && weaknesses.iter().any(|(_, told)| told.is_none()) {
        seen.unknown("weak_keys", "a kind of key whose size is not known");
    } else {
        seen.set("weak_keys", Value::texts(weak));
    }
    let signatures = || below_root.iter().map(|(number, certificate)| (number, &certificate.signature_algorithm));
    let weak: Vec<String> = signatures()
        .filter_map(|(number, algorithm)| {
            key::weak_signature(algorithm).map(|hash| format!("certificate {number}: {hash}"))
        })
        .collect();
    if weak.is_empty() && !signatures().all(|(_, algorithm)| key::is_known_signature(algorithm)) {
        seen.unknown("weak_signatures", "a kind of signature that is not known");
    } else {
        seen.set("weak_signatures", Value::texts(weak));
    }
}

fn of_chain(seen: &mut Observation, list: &[X509Certificate<'_>], anchors: &[TrustAnchor<'_>]) {
    let shape = chain::shape(list, anchors);
    seen.set("chain_ordered", shape.is_ordered).set("chain_root_sent", shape.sends_root);
    seen.set("chain_superfluous", i64::try_from(shape.superfluous).unwrap_or(i64::MAX));
    match shape.is_complete {
        Some(complete) => seen.set("chain_complete", complete),
        None => seen.unknown("chain_complete", "an intermediate that is missing and an unknown authority look alike"),
    };
}

fn of_staple(
    seen: &mut Observation,
    staple: Option<&[u8]>,
    leaf: &X509Certificate<'_>,
    rest: &[X509Certificate<'_>],
    anchors: &[TrustAnchor<'_>],
    now: Time,
) -> staple::Staple {
    const FIELDS: [&str; 7] = [
        "ocsp.verified",
        "ocsp.problem",
        "ocsp.status",
        "ocsp.this_update",
        "ocsp.next_update",
        "ocsp.produced_at",
        "scts.stapled",
    ];
    let Some(der) = staple else {
        for field in FIELDS.into_iter().chain(["ocsp.stapled"]) {
            seen.unknown(field, "no full handshake");
        }
        return staple::Staple::default();
    };
    seen.set("ocsp.stapled", !der.is_empty());
    if der.is_empty() {
        for field in FIELDS {
            seen.unknown(field, "no OCSP answer is stapled");
        }
        seen.unknown_fields.remove("scts.stapled");
        seen.set("scts.stapled", false);
        return staple::Staple::default();
    }
    let read = staple::staple(der, leaf, rest, anchors, now.unix_seconds());
    match read.verified {
        Some(Ok(verified)) => seen.set("ocsp.verified", verified),
        Some(Err(reason)) => seen.unknown("ocsp.verified", reason),
        None => seen.unknown("ocsp.verified", "the answer says nothing of this certificate"),
    };
    seen.set("ocsp.problem", read.problem).set("scts.stapled", read.has_timestamps);
    match read.status {
        Some(status) => seen.set("ocsp.status", status),
        None => seen.unknown("ocsp.status", "the answer says nothing of this certificate"),
    };
    for (field, moment) in [
        ("ocsp.this_update", read.this_update),
        ("ocsp.next_update", read.next_update),
        ("ocsp.produced_at", read.produced_at),
    ] {
        match moment {
            Some(seconds) => seen.set(field, Time::from_unix_seconds(seconds)),
            None => seen.unknown(field, "the answer does not state it"),
        };
    }
    read
}

fn of_trust(
    seen: &mut Observation,
    sent: &Sent,
    leaf: Option<&X509Certificate<'_>>,
    name: &str,
    stores: &Stores,
    now: Time,
) {
    let validity = leaf.map(|leaf| (leaf.validity().not_before.timestamp(), leaf.validity().not_after.timestamp()));
    let now = now.unix_seconds();
    let middle = validity.map_or(now, |(from, to)| from.saturating_add(to.saturating_sub(from) / 2));
    let verdict = stores.judge(&sent.chain, now, middle);
    let by_webpki = trust::name_matches(&sent.chain, name);
    // A certificate of version 1 has no alternative names at all, so it is made out to nobody.
    let matches = by_webpki.or_else(|| leaf.filter(|leaf| leaf.extensions().is_empty()).map(|_| false));
    match matches {
        Some(matches) => seen.set("name_matches", matches),
        None => seen.unknown("name_matches", "the leaf certificate cannot be read"),
    };
    let mut faults = Vec::new();
    if let Some((from, to)) = validity {
        if now > to {
            faults.push("expired");
        } else if now < from {
            faults.push("not-yet-valid");
        }
    }
    let has_weak = !seen.texts("weak_signatures").is_empty();
    let is_self_signed = leaf.is_some_and(chain::is_self_issued);
    match verdict.fault {
        Some("expired" | "not-yet-valid") if !faults.is_empty() => {}
        Some(_) if is_self_signed => faults.push("self-signed"),
        Some(fault) => faults.push(fault),
        None if has_weak && verdict.unknown.is_some() => faults.push("weak-signature"),
        None => {}
    }
    if matches == Some(false) {
        faults.push("name-mismatch");
    }
    seen.set("trusted_by", Value::texts(verdict.trusted_by.clone()));
    if verdict.unknown.is_some() && verdict.leads_to.is_empty() {
        let reason = verdict.unknown.clone().unwrap_or_default();
        seen.unknown("authority", reason.clone()).unknown("publicly_trusted", reason);
    } else {
        seen.set("publicly_trusted", verdict.leads_to.contains(&"public"));
        seen.set("authority", Value::texts(verdict.leads_to.clone()));
    }
    match verdict.platform_unknown {
        Some(reason) => seen.unknown("platform_trusts", format!("this machine's store: {reason}")),
        None => seen.set("platform_trusts", verdict.trusted_by.contains(&"platform")),
    };
    let unknown = verdict.unknown.filter(|_| !has_weak);
    match (faults.first(), unknown) {
        (Some(first), _) => {
            seen.set("trusted", false).set("trust_reason", *first);
            seen.set("trust_faults", Value::texts(faults));
        }
        (None, Some(reason)) => {
            for field in ["trusted", "trust_reason", "trust_faults"] {
                seen.unknown(field, reason.clone());
            }
        }
        (None, None) if matches.is_none() => {
            for field in ["trusted", "trust_reason", "trust_faults"] {
                seen.unknown(field, "the leaf certificate cannot be read");
            }
        }
        (None, None) => {
            seen.set("trusted", true).set("trust_reason", "valid").set("trust_faults", Value::List(Vec::new()));
        }
    }
}

fn revoked(seen: &mut Observation) {
    let faults: Vec<String> = std::iter::once("revoked").chain(seen.texts("trust_faults")).map(str::to_owned).collect();
    for field in ["trusted", "trust_reason", "trust_faults"] {
        seen.unknown_fields.remove(field);
    }
    seen.set("trusted", false).set("trust_reason", "revoked").set("trust_faults", Value::texts(faults));
}

fn hex(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
