//! Bounded questions over HTTP/1.1: the head as it was on the wire, and the body up to its limit. They send no body.
//!
//! A [`Client`] asks one address of one host, one question after the other, on one connection where the server keeps it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use crate::collect::accept;
use crate::collect::limits::{BODY_BYTES, HEADER_BYTES, HEADER_FIELDS, SILENCES_PER_HOST, VISIT_TIMEOUTS};
use crate::collect::live::USER_AGENT;
use crate::collect::world::{Refusal, Stream, World};
use crate::syntax::body::{Body, framing};
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
    /// `GET`, `HEAD`, `OPTIONS` or `TRACE`; none of them carries a body or changes anything (RFC 9110 section 9.2.1).
    pub(super) method: &'static str,
    /// Path with its query, beginning with `/`.
    pub(super) target: &'a str,
    /// Further header fields, such as `Origin`.
    pub(super) fields: &'a [(&'a str, &'a str)],
    /// Bytes of the body that are read.
    pub(super) body_bytes: usize,
}

impl<'a> Question<'a> {
    /// A GET of a whole body.
    pub(super) fn get(host: &'a str, address: SocketAddr, over_tls: bool, target: &'a str) -> Self {
        Self { host, address, over_tls, method: "GET", target, fields: &[], body_bytes: BODY_BYTES }
    }
}

type Line = Box<dyn Stream>;
/// Host, whether over TLS, and address: two hosts on one address are two connections.
type Key = (String, bool, SocketAddr);

/// Asks one question after the other and keeps connections that the server keeps.
pub(super) struct Client<'w> {
    world: &'w dyn World,
    idle: RefCell<BTreeMap<Key, Line>>,
    tls: RefCell<Option<Arc<ClientConfig>>>,
    silences: Cell<u64>,
    end: Cell<Option<Instant>>,
}

impl<'w> Client<'w> {
    pub(super) fn new(world: &'w dyn World) -> Self {
        Self { world, idle: RefCell::default(), tls: RefCell::default(), silences: Cell::new(0), end: Cell::new(None) }
    }

    /// Asks.
    ///
    /// # Errors
    /// A [`Refusal`] with the reason; a host that kept silent too often, or for too long in all, is not asked again.
    pub(super) async fn ask(&self, question: Question<'_>) -> Result<Answer, Refusal> {
        let seconds = self.world.timeout_seconds();
        if self.silences.get() >= SILENCES_PER_HOST {
            return Err(Refusal::TimedOut(seconds));
        }
        let answer = timeout_at(self.end(seconds), self.exchanged(question)).await;
        let answer = answer.unwrap_or(Err(Refusal::TimedOut(seconds)));
        match &answer {
            Err(Refusal::TimedOut(_)) => self.silences.set(self.silences.get() + 1),
            _ => self.silences.set(0),
        }
        answer
    }

    /// When the visit as a whole ends: a server that drips would hold it for hours. It counts from the first question.
    fn end(&self, seconds: u64) -> Instant {
        let end = self.end.get().unwrap_or_else(|| sleep(Duration::from_secs(seconds * VISIT_TIMEOUTS)).deadline());
        self.end.set(Some(end));
        end
    }

    async fn exchanged(&self, question: Question<'_>) -> Result<Answer, Refusal> {
        let key = (question.host.to_owned(), question.over_tls, question.address);
        let idle = self.idle.borrow_mut().remove(&key);
        if let Some(mut line) = idle {
            match self.in_time(exchange(&mut line, question)).await {
                Ok((answer, keeps)) => return Ok(self.done(key, line, answer, keeps)),
                // The server had closed it in the meantime: asked again on a new one.
                Err(Exchange::Closed) => {}
                Err(Exchange::Refused(refusal)) => return Err(refusal),
            }
        }
        // A kept line holds one of the few places at its address, and whoever opens another may wait for that very one.
        self.rest();
        // The world bounds how long a connection takes to open; how long a place is waited for is not this question's time.
        let stream = self.world.connect(question.host, question.address).await?;
        let asked = async {
            let mut line = self.line(question, stream).await.map_err(Exchange::Refused)?;
            exchange(&mut line, question).await.map(|(answer, keeps)| (line, answer, keeps))
        };
        match self.in_time(asked).await {
            Ok((line, answer, keeps)) => Ok(self.done(key, line, answer, keeps)),
            Err(Exchange::Closed) => Err(Refusal::Failed("the connection was closed without an answer".to_owned())),
            Err(Exchange::Refused(refusal)) => Err(refusal),
        }
    }

    fn done(&self, key: Key, line: Line, answer: Answer, keeps: bool) -> Answer {
        if keeps && !self.world.is_waited_for(&key.0, key.2) {
            self.idle.borrow_mut().insert(key, line);
        }
        answer
    }

