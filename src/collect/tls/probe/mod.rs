//! One endpoint, asked with raw hellos: first whether it answers at all, then each version in a lane of its own.
//!
//! A verdict run offers together what guidelines forbid, so that a refusal proves a clean site; a full run lists everything.

mod ask;
mod facts;
mod hellos;
mod notes;
mod old;
mod parameters;
mod prime;
mod tls12;
mod tls13;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use tokio::join;

pub(super) use self::ask::Target;
use self::ask::{Answer, Asker};
use self::hellos::Load;
use self::notes::{Notes, pick};
use super::certificate::{Behind, InTheClear, Met};
use super::search::{Offer, Reply, Search};
use crate::model::Observation;
use crate::syntax::tls::{Flight, Hello, Version, ssl2_hello};

/// What one version came to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Accepted,
    Refused,
    Unknown(String),
}

/// What a hello of a version came to.
#[derive(Debug)]
enum Put {
    Accepted(Box<Flight>),
    /// Refused, or answered with a lower version; the alert, where there was one.
    Refused(Option<u8>),
    Unknown(String),
}

/// What the first contact came to.
#[derive(Debug)]
pub(super) enum Contact {
    /// TLS is spoken.
    Spoken,
    /// Something else is spoken.
    NotTls,
    /// It cannot be told; the reason.
    Unknown(String),
}

/// What whole handshakes showed on the way.
#[derive(Debug)]
pub(super) struct Seen {
    /// Suites and groups of TLS 1.3, in the order in which they were met.
    pub(super) met: Vec<Met>,
    /// Whether the certificate that a browser gets has an RSA key.
    pub(super) is_rsa: Option<bool>,
}

/// How a search ended.
#[derive(Debug)]
struct Ran {
    /// Why it was cut short, if it was.
    cut: Option<String>,
    /// The alert of its last refusal.
    alert: Option<u8>,
}

/// What was answered to another name, or why that is not known.
type Named = Option<Result<&'static str, String>>;

/// What was found out; lanes write to it side by side.
#[derive(Debug, Default)]
struct Found {
    told: BTreeMap<Version, Told>,
    searches: BTreeMap<Version, Search>,
    ssl2: Vec<u32>,
    notes: Notes,
    quirks: Option<BTreeSet<&'static str>>,
    fallback: Option<bool>,
    /// Suites beside the strong ones that a verdict run proved to be all that may be accepted.
    at_most: BTreeMap<Version, Vec<u16>>,
    /// Groups of TLS 1.2 that are weak or unusual, and whether that list is whole.
    other_groups: Option<(Vec<u16>, bool)>,
    /// Hybrid groups, and whether that list is whole.
    hybrid: Option<(Vec<u16>, bool)>,
    weak_signatures: Option<(Vec<u16>, bool)>,
    /// No other certificate than those that were met is there in TLS 1.2.
    chains_are_whole: bool,
    /// Everything that an RSA certificate could sign for was refused in TLS 1.2.
    has_no_rsa: bool,
    sni_absent: Named,
    sni_unknown: Named,
    /// The version behind the chosen suite of a verdict run, which is only one of those that are accepted.
    met: BTreeMap<Version, BTreeSet<u16>>,
    /// A hello that offers compression was answered.
    was_compression_offered: bool,
}

/// One endpoint under probe.
pub(super) struct Probe<'a> {
    asker: Asker<'a>,
    deep: bool,
    /// The profile wants a hybrid group, so that a verdict run asks for one.
    wants_hybrid: bool,
    found: RefCell<Found>,
}

impl<'a> Probe<'a> {
    /// A probe whose time runs from now.
    pub(super) fn new(target: Target<'a>, deep: bool, wants_hybrid: bool) -> Self {
        Self { asker: Asker::new(target), deep, wants_hybrid, found: RefCell::default() }
    }

