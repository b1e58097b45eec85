//! Facts of the certificates that an endpoint sends. Names in them are hostile and do not leave this file.

use rustls::pki_types::{CertificateDer, ServerName};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::kinds::CERTIFICATE;
use super::trust;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Time, Value};

/// Observes a chain, leaf first.
pub(super) fn observe(
    chain: &[Vec<u8>],
    name: &str,
    endpoint: &str,
    anchor: Result<Option<Vec<u8>>, Refusal>,
    now: Time,
) -> Observation {
    let subject = Subject::new(SubjectKind::Endpoint, endpoint);
    let mut seen = Observation::new(CERTIFICATE, subject, Location::host(endpoint), "TLS handshake, chain as sent");
    let parsed: Result<Vec<X509Certificate<'_>>, _> =
        chain.iter().map(|der| X509Certificate::from_der(der).map(|(_, certificate)| certificate)).collect();
    let verdict = trust::verdict(chain, name, anchor, now);
    let self_signed = matches!(&parsed, Ok(list) if list.first().is_some_and(|leaf| leaf.subject() == leaf.issuer()));
    match verdict {
        Ok(reason) => {
            let reason =
                if matches!(reason, "unknown-issuer" | "other") && self_signed { "self-signed" } else { reason };
            seen.set("trusted", reason == "valid").set("trust_reason", reason);
        }
        Err(reason) => {
            seen.unknown("trusted", reason.clone()).unknown("trust_reason", reason);
        }
    }
    match name_matches(chain, name) {
        Some(matches) => {
            seen.set("name_matches", matches);
        }
        None => {
            seen.unknown("name_matches", "the leaf certificate cannot be read");
        }
    }
    match &parsed {
        Ok(list) => facts(&mut seen, list),
        Err(_) => {
            for field in [
                "not_after",
                "renew_before",
                "lifetime_days",
                "key_algorithm",
                "key_bits",
                "weak_keys",
                "weak_signatures",
                "chain_ordered",
            ] {
                seen.unknown(field, "a certificate of the chain cannot be read");
            }
        }
    }
    seen
}

fn name_matches(chain: &[Vec<u8>], name: &str) -> Option<bool> {
    let leaf = CertificateDer::from(chain.first()?.as_slice());
    let parsed = rustls::server::ParsedCertificate::try_from(&leaf).ok()?;
    let server_name = ServerName::try_from(name.to_owned()).ok()?;
    Some(rustls::client::verify_server_name(&parsed, &server_name).is_ok())
}

fn facts(seen: &mut Observation, chain: &[X509Certificate<'_>]) {
    let Some(leaf) = chain.first() else { return };
    let (from, to) = (leaf.validity().not_before.timestamp(), leaf.validity().not_after.timestamp());
    let lifetime = to.saturating_sub(from).max(0);
    // Renewal is due two weeks before the end, or for short-lived certificates a third of their life before it.
    let margin = (14 * 86_400).min(lifetime / 3);
    seen.set("not_after", Time::from_unix_seconds(to));
    seen.set("renew_before", Time::from_unix_seconds(to.saturating_sub(margin)));
    seen.set("lifetime_days", lifetime / 86_400);
    let (algorithm, bits) = key(leaf);
    seen.set("key_algorithm", algorithm);
    match bits {
        Some(bits) => {
            seen.set("key_bits", bits);
        }
        None => {
            seen.unknown("key_bits", "a kind of key whose size is not known");
        }
    }
    let below_root = || {
        chain
            .iter()
            .enumerate()
            .filter(|(number, certificate)| *number == 0 || certificate.subject() != certificate.issuer())
    };
    let weak_keys: Vec<String> = below_root()
        .filter_map(|(number, certificate)| {
            let (algorithm, bits) = key(certificate);
            let least = if algorithm == "rsa" { 2_048 } else { 256 };
            bits.filter(|bits| *bits < least).map(|bits| format!("certificate {number}: {algorithm} {bits}"))
        })
        .collect();
    let weak_signatures: Vec<String> = below_root()
        .filter_map(|(number, certificate)| {
            weak_hash(&certificate.signature_algorithm.algorithm.to_id_string())
                .map(|hash| format!("certificate {number}: {hash}"))
        })
        .collect();
    seen.set("weak_keys", Value::texts(weak_keys)).set("weak_signatures", Value::texts(weak_signatures));
    let ordered = chain.windows(2).all(|pair| matches!(pair, [one, next] if one.issuer() == next.subject()));
    seen.set("chain_ordered", ordered);
}

fn key(certificate: &X509Certificate<'_>) -> (&'static str, Option<i64>) {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => ("rsa", i64::try_from(key.key_size()).ok()),
        Ok(PublicKey::EC(point)) => ("ec", i64::try_from(point.key_size()).ok()),
        _ if certificate.public_key().algorithm.algorithm.to_id_string() == "1.3.101.112" => ("ed25519", Some(256)),
        _ => ("other", None),
    }
}

/// The weak hash of a signature algorithm's identifier (RFC 3279, RFC 4055, RFC 5758).
fn weak_hash(identifier: &str) -> Option<&'static str> {
    match identifier {
        "1.2.840.113549.1.1.4" => Some("MD5 with RSA"),
        "1.2.840.113549.1.1.2" => Some("MD2 with RSA"),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Some("SHA-1 with RSA"),
        "1.2.840.10045.4.1" => Some("SHA-1 with ECDSA"),
        "1.2.840.10040.4.3" => Some("SHA-1 with DSA"),
        _ => None,
    }
}
