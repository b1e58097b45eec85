//! The whole program against the network as it is when things go wrong: a gap, an exit code, never a pass.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::pin::Pin;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use tenken::collect::collector::{Collector, LocalFuture, Task};
use tenken::collect::live::{LiveOptions, LiveWorld};
use tenken::collect::world::{Fetched, FileFacts, Refusal, Stream, World};
use tenken::collect::{COLLECTORS, run};
use tenken::model::{Declaration, Gap, Host, Observation, Site, Time};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Runs the program on a site that is reached at a port of this test.
fn assess(port: u16, more: &[&str]) -> (i32, Value) {
    // The name servers of the machine would say something of example.jp; a port that nobody listens on says nothing.
    let nobody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().to_string();
    let resolve = format!("www.example.jp:443:127.0.0.1:{port},www.example.jp:80:127.0.0.1:{port}");
    let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
        .args([
            "assess",
            "https://www.example.jp",
            "--resolve",
            &resolve,
            "--resolver",
            &nobody,
            "--timeout",
            "1",
            "--format",
            "json",
            "--now",
            "2026-11-24",
        ])
        .args(more)
        .env_clear()
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), report)
}

fn outcomes(report: &Value, check: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["check"] == check);
    findings.map(|finding| finding["outcome"].as_str().unwrap().to_owned()).collect()
}

/// A server that says the same to everybody; with `hold` it says it and keeps the connection.
fn server(words: &'static [u8], hold: bool) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.write_all(words);
            if hold {
                held.push(stream);
            } else {
                let _ = stream.read(&mut [0; 512]);
            }
        }
    });
    port
}

#[test]
fn a_host_that_refuses_answers_nothing_and_never_passes() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (code, report) = assess(port, &["--skip", "rsk-*"]);
    assert_eq!(code, 3, "{report:#}");
    assert_eq!(outcomes(&report, "tls-version"), ["unknown"]);
    assert_eq!(outcomes(&report, "hdr-csp"), ["unknown"]);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["outcome"] != "pass"));
}

#[test]
fn pages_that_were_not_read_are_unknown() {
    // Plain HTTP answers for both ports here, so every page is unknown; that TLS is not spoken was seen, and is a fail.
    let (code, report) = assess(server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false), &["--skip", "rsk-*"]);
    assert_eq!(code, 1);
    assert_eq!(outcomes(&report, "tls-offered"), ["fail"]);
    assert_eq!(outcomes(&report, "tls-version"), ["unknown"]);
    assert_eq!(outcomes(&report, "web-mixed-content"), ["unknown"]);
}

#[test]
fn silence_and_garbage_are_gaps() {
    for (words, hold, wanted) in [(&b""[..], true, 3), (b"220 mail.example.jp ESMTP\r\n", false, 1)] {
        let (code, report) = assess(server(words, hold), &["--skip", "rsk-*"]);
        assert_eq!(code, wanted);
        assert!(!report["gaps"].as_array().unwrap().is_empty());
        assert_eq!(outcomes(&report, "tls-cert-valid"), ["unknown"]);
    }
}

/// A web server over TLS that keeps every connection.
fn keeping_server() -> u16 {
    let made = rcgen::generate_simple_self_signed(vec!["www.example.jp".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let configuration = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let configuration = Arc::new(configuration);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let connection = ServerConnection::new(Arc::clone(&configuration)).unwrap();
            std::thread::spawn(move || {
                let mut stream = StreamOwned::new(connection, stream);
                let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    request.extend_from_slice(&buffer[..count]);
                    if request.ends_with(b"\r\n\r\n") {
                        request.clear();
                        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
                        let _ = stream.flush();
                    }
                }
            });
        }
    });
    port
}

/// The live world, and the most connections of its collectors that were open at a time.
struct Counting {
    below: LiveWorld,
    open: Rc<Cell<usize>>,
    most: Cell<usize>,
}

/// A connection that is counted until it is dropped.
struct Counted {
    // Dropped in this order: the connection is closed before it is counted no longer.
    stream: Box<dyn Stream>,
    _one: One,
}

struct One(Rc<Cell<usize>>);

impl Drop for One {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Counting {
    fn one(&self) -> One {
        self.open.set(self.open.get() + 1);
        self.most.set(self.most.get().max(self.open.get()));
        One(Rc::clone(&self.open))
    }
}

impl World for Counting {
    fn inspect(&self, path: &str) -> Result<FileFacts, Refusal> {
        self.below.inspect(path)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        self.below.list(path)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, Refusal> {
        self.below.open(path)
    }

    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        self.below.resolve(host)
    }

    fn connect<'a>(&'a self, host: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        self.connect_within(host, address, Duration::from_secs(10))
    }

    fn connect_within<'a>(
        &'a self,
        host: &'a str,
        address: SocketAddr,
        limit: Duration,
    ) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        Box::pin(async move {
            let stream = self.below.connect_within(host, address, limit).await?;
            Ok(Box::new(Counted { stream, _one: self.one() }) as Box<dyn Stream>)
        })
    }

    fn is_waited_for(&self, host: &str, address: SocketAddr) -> bool {
        self.below.is_waited_for(host, address)
    }

    fn fetch<'a>(&'a self, url: &'a str, limit_bytes: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        self.below.fetch(url, limit_bytes)
    }

    fn trust_anchor(&self, host: &str) -> Result<Option<Vec<u8>>, Refusal> {
        self.below.trust_anchor(host)
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[test]
fn names_of_one_address_share_its_few_places_and_nobody_waits_until_its_time_is_over() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (places, names) in [(1, 1), (2, 10)] {
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, keeping_server()));
        let names: Vec<String> = (0..names).map(|number| format!("h{number}.example.jp")).collect();
        let hosts = names.iter().map(|name| Host { name: name.clone(), https_port: 443, ..Host::default() });
        let site = Site { name: "x".to_owned(), hosts: hosts.collect(), ..Site::default() };
        let overrides = names.iter().map(|name| (name.clone(), 443, to)).collect();
        let options = LiveOptions::of_site(Path::new("/nowhere"), &site, overrides, None, 10, places, false);
        let world = Counting { below: LiveWorld::new(options), open: Rc::default(), most: Cell::new(0) };
        let declaration = Declaration { site, ..Declaration::default() };
        let task = Task { declaration: &declaration, offline: false, now: Time::from_unix_seconds(0), needed: None };
        let collectors: Vec<&dyn Collector> =
            COLLECTORS.iter().copied().filter(|collector| ["tls", "http"].contains(&collector.name())).collect();
        let evidence = runtime.block_on(run::collect(&collectors, &world, &task));
        let is_whole = |seen: &&Observation| seen.flag("protocols.complete") == Some(true);
        let whole = evidence.of_kind("tls-endpoint").filter(is_whole).count();
        assert_eq!((whole, evidence.of_kind("http-host").count()), (names.len(), names.len()), "{:?}", evidence.gaps);
        let late: Vec<&Gap> = evidence.gaps.iter().filter(|gap| gap.reason.contains("within")).collect();
        assert!(late.is_empty(), "{late:?}");
        assert_eq!(world.most.get(), places, "open at a time");
    }
}
