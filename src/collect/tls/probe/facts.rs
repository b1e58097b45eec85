//! What was found out -> the facts of one endpoint. A list that is empty because nothing is accepted was proved to be so;
//! one that could not be told is unknown, with its reason.

use std::collections::BTreeSet;

use super::prime;
use super::{Found, Told};
use crate::collect::limits::cut;
use crate::collect::tls::kinds::ENDPOINT;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::tls::{
    KeyExchange, Suite, Version, group_name, is_weak_group, is_weak_signature, signature_name, ssl2_cipher_name,
};

/// The field of a version's suites, and of its order.
const FIELDS: [(Version, &str, &str); 5] = [
    (Version::Ssl3, "suites.sslv3", "order.sslv3"),
    (Version::Tls10, "suites.tls10", "order.tls10"),
    (Version::Tls11, "suites.tls11", "order.tls11"),
    (Version::Tls12, "suites.tls12", "order.tls12"),
    (Version::Tls13, "suites.tls13", "order.tls13"),
];
const VERDICT: &str = "not asked in a verdict run (--depth full)";
const NO_OLD: &str = "TLS 1.2 and older are not accepted";

pub(super) fn observation(
    found: &Found,
    endpoint: &str,
    negotiated: &Result<String, String>,
    deep: bool,
) -> Observation {
    let subject = Subject::new(SubjectKind::Endpoint, endpoint);
    let seen = Observation::new(ENDPOINT, subject, Location::host(endpoint), "TLS hellos, each version by itself");
    let mut facts = Facts { found, seen, deep };
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
    facts.seen
}

struct Facts<'a> {
    found: &'a Found,
    seen: Observation,
    deep: bool,
}

