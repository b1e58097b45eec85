//! The policy file of MTA-STS, fetched as a sender does: over TLS with a certificate that holds, no redirect followed
//! (RFC 8461, sections 3.2 and 3.3).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::trust::holds;
use crate::collect::accept::{self, Accepting};
use crate::collect::limits::{HEADER_BYTES, STS_POLICY_BYTES};
use crate::collect::live::USER_AGENT;
use crate::collect::world::{Refusal, World};
use crate::model::Time;
use crate::syntax::body::{Body, framing};
use crate::syntax::header::{Head, head, head_end};

const PATH: &str = "/.well-known/mta-sts.txt";

/// The file; `Ok(Err)` names the fault for which senders ignore it.
///
/// # Errors
/// Why it cannot be told: nobody answered, or the answer cannot be read.
pub(super) async fn policy_file(world: &dyn World, host: &str, now: Time) -> Result<Result<String, String>, String> {
    let seconds = world.timeout_seconds();
    let asked = timeout(Duration::from_secs(seconds), ask(world, host, now)).await;
    match asked.unwrap_or(Err(Refusal::TimedOut(seconds))) {
        Ok(answer) => Ok(answer),
        Err(refusal) => Err(refusal.to_string()),
    }
}

async fn ask(world: &dyn World, host: &str, now: Time) -> Result<Result<String, String>, Refusal> {
    let failed = |error: std::io::Error| Refusal::Failed(error.to_string());
    let addresses = world.resolve(host).await?;
    let address = addresses.first().copied().ok_or(Refusal::NoAddress)?;
    let stream = world.connect(host, SocketAddr::new(address, 443)).await?;
    let verifier = Accepting::new();
    let mut configuration = accept::configuration_with(&verifier)?;
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Refusal::Failed("no host name".to_owned()))?;
    let mut stream = TlsConnector::from(Arc::new(configuration)).connect(name, stream).await.map_err(failed)?;
    if !holds(&verifier.sent().chain, host, world.trust_anchor(host)?, now)? {
        return Ok(Err("the certificate of the policy host is not valid".to_owned()));
    }
    let request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: text/plain\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.map_err(failed)?;
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 8 * 1024];
    let end = loop {
        if let Some(end) = head_end(&bytes) {
            break end;
        }
        if bytes.len() > HEADER_BYTES {
            return Err(Refusal::Failed("the header fields never end".to_owned()));
        }
        match stream.read(&mut buffer).await.map_err(failed)? {
            0 => return Err(Refusal::Failed("the answer ends inside its header fields".to_owned())),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let head = head(&bytes[..end]).ok_or_else(|| Refusal::Failed("the answer is no HTTP/1.x".to_owned()))?;
    if let Some(fault) = fault_of(&head) {
        return Ok(Err(fault));
    }
    let unreadable = |fault: crate::syntax::body::BodyFault| Refusal::Failed(fault.to_string());
    let mut body = Body::new(framing(&head, false).map_err(unreadable)?, STS_POLICY_BYTES);
    body.push(&bytes[end..]).map_err(unreadable)?;
    let mut closed = false;
    while !closed && !body.is_enough() {
        // A close without a TLS close_notify looks like an error; what was read up to there was read.
        match stream.read(&mut buffer).await.unwrap_or(0) {
            0 => closed = true,
            count => {
                body.push(&buffer[..count]).map_err(unreadable)?;
            }
        }
    }
    let (kept, is_cut) = body.finish(closed);
    if is_cut {
        return Ok(Err("the policy file is longer than is read, or cut off".to_owned()));
    }
    Ok(String::from_utf8(kept).map_err(|_| "the policy file is no text".to_owned()))
}

fn fault_of(head: &Head) -> Option<String> {
    if head.status != 200 {
        return Some(format!("the policy host answers {}", head.status));
    }
    let media_type = head.first("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    (!media_type.eq_ignore_ascii_case("text/plain")).then(|| "the policy file is not text/plain".to_owned())
}

#[cfg(test)]
mod tests;
