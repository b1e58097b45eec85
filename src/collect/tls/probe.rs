//! One endpoint: a hello for each version, then one full handshake for the certificates. At most eight connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::kinds::ENDPOINT;
use crate::collect::accept::{Accepting, configuration_with};
use crate::collect::world::{Refusal, World};
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::tls::{FlightReader, Progress, Suite, Version};

/// What was seen of an endpoint.
pub(super) struct Seen {
    pub(super) endpoint: Observation,
    /// The certificates as sent, or why there are none.
    pub(super) chain: Result<Vec<Vec<u8>>, String>,
}

/// What one version came to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Accepted,
    Refused,
    Unknown(String),
}

/// Looks at one endpoint.
///
/// # Errors
/// The reason, where no version at all was answered: then nothing is known, and silence is no refusal.
pub(super) async fn look(world: &dyn World, name: &str, address: SocketAddr, endpoint: &str) -> Result<Seen, String> {
    let mut told = Vec::new();
    // Newest first: a server that answers none of these is not asked for the old ones.
    for version in Version::ALL.into_iter().rev().take(5) {
        let answer = twice(world, name, address, version).await;
        if let (Told::Unknown(reason), Version::Tls12) = (&answer, version)
            && !told.iter().any(|(_, told)| *told != Told::Unknown(reason.clone()))
        {
            return Err(reason.clone());
        }
        told.push((version, answer));
    }
    if !told.iter().any(|(_, told)| *told == Told::Accepted) {
        return Err("no protocol version was accepted".to_owned());
    }
    let (chain, negotiated) = match handshake(world, name, address).await {
        Ok((chain, negotiated)) => (Ok(chain), Some(negotiated)),
        Err(reason) => (Err(reason), None),
    };
    Ok(Seen { endpoint: observation(endpoint, &told, negotiated.as_deref()), chain })
}

/// A silence or a close is looked at once more before it counts as unknown.
async fn twice(world: &dyn World, name: &str, address: SocketAddr, version: Version) -> Told {
    match once(world, name, address, version).await {
        Told::Unknown(_) if version <= Version::Tls11 => once(world, name, address, version).await,
        told => told,
    }
}

async fn once(world: &dyn World, name: &str, address: SocketAddr, version: Version) -> Told {
    let seconds = world.timeout_seconds();
    match timeout(Duration::from_secs(seconds), ask(world, name, address, version)).await {
        Ok(told) => told.unwrap_or_else(|refusal| Told::Unknown(refusal.to_string())),
        Err(_) => Told::Unknown(Refusal::TimedOut(seconds).to_string()),
    }
}

async fn ask(world: &dyn World, name: &str, address: SocketAddr, version: Version) -> Result<Told, Refusal> {
    let mut stream = world.connect(name, address).await?;
    let failed = |error: std::io::Error| Refusal::Failed(error.to_string());
    let mut hello = crate::syntax::tls::Hello::new(version);
    hello.suites = Suite::up_to_tls12().map(|s| s.0).collect();
    if version == Version::Tls13 {
        hello.suites = Suite::of_tls13().map(|s| s.0).collect();
    }
    hello.groups = vec![29, 23, 24, 25];
    hello.signatures = crate::syntax::tls::SIGNATURES.iter().map(|s| s.0).collect();
    hello.server_name = Some(name.to_owned());
    stream.write_all(&hello.bytes()).await.map_err(failed)?;
    let mut reader = FlightReader::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.map_err(failed)?;
        match reader.push(&buffer[..count]) {
            Progress::NotTls => return Ok(Told::Unknown("the answer is no TLS".to_owned())),
            Progress::Done => {
                let is_it = reader.flight().hello.as_ref().is_some_and(|hello| hello.version == version.number());
                return Ok(if is_it { Told::Accepted } else { Told::Refused });
            }
            Progress::More if count == 0 => {
                return Ok(Told::Unknown("the connection was closed without an answer".to_owned()));
            }
            Progress::More => {}
        }
    }
}

async fn handshake(world: &dyn World, name: &str, address: SocketAddr) -> Result<(Vec<Vec<u8>>, String), String> {
    let seconds = world.timeout_seconds();
    let verifier = Accepting::new();
    let configuration = configuration_with(&verifier).map_err(|refusal| refusal.to_string())?;
    let server_name = ServerName::try_from(name.to_owned()).map_err(|_| "the name is no host name".to_owned())?;
    let connected = async {
        let stream = world.connect(name, address).await.map_err(|refusal| refusal.to_string())?;
        let connection = TlsConnector::from(Arc::new(configuration)).connect(server_name, stream).await;
        connection.map_err(|error| error.to_string())
    };
    let finished = timeout(Duration::from_secs(seconds), connected).await;
    let finished = finished.unwrap_or_else(|_| Err(Refusal::TimedOut(seconds).to_string()));
    // The chain was captured before the handshake failed, if it did: it is a fact either way.
    let sent = verifier.sent();
    match finished {
        Ok(stream) => {
            let version = stream.get_ref().1.protocol_version().map(|version| format!("{version:?}"));
            Ok((sent.chain, version.unwrap_or_default().replace('_', ".")))
        }
        Err(_) if !sent.chain.is_empty() => Ok((sent.chain, "none".to_owned())),
        Err(reason) => Err(reason),
    }
}

fn observation(endpoint: &str, told: &[(Version, Told)], negotiated: Option<&str>) -> Observation {
    let subject = Subject::new(SubjectKind::Endpoint, endpoint);
    let mut seen = Observation::new(ENDPOINT, subject, Location::host(endpoint), "one TLS hello a version");
    let state = |version: Version| told.iter().find(|(of, _)| *of == version).map(|(_, told)| told);
    let mut list = |field: &str, versions: &[Version]| {
        let unknown = versions.iter().find_map(|version| match state(*version) {
            Some(Told::Unknown(reason)) => Some(format!("{}: {reason}", version.name())),
            Some(_) => None,
            None => Some(format!("{}: not asked", version.name())),
        });
        let accepted: Vec<&str> = versions
            .iter()
            .filter(|version| state(**version) == Some(&Told::Accepted))
            .map(|version| version.name())
            .collect();
        match unknown {
            // What was accepted was seen, whatever else is unknown; that nothing is accepted was not.
            Some(reason) if accepted.is_empty() => {
                seen.unknown(field, reason);
            }
            _ => {
                seen.set(field, Value::texts(accepted));
            }
        }
    };
    list("ssl", &[Version::Ssl3]);
    list("tls_old", &[Version::Tls10, Version::Tls11]);
    for (field, version) in [("tls12", Version::Tls12), ("tls13", Version::Tls13)] {
        match state(version) {
            Some(Told::Accepted) => {
                seen.set(field, true);
            }
            Some(Told::Refused) => {
                seen.set(field, false);
            }
            Some(Told::Unknown(reason)) => {
                seen.unknown(field, reason.clone());
            }
            None => {
                seen.unknown(field, "not asked");
            }
        }
    }
    match negotiated {
        Some(version) => {
            seen.set("negotiated", version);
        }
        None => {
            seen.unknown("negotiated", "no full handshake");
        }
    }
    seen
}
