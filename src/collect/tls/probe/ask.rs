//! One question to one endpoint, with second looks: what counts as an answer, what as a refusal, and what stays unknown.
//!
//! An alert of TLS is a refusal by the server's own word. Silence, a close, a reset or garbage are none: a hello that was
//! answered before is asked again, and only if that one is still answered does the second such answer count.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, Shared, select};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use super::super::session::{After, Renegotiation, can_finish, carry_on};
use super::super::starttls;
use crate::collect::limits::TLS_FLIGHT_BYTES;
use crate::collect::world::{Refusal, Stream, World};
use crate::syntax::tls::{Flight, FlightReader, Hello, Progress, Ssl2Answer, read_ssl2};

/// Where questions go.
#[derive(Clone, Copy)]
pub(in crate::collect::tls) struct Target<'a> {
    pub(in crate::collect::tls) world: &'a dyn World,
    /// The name that is asked for.
    pub(in crate::collect::tls) name: &'a str,
    pub(in crate::collect::tls) address: SocketAddr,
    /// TLS begins inside SMTP.
    pub(in crate::collect::tls) smtp: bool,
}

/// What a hello came to.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// A ServerHello and what came after it; of whichever version.
    Hello(Box<Flight>),
    /// A fatal alert, or `None` where the server twice ended the connection over this hello and answered another in between.
    Refused(Option<u8>),
    /// Nothing that counts, and why.
    Unknown(String),
}

/// How one connection ended.
#[derive(Debug)]
enum Heard {
    Flight(Box<Flight>),
    NotTls,
    /// It ended in the middle of an answer.
    Broken,
    /// It ended without a byte.
    Closed,
    Silent,
    Unreachable(Refusal),
    /// The time of the whole endpoint is used up.
    Late,
}

/// Alerts that refuse what was offered: handshake_failure, illegal_parameter, protocol_version, insufficient_security,
/// inappropriate_fallback, missing_extension, certificate_required, unrecognized_name, no_application_protocol.
const FIRM: [u8; 9] = [40, 47, 70, 71, 86, 109, 112, 116, 120];
/// Times that a server which stopped answering is waited for, each twice as long as the one before.
const WAITS: u32 = 4;

type Expiry<'a> = Shared<Pin<Box<dyn Future<Output = ()> + 'a>>>;

/// Asks one endpoint, within a total time.
pub(super) struct Asker<'a> {
    pub(super) target: Target<'a>,
    expiry: Expiry<'a>,
    seconds: u64,
    good: RefCell<Option<Vec<u8>>>,
    throttled: Cell<bool>,
    /// Answers of TLS so far, hellos and alerts.
    answers: Cell<u32>,
    /// Connections that were opened or tried.
    connections: Cell<u32>,
    /// What came after a handshake that was carried to its end.
    after: Cell<Option<After>>,
}

impl<'a> Asker<'a> {
    /// An asker whose time runs from now.
    pub(super) fn new(target: Target<'a>) -> Self {
        let seconds = target.world.timeout_seconds();
        let expiry: Pin<Box<dyn Future<Output = ()> + 'a>> = Box::pin(sleep(Duration::from_secs(seconds)));
        Self {
            target,
            expiry: expiry.shared(),
            seconds,
            good: RefCell::new(None),
            throttled: Cell::new(false),
            answers: Cell::new(0),
            connections: Cell::new(0),
            after: Cell::new(None),
        }
    }

    /// Whether the server stopped answering for a while.
    pub(super) fn was_throttled(&self) -> bool {
        self.throttled.get()
    }

    /// Whether some hello was answered with a ServerHello.
    pub(super) fn has_good(&self) -> bool {
        self.good.borrow().is_some()
    }

    /// Connections so far.
    pub(super) fn connections(&self) -> u32 {
        self.connections.get()
    }

    /// What came after a handshake, where one could be carried to its end.
    pub(super) fn after(&self) -> Option<After> {
        self.after.get()
    }

