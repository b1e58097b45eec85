//! Mail servers in this process: what senders that insist, and those that do not, make of them.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, PublicKeyData};
use ring::digest::{SHA256, digest};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::super::kinds::HOST;
use super::super::tests::{address, declaration, one, records};
use super::*;
use crate::collect::collector::{Collector, LocalFuture};
use crate::collect::dns::{DnsCollector, SMTP};
use crate::collect::question::{DnsAnswer, DnsData, DnsQuestion};
use crate::collect::recorded::RecordedWorld;
use crate::collect::world::{Fetched, FileFacts, Refusal, Stream, World};
use crate::evaluate::{Context, judge};
use crate::load::bundled_checks;
use crate::model::{Evidence, Outcome, Time};

const MX: &str = "mx.example.jp";

/// Recorded DNS, and one mail server on loopback.
struct Mail {
    dns: RecordedWorld,
    server: SocketAddr,
}

impl World for Mail {
    fn inspect(&self, _: &str) -> Result<FileFacts, Refusal> {
        Err(Refusal::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, Refusal> {
        Err(Refusal::NotFound)
    }

    fn open(&self, _: &str) -> Result<Box<dyn std::io::Read>, Refusal> {
        Err(Refusal::NotFound)
    }

    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        Box::pin(async move { if host == MX { Ok(vec![self.server.ip()]) } else { Err(Refusal::NotDeclared) } })
    }

    fn connect<'a>(&'a self, host: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        assert_eq!((host, address.port()), (MX, SMTP));
        Box::pin(async move {
            let stream = TcpStream::connect(self.server).await.map_err(|_| Refusal::ConnectionRefused)?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    fn fetch<'a>(&'a self, _: &'a str, _: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        Box::pin(async { Err(Refusal::NotDeclared) })
    }

    fn dns<'a>(&'a self, question: &'a DnsQuestion) -> LocalFuture<'a, Result<DnsAnswer, Refusal>> {
        World::dns(&self.dns, question)
    }

    fn trust_anchor(&self, _: &str) -> Result<Option<Vec<u8>>, Refusal> {
        Ok(None)
    }
}

/// What the mail server is like.
#[derive(Clone, Copy, PartialEq)]
enum Server {
    /// It takes mail in the clear alone.
    Plain,
    /// It says 454 to STARTTLS.
    Busy,
    /// It offers STARTTLS and keeps to it.
    Offers,
    /// It speaks no SMTP.
    Other,
    /// It says more in the clear after it has agreed to TLS.
    Injects,
}

/// TLSA records that are published.
#[derive(Clone, Copy, PartialEq)]
enum Tlsa {
    None,
    Fitting,
    Stale,
}

async fn serve(listener: &TcpListener, server: Server, tls: Arc<ServerConfig>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut said = [0; 256];
    if server == Server::Other {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        return;
    }
    stream.write_all(b"220-mx.example.jp\r\n220 ESMTP\r\n").await.unwrap();
    let count = stream.read(&mut said).await.unwrap();
    assert_eq!(&said[..count], b"EHLO tenken.invalid\r\n");
    let offer = if server == Server::Plain { "" } else { "250-StartTLS\r\n" };
    stream.write_all(format!("250-mx.example.jp\r\n{offer}250 8BITMIME\r\n").as_bytes()).await.unwrap();
    // Nothing but EHLO and STARTTLS is ever said: no sender, no recipient, no text.
    let count = stream.read(&mut said).await.unwrap_or(0);
    if server == Server::Plain {
        return assert_eq!(count, 0);
    }
    assert_eq!(&said[..count], b"STARTTLS\r\n");
    let answer: &[u8] = match server {
        Server::Busy => b"454 not now\r\n",
        Server::Injects => b"220 go on\r\n250 and more\r\n",
        _ => b"220 go on\r\n",
    };
    stream.write_all(answer).await.unwrap();
    if server == Server::Offers
        && let Ok(mut stream) = TlsAcceptor::from(tls).accept(stream).await
    {
        assert_eq!(stream.read(&mut said).await.unwrap_or(0), 0);
    }
}

/// Looks at `example.jp`, whose one mail server is like this.
fn seen(server: Server, tlsa: Tlsa, asks: bool) -> Evidence {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![MX.to_owned()]).unwrap().self_signed(&key).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let mut dns = records(
        RecordedWorld::new(),
        "example.jp",
        RecordType::Mx,
        [DnsData::MailServer { preference: 10, host: MX.to_owned() }],
    );
    dns = records(dns, MX, RecordType::A, [address("192.0.2.25")]);
    dns = records(dns, MX, RecordType::Aaaa, []);
    if tlsa != Tlsa::None {
        let of = if tlsa == Tlsa::Fitting { key } else { KeyPair::generate().unwrap() };
        let data = digest(&SHA256, &of.subject_public_key_info()).as_ref().to_vec();
        let record = DnsData::Association { usage: 3, selector: 1, matching: 1, data };
        dns = records(dns, &format!("_25._tcp.{MX}"), RecordType::Tlsa, [record]);
    }
    let mut declaration = declaration();
    declaration.site.declared.mail_domains = Some(vec!["example.jp".to_owned()]);
    declaration.site.mail.starttls = asks;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let world = Mail { dns, server: listener.local_addr().unwrap() };
        let task =
            Task { declaration: &declaration, offline: false, now: Time::parse("2026-11-24").unwrap(), needed: None };
        let look = DnsCollector.collect(&world, &task);
        if asks {
            futures_util::future::join(look, serve(&listener, server, Arc::new(tls))).await.0
        } else {
            look.await
        }
    })
}

