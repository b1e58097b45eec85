//! A world out of memory, for tests and examples: files from a map, no network unless told.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::net::{IpAddr, SocketAddr};

use super::collector::LocalFuture;
use super::question::{DnsAnswer, DnsQuestion, DnsStatus};
use super::world::{Fetched, FileFacts, FileKind, Refusal, Stream, World};
use crate::model::Time;

/// A world in memory. Whatever is not recorded is `NotFound` or `ConnectionRefused`.
#[derive(Debug, Clone, Default)]
pub struct RecordedWorld {
    files: BTreeMap<String, (FileFacts, Vec<u8>)>,
    answers: BTreeMap<String, Result<Fetched, Refusal>>,
    addresses: BTreeMap<String, Vec<IpAddr>>,
    dns: BTreeMap<DnsQuestion, Result<DnsAnswer, Refusal>>,
}

impl RecordedWorld {
    /// An empty world.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a regular file, mode 0644, owner and group 0.
    #[must_use]
    pub fn file(self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.entry(path, FileKind::File, 0o644, 0, 0, content)
    }

    /// Adds any entry.
    #[must_use]
    pub fn entry(
        mut self,
        path: &str,
        kind: FileKind,
        mode: u32,
        uid: u32,
        gid: u32,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        let content = content.into();
        let size_bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let facts = FileFacts { kind, mode, uid, gid, size_bytes, modified: Time::from_unix_seconds(0) };
        self.files.insert(path.to_owned(), (facts, content));
        self
    }

    /// Adds an answer to [`World::fetch`].
    #[must_use]
    pub fn answer(mut self, url: &str, answer: Result<Fetched, Refusal>) -> Self {
        self.answers.insert(url.to_owned(), answer);
        self
    }

    /// Adds a name.
    #[must_use]
    pub fn address(mut self, host: &str, address: IpAddr) -> Self {
        self.addresses.entry(host.to_owned()).or_default().push(address);
        self
    }

    /// Adds an answer to [`World::dns`]. From then on a name that is not recorded does not exist; without any, the
    /// resolver does not answer.
    #[must_use]
    pub fn dns(mut self, question: DnsQuestion, answer: Result<DnsAnswer, Refusal>) -> Self {
        self.dns.insert(question, answer);
        self
    }
}

impl World for RecordedWorld {
    fn inspect(&self, path: &str) -> Result<FileFacts, Refusal> {
        if let Some((facts, _)) = self.files.get(path) {
            return Ok(facts.clone());
        }
        // A folder exists where something is recorded below it.
        let start = format!("{}/", path.trim_end_matches('/'));
        if self.files.keys().any(|name| name.starts_with(&start)) {
            return Ok(FileFacts {
                kind: FileKind::Directory,
                mode: 0o755,
                uid: 0,
                gid: 0,
                size_bytes: 0,
                modified: Time::from_unix_seconds(0),
            });
        }
        Err(Refusal::NotFound)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        let start = format!("{}/", path.trim_end_matches('/'));
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|name| name.strip_prefix(&start))
            .map(|rest| rest.split('/').next().unwrap_or(rest).to_owned())
            .collect();
        names.dedup();
        if names.is_empty() && !self.files.contains_key(path) {
            return Err(Refusal::NotFound);
        }
        Ok(names)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, Refusal> {
        match self.files.get(path) {
            Some((FileFacts { kind: FileKind::File, .. }, content)) => Ok(Box::new(Cursor::new(content.clone()))),
            Some(_) => Err(Refusal::NotAFile),
            None => Err(Refusal::NotFound),
        }
    }

    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        let answer = self.addresses.get(host).cloned().ok_or(Refusal::NoAddress);
        Box::pin(async move { answer })
    }

    fn connect<'a>(
        &'a self,
        _host: &'a str,
        _address: SocketAddr,
    ) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        Box::pin(async { Err(Refusal::ConnectionRefused) })
    }

    fn fetch<'a>(&'a self, url: &'a str, _limit_bytes: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        let answer = self.answers.get(url).cloned().unwrap_or(Err(Refusal::ConnectionRefused));
        Box::pin(async move { answer })
    }

    fn dns<'a>(&'a self, question: &'a DnsQuestion) -> LocalFuture<'a, Result<DnsAnswer, Refusal>> {
        let checked = DnsQuestion { checking_disabled: false, ..question.clone() };
        let answer = match self.dns.get(question).or_else(|| self.dns.get(&checked)) {
            Some(answer) => answer.clone(),
            None if self.dns.is_empty() => Err(Refusal::TimedOut(self.timeout_seconds())),
            // A name with records of another type, or with names below it, exists.
            None => {
                let below = format!(".{}", question.name);
                let exists = self.dns.keys().any(|known| {
                    known.name == question.name || known.name.ends_with(&below) || question.name.is_empty()
                });
                Ok(DnsAnswer::of_status(if exists { DnsStatus::NoError } else { DnsStatus::NoSuchName }))
            }
        };
        Box::pin(async move { answer })
    }

    fn trust_anchor(&self, _host: &str) -> Result<Option<Vec<u8>>, Refusal> {
        Ok(None)
    }
}
