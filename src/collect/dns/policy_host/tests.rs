//! Policy hosts in this process: what senders would take for a policy, and what they would not.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::net::{IpAddr, Ipv4Addr};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::collect::collector::LocalFuture;
use crate::collect::world::{Fetched, FileFacts, Stream};

/// A world in which every host is this test's server.
struct Loopback {
    port: u16,
    anchor: Vec<u8>,
}

impl World for Loopback {
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

    fn connect<'a>(&'a self, _: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        let address = SocketAddr::new(address.ip(), self.port);
        Box::pin(async move {
            let stream = TcpStream::connect(address).await.map_err(|_| Refusal::ConnectionRefused)?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    fn fetch<'a>(&'a self, _: &'a str, _: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        Box::pin(async { Err(Refusal::NotDeclared) })
    }

    fn trust_anchor(&self, _: &str) -> Result<Option<Vec<u8>>, Refusal> {
        Ok(Some(self.anchor.clone()))
    }

    fn timeout_seconds(&self) -> u64 {
        5
    }
}

/// Asks a server that has a certificate for a name and says these words.
fn asked(name: &str, until: i32, words: &str) -> Result<Result<String, String>, String> {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
    let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (leaf.not_before, leaf.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(until, 1, 1));
    let key = KeyPair::generate().unwrap();
    let certificate = leaf.signed_by(&key, &authority).unwrap();
    let configuration = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let world = Loopback { port: listener.local_addr().unwrap().port(), anchor: authority.pem().into_bytes() };
        let server = async {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = TlsAcceptor::from(Arc::new(configuration));
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let _ = stream.read(&mut [0; 2_048]).await;
            let _ = stream.write_all(words.as_bytes()).await;
            let _ = stream.shutdown().await;
        };
        let question = policy_file(&world, "mta-sts.example.jp", Time::parse("2026-11-24").unwrap());
        futures_util::future::join(question, server).await.0
    })
}

const POLICY: &str = "version: STSv1\nmode: none\nmax_age: 1\n";

fn answer(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn a_policy_is_fetched_as_a_sender_would() {
    let words = answer("200 OK\r\nContent-Type: text/plain; charset=utf-8", POLICY);
    assert_eq!(asked("mta-sts.example.jp", 2030, &words), Ok(Ok(POLICY.to_owned())));
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{POLICY}\r\n0\r\n\r\n",
        POLICY.len()
    );
    assert_eq!(asked("mta-sts.example.jp", 2030, &chunked), Ok(Ok(POLICY.to_owned())));
}

#[test]
fn what_senders_ignore_is_a_fault() {
    let good = answer("200 OK\r\nContent-Type: text/plain", POLICY);
    for (name, until) in [("www.example.jp", 2030), ("mta-sts.example.jp", 2025)] {
        let fault = asked(name, until, &good).unwrap().unwrap_err();
        assert_eq!(fault, "the certificate of the policy host is not valid");
    }
    for (head, wanted) in [
        ("301 Moved\r\nLocation: https://www.example.jp/x", "the policy host answers 301"),
        ("404 Not Found\r\nContent-Type: text/plain", "the policy host answers 404"),
        ("200 OK\r\nContent-Type: text/html", "the policy file is not text/plain"),
    ] {
        assert_eq!(asked("mta-sts.example.jp", 2030, &answer(head, POLICY)), Ok(Err(wanted.to_owned())));
    }
    let endless = answer("200 OK\r\nContent-Type: text/plain", &"mx: a.example.jp\n".repeat(10_000));
    assert_eq!(
        asked("mta-sts.example.jp", 2030, &endless),
        Ok(Err("the policy file is longer than is read, or cut off".to_owned()))
    );
}

#[test]
fn what_cannot_be_told_is_no_fault_of_the_host() {
    for words in ["", "HTTP/1.1 200 OK\r\nContent-Type: text/pl", "220 mail.example.jp ESMTP\r\n\r\n"] {
        assert!(asked("mta-sts.example.jp", 2030, words).is_err(), "{words}");
    }
}
