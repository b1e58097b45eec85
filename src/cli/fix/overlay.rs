//! The world with some files in another text: what a fix would lead to is looked at before anything is written.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::net::{IpAddr, SocketAddr};

use crate::collect::collector::LocalFuture;
use crate::collect::live::LiveWorld;
use crate::collect::world::{Fetched, FileFacts, Refusal, Stream, World};

/// A live world, and texts that stand in for files of it.
pub(super) struct Overlay<'w> {
    pub(super) below: &'w LiveWorld,
    pub(super) texts: BTreeMap<String, Vec<u8>>,
}

impl World for Overlay<'_> {
    fn inspect(&self, path: &str) -> Result<FileFacts, Refusal> {
        self.below.inspect(path)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        self.below.list(path)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, Refusal> {
        match self.texts.get(path) {
            Some(text) => Ok(Box::new(Cursor::new(text.clone()))),
            None => self.below.open(path),
        }
    }

    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        self.below.resolve(host)
    }

    fn connect<'a>(&'a self, host: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        self.below.connect(host, address)
    }

    fn fetch<'a>(&'a self, url: &'a str, limit_bytes: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        self.below.fetch(url, limit_bytes)
    }

    fn trust_anchor(&self, host: &str) -> Result<Option<Vec<u8>>, Refusal> {
        self.below.trust_anchor(host)
    }
}
