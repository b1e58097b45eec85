//! Servers that are slow, broken, throttled or mean, in memory and on a clock of their own: facts or a gap, in bounded time
//! and bytes, and never a list that is shorter than the server's.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, sleep};

use super::*;

/// No endpoint takes longer than its time (`--timeout`), and a second for what was begun before its end.
const MOST: Duration = Duration::from_secs(11);

type Serving = Pin<Box<dyn Future<Output = ()> + Send>>;
type Server = Arc<dyn Fn(usize, DuplexStream) -> Serving + Send + Sync>;

/// A world whose only host is a function.
struct Memory {
    server: Server,
    connections: AtomicUsize,
    deep: bool,
}

impl World for Memory {
    fn inspect(&self, _: &str) -> Result<FileFacts, Refusal> {
        Err(Refusal::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, Refusal> {
        Err(Refusal::NotFound)
    }

    fn open(&self, _: &str) -> Result<Box<dyn std::io::Read>, Refusal> {
        Err(Refusal::NotFound)
    }

    fn resolve<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }

    fn connect<'a>(&'a self, _: &'a str, _: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn((self.server)(number, theirs));
        Box::pin(async { Ok(Box::new(ours) as Box<dyn Stream>) })
    }

    fn fetch<'a>(&'a self, _: &'a str, _: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        Box::pin(async { Err(Refusal::NotDeclared) })
    }

    fn trust_anchor(&self, _: &str) -> Result<Option<Vec<u8>>, Refusal> {
        Ok(None)
    }

    fn looks_deep(&self) -> bool {
        self.deep
    }
}

/// What a server does with one hello, by the number of its connection and the bytes of the hello.
fn server<F>(act: impl Fn(usize, Vec<u8>, DuplexStream) -> F + Send + Sync + 'static) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    let act = Arc::new(act);
    Arc::new(move |number, mut stream| {
        let act = Arc::clone(&act);
        Box::pin(async move {
            let mut hello = vec![0; 8 * 1024];
            let count = stream.read(&mut hello).await.unwrap_or(0);
            hello.truncate(count);
            act(number, hello, stream).await;
        })
    })
}

struct Outcome {
    evidence: Evidence,
    connections: usize,
    elapsed: Duration,
}

async fn look_on(port: u16, deep: bool, server: Server) -> Outcome {
    let world = Memory { server, connections: AtomicUsize::new(0), deep };
    let begun = Instant::now();
    let evidence = look_in(&world, port).await;
    let connections = world.connections.load(Ordering::Relaxed);
    Outcome { evidence, connections, elapsed: begun.elapsed() }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend(u32::try_from(body.len()).unwrap().to_be_bytes().iter().skip(1));
    bytes.extend(body);
    bytes
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, 3, 3];
    bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

fn alert(description: u8) -> Vec<u8> {
    record(21, &[2, description])
}

const SUITES: [u16; 2] = [0xc02f, 0xc030];

/// The suites of a hello of TLS 1.2; none of other versions.
fn suites_of(hello: &[u8]) -> Option<Vec<u16>> {
    // supported_versions, whose one list fills it.
    let is_13 = hello.windows(5).any(|part| part[..3] == [0, 43, 0] && part[3] >= 3 && part[3] == part[4] + 1);
    let version = hello.get(9..11)?;
    if hello.first() != Some(&22) || is_13 || version < &[3, 3][..] {
        return None;
    }
    let session = usize::from(*hello.get(43)?);
    let rest = hello.get(44 + session..)?;
    let count = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
    let suites = rest.get(2..2 + count)?;
    Some(suites.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect())
}

/// What a server of TLS 1.2 with two suites and x25519 sends: handshake messages, or the alert of its refusal.
fn answer_to(hello: &[u8], leaf: &[u8]) -> Result<Vec<u8>, u8> {
    let offered = suites_of(hello).ok_or(70)?;
    let suite = offered.iter().find(|suite| SUITES.contains(suite)).ok_or(40)?;
    // supported_groups with x25519 anywhere, signature_algorithms with rsa_pss_rsae_sha256 anywhere.
    let has = |pair: [u8; 2]| hello.windows(2).any(|part| part == pair);
    if !has([0, 29]) || !has([8, 4]) {
        return Err(40);
    }
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    body.extend([0, 9, 0xff, 1, 0, 1, 0, 0, 23, 0, 0]);
    let mut flight = message(2, &body);
    let length = |bytes: usize| u32::try_from(bytes).unwrap().to_be_bytes();
    let mut certificates = length(leaf.len() + 3)[1..].to_vec();
    certificates.extend(&length(leaf.len())[1..]);
    certificates.extend(leaf);
    flight.extend(message(11, &certificates));
    let mut exchange = vec![3, 0, 29, 32];
    exchange.extend([9; 32]);
    exchange.extend([8, 4, 0, 2, 1, 1]);
    flight.extend(message(12, &exchange));
    flight.extend(message(14, &[]));
    Ok(flight)
}

