//! The live world's hosts: which may be asked, where they are, and a connection to one, a few at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::LiveWorld;
use super::doors::Place;
use crate::collect::dns::{SMTP, mail_domains};
use crate::collect::limits::ADDRESSES_PER_HOST;
use crate::collect::question::{DnsData, DnsQuestion, RecordType};
use crate::collect::world::{Refusal, Stream};
use crate::model::Site;

/// A host that may be asked.
#[derive(Debug, Clone)]
pub(super) struct DeclaredHost {
    pub(super) addresses: Vec<IpAddr>,
    pub(super) ports: Vec<u16>,
    pub(super) trust: Option<PathBuf>,
}

/// How the world may be asked.
#[derive(Debug)]
pub struct LiveOptions {
    pub(super) base: PathBuf,
    pub(super) hosts: BTreeMap<String, DeclaredHost>,
    pub(super) overrides: Vec<(String, u16, SocketAddr)>,
    pub(super) cacert: Option<PathBuf>,
    pub(super) timeout_seconds: u64,
    pub(super) offline: bool,
    pub(super) resolver: Option<SocketAddr>,
    pub(super) deep: bool,
    pub(super) connections: usize,
    /// Where STARTTLS is asked for: the declared mail domains, whose mail servers may be asked on port 25.
    pub(super) mail_domains: Vec<String>,
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
                ports: std::iter::once(host.https_port)
                    .chain(host.http_port)
                    .chain(host.ports.iter().copied())
                    .collect(),
                trust: host.trust.as_ref().map(|path| base.join(path)),
            };
            (host.name.clone(), declared)
        });
        let mut hosts: BTreeMap<String, DeclaredHost> = hosts.collect();
        // The policy of MTA-STS stands on a host of that name (RFC 8461, section 3.3), whoever runs it.
        let mail = mail_domains(site);
        for domain in mail.names.iter().filter(|_| mail.declared) {
            hosts.entry(format!("mta-sts.{domain}")).or_insert_with(|| DeclaredHost {
                addresses: Vec::new(),
                ports: vec![443],
                trust: None,
            });
        }
        Self {
            base: base.to_owned(),
            hosts,
            overrides,
            cacert,
            timeout_seconds,
            offline,
            resolver: site.resolver,
            deep: false,
            connections,
            mail_domains: if site.mail.starttls && mail.declared { mail.names } else { Vec::new() },
        }
    }

    /// The resolver of the command line, which goes before the site file's.
    #[must_use]
    pub fn with_resolver(self, resolver: Option<SocketAddr>) -> Self {
        Self { resolver: resolver.or(self.resolver), ..self }
    }

    /// Whether everything is to be listed, and not only what a verdict needs.
    #[must_use]
    pub fn with_depth(self, deep: bool) -> Self {
        Self { deep, ..self }
    }
}

impl LiveWorld {
    pub(super) fn host(&self, host: &str) -> Result<&DeclaredHost, Refusal> {
        if self.options.offline {
            return Err(Refusal::NotDeclared);
        }
        self.options.hosts.get(host).ok_or(Refusal::NotDeclared)
    }

    pub(super) fn overridden(&self, host: &str) -> Vec<IpAddr> {
        let of_host = self.options.overrides.iter().filter(|(name, _, _)| name == host);
        let mut addresses: Vec<IpAddr> = of_host.map(|(_, _, address)| address.ip()).collect();
        addresses.sort();
        addresses.dedup();
        addresses
    }

    /// Where a connection to a host's port really goes: an override may name another port.
    pub(super) fn destination(&self, host: &str, address: SocketAddr) -> SocketAddr {
        let overrides = &mut self.options.overrides.iter();
        let found =
            overrides.find(|(name, port, to)| name == host && *port == address.port() && to.ip() == address.ip());
        found.map_or(address, |(_, _, to)| *to)
    }

    pub(super) async fn in_time<T>(&self, answer: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
        let seconds = self.options.timeout_seconds;
        timeout(Duration::from_secs(seconds), answer).await.unwrap_or(Err(Refusal::TimedOut(seconds)))
    }

