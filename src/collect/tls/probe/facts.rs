//! What was found out -> the facts of one endpoint. A list that is empty because nothing is accepted was proved to be so;
//! one that could not be told is unknown, with its reason.

use std::collections::BTreeSet;

use super::{Found, Told};
use crate::collect::limits::cut;
use crate::collect::tls::certificate::Behind;
use crate::collect::tls::kinds::ENDPOINT;
use crate::collect::tls::session::After;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::tls::{KeyExchange, Suite, Version, ssl2_cipher_name};

/// The field of a version's suites, and of its order.
const FIELDS: [(Version, &str, &str); 5] = [
    (Version::Ssl3, "suites.sslv3", "order.sslv3"),
    (Version::Tls10, "suites.tls10", "order.tls10"),
    (Version::Tls11, "suites.tls11", "order.tls11"),
    (Version::Tls12, "suites.tls12", "order.tls12"),
    (Version::Tls13, "suites.tls13", "order.tls13"),
];
pub(super) const VERDICT: &str = "not asked in a verdict run (--depth full)";
pub(super) const NO_OLD: &str = "TLS 1.2 and older are not accepted";

pub(super) fn observation(
    found: &Found,
    endpoint: &str,
    negotiated: &Result<String, String>,
    behind: &Behind,
    after: Option<After>,
    deep: bool,
) -> Observation {
    let subject = Subject::new(SubjectKind::Endpoint, endpoint);
    let seen = Observation::new(ENDPOINT, subject, Location::host(endpoint), "TLS hellos, each version by itself");
    let mut facts = Facts { found, behind, after, seen, deep };
    facts.seen.set("spoken", true).set("depth", if deep { "full" } else { "verdict" });
    match negotiated {
        Ok(version) => facts.seen.set("negotiated", version.as_str()),
        Err(reason) => facts.seen.unknown("negotiated", cut(reason)),
    };
    facts.protocols();
    facts.suites();
    facts.suite_classes();
    facts.groups();
    facts.signatures();
    facts.primes();
    facts.habits();
    facts.client_auth();
    facts.renegotiation();
    facts.after_tls13();
    facts.seen
}

/// Whether a suite is of a class.
type Belongs = fn(Suite) -> bool;

pub(super) struct Facts<'a> {
    pub(super) found: &'a Found,
    pub(super) behind: &'a Behind,
    pub(super) after: Option<After>,
    pub(super) seen: Observation,
    pub(super) deep: bool,
}

