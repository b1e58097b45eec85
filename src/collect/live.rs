//! The real world, with all its limits. It writes nothing, sends no body, and asks declared hosts only.

use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::io::{ErrorKind, Read};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::accept;
use super::collector::LocalFuture;
use super::limits::{ADDRESSES_PER_HOST, DIRECTORY_ENTRIES};
use super::world::{Fetched, FileFacts, FileKind, Refusal, Stream, World};
use crate::model::{Site, Time};

/// A host that may be asked.
#[derive(Debug, Clone)]
struct DeclaredHost {
    addresses: Vec<IpAddr>,
    ports: Vec<u16>,
    trust: Option<PathBuf>,
    open: Arc<Semaphore>,
}

/// How the world may be asked.
#[derive(Debug)]
pub struct LiveOptions {
    base: PathBuf,
    hosts: BTreeMap<String, DeclaredHost>,
    overrides: Vec<(String, u16, SocketAddr)>,
    cacert: Option<PathBuf>,
    timeout_seconds: u64,
    offline: bool,
}

impl LiveOptions {
    /// What a site declares, and what the command line adds to it.
    #[must_use]
    pub fn of_site(
        base: &Path,
        site: &Site,
        overrides: Vec<(String, u16, SocketAddr)>,
        cacert: Option<PathBuf>,
        timeout_seconds: u64,
        connections: usize,
        offline: bool,
    ) -> Self {
        let hosts = site.hosts.iter().map(|host| {
            let declared = DeclaredHost {
                addresses: host.addresses.iter().filter_map(|address| address.parse().ok()).collect(),
                ports: std::iter::once(host.https_port).chain(host.http_port).collect(),
                trust: host.trust.as_ref().map(|path| base.join(path)),
                open: Arc::new(Semaphore::new(connections)),
            };
            (host.name.clone(), declared)
        });
        Self { base: base.to_owned(), hosts: hosts.collect(), overrides, cacert, timeout_seconds, offline }
    }
}

/// The world as it is.
#[derive(Debug)]
pub struct LiveWorld {
    options: LiveOptions,
}

impl LiveWorld {
    /// A world that may be asked in this way.
    #[must_use]
    pub fn new(options: LiveOptions) -> Self {
        Self { options }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.options.base.join(path)
    }

    fn host(&self, host: &str) -> Result<&DeclaredHost, Refusal> {
        if self.options.offline {
            return Err(Refusal::NotDeclared);
        }
        self.options.hosts.get(host).ok_or(Refusal::NotDeclared)
    }

    fn overridden(&self, host: &str) -> Vec<IpAddr> {
        let of_host = self.options.overrides.iter().filter(|(name, _, _)| name == host);
        let mut addresses: Vec<IpAddr> = of_host.map(|(_, _, address)| address.ip()).collect();
        addresses.sort();
        addresses.dedup();
        addresses
    }

    /// Where a connection to a host's port really goes: an override may name another port.
    fn destination(&self, host: &str, address: SocketAddr) -> SocketAddr {
        let overrides = &mut self.options.overrides.iter();
        let found =
            overrides.find(|(name, port, to)| name == host && *port == address.port() && to.ip() == address.ip());
        found.map_or(address, |(_, _, to)| *to)
    }

    async fn in_time<T>(&self, answer: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
        let seconds = self.options.timeout_seconds;
        timeout(Duration::from_secs(seconds), answer).await.unwrap_or(Err(Refusal::TimedOut(seconds)))
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Refusal> {
        let declared = self.host(host)?;
        let overridden = self.overridden(host);
        if !overridden.is_empty() {
            return Ok(overridden);
        }
        if !declared.addresses.is_empty() {
            return Ok(declared.addresses.clone());
        }
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
            return Ok(vec![address]);
        }
        let looked_up = async { tokio::net::lookup_host((host, 0)).await.map_err(|_| Refusal::NoAddress) };
        let mut addresses: Vec<IpAddr> = self.in_time(looked_up).await?.map(|found| found.ip()).collect();
        addresses.sort();
        addresses.dedup();
        addresses.truncate(ADDRESSES_PER_HOST);
        if addresses.is_empty() { Err(Refusal::NoAddress) } else { Ok(addresses) }
    }

    async fn connection(&self, host: &str, address: SocketAddr) -> Result<Box<dyn Stream>, Refusal> {
        let declared = self.host(host)?;
        let may_be_asked =
            declared.ports.contains(&address.port()) && self.addresses(host).await?.contains(&address.ip());
        if !may_be_asked {
            return Err(Refusal::NotDeclared);
        }
        let permit =
            Arc::clone(&declared.open).acquire_owned().await.map_err(|error| Refusal::Failed(error.to_string()))?;
        let destination = self.destination(host, address);
        let connected = async { TcpStream::connect(destination).await.map_err(|error| network(&error)) };
        let stream = self.in_time(connected).await?;
        Ok(Box::new(Held { stream, _permit: permit }))
    }

