//! Who chooses the suite, read off the choices that were met anyway, and whether a weaker one was chosen before a better one.

use std::collections::BTreeSet;

use crate::syntax::tls::Suite;

/// Who chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Unknown,
    Server,
    Client,
    /// One suite only: there is nothing to choose.
    Single,
}

impl Order {
    /// Its word in facts.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Server => Some("server"),
            Self::Client => Some("client"),
            Self::Single => Some("single"),
        }
    }
}

/// Every choice that was met.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    choices: Vec<(Vec<u16>, u16)>,
    is_settled: bool,
}

impl Evidence {
    pub(super) fn new() -> Self {
        Self { choices: Vec::new(), is_settled: false }
    }

    /// Nothing about the order is asked for.
    pub(super) fn settle(&mut self) {
        self.is_settled = true;
    }

    pub(super) fn chose(&mut self, offered: &[u16], pick: u16) {
        self.choices.push((offered.to_vec(), pick));
    }

    /// What the choices tell about suites that are known to be accepted.
    pub(super) fn told(&self) -> Order {
        let accepted: Vec<u16> = self.choices.iter().map(|(_, pick)| *pick).collect();
        let mut above = BTreeSet::new();
        for (offered, pick) in &self.choices {
            let mut usable = offered.iter().filter(|suite| accepted.contains(suite));
            if usable.next().is_some_and(|first| first != pick) {
                return Order::Server;
            }
            above.extend(usable.map(|other| (*pick, *other)));
        }
        // Two suites that were each chosen before the other cannot stand in one order of the server's own.
        let is_followed_both_ways = above.iter().any(|(one, other)| above.contains(&(*other, *one)));
        match () {
            () if self.is_settled => Order::Single,
            () if is_followed_both_ways => Order::Client,
            () => Order::Unknown,
        }
    }

    /// Suites that were chosen though a better one of those that are accepted was offered.
    pub(super) fn weak_first(&self, accepted: &[u16]) -> Vec<u16> {
        let mut weak = Vec::new();
        for (offered, pick) in &self.choices {
            let better = |suite: &u16| accepted.contains(suite) && Suite(*suite).class() < Suite(*pick).class();
            if offered.iter().any(better) && !weak.contains(pick) {
                weak.push(*pick);
            }
        }
        weak
    }
}

/// Suites the other way round, the weakest class in front: what a client would say that wants the worst.
pub(super) fn weak_first(suites: &[u16]) -> Vec<u16> {
    let mut turned: Vec<u16> = suites.iter().rev().copied().collect();
    turned.sort_by_key(|suite| std::cmp::Reverse(Suite(*suite).class()));
    turned
}
