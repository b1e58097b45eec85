//! Whether a captured chain leads to an authority that is trusted: the public ones that are bundled, the body's own, or
//! those of this machine. The machine's are a fact, and never decide: the same site gets the same verdict everywhere.

use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

use crate::collect::world::{Refusal, World};

/// The authorities that a chain is held against.
#[derive(Debug)]
pub(super) struct Stores {
    /// The body's own, where it names a file.
    own: Result<Vec<CertificateDer<'static>>, String>,
    platform: Result<Vec<CertificateDer<'static>>, String>,
    /// Subject and key of every authority, as they stand inside their sequences: for the issuers that are not sent.
    anchors: Vec<TrustAnchor<'static>>,
}

/// What a chain is worth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Verdict {
    /// Stores in which it verifies now, dates included: `public`, `own`, `platform`.
    pub(super) trusted_by: Vec<&'static str>,
    /// Stores to which it leads, dates aside.
    pub(super) leads_to: Vec<&'static str>,
    /// What is wrong with the path, where `public` and `own` both refuse it; the name is judged elsewhere.
    pub(super) fault: Option<&'static str>,
    /// Why it cannot be told.
    pub(super) unknown: Option<String>,
    /// Why the machine's store was not held against it.
    pub(super) platform_unknown: Option<String>,
}

impl Stores {
    /// The stores of a host.
    pub(super) fn of(world: &dyn World, host: &str) -> Self {
        let own = match world.trust_anchor(host) {
            Ok(None) => Ok(Vec::new()),
            Ok(Some(pem)) => read_pem(&pem),
            Err(refusal) => Err(format!("the declared authority: {refusal}")),
        };
        let platform = world.platform_roots().map_err(|refusal: Refusal| refusal.to_string());
        Self::new(own, platform.map(|list| list.into_iter().map(CertificateDer::from).collect()))
    }

    /// Stores for a test or a fuzzer: the body's own alone.
    pub(super) fn own_alone(own: Vec<Vec<u8>>) -> Self {
        Self::new(Ok(own.into_iter().map(CertificateDer::from).collect()), Err(Refusal::NotFound.to_string()))
    }

    fn new(
        own: Result<Vec<CertificateDer<'static>>, String>,
        platform: Result<Vec<CertificateDer<'static>>, String>,
    ) -> Self {
        let others = own.iter().flatten().chain(platform.iter().flatten());
        let others = others.filter_map(|der| anchor_from_trusted_cert(der).ok().map(|anchor| anchor.to_owned()));
        let anchors = others.chain(webpki_roots::TLS_SERVER_ROOTS.iter().map(TrustAnchor::to_owned)).collect();
        Self { own, platform, anchors }
    }

    /// Every authority of the three stores.
    pub(super) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }

    /// Judges a chain, leaf first, at two moments: now, and in the middle of the leaf's life.
    pub(super) fn judge(&self, chain: &[Vec<u8>], now_seconds: i64, middle_seconds: i64) -> Verdict {
        let mut verdict = Verdict::default();
        let mut faults = Vec::new();
        let mut hold = |store: &'static str, anchors: &[TrustAnchor<'_>], pinned: &[CertificateDer<'_>]| {
            let is_pinned = chain.first().is_some_and(|leaf| pinned.iter().any(|der| der.as_ref() == leaf.as_slice()));
            let at = |seconds: i64| if is_pinned { Ok(()) } else { path(chain, anchors, seconds) };
            match at(middle_seconds) {
                Ok(()) => {
                    verdict.leads_to.push(store);
                    match at(now_seconds) {
                        Ok(()) => verdict.trusted_by.push(store),
                        Err(error) if store != "platform" => faults.push(error),
                        Err(_) => {}
                    }
                }
                Err(error) if store != "platform" => faults.push(error),
                Err(_) => {}
            }
        };
        hold("public", webpki_roots::TLS_SERVER_ROOTS, &[]);
        match &self.own {
            Ok(own) if !own.is_empty() => hold("own", &anchors_of(own), own),
            Ok(_) => {}
            Err(reason) => verdict.unknown = Some(reason.clone()),
        }
        match &self.platform {
            Ok(list) => hold("platform", &anchors_of(list), &[]),
            Err(reason) => verdict.platform_unknown = Some(reason.clone()),
        }
        let counts = |stores: &[&str]| stores.iter().any(|store| *store != "platform");
        if counts(&verdict.trusted_by) {
            verdict.unknown = None;
        } else {
            // A store in which the path is found says more than one that does not know the issuer.
            let told = faults.iter().map(fault).min_by_key(|fault| *fault == Ok("unknown-issuer"));
            match told {
                Some(Ok(fault)) => verdict.fault = Some(fault),
                Some(Err(reason)) => verdict.unknown = Some(reason.to_owned()),
                None => verdict.fault = Some("unknown-issuer"),
            }
        }
        verdict
    }
}

/// Whether the leaf is made out to a name, by its alternative names alone (RFC 9525 section 6); `None` where the leaf or
/// the name cannot be read.
pub(super) fn name_matches(chain: &[Vec<u8>], name: &str) -> Option<bool> {
    let der = CertificateDer::from(chain.first()?.as_slice());
    let leaf = EndEntityCert::try_from(&der).ok()?;
    let bare = name.trim_start_matches('[').trim_end_matches(']').to_owned();
    let server_name = ServerName::try_from(bare).ok()?;
    Some(leaf.verify_is_valid_for_subject_name(&server_name).is_ok())
}

fn read_pem(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = || "the declared authority is no PEM certificate".to_owned();
    let list = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().map_err(|_| wrong())?;
    if list.is_empty() {
        return Err(wrong());
    }
    Ok(list)
}

fn anchors_of<'a>(list: &'a [CertificateDer<'a>]) -> Vec<TrustAnchor<'a>> {
    list.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect()
}

fn path(chain: &[Vec<u8>], anchors: &[TrustAnchor<'_>], seconds: i64) -> Result<(), Error> {
    let Some((leaf, rest)) = chain.split_first() else { return Err(Error::UnknownIssuer) };
    let der = CertificateDer::from(leaf.as_slice());
    let leaf = EndEntityCert::try_from(&der)?;
    let rest: Vec<CertificateDer<'_>> = rest.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let moment = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    leaf.verify_for_usage(algorithms, anchors, &rest, moment, KeyUsage::server_auth(), None, None).map(|_| ())
}

/// A fault as one word of the closed list of `trust_reason`, or why the path could not be judged.
fn fault(error: &Error) -> Result<&'static str, &'static str> {
    Ok(match error {
        Error::CertExpired { .. } => "expired",
        Error::CertNotValidYet { .. } => "not-yet-valid",
        Error::UnknownIssuer => "unknown-issuer",
        Error::CaUsedAsEndEntity => "ca-as-leaf",
        Error::EndEntityUsedAsCa => "issuer-no-ca",
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => "wrong-usage",
        Error::InvalidSignatureForPublicKey | Error::SignatureAlgorithmMismatch => "bad-signature",
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            return Err("a signature of the chain is of a kind that cannot be verified here");
        }
        Error::NameConstraintViolation => "name-constraint",
        Error::PathLenConstraintViolated => "path-length",
        Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => {
            return Err("the chain is too tangled to be judged");
        }
        _ => "malformed",
    })
}
