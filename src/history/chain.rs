//! The hash chain over entries and its signatures: SHA-256 and Ed25519 (RFC 8032). Touches no file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use ring::{digest, rand};

use super::HistoryError;
use crate::model::KeptOutcome;

/// PKCS#8 of an Ed25519 key: this prefix and the seed of 32 bytes (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What the first entry has for a previous hash.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// SPKI of an Ed25519 key: this prefix and 32 bytes (RFC 8410, section 4).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Hash of an entry: over its number, its time, its body and the hash before it, each ended by a line break.
pub(super) fn entry_hash(sequence: u64, at_seconds: i64, body: &str, previous: &str) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in ["tenken/ledger/1", &sequence.to_string(), &at_seconds.to_string(), body, previous] {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hex(hash.finish().as_ref())
}

/// Running hash over the outcomes of one run, in the order of their fingerprints.
pub(super) struct OutcomesHash(digest::Context);

impl OutcomesHash {
    pub(super) fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    pub(super) fn add(&mut self, kept: &KeptOutcome) {
        let (impact, likelihood) = (kept.rating.impact, kept.rating.likelihood);
        let words = [kept.outcome.word(), kept.strength.word()].join(" ");
        let flags = [kept.not_enumerated, kept.accepted, kept.stays_open].map(|flag| if flag { '1' } else { '0' });
        let line = format!(
            "{}\0{}\0{}\0{words} {impact} {likelihood} {}\n",
            kept.fingerprint,
            kept.check,
            kept.subject,
            String::from_iter(flags)
        );
        self.0.update(line.as_bytes());
    }

    pub(super) fn finish(self) -> String {
        hex(self.0.finish().as_ref())
    }
}

/// A private Ed25519 key.
pub struct SigningKey(Ed25519KeyPair);

/// A public Ed25519 key.
#[derive(Debug, Clone)]
pub struct VerifyingKey(Vec<u8>);

impl SigningKey {
    /// Reads PKCS#8 in PEM, as `tenken keygen` and `openssl genpkey -algorithm ed25519` write it.
    ///
    /// # Errors
    /// `Key`.
    pub fn from_pem(pem: &str) -> Result<Self, HistoryError> {
        let der = unwrap_pem(pem, "PRIVATE KEY")?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .map(Self)
            .map_err(|_| HistoryError::Key("no PKCS#8 of an Ed25519 key"))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        VerifyingKey(self.0.public_key().as_ref().to_vec())
    }

    pub(super) fn sign(&self, hash: &str) -> String {
        STANDARD.encode(self.0.sign(hash.as_bytes()).as_ref())
    }
}

impl VerifyingKey {
    /// Reads SPKI in PEM (RFC 8410), as `tenken keygen` and `openssl pkey -pubout` write it.
    ///
    /// # Errors
    /// `Key`.
    pub fn from_pem(pem: &str) -> Result<Self, HistoryError> {
        let der = unwrap_pem(pem, "PUBLIC KEY")?;
        match der.strip_prefix(&SPKI_PREFIX) {
            Some(key) if key.len() == 32 => Ok(Self(key.to_vec())),
            _ => Err(HistoryError::Key("no public key of Ed25519")),
        }
    }

    /// The key in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        wrap_pem(&[&SPKI_PREFIX, self.0.as_slice()].concat(), "PUBLIC KEY")
    }

    pub(super) fn holds(&self, hash: &str, signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|signature| {
            UnparsedPublicKey::new(&ED25519, &self.0).verify(hash.as_bytes(), &signature).is_ok()
        })
    }
}

/// Makes a key pair: the private half as PKCS#8 in PEM, and the public half.
///
/// # Errors
/// `Key`: the operating system gives no random bytes.
pub fn generate_key() -> Result<(String, VerifyingKey), HistoryError> {
    let seed = rand::generate::<[u8; 32]>(&rand::SystemRandom::new());
    let seed = seed.map_err(|_| HistoryError::Key("the operating system gives no random bytes"))?.expose();
    // Version 1, without the public key in it: OpenSSL refuses version 2.
    let pem = wrap_pem(&[&PKCS8_PREFIX, &seed[..]].concat(), "PRIVATE KEY");
    let public = SigningKey::from_pem(&pem)?.public();
    Ok((pem, public))
}

fn unwrap_pem(pem: &str, label: &str) -> Result<Vec<u8>, HistoryError> {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let inner = pem
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
        .ok_or(HistoryError::Key("the BEGIN and END lines are missing"))?;
    let text: String = inner.0.chars().filter(|character| !character.is_whitespace()).collect();
    STANDARD.decode(text).map_err(|_| HistoryError::Key("not base64"))
}

fn wrap_pem(der: &[u8], label: &str) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = tail;
    }
    pem + &format!("-----END {label}-----\n")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
