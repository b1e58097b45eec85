//! Full handshakes that keep what a server sends: its chain and its staple, once a family of keys. Nothing is trusted here.

use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientSessionStore, ResolvesClientCert, Resumption};
use rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, SupportedKxGroup, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, NamedGroup, SignatureScheme};
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;

use super::super::SMTP_PORTS;
use super::super::starttls::begin_smtp;
use super::client_auth::{Asked, ClientAuth};
use super::overhear::{Heard, Met, Overheard};
use super::tickets::{Counting, Ended, Tickets, read_out};
use super::{Place, Sent};
use crate::collect::world::Refusal;

/// Which keys a server is asked to prove itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Whichever the server prefers: what a browser of today gets.
    Any,
    /// RSA alone.
    Rsa,
    /// Elliptic curves alone, ECDSA and EdDSA.
    Elliptic,
}

impl Family {
    /// The word in a subject.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Rsa => "rsa",
            Self::Elliptic => "ecdsa",
        }
    }

    /// What is offered. More than can be verified here: a chain is a fact even where its handshake then fails.
    fn schemes(self) -> Vec<SignatureScheme> {
        use SignatureScheme as Scheme;
        let elliptic = [
            Scheme::ECDSA_NISTP256_SHA256,
            Scheme::ECDSA_NISTP384_SHA384,
            Scheme::ED25519,
            Scheme::ECDSA_NISTP521_SHA512,
            Scheme::ED448,
        ];
        let rsa = [
            Scheme::RSA_PSS_SHA256,
            Scheme::RSA_PSS_SHA384,
            Scheme::RSA_PSS_SHA512,
            Scheme::RSA_PKCS1_SHA256,
            Scheme::RSA_PKCS1_SHA384,
            Scheme::RSA_PKCS1_SHA512,
        ];
        match self {
            Self::Any => elliptic.into_iter().chain(rsa).chain([Scheme::RSA_PKCS1_SHA1]).collect(),
            Self::Rsa => rsa.into_iter().chain([Scheme::RSA_PKCS1_SHA1]).collect(),
            Self::Elliptic => elliptic.into_iter().collect(),
        }
    }
}

/// What one handshake came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Captured {
    /// Certificates were sent, whether or not the handshake then ended well.
    Chain(Box<Shown>),
    /// The server said no, in TLS.
    Refused(String),
    /// It cannot be told.
    Unknown(String),
}

/// What a server showed in one handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// The version is `TLSv1.2`, `TLSv1.3`, or `none` where the handshake did not end.
    pub(super) sent: Sent,
    /// The tickets after it, where they were waited for to the end.
    pub(super) tickets: Option<Tickets>,
    /// How a client's certificate is asked for, where that was seen to the end.
    pub(super) client_auth: Option<ClientAuth>,
    /// The scheme of the handshake's signature.
    pub(super) scheme: Option<u16>,
    /// What was chosen, in TLS 1.3.
    pub(super) met: Option<Met>,
}

/// What is asked for in one handshake.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) family: Family,
    /// The schemes, where they are not those of the family; then TLS 1.3 alone, and only as far as the signature.
    pub(super) schemes: Option<Vec<u16>>,
    /// Some of the suites and groups alone.
    pub(super) narrowed: Option<Narrowed>,
}

impl Question {
    /// The handshake of a client that knows one family of keys.
    pub(super) fn of(family: Family) -> Self {
        Self { family, schemes: None, narrowed: None }
    }
}

/// Some of the suites and groups of TLS 1.3 that rustls speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Narrowed {
    pub(super) suites: Vec<u16>,
    pub(super) groups: Vec<u16>,
}

/// Suites of TLS 1.3 that rustls speaks with ring, in its order.
pub(super) const RING_SUITES: [u16; 3] = [0x1302, 0x1301, 0x1303];
/// Groups that it can agree on a key with, in its order.
pub(super) const RING_GROUPS: [u16; 3] = [29, 23, 24];