    async fn fetched(&self, url: &str, limit_bytes: usize) -> Result<Fetched, Refusal> {
        let mut parsed = reqwest::Url::parse(url).map_err(|error| Refusal::Failed(error.to_string()))?;
        let host = parsed.host_str().unwrap_or_default().to_ascii_lowercase();
        let declared = self.host(&host)?;
        let port = parsed.port_or_known_default().unwrap_or_default();
        if !declared.ports.contains(&port) {
            return Err(Refusal::NotDeclared);
        }
        let addresses: Vec<SocketAddr> =
            self.addresses(&host).await?.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        if let Some(first) = addresses.first() {
            let destination = self.destination(&host, *first).port();
            // A URL without a host has no port to set, and then it would not have been declared.
            let _ = parsed.set_port(Some(destination));
        }
        let mut tls = accept::configuration()?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .resolve_to_addrs(&host, &addresses)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(USER_AGENT)
            .build()
            .map_err(|error| Refusal::Failed(said(&error)))?;
        let _permit =
            Arc::clone(&declared.open).acquire_owned().await.map_err(|error| Refusal::Failed(error.to_string()))?;
        let answer = async {
            let mut response = client.get(parsed).send().await.map_err(|error| Refusal::Failed(said(&error)))?;
            let mut fetched = Fetched {
                status: response.status().as_u16(),
                version: format!("{:?}", response.version()),
                headers: response
                    .headers()
                    .iter()
                    .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
                    .collect(),
                body: Vec::new(),
                truncated: false,
            };
            while let Some(chunk) = response.chunk().await.map_err(|error| Refusal::Failed(said(&error)))? {
                let room = limit_bytes.saturating_sub(fetched.body.len());
                fetched.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    fetched.truncated = true;
                    break;
                }
            }
            Ok(fetched)
        };
        self.in_time(answer).await
    }
}

/// What tenken calls itself, so that an operator finds it in the log.
pub const USER_AGENT: &str = concat!("tenken/", env!("CARGO_PKG_VERSION"));

impl World for LiveWorld {
    fn inspect(&self, path: &str) -> Result<FileFacts, Refusal> {
        let path = self.path(path);
        let facts = fs::symlink_metadata(&path).map_err(|error| refused(&error))?;
        let file_type = facts.file_type();
        let kind = if file_type.is_symlink() {
            FileKind::Symlink(fs::read_link(&path).map_err(|error| refused(&error))?.to_string_lossy().into_owned())
        } else if file_type.is_dir() {
            FileKind::Directory
        } else if file_type.is_file() {
            FileKind::File
        } else {
            FileKind::Other
        };
        Ok(FileFacts {
            kind,
            mode: facts.mode() & 0o7777,
            uid: facts.uid(),
            gid: facts.gid(),
            size_bytes: facts.size(),
            modified: Time::from_unix_seconds(facts.mtime()),
        })
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.path(path)).map_err(|error| refused(&error))? {
            let entry = entry.map_err(|error| refused(&error))?;
            if names.len() >= DIRECTORY_ENTRIES {
                return Err(Refusal::TooLarge(u64::try_from(DIRECTORY_ENTRIES).unwrap_or(u64::MAX)));
            }
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, Refusal> {
        let path = self.path(path);
        // Looked at before it is opened: opening a FIFO would wait for a writer, opening a device may do anything.
        let facts = fs::metadata(&path).map_err(|error| refused(&error))?;
        let file_type = facts.file_type();
        if !file_type.is_file() || file_type.is_fifo() {
            return Err(Refusal::NotAFile);
        }
        Ok(Box::new(fs::File::open(&path).map_err(|error| refused(&error))?))
    }

    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        Box::pin(self.addresses(host))
    }

    fn connect<'a>(&'a self, host: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        Box::pin(self.connection(host, address))
    }

    fn fetch<'a>(&'a self, url: &'a str, limit_bytes: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        Box::pin(self.fetched(url, limit_bytes))
    }

    fn trust_anchor(&self, host: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let declared = self.options.hosts.get(host).and_then(|host| host.trust.as_ref());
        // The command line's file stands where the user is, the site file's beside the site file.
        match declared.or(self.options.cacert.as_ref()) {
            Some(path) => fs::read(path).map(Some).map_err(|error| refused(&error)),
            None => Ok(None),
        }
    }

    fn timeout_seconds(&self) -> u64 {
        self.options.timeout_seconds
    }
}

fn refused(error: &std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound => Refusal::NotFound,
        ErrorKind::PermissionDenied => Refusal::Denied,
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => Refusal::NotAFile,
        _ => Refusal::Failed(error.to_string()),
    }
}

fn network(error: &std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::ConnectionRefused => Refusal::ConnectionRefused,
        _ => Refusal::Failed(error.to_string()),
    }
}

/// reqwest hides the cause; the innermost error says what happened.
fn said(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// A connection that gives its place back when it is closed.
struct Held {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for Held {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Held {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
