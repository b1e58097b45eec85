//! The elimination search, pure: given a server's answers so far, the next hello; at the end, exactly what the server accepts.
//!
//! Every accepted suite needs a witness, and "nothing else" needs a refusal: N + 1 hellos for N suites. Groups and
//! signatures ride along, the unknown ones listed first. What is then still open is asked for with the known ones left
//! out: together first, then each by itself. For N suites, G groups and Q signature schemes that a server accepts this
//! takes at most N + G + Q + 8 hellos; where one certificate signs for all suites and all have a group, N + max(G, Q) + 6,
//! and max(N, G, Q) + 6 of a server that follows the client's order of groups and signatures.

mod list;
mod order;
mod signer;

use list::{List, State};

pub(crate) use order::Order;
pub(crate) use signer::signs_with_rsa;
use signer::{SIGNERS, Signer};

use crate::syntax::tls::Suite;

/// What may be found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Space {
    /// Suites, strong ones first.
    pub(crate) suites: Vec<u16>,
    /// Groups, in the order in which they are listed.
    pub(crate) groups: Vec<u16>,
    /// Signature schemes, in the order in which they are listed.
    pub(crate) signatures: Vec<u16>,
    /// Groups are to be found, not only listed.
    pub(crate) seek_groups: bool,
    /// Signature schemes are to be found, not only listed.
    pub(crate) seek_signatures: bool,
}

/// One question: the lists of one hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) suites: Vec<u16>,
    pub(crate) groups: Vec<u16>,
    pub(crate) signatures: Vec<u16>,
}

/// What a server chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) suite: u16,
    pub(crate) group: Option<u16>,
    pub(crate) signature: Option<u16>,
    /// The curve of the certificate's key, which TLS 1.2 wants among the groups (RFC 8422 section 5.1).
    pub(crate) curve: Option<u16>,
}

/// What came of a question. Second looks were taken by whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    Accepted(Pick),
    Refused,
    /// Nothing that counts: the search ends, and what is open stays unknown.
    Unknown,
}

/// What the next question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Suites,
    /// Groups and signatures that are not yet found, together.
    Both,
    Signatures(usize),
    Groups,
    /// The same with the certificate's own curve listed last.
    GroupsAndCurve,
    Order,
    Done,
}

/// A search under way.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    suites: List,
    groups: List,
    signatures: List,
    /// Suites that are offered where groups or signatures are asked for: those that were found, or those of the seed.
    known: Vec<u16>,
    curve: Option<u16>,
    both_refused: bool,
    order: order::Evidence,
    was_turned: bool,
    phase: Phase,
}

impl Search {
    /// A search over a space, from nothing.
    pub(crate) fn new(space: Space) -> Self {
        Self {
            suites: List::new(space.suites, true),
            groups: List::new(space.groups, space.seek_groups),
            signatures: List::new(space.signatures, space.seek_signatures),
            known: Vec::new(),
            curve: None,
            both_refused: false,
            order: order::Evidence::new(),
            was_turned: false,
            phase: Phase::Suites,
        }
    }

    /// A search for groups or signatures alone, with suites of which some are accepted. With a curve, groups are asked for
    /// beside it and count where they are chosen before it: a client that can use its certificate has to name it.
    pub(crate) fn seeded(suites: Vec<u16>, space: Space, curve: Option<u16>) -> Self {
        let mut search = Self::new(Space { suites: Vec::new(), ..space });
        (search.known, search.curve) = (suites, curve);
        search.suites.state = State::Unknown;
        search.order.settle();
        search.advance(if search.is_coupled() { Phase::GroupsAndCurve } else { Phase::Both });
        search
    }

    /// Takes in what a whole handshake of somebody else's chose out of these suites. Only before the first question.
    pub(crate) fn witness(&mut self, offered: &[u16], pick: Pick) {
        if self.suites.find(pick.suite) {
            self.known.push(pick.suite);
        }
        if let Some(group) = pick.group {
            self.groups.find(group);
        }
        if self.suites.found.contains(&pick.suite) {
            self.order.chose(offered, pick.suite);
        }
    }

