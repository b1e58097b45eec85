//! The stapled OCSP answer: whether it is about the leaf, whether its signature is the issuer's or a delegate's, what it says.

use ring::digest;
use rustls::crypto::ring as provider;
use rustls::pki_types::TrustAnchor;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::syntax::ocsp::{self, Basic, Single, State};

/// What a staple is worth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Staple {
    /// Whether it holds: signed by the right one, about this certificate; or why that cannot be told.
    pub(super) verified: Option<Result<bool, &'static str>>,
    /// What is wrong with it, in a word.
    pub(super) problem: &'static str,
    /// `good`, `revoked` or `unknown`, as it says.
    pub(super) status: Option<&'static str>,
    /// Seconds since 1970.
    pub(super) this_update: Option<i64>,
    /// Seconds since 1970.
    pub(super) next_update: Option<i64>,
    /// Seconds since 1970.
    pub(super) produced_at: Option<i64>,
    /// Whether it carries certificate timestamps.
    pub(super) has_timestamps: bool,
}

/// A key that may sign: the content of its algorithm's sequence, and its bits.
type SigningKey = (Vec<u8>, Vec<u8>);

/// Reads and verifies a staple. `rest` is what was sent behind the leaf.
pub(super) fn staple(
    der: &[u8],
    leaf: &X509Certificate<'_>,
    rest: &[X509Certificate<'_>],
    anchors: &[TrustAnchor<'_>],
    now_seconds: i64,
) -> Staple {
    let not = |problem| Staple { verified: Some(Ok(false)), problem, ..Staple::default() };
    let Some(response) = ocsp::read(der) else { return not("malformed") };
    if response.status != 0 {
        return not("responder-error");
    }
    let Some(basic) = response.basic else { return not("malformed") };
    let Some(single) = basic.singles.iter().find(|single| is_serial(single, leaf)) else {
        return not("other-certificate");
    };
    let mut staple = Staple {
        verified: None,
        problem: "none",
        status: Some(match single.state {
            State::Good => "good",
            State::Revoked => "revoked",
            State::Unknown => "unknown",
        }),
        this_update: single.this_update,
        next_update: single.next_update,
        produced_at: basic.produced_at,
        has_timestamps: single.has_timestamps,
    };
    let Some(hash) = hash_of(single) else {
        staple.verified = Some(Err("the hash of the answer is not known"));
        return staple;
    };
    let is = |bytes: &[u8], wanted: &[u8]| digest::digest(hash, bytes).as_ref() == wanted;
    if !is(leaf.issuer().as_raw(), single.issuer_name_hash) {
        return Staple { verified: Some(Ok(false)), problem: "other-certificate", ..staple };
    }
    let issuers = issuer_keys(leaf, rest, anchors);
    if issuers.is_empty() {
        staple.verified = Some(Err("the issuer's key is not known"));
        return staple;
    }
    let Some(issuer) = issuers.iter().find(|(_, key)| is(key, single.issuer_key_hash)) else {
        return Staple { verified: Some(Ok(false)), problem: "other-certificate", ..staple };
    };
    match signed_by_right_one(&basic, issuer, leaf, now_seconds) {
        Some(true) => staple.verified = Some(Ok(true)),
        Some(false) => {
            staple.verified = Some(Ok(false));
            staple.problem = "bad-signature";
        }
        None => staple.verified = Some(Err("the answer is signed in a way that cannot be verified here")),
    }
    staple
}

fn is_serial(single: &Single<'_>, leaf: &X509Certificate<'_>) -> bool {
    single.serial == leaf.raw_serial()
}

/// SHA-1 is what RFC 5019 section 2.1.1 demands here; it finds a certificate and protects nothing.
fn hash_of(single: &Single<'_>) -> Option<&'static digest::Algorithm> {
    match single.hash {
        [0x2b, 0x0e, 0x03, 0x02, 0x1a] => Some(&digest::SHA1_FOR_LEGACY_USE_ONLY),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01] => Some(&digest::SHA256),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02] => Some(&digest::SHA384),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03] => Some(&digest::SHA512),
        _ => None,
    }
}

/// The keys of whoever bears the issuer's name: among the certificates that were sent, and among the authorities.
fn issuer_keys(
    leaf: &X509Certificate<'_>,
    rest: &[X509Certificate<'_>],
    anchors: &[TrustAnchor<'_>],
) -> Vec<SigningKey> {
    let own = |(algorithm, key): (&[u8], &[u8])| (algorithm.to_vec(), key.to_vec());
    let name = leaf.issuer().as_raw();
    let sent = rest.iter().filter(|other| other.subject().as_raw() == name);
    let sent = sent.filter_map(|other| ocsp::public_key(ocsp::content(other.public_key().raw)?).map(own));
    let inner = ocsp::content(name).unwrap_or_default();
    let known = anchors.iter().filter(|anchor| anchor.subject.as_ref() == inner);
    let known = known.filter_map(|anchor| ocsp::public_key(anchor.subject_public_key_info.as_ref()).map(own));
    sent.chain(known).collect()
}

/// By the issuer, or by a delegate: a certificate of the same issuer that is made for signing OCSP and in date (RFC 6960
/// section 4.2.2.2). `None` where no signature could be verified at all.
fn signed_by_right_one(
    basic: &Basic<'_>,
    issuer: &SigningKey,
    leaf: &X509Certificate<'_>,
    now_seconds: i64,
) -> Option<bool> {
    let mut told = verify((&issuer.0, &issuer.1), basic.algorithm, basic.signed, basic.signature);
    for der in &basic.certificates {
        if told == Some(true) {
            break;
        }
        let Ok((_, delegate)) = X509Certificate::from_der(der) else { continue };
        let usage = delegate.extended_key_usage().ok().flatten();
        let from = delegate.validity().not_before.timestamp();
        let to = delegate.validity().not_after.timestamp();
        let may = delegate.issuer().as_raw() == leaf.issuer().as_raw()
            && usage.is_some_and(|usage| usage.value.ocsp_signing)
            && from <= now_seconds
            && now_seconds <= to;
        let (true, Some(parts)) = (may, ocsp::signed(der)) else { continue };
        let is_issued = verify((&issuer.0, &issuer.1), parts.algorithm, parts.signed, parts.signature);
        let key = ocsp::content(delegate.public_key().raw).and_then(ocsp::public_key);
        if let (Some(true), Some(key)) = (is_issued, key) {
            told = verify(key, basic.algorithm, basic.signed, basic.signature);
        }
    }
    told
}

/// Whether a signature holds; `None` where there is no such algorithm here.
fn verify(
    (algorithm, key): (&[u8], &[u8]),
    signature_algorithm: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Option<bool> {
    let all = provider::default_provider().signature_verification_algorithms.all;
    let mut fitting = all
        .iter()
        .filter(|known| known.public_key_alg_id().as_ref() == algorithm)
        .filter(|known| known.signature_alg_id().as_ref() == signature_algorithm)
        .peekable();
    fitting.peek()?;
    Some(fitting.any(|known| known.verify_signature(key, message, signature).is_ok()))
}