fn a_leaf() -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    leaf("www.example.jp", 2026, 2028).self_signed(&key).unwrap().der().to_vec()
}

/// A server that answers well, record by record of the given size.
fn good(size: usize, leaf: &[u8], hello: &[u8]) -> Vec<u8> {
    match answer_to(hello, leaf) {
        Ok(flight) => flight.chunks(size).flat_map(|part| record(22, part)).collect(),
        Err(description) => alert(description),
    }
}

/// The one endpoint, with its lists.
fn endpoint(outcome: &Outcome) -> Observation {
    of(&outcome.evidence, "tls-endpoint")
}

fn suites(seen: &Observation) -> Vec<&str> {
    let mut suites = seen.texts("suites.tls12");
    suites.sort_unstable();
    suites
}

const BOTH_SUITES: [&str; 2] = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"];

#[tokio::test(start_paused = true)]
async fn records_of_one_byte_are_read_like_any_other() {
    let leaf = a_leaf();
    let one = server(move |_, hello, mut stream| {
        let words = good(1, &leaf, &hello);
        async move {
            let _ = stream.write_all(&words).await;
        }
    });
    let outcome = look_on(443, true, one).await;
    let seen = endpoint(&outcome);
    assert_eq!((seen.flag("tls12"), seen.flag("tls13")), (Some(true), Some(false)));
    assert_eq!(suites(&seen), BOTH_SUITES);
    assert!(seen.texts("suites.complete").contains(&"TLSv1.2"));
    assert_eq!(seen.flag("throttled"), Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_byte_a_second_is_a_gap_in_bounded_time() {
    let leaf = a_leaf();
    let drips = server(move |_, hello, mut stream| {
        let words = good(100, &leaf, &hello);
        async move {
            for byte in words {
                sleep(Duration::from_secs(1)).await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
    });
    let outcome = look_on(443, true, drips).await;
    assert!(outcome.evidence.of_kind("tls-endpoint").all(|seen| seen.flag("protocols.complete") != Some(true)));
    assert!(!outcome.evidence.gaps.is_empty());
    assert!(outcome.elapsed <= MOST, "{:?}", outcome.elapsed);
}

#[tokio::test(start_paused = true)]
async fn what_never_ends_is_left_and_neither_kept_nor_passed() {
    let mut hello = message(2, &[&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2f, 0]].concat());
    hello.extend([11, 0x98, 0x96, 0x80]);
    let certificates = record(22, &hello);
    let length = record(22, &[2, 0xff, 0xff, 0xff]);
    let cases: [(&str, Vec<u8>, Vec<u8>); 5] = [
        ("ten megabytes of certificates", certificates, record(22, &[0; 1_024])),
        ("a handshake of 2^24 bytes", length, record(22, &[0; 1_024])),
        ("warnings alone", Vec::new(), record(21, &[1, 112])),
        ("empty records", Vec::new(), record(22, &[])),
        ("garbage", vec![0xa5; 64], vec![0xa5; 1_024]),
    ];
    for (what, first, then) in cases {
        let sent = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&sent);
        let endless = server(move |_, _, mut stream| {
            let (first, then, counted) = (first.clone(), then.clone(), Arc::clone(&counted));
            async move {
                let _ = stream.write_all(&first).await;
                for _ in 0..20_000 {
                    if stream.write_all(&then).await.is_err() {
                        return;
                    }
                    counted.fetch_add(u64::try_from(then.len()).unwrap(), Ordering::Relaxed);
                }
                // It holds the connection as long as anybody is there.
                let _ = stream.read_u8().await;
            }
        });
        let outcome = look_on(443, true, endless).await;
        for seen in outcome.evidence.of_kind("tls-endpoint") {
            let is_whole = seen.texts("suites.complete").contains(&"TLSv1.2");
            assert!(seen.flag("spoken") == Some(false) || !is_whole, "{what}: {seen:?}");
        }
        assert!(!outcome.evidence.gaps.is_empty(), "{what}");
        assert!(outcome.elapsed <= MOST, "{what}: {:?}", outcome.elapsed);
        let each = sent.load(Ordering::Relaxed) / u64::try_from(outcome.connections).unwrap();
        assert!(each <= 512 * 1024, "{what}: {each} bytes a connection were taken");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_alternate_come_to_an_end() {
    let leaf = a_leaf();
    let fickle = server(move |number, hello, mut stream| {
        let words = if number % 2 == 0 { good(100, &leaf, &hello) } else { alert(40) };
        async move {
            let _ = stream.write_all(&words).await;
        }
    });
    let outcome = look_on(443, true, fickle).await;
    assert!(outcome.connections < 300, "{}", outcome.connections);
    assert!(outcome.elapsed <= MOST);
    // Suites that were met stay facts, whatever was refused in between.
    assert_eq!(endpoint(&outcome).flag("tls12"), Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_dropped_once_is_looked_at_again() {
    let leaf = a_leaf();
    let flaky = server(move |number, hello, mut stream| {
        // Every third connection is closed without a word.
        let words = if number % 3 == 2 { Vec::new() } else { good(100, &leaf, &hello) };
        async move {
            let _ = stream.write_all(&words).await;
        }
    });
    let seen = endpoint(&look_on(443, true, flaky).await);
    assert_eq!(suites(&seen), BOTH_SUITES);
    assert!(seen.texts("suites.complete").contains(&"TLSv1.2"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_throttles_is_waited_for() {
    let leaf = a_leaf();
    let begun = Instant::now();
    let throttling = server(move |_, hello, mut stream| {
        // Between a tenth of a second and one second after the first connection it closes whatever comes.
        let since = begun.elapsed();
        let is_tired = since > Duration::from_millis(100) && since < Duration::from_millis(1_000);
        let words = if is_tired { Vec::new() } else { good(100, &leaf, &hello) };
        async move {
            sleep(Duration::from_millis(30)).await;
            let _ = stream.write_all(&words).await;
        }
    });
    let seen = endpoint(&look_on(443, true, throttling).await);
    assert_eq!(seen.flag("throttled"), Some(true));
    assert_eq!(suites(&seen), BOTH_SUITES, "never a shorter list");
    assert!(seen.texts("suites.complete").contains(&"TLSv1.2"));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_was_throttled_away_is_unknown() {
    for after in [1, 2, 3, 5, 8] {
        let leaf = a_leaf();
        let stopping = server(move |number, hello, mut stream| {
            let words = if number >= after { Vec::new() } else { good(100, &leaf, &hello) };
            async move {
                let _ = stream.write_all(&words).await;
            }
        });
        let outcome = look_on(443, true, stopping).await;
        for seen in outcome.evidence.of_kind("tls-endpoint") {
            assert_eq!(seen.flag("throttled"), Some(true), "{after}");
            if seen.texts("suites.complete").contains(&"TLSv1.2") {
                assert_eq!(suites(seen), BOTH_SUITES, "{after}: a whole list was known before");
                continue;
            }
            for field in ["suites.insecure", "suites.block_64_bit", "suites.static_rsa"] {
                assert_eq!(seen.fields.get(field), None, "{after}: {field}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tls_is_begun_inside_smtp() {
    let leaf = a_leaf();
    let dialogue = |words: &'static [u8], leaf: Vec<u8>| -> Server {
        Arc::new(move |_, mut stream| {
            let leaf = leaf.clone();
            Box::pin(async move {
                let mut buffer = vec![0; 8 * 1024];
                let _ = stream.write_all(b"220-mail.example.jp\r\n220 ESMTP\r\n").await;
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(words).await;
                if !words.ends_with(b"STARTTLS\r\n") && !words.ends_with(b"STARTTLS \r\n") {
                    return;
                }
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(b"220 go\r\n").await;
                let count = stream.read(&mut buffer).await.unwrap_or(0);
                let _ = stream.write_all(&good(100, &leaf, &buffer[..count])).await;
            })
        })
    };
    let offered = look_on(587, true, dialogue(b"250-mail.example.jp\r\n250 STARTTLS\r\n", leaf.clone())).await;
    let seen = endpoint(&offered);
    assert_eq!((seen.text("starttls"), seen.flag("tls12")), (Some("smtp"), Some(true)));
    assert_eq!(suites(&seen), BOTH_SUITES);
    for (words, reason) in [
        (&b"250 SIZE\r\n"[..], "STARTTLS is not offered"),
        (b"500 what\r\n", "EHLO is refused"),
        (b"", "no SMTP reply"),
    ] {
        let outcome = look_on(25, false, dialogue(words, leaf.clone())).await;
        let gap = outcome.evidence.gaps.first().unwrap_or_else(|| panic!("{reason}"));
        assert!(gap.reason.contains(reason), "{} and not {reason}", gap.reason);
    }
    // Words behind the answer would be taken for a part of the encrypted conversation (CVE-2011-0411).
    let injecting: Server = Arc::new(|_, mut stream| {
        Box::pin(async move {
            let mut buffer = vec![0; 1_024];
            let _ = stream.write_all(b"220 ESMTP\r\n").await;
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"250 STARTTLS\r\n").await;
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"220 go\r\n250 injected\r\n").await;
        })
    });
    let outcome = look_on(25, false, injecting).await;
    assert!(outcome.evidence.gaps[0].reason.contains("words follow"), "{}", outcome.evidence.gaps[0].reason);
}