    /// Closes what is only kept, before somebody else asks the same host.
    pub(super) fn rest(&self) {
        self.idle.borrow_mut().clear();
    }

    async fn in_time<T>(&self, answer: impl Future<Output = Result<T, Exchange>>) -> Result<T, Exchange> {
        let seconds = self.world.timeout_seconds();
        let late = || Err(Exchange::Refused(Refusal::TimedOut(seconds)));
        timeout(Duration::from_secs(seconds), answer).await.unwrap_or_else(|_| late())
    }

    async fn line(&self, question: Question<'_>, stream: Line) -> Result<Line, Refusal> {
        if !question.over_tls {
            return Ok(stream);
        }
        let name = ServerName::try_from(question.host.trim_start_matches('[').trim_end_matches(']').to_owned())
            .map_err(|_| Refusal::Failed("no host name".to_owned()))?;
        let configuration = self.configuration()?;
        let connection = TlsConnector::from(configuration).connect(name, stream).await;
        Ok(Box::new(connection.map_err(|error| Refusal::Failed(error.to_string()))?))
    }

    fn configuration(&self) -> Result<Arc<ClientConfig>, Refusal> {
        if let Some(configuration) = self.tls.borrow().as_ref() {
            return Ok(Arc::clone(configuration));
        }
        let mut configuration = accept::configuration()?;
        configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
        let configuration = Arc::new(configuration);
        *self.tls.borrow_mut() = Some(Arc::clone(&configuration));
        Ok(configuration)
    }
}

enum Exchange {
    /// Nothing came before the connection ended.
    Closed,
    Refused(Refusal),
}

fn refused(words: &str) -> Exchange {
    Exchange::Refused(Refusal::Failed(words.to_owned()))
}

/// One question and its answer, and whether the connection may be used again.
async fn exchange(stream: &mut Line, question: Question<'_>) -> Result<(Answer, bool), Exchange> {
    let request = written(question);
    if stream.write_all(request.as_bytes()).await.is_err() || stream.flush().await.is_err() {
        return Err(Exchange::Closed);
    }
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    let (head, start) = loop {
        if let Some(end) = head_end(&bytes) {
            let head = head(&bytes[..end]).ok_or_else(|| refused("the answer is no HTTP/1.x"))?;
            // An interim answer comes before the real one (RFC 9110 section 15.2).
            if (100..200).contains(&head.status) && head.status != 101 {
                bytes.drain(..end);
                continue;
            }
            break (head, end);
        }
        if bytes.len() >= 7 && !bytes.starts_with(b"HTTP/1.") {
            return Err(refused("the answer is no HTTP/1.x"));
        }
        if bytes.len() > HEADER_BYTES {
            return Err(refused("the header fields never end"));
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) if bytes.is_empty() => return Err(Exchange::Closed),
            Ok(0) if !b"HTTP/1.".starts_with(&bytes[..bytes.len().min(7)]) => {
                return Err(refused("the answer is no HTTP/1.x"));
            }
            Ok(0) => return Err(refused("the answer ends inside its header fields")),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) => return Err(Exchange::Refused(Refusal::Failed(error.to_string()))),
        }
    };
    if head.fields.len() > HEADER_FIELDS {
        return Err(refused("more header fields than are read"));
    }
    let fault = |fault: crate::syntax::body::BodyFault| Exchange::Refused(Refusal::Failed(fault.to_string()));
    let framing = framing(&head, question.method == "HEAD").map_err(fault)?;
    let mut body = Body::new(framing, question.body_bytes.min(BODY_BYTES));
    let mut rest = bytes.len() - start;
    rest -= body.push(&bytes[start..]).map_err(fault)?;
    let mut closed = false;
    while !body.is_enough() {
        // A close without a TLS close_notify looks like an error; what was read up to there was read.
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        if count == 0 {
            closed = true;
            break;
        }
        rest = count - body.push(&buffer[..count]).map_err(fault)?;
    }
    let keeps = body.is_done() && rest == 0 && keeps_alive(&head);
    let (body, truncated) = body.finish(closed);
    Ok((Answer { head, body, truncated }, keeps))
}

fn written(question: Question<'_>) -> String {
    let standard = if question.over_tls { 443 } else { 80 };
    let port = question.address.port();
    let host = if port == standard { question.host.to_owned() } else { format!("{}:{port}", question.host) };
    let mut request = format!(
        "{} {} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\n",
        question.method, question.target
    );
    for (name, value) in question.fields {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request
}

/// RFC 9112 section 9.3.
fn keeps_alive(head: &Head) -> bool {
    let mut words = head.values("connection").flat_map(|value| value.split(',')).map(str::trim);
    if head.is_http_1_0 {
        words.any(|word| word.eq_ignore_ascii_case("keep-alive"))
    } else {
        !words.any(|word| word.eq_ignore_ascii_case("close"))
    }
}
