//! The certificates of an endpoint: captured by full handshakes, once a family of keys, and what they are worth.

mod capture;
mod chain;
mod facts;
mod key;
mod kind;
mod lifetime;
mod staple;
mod tickets;
mod trust;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use self::capture::{Captured, Family, capture};
use self::facts::observe;
use self::kind::CERTIFICATE;
pub(super) use self::kind::CERTIFICATE_KIND;
pub(super) use self::tickets::Tickets;
use self::trust::Stores;
use super::NAME;
use crate::collect::world::World;
use crate::model::{Census, Evidence, Gap, Observation, Time, Value};

/// What the certificates of one endpoint came to.
#[derive(Debug)]
pub(super) struct Looked {
    /// Observations, census and gaps.
    pub(super) evidence: Evidence,
    /// Version of the full handshake with a modern client, or why there was none.
    pub(super) negotiated: Result<String, String>,
    /// Tickets after a handshake of TLS 1.3, where they could be waited for.
    pub(super) tickets: Option<Tickets>,
}

/// Looks at the certificates of one endpoint with two handshakes: as a browser does, and with the other family of keys.
///
/// `in_the_clear` is a chain that was seen in an older handshake, for a server that a modern client cannot speak with.
pub(super) async fn look(
    world: &dyn World,
    name: &str,
    address: SocketAddr,
    endpoint: &str,
    now: Time,
    in_the_clear: Option<Vec<Vec<u8>>>,
) -> Looked {
    let stores = Stores::of(world, name);
    let mut evidence = Evidence::default();
    let mut negotiated = Err("no full handshake".to_owned());
    let first = capture(world, name, address, Family::Any).await;
    let mut tickets = None;
    let (chain, staple, version) = match (first, in_the_clear) {
        (Captured::Chain { chain, staple, version, tickets: counted }, _) => {
            tickets = counted;
            negotiated = Ok(version.clone());
            (chain, Some(staple), version)
        }
        (_, Some(chain)) if !chain.is_empty() => (chain, None, "none".to_owned()),
        (Captured::Refused(reason) | Captured::Unknown(reason), _) => {
            evidence.census.push(Census::incomplete(CERTIFICATE, endpoint, 0, reason.clone()));
            evidence.gaps.push(gap(endpoint, &reason));
            return Looked { evidence, negotiated: Err(reason), tickets };
        }
    };
    let sent = Sent { chain, staple, version };
    let main = observe(&sent, name, endpoint, &stores, now);
    let other = match main.text("key_algorithm") {
        Some("rsa") => Family::Elliptic,
        _ => Family::Rsa,
    };
    let mut incomplete = None;
    match second(world, name, address, other).await {
        Ok(Some(second)) if second.chain.first() != sent.chain.first() => {
            let endpoint = format!("{endpoint}#{}", other.word());
            evidence.observations.push(observe(&second, name, &endpoint, &stores, now));
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
    Looked { evidence, negotiated, tickets }
}

/// What a server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sent {
    chain: Vec<Vec<u8>>,
    /// `None` where it could not be asked for.
    staple: Option<Vec<u8>>,
    version: String,
}

/// The certificate of the other family, where there is one.
///
/// # Errors
/// The reason, where that cannot be told.
async fn second(world: &dyn World, name: &str, address: SocketAddr, family: Family) -> Result<Option<Sent>, String> {
    let mut told = capture(world, name, address, family).await;
    if matches!(told, Captured::Unknown(_)) {
        told = capture(world, name, address, family).await;
    }
    match told {
        Captured::Chain { chain, staple, version, .. } => Ok(Some(Sent { chain, staple: Some(staple), version })),
        Captured::Refused(_) => Ok(None),
        // Some servers close without a word where nothing fits. That is a no only if they answer what does fit.
        Captured::Unknown(reason) => match capture(world, name, address, Family::Any).await {
            Captured::Chain { .. } => Ok(None),
            _ => Err(reason),
        },
    }
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
    for seen in evidence.observations.iter_mut().filter(|seen| seen.kind == CERTIFICATE) {
        let host = host_of(seen.subject.name());
        let Some(of_key) = seen.text("key_sha256").and_then(|key| holders.get(key)) else { continue };
        let mut others: Vec<String> =
            of_key.iter().filter(|(other, _)| *other != host).map(|(_, endpoint)| endpoint.clone()).collect();
        others.sort();
        seen.set("key_shared_with", Value::texts(others));
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
