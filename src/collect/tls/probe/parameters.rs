//! Facts of an endpoint beside its suites: groups, signatures, primes, and the habits that single hellos show.

use std::collections::BTreeSet;

use super::Told;
use super::facts::{Facts, NO_OLD, VERDICT};
use super::prime;
use crate::collect::limits::cut;
use crate::collect::tls::certificate::ClientAuth;
use crate::collect::tls::session::{After, Renegotiation};
use crate::model::Value;
use crate::syntax::tls::{Version, group_name, is_weak_group, is_weak_signature, signature_name};

impl Facts<'_> {
    pub(super) fn groups(&mut self) {
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

    pub(super) fn signatures(&mut self) {
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
        match &self.behind.schemes {
            Some((schemes, is_whole)) if self.is(Version::Tls13) => {
                self.seen.set("signature_algorithms.tls13", names(schemes));
                if *is_whole {
                    complete.push(Version::Tls13.name());
                }
            }
            _ if self.found.told.get(&Version::Tls13) == Some(&Told::Refused) => {
                self.seen.set("signature_algorithms.tls13", Value::List(Vec::new()));
                complete.push(Version::Tls13.name());
            }
            _ => {
                let reason = if self.deep { "no full handshake of TLS 1.3 was seen" } else { VERDICT };
                self.seen.unknown("signature_algorithms.tls13", reason);
            }
        }
        self.seen.set("signature_algorithms.complete", Value::texts(complete));
        if !self.seen.fields.contains_key("signature_algorithms.tls12") {
            self.seen.unknown("signature_algorithms.tls12", if self.deep { "the list is not whole" } else { VERDICT });
        }
        if weak.is_empty() && !is_weak_whole {
            self.seen.unknown("signature_algorithms.weak", "not every signature scheme could be asked for");
        } else {
            self.seen.set("signature_algorithms.weak", names(&weak));
        }
    }

    pub(super) fn primes(&mut self) {
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

    pub(super) fn habits(&mut self) {
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
        let is_proved = self.is_old_accepted() && self.found.was_compression_offered;
        if is_proved || !notes.compression.is_empty() {
            let methods = notes.compression.iter().map(|method| match method {
                1 => "deflate".to_owned(),
                64 => "lzs".to_owned(),
                other => format!("0x{other:02X}"),
            });
            self.seen.set("compression", Value::texts(methods));
        } else if self.is_old_refused() {
            self.seen.set("compression", Value::List(Vec::new()));
        } else {
            self.seen.unknown("compression", "no hello that offers it was answered");
        }
        let formats = notes.point_formats.iter().map(|format| match format {
            0 => "uncompressed".to_owned(),
            1 => "compressed-prime".to_owned(),
            2 => "compressed-char2".to_owned(),
            other => format!("0x{other:02X}"),
        });
        self.seen.set("ec_point_formats", Value::texts(formats));
        self.seen.set("alpn", Value::texts(notes.alpn.iter().map(|name| cut(name))));
        for (field, told) in [("sni.absent", &self.found.sni_absent), ("sni.unknown_name", &self.found.sni_unknown)] {
            match told {
                Some(Ok(word)) => self.seen.set(field, *word),
                Some(Err(reason)) => self.seen.unknown(field, cut(reason)),
                None => self.seen.unknown(field, self.not_asked_in_12()),
            };
        }
        match &self.found.quirks {
            Some(quirks) => self.seen.set("quirks", Value::texts(quirks.iter().copied())),
            None => {
                let unknown = [Version::Tls12, Version::Tls13].into_iter().find_map(|version| self.unknown(version));
                let reason =
                    unknown.unwrap_or_else(|| "asked in TLS 1.2 and 1.3, neither of which is accepted".to_owned());
                self.seen.unknown("quirks", reason)
            }
        };
    }

    /// Why nothing is known of what is asked in TLS 1.2 alone.
    fn not_asked_in_12(&self) -> String {
        match self.found.told.get(&Version::Tls12) {
            _ if !self.deep => VERDICT.to_owned(),
            Some(Told::Unknown(reason)) => cut(reason),
            Some(Told::Accepted) => "the server stopped answering before it was asked".to_owned(),
            _ => "asked in TLS 1.2, which is not accepted".to_owned(),
        }
    }

    /// By what was asked for in the clear and behind the encryption, whichever is stricter.
    pub(super) fn client_auth(&mut self) {
        let notes = &self.found.notes;
        let in_the_clear = match (notes.client_request, self.after) {
            (Some(authorities), Some(After { finished: true, .. })) => Some(ClientAuth::Requested(authorities)),
            (Some(authorities), Some(After { finished: false, .. })) => Some(ClientAuth::Required(authorities)),
            // It is asked for; what becomes of a client without one was not seen.
            (Some(authorities), None) => {
                self.seen.unknown("client_auth", "no handshake without a client's certificate came to an end");
                self.seen.set("client_auth_ca_count", i64::try_from(authorities).unwrap_or(i64::MAX));
                return;
            }
            (None, _) => notes.was_not_requested.then_some(ClientAuth::None),
        };
        let strictest = [in_the_clear, self.behind.client_auth].into_iter().flatten().max_by_key(|auth| match auth {
            ClientAuth::None => 0,
            ClientAuth::Requested(_) => 1,
            ClientAuth::Required(_) => 2,
        });
        let (word, authorities) = match strictest {
            Some(ClientAuth::None) => ("none", None),
            Some(ClientAuth::Requested(authorities)) => ("requested", Some(authorities)),
            Some(ClientAuth::Required(authorities)) => ("required", Some(authorities)),
            None => {
                self.seen.unknown("client_auth", "TLS 1.3 encrypts the request");
                return;
            }
        };
        self.seen.set("client_auth", word);
        if let Some(authorities) = authorities {
            self.seen.set("client_auth_ca_count", i64::try_from(authorities).unwrap_or(i64::MAX));
        }
    }

    pub(super) fn renegotiation(&mut self) {
        const FIELD: &str = "renegotiation.client_initiated";
        let told = match self.after.map(|after| after.renegotiation) {
            _ if !self.is_old_accepted() => Err(NO_OLD),
            Some(Renegotiation::Accepted) => Ok(true),
            // Twice the connection was ended over it: it cannot be had either.
            Some(Renegotiation::Refused | Renegotiation::Closed) => Ok(false),
            Some(Renegotiation::Untold) => Err("there was no answer to the wish for another handshake"),
            None => Err("no handshake of TLS 1.2 with AEAD and forward secrecy came to an end"),
        };
        match told {
            Ok(told) => self.seen.set(FIELD, told),
            Err(reason) => self.seen.unknown(FIELD, reason),
        };
    }

    /// What TLS 1.3 says only after its handshake.
    pub(super) fn after_tls13(&mut self) {
        match self.behind.tickets.filter(|_| self.is(Version::Tls13)) {
            Some(tickets) => {
                self.seen.set("tickets_tls13", i64::from(tickets.count));
                self.seen.set("early_data.max_bytes", i64::from(tickets.early_data_bytes));
            }
            None => {
                let reason = "no full handshake of TLS 1.3 was seen to its end";
                self.seen.unknown("tickets_tls13", reason).unknown("early_data.max_bytes", reason);
            }
        }
    }
}
