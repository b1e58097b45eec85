//! Full handshakes that keep what a server sends: its chain and its staple, once a family of keys. Nothing is trusted here.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientSessionStore, Resumption};
use rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, SupportedKxGroup, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, NamedGroup, SignatureScheme};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::super::SMTP_PORTS;
use super::super::starttls::begin_smtp;
use super::tickets::{Counting, Tickets, read_out};
use crate::collect::accept::Sent;
use crate::collect::world::{Refusal, World};

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
    Chain {
        /// DER, in the order in which they were sent.
        chain: Vec<Vec<u8>>,
        /// The stapled answer; empty where there is none.
        staple: Vec<u8>,
        /// `TLSv1.2`, `TLSv1.3`, or `none` where the handshake did not end.
        version: String,
        /// The tickets after it, where they were waited for to the end.
        tickets: Option<Tickets>,
    },
    /// The server said no, in TLS.
    Refused(String),
    /// It cannot be told.
    Unknown(String),
}

/// Makes one handshake.
pub(super) async fn capture(world: &dyn World, name: &str, address: SocketAddr, family: Family) -> Captured {
    let seconds = world.timeout_seconds();
    let verifier = Arc::new(Keeping { provider: provider(family), family, sent: Mutex::new(Sent::default()) });
    let counting = Arc::new(Counting::default());
    let configuration = match configuration(&verifier, &counting) {
        Ok(configuration) => configuration,
        Err(error) => return Captured::Unknown(error.to_string()),
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']').to_owned();
    let Ok(server_name) = ServerName::try_from(bare) else {
        return Captured::Unknown("the name is no host name".to_owned());
    };
    let connected = async {
        let mut stream = match world.connect(name, address).await {
            Ok(stream) => stream,
            Err(refusal) => return Err(Captured::Unknown(refusal.to_string())),
        };
        if SMTP_PORTS.contains(&address.port())
            && let Err(refusal) = begin_smtp(&mut stream).await
        {
            return Err(Captured::Unknown(refusal.to_string()));
        }
        let connection = TlsConnector::from(Arc::new(configuration)).connect(server_name, stream).await;
        connection.map_err(|error| match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(Error::AlertReceived(_) | Error::PeerIncompatible(_)) => Captured::Refused(error.to_string()),
            _ => Captured::Unknown(error.to_string()),
        })
    };
    let finished = timeout(Duration::from_secs(seconds), connected).await;
    let finished = finished.unwrap_or_else(|_| Err(Captured::Unknown(Refusal::TimedOut(seconds).to_string())));
    let sent = verifier.sent.lock().map(|sent| sent.clone()).unwrap_or_default();
    match finished {
        Ok(stream) => {
            let version = stream.get_ref().1.protocol_version().map(|version| format!("{version:?}"));
            let version = version.unwrap_or_default().replace('_', ".");
            let waits = family == Family::Any && version == "TLSv1.3";
            let was_whole = waits && read_out(stream, seconds).await;
            let counted = counting.counted();
            let tickets = (was_whole || counted.count > 0).then_some(counted);
            Captured::Chain { chain: sent.chain, staple: sent.staple, version, tickets }
        }
        // The chain was kept before the handshake failed: it is a fact either way.
        Err(_) if !sent.chain.is_empty() => {
            Captured::Chain { chain: sent.chain, staple: sent.staple, version: "none".to_owned(), tickets: None }
        }
        Err(reason) => reason,
    }
}

fn configuration(verifier: &Arc<Keeping>, counting: &Arc<Counting>) -> Result<ClientConfig, Error> {
    let mut configuration = ClientConfig::builder_with_provider(Arc::clone(&verifier.provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(verifier) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    // No early data, and a store that gives nothing back: each handshake shows the certificates.
    configuration.resumption = Resumption::store(Arc::clone(counting) as Arc<dyn ClientSessionStore>);
    Ok(configuration)
}

/// The provider with the suites of one family; the suites of TLS 1.3 belong to both.
fn provider(family: Family) -> Arc<CryptoProvider> {
    let mut provider = ring::default_provider();
    provider.cipher_suites.retain(|suite| {
        let name = format!("{:?}", suite.suite());
        match family {
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
    family: Family,
    sent: Mutex<Sent>,
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
        let chain = std::iter::once(leaf).chain(rest).map(|der| der.as_ref().to_vec()).collect();
        if let Ok(mut sent) = self.sent.lock() {
            *sent = Sent { chain, staple: staple.to_vec() };
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.family.schemes()
    }
}
