//! The collector against servers in this process, on loopback.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::collect::world::{Fetched, FileFacts, Refusal, Stream};
use crate::model::{Bilingual, CensusState, Declaration, Observation, Policy, Site, Time};

mod hostile;

/// A world in which every host is on loopback.
struct Loopback {
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
        Box::pin(async move {
            let stream = TcpStream::connect(address).await.map_err(|error| Refusal::Failed(error.to_string()))?;
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
        1
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

fn leaf(name: &str, from_year: i32, to_year: i32) -> CertificateParams {
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.not_before = date_time_ymd(from_year, 1, 1);
    parameters.not_after = date_time_ymd(to_year, 1, 1);
    parameters
}

async fn serve(
    parameters: CertificateParams,
    issuer: Option<&CertifiedIssuer<'static, KeyPair>>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> u16 {
    let key = KeyPair::generate().unwrap();
    let certificate = match issuer {
        Some(issuer) => parameters.signed_by(&key, issuer).unwrap(),
        None => parameters.self_signed(&key).unwrap(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let configuration = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(configuration));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    port
}

async fn speak(words: &'static [u8], hold: bool) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(words).await;
            if hold {
                held.push(stream);
            }
        }
    });
    port
}

async fn look_at(port: u16, anchor: Vec<u8>) -> Evidence {
    look_in(&Loopback { anchor }, port).await
}

async fn look_in(world: &dyn World, port: u16) -> Evidence {
    let mut site = Site { name: "example".to_owned(), ..Site::default() };
    site.hosts = vec![Host { name: "www.example.jp".to_owned(), https_port: port, ..Host::default() }];
    let policy = Policy {
        id: "p".to_owned(),
        title: Bilingual::default(),
        source: Bilingual::default(),
        published_on: None,
        originals: Vec::new(),
        parameters: BTreeMap::new(),
        clauses: Vec::new(),
    };
    let declaration = Declaration {
        site,
        policy,
        parameters: BTreeMap::new(),
        register: None,
        people: None,
        records: None,
        attestations: Vec::new(),
        waivers: Vec::new(),
        actions: Vec::new(),
    };
    let task =
        Task { declaration: &declaration, offline: false, now: Time::parse("2026-11-24").unwrap(), needed: None };
    TlsCollector.collect(world, &task).await
}

fn of(evidence: &Evidence, kind: &str) -> Observation {
    evidence.of_kind(kind).next().unwrap_or_else(|| panic!("no {kind}: {evidence:?}")).clone()
}

const BOTH: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12, &rustls::version::TLS13];

#[tokio::test]
async fn a_good_endpoint_is_seen_whole() {
    let authority = authority();
    let port = serve(leaf("www.example.jp", 2026, 2028), Some(&authority), BOTH).await;
    let evidence = look_at(port, authority.pem().into_bytes()).await;
    let endpoint = of(&evidence, "tls-endpoint");
    assert_eq!((endpoint.flag("tls12"), endpoint.flag("tls13")), (Some(true), Some(true)));
    assert_eq!(endpoint.fields["ssl"], Value::List(Vec::new()), "{endpoint:?}");
    assert_eq!(endpoint.fields["tls_old"], Value::List(Vec::new()));
    let certificate = of(&evidence, "tls-certificate");
    assert_eq!((certificate.flag("trusted"), certificate.text("trust_reason")), (Some(true), Some("valid")));
    assert_eq!((certificate.text("key_algorithm"), certificate.integer("key_bits")), (Some("ec"), Some(256)));
    for kind in KINDS {
        let declared: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
        let seen = of(&evidence, kind.name);
        let told = seen.fields.keys().chain(seen.unknown_fields.keys());
        let stated: BTreeSet<&str> = told.map(String::as_str).collect();
        assert_eq!(stated.difference(&declared).collect::<Vec<_>>(), Vec::<&&str>::new());
    }
}

use crate::model::Value;

#[tokio::test]
async fn tls_1_2_alone_is_told_apart() {
    let authority = authority();
    let port = serve(leaf("www.example.jp", 2026, 2028), Some(&authority), &[&rustls::version::TLS12]).await;
    let endpoint = of(&look_at(port, authority.pem().into_bytes()).await, "tls-endpoint");
    assert_eq!((endpoint.flag("tls12"), endpoint.flag("tls13")), (Some(true), Some(false)));
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_named() {
    let authority = authority();
    let anchor = authority.pem().into_bytes();
    for (parameters, issuer, reason) in [
        (leaf("www.example.jp", 2020, 2021), Some(&authority), "expired"),
        (leaf("www.example.jp", 2030, 2031), Some(&authority), "not-yet-valid"),
        (leaf("other.example.jp", 2026, 2028), Some(&authority), "name-mismatch"),
        (leaf("www.example.jp", 2026, 2028), None, "self-signed"),
    ] {
        let port = serve(parameters, issuer, BOTH).await;
        let certificate = of(&look_at(port, anchor.clone()).await, "tls-certificate");
        assert_eq!(certificate.text("trust_reason"), Some(reason));
        assert_eq!(certificate.flag("trusted"), Some(false));
    }
}

#[tokio::test]
async fn silence_a_close_and_half_a_record_are_gaps_and_never_refusals() {
    for (words, hold) in [(&b""[..], true), (b"", false), (b"\x16\x03\x03", true)] {
        let port = speak(words, hold).await;
        let evidence = look_at(port, Vec::new()).await;
        assert_eq!(evidence.observations, []);
        assert_eq!(evidence.gaps.len(), 1);
        assert!(evidence.census.iter().all(|census| matches!(census.state, CensusState::Incomplete(_))));
    }
}

#[tokio::test]
async fn what_is_no_tls_is_seen_to_be_none_and_nothing_else_is_told() {
    for words in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"220 mail.example.jp ESMTP\r\n", b"\0\0\0\0"] {
        let port = speak(words, false).await;
        let evidence = look_at(port, Vec::new()).await;
        let endpoint = of(&evidence, "tls-endpoint");
        assert_eq!((endpoint.flag("spoken"), endpoint.fields.len()), (Some(false), 1));
        assert_eq!(evidence.gaps.len(), 1);
    }
}
