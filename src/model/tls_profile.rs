//! What a guideline demands of a TLS endpoint, in its two grades: data, with its edition and whether it was proof-read.

use super::Bilingual;

/// A guideline's profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsProfile {
    /// Its id, which is also its file name.
    pub id: String,
    /// Its name.
    pub title: Bilingual,
    /// The edition that was coded.
    pub edition: String,
    /// The document and its sections.
    pub source: Bilingual,
    /// Whether it was compared with the document's text.
    pub is_verified: bool,
    /// How it was made.
    pub note: Bilingual,
    /// What must hold (遵守項目).
    pub must: TlsDemands,
    /// What should hold besides (推奨項目).
    pub should: TlsDemands,
}

/// The demands of one grade. What is `None`, empty or false is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsDemands {
    /// No other protocol version may be accepted: `TLSv1.2`, …
    pub protocols: Option<Vec<String>>,
    /// Each of these must be offered.
    pub protocols_offered: Vec<String>,
    /// No other suite may be accepted in TLS 1.2 and older; IANA names.
    pub suites: Option<Vec<String>>,
    /// No other suite may be accepted in TLS 1.3; IANA names.
    pub suites_tls13: Option<Vec<String>>,
    /// No other group may be accepted; IANA names.
    pub groups: Option<Vec<String>>,
    /// No other kind of certificate key: `rsa`, `ec`, `ed25519`.
    pub key_algorithms: Option<Vec<String>>,
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
    /// Renegotiation must be secure (RFC 5746).
    pub secure_renegotiation: bool,
    /// A renegotiation that the client begins must be refused.
    pub no_client_renegotiation: bool,
    /// Compression must be off.
    pub no_compression: bool,
    /// Early data must be refused.
    pub no_early_data: bool,
}

impl TlsProfile {
    /// The demands with their grades, the stronger first.
    #[must_use]
    pub fn grades(&self) -> [(&'static str, &TlsDemands); 2] {
        [("must", &self.must), ("should", &self.should)]
    }

    /// Whether either grade leaves out finite-field DHE.
    #[must_use]
    pub fn excludes_dhe(&self) -> bool {
        self.grades().iter().any(|(_, demands)| {
            demands.suites.as_ref().is_some_and(|suites| !suites.iter().any(|suite| suite.starts_with("TLS_DHE_")))
        })
    }

    /// Whether either grade asks for TLS 1.3.
    #[must_use]
    pub fn asks_tls13(&self) -> bool {
        self.grades().iter().any(|(_, demands)| demands.protocols_offered.iter().any(|version| version == "TLSv1.3"))
    }
}
