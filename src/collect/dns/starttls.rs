//! A mail server as a sender meets it on port 25: whether it offers STARTTLS, and with which certificate. No mail is sent.
//!
//! Only where the world lets port 25 be asked: the site file declares it, or asks for STARTTLS of its mail domains' servers.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::collect::accept::{self, Accepting};
use crate::collect::tls::starttls::{NOT_OFFERED, REFUSED, begin_smtp};
use crate::collect::world::{Refusal, World};

/// SMTP between servers.
pub(in crate::collect) const SMTP: u16 = 25;
/// Why nothing was asked.
pub(super) const NOT_ASKED: &str = "STARTTLS was not asked for (site file: mail: starttls)";

/// What one mail server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nobody asked for it, or the server may not be asked.
    Not,
    /// It takes mail in the clear alone.
    Refused,
    /// It offers STARTTLS; the chain that it sent, leaf first, or why there is none.
    Offered(Result<Vec<Vec<u8>>, String>),
    /// It could not be asked.
    Unknown(String),
}

/// Asks a server at the first of its addresses that takes a connection, as senders do.
pub(super) async fn ask(world: &dyn World, host: &str) -> Asked {
    let addresses = match world.resolve(host).await {
        Ok(addresses) => addresses,
        Err(Refusal::NotDeclared) => return Asked::Not,
        Err(refusal) => return Asked::Unknown(refusal.to_string()),
    };
    let mut reason = Refusal::NoAddress;
    for address in addresses {
        let seconds = world.timeout_seconds();
        let asked = timeout(Duration::from_secs(seconds), at(world, host, address)).await;
        match asked.unwrap_or(Err(Refusal::TimedOut(seconds))) {
            Ok(asked) => return asked,
            Err(Refusal::NotDeclared) => return Asked::Not,
            Err(refusal) => reason = refusal,
        }
    }
    Asked::Unknown(reason.to_string())
}

async fn at(world: &dyn World, host: &str, address: IpAddr) -> Result<Asked, Refusal> {
    let mut stream = world.connect(host, SocketAddr::new(address, SMTP)).await?;
    match begin_smtp(&mut stream).await {
        Ok(()) => {}
        Err(Refusal::Failed(words)) if words == NOT_OFFERED || words == REFUSED => return Ok(Asked::Refused),
        Err(refusal) => return Err(refusal),
    }
    let verifier = Accepting::new();
    let configuration = accept::configuration_with(&verifier)?;
    // The name goes along, because a server may have several certificates (RFC 7672, section 8.1).
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Refusal::Failed("no host name".to_owned()))?;
    let shaken = TlsConnector::from(Arc::new(configuration)).connect(name, stream).await;
    let chain = shaken.map(|_| verifier.sent().chain).map_err(|error| error.to_string());
    Ok(Asked::Offered(chain))
}