impl Facts<'_> {
    fn is(&self, version: Version) -> bool {
        self.found.told.get(&version) == Some(&Told::Accepted)
    }

    fn is_old_accepted(&self) -> bool {
        Version::ALL.iter().any(|version| *version < Version::Tls13 && *version > Version::Ssl2 && self.is(*version))
    }

    /// Why a version is unknown, if it is.
    fn unknown(&self, version: Version) -> Option<String> {
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
    fn known(&self, version: Version) -> Vec<u16> {
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
    fn is_whole(&self, version: Version) -> bool {
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
    fn possible(&self) -> Option<BTreeSet<u16>> {
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
        let classes: [(&str, fn(Suite) -> bool); 5] = [
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

    fn groups(&mut self) {
        let names = |groups: &BTreeSet<u16>| Value::texts(groups.iter().map(|group| group_name(*group)));
        let of = |version: Version| self.found.searches.get(&version);
        let mut old: BTreeSet<u16> = self.found.notes.old_groups.clone();
        old.extend(of(Version::Tls12).into_iter().flat_map(|search| search.groups().iter().copied()));
        let mut new: BTreeSet<u16> =
            of(Version::Tls13).into_iter().flat_map(|search| search.groups().iter().copied()).collect();
        let mut complete = Vec::new();
        let whole = |version: Version| {
            self.found.told.get(&version) == Some(&Told::Refused)
                || self.deep && of(version).is_some_and(|search| search.groups_are_whole())
        };
        for version in [Version::Tls12, Version::Tls13] {
            if whole(version) {
                complete.push(version.name());
            }
        }
        let mut weak: BTreeSet<u16> = old.iter().copied().filter(|group| is_weak_group(*group)).collect();
        let mut is_weak_whole = whole(Version::Tls12);
        if let Some((others, is_whole)) = &self.found.other_groups {
            weak.extend(others.iter().copied().filter(|group| is_weak_group(*group)));
            old.extend(others);
            is_weak_whole |= is_whole;
            if *is_whole {
                let strong = super::hellos::strong_groups_12();
                let at_most: BTreeSet<u16> = strong.into_iter().chain(others.iter().copied()).collect();
                self.seen.set("groups.tls12_at_most", names(&at_most));
            }
        } else if whole(Version::Tls12) {
            self.seen.set("groups.tls12_at_most", names(&old));
        }
        if let Some((hybrid, is_whole)) = &self.found.hybrid {
            new.extend(hybrid);
            if !hybrid.is_empty() || *is_whole {
                self.seen.set("groups.hybrid", names(&hybrid.iter().copied().collect()));
            }
        }
        if whole(Version::Tls13) {
            self.seen.set("groups.tls13_at_most", names(&new));
        }
        self.seen.set("groups.tls12", names(&old)).set("groups.tls13", names(&new));
        self.seen.set("groups.complete", Value::texts(complete));
        if weak.is_empty() && !is_weak_whole {
            self.seen.unknown("groups.weak", "not every group could be asked for");
        } else {
            self.seen.set("groups.weak", names(&weak));
        }
        for field in ["groups.tls12_at_most", "groups.tls13_at_most"] {
            if !self.seen.fields.contains_key(field) {
                self.seen.unknown(field, if self.deep { "the list is not whole" } else { VERDICT });
            }
        }
        if self.is(Version::Tls13) && !self.seen.fields.contains_key("groups.hybrid") {
            self.seen.unknown("groups.hybrid", "not every group could be asked for");
        }
    }

    fn signatures(&mut self) {
        let names = |schemes: &[u16]| Value::texts(schemes.iter().map(|scheme| signature_name(*scheme)));
        let search = self.found.searches.get(&Version::Tls12).filter(|_| self.deep);
        let mut complete = Vec::new();
        let (mut weak, mut is_weak_whole) = (Vec::new(), self.found.told.get(&Version::Tls12) == Some(&Told::Refused));
        if let Some(search) = search {
            self.seen.set("signature_algorithms.tls12", names(search.signatures()));
            weak.extend(search.signatures().iter().copied().filter(|scheme| is_weak_signature(*scheme)));
            is_weak_whole |= search.signatures_are_whole();
        }
        if let Some((schemes, is_whole)) = &self.found.weak_signatures {
            weak.extend(schemes);
            is_weak_whole |= is_whole;
        }
        if is_weak_whole && (search.is_some() || !self.is(Version::Tls12)) {
            complete.push(Version::Tls12.name());
        }
        self.seen.set("signature_algorithms.complete", Value::texts(complete));
        if !self.seen.fields.contains_key("signature_algorithms.tls12") {
            self.seen.unknown("signature_algorithms.tls12", if self.deep { "the list is not whole" } else { VERDICT });
        }
        self.seen.unknown("signature_algorithms.tls13", "TLS 1.3 encrypts the signature");
        if weak.is_empty() && !is_weak_whole {
            self.seen.unknown("signature_algorithms.weak", "not every signature scheme could be asked for");
        } else {
            self.seen.set("signature_algorithms.weak", names(&weak));
        }
    }

    fn primes(&mut self) {
        let primes = &self.found.notes.primes;
        if let Some(least) = primes.iter().map(|prime| prime::bits(prime)).min() {
            self.seen.set("dh.min_bits", least);
        }
        let sizes: BTreeSet<i64> = primes.iter().map(|prime| prime::bits(prime)).collect();
        let hashes: Vec<String> = primes.iter().map(|prime| prime::fingerprint(prime)).collect();
        let common: BTreeSet<&str> = hashes.iter().filter_map(|hash| prime::known(hash)).collect();
        self.seen.set("dh.sizes", Value::texts(sizes.iter().map(i64::to_string)));
        self.seen.set("dh.common_primes", Value::texts(common)).set("dh.prime_sha256", Value::texts(hashes));
    }

    fn habits(&mut self) {
        let notes = &self.found.notes;
        for (field, told) in [
            ("renegotiation.secure", notes.secure_renegotiation),
            ("extended_master_secret", notes.extended_master_secret),
            ("encrypt_then_mac", notes.encrypt_then_mac),
            ("session_ticket", notes.session_ticket),
            ("session_id", notes.session_id),
            ("heartbeat", notes.heartbeat),
            ("hello_retry", notes.retried),
            ("fallback_scsv", self.found.fallback),
        ] {
            if let Some(told) = told {
                self.seen.set(field, told);
            }
        }
        if self.is_old_accepted() {
            self.seen.unknown(
                "renegotiation.client_initiated",
                "it takes a finished handshake of TLS 1.2, which is not made",
            );
            let methods = notes.compression.iter().map(|method| match method {
                1 => "deflate".to_owned(),
                64 => "lzs".to_owned(),
                other => format!("0x{other:02X}"),
            });
            self.seen.set("compression", Value::texts(methods));
        } else {
            self.seen.unknown("renegotiation.client_initiated", NO_OLD);
            self.seen.set("compression", Value::List(Vec::new()));
        }
        let formats = notes.point_formats.iter().map(|format| match format {
            0 => "uncompressed".to_owned(),
            1 => "compressed-prime".to_owned(),
            2 => "compressed-char2".to_owned(),
            other => format!("0x{other:02X}"),
        });
        self.seen.set("ec_point_formats", Value::texts(formats));
        self.seen.set("alpn", Value::texts(notes.alpn.iter().map(|name| cut(name))));
        match notes.client_request {
            Some(authorities) => {
                self.seen.set("client_auth", "requested");
                self.seen.set("client_auth_ca_count", i64::try_from(authorities).unwrap_or(i64::MAX));
            }
            None if notes.was_not_requested => {
                self.seen.set("client_auth", "none");
            }
            None => {
                self.seen.unknown("client_auth", "TLS 1.3 encrypts the request");
            }
        }
        for (field, told) in [("sni.absent", self.found.sni_absent), ("sni.unknown_name", self.found.sni_unknown)] {
            match told {
                Some(word) => self.seen.set(field, word),
                None => self.seen.unknown(field, if self.deep { NO_OLD } else { VERDICT }),
            };
        }
        match &self.found.quirks {
            Some(quirks) => self.seen.set("quirks", Value::texts(quirks.iter().copied())),
            None => self.seen.unknown("quirks", NO_OLD),
        };
    }
}
