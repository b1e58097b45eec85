//! A TLS client that accepts every certificate, so that what a server sends can be seen. Trust is judged elsewhere,
//! on the certificates that were captured; the handshake's signatures are verified for real.

use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::world::Refusal;

/// The certificates that a server sent, leaf first, and its stapled OCSP answer.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// DER, in the order in which they were sent.
    pub chain: Vec<Vec<u8>>,
    /// The stapled answer; empty where there is none.
    pub staple: Vec<u8>,
}

/// A verifier that remembers and accepts.
#[derive(Debug)]
pub struct Accepting {
    provider: Arc<CryptoProvider>,
    sent: Mutex<Sent>,
}

impl Accepting {
    /// A verifier that has seen nothing yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self { provider: Arc::new(ring::default_provider()), sent: Mutex::new(Sent::default()) })
    }

    /// What the server sent.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent.lock().map(|sent| sent.clone()).unwrap_or_default()
    }
}

/// A client configuration that accepts every certificate.
///
/// # Errors
/// `Failed` where the crypto provider has none of our protocol versions.
pub fn configuration() -> Result<ClientConfig, Refusal> {
    configuration_with(&Accepting::new())
}

/// The same with a verifier of the caller's, which then knows the chain.
///
/// # Errors
/// As [`configuration`].
pub fn configuration_with(verifier: &Arc<Accepting>) -> Result<ClientConfig, Refusal> {
    let mut configuration = ClientConfig::builder_with_provider(Arc::clone(&verifier.provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Refusal::Failed(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(verifier) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    // A session of an earlier connection would hide the certificate.
    configuration.resumption = rustls::client::Resumption::disabled();
    Ok(configuration)
}

impl ServerCertVerifier for Accepting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Ok(mut sent) = self.sent.lock() {
            sent.chain = std::iter::once(end_entity).chain(intermediates).map(|der| der.as_ref().to_vec()).collect();
            sent.staple = ocsp_response.to_vec();
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
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
