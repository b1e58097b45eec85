//! The certificates of an endpoint: captured by full handshakes, once a family of keys, and what they are worth.

mod capture;
mod chain;
mod client_auth;
mod facts;
mod key;
mod kind;
mod lifetime;
mod overhear;
mod schemes;
mod staple;
mod tickets;
mod trust;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use self::capture::{Captured, Family, Question};
pub(super) use self::client_auth::ClientAuth;
use self::facts::observe;
use self::key::is_rsa;
use self::kind::CERTIFICATE;
pub(super) use self::kind::CERTIFICATE_KIND;
pub(super) use self::overhear::Met;
pub(super) use self::schemes::look_at_schemes;
pub(super) use self::tickets::Tickets;
use self::trust::Stores;
use super::NAME;
use crate::collect::limits::SHARING_ENDPOINTS;
use crate::collect::world::World;
use crate::model::{Census, Evidence, Gap, Observation, Time, Value};

/// What the certificates of one endpoint came to.
#[derive(Debug)]
pub(super) struct Looked {
    /// Observations, census and gaps.
    pub(super) evidence: Evidence,
    /// Version of the full handshake with a modern client, or why there was none.
    pub(super) negotiated: Result<String, String>,
}

/// What was learned behind the encryption.
#[derive(Debug, Clone, Default)]
pub(super) struct Behind {
    /// Tickets after a handshake of TLS 1.3, where they could be waited for.
    pub(super) tickets: Option<Tickets>,
    /// How TLS 1.3 asks for a client's certificate.
    pub(super) client_auth: Option<ClientAuth>,
    /// Signature schemes of TLS 1.3, and whether that list is whole.
    pub(super) schemes: Option<(Vec<u16>, bool)>,
    /// Suites and groups of TLS 1.3 that handshakes were made with, in their order.
    pub(super) met: Vec<Met>,
    /// Connections that were opened for all this.
    pub(super) connections: u32,
}

/// Chains that hellos brought in the clear.
#[derive(Debug, Clone, Default)]
pub(super) struct InTheClear {
    /// Each leaf once.
    pub(super) chains: Vec<Sent>,
    /// There is no other one in TLS 1.2.
    pub(super) are_whole: bool,
}

/// Where an endpoint is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) world: &'a dyn World,
    pub(super) name: &'a str,
    pub(super) address: SocketAddr,
}

/// The handshake that a browser of today would make.
pub(super) struct Greeting(Captured);

impl Greeting {
    /// Makes it.
    pub(super) async fn new(place: Place<'_>, behind: &mut Behind) -> Self {
        let captured = capture(place, Question::of(Family::Any), behind).await;
        if let Captured::Chain(shown) = &captured {
            (behind.tickets, behind.client_auth) = (shown.tickets, shown.client_auth);
        }
        Self(captured)
    }

    /// Version of the handshake, or why there was none.
    pub(super) fn negotiated(&self) -> Result<String, String> {
        match &self.0 {
            Captured::Chain(shown) => Ok(shown.sent.version.clone()),
            Captured::Refused(reason) | Captured::Unknown(reason) => Err(reason.clone()),
        }
    }

    /// Whether it showed a certificate with an RSA key; `None` where that cannot be told.
    pub(super) fn is_rsa(&self) -> Option<bool> {
        match &self.0 {
            Captured::Chain(shown) => shown.sent.is_rsa(),
            _ => None,
        }
    }

    /// The scheme of its signature.
    pub(super) fn scheme(&self) -> Option<u16> {
        match &self.0 {
            Captured::Chain(shown) => shown.scheme,
            _ => None,
        }
    }
}

/// Looks at the certificates of one endpoint: the one that a browser gets, and the one of the other family of keys.
///
/// A server that a modern client cannot speak with has sent its chain in the clear all the same.
pub(super) async fn look(
    place: Place<'_>,
    endpoint: &str,
    now: Time,
    greeting: Greeting,
    in_the_clear: &InTheClear,
    behind: &mut Behind,
) -> Looked {
    let stores = Stores::of(place.world, place.name);
    let mut evidence = Evidence::default();
    let negotiated = greeting.negotiated();
    let sent = match (greeting.0, in_the_clear.chains.first()) {
        (Captured::Chain(shown), _) => shown.sent,
        (_, Some(first)) => Sent { staple: None, version: "none".to_owned(), ..first.clone() },
        (Captured::Refused(reason) | Captured::Unknown(reason), None) => {
            evidence.census.push(Census::incomplete(CERTIFICATE, endpoint, 0, reason.clone()));
            evidence.gaps.push(gap(endpoint, &reason));
            return Looked { evidence, negotiated };
        }
    };
    let main = observe(&sent, place.name, endpoint, &stores, now);
    let other = match main.text("key_algorithm") {
        Some("rsa") => Family::Elliptic,
        _ => Family::Rsa,
    };
    let mut incomplete = None;
    match second(place, other, in_the_clear, behind).await {
        Ok(Some(second)) if second.chain.first() != sent.chain.first() => {
            let endpoint = format!("{endpoint}#{}", other.word());
            evidence.observations.push(observe(&second, place.name, &endpoint, &stores, now));
        }
        Ok(_) => {}
        Err(reason) => incomplete = Some(format!("a second certificate: {reason}")),
    }
    evidence.observations.push(main);
    let count = evidence.observations.len();
    evidence.census.push(match incomplete {
        Some(reason) => Census::incomplete(CERTIFICATE, endpoint, count, reason),
        None => Census::complete(CERTIFICATE, endpoint, count),
    });
    Looked { evidence, negotiated }
}

