//! Whether a captured chain can be trusted: by the public authorities that are bundled, or by the one that is declared.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error, RootCertStore};

use crate::collect::world::Refusal;
use crate::model::Time;

/// The verdict on a chain: `valid`, or the reason out of a closed list.
///
/// # Errors
/// The reason in words, where the declared authority cannot be read: then trust is unknown.
pub(in crate::collect) fn verdict(
    chain: &[Vec<u8>],
    name: &str,
    anchor: Result<Option<Vec<u8>>, Refusal>,
    now: Time,
) -> Result<&'static str, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = anchor.map_err(|refusal| format!("the declared authority: {refusal}"))? {
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|_| "the declared authority is no PEM certificate".to_owned())?;
            roots.add(certificate).map_err(|error| format!("the declared authority: {error}"))?;
            count += 1;
        }
        if count == 0 {
            return Err("the declared authority is no PEM certificate".to_owned());
        }
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()))
        .build()
        .map_err(|error| error.to_string())?;
    let Some((leaf, rest)) = chain.split_first() else { return Err("no certificate was sent".to_owned()) };
    let leaf = CertificateDer::from(leaf.as_slice());
    let rest: Vec<CertificateDer<'_>> = rest.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let server_name = ServerName::try_from(name.to_owned()).map_err(|_| "the name is no host name".to_owned())?;
    let seconds = u64::try_from(now.unix_seconds()).unwrap_or(0);
    let moment = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    Ok(match verifier.verify_server_cert(&leaf, &rest, &server_name, &[], moment) {
        Ok(_) => "valid",
        Err(Error::InvalidCertificate(error)) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "not-yet-valid",
            CertificateError::UnknownIssuer => "unknown-issuer",
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => "name-mismatch",
            CertificateError::Revoked => "revoked",
            _ => "other",
        },
        Err(_) => "other",
    })
}
