//! What every ServerHello says on the side: extensions, compression, primes, the certificate's curve, a request for a client's.

use std::collections::BTreeSet;

use x509_parser::prelude::{FromDer, X509Certificate};

use super::super::certificate::Sent;
use super::super::search::Pick;
use crate::syntax::tls::{Exchange, Flight, Suite};

/// Chains that are kept of one endpoint; a server has one for each family of keys.
const CHAINS_KEPT: usize = 8;
/// Extensions that are noted, by number.
const HEARTBEAT: u16 = 15;
const ENCRYPT_THEN_MAC: u16 = 22;
const MASTER_SECRET: u16 = 23;
const TICKET: u16 = 35;
const POINT_FORMATS: u16 = 11;
const RENEGOTIATION: u16 = 0xff01;

/// What was noted.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    /// Answered in every hello of TLS 1.2 and older; `None` where there was none.
    pub(super) secure_renegotiation: Option<bool>,
    pub(super) extended_master_secret: Option<bool>,
    pub(super) session_ticket: Option<bool>,
    pub(super) session_id: Option<bool>,
    pub(super) heartbeat: Option<bool>,
    /// Of CBC suites alone: others have no MAC to put anywhere (RFC 7366 section 3).
    pub(super) encrypt_then_mac: Option<bool>,
    pub(super) compression: BTreeSet<u8>,
    pub(super) point_formats: BTreeSet<u8>,
    pub(super) alpn: BTreeSet<String>,
    pub(super) primes: BTreeSet<Vec<u8>>,
    /// Authorities in a request for a client's certificate.
    pub(super) client_request: Option<usize>,
    pub(super) was_not_requested: bool,
    pub(super) retried: Option<bool>,
    /// Suites of every choice, so that what was seen on the way is in the lists.
    pub(super) old_groups: BTreeSet<u16>,
    /// The curve of an ECDSA certificate's key.
    pub(super) curve: Option<u16>,
    /// Every chain that was sent in the clear, each leaf once, in the order in which they were met.
    pub(super) chains: Vec<Sent>,
}

impl Notes {
    /// Takes a flight in.
    pub(super) fn take(&mut self, flight: &Flight) {
        let Some(hello) = &flight.hello else { return };
        if hello.version >= 0x0304 {
            self.retried = Some(self.retried.unwrap_or(false) || hello.is_retry);
            return;
        }
        let has = |number: u16| hello.extension(number).is_some();
        let every = |noted: &mut Option<bool>, now: bool| *noted = Some(noted.unwrap_or(true) && now);
        every(&mut self.secure_renegotiation, has(RENEGOTIATION));
        if hello.version > 0x0300 {
            every(&mut self.extended_master_secret, has(MASTER_SECRET));
            let any = |noted: &mut Option<bool>, now: bool| *noted = Some(noted.unwrap_or(false) || now);
            any(&mut self.session_ticket, has(TICKET));
            any(&mut self.heartbeat, has(HEARTBEAT));
            any(&mut self.session_id, hello.has_session_id);
            if Suite(hello.suite).is_cbc() {
                every(&mut self.encrypt_then_mac, has(ENCRYPT_THEN_MAC));
            }
        }
        if hello.compression != 0 {
            self.compression.insert(hello.compression);
        }
        if let Some([_, formats @ ..]) = hello.extension(POINT_FORMATS) {
            self.point_formats.extend(formats.iter().copied().take(8));
        }
        if let Some(protocol) = hello.alpn() {
            self.alpn.insert(String::from_utf8_lossy(protocol).into_owned());
        }
        match &flight.exchange {
            Some(Exchange::FiniteField { prime, .. }) => {
                self.primes.insert(prime.clone());
            }
            Some(Exchange::Elliptic { group, .. }) => {
                self.old_groups.insert(*group);
            }
            _ => {}
        }
        match &flight.certificate_request {
            Some(request) => self.client_request = Some(request.authorities.max(self.client_request.unwrap_or(0))),
            None => self.was_not_requested |= flight.is_whole && flight.certificates.is_some(),
        }
        self.curve = self.curve.or_else(|| pick(flight).and_then(|pick| pick.curve));
        if let Some(chain) = flight.certificates.as_ref().filter(|chain| !chain.is_empty())
            && self.chains.len() < CHAINS_KEPT
            && !self.chains.iter().any(|known| known.chain.first() == chain.first())
        {
            let staple = flight.staple.clone().unwrap_or_default();
            let version = if hello.version == 0x0303 { "TLSv1.2" } else { "none" };
            self.chains.push(Sent { chain: chain.clone(), staple: Some(staple), version: version.to_owned() });
        }
    }

    /// Whether the first certificate that was met has an RSA key.
    pub(super) fn is_rsa(&self) -> Option<bool> {
        self.chains.first()?.is_rsa()
    }
}

/// What a server chose, in the words of the search.
pub(super) fn pick(flight: &Flight) -> Option<Pick> {
    let hello = flight.hello.as_ref()?;
    let (group, signature) = match &flight.exchange {
        Some(Exchange::Elliptic { group, signature, .. }) => (Some(*group), *signature),
        Some(Exchange::FiniteField { signature, .. }) => (None, *signature),
        _ => (hello.group(), None),
    };
    let leaf = flight.certificates.as_ref().and_then(|chain| chain.first());
    let curve = leaf.filter(|_| Suite(hello.suite).is_ecdsa()).and_then(|leaf| curve(leaf));
    Some(Pick { suite: hello.suite, group, signature, curve })
}

/// The named curve of a certificate's key (RFC 5480 section 2.1.1.1), as a group.
fn curve(der: &[u8]) -> Option<u16> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let parameters = certificate.public_key().algorithm.parameters.as_ref()?;
    let identifier = parameters.as_oid().ok()?.to_id_string();
    CURVES.iter().find(|(oid, _)| *oid == identifier).map(|(_, group)| *group)
}

const CURVES: [(&str, u16); 9] = [
    ("1.2.840.10045.3.1.1", 19),
    ("1.3.132.0.33", 21),
    ("1.3.132.0.10", 22),
    ("1.2.840.10045.3.1.7", 23),
    ("1.3.132.0.34", 24),
    ("1.3.132.0.35", 25),
    ("1.3.36.3.3.2.8.1.1.7", 26),
    ("1.3.36.3.3.2.8.1.1.11", 27),
    ("1.3.36.3.3.2.8.1.1.13", 28),
];