    /// Asks, and carries the handshake to its end where it can be. A wish for another one over which the server ends the
    /// connection without a word is looked at twice.
    pub(super) async fn ask_through(&self, hello: &Hello) -> Answer {
        let answer = self.ask_once_through(hello).await;
        if matches!(self.after(), Some(After { renegotiation: Renegotiation::Closed, .. })) {
            self.ask_once_through(hello).await;
        }
        answer
    }

    async fn ask_once_through(&self, hello: &Hello) -> Answer {
        let bytes = hello.bytes();
        self.asked(Question { bytes: &bytes, through: Some(hello) }).await
    }

    /// Asks, with as many second looks as it takes.
    pub(super) async fn ask(&self, hello: &[u8]) -> Answer {
        self.asked(Question { bytes: hello, through: None }).await
    }

    async fn asked(&self, question: Question<'_>) -> Answer {
        let hello = question.bytes;
        let (mut misses, mut waits, mut last_alert) = (0, 0, None);
        loop {
            let heard = self.once(question).await;
            let is_wordless = !matches!(heard, Heard::NotTls | Heard::Broken);
            let reason = match heard {
                Heard::Flight(flight) => match (&flight.hello, flight.alert) {
                    (Some(_), _) => {
                        self.good.borrow_mut().get_or_insert_with(|| hello.to_vec());
                        return Answer::Hello(flight);
                    }
                    (None, Some(alert)) if FIRM.contains(&alert) || last_alert == Some(alert) => {
                        return Answer::Refused(Some(alert));
                    }
                    // An alert that speaks of trouble rather than of a no is looked at twice.
                    (None, alert) => {
                        last_alert = alert;
                        continue;
                    }
                },
                Heard::Late => return Answer::Unknown(self.late()),
                Heard::NotTls => "the answer is no TLS".to_owned(),
                Heard::Broken => "the answer ends in the middle".to_owned(),
                Heard::Closed => "the connection was closed without an answer".to_owned(),
                Heard::Silent => self.late(),
                Heard::Unreachable(refusal) => refusal.to_string(),
            };
            misses += 1;
            if self.good.borrow().is_none() {
                if misses > 1 {
                    return Answer::Unknown(reason);
                }
                continue;
            }
            match self.still_answers().await {
                // Half an answer is no refusal, however often it comes.
                Some(0) if misses > 1 && !is_wordless => return Answer::Unknown(reason),
                Some(0) if misses > 1 => return Answer::Refused(None),
                Some(0) => {}
                // It had only stopped for a while, so what it did says nothing about this hello.
                Some(_) if waits < 3 => {
                    misses = 0;
                    waits += 1;
                }
                _ => return Answer::Unknown("the server stopped answering what it had answered before".to_owned()),
            }
        }
    }

    /// Answers of TLS so far: where there are more of them later, the server answered in between.
    pub(super) fn answers(&self) -> u32 {
        self.answers.get()
    }

    /// Asks SSL 2.0: its cipher kinds, or none where the answer is another protocol's.
    ///
    /// # Errors
    /// Nothing came; that is a no only of a server that answers something else afterwards.
    pub(super) async fn ask_ssl2(&self, hello: &[u8]) -> Result<Option<Vec<u32>>, ()> {
        let mut bytes = Vec::new();
        let mut told = Ssl2Answer::More;
        self.exchange(Question { bytes: hello, through: None }, |part| {
            bytes.extend_from_slice(part);
            told = read_ssl2(&bytes);
            told != Ssl2Answer::More
        })
        .await;
        match told {
            Ssl2Answer::Accepted(ciphers) => Ok(Some(ciphers)),
            Ssl2Answer::Error => Ok(Some(Vec::new())),
            Ssl2Answer::Other => Ok(None),
            Ssl2Answer::More => Err(()),
        }
    }

    /// Whether the server still answers what it answered before.
    pub(super) async fn is_alive(&self) -> bool {
        self.still_answers().await.is_some()
    }

    fn late(&self) -> String {
        Refusal::TimedOut(self.seconds).to_string()
    }

