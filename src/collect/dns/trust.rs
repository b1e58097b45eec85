//! Whether a chain that was sent holds: for public authorities, or by TLSA records (RFC 6698, RFC 7672). Pure but for its answer.

use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, SHA512, digest};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::collect::question::DnsData;
use crate::collect::world::Refusal;
use crate::model::Time;

/// Whether a chain leads to a public authority, or to the one that the user names, and is in date and for this host.
///
/// # Errors
/// `Failed` where the user's authority cannot be read.
pub(super) fn holds(chain: &[Vec<u8>], host: &str, anchor: Option<Vec<u8>>, now: Time) -> Result<bool, Refusal> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in anchor.iter().flat_map(|pem| CertificateDer::pem_slice_iter(pem)) {
        let certificate =
            certificate.map_err(|_| Refusal::Failed("the declared authority cannot be read".to_owned()))?;
        roots.add(certificate).map_err(|error| Refusal::Failed(error.to_string()))?;
    }
    leads_to(roots, chain, host, now)
}

fn leads_to(roots: RootCertStore, chain: &[Vec<u8>], host: &str, now: Time) -> Result<bool, Refusal> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| Refusal::Failed(error.to_string()))?;
    let Some((leaf, rest)) = chain.split_first() else { return Ok(false) };
    let leaf = CertificateDer::from(leaf.as_slice());
    let rest: Vec<CertificateDer<'_>> = rest.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let Ok(name) = ServerName::try_from(host.to_owned()) else { return Ok(false) };
    let moment = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.unix_seconds()).unwrap_or(0)));
    Ok(verifier.verify_server_cert(&leaf, &rest, &name, &[], moment).is_ok())
}

/// Whether a mail sender can use an association: of the server's own key or authority, and of a length that its digest has
/// (RFC 7672, section 3.1; RFC 6698, section 2.1).
pub(super) fn is_usable(data: &DnsData) -> bool {
    match data {
        DnsData::Association { usage: 2 | 3, selector: 0 | 1, matching, data } => match matching {
            0 => !data.is_empty(),
            1 => data.len() == 32,
            2 => data.len() == 64,
            _ => false,
        },
        _ => false,
    }
}

/// Whether one of the usable associations fits the chain. A server's own key is enough by itself; an authority has to have
/// issued the chain, in date and for the server or one of the domains that it serves (RFC 7672, sections 3.1.1, 3.1.2 and 3.2.2).
pub(super) fn fits(records: &[DnsData], chain: &[Vec<u8>], names: &[&str], now: Time) -> bool {
    let Some((leaf, rest)) = chain.split_first() else { return false };
    records.iter().filter(|record| is_usable(record)).any(|record| match record {
        DnsData::Association { usage: 3, selector, matching, data } => is_of(leaf, *selector, *matching, data),
        DnsData::Association { usage: 2, selector, matching, data } => {
            let anchor = rest.iter().find(|der| is_of(der, *selector, *matching, data)).cloned().or_else(|| {
                // The whole authority may stand in the record alone.
                (*selector == 0 && *matching == 0).then(|| data.clone())
            });
            let mut roots = RootCertStore::empty();
            let is_read = anchor.is_some_and(|der| roots.add(CertificateDer::from(der)).is_ok());
            is_read && names.iter().any(|name| leads_to(roots.clone(), chain, name, now) == Ok(true))
        }
        _ => false,
    })
}

fn is_of(der: &[u8], selector: u8, matching: u8, data: &[u8]) -> bool {
    let selected = match selector {
        0 => der,
        _ => match X509Certificate::from_der(der) {
            Ok((_, certificate)) => certificate.tbs_certificate.subject_pki.raw,
            Err(_) => return false,
        },
    };
    match matching {
        0 => selected == data,
        1 => digest(&SHA256, selected).as_ref() == data,
        2 => digest(&SHA512, selected).as_ref() == data,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PublicKeyData};

    use super::*;

    const NOW: &str = "2026-11-24";

    /// An authority and a leaf of its for a name, in DER, and the leaf's public key.
    fn chain(name: &str) -> (Vec<Vec<u8>>, Vec<u8>) {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        (vec![leaf.der().to_vec(), authority.der().to_vec()], key.subject_public_key_info())
    }

    fn record(usage: u8, selector: u8, matching: u8, of: &[u8]) -> DnsData {
        let data = match matching {
            1 => digest(&SHA256, of).as_ref().to_vec(),
            2 => digest(&SHA512, of).as_ref().to_vec(),
            _ => of.to_vec(),
        };
        DnsData::Association { usage, selector, matching, data }
    }

    #[test]
    fn a_record_fits_the_certificate_that_it_is_of() {
        let now = Time::parse(NOW).unwrap();
        let (sent, key) = chain("mx.example.jp");
        let (other, other_key) = chain("mx.example.jp");
        for matching in [0, 1, 2] {
            for (usage, selector, of, strange) in
                [(3, 0, sent[0].as_slice(), other[0].as_slice()), (3, 1, &key, &other_key), (2, 0, &sent[1], &other[1])]
            {
                let fits = |of: &[u8]| fits(&[record(usage, selector, matching, of)], &sent, &["mx.example.jp"], now);
                assert!(fits(of), "{usage} {selector} {matching}");
                assert!(!fits(strange), "{usage} {selector} {matching} of another");
            }
        }
        // Of several records one is enough; usages of public authorities are none that a sender can use.
        let both = [record(3, 1, 1, &other_key), record(3, 1, 1, &key)];
        assert!(fits(&both, &sent, &["mx.example.jp"], now));
        assert!(!fits(&[record(1, 0, 1, &sent[0])], &sent, &["mx.example.jp"], now));
        assert!(!fits(&both, &[], &["mx.example.jp"], now) && !fits(&[], &sent, &["mx.example.jp"], now));
    }

    #[test]
    fn an_authority_has_to_have_issued_for_the_name_and_a_key_stands_by_itself() {
        let now = Time::parse(NOW).unwrap();
        let (sent, key) = chain("mail.example.net");
        let by_authority = [record(2, 0, 1, &sent[1])];
        assert!(!fits(&by_authority, &sent, &["mx.example.jp", "example.jp"], now));
        assert!(fits(&by_authority, &sent, &["mx.example.jp", "mail.example.net"], now));
        assert!(
            fits(&[record(3, 1, 1, &key)], &sent, &["mx.example.jp"], now),
            "RFC 7672 section 3.1.1: no name is compared"
        );
        assert!(!fits(&by_authority, &sent[..1], &["mail.example.net"], now), "the authority was not sent");
    }

    #[test]
    fn a_stranger_is_no_public_authority() {
        let (sent, _) = chain("mx.example.jp");
        assert_eq!(holds(&sent, "mx.example.jp", None, Time::parse(NOW).unwrap()), Ok(false));
    }
}