/// What a server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    /// DER, in the order in which they were sent.
    pub(super) chain: Vec<Vec<u8>>,
    /// The stapled answer, empty where there is none; `None` where it could not be asked for.
    pub(super) staple: Option<Vec<u8>>,
    /// `TLSv1.2`, `TLSv1.3`, or `none` where no handshake of those ended.
    pub(super) version: String,
}

impl Sent {
    /// Whether the leaf has an RSA key; `None` where it cannot be read.
    pub(super) fn is_rsa(&self) -> Option<bool> {
        is_rsa(self.chain.first()?)
    }
}

/// The certificate of the other family, where there is one.
///
/// # Errors
/// The reason, where that cannot be told.
async fn second(
    place: Place<'_>,
    family: Family,
    in_the_clear: &InTheClear,
    behind: &mut Behind,
) -> Result<Option<Sent>, String> {
    let of_family = |sent: &&Sent| sent.is_rsa() == Some(family == Family::Rsa);
    if let Some(sent) = in_the_clear.chains.iter().find(of_family) {
        return Ok(Some(sent.clone()));
    }
    if in_the_clear.are_whole {
        return Ok(None);
    }
    let question = Question::of(family);
    let mut told = capture(place, question.clone(), behind).await;
    if matches!(told, Captured::Unknown(_)) {
        told = capture(place, question, behind).await;
    }
    match told {
        Captured::Chain(shown) => Ok(Some(shown.sent)),
        Captured::Refused(_) => Ok(None),
        // Some servers close without a word where nothing fits. That is a no only if they answer what does fit.
        Captured::Unknown(reason) => match capture(place, Question::of(Family::Any), behind).await {
            Captured::Chain(_) => Ok(None),
            _ => Err(reason),
        },
    }
}

async fn capture(place: Place<'_>, question: Question, behind: &mut Behind) -> Captured {
    behind.connections = behind.connections.saturating_add(1);
    let captured = capture::capture(place.world, place.name, place.address, question).await;
    if let Captured::Chain(shown) = &captured {
        behind.met.extend(shown.met.clone());
    }
    captured
}

/// Names on each chain the endpoints of other names that have the same key.
pub(super) fn name_shared_keys(evidence: &mut Evidence) {
    let mut holders: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for seen in evidence.of_kind(CERTIFICATE) {
        if let Some(key) = seen.text("key_sha256") {
            let endpoint = seen.subject.name().to_owned();
            holders.entry(key.to_owned()).or_default().push((host_of(&endpoint), endpoint));
        }
    }
    holders.values_mut().for_each(|of_key| of_key.sort_by(|one, other| one.1.cmp(&other.1)));
    for seen in evidence.observations.iter_mut().filter(|seen| seen.kind == CERTIFICATE) {
        let host = host_of(seen.subject.name());
        let Some(of_key) = seen.text("key_sha256").and_then(|key| holders.get(key)) else { continue };
        let is_other = |(other, _): &&(String, String)| *other != host;
        let count = of_key.iter().filter(is_other).count();
        let kept = of_key.iter().filter(is_other).map(|(_, endpoint)| endpoint.clone()).take(SHARING_ENDPOINTS);
        let more = count.checked_sub(SHARING_ENDPOINTS).filter(|more| *more > 0).map(|more| format!("and {more} more"));
        seen.set("key_shared_with", Value::texts(kept.chain(more)));
    }
}

fn host_of(endpoint: &str) -> String {
    let name = endpoint.rsplit_once('/').map_or(endpoint, |(_, name)| name);
    name.split('#').next().unwrap_or(name).to_owned()
}

fn gap(endpoint: &str, reason: &str) -> Gap {
    Gap {
        collector: NAME.to_owned(),
        kinds: vec![CERTIFICATE.to_owned()],
        subject: endpoint.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The facts of a chain and a staple that came from anywhere, for tests and fuzzers: no bytes may break it.
#[must_use]
pub fn observe_certificates(
    chain: &[Vec<u8>],
    staple: &[u8],
    authorities: Vec<Vec<u8>>,
    name: &str,
    now: Time,
) -> Observation {
    let sent = Sent { chain: chain.to_vec(), staple: Some(staple.to_vec()), version: "none".to_owned() };
    observe(&sent, name, &format!("192.0.2.1:443/{name}"), &Stores::own_alone(authorities), now)
}

#[cfg(test)]
mod tests;