    /// Whether the server still answers what it answered before, and after how many waits.
    async fn still_answers(&self) -> Option<u32> {
        let good = self.good.borrow().clone()?;
        for wait in 0..=WAITS {
            match self.once(Question { bytes: &good, through: None }).await {
                Heard::Flight(flight) if flight.hello.is_some() => return Some(wait),
                Heard::Late => return None,
                _ => {}
            }
            self.throttled.set(true);
            let pause = sleep(Duration::from_millis(250 << wait));
            if let Either::Right(_) = select(Box::pin(pause), self.expiry.clone()).await {
                return None;
            }
        }
        None
    }

    async fn once(&self, question: Question<'_>) -> Heard {
        let mut reader = FlightReader::new();
        let mut progress = Progress::More;
        let ended = self
            .exchange(question, |part| {
                progress = reader.push(part);
                progress != Progress::More
            })
            .await;
        let has_hello = reader.flight().hello.is_some();
        if has_hello || reader.flight().alert.is_some() {
            self.answers.set(self.answers.get().saturating_add(1));
        }
        match (progress, ended) {
            // What was read before the end is a fact, whatever came after it.
            _ if has_hello => Heard::Flight(Box::new(reader.into_flight())),
            (Progress::Done, _) => Heard::Flight(Box::new(reader.into_flight())),
            (Progress::NotTls, _) => Heard::NotTls,
            (Progress::More, Some(Heard::Closed) | None) if !reader.is_untouched() => Heard::Broken,
            (Progress::More, Some(heard)) => heard,
            (Progress::More, None) => Heard::Closed,
        }
    }

    /// One connection: sends, and hands in what comes until it is told to stop. `None` where it was told so.
    async fn exchange(&self, question: Question<'_>, feed: impl FnMut(&[u8]) -> bool) -> Option<Heard> {
        let limit = Duration::from_millis(self.seconds.saturating_mul(250));
        let attempt = async {
            let Target { world, name, address, .. } = self.target;
            self.connections.set(self.connections.get().saturating_add(1));
            let stream = match world.connect_within(name, address, limit).await {
                Ok(stream) => stream,
                Err(refusal) => return Some(Heard::Unreachable(refusal)),
            };
            timeout(limit, self.attempt(stream, question, feed)).await.unwrap_or(Some(Heard::Silent))
        };
        match select(Box::pin(attempt), self.expiry.clone()).await {
            Either::Left((ended, _)) => ended,
            Either::Right(_) => Some(Heard::Late),
        }
    }

    async fn attempt(
        &self,
        mut stream: Box<dyn Stream>,
        question: Question<'_>,
        mut feed: impl FnMut(&[u8]) -> bool,
    ) -> Option<Heard> {
        if self.target.smtp
            && let Err(refusal) = starttls::begin_smtp(&mut stream).await
        {
            return Some(Heard::Unreachable(refusal));
        }
        if let Err(error) = stream.write_all(question.bytes).await {
            return Some(broken(&error));
        }
        let (mut total, mut buffer, mut received) = (0, [0; 8192], Vec::new());
        while total < TLS_FLIGHT_BYTES {
            let count = match stream.read(&mut buffer).await {
                Ok(0) => return Some(Heard::Closed),
                Ok(count) => count,
                Err(error) => return Some(broken(&error)),
            };
            total += count;
            let part = buffer.get(..count).unwrap_or_default();
            if question.through.is_some() {
                received.extend_from_slice(part);
            }
            if feed(part) {
                if let Some(hello) = question.through {
                    self.go_on(&mut stream, hello, question.bytes, &received).await;
                }
                return None;
            }
        }
        Some(Heard::NotTls)
    }

    async fn go_on(&self, stream: &mut Box<dyn Stream>, hello: &Hello, sent: &[u8], received: &[u8]) {
        let mut reader = FlightReader::new();
        reader.push(received);
        if can_finish(reader.flight()) {
            // What could not be carried on says nothing, and was told as far as it went.
            let _ = carry_on(stream, hello, sent, received, &self.after).await;
        }
    }
}

/// One hello, and whether its handshake is to be carried to the end.
#[derive(Clone, Copy)]
struct Question<'a> {
    bytes: &'a [u8],
    through: Option<&'a Hello>,
}

fn broken(error: &std::io::Error) -> Heard {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => Heard::Closed,
        _ => Heard::Unreachable(Refusal::Failed(error.to_string())),
    }
}