    /// The next question; `None` at the end.
    pub(crate) fn next(&self) -> Option<Offer> {
        let offer = |suites: Vec<u16>, groups, signatures| Some(Offer { suites, groups, signatures });
        match self.phase {
            Phase::Suites if self.is_turning() => {
                let turned = order::weak_first(&self.suites.left).into_iter().chain(self.suites.found.iter().copied());
                offer(turned.collect(), self.groups.all(), self.signatures.all())
            }
            Phase::Suites => offer(self.suites.left.clone(), self.groups.all(), self.signatures.all()),
            Phase::Both => offer(self.both_suites(), self.groups.left.clone(), self.signatures.left.clone()),
            Phase::Signatures(at) => {
                let (suites, signatures) = self.of_signer(at);
                offer(suites, self.groups.all(), signatures)
            }
            Phase::Groups => offer(self.elliptic(), self.groups.left.clone(), self.signatures.all()),
            Phase::GroupsAndCurve => {
                let groups = self.groups.left.iter().copied().chain(self.curve).collect();
                offer(self.elliptic(), groups, self.signatures.all())
            }
            Phase::Order => offer(order::weak_first(&self.suites.found), self.groups.all(), self.signatures.all()),
            Phase::Done => None,
        }
    }

    /// Takes the answer to the last question in.
    pub(crate) fn learn(&mut self, reply: Reply) {
        let Some(offer) = self.next() else { return };
        match reply {
            Reply::Unknown => self.give_up(),
            Reply::Accepted(pick) if !offer.suites.contains(&pick.suite) => self.give_up(),
            Reply::Accepted(pick) => self.accepted(&offer, pick),
            Reply::Refused => self.refused(),
        }
    }

    /// Suites that were found, in the order in which the server chose them.
    pub(crate) fn suites(&self) -> &[u16] {
        &self.suites.found
    }

    /// Whether nothing else is accepted.
    pub(crate) fn suites_are_whole(&self) -> bool {
        self.suites.state == State::Whole
    }

    /// Groups that were found.
    pub(crate) fn groups(&self) -> &[u16] {
        &self.groups.found
    }

    /// Whether no other group is accepted.
    pub(crate) fn groups_are_whole(&self) -> bool {
        self.groups.state == State::Whole
    }

    /// Signature schemes that were found.
    pub(crate) fn signatures(&self) -> &[u16] {
        &self.signatures.found
    }

    /// Whether no other signature scheme is accepted.
    pub(crate) fn signatures_are_whole(&self) -> bool {
        self.signatures.state == State::Whole
    }

    /// Who chooses.
    pub(crate) fn order(&self) -> Order {
        if self.suites.found.len() == 1 && self.suites_are_whole() { Order::Single } else { self.order.told() }
    }

    /// Suites that were chosen though a better one that is accepted was offered beside them.
    pub(crate) fn weak_first(&self) -> Vec<u16> {
        self.order.weak_first(&self.suites.found)
    }

    fn accepted(&mut self, offer: &Offer, pick: Pick) {
        self.curve = pick.curve.or(self.curve);
        let new_group = pick.group.is_some_and(|group| self.groups.find(group));
        let new_signature = pick.signature.is_some_and(|signature| self.signatures.find(signature));
        if self.tells_order() {
            self.order.chose(&offer.suites, pick.suite);
        }
        match self.phase {
            Phase::Suites => {
                self.was_turned |= self.is_turning();
                if self.suites.find(pick.suite) {
                    self.known.push(pick.suite);
                }
                if self.suites.left.is_empty() {
                    self.suites.state = State::Whole;
                    self.advance(Phase::Both);
                }
            }
            // Without anything new there is no end: such a server chose what was not offered.
            Phase::Both if !new_group || !new_signature => self.advance(Phase::Signatures(0)),
            Phase::Both => self.advance(Phase::Both),
            Phase::Signatures(at) => {
                // Groups that were refused together with this signature were refused for themselves.
                let is_theirs = |suite: &u16| SIGNERS.get(at).is_some_and(|signer| signer.uses(*suite));
                let same = self.both_suites().iter().all(is_theirs);
                let needs_curve = SIGNERS.get(at) == Some(&Signer::Ecdsa) && self.is_curve_missing();
                if self.both_refused && same && !needs_curve && self.groups.is_open() {
                    self.groups.state = State::Whole;
                }
                if !new_signature {
                    self.signatures.state = State::Unknown;
                }
                self.advance(Phase::Signatures(if new_signature { at } else { at + 1 }));
            }
            Phase::Groups if new_group => self.advance(Phase::Groups),
            Phase::GroupsAndCurve if new_group => self.advance(Phase::GroupsAndCurve),
            // No group, or one that was not offered: half an answer, or a server that keeps to its own, says nothing of others.
            Phase::Groups | Phase::GroupsAndCurve => self.groups_end(match pick.group {
                Some(group) if offer.groups.contains(&group) => State::Whole,
                _ => State::Unknown,
            }),
            Phase::Order | Phase::Done => self.phase = Phase::Done,
        }
    }

