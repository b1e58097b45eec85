//! A handshake of TLS 1.2 carried to its end, to learn what only comes after it: whether a client's certificate is
//! required, and whether the client may begin another handshake. That one is asked for once and left at the first word
//! of an answer; it costs the server no more than one more visitor would.

mod secrets;

use std::cell::Cell;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use self::secrets::{Secrets, Spoken, record};
use crate::collect::world::Stream;
use crate::syntax::tls::{BASE_P256, BASE_P384, BASE_X25519, Exchange, Flight, FlightReader, Hello};

/// What came after a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct After {
    /// The handshake ended well, without a client's certificate.
    pub(super) finished: bool,
    /// What the client's wish for another handshake came to.
    pub(super) renegotiation: Renegotiation,
}

/// What a wish for another handshake came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renegotiation {
    /// The server began it.
    Accepted,
    /// The server said no by an alert.
    Refused,
    /// The server ended the connection over it without a word.
    Closed,
    /// It was not asked for, or nothing came.
    Untold,
}

/// Bytes after the handshake that are waited for; a server may send data of its own before it answers.
const AFTER_BYTES: usize = 64 * 1024;
/// How long an answer is waited for before the goodbye; answers come in the order of what was said.
const PATIENCE: Duration = Duration::from_millis(500);
const CHANGE_CIPHER: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
/// no_renegotiation (RFC 5246 section 7.2.2).
const NO_RENEGOTIATION: u8 = 100;

/// Whether a handshake with this suite can be carried to its end.
pub(super) fn can_be_spoken(suite: u16) -> bool {
    Spoken::of(suite).is_some()
}

/// Whether a flight can be carried on from here.
pub(super) fn can_finish(flight: &Flight) -> bool {
    let Some(hello) = &flight.hello else { return false };
    let is_plain = flight.is_whole && hello.version == 0x0303 && hello.compression == 0;
    is_plain && Spoken::of(hello.suite).is_some() && premaster(flight).is_some()
}

/// Carries a handshake to its end and asks for another one. `sent` is the record of the hello, `received` all that came
/// since; what is learned is told at once, because the time may run out on the way.
///
/// `None` where it went no further, for whatever reason.
pub(super) async fn carry_on(
    stream: &mut Box<dyn Stream>,
    hello: &Hello,
    sent: &[u8],
    received: &[u8],
    told: &Cell<Option<After>>,
) -> Option<()> {
    let mut reader = FlightReader::new();
    reader.push(received);
    let flight = reader.into_flight();
    let server = flight.hello.as_ref()?;
    let mut messages = sent.get(5..)?.to_vec();
    messages.extend(handshake_bytes(received));
    let (secret, key) = premaster(&flight)?;
    let mut said = Vec::new();
    if flight.certificate_request.is_some() {
        said.extend([11, 0, 0, 3, 0, 0, 0]);
    }
    said.push(16);
    said.extend(u32::try_from(key.len()).ok()?.to_be_bytes().iter().skip(1));
    said.extend(key);
    messages.extend(&said);
    let is_extended = server.extension(23).is_some();
    let mut secrets =
        Secrets::new(Spoken::of(server.suite)?, &secret, &server.random, is_extended.then_some(&messages[..]))?;
    let verify_data = secrets.verify_data(&messages);
    let mut finished = vec![20, 0, 0, 12];
    finished.extend(&verify_data);
    let mut words = record(HANDSHAKE, &said);
    words.extend(record(CHANGE_CIPHER, &[1]));
    words.extend(secrets.ours.seal(HANDSHAKE, &finished)?);
    messages.extend(&finished);
    stream.write_all(&words).await.ok()?;
    let mut records = Records { stream, bytes: Vec::new(), total: 0 };
    if !is_finished(&mut records, &mut secrets, messages).await? {
        told.set(Some(After { finished: false, renegotiation: Renegotiation::Untold }));
        return Some(());
    }
    told.set(Some(After { finished: true, renegotiation: Renegotiation::Untold }));
    let mut again = hello.clone();
    // A server that does not bind renegotiations to connections takes the plain hello of an old client.
    again.renegotiated = if server.extension(0xff01).is_some() { verify_data } else { Vec::new() };
    let again = secrets.ours.seal(HANDSHAKE, again.bytes().get(5..)?)?;
    let renegotiation = match records.stream.write_all(&again).await {
        Ok(()) => match timeout(PATIENCE, answer(&mut records, &mut secrets)).await {
            Ok(told) => told,
            // Some servers keep their no until they have something else to say; a goodbye brings both.
            Err(_) => {
                let goodbye = secrets.ours.seal(ALERT, &[1, 0])?;
                records.stream.write_all(&goodbye).await.ok()?;
                answer(&mut records, &mut secrets).await
            }
        },
        Err(_) => Renegotiation::Untold,
    };
    told.set(Some(After { finished: true, renegotiation }));
    Some(())
}

