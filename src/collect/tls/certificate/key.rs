//! How strong keys and signatures of certificates are, by numbers and names. Whatever is not known is said to be unknown.

use x509_parser::asn1_rs::{Any, FromDer};
use x509_parser::prelude::X509Certificate;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::AlgorithmIdentifier;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// `rsa`, `ec`, `ed25519`, `ed448`, `dsa`, `ml-dsa` or `other`.
    pub(super) algorithm: &'static str,
    /// Name of the curve, where it has one that is known.
    pub(super) curve: Option<&'static str>,
    /// Its size in bits; `None` where that is not known.
    pub(super) bits: Option<i64>,
    /// What is wrong with it whatever its size.
    pub(super) flaw: Option<&'static str>,
}

/// Curves by identifier: name and bits (SEC 2 version 2, RFC 5639).
const CURVES: [(&str, &str, i64); 9] = [
    ("1.2.840.10045.3.1.7", "P-256", 256),
    ("1.3.132.0.34", "P-384", 384),
    ("1.3.132.0.35", "P-521", 521),
    ("1.3.132.0.33", "P-224", 224),
    ("1.2.840.10045.3.1.1", "P-192", 192),
    ("1.3.132.0.10", "secp256k1", 256),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512),
];

/// Reads a certificate's key.
pub(super) fn key(certificate: &X509Certificate<'_>) -> Key {
    let spki = certificate.public_key();
    let plain = |algorithm, bits| Key { algorithm, curve: None, bits, flaw: None };
    match spki.algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => match spki.parsed() {
            Ok(PublicKey::RSA(rsa)) => {
                Key { flaw: rsa_flaw(rsa.modulus, rsa.exponent), ..plain("rsa", Some(bits(rsa.modulus))) }
            }
            _ => plain("rsa", None),
        },
        "1.2.840.10045.2.1" => {
            let identifier = spki.algorithm.parameters().and_then(|any| any.as_oid().ok());
            let identifier = identifier.map(|oid| oid.to_id_string());
            let known = CURVES.iter().find(|(oid, _, _)| identifier.as_deref() == Some(*oid));
            let curve = known.map(|(_, name, _)| *name);
            Key { curve, ..plain("ec", known.map(|(_, _, bits)| *bits)) }
        }
        "1.3.101.112" => Key { curve: Some("Ed25519"), ..plain("ed25519", Some(256)) },
        "1.3.101.113" => Key { curve: Some("Ed448"), ..plain("ed448", Some(448)) },
        "1.2.840.10040.4.1" => Key { flaw: Some("DSA is not used in TLS any more"), ..plain("dsa", None) },
        identifier if identifier.starts_with("2.16.840.1.101.3.4.3.1") => plain("ml-dsa", None),
        _ => plain("other", None),
    }
}

/// Whether a certificate has an RSA key; `None` where it cannot be read.
pub(super) fn is_rsa(der: &[u8]) -> Option<bool> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(key(&certificate).algorithm == "rsa")
}

impl Key {
    /// Whether it is weaker than RSA of 2048 or an elliptic curve of 256 bits (RFC 9325 section 4.5); `None` where that
    /// cannot be told.
    pub(super) fn weakness(&self) -> Option<Option<String>> {
        if let Some(flaw) = self.flaw {
            return Some(Some(flaw.to_owned()));
        }
        let least = match self.algorithm {
            "rsa" => 2_048,
            "ec" | "ed25519" | "ed448" => 256,
            "ml-dsa" => return Some(None),
            _ => return None,
        };
        let bits = self.bits?;
        Some((bits < least).then(|| format!("{} {bits}", self.algorithm)))
    }
}

/// Bits of a big-endian number, without the leading zeros of its encoding.
fn bits(number: &[u8]) -> i64 {
    let significant = &number[number.iter().take_while(|byte| **byte == 0).count()..];
    let length = i64::try_from(significant.len()).unwrap_or(i64::MAX / 8);
    length * 8 - significant.first().map_or(0, |byte| i64::from(byte.leading_zeros()))
}