impl Facts<'_> {
    pub(super) fn is(&self, version: Version) -> bool {
        self.found.told.get(&version) == Some(&Told::Accepted)
    }

    pub(super) fn is_old_accepted(&self) -> bool {
        Version::ALL.iter().any(|version| *version < Version::Tls13 && *version > Version::Ssl2 && self.is(*version))
    }

    /// Whether everything from SSL 3.0 to TLS 1.2 was refused.
    pub(super) fn is_old_refused(&self) -> bool {
        let is_refused = |version: &Version| self.found.told.get(version) == Some(&Told::Refused);
        Version::ALL.iter().filter(|version| (Version::Ssl3..=Version::Tls12).contains(*version)).all(is_refused)
    }

    /// Why a version is unknown, if it is.
    pub(super) fn unknown(&self, version: Version) -> Option<String> {
        match self.found.told.get(&version) {
            Some(Told::Unknown(reason)) => Some(format!("{}: {}", version.name(), cut(reason))),
            Some(_) => None,
            None => Some(format!("{}: not asked", version.name())),
        }
    }

    fn protocols(&mut self) {
        let accepted = |versions: &[Version]| -> Vec<&'static str> {
            versions.iter().filter(|version| self.is(**version)).map(|version| version.name()).collect()
        };
        let lists = [
            ("ssl", &[Version::Ssl2, Version::Ssl3][..]),
            ("tls_old", &[Version::Tls10, Version::Tls11]),
            ("protocols.offered", &Version::ALL),
        ];
        let lists = lists.map(|(field, versions)| {
            (field, accepted(versions), versions.iter().find_map(|version| self.unknown(*version)))
        });
        for (field, accepted, unknown) in lists {
            match unknown {
                // What was accepted was seen, whatever else is unknown; that nothing is accepted was not.
                Some(reason) if accepted.is_empty() => self.seen.unknown(field, reason),
                _ => self.seen.set(field, Value::texts(accepted)),
            };
        }
        for (field, version) in [("tls12", Version::Tls12), ("tls13", Version::Tls13)] {
            match self.unknown(version) {
                Some(reason) => self.seen.unknown(field, reason),
                None => self.seen.set(field, self.found.told.get(&version) == Some(&Told::Accepted)),
            };
        }
        let is_complete = Version::ALL.iter().all(|version| self.unknown(*version).is_none());
        self.seen.set("protocols.complete", is_complete);
    }

    /// Suites of a version that are known to be accepted, in the order in which they were chosen.
    pub(super) fn known(&self, version: Version) -> Vec<u16> {
        let mut known: Vec<u16> =
            self.found.searches.get(&version).map(|search| search.suites().to_vec()).unwrap_or_default();
        for met in self.found.met.get(&version).into_iter().flatten() {
            if !known.contains(met) {
                known.push(*met);
            }
        }
        known
    }

    /// Whether the list of a version is whole.
    pub(super) fn is_whole(&self, version: Version) -> bool {
        match self.found.told.get(&version) {
            Some(Told::Refused) => true,
            Some(Told::Accepted) if version == Version::Ssl2 => true,
            Some(Told::Accepted) => self
                .found
                .searches
                .get(&version)
                .is_some_and(|search| search.suites_are_whole() && !self.found.at_most.contains_key(&version)),
            _ => false,
        }
    }

    fn suites(&mut self) {
        if self.unknown(Version::Ssl2).is_none() {
            let ciphers = self.found.ssl2.iter().map(|cipher| ssl2_cipher_name(*cipher));
            self.seen.set("suites.sslv2", Value::texts(ciphers));
        }
        for (version, field, order) in FIELDS {
            if let Some(reason) = self.unknown(version) {
                self.seen.unknown(field, reason.clone()).unknown(order, reason);
                continue;
            }
            let known = self.known(version);
            self.seen.set(field, Value::texts(known.iter().map(|suite| Suite(*suite).name())));
            let search = self.found.searches.get(&version).filter(|_| self.is_whole(version));
            match search.and_then(|search| search.order().word()) {
                _ if !self.is(version) => {}
                Some(word) => {
                    self.seen.set(order, word);
                }
                None => {
                    let reason = if self.deep { "the choices do not tell" } else { VERDICT };
                    self.seen.unknown(order, reason);
                }
            }
        }
        let whole = Version::ALL.iter().filter(|version| self.is_whole(**version)).map(|version| version.name());
        self.seen.set("suites.complete", Value::texts(whole.collect::<Vec<_>>()));
        for (field, version) in [("suites.tls12_at_most", Version::Tls12), ("suites.tls13_at_most", Version::Tls13)] {
            let at_most = match self.found.at_most.get(&version) {
                Some(at_most) => Some(at_most.clone()),
                None if self.is_whole(version) => Some(self.known(version)),
                None => None,
            };
            match at_most {
                Some(at_most) => {
                    let mut names: Vec<String> = at_most.iter().map(|suite| Suite(*suite).name()).collect();
                    names.sort();
                    self.seen.set(field, Value::texts(names));
                }
                None => {
                    self.seen.unknown(field, "the list is not whole");
                }
            }
        }
    }

    /// Every suite that is accepted or, where only a bound is known, may be.
    pub(super) fn possible(&self) -> Option<BTreeSet<u16>> {
        let mut all = BTreeSet::new();
        for (version, ..) in FIELDS {
            if self.is(version) && !self.is_whole(version) {
                all.extend(self.found.at_most.get(&version)?);
            } else if self.unknown(version).is_some() {
                return None;
            }
            all.extend(self.known(version));
        }
        Some(all)
    }

    fn suite_classes(&mut self) {
        let known: BTreeSet<u16> = FIELDS.iter().flat_map(|(version, ..)| self.known(*version)).collect();
        let possible = self.possible();
        let classes: [(&str, Belongs); 5] = [
            ("suites.insecure", Suite::is_insecure),
            ("suites.block_64_bit", Suite::has_small_block),
            ("suites.static_rsa", Suite::is_static_rsa),
            ("suites.legacy", Suite::is_legacy),
            ("suites.dhe", |suite| suite.key_exchange() == KeyExchange::Dhe),
        ];
        for (field, belongs) in classes {
            let of_class = |suites: &BTreeSet<u16>| -> Vec<String> {
                suites.iter().map(|suite| Suite(*suite)).filter(|suite| belongs(*suite)).map(Suite::name).collect()
            };
            let met = of_class(&known);
            // An empty list is a proof only where nothing of the class can be left.
            let is_proved = possible.as_ref().is_some_and(|possible| of_class(possible).is_empty());
            if met.is_empty() && !is_proved {
                self.seen.unknown(field, "not every suite could be asked for");
            } else {
                self.seen.set(field, Value::texts(met));
            }
        }
        match &possible {
            Some(possible) if !possible.is_empty() => {
                let secret = possible.iter().filter(|suite| Suite(**suite).has_forward_secrecy()).count();
                let word = match secret {
                    0 => "none",
                    _ if secret == possible.len() => "all",
                    _ => "some",
                };
                self.seen.set("suites.forward_secrecy", word);
            }
            _ if known.iter().any(|suite| Suite(*suite).has_forward_secrecy()) => {
                self.seen.set("suites.forward_secrecy", "some");
            }
            _ => {
                self.seen.unknown("suites.forward_secrecy", "not every suite could be asked for");
            }
        }
        if self.is(Version::Tls12) {
            let has_aead = self.known(Version::Tls12).iter().any(|suite| Suite(*suite).is_aead());
            if has_aead || self.is_whole(Version::Tls12) {
                self.seen.set("suites.tls12_aead", has_aead);
            } else {
                self.seen.unknown("suites.tls12_aead", "not every suite could be asked for");
            }
        }
        self.weak_first(possible.as_ref());
    }

    fn weak_first(&mut self, possible: Option<&BTreeSet<u16>>) {
        let mut weak = BTreeSet::new();
        let mut is_open = possible.is_none();
        for (version, ..) in FIELDS {
            let Some(search) = self.found.searches.get(&version).filter(|_| self.is(version)) else { continue };
            weak.extend(search.weak_first());
            let classes: BTreeSet<_> = self.known(version).into_iter().map(|suite| Suite(suite).class()).collect();
            let is_bound = self.found.at_most.contains_key(&version);
            is_open |= classes.len() > 1 && search.order().word().is_none() && !is_bound;
        }
        if weak.is_empty() && is_open {
            self.seen.unknown("order.weak_first", "the choices do not tell");
        } else {
            self.seen.set("order.weak_first", Value::texts(weak.into_iter().map(|suite| Suite(suite).name())));
        }
    }
}
