//! The live world's DNS: one resolver, asked over UDP and over TCP where an answer was cut, within limits of time and count.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};

use ring::rand::{SecureRandom, SystemRandom};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::Semaphore;

use super::LiveWorld;
use super::message::{Reply, read, written};
use crate::collect::limits::{
    DNS_CONCURRENT, DNS_QUESTIONS, DNS_SILENCES, DNS_STRAYS, DNS_UDP_BYTES, DNS_UDP_TRIES, RESOLVER_FILE_BYTES,
};
use crate::collect::question::{DnsAnswer, DnsQuestion};
use crate::collect::world::Refusal;

/// The system's list of resolvers (resolv.conf(5)).
const SYSTEM: &str = "/etc/resolv.conf";

/// What has been asked so far, and whether anybody answers.
#[derive(Debug)]
pub(super) struct DnsState {
    asked: AtomicUsize,
    silences: AtomicUsize,
    open: Semaphore,
}

impl DnsState {
    pub(super) fn new() -> Self {
        Self { asked: AtomicUsize::new(0), silences: AtomicUsize::new(0), open: Semaphore::new(DNS_CONCURRENT) }
    }
}

impl LiveWorld {
    /// The declared resolver, or the system's first one.
    pub(super) fn resolver(&self) -> Result<SocketAddr, Refusal> {
        if let Some(resolver) = self.options.resolver {
            return Ok(resolver);
        }
        let text = super::files::start(SYSTEM, RESOLVER_FILE_BYTES)?;
        first_resolver(&text).ok_or_else(|| Refusal::Failed("no resolver is named in /etc/resolv.conf".to_owned()))
    }

    pub(super) async fn answered(&self, question: &DnsQuestion) -> Result<DnsAnswer, Refusal> {
        if self.options.offline {
            return Err(Refusal::NotDeclared);
        }
        let resolver = self.resolver()?;
        let state = &self.dns;
        let _permit = state.open.acquire().await.map_err(|error| Refusal::Failed(error.to_string()))?;
        // A resolver that never answers costs the time of a few questions, not of all.
        if state.silences.load(Ordering::Relaxed) >= DNS_SILENCES {
            return Err(Refusal::Failed("the resolver does not answer".to_owned()));
        }
        if state.asked.fetch_add(1, Ordering::Relaxed) >= DNS_QUESTIONS {
            return Err(Refusal::Failed(format!("more than {DNS_QUESTIONS} DNS questions")));
        }
        let number = number()?;
        let bytes = written(question, number).ok_or_else(|| Refusal::Failed("no name of DNS".to_owned()))?;
        let asked = async {
            match over_udp(resolver, question, number, &bytes, self.options.timeout_seconds).await? {
                Some(answer) => Ok(answer),
                None => over_tcp(resolver, question, number, &bytes).await,
            }
        };
        let answer = self.in_time(asked).await;
        match &answer {
            Err(Refusal::TimedOut(_) | Refusal::ConnectionRefused) => {
                state.silences.fetch_add(1, Ordering::Relaxed);
            }
            _ => state.silences.store(0, Ordering::Relaxed),
        }
        answer
    }
}

/// The answer, or `None` where it was cut off. Packets that do not answer are left aside, a few of them.
async fn over_udp(
    resolver: SocketAddr,
    question: &DnsQuestion,
    number: u16,
    bytes: &[u8],
    timeout_seconds: u64,
) -> Result<Option<DnsAnswer>, Refusal> {
    let any: IpAddr = if resolver.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).await.map_err(|error| refused(&error))?;
    socket.connect(resolver).await.map_err(|error| refused(&error))?;
    let mut buffer = vec![0; usize::from(DNS_UDP_BYTES)];
    let mut strays = 0;
    let pause = std::time::Duration::from_millis(timeout_seconds.saturating_mul(1_000) / (DNS_UDP_TRIES + 1));
    // A datagram may be lost on its way; the caller's limit of time holds over all tries together.
    loop {
        socket.send(bytes).await.map_err(|error| refused(&error))?;
        let received = tokio::time::timeout(pause, async {
            loop {
                let count = socket.recv(&mut buffer).await.map_err(|error| refused(&error))?;
                match read(question, number, buffer.get(..count).unwrap_or_default()) {
                    Reply::Answer(answer) => return Ok(Some(answer)),
                    Reply::Truncated => return Ok(None),
                    Reply::Unreadable => return Err(unreadable()),
                    Reply::Stray if strays >= DNS_STRAYS => {
                        return Err(Refusal::Failed("the resolver answers other questions".to_owned()));
                    }
                    Reply::Stray => strays += 1,
                }
            }
        });
        if let Ok(answer) = received.await {
            return answer;
        }
    }
}

async fn over_tcp(
    resolver: SocketAddr,
    question: &DnsQuestion,
    number: u16,
    bytes: &[u8],
) -> Result<DnsAnswer, Refusal> {
    let mut stream = TcpStream::connect(resolver).await.map_err(|error| refused(&error))?;
    let length = u16::try_from(bytes.len()).map_err(|error| Refusal::Failed(error.to_string()))?;
    let framed = [&length.to_be_bytes(), bytes].concat();
    stream.write_all(&framed).await.map_err(|error| refused(&error))?;
    // The length is of 16 bits, so no answer is longer than 64 KiB (RFC 1035, section 4.2.2).
    let length = stream.read_u16().await.map_err(|error| refused(&error))?;
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await.map_err(|error| refused(&error))?;
    match read(question, number, &answer) {
        Reply::Answer(answer) => Ok(answer),
        Reply::Truncated => Err(Refusal::Failed("the answer is cut off over TCP".to_owned())),
        Reply::Unreadable => Err(unreadable()),
        Reply::Stray => Err(Refusal::Failed("the resolver answers other questions".to_owned())),
    }
}

fn unreadable() -> Refusal {
    Refusal::Failed("the resolver's answer cannot be read".to_owned())
}

/// A number that cannot be guessed, so that nobody else can answer (RFC 5452, section 9.1).
fn number() -> Result<u16, Refusal> {
    let mut bytes = [0; 2];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Refusal::Failed("no random numbers".to_owned()))?;
    Ok(u16::from_be_bytes(bytes))
}

fn first_resolver(text: &str) -> Option<SocketAddr> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let address: IpAddr = words.next().filter(|word| *word == "nameserver").and(words.next())?.parse().ok()?;
        Some(SocketAddr::new(address, 53))
    })
}

fn refused(error: &std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::ConnectionRefused => Refusal::ConnectionRefused,
        ErrorKind::UnexpectedEof => Refusal::Failed("the answer is cut off".to_owned()),
        _ => Refusal::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