/// Makes one handshake.
pub(super) async fn capture(place: Place<'_>, question: Question) -> Captured {
    let Place { world, name, address, end } = place;
    let seconds = world.timeout_seconds();
    let keeping = Arc::new(Keeping::new(question));
    let counting = Arc::new(Counting::default());
    let asked = Arc::new(Asked::default());
    let configuration = match configuration(&keeping, &counting, &asked) {
        Ok(configuration) => configuration,
        Err(error) => return Captured::Unknown(error.to_string()),
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']').to_owned();
    let Ok(server_name) = ServerName::try_from(bare) else {
        return Captured::Unknown("the name is no host name".to_owned());
    };
    let heard = Heard::default();
    let late = || Captured::Unknown(Refusal::TimedOut(seconds).to_string());
    let mut stream = match timeout_at(end, world.connect(name, address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(refusal)) => return Captured::Unknown(refusal.to_string()),
        Err(_) => return late(),
    };
    let connected = async {
        if SMTP_PORTS.contains(&address.port())
            && let Err(refusal) = begin_smtp(&mut stream).await
        {
            return Err(Captured::Unknown(refusal.to_string()));
        }
        let stream = Overheard::new(stream, heard.clone());
        let connection = TlsConnector::from(Arc::new(configuration)).connect(server_name, stream).await;
        connection.map_err(|error| match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(Error::AlertReceived(_) | Error::PeerIncompatible(_)) => Captured::Refused(error.to_string()),
            _ => Captured::Unknown(error.to_string()),
        })
    };
    let finished = timeout_at(end, connected).await.unwrap_or_else(|_| Err(late()));
    let kept = keeping.kept();
    let mut shown = Shown {
        sent: Sent { chain: kept.chain, staple: Some(kept.staple), version: "none".to_owned() },
        tickets: None,
        client_auth: None,
        scheme: kept.scheme,
        met: heard.met(keeping.suites()),
    };
    match finished {
        Ok(stream) => {
            let version = stream.get_ref().1.protocol_version().map(|version| format!("{version:?}"));
            shown.sent.version = version.unwrap_or_default().replace('_', ".");
            if keeping.question.family == Family::Any && shown.sent.version == "TLSv1.3" {
                let ended = timeout_at(end, read_out(stream, seconds)).await.unwrap_or(Ended::Open);
                let counted = counting.counted();
                shown.tickets = (ended == Ended::Whole || counted.count > 0).then_some(counted);
                shown.client_auth = asked.told(ended);
            }
            Captured::Chain(Box::new(shown))
        }
        // The chain was kept before the handshake failed: it is a fact either way.
        Err(_) if !shown.sent.chain.is_empty() => Captured::Chain(Box::new(shown)),
        Err(reason) => reason,
    }
}

fn configuration(keeping: &Arc<Keeping>, counting: &Arc<Counting>, asked: &Arc<Asked>) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::clone(&keeping.provider));
    let builder = match &keeping.question.schemes {
        Some(_) => builder.with_protocol_versions(&[&rustls::version::TLS13])?,
        None => builder.with_safe_default_protocol_versions()?,
    };
    let mut configuration = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(keeping) as Arc<dyn ServerCertVerifier>)
        .with_client_cert_resolver(Arc::clone(asked) as Arc<dyn ResolvesClientCert>);
    // No early data, and a store that gives nothing back: each handshake shows the certificates.
    configuration.resumption = Resumption::store(Arc::clone(counting) as Arc<dyn ClientSessionStore>);
    Ok(configuration)
}

/// The provider with the suites of one family; the suites of TLS 1.3 belong to both.
fn provider(question: &Question) -> Arc<CryptoProvider> {
    let mut provider = ring::default_provider();
    if let Some(narrowed) = &question.narrowed {
        let wanted = &narrowed.suites;
        let rank = |suite: u16| wanted.iter().position(|wanted| *wanted == suite);
        provider.cipher_suites.retain(|suite| rank(u16::from(suite.suite())).is_some());
        provider.cipher_suites.sort_by_key(|suite| rank(u16::from(suite.suite())));
        provider.kx_groups.retain(|group| narrowed.groups.contains(&u16::from(group.name())));
        return Arc::new(provider);
    }
    provider.cipher_suites.retain(|suite| {
        let name = format!("{:?}", suite.suite());
        match question.family {
            Family::Any => true,
            Family::Rsa => !name.contains("_ECDSA_"),
            Family::Elliptic => !name.contains("_ECDHE_RSA_"),
        }
    });
    // The curve of an ECDSA certificate must be among the groups in TLS 1.2 (RFC 8422 section 5.1); ring has no P-521.
    provider.kx_groups.push(&NamedOnly);
    Arc::new(provider)
}

/// A group that is named so that a certificate on its curve is shown, and never used.
#[derive(Debug)]
struct NamedOnly;

impl SupportedKxGroup for NamedOnly {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Err(Error::General("secp521r1 is not implemented".to_owned()))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

/// A verifier that keeps and accepts; the handshake's signatures are verified for real.
#[derive(Debug)]
struct Keeping {
    provider: Arc<CryptoProvider>,
    question: Question,
    kept: Mutex<Kept>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    chain: Vec<Vec<u8>>,
    staple: Vec<u8>,
    scheme: Option<u16>,
}

impl Keeping {
    fn new(question: Question) -> Self {
        Self { provider: provider(&question), question, kept: Mutex::new(Kept::default()) }
    }

    /// The suites that are offered.
    fn suites(&self) -> Vec<u16> {
        self.provider.cipher_suites.iter().map(|suite| u16::from(suite.suite())).collect()
    }

    fn kept(&self) -> Kept {
        self.kept.lock().map(|kept| kept.clone()).unwrap_or_default()
    }

    fn keep_scheme(&self, signature: &DigitallySignedStruct) {
        if let Ok(mut kept) = self.kept.lock() {
            kept.scheme = Some(u16::from(signature.scheme));
        }
    }
}

impl ServerCertVerifier for Keeping {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        staple: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Ok(mut kept) = self.kept.lock() {
            kept.chain = std::iter::once(leaf).chain(rest).map(|der| der.as_ref().to_vec()).collect();
            kept.staple = staple.to_vec();
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.keep_scheme(signature);
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.keep_scheme(signature);
        if self.question.schemes.is_some() {
            return Err(Error::General("the scheme is all that was asked for".to_owned()));
        }
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        match &self.question.schemes {
            Some(schemes) => schemes.iter().copied().map(SignatureScheme::from).collect(),
            None => self.question.family.schemes(),
        }
    }
}
