//! The shape of what was sent: which certificates are the leaf's path, in which order, what is missing and what is too many.

use rustls::pki_types::TrustAnchor;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::X509Certificate;

use crate::syntax::ocsp;

/// The path from the leaf upwards, as far as what was sent reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// Places of the path's certificates in what was sent, leaf first.
    pub(super) path: Vec<usize>,
    /// Whether the path stands in order in what was sent.
    pub(super) is_ordered: bool,
    /// Whether the path ends at a certificate that issued itself, which is not the leaf.
    pub(super) sends_root: bool,
    /// Certificates that are no part of the path.
    pub(super) superfluous: usize,
    /// Whether every issuer was sent or is an authority; `None` where that cannot be told.
    pub(super) is_complete: Option<bool>,
}

/// Sees the shape.
pub(super) fn shape(sent: &[X509Certificate<'_>], anchors: &[TrustAnchor<'_>]) -> Shape {
    let mut path = vec![0];
    let mut top = sent.first();
    while let Some(current) = top.filter(|current| !is_self_issued(current)) {
        let next = sent.iter().enumerate().find(|(at, other)| !path.contains(at) && issued(other, current));
        let Some((at, next)) = next else { break };
        path.push(at);
        top = Some(next);
    }
    let is_ordered = path.windows(2).all(|pair| matches!(pair, [one, next] if one < next));
    let sends_root = path.len() > 1 && top.is_some_and(is_self_issued);
    let reaches_authority = path.iter().filter_map(|at| sent.get(*at)).any(|member| is_known(member, anchors));
    let is_complete = top.and_then(|top| {
        if is_self_issued(top) || reaches_authority {
            Some(true)
        } else if names_issuer_address(top) {
            // It says where its issuer is to be fetched: so it has one that clients are not expected to know.
            Some(false)
        } else {
            None
        }
    });
    // Roots that are sent besides the path are counted here; one at its end is `sends_root`.
    Shape { superfluous: sent.len().saturating_sub(path.len()), path, is_ordered, sends_root, is_complete }
}

/// Whether a certificate bears its own issuer's name.
pub(super) fn is_self_issued(certificate: &X509Certificate<'_>) -> bool {
    certificate.subject().as_raw() == certificate.issuer().as_raw()
}

/// By name, and by key identifier where both state one (RFC 5280 section 4.2.1.1).
fn issued(issuer: &X509Certificate<'_>, subject: &X509Certificate<'_>) -> bool {
    if issuer.subject().as_raw() != subject.issuer().as_raw() {
        return false;
    }
    let own = issuer.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0),
        _ => None,
    });
    let wanted = subject.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(identifier) => identifier.key_identifier.as_ref().map(|key| key.0),
        _ => None,
    });
    match (own, wanted) {
        (Some(own), Some(wanted)) => own == wanted,
        _ => true,
    }
}

fn is_known(top: &X509Certificate<'_>, anchors: &[TrustAnchor<'_>]) -> bool {
    let issuer = ocsp::content(top.issuer().as_raw()).unwrap_or_default();
    anchors.iter().any(|anchor| anchor.subject.as_ref() == issuer)
}

/// `caIssuers` (RFC 5280 section 4.2.2.1).
fn names_issuer_address(certificate: &X509Certificate<'_>) -> bool {
    access(certificate, "1.3.6.1.5.5.7.48.2")
}

/// `id-ad-ocsp` (RFC 5280 section 4.2.2.1).
pub(super) fn names_responder(certificate: &X509Certificate<'_>) -> bool {
    access(certificate, "1.3.6.1.5.5.7.48.1")
}

fn access(certificate: &X509Certificate<'_>, method: &str) -> bool {
    certificate.iter_extensions().any(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => {
            access.iter().any(|description| description.access_method.to_id_string() == method)
        }
        _ => false,
    })
}