/// The secret that the server comes to, and the body of the message that makes it do so.
fn premaster(flight: &Flight) -> Option<(Vec<u8>, Vec<u8>)> {
    let of_curve = |base: &[u8], secret: &[u8]| {
        let mut key = vec![u8::try_from(base.len()).ok()?];
        key.extend(base);
        Some((secret.to_vec(), key))
    };
    match flight.exchange.as_ref()? {
        Exchange::Elliptic { group: 29, point, .. } if point.len() == 32 => of_curve(&BASE_X25519, point),
        Exchange::Elliptic { group: 23, point, .. } if point.len() == 65 => of_curve(&BASE_P256, point.get(1..33)?),
        Exchange::Elliptic { group: 24, point, .. } if point.len() == 97 => of_curve(&BASE_P384, point.get(1..49)?),
        Exchange::FiniteField { generator, public, .. } if !public.is_empty() => {
            let mut key = u16::try_from(generator.len()).ok()?.to_be_bytes().to_vec();
            key.extend(generator);
            Some((public.clone(), key))
        }
        _ => None,
    }
}

/// The handshake messages in records that were not protected.
fn handshake_bytes(mut bytes: &[u8]) -> Vec<u8> {
    let mut messages = Vec::new();
    while let Some(([kind, _, _, high, low], rest)) = bytes.split_first_chunk::<5>() {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((body, rest)) = rest.split_at_checked(length) else { break };
        if *kind == HANDSHAKE {
            messages.extend(body);
        }
        bytes = rest;
    }
    messages
}

/// Whether the server ends its side well; `None` where neither that nor a no can be told.
async fn is_finished(records: &mut Records<'_>, secrets: &mut Secrets, mut messages: Vec<u8>) -> Option<bool> {
    let mut is_protected = false;
    loop {
        match records.next().await? {
            (CHANGE_CIPHER, _) => is_protected = true,
            (ALERT, body) if !is_protected && body.first() == Some(&2) => return Some(false),
            (ALERT, _) if !is_protected => {}
            // A ticket may come first; it is a part of what the server's Finished message is made of.
            (HANDSHAKE, body) if !is_protected => messages.extend(body),
            (HANDSHAKE, body) => {
                let content = secrets.theirs.open(HANDSHAKE, &body)?;
                let wanted = secrets.server_verify_data(&messages);
                let is_right = content.starts_with(&[20, 0, 0, 12]) && content.get(4..) == Some(&wanted[..]);
                return is_right.then_some(true);
            }
            _ => return None,
        }
    }
}

/// What the server says to another hello.
async fn answer(records: &mut Records<'_>, secrets: &mut Secrets) -> Renegotiation {
    loop {
        let Some((kind, body)) = records.next().await else {
            let is_endless = records.total > AFTER_BYTES;
            return if is_endless { Renegotiation::Untold } else { Renegotiation::Closed };
        };
        let Some(content) = secrets.theirs.open(kind, &body) else { return Renegotiation::Untold };
        match (kind, content.as_slice()) {
            (HANDSHAKE, [2, ..]) => return Renegotiation::Accepted,
            (ALERT, [_, NO_RENEGOTIATION] | [2, _]) => return Renegotiation::Refused,
            (ALERT, [_, 0]) => return Renegotiation::Closed,
            _ => {}
        }
    }
}

/// Records as they come in.
struct Records<'a> {
    stream: &'a mut Box<dyn Stream>,
    bytes: Vec<u8>,
    total: usize,
}

impl Records<'_> {
    /// Kind and body of the next one; `None` at the end.
    async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some(([kind, _, _, high, low], rest)) = self.bytes.split_first_chunk::<5>() {
                let (kind, length) = (*kind, usize::from(u16::from_be_bytes([*high, *low])));
                if let Some(body) = rest.get(..length) {
                    let body = body.to_vec();
                    self.bytes.drain(..5 + length);
                    return Some((kind, body));
                }
            }
            let mut buffer = [0; 4096];
            let count = self.stream.read(&mut buffer).await.unwrap_or(0);
            self.total += count;
            if count == 0 || self.total > AFTER_BYTES {
                return None;
            }
            self.bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
    }
}
