//! Endpoints and certificates against the TLS profile that is chosen. It runs when evidence is judged, not when it is
//! collected, so that the same evidence can be held against any profile, years later.

use std::collections::BTreeSet;

use super::joined_census;
use crate::model::FieldType::{Bool, Integer, Text, Texts};
use crate::model::{
    Census, Evidence, FieldSpec, FieldType, KindSpec, Observation, Strength, TlsDemands, TlsProfile, Value,
};

const ENDPOINT: &str = "tls-endpoint";
const CERTIFICATE: &str = "tls-certificate";
const PROFILE: &str = "tls-profile";
const PROFILE_CERTIFICATE: &str = "tls-profile-certificate";

/// The kinds that this join states.
pub const TLS_PROFILE_KINDS: &[KindSpec] = &[
    KindSpec {
        name: PROFILE,
        subject: "endpoint:ADDR:PORT/NAME",
        en: "one endpoint against the chosen TLS profile (parameter tls_profile, --tls-profile)",
        ja: "選択したTLSプロファイルとエンドポイントの照合",
        fields: &[
            field("profile", Text, "id of the profile", "プロファイルのID"),
            field("edition", Text, "edition of the guideline", "指針の版"),
            field("verified", Bool, "the profile was compared with the guideline's text", "原文と照合済みである"),
            field("tls_old", Texts, "TLS 1.0 and 1.1, those that are accepted", "受け付けるTLS 1.0/1.1"),
            field("tls13", Bool, "TLS 1.3 is accepted", "TLS 1.3を受け付ける"),
            field("asks_tls13", Bool, "the profile asks for TLS 1.3", "プロファイルがTLS 1.3を求める"),
            field(
                "suites.outside_must",
                Texts,
                "accepted suites that the profile's must leaves out, VERSION SUITE",
                "遵守項目の範囲外の暗号スイート",
            ),
            field(
                "suites.outside_should",
                Texts,
                "accepted suites that the profile's should leaves out, VERSION SUITE",
                "推奨項目の範囲外の暗号スイート",
            ),
            field("excludes_dhe", Bool, "the profile leaves out finite-field DHE", "プロファイルが有限体DHEを除外する"),
            field("dhe", Texts, "accepted suites with finite-field DHE", "受け付ける有限体DHEの暗号スイート"),
            field(
                "asks_hybrid",
                Bool,
                "the profile asks for a hybrid group",
                "プロファイルがハイブリッド鍵交換を求める",
            ),
            field("hybrid", Texts, "accepted groups with ML-KEM", "受け付けるML-KEMのグループ"),
            field(
                "unmet_must",
                Texts,
                "other demands of must that are not met: protocols, groups, order, settings",
                "満たされないその他の遵守項目",
            ),
            field("unmet_should", Texts, "other demands of should that are not met", "満たされないその他の推奨項目"),
        ],
    },
    KindSpec {
        name: PROFILE_CERTIFICATE,
        subject: "endpoint:ADDR:PORT/NAME",
        en: "one chain of certificates against the chosen TLS profile",
        ja: "選択したTLSプロファイルと証明書チェーンの照合",
        fields: &[
            field("profile", Text, "id of the profile", "プロファイルのID"),
            field(
                "asks_rsa_3072",
                Bool,
                "the profile asks for RSA of 3072 bits",
                "プロファイルがRSA 3072ビットを求める",
            ),
            field("has_rsa", Bool, "an RSA key is in the chain below the root", "ルートより下にRSA鍵がある"),
            field("rsa_smallest_bits", Integer, "size of the smallest of them", "最小のRSA鍵長"),
            field(
                "asks_staple",
                Bool,
                "the profile asks for OCSP stapling",
                "プロファイルがOCSPステープリングを求める",
            ),
            field("ocsp_responder", Bool, "the certificate names an OCSP responder", "OCSPレスポンダの記載がある"),
            field("stapled", Bool, "an OCSP answer is stapled", "OCSP応答が送信されている"),
            field("unmet_must", Texts, "demands of must that are not met: key, lifetime", "満たされない遵守項目"),
            field("unmet_should", Texts, "demands of should that are not met: key, lifetime", "満たされない推奨項目"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// Holds what was seen against a profile.
#[must_use]
pub fn hold_against_tls_profile(evidence: &Evidence, profile: Option<&TlsProfile>, site: &str) -> Evidence {
    let mut derived = Evidence::default();
    let Some(profile) = profile else {
        let reason = "no TLS profile is chosen (parameter tls_profile)";
        derived.census.extend(TLS_PROFILE_KINDS.iter().map(|kind| Census::not_asked(kind.name, site, reason)));
        return derived;
    };
    for (source, kind, hold) in [
        (ENDPOINT, PROFILE, endpoint as fn(&Observation, &TlsProfile) -> Observation),
        (CERTIFICATE, PROFILE_CERTIFICATE, certificate),
    ] {
        let seen: Vec<Observation> = evidence.of_kind(source).map(|seen| hold(seen, profile)).collect();
        derived.census.push(joined_census(evidence, &[source], kind, site, seen.len()));
        derived.observations.extend(seen);
    }
    derived.sort();
    derived
}

fn joined(kind: &str, of: &Observation, profile: &TlsProfile) -> Observation {
    let mut held = Observation::new(kind, of.subject.clone(), of.source.clone(), "facts against profile");
    held.strength = Strength::Joined;
    held.set("profile", profile.id.as_str());
    held
}

fn endpoint(seen: &Observation, profile: &TlsProfile) -> Observation {
    let mut held = joined(PROFILE, seen, profile);
    held.set("edition", profile.edition.as_str()).set("verified", profile.is_verified);
    held.set("asks_tls13", profile.asks_tls13()).set("excludes_dhe", profile.excludes_dhe());
    held.set("asks_hybrid", profile.grades().iter().any(|(_, demands)| demands.hybrid_group));
    for (from, to) in [("tls_old", "tls_old"), ("tls13", "tls13"), ("suites.dhe", "dhe"), ("groups.hybrid", "hybrid")] {
        copy(seen, from, &mut held, to);
    }
    // Without TLS 1.3 there is no such group, and that too is known.
    if seen.flag("tls13") == Some(false) && !held.fields.contains_key("hybrid") {
        held.unknown_fields.remove("hybrid");
        held.set("hybrid", Value::List(Vec::new()));
    }
    for (grade, demands) in profile.grades() {
        state(&mut held, &format!("suites.outside_{grade}"), suites(seen, demands));
        state(&mut held, &format!("unmet_{grade}"), unmet(seen, demands));
    }
    held
}

fn certificate(seen: &Observation, profile: &TlsProfile) -> Observation {
    let mut held = joined(PROFILE_CERTIFICATE, seen, profile);
    let asks = |demand: fn(&TlsDemands) -> bool| profile.grades().iter().any(|(_, demands)| demand(demands));
    held.set("asks_rsa_3072", asks(|demands| demands.rsa_min_bits.is_some_and(|bits| bits >= 3_072)));
    held.set("asks_staple", asks(|demands| demands.ocsp_stapling));
    match (seen.integer("rsa_smallest_bits"), seen.text("key_algorithm")) {
        (Some(_), _) => held.set("has_rsa", true),
        (None, Some(_)) => held.set("has_rsa", false),
        (None, None) => held.unknown("has_rsa", "the key is not known"),
    };
    copy(seen, "rsa_smallest_bits", &mut held, "rsa_smallest_bits");
    copy(seen, "ocsp_responder", &mut held, "ocsp_responder");
    copy(seen, "ocsp.stapled", &mut held, "stapled");
    for (grade, demands) in profile.grades() {
        state(&mut held, &format!("unmet_{grade}"), certificate_unmet(seen, demands));
    }
    held
}

fn copy(seen: &Observation, from: &str, held: &mut Observation, to: &str) {
    match seen.fields.get(from) {
        Some(value) => held.set(to, value.clone()),
        None => held.unknown(to, reason(seen, from)),
    };
}

fn reason(seen: &Observation, field: &str) -> String {
    seen.unknown_fields.get(field).cloned().unwrap_or_else(|| format!("{field} was not seen"))
}

/// What does not fit, and what of it could not be told.
#[derive(Debug, Default)]
struct Told {
    faults: BTreeSet<String>,
    unknown: Option<String>,
}

/// A fault is a fault whatever else is unknown; that there is none is known only where nothing is unknown.
fn state(held: &mut Observation, field: &str, told: Told) {
    match told.unknown {
        Some(reason) if told.faults.is_empty() => held.unknown(field, reason),
        _ => held.set(field, Value::texts(told.faults)),
    };
}

/// Versions by the names in lists, and the fields of their suites.
const VERSIONS: [(&str, &str); 5] = [
    ("SSLv3", "suites.sslv3"),
    ("TLSv1.0", "suites.tls10"),
    ("TLSv1.1", "suites.tls11"),
    ("TLSv1.2", "suites.tls12"),
    ("TLSv1.3", "suites.tls13"),
];

fn suites(seen: &Observation, demands: &TlsDemands) -> Told {
    let mut told = Told::default();
    for (version, field) in VERSIONS {
        let allowed = if version == "TLSv1.3" { &demands.suites_tls13 } else { &demands.suites };
        let Some(allowed) = allowed else { continue };
        within(seen, version, field, "suites.complete", allowed, &mut told);
    }
    told
}

/// Holds one list of a version against what is allowed.
fn within(seen: &Observation, version: &str, field: &str, complete: &str, allowed: &[String], told: &mut Told) {
    match is_offered(seen, version) {
        Some(false) => return,
        None => {
            told.unknown = Some(reason(seen, "protocols.offered"));
            return;
        }
        Some(true) => {}
    }
    let outside: Vec<&str> =
        seen.texts(field).into_iter().filter(|item| !allowed.iter().any(|allowed| allowed == item)).collect();
    told.faults.extend(outside.iter().map(|item| format!("{version} {item}")));
    let at_most = format!("{field}_at_most");
    let is_whole = seen.texts(complete).contains(&version) && seen.fields.contains_key(field);
    let is_bounded = seen.fields.contains_key(&at_most)
        && seen.texts(&at_most).iter().all(|item| allowed.iter().any(|allowed| allowed == item));
    if !is_whole && !is_bounded {
        told.unknown =
            Some(seen.unknown_fields.get(field).cloned().unwrap_or_else(|| format!("{field}: the list is not whole")));
    }
}

fn is_offered(seen: &Observation, version: &str) -> Option<bool> {
    if seen.texts("protocols.offered").contains(&version) {
        return Some(true);
    }
    (seen.flag("protocols.complete") == Some(true) && seen.fields.contains_key("protocols.offered")).then_some(false)
}

fn unmet(seen: &Observation, demands: &TlsDemands) -> Told {
    let mut told = Told::default();
    if let Some(allowed) = &demands.protocols {
        let outside = seen
            .texts("protocols.offered")
            .into_iter()
            .filter(|version| !allowed.iter().any(|allowed| allowed == version));
        told.faults.extend(outside.map(|version| format!("{version} is offered")));
        if seen.flag("protocols.complete") != Some(true) {
            told.unknown = Some(reason(seen, "protocols.complete"));
        }
    }
    for version in &demands.protocols_offered {
        match is_offered(seen, version) {
            Some(true) => {}
            Some(false) => {
                told.faults.insert(format!("{version} is not offered"));
            }
            None => told.unknown = Some(reason(seen, "protocols.offered")),
        }
    }
    if let Some(allowed) = &demands.groups {
        for (version, field) in [("TLSv1.2", "groups.tls12"), ("TLSv1.3", "groups.tls13")] {
            within(seen, version, field, "groups.complete", allowed, &mut told);
        }
    }
    order(seen, demands, &mut told);
    if let Some(least) = demands.dh_min_bits {
        match (seen.integer("dh.min_bits"), seen.fields.get("suites.dhe")) {
            (Some(bits), _) if bits < least => {
                told.faults.insert(format!("a Diffie-Hellman prime of {bits} bits"));
            }
            (Some(_), _) => {}
            (None, Some(Value::List(none))) if none.is_empty() => {}
            (None, _) => told.unknown = Some(reason(seen, "dh.min_bits")),
        }
    }
    settings(seen, demands, &mut told);
    told
}

/// Who chooses, in TLS 1.2: the order of TLS 1.3 matters to no guideline.
fn order(seen: &Observation, demands: &TlsDemands, told: &mut Told) {
    if !demands.server_order && !demands.client_order || is_offered(seen, "TLSv1.2") == Some(false) {
        return;
    }
    match seen.text("order.tls12") {
        Some("server") if demands.client_order => told.faults.insert("the server's order is enforced".to_owned()),
        Some("client") if demands.server_order => told.faults.insert("the server enforces no order".to_owned()),
        Some(_) => false,
        None => {
            told.unknown = Some(reason(seen, "order.tls12"));
            false
        }
    };
}

fn settings(seen: &Observation, demands: &TlsDemands, told: &mut Told) {
    let speaks_old = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"].map(|version| is_offered(seen, version));
    // What TLS 1.3 has done away with is no fault of a server that speaks nothing else.
    let is_modern_alone = speaks_old.iter().all(|offered| *offered == Some(false));
    for (asked, field, wanted, fault) in [
        (demands.extended_master_secret, "extended_master_secret", true, "no extended master secret"),
        (demands.secure_renegotiation, "renegotiation.secure", true, "renegotiation is not secure"),
        (demands.no_client_renegotiation, "renegotiation.client_initiated", false, "the client may renegotiate"),
    ] {
        if !asked || is_modern_alone {
            continue;
        }
        match seen.flag(field) {
            Some(value) if value != wanted => {
                told.faults.insert(fault.to_owned());
            }
            Some(_) => {}
            None => told.unknown = Some(reason(seen, field)),
        }
    }
    if demands.no_compression && !is_modern_alone {
        match seen.fields.get("compression") {
            Some(Value::List(none)) if none.is_empty() => {}
            Some(_) => {
                told.faults.insert("compression is on".to_owned());
            }
            None => told.unknown = Some(reason(seen, "compression")),
        }
    }
    if demands.no_early_data && is_offered(seen, "TLSv1.3") != Some(false) {
        match seen.integer("early_data.max_bytes") {
            Some(0) => {}
            Some(_) => {
                told.faults.insert("early data is accepted".to_owned());
            }
            None => told.unknown = Some(reason(seen, "early_data.max_bytes")),
        }
    }
}

fn certificate_unmet(seen: &Observation, demands: &TlsDemands) -> Told {
    let mut told = Told::default();
    let algorithm = seen.text("key_algorithm");
    if let Some(allowed) = &demands.key_algorithms {
        match algorithm {
            Some(algorithm) if !allowed.iter().any(|allowed| allowed == algorithm) => {
                told.faults.insert(format!("a key of the kind {algorithm}"));
            }
            Some(_) => {}
            None => told.unknown = Some(reason(seen, "key_algorithm")),
        }
    }
    for (kind, least) in [("rsa", demands.rsa_min_bits), ("ec", demands.ec_min_bits)] {
        let Some(least) = least else { continue };
        match (algorithm, seen.integer("key_bits")) {
            (Some(algorithm), Some(bits)) if algorithm == kind && bits < least => {
                told.faults.insert(format!("a key of {kind} {bits}"));
            }
            (Some(algorithm), None) if algorithm == kind => told.unknown = Some(reason(seen, "key_bits")),
            (None, _) => told.unknown = Some(reason(seen, "key_algorithm")),
            _ => {}
        }
    }
    if let Some(most) = demands.lifetime_max_days {
        match seen.integer("lifetime_days") {
            Some(days) if days > most => {
                told.faults.insert(format!("a lifetime of {days} days"));
            }
            Some(_) => {}
            None => told.unknown = Some(reason(seen, "lifetime_days")),
        }
    }
    told
}

#[cfg(test)]
mod tests;
