//! Sites in memory: a world whose connections end in a handler of the test, over real TLS, with a log of all that was asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};
use tokio_rustls::TlsAcceptor;

use crate::collect::collector::{Collector, LocalFuture, Task};
use crate::collect::http::HttpCollector;
use crate::collect::world::{Fetched, FileFacts, Refusal, Stream, World};
use crate::model::{Declaration, Evidence, Host, Observation, Site, Time};

pub(super) const NAME: &str = "www.example.jp";

/// What a site says.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// These bytes, then a close.
    Bytes(Vec<u8>),
    /// These bytes, and the connection stays.
    Kept(Vec<u8>),
    /// These bytes, then others without end.
    Endless(Vec<u8>, Vec<u8>),
    /// One byte a second.
    Drip(Vec<u8>),
    /// Nothing.
    Silence,
}

/// What was asked, on which connection.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) host: String,
    pub(super) address: SocketAddr,
    pub(super) path: String,
    pub(super) head: String,
}

type Handler = Rc<dyn Fn(&Asked) -> Reply>;

pub(super) struct Fake {
    pub(super) addresses: Vec<IpAddr>,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) asked: Rc<RefCell<Vec<Asked>>>,
    pub(super) connections: RefCell<Vec<(String, SocketAddr)>>,
    hosts: Vec<String>,
    handler: Handler,
}

impl Fake {
    pub(super) fn new(handler: impl Fn(&Asked) -> Reply + 'static) -> Self {
        Self {
            addresses: vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, 80))],
            files: BTreeMap::new(),
            asked: Rc::default(),
            connections: RefCell::default(),
            hosts: vec![NAME.to_owned()],
            handler: Rc::new(handler),
        }
    }

    /// A site of these pages; everything else is a 404.
    pub(super) fn of_pages(pages: &'static [(&'static str, &'static str)]) -> Self {
        Self::new(move |asked| match pages.iter().find(|(path, _)| *path == asked.path) {
            Some((_, answer)) => Reply::Kept(answer.as_bytes().to_vec()),
            None => not_found(),
        })
    }

    /// Looks at the site as declared.
    pub(super) async fn look(&mut self, declaration: &Declaration) -> Evidence {
        self.look_for(declaration, None).await
    }

    /// The same for a run that needs only some kinds.
    pub(super) async fn look_for(&mut self, declaration: &Declaration, needed: Option<&BTreeSet<String>>) -> Evidence {
        self.hosts = declaration.site.hosts.iter().map(|host| host.name.clone()).collect();
        let task = Task { declaration, offline: false, now: Time::from_unix_seconds(0), needed };
        let world: &Self = self;
        let local = tokio::task::LocalSet::new();
        local.run_until(HttpCollector.collect(world, &task)).await
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|asked| asked.path.clone()).collect()
    }
}

/// A site with one host and nothing declared.
pub(super) fn declared() -> Declaration {
    let host = Host { name: NAME.to_owned(), https_port: 443, http_port: Some(80), ..Host::default() };
    let site = Site { name: "Example".to_owned(), hosts: vec![host], ..Site::default() };
    Declaration { site, ..Declaration::default() }
}

/// An answer with a body.
pub(super) fn answer(fields: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\n\r\n", body.len());
    Reply::Kept([head.as_bytes(), body].concat())
}

pub(super) fn page(body: impl AsRef<[u8]>) -> Reply {
    answer("Content-Type: text/html; charset=utf-8\r\n", body)
}

pub(super) fn not_found() -> Reply {
    Reply::Kept(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<p>not found".to_vec())
}

/// The one observation of a kind whose subject ends so.
pub(super) fn one<'a>(evidence: &'a Evidence, kind: &'a str, end: &str) -> &'a Observation {
    let mut found = evidence.of_kind(kind).filter(|seen| seen.subject.name().ends_with(end));
    let first = found.next().unwrap_or_else(|| panic!("no {kind} {end}"));
    assert!(found.next().is_none(), "more than one {kind} {end}");
    first
}

fn server() -> Arc<ServerConfig> {
    static CONFIGURATION: OnceLock<Arc<ServerConfig>> = OnceLock::new();
    let make = || {
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![NAME.to_owned()]).unwrap().self_signed(&key).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let configuration = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        Arc::new(configuration)
    };
    Arc::clone(CONFIGURATION.get_or_init(make))
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    asked: Asked,
    log: Rc<RefCell<Vec<Asked>>>,
    handler: Handler,
) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") else {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            }
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        bytes.drain(..end + 4);
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let asked = Asked { path, head, ..asked.clone() };
        log.borrow_mut().push(asked.clone());
        match handler(&asked) {
            Reply::Kept(reply) => {
                if stream.write_all(&reply).await.is_err() || stream.flush().await.is_err() {
                    return;
                }
            }
            Reply::Bytes(reply) => {
                let _ = stream.write_all(&reply).await;
                let _ = stream.shutdown().await;
                return;
            }
            Reply::Endless(start, rest) => {
                let _ = stream.write_all(&start).await;
                while stream.write_all(&rest).await.is_ok() {
                    tokio::task::yield_now().await;
                }
                return;
            }
            Reply::Drip(reply) => {
                for byte in reply {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    if stream.write_all(&[byte]).await.is_err() || stream.flush().await.is_err() {
                        return;
                    }
                }
                return;
            }
            Reply::Silence => {
                let _ = stream.read(&mut buffer).await;
                return;
            }
        }
    }
}

impl World for Fake {
    fn inspect(&self, _: &str) -> Result<FileFacts, Refusal> {
        Err(Refusal::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, Refusal> {
        Err(Refusal::NotFound)
    }

    fn open(&self, path: &str) -> Result<Box<dyn std::io::Read>, Refusal> {
        let file = self.files.get(path).ok_or(Refusal::NotFound)?;
        Ok(Box::new(Cursor::new(file.clone())))
    }

    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        let answer = if self.hosts.iter().any(|own| own == host) {
            Ok(self.addresses.clone())
        } else {
            Err(Refusal::NotDeclared)
        };
        Box::pin(async move { answer })
    }

    fn connect<'a>(&'a self, host: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        self.connections.borrow_mut().push((host.to_owned(), address));
        Box::pin(async move {
            if !self.hosts.iter().any(|own| own == host) {
                return Err(Refusal::NotDeclared);
            }
            let (client, stream) = duplex(64 * 1024);
            let asked = Asked { host: host.to_owned(), address, path: String::new(), head: String::new() };
            let (log, handler) = (Rc::clone(&self.asked), Rc::clone(&self.handler));
            tokio::task::spawn_local(async move {
                if address.port() == 80 {
                    serve(stream, asked, log, handler).await;
                } else if let Ok(stream) = TlsAcceptor::from(server()).accept(stream).await {
                    serve(stream, asked, log, handler).await;
                }
            });
            Ok(Box::new(client) as Box<dyn Stream>)
        })
    }

    fn fetch<'a>(&'a self, _: &'a str, _: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        Box::pin(async { Err(Refusal::NotDeclared) })
    }

    fn trust_anchor(&self, _: &str) -> Result<Option<Vec<u8>>, Refusal> {
        Ok(None)
    }
}
