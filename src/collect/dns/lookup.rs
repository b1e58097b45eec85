//! Questions of one run, each asked once, and what their answers mean.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::collect::limits::DNS_ALIASES;
use crate::collect::question::{DnsAnswer, DnsData, DnsQuestion, DnsStatus, RecordType};
use crate::collect::world::World;

/// What a lookup found. A resolver that fails is an `Err` with the reason, never an absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The name, or the one that it is an alias of, exists.
    pub(super) exists: bool,
    /// What the name is an alias of, in the order in which they lead on.
    pub(super) aliases: Vec<String>,
    pub(super) data: Vec<DnsData>,
    pub(super) authenticated: bool,
}

impl Found {
    pub(super) fn texts(&self) -> impl Iterator<Item = String> + '_ {
        self.data.iter().filter_map(|data| match data {
            DnsData::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        })
    }

    pub(super) fn addresses(&self) -> impl Iterator<Item = std::net::IpAddr> + '_ {
        self.data.iter().filter_map(|data| match data {
            DnsData::Address(address) => Some(*address),
            _ => None,
        })
    }
}

/// The questions of one run.
pub(super) struct Lookup<'w> {
    pub(super) world: &'w dyn World,
    known: RefCell<BTreeMap<DnsQuestion, Result<DnsAnswer, String>>>,
}

impl<'w> Lookup<'w> {
    pub(super) fn new(world: &'w dyn World) -> Self {
        Self { world, known: RefCell::new(BTreeMap::new()) }
    }

    /// One question, asked once in a run.
    pub(super) async fn ask(&self, question: &DnsQuestion) -> Result<DnsAnswer, String> {
        if let Some(known) = self.known.borrow().get(question) {
            return known.clone();
        }
        let answer = self.world.dns(question).await.map_err(|refusal| refusal.to_string());
        self.known.borrow_mut().insert(question.clone(), answer.clone());
        answer
    }

    /// Records of a name. An alias whose target did not come with the answer is followed.
    pub(super) async fn find(&self, name: &str, record_type: RecordType) -> Result<Found, String> {
        let mut question = DnsQuestion::new(name, record_type);
        let mut found = Found { exists: true, aliases: Vec::new(), data: Vec::new(), authenticated: true };
        loop {
            let answer = self.ask(&question).await?;
            found.authenticated &= answer.authenticated;
            found.aliases.extend(answer.aliases.iter().cloned());
            match answer.status {
                DnsStatus::NoError => {}
                DnsStatus::NoSuchName => {
                    found.exists = false;
                    return Ok(found);
                }
                DnsStatus::ServerFailure => return Err("the resolver could not find an answer (SERVFAIL)".to_owned()),
                DnsStatus::Other(code) => return Err(format!("the resolver refused (code {code})")),
            }
            if found.aliases.len() > DNS_ALIASES {
                return Err("an alias that leads on without end".to_owned());
            }
            match answer.aliases.last() {
                Some(last) if answer.data.is_empty() && *last != question.name => {
                    question = DnsQuestion::new(last, record_type);
                }
                _ => {
                    found.data = answer.data;
                    return Ok(found);
                }
            }
        }
    }

    /// IPv4 and IPv6 addresses together.
    pub(super) async fn addresses(&self, name: &str) -> Result<Found, String> {
        let (four, six) =
            futures_util::future::join(self.find(name, RecordType::A), self.find(name, RecordType::Aaaa)).await;
        let (mut four, six) = (four?, six?);
        four.exists &= six.exists;
        four.authenticated &= six.authenticated;
        four.data.extend(six.data);
        if four.aliases.is_empty() {
            four.aliases = six.aliases;
        }
        four.data.sort();
        four.data.dedup();
        Ok(four)
    }

    /// Whether a name exists at all.
    pub(super) async fn exists(&self, name: &str) -> Result<bool, String> {
        self.addresses(name).await.map(|found| found.exists)
    }

    /// The zone that holds a name: the nearest name above it, itself included, that is the start of one.
    pub(super) async fn zone(&self, name: &str) -> Result<String, String> {
        for candidate in ancestors(name) {
            // A bogus zone must be found too, so the resolver is told not to validate.
            let question = DnsQuestion { checking_disabled: true, ..DnsQuestion::new(candidate, RecordType::Soa) };
            let answer = self.ask(&question).await?;
            if !matches!(answer.status, DnsStatus::NoError | DnsStatus::NoSuchName) {
                return Err("the zone cannot be found".to_owned());
            }
            if !answer.data.is_empty() && answer.aliases.is_empty() {
                return Ok(candidate.to_owned());
            }
        }
        Err("the zone cannot be found".to_owned())
    }
}

/// A name and the names above it, without the root.
pub(super) fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.split_once('.').map(|(_, rest)| rest))
        .filter(|candidate| !candidate.is_empty())
}

#[cfg(test)]
mod tests {
    use super::ancestors;

    #[test]
    fn ancestors_end_below_the_root() {
        assert_eq!(ancestors("www.example.jp").collect::<Vec<_>>(), ["www.example.jp", "example.jp", "jp"]);
        assert_eq!(ancestors("").count(), 0);
    }
}
