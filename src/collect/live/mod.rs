//! The real world, with all its limits. It writes nothing, sends no body, and asks declared hosts only.

mod attributes;
mod client;
mod dns;
mod doors;
mod files;
mod hosts;
pub mod message;

use std::collections::BTreeSet;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::OnceCell;

pub use self::client::USER_AGENT;
pub use self::hosts::LiveOptions;
use super::collector::LocalFuture;
use super::question::{DnsAnswer, DnsQuestion};
use super::world::{Attributes, Fetched, FileFacts, Refusal, Stream, World};

/// The world as it is.
#[derive(Debug)]
pub struct LiveWorld {
    options: LiveOptions,
    dns: dns::DnsState,
    doors: doors::Doors,
    /// Read once and only when a host is looked at.
    platform_roots: OnceLock<Vec<Vec<u8>>>,
    /// Mail servers of the declared mail domains; asked for once, and only where STARTTLS is asked for.
    mail_servers: OnceCell<BTreeSet<String>>,
}

impl LiveWorld {
    /// A world that may be asked in this way.
    #[must_use]
    pub fn new(options: LiveOptions) -> Self {
        let doors = doors::Doors::new(options.connections);
        let mail_servers = OnceCell::new();
        Self { options, dns: dns::DnsState::new(), doors, platform_roots: OnceLock::new(), mail_servers }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.options.base.join(path)
    }
}

impl World for LiveWorld {
    fn inspect(&self, path: &str) -> Result<FileFacts, Refusal> {
        files::inspect(&self.path(path))
    }

    fn attributes(&self, path: &str) -> Result<Attributes, Refusal> {
        attributes::of(&self.path(path))
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        files::list(&self.path(path))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, Refusal> {
        Ok(Box::new(files::open(&self.path(path))?))
    }

    fn stream(&self, path: &str) -> Result<Box<dyn Read + Send>, Refusal> {
        Ok(Box::new(files::open(&self.path(path))?))
    }

    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        Box::pin(self.addresses(host))
    }

    fn connect<'a>(&'a self, host: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        Box::pin(self.connection(host, address, Duration::from_secs(self.options.timeout_seconds)))
    }

    fn connect_within<'a>(
        &'a self,
        host: &'a str,
        address: SocketAddr,
        limit: Duration,
    ) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        Box::pin(self.connection(host, address, limit))
    }

    fn is_waited_for(&self, host: &str, address: SocketAddr) -> bool {
        self.doors.is_waited_for(host, self.destination(host, address).ip())
    }

    fn fetch<'a>(&'a self, url: &'a str, limit_bytes: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        Box::pin(self.fetched(url, limit_bytes))
    }

    fn dns<'a>(&'a self, question: &'a DnsQuestion) -> LocalFuture<'a, Result<DnsAnswer, Refusal>> {
        Box::pin(self.answered(question))
    }

    fn trust_anchor(&self, host: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let declared = self.options.hosts.get(host).and_then(|host| host.trust.as_ref());
        // The command line's file stands where the user is, the site file's beside the site file.
        match declared.or(self.options.cacert.as_ref()) {
            Some(path) => files::whole(path).map(Some),
            None => Ok(None),
        }
    }

    fn platform_roots(&self) -> Result<Vec<Vec<u8>>, Refusal> {
        let read = || rustls_native_certs::load_native_certs().certs.iter().map(|der| der.as_ref().to_vec()).collect();
        let roots = self.platform_roots.get_or_init(read);
        if roots.is_empty() { Err(Refusal::NotFound) } else { Ok(roots.clone()) }
    }

    fn looks_deep(&self) -> bool {
        self.options.deep
    }

    fn timeout_seconds(&self) -> u64 {
        self.options.timeout_seconds
    }
}