    fn refused(&mut self) {
        match self.phase {
            // A suite that was accepted before is refused among others: that says nothing of the others.
            Phase::Suites if self.is_turning() => self.was_turned = true,
            Phase::Suites => {
                self.suites.state = State::Whole;
                self.advance(Phase::Both);
            }
            Phase::Both => {
                self.both_refused = true;
                self.advance(Phase::Signatures(0));
            }
            Phase::Signatures(at) => self.advance(Phase::Signatures(at + 1)),
            Phase::Groups if self.is_coupled() => self.advance(Phase::GroupsAndCurve),
            Phase::Groups | Phase::GroupsAndCurve => self.groups_end(State::Whole),
            Phase::Order | Phase::Done => self.phase = Phase::Done,
        }
    }

    /// Whether the next question also asks whose order counts: a server that follows the client then shows another suite, as
    /// it would without that, and one that does not shows the known one again.
    fn is_turning(&self) -> bool {
        self.suites.found.len() == 1 && !self.was_turned && self.order.told() == Order::Unknown
    }

    /// Whether every suite that was offered could have been chosen, so that the choice says whose order counts.
    fn tells_order(&self) -> bool {
        match self.phase {
            Phase::Suites | Phase::Signatures(_) | Phase::Order => true,
            Phase::Groups => !self.elliptic().iter().any(|suite| Suite(*suite).is_ecdsa()),
            Phase::Both | Phase::GroupsAndCurve | Phase::Done => false,
        }
    }

    fn groups_end(&mut self, state: State) {
        self.groups.state = state;
        self.advance(Phase::Order);
    }

    fn give_up(&mut self) {
        for list in [&mut self.suites, &mut self.groups, &mut self.signatures] {
            if list.is_open() {
                list.state = State::Unknown;
            }
        }
        self.phase = Phase::Done;
    }

    /// Goes to a phase, or to the first one after it in which there is something to ask.
    fn advance(&mut self, phase: Phase) {
        let mut phase = phase;
        loop {
            let (is_idle, next) = match phase {
                Phase::Suites | Phase::Done => (false, Phase::Done),
                Phase::Both => {
                    let nothing = self.groups.left.is_empty() || self.signatures.left.is_empty();
                    let one = !self.groups.is_open() || !self.signatures.is_open();
                    (nothing || one || self.both_suites().is_empty(), Phase::Signatures(0))
                }
                Phase::Signatures(at) if at >= SIGNERS.len() || !self.signatures.is_open() => {
                    if self.signatures.is_open() {
                        self.signatures.state = State::Whole;
                    }
                    (true, Phase::Groups)
                }
                Phase::Signatures(at) => {
                    let (suites, signatures) = self.of_signer(at);
                    (suites.is_empty() || signatures.is_empty(), Phase::Signatures(at + 1))
                }
                Phase::Groups | Phase::GroupsAndCurve => {
                    let is_idle = !self.groups.is_open() || self.groups.left.is_empty() || self.elliptic().is_empty();
                    if is_idle && self.groups.is_open() {
                        self.groups.state = State::Whole;
                    }
                    (is_idle, Phase::Order)
                }
                Phase::Order => (self.suites.found.len() < 2 || self.order.told() != Order::Unknown, Phase::Done),
            };
            if !is_idle {
                self.phase = phase;
                return;
            }
            phase = next;
        }
    }

    /// Where the only suites with groups are signed by ECDSA, the certificate's own curve has to be listed.
    fn is_coupled(&self) -> bool {
        let elliptic = self.elliptic();
        let is_signed_by_another = |suite: &u16| Suite(*suite).is_tls13() || !Suite(*suite).is_ecdsa();
        self.is_curve_missing() && !elliptic.iter().any(is_signed_by_another)
    }

    fn is_curve_missing(&self) -> bool {
        self.curve.is_some_and(|curve| !self.groups.left.contains(&curve))
    }

    fn elliptic(&self) -> Vec<u16> {
        let has_group = |suite: &u16| Suite(*suite).is_tls13() || Suite(*suite).is_elliptic();
        order::weak_first(&self.known).into_iter().filter(has_group).collect()
    }

    fn both_suites(&self) -> Vec<u16> {
        self.elliptic().into_iter().filter(|suite| Suite(*suite).is_signed()).collect()
    }

    fn of_signer(&self, at: usize) -> (Vec<u16>, Vec<u16>) {
        let Some(signer) = SIGNERS.get(at) else { return (Vec::new(), Vec::new()) };
        let suites = order::weak_first(&self.known).into_iter().filter(|suite| signer.uses(*suite)).collect();
        (suites, self.signatures.left.iter().copied().filter(|scheme| signer.signs(*scheme)).collect())
    }
}

#[cfg(test)]
mod tests;
