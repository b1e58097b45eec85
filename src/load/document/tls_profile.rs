//! A TLS profile file: `policies/tls/NAME.yml`, or one of the body's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BilingualDocument;

/// What a guideline demands of a TLS endpoint.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsProfileDocument {
    /// Id; for a bundled profile also its file name.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Its name.
    pub title: BilingualDocument,
    /// The edition that was coded.
    #[schemars(length(min = 1))]
    pub edition: String,
    /// The document and its sections.
    pub source: BilingualDocument,
    /// Whether it was compared with the document's text.
    pub status: ProfileStatusDocument,
    /// How it was made.
    pub note: BilingualDocument,
    /// What must hold.
    pub must: TlsDemandsDocument,
    /// What should hold besides.
    #[serde(default)]
    pub should: TlsDemandsDocument,
}

/// Whether a profile was compared with its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileStatusDocument {
    /// Compared with the text.
    Verified,
    /// Not compared.
    Unverified,
}

/// The demands of one grade; what is left out is not asked.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TlsDemandsDocument {
    /// No other protocol version may be accepted.
    pub protocols: Option<Vec<ProtocolDocument>>,
    /// Each of these must be offered.
    pub protocols_offered: Vec<ProtocolDocument>,
    /// No other suite may be accepted in TLS 1.2 and older; IANA names.
    pub suites: Option<Vec<String>>,
    /// No other suite may be accepted in TLS 1.3; IANA names.
    pub suites_tls13: Option<Vec<String>>,
    /// No other group may be accepted; IANA names.
    pub groups: Option<Vec<String>>,
    /// No other kind of certificate key.
    pub key_algorithms: Option<Vec<KeyAlgorithmDocument>>,
    /// Bits of RSA certificate keys at least.
    pub rsa_min_bits: Option<i64>,
    /// Bits of elliptic-curve certificate keys at least.
    pub ec_min_bits: Option<i64>,
    /// Bits of finite-field Diffie-Hellman primes at least.
    pub dh_min_bits: Option<i64>,
    /// Days that a certificate may live at most.
    pub lifetime_max_days: Option<i64>,
    /// The server's own order of suites is asked for.
    pub server_order: bool,
    /// The client's order of suites is asked for.
    pub client_order: bool,
    /// A hybrid ML-KEM group must be offered with TLS 1.3.
    pub hybrid_group: bool,
    /// An OCSP answer must be stapled, where the certificate names a responder.
    pub ocsp_stapling: bool,
    /// The extended master secret must be supported in TLS 1.2 and older.
    pub extended_master_secret: bool,
    /// Renegotiation must be secure.
    pub secure_renegotiation: bool,
    /// A renegotiation that the client begins must be refused.
    pub no_client_renegotiation: bool,
    /// Compression must be off.
    pub no_compression: bool,
    /// Early data must be refused.
    pub no_early_data: bool,
}

/// A protocol version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum ProtocolDocument {
    /// SSL 3.0.
    #[serde(rename = "SSLv3")]
    Ssl3,
    /// TLS 1.0.
    #[serde(rename = "TLSv1.0")]
    Tls10,
    /// TLS 1.1.
    #[serde(rename = "TLSv1.1")]
    Tls11,
    /// TLS 1.2.
    #[serde(rename = "TLSv1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "TLSv1.3")]
    Tls13,
}

impl ProtocolDocument {
    /// Its name, as facts spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSLv3",
            Self::Tls10 => "TLSv1.0",
            Self::Tls11 => "TLSv1.1",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }
}

/// A kind of certificate key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyAlgorithmDocument {
    /// RSA.
    Rsa,
    /// ECDSA.
    Ec,
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
}

impl KeyAlgorithmDocument {
    /// Its name, as facts spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ec => "ec",
            Self::Ed25519 => "ed25519",
            Self::Ed448 => "ed448",
        }
    }
}