/// What `mail-tls` says of it.
fn outcome(evidence: &Evidence) -> Outcome {
    let check = bundled_checks().unwrap().into_iter().find(|check| check.id == "mail-tls").unwrap();
    let context = Context::of_example(BTreeMap::new(), BTreeMap::new(), Time::from_unix_seconds(0));
    judge(&check, one(evidence, DOMAIN, "domain:example.jp"), &context).outcome
}

#[test]
fn who_insists_decides_and_who_is_plain_fails() {
    for (server, tlsa, transport, wanted) in [
        (Server::Plain, Tlsa::None, Some("plain"), Outcome::Fail),
        // Records prove nothing where the server does not even offer what they bind.
        (Server::Plain, Tlsa::Fitting, Some("plain"), Outcome::Fail),
        (Server::Busy, Tlsa::None, Some("plain"), Outcome::Fail),
        (Server::Offers, Tlsa::None, None, Outcome::Unknown),
        (Server::Offers, Tlsa::Fitting, Some("authenticated"), Outcome::Pass),
        (Server::Offers, Tlsa::Stale, Some("broken"), Outcome::Fail),
    ] {
        let evidence = seen(server, tlsa, true);
        let mail = one(&evidence, DOMAIN, "domain:example.jp");
        assert_eq!(mail.text("inbound_transport"), transport);
        assert_eq!(outcome(&evidence), wanted);
        let host = one(&evidence, HOST, "host:mx.example.jp");
        assert_eq!(host.flag("starttls"), Some(server == Server::Offers));
        let is_offered = server == Server::Offers;
        assert_eq!(host.flag("tlsa_fits"), (tlsa != Tlsa::None && is_offered).then_some(tlsa == Tlsa::Fitting));
        assert_eq!(host.flag("certificate_trusted"), is_offered.then_some(false), "it is self-signed");
        assert_eq!(
            mail.texts("dane.uncovered").is_empty(),
            tlsa == Tlsa::Fitting || tlsa == Tlsa::Stale && !is_offered
        );
    }
}

#[test]
fn what_was_not_asked_or_not_understood_is_unknown() {
    let evidence = seen(Server::Offers, Tlsa::None, false);
    assert_eq!(one(&evidence, HOST, "host:mx.example.jp").flag("starttls"), None);
    assert_eq!(outcome(&evidence), Outcome::Unknown);
    let of_mail = |gap: &crate::model::Gap| gap.kinds.iter().any(|kind| kind == HOST);
    assert!(!evidence.gaps.iter().any(of_mail), "{:?}", evidence.gaps);
    // Validated records are what the catalogue asks for; without asking, nothing contradicts them.
    assert_eq!(outcome(&seen(Server::Offers, Tlsa::Stale, false)), Outcome::Pass);
    for server in [Server::Other, Server::Injects] {
        let evidence = seen(server, Tlsa::None, true);
        assert_eq!(one(&evidence, HOST, "host:mx.example.jp").flag("starttls"), None);
        assert_eq!(outcome(&evidence), Outcome::Unknown);
        assert!(evidence.gaps.iter().any(of_mail));
    }
}