    /// Whether anything answers, newest version first.
    pub(super) async fn contact(&self) -> Contact {
        let mut reasons = Vec::new();
        match self.first_of_12().await {
            Ok(()) => return Contact::Spoken,
            Err(reason) => reasons.extend(reason),
        }
        // Where not even the first hello brought a word, four more of them are no kindness to a host that is down.
        if reasons.iter().any(|reason| reason != "the answer is no TLS" && !reason.contains("closed without")) {
            return Contact::Unknown(reasons.swap_remove(0));
        }
        // A verdict run's first hello held strong suites alone, so that a server may speak TLS 1.2 with others.
        let again = (!self.deep).then_some(Version::Tls12);
        for version in [Version::Tls13].into_iter().chain(again).chain([Version::Tls11, Version::Tls10, Version::Ssl3])
        {
            let offer = Search::new(hellos::space(version)).next();
            let Some(offer) = offer else { continue };
            match self.put(version, &self.hello(version, &offer)).await {
                Put::Accepted(_) => return Contact::Spoken,
                Put::Refused(_) if self.asker.has_good() => return Contact::Spoken,
                Put::Refused(_) => {}
                Put::Unknown(reason) => reasons.push(reason),
            }
        }
        if let Ok(Some(ciphers)) = self.asker.ask_ssl2(&ssl2_hello()).await {
            self.found.borrow_mut().ssl2 = ciphers;
            self.tell(Version::Ssl2, Told::Accepted);
            return Contact::Spoken;
        }
        match reasons.first() {
            Some(reason) if reason == "the answer is no TLS" => Contact::NotTls,
            Some(reason) => Contact::Unknown(reason.clone()),
            None => Contact::Unknown("no protocol version was accepted".to_owned()),
        }
    }

    /// Everything else, in four lanes side by side; the world holds how many connections are open.
    ///
    /// The handshakes of a whole client are made beside them; they hand in what they came to, and what was seen on the way.
    pub(super) async fn look<T>(&self, greeting: impl Future<Output = (T, Seen)>) -> T {
        let thirteen = async {
            if self.deep {
                let (value, seen) = greeting.await;
                self.everything_13(&seen.met).await;
                (value, seen)
            } else {
                join!(greeting, self.forbidden_13()).0
            }
        };
        let (silent_at, (), (), (value, seen)) = join!(self.ssl2(), self.old(), self.tls12(), thirteen);
        if !self.deep && self.is_accepted(Version::Tls12) {
            self.weak_signatures(seen.is_rsa).await;
        }
        self.fallback().await;
        if let Some(at) = silent_at {
            let is_alive = self.asker.answers() > at || self.asker.is_alive().await;
            let reason = "the server stopped answering what it had answered before";
            self.tell(Version::Ssl2, if is_alive { Told::Refused } else { Told::Unknown(reason.to_owned()) });
        }
        value
    }

    /// Settles TLS 1.3 by what a full handshake came to, where hellos alone did not.
    pub(super) async fn settle(&self, negotiated: &Result<String, String>) {
        self.settle_13(negotiated).await;
    }

    /// The chains that were sent in the clear.
    pub(super) fn in_the_clear(&self) -> InTheClear {
        let found = self.found.borrow();
        InTheClear { chains: found.notes.chains.clone(), are_whole: found.chains_are_whole }
    }

    /// The facts.
    pub(super) fn observation(
        &self,
        endpoint: &str,
        negotiated: &Result<String, String>,
        behind: &Behind,
    ) -> Observation {
        let found = self.found.borrow();
        let mut seen = facts::observation(&found, endpoint, negotiated, behind, self.asker.after(), self.deep);
        seen.set("throttled", self.asker.was_throttled());
        seen.set("connections", i64::from(self.asker.connections().saturating_add(behind.connections)));
        seen.set("starttls", if self.asker.target.smtp { "smtp" } else { "none" });
        seen
    }

    /// Asks SSL 2.0. Where nothing came, how many answers there had been before.
    async fn ssl2(&self) -> Option<u32> {
        if self.is_told(Version::Ssl2) {
            return None;
        }
        let told = match self.asker.ask_ssl2(&ssl2_hello()).await {
            Ok(Some(ciphers)) => {
                self.found.borrow_mut().ssl2 = ciphers;
                Told::Accepted
            }
            Ok(None) => Told::Refused,
            Err(()) => return Some(self.asker.answers()),
        };
        self.tell(Version::Ssl2, told);
        None
    }

    fn tell(&self, version: Version, told: Told) {
        self.found.borrow_mut().told.insert(version, told);
    }

    fn is_told(&self, version: Version) -> bool {
        self.found.borrow().told.contains_key(&version)
    }

    fn is_accepted(&self, version: Version) -> bool {
        self.found.borrow().told.get(&version) == Some(&Told::Accepted)
    }

    fn hello(&self, version: Version, offer: &Offer) -> Hello {
        hellos::hello(version, offer, self.asker.target.name)
    }

    /// Sends one hello of a version and notes what its answer says on the side.
    async fn put(&self, version: Version, hello: &Hello) -> Put {
        for _ in 0..2 {
            let answer = self.asker.ask(&hello.bytes()).await;
            if let Some(put) = self.noted(version, hello, answer) {
                return put;
            }
        }
        // Twice the server chose a lower version: it does not speak the one that was asked for.
        Put::Refused(None)
    }

