//! Mutated flights of a server against the whole collector: no panic, no hang, and nothing that a server did not refuse in its
//! own words counts as refused. `TENKEN_FLIGHTS` is how many flights are sent; without it a few thousand are.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;

use tenken::collect::collector::{Collector, LocalFuture, Task};
use tenken::collect::run;
use tenken::collect::tls::TlsCollector;
use tenken::collect::world::{Fetched, FileFacts, Refusal, Stream, World};
use tenken::evaluate::{Selection, evaluate};
use tenken::load::bundled_checks;
use tenken::model::{Check, Declaration, Host, Outcome, Site, Time};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

/// Checks of what an answer itself says: one that still says it is enough for them, wherever else it is broken.
const OF_PRESENCE: [&str; 8] = [
    "tls-aead",
    "tls-compression",
    "tls-extended-master-secret",
    "tls-forward-secrecy",
    "tls-intolerance",
    "tls-modern-version",
    "tls-offered",
    "tls-secure-renegotiation",
];

/// How many of the flights are the newest of their server.
const NEWEST: usize = 4;

/// Numbers that look random and are the same in every run (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &u16::try_from(body.len()).unwrap().to_be_bytes(), body].concat()
}

fn hello(version: u16, suite: u16, extensions: &[u8]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    message(2, &body)
}

/// Whole flights of servers; none of them refuses anything. Those of the first four are the newest that their server speaks,
/// and it sends them to everybody; the others are old, and refuse what is newer by that.
fn flights() -> Vec<Vec<u8>> {
    let made = rcgen::generate_simple_self_signed(vec!["www.example.jp".to_owned()]).unwrap();
    let leaf = made.cert.der().to_vec();
    let length = |bytes: usize| u32::try_from(bytes).unwrap().to_be_bytes()[1..].to_vec();
    let chain = message(11, &[length(leaf.len() + 3), length(leaf.len()), leaf].concat());
    let curve = message(12, &[&[3, 0, 29, 32][..], &[9; 32], &[4, 3, 0, 2, 1, 1]].concat());
    let prime = message(12, &[&[0, 4, 251, 7, 9, 11, 0, 1, 2, 0, 4, 5, 5, 5, 5][..], &[4, 1, 0, 2, 1, 1]].concat());
    let request = message(13, &[1, 64, 0, 2, 4, 1, 0, 6, 0, 1, 7, 0, 1, 8]);
    let staple = message(22, &[1, 0, 0, 3, 48, 1, 0]);
    let (done, extensions) = (message(14, &[]), [0xff, 1, 0, 1, 0, 0, 23, 0, 0, 0, 16, 0, 5, 0, 3, 2, b'h', b'2']);
    let share = [&[0, 43, 0, 2, 3, 4, 0, 51, 0, 36, 0, 29, 0, 32][..], &[9; 32]].concat();
    let mut of_ssl2 = vec![0x80, 28, 4, 0, 1, 0, 2, 0, 1, 0, 6, 0, 8, 48];
    of_ssl2.extend([1, 0, 128, 7, 0, 192, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1]);
    let clear = |parts: &[&Vec<u8>]| -> Vec<u8> {
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        bytes.chunks(300).flat_map(|part| record(22, part)).collect()
    };
    vec![
        clear(&[&hello(0x0303, 0xc02b, &extensions), &chain, &staple, &curve, &request, &done]),
        clear(&[&hello(0x0303, 0x009e, &[]), &chain, &prime, &done]),
        record(22, &hello(0x0303, 0x1301, &share)),
        of_ssl2,
        clear(&[&hello(0x0302, 0xc013, &extensions), &chain, &curve, &done]),
        clear(&[&hello(0x0300, 0x000a, &[]), &chain, &done]),
    ]
}

/// The flight of a server, changed in at least one place.
fn mutated(random: &mut Random, base: usize, flights: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = flights[base].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            2 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            3 => bytes.truncate(at.max(1)),
            4 => {
                let end = (at + 1 + random.below(40)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
            5 => {
                let end = (at + 1 + random.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let other = &flights[random.below(flights.len())];
                bytes.truncate(at.max(1));
                bytes.extend_from_slice(&other[random.below(other.len())..]);
            }
        }
        if bytes.is_empty() {
            bytes.push(22);
        }
    }
    bytes
}

/// A host that answers each connection with another mutated flight.
struct Broken {
    random: Rc<RefCell<Random>>,
    flights: Rc<Vec<Vec<u8>>>,
    base: usize,
    sent: Cell<u64>,
    deep: bool,
}

impl World for Broken {
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
        self.sent.set(self.sent.get() + 1);
        let words = mutated(&mut self.random.borrow_mut(), self.base, &self.flights);
        let (ours, mut theirs) = duplex(64 * 1024);
        tokio::spawn(async move {
            let mut buffer = vec![0; 8 * 1024];
            let _ = theirs.read(&mut buffer).await;
            let _ = theirs.write_all(&words).await;
        });
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

/// Sends so many flights; how many looks that were, and every pass with its count.
fn looked(seed: u64, count: u64, checks: &[Check]) -> (u64, BTreeMap<String, u64>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let (random, flights) = (Rc::new(RefCell::new(Random(seed))), Rc::new(flights()));
    let host = Host { name: "www.example.jp".to_owned(), https_port: 443, ..Host::default() };
    let site = Site { name: "x".to_owned(), hosts: vec![host], ..Site::default() };
    let declaration = Declaration { site, ..Declaration::default() };
    let task =
        Task { declaration: &declaration, offline: false, now: Time::parse("2026-11-24").unwrap(), needed: None };
    let collectors: [&dyn Collector; 1] = [&TlsCollector];
    let checks: Vec<&Check> = checks.iter().filter(|check| check.needs == "tls-endpoint").collect();
    assert!(checks.len() > 10);
    let (mut sent, mut looks, mut passes) = (0, 0, BTreeMap::new());
    while sent < count {
        let base = random.borrow_mut().below(flights.len());
        let world = Broken {
            base,
            random: Rc::clone(&random),
            flights: Rc::clone(&flights),
            sent: Cell::new(0),
            deep: looks % 2 == 0,
        };
        let evidence = runtime.block_on(run::collect(&collectors, &world, &task));
        assert!(world.sent.get() < 400, "{} connections for one endpoint", world.sent.get());
        sent += world.sent.get();
        looks += 1;
        for finding in evaluate(&checks, &declaration, &evidence, &Selection::default(), task.now) {
            if finding.outcome == Outcome::Pass && base < NEWEST {
                *passes.entry(finding.check).or_default() += 1;
            }
        }
    }
    (looks, passes)
}

#[test]
fn no_mutated_flight_makes_a_pass() {
    let count = std::env::var("TENKEN_FLIGHTS").ok().and_then(|words| words.parse().ok()).unwrap_or(4_000);
    let checks = bundled_checks().unwrap();
    let results: Vec<(u64, BTreeMap<String, u64>)> = std::thread::scope(|scope| {
        let checks = &checks;
        let halves = [1, 2].map(|seed| scope.spawn(move || looked(seed * 0x9e37_79b9, count / 2, checks)));
        halves.into_iter().map(|half| half.join().unwrap()).collect()
    });
    let looks: u64 = results.iter().map(|(looks, _)| looks).sum();
    let mut passes = BTreeMap::new();
    for (check, count) in results.into_iter().flat_map(|(_, passes)| passes) {
        *passes.entry(check).or_insert(0) += count;
    }
    passes.retain(|check, _| !OF_PRESENCE.contains(&check.as_str()));
    assert!(passes.is_empty(), "{looks} looks: {passes:?}");
    assert!(looks > 10);
}