/// Faults of an RSA key that its size does not show: a useless exponent, a small factor, the pattern of ROCA.
fn rsa_flaw(modulus: &[u8], exponent: &[u8]) -> Option<&'static str> {
    let odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
    if !odd || bits(exponent) < 2 {
        return Some("an RSA exponent that is even or 1");
    }
    if SMALL_PRIMES.iter().any(|prime| remainder(modulus, *prime) == 0) {
        return Some("an RSA modulus with a small factor");
    }
    // CVE-2017-15361: modulo each of these primes, such a modulus is a power of 65537.
    let is_roca = ROCA_PRIMES.iter().all(|prime| is_power_of_generator(remainder(modulus, *prime), *prime));
    is_roca.then_some("an RSA key that a faulty chip made (ROCA)")
}

const SMALL_PRIMES: [u32; 30] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113,
];
const ROCA_PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

fn remainder(number: &[u8], divisor: u32) -> u32 {
    number.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % divisor)
}

fn is_power_of_generator(residue: u32, prime: u32) -> bool {
    let mut power = 1;
    for _ in 0..prime {
        if power == residue {
            return true;
        }
        power = power * (65_537 % prime) % prime;
    }
    false
}

/// The weak hash of a certificate's signature, where it has one (RFC 3279, RFC 4055, RFC 5758).
pub(super) fn weak_signature(algorithm: &AlgorithmIdentifier<'_>) -> Option<&'static str> {
    match algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.2" => Some("MD2 with RSA"),
        "1.2.840.113549.1.1.4" => Some("MD5 with RSA"),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Some("SHA-1 with RSA"),
        "1.2.840.113549.1.1.10" if pss_hash(algorithm).as_deref() == Some("1.3.14.3.2.26") => {
            Some("SHA-1 with RSA-PSS")
        }
        "1.2.840.10045.4.1" => Some("SHA-1 with ECDSA"),
        "1.2.840.10040.4.3" => Some("SHA-1 with DSA"),
        _ => None,
    }
}

/// Whether a signature's algorithm is known at all, so that "not weak" means something.
pub(super) fn is_known_signature(algorithm: &AlgorithmIdentifier<'_>) -> bool {
    let identifier = algorithm.algorithm.to_id_string();
    ["1.2.840.113549.1.1.", "1.2.840.10045.4.", "1.2.840.10040.4.", "1.3.14.3.2.", "2.16.840.1.101.3.4.3."]
        .iter()
        .any(|family| identifier.starts_with(family))
        || matches!(identifier.as_str(), "1.3.101.112" | "1.3.101.113")
}

/// The hash of RSASSA-PSS parameters; SHA-1 where they name none (RFC 4055 section 3.1).
fn pss_hash(algorithm: &AlgorithmIdentifier<'_>) -> Option<String> {
    let sha1 = || Some("1.3.14.3.2.26".to_owned());
    let Some(parameters) = algorithm.parameters() else { return sha1() };
    match Any::from_der(parameters.data) {
        Ok((_, first)) if first.tag().0 == 0 && first.class() == x509_parser::asn1_rs::Class::ContextSpecific => {
            let (_, hash) = AlgorithmIdentifier::from_der(first.data).ok()?;
            Some(hash.algorithm.to_id_string())
        }
        _ => sha1(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_the_number() {
        assert_eq!((bits(&[0, 0x80, 0]), bits(&[1]), bits(&[0]), bits(&[])), (16, 1, 0, 0));
    }

    #[test]
    fn flaws_of_rsa_keys_are_seen() {
        // 2^127 - 1 is prime, so nothing is wrong with it here; its neighbours are even or divisible by three.
        let mut prime = [0xff; 16];
        prime[0] = 0x7f;
        assert_eq!(rsa_flaw(&prime, &[1, 0, 1]), None);
        assert_eq!(rsa_flaw(&prime, &[1]), Some("an RSA exponent that is even or 1"));
        assert_eq!(rsa_flaw(&prime, &[1, 0, 0]), Some("an RSA exponent that is even or 1"));
        assert_eq!(rsa_flaw(&[0x01, 0x23], &[3]), Some("an RSA modulus with a small factor"));
        // 65537 is a power of itself modulo every prime.
        assert_eq!(rsa_flaw(&[1, 0, 1], &[3]), Some("an RSA key that a faulty chip made (ROCA)"));
    }
}
