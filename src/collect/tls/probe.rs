//! One endpoint: a hello for each version.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::kinds::ENDPOINT;
use crate::collect::limits::TLS_FLIGHT_BYTES;
use crate::collect::world::{Refusal, World};
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::tls::{Answer, Version, client_hello, read_answer};

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
pub(super) async fn look(
    world: &dyn World,
    name: &str,
    address: SocketAddr,
    endpoint: &str,
    negotiated: &Result<String, String>,
) -> Result<Observation, String> {
    let mut told = Vec::new();
    // Newest first: a server that answers none of these is not asked for the old ones.
    for version in Version::ALL.into_iter().rev() {
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
    Ok(observation(endpoint, &told, negotiated))
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
    let is_address = name.parse::<std::net::IpAddr>().is_ok();
    let hello = client_hello(version, (!is_address).then_some(name));
    stream.write_all(&hello).await.map_err(failed)?;
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.map_err(failed)?;
        bytes.extend_from_slice(&buffer[..count]);
        match read_answer(&bytes) {
            Answer::Selected(selected) if selected == version.number() => return Ok(Told::Accepted),
            // A server that answers with a lower version does not speak the one that was asked for.
            Answer::Selected(_) | Answer::Alert(_) => return Ok(Told::Refused),
            Answer::NotTls => return Ok(Told::Unknown("the answer is no TLS".to_owned())),
            Answer::More if count == 0 => {
                return Ok(Told::Unknown("the connection was closed without an answer".to_owned()));
            }
            Answer::More if bytes.len() > TLS_FLIGHT_BYTES => {
                return Ok(Told::Unknown("the answer never ends".to_owned()));
            }
            Answer::More => {}
        }
    }
}

fn observation(endpoint: &str, told: &[(Version, Told)], negotiated: &Result<String, String>) -> Observation {
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
        Ok(version) => {
            seen.set("negotiated", version.as_str());
        }
        Err(reason) => {
            seen.unknown("negotiated", reason.clone());
        }
    }
    seen
}
