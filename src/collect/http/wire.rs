//! One bounded GET over HTTP/1.1: the head as it was on the wire, and the body up to its limit. It sends no body.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::collect::accept;
use crate::collect::limits::{BODY_BYTES, HEADER_BYTES, HEADER_FIELDS};
use crate::collect::live::USER_AGENT;
use crate::collect::world::{Refusal, Stream, World};
use crate::syntax::header::{Head, head, head_end};

/// One answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) head: Head,
    pub(super) body: Vec<u8>,
    /// The body was cut, at the limit or by the server.
    pub(super) truncated: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) host: &'a str,
    pub(super) address: SocketAddr,
    pub(super) over_tls: bool,
    /// Path with its query, beginning with `/`.
    pub(super) target: &'a str,
}

/// Asks once.
///
/// # Errors
/// A [`Refusal`] with the reason; every answer is bounded in time and bytes.
pub(super) async fn get(world: &dyn World, question: Question<'_>) -> Result<Answer, Refusal> {
    let seconds = world.timeout_seconds();
    timeout(Duration::from_secs(seconds), ask(world, question)).await.unwrap_or(Err(Refusal::TimedOut(seconds)))
}

async fn ask(world: &dyn World, question: Question<'_>) -> Result<Answer, Refusal> {
    let stream = world.connect(question.host, question.address).await?;
    if !question.over_tls {
        return exchange(stream, question).await;
    }
    let mut configuration = accept::configuration()?;
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name =
        ServerName::try_from(question.host.to_owned()).map_err(|_| Refusal::Failed("no host name".to_owned()))?;
    let connection = TlsConnector::from(Arc::new(configuration)).connect(name, stream).await;
    exchange(connection.map_err(|error| Refusal::Failed(error.to_string()))?, question).await
}

async fn exchange(mut stream: impl Stream, question: Question<'_>) -> Result<Answer, Refusal> {
    let standard = if question.over_tls { 443 } else { 80 };
    let port = question.address.port();
    let host = if port == standard { question.host.to_owned() } else { format!("{}:{port}", question.host) };
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        question.target
    );
    let failed = |error: std::io::Error| Refusal::Failed(error.to_string());
    stream.write_all(request.as_bytes()).await.map_err(failed)?;
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    let (head, start) = loop {
        if let Some(end) = head_end(&bytes) {
            let head = head(&bytes[..end]).ok_or_else(|| Refusal::Failed("the answer is no HTTP/1.x".to_owned()))?;
            // An interim answer comes before the real one (RFC 9110 section 15.2).
            if (100..200).contains(&head.status) && head.status != 101 {
                bytes.drain(..end);
                continue;
            }
            break (head, end);
        }
        if bytes.len() > HEADER_BYTES {
            return Err(Refusal::Failed("the header fields never end".to_owned()));
        }
        let count = stream.read(&mut buffer).await.map_err(failed)?;
        if count == 0 {
            return Err(Refusal::Failed("the answer ends inside its header fields".to_owned()));
        }
        bytes.extend_from_slice(&buffer[..count]);
    };
    if head.fields.len() > HEADER_FIELDS {
        return Err(Refusal::Failed("more header fields than are read".to_owned()));
    }
    let rest = bytes.split_off(start);
    let (body, truncated) = body(&mut stream, &head, rest, &mut buffer).await?;
    Ok(Answer { head, body, truncated })
}

async fn body(
    stream: &mut impl Stream,
    head: &Head,
    mut bytes: Vec<u8>,
    buffer: &mut [u8],
) -> Result<(Vec<u8>, bool), Refusal> {
    if matches!(head.status, 204 | 304) {
        return Ok((Vec::new(), false));
    }
    let chunked = head.values("transfer-encoding").any(|value| value.to_ascii_lowercase().contains("chunked"));
    let lengths: Vec<&str> = head.values("content-length").collect();
    let length = match lengths.as_slice() {
        _ if chunked => None,
        [] => None,
        [first, rest @ ..] => match first.parse::<usize>() {
            Ok(length) if rest.iter().all(|other| other == first) => Some(length),
            _ => return Err(Refusal::Failed("the lengths of the body contradict each other".to_owned())),
        },
    };
    let limit = length.unwrap_or(usize::MAX).min(BODY_BYTES);
    while bytes.len() < limit {
        if chunked && dechunked(&bytes).is_some_and(|(_, done)| done) {
            break;
        }
        // A close without a TLS close_notify looks like an error; what was read up to there was read.
        let count = stream.read(buffer).await.unwrap_or(0);
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
    if chunked {
        let (mut body, done) =
            dechunked(&bytes).ok_or_else(|| Refusal::Failed("the chunks of the body cannot be read".to_owned()))?;
        body.truncate(BODY_BYTES);
        return Ok((body, !done));
    }
    let is_short = length.is_some_and(|length| bytes.len() < length);
    let is_cut = bytes.len() >= BODY_BYTES && length.is_none_or(|length| length > BODY_BYTES);
    bytes.truncate(limit);
    Ok((bytes, is_short || is_cut))
}

/// The content of chunks so far, and whether the last one was there; `None` where they cannot be read.
fn dechunked(bytes: &[u8]) -> Option<(Vec<u8>, bool)> {
    let (mut rest, mut body) = (bytes, Vec::new());
    loop {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            // A size line of more than a few bytes without an end is none.
            return (rest.len() < 1_024).then_some((body, false));
        };
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 1..];
        if size == 0 {
            return Some((body, true));
        }
        if rest.len() < size {
            body.extend_from_slice(rest);
            return Some((body, false));
        }
        let (chunk, after) = rest.split_at(size);
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(after);
        if rest.is_empty() {
            return Some((body, false));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::dechunked;

    #[test]
    fn chunks_are_joined_and_garbage_is_refused() {
        assert_eq!(dechunked(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), Some((b"abcde".to_vec(), true)));
        assert_eq!(dechunked(b"5\r\nabc"), Some((b"abc".to_vec(), false)));
        assert_eq!(dechunked(b"zz\r\nabc"), None);
        assert_eq!(dechunked(b"ffffffffffffffffff\r\n"), None);
    }
}