    pub(super) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Refusal> {
        let declared = match self.host(host) {
            Ok(declared) => declared,
            Err(_) if self.is_mail_server(host).await => return self.addresses_of_mail_server(host).await,
            Err(refusal) => return Err(refusal),
        };
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
        if self.options.resolver.is_some() {
            return self.addresses_of_resolver(host).await;
        }
        let looked_up = async { tokio::net::lookup_host((host, 0)).await.map_err(|_| Refusal::NoAddress) };
        let mut addresses: Vec<IpAddr> = self.in_time(looked_up).await?.map(|found| found.ip()).collect();
        addresses.sort();
        addresses.dedup();
        addresses.truncate(ADDRESSES_PER_HOST);
        if addresses.is_empty() { Err(Refusal::NoAddress) } else { Ok(addresses) }
    }

    /// Whether a declared mail domain names a host as its mail server, and the site file asks for STARTTLS of those.
    async fn is_mail_server(&self, host: &str) -> bool {
        if self.options.offline || self.options.mail_domains.is_empty() {
            return false;
        }
        let known = self.mail_servers.get_or_init(|| async {
            let mut known = BTreeSet::new();
            for domain in &self.options.mail_domains {
                // A resolver that fails here fails for the mail domain itself too, and is told there.
                let answer = self.answered(&DnsQuestion::new(domain, RecordType::Mx)).await;
                known.extend(answer.into_iter().flat_map(|answer| answer.data).filter_map(|data| match data {
                    DnsData::MailServer { host, .. } => Some(host),
                    _ => None,
                }));
            }
            known
        });
        known.await.contains(host)
    }

    async fn addresses_of_mail_server(&self, host: &str) -> Result<Vec<IpAddr>, Refusal> {
        let overridden = self.overridden(host);
        if overridden.is_empty() { self.addresses_of_resolver(host).await } else { Ok(overridden) }
    }

    /// Addresses from the resolver that the user names, so that the whole run sees the same DNS.
    async fn addresses_of_resolver(&self, host: &str) -> Result<Vec<IpAddr>, Refusal> {
        let mut addresses = Vec::new();
        for record_type in [RecordType::A, RecordType::Aaaa] {
            let answer = self.answered(&DnsQuestion::new(host, record_type)).await?;
            addresses.extend(answer.data.iter().filter_map(|data| match data {
                DnsData::Address(address) => Some(*address),
                _ => None,
            }));
        }
        addresses.sort();
        addresses.truncate(ADDRESSES_PER_HOST);
        if addresses.is_empty() { Err(Refusal::NoAddress) } else { Ok(addresses) }
    }

    /// A connection within so much time; waiting for a place does not count.
    pub(super) async fn connection(
        &self,
        host: &str,
        address: SocketAddr,
        limit: Duration,
    ) -> Result<Box<dyn Stream>, Refusal> {
        let may_be_asked = match self.host(host) {
            Ok(declared) if declared.ports.contains(&address.port()) => true,
            _ => address.port() == SMTP && self.is_mail_server(host).await,
        };
        if !may_be_asked || !self.addresses(host).await?.contains(&address.ip()) {
            return Err(Refusal::NotDeclared);
        }
        let destination = self.destination(host, address);
        let place = self.doors.place(host, &[destination.ip()]).await?;
        let connected = timeout(limit, TcpStream::connect(destination)).await;
        let stream = match connected {
            Ok(connected) => connected.map_err(|error| network(&error))?,
            Err(_) => return Err(Refusal::TimedOut(self.options.timeout_seconds)),
        };
        // Questions are small and each waits for its answer: nothing is gained by holding one back until it is a full packet.
        stream.set_nodelay(true).map_err(|error| network(&error))?;
        Ok(Box::new(Held { stream, _place: place }))
    }
}

fn network(error: &std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::ConnectionRefused => Refusal::ConnectionRefused,
        _ => Refusal::Failed(error.to_string()),
    }
}

/// A connection that gives its place back when it is closed.
struct Held {
    stream: TcpStream,
    _place: Place,
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