    /// The same, and carries the handshake to its end where it can be.
    async fn put_through(&self, version: Version, hello: &Hello) -> Put {
        let answer = self.asker.ask_through(hello).await;
        match self.noted(version, hello, answer) {
            Some(put) => put,
            None => self.put(version, hello).await,
        }
    }

    /// What an answer came to; `None` where it chooses a lower version, which is looked at twice.
    fn noted(&self, version: Version, hello: &Hello, answer: Answer) -> Option<Put> {
        Some(match answer {
            Answer::Hello(flight) => {
                let selected = flight.hello.as_ref().map(|hello| (hello.version, hello.suite));
                let (number, suite) = selected?;
                // No server may choose what was not offered (RFC 5246 section 7.4.1.3, RFC 8446 section 4.1.3): such an
                // answer is none to this hello.
                if number > version.number() || !hello.suites.contains(&suite) {
                    return Some(Put::Unknown("the answer chooses what was not offered".to_owned()));
                }
                let mut found = self.found.borrow_mut();
                found.notes.take(&flight);
                found.was_compression_offered |= !hello.compression.is_empty();
                if number < version.number() {
                    return None;
                }
                found.met.entry(version).or_default().insert(suite);
                Put::Accepted(flight)
            }
            Answer::Refused(alert) => Put::Refused(alert),
            Answer::Unknown(reason) => Put::Unknown(reason),
        })
    }

    /// Runs a search of a version to its end.
    async fn run(&self, version: Version, search: &mut Search) -> Ran {
        let mut last = None;
        let mut alpn = if version == Version::Tls12 && self.deep { self.alpn_left() } else { Vec::new() };
        while let Some(offer) = search.next() {
            let mut hello = self.hello(version, &offer);
            if !alpn.is_empty() {
                // With a known one behind them nobody has to refuse, and a refusal is one of the suites.
                hello.alpn = alpn.iter().cloned().chain(self.found.borrow().notes.alpn.iter().cloned()).collect();
            }
            let reply = match self.put(version, &hello).await {
                Put::Accepted(flight) => {
                    let chosen = flight.hello.as_ref().and_then(|hello| hello.alpn()).map(String::from_utf8_lossy);
                    match chosen {
                        Some(chosen) if alpn.iter().any(|name| *name == chosen) => alpn.retain(|name| *name != chosen),
                        // A known one goes before all that are left: whoever speaks that one never gets another.
                        _ => alpn.clear(),
                    }
                    pick(&flight).map_or(Reply::Unknown, Reply::Accepted)
                }
                // no_application_protocol: the suites were not what was refused (RFC 7301 section 3.2).
                Put::Refused(Some(120)) if !alpn.is_empty() => {
                    alpn.clear();
                    continue;
                }
                Put::Refused(alert) => {
                    last = alert;
                    Reply::Refused
                }
                Put::Unknown(reason) => {
                    search.learn(Reply::Unknown);
                    return Ran { cut: Some(reason), alert: None };
                }
            };
            search.learn(reply);
        }
        Ran { cut: None, alert: last }
    }

    /// Application protocols that were not yet chosen; none inside SMTP.
    fn alpn_left(&self) -> Vec<String> {
        if self.asker.target.smtp {
            return Vec::new();
        }
        let found = self.found.borrow();
        hellos::alpn().into_iter().filter(|name| !found.notes.alpn.contains(name)).collect()
    }

    /// Application protocols that were there before HTTP/2, inside which nobody may renegotiate (RFC 9113 section 9.2.1).
    fn alpn_before_http2(&self) -> Vec<String> {
        self.alpn_left().into_iter().filter(|name| name.starts_with("http/")).collect()
    }

    /// What a version came to, by its search.
    fn tell_by(&self, version: Version, search: Search, ran: Ran) {
        let told = match ran.cut {
            _ if !search.suites().is_empty() => Told::Accepted,
            None if search.suites_are_whole() => Told::Refused,
            reason => Told::Unknown(reason.unwrap_or_else(|| "the answers contradict each other".to_owned())),
        };
        self.tell(version, told);
        self.found.borrow_mut().searches.insert(version, search);
    }

    /// Which load the server does not put up with: one hello each, where all together were not answered.
    async fn quirks(&self, version: Version, plain: &Hello) -> BTreeSet<&'static str> {
        let mut quirks = BTreeSet::new();
        for (load, word) in Load::EACH {
            if !matches!(self.put(version, &hellos::loaded(plain.clone(), load)).await, Put::Accepted(_)) {
                quirks.insert(word);
            }
        }
        quirks
    }
}
