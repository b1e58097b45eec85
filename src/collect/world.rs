//! All that a collector may ask of the outside. No verb here writes or sends a body.
//!
//! Live in use (`live.rs`), recorded in tests. Every answer is bounded in bytes and time by the implementation.

use std::io::{Cursor, Read};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::collector::LocalFuture;
use super::limits::HOST_FILE_BYTES;
use super::question::{DnsAnswer, DnsQuestion};
use crate::model::Time;

/// A byte stream to a declared host.
pub trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

/// What a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, with its target as stored.
    Symlink(String),
    /// A FIFO, device or socket: never opened.
    Other,
}

/// What is known of a path without opening it. Links are not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits, 0 to 0o7777.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Size in bytes.
    pub size_bytes: u64,
    /// When the content last changed.
    pub modified: Time,
}

/// What stands beside a mode. A list or capability that is `None` is not there; a flag that is `None` cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    /// The value of `system.posix_acl_access`.
    pub acl: Option<Vec<u8>>,
    /// The value of `system.posix_acl_default`.
    pub default_acl: Option<Vec<u8>>,
    /// The value of `security.capability`.
    pub capability: Option<Vec<u8>>,
    /// Nothing but appending is allowed (chattr +a).
    pub append_only: Option<bool>,
    /// No change is allowed (chattr +i).
    pub immutable: Option<bool>,
}

/// Why the world did not answer. The variant says whose doing it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is nothing of that name.
    #[error("not found")]
    NotFound,
    /// It is there and may not be read by this user.
    #[error("permission denied")]
    Denied,
    /// It is larger than the limit, in bytes.
    #[error("larger than the limit of {0} bytes")]
    TooLarge(u64),
    /// It is a FIFO, device, socket or directory where a file was asked for.
    #[error("not a regular file")]
    NotAFile,
    /// The host or path was not declared, so it is not asked (DESIGN, rule 5).
    #[error("not declared, so not asked")]
    NotDeclared,
    /// Nobody listens there.
    #[error("connection refused")]
    ConnectionRefused,
    /// No answer in time.
    #[error("no answer within {0} s")]
    TimedOut(u64),
    /// The name has no address.
    #[error("name has no address")]
    NoAddress,
    /// Anything else, in the operating system's words.
    #[error("{0}")]
    Failed(String),
}

/// An answer fetched by the full HTTP client (HTTP/2 where offered).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Status code.
    pub status: u16,
    /// `HTTP/1.1`, `HTTP/2`.
    pub version: String,
    /// Header lines, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, cut at the limit.
    pub body: Vec<u8>,
    /// Whether the body was cut.
    pub truncated: bool,
}

/// All that may be asked of the outside.
///
/// Paths are as the site file writes them; a relative one is relative to the site file's folder.
pub trait World {
    /// What a path is, links not followed.
    ///
    /// # Errors
    /// A [`Refusal`] that says why it cannot be told.
    fn inspect(&self, path: &str) -> Result<FileFacts, Refusal>;

    /// Access control lists, capability and flags of a path, links not followed.
    ///
    /// # Errors
    /// A [`Refusal`] that says why they cannot be told.
    fn attributes(&self, path: &str) -> Result<Attributes, Refusal> {
        Err(Refusal::Failed(format!("{path}: this world keeps no attributes")))
    }

    /// The names in a directory, in byte order, without `.` and `..`.
    ///
    /// # Errors
    /// A [`Refusal`]; a directory with more entries than the limit is `TooLarge`.
    fn list(&self, path: &str) -> Result<Vec<String>, Refusal>;

    /// Opens a regular file for streaming; links are followed, FIFOs and devices refused.
    ///
    /// # Errors
    /// A [`Refusal`] that says why it cannot be opened.
    fn open(&self, path: &str) -> Result<Box<dyn Read>, Refusal>;

    /// A whole regular file of at most `limit_bytes`.
    ///
    /// # Errors
    /// A [`Refusal`]; a longer file is `TooLarge`, never cut.
    fn read(&self, path: &str, limit_bytes: u64) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        self.open(path)?
            .take(limit_bytes.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| Refusal::Failed(error.to_string()))?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit_bytes {
            return Err(Refusal::TooLarge(limit_bytes));
        }
        Ok(bytes)
    }

    /// Opens a regular file for reading on another thread, as logs are. A world in memory gives it whole.
    ///
    /// # Errors
    /// A [`Refusal`] that says why it cannot be opened.
    fn stream(&self, path: &str) -> Result<Box<dyn Read + Send>, Refusal> {
        self.read(path, HOST_FILE_BYTES).map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>)
    }

    /// The addresses of a declared host, in a stable order.
    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>>;

    /// A TCP connection to an address of a declared host.
    fn connect<'a>(&'a self, host: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>>;

    /// The same, opened within so much time; how long a place at the host is waited for does not count.
    fn connect_within<'a>(
        &'a self,
        host: &'a str,
        address: SocketAddr,
        limit: Duration,
    ) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        let seconds = self.timeout_seconds();
        let connected = async move { timeout(limit, self.connect(host, address)).await };
        Box::pin(async move { connected.await.unwrap_or(Err(Refusal::TimedOut(seconds))) })
    }

    /// Whether somebody waits for a place at an address of a host: a connection that is only kept is better closed.
    fn is_waited_for(&self, _host: &str, _address: SocketAddr) -> bool {
        false
    }

    /// One GET of a declared host's URL by the full HTTP client; redirects are not followed.
    fn fetch<'a>(&'a self, url: &'a str, limit_bytes: usize) -> LocalFuture<'a, Result<Fetched, Refusal>>;

    /// One DNS question, which may name any host; the answer is the resolver's, as it is. A world without a resolver
    /// asks nobody.
    fn dns<'a>(&'a self, _question: &'a DnsQuestion) -> LocalFuture<'a, Result<DnsAnswer, Refusal>> {
        Box::pin(async { Err(Refusal::NotDeclared) })
    }

    /// PEM bytes of the private authority that a declared host names, where it names one.
    ///
    /// # Errors
    /// A [`Refusal`] where it is named and cannot be read.
    fn trust_anchor(&self, host: &str) -> Result<Option<Vec<u8>>, Refusal>;

    /// Certificates (DER) of the authorities that the machine itself trusts.
    ///
    /// # Errors
    /// A [`Refusal`] where there is no such store, or it cannot be read.
    fn platform_roots(&self) -> Result<Vec<Vec<u8>>, Refusal> {
        Err(Refusal::NotFound)
    }

    /// Whether everything is to be listed, and not only what a verdict needs.
    fn looks_deep(&self) -> bool {
        false
    }

    /// Seconds that one answer may take; a collector that reads a stream holds it to this.
    fn timeout_seconds(&self) -> u64 {
        10
    }
}
