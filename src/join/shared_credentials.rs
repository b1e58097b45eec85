//! Credentials that more than one person or company holds: one key in two entries, one account that two open.

use std::collections::{BTreeMap, BTreeSet};

use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Integer, Texts};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Location, Observation, Related, Strength, Subject, SubjectKind, Value,
};

const CREDENTIAL: &str = "credential-holder";

/// The join.
pub(super) const SHARED_CREDENTIALS: Join = Join { name: "shared-credentials", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: CREDENTIAL,
    subject: "account:SYSTEM/USER or key:FINGERPRINT",
    en: "one account or key, and everybody who holds it by register, people file and authorized_keys",
    ja: "アカウントまたは鍵と、台帳・職員名簿・authorized_keysから分かる使用者",
    fields: &[
        field("persons", Texts, "persons who hold it", "使用する個人"),
        field("contractors", Texts, "contractors that hold it", "使用する委託先"),
        field(
            "holders",
            Integer,
            "persons and contractors; a contractor whose person is named counts as that person",
            "使用者の数",
        ),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// Holders of one credential with the places that name them.
#[derive(Default)]
struct Held {
    persons: BTreeSet<String>,
    contractors: BTreeSet<String>,
    /// Contractors of which one entry names nobody.
    unnamed: BTreeSet<String>,
    places: BTreeSet<Location>,
}

impl Held {
    fn add(&mut self, entry: &Observation) {
        self.places.insert(entry.source.clone());
        if let Some(person) = entry.text("person") {
            self.persons.insert(person.to_owned());
        }
        if let Some(contractor) = entry.text("contractor") {
            self.contractors.insert(contractor.to_owned());
            match entry.text("person_id") {
                // Ids of two companies may be alike.
                Some(person) => {
                    self.persons.insert(format!("{contractor}/{person}"));
                }
                None => {
                    self.unnamed.insert(contractor.to_owned());
                }
            }
        }
    }

    fn count(&self) -> usize {
        let named =
            |contractor: &&String| self.persons.iter().any(|person| person.starts_with(&format!("{contractor}/")));
        self.persons.len() + self.unnamed.iter().filter(|contractor| !named(contractor)).count()
    }
}

fn join(evidence: &Evidence) -> Evidence {
    let mut keys: BTreeMap<&str, Held> = BTreeMap::new();
    for entry in evidence.of_kind("register-key").chain(evidence.of_kind("person-key")) {
        if let Some(fingerprint) = entry.text("fingerprint") {
            keys.entry(fingerprint).or_default().add(entry);
        }
    }
    let mut accounts: BTreeMap<String, Held> = BTreeMap::new();
    for entry in evidence.of_kind("register-account").chain(evidence.of_kind("person-account")) {
        if let (Some(system), Some(user)) = (entry.text("system"), entry.text("user")) {
            accounts.entry(format!("{system}/{user}")).or_default().add(entry);
        }
    }
    // Whoever holds a key that opens an account uses the account.
    let mut by_key: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    for entry in evidence.of_kind("register-key").chain(evidence.of_kind("person-key")) {
        by_key.entry(entry.text("fingerprint").unwrap_or_default()).or_default().push(entry);
    }
    for key in evidence.of_kind("ssh-key").filter(|key| key.flag("authority") != Some(true)) {
        let (Some(fingerprint), Some(user)) = (key.text("fingerprint"), key.text("user")) else { continue };
        for entry in by_key.get(fingerprint).map_or(&[][..], Vec::as_slice) {
            accounts.entry(format!("os/{user}")).or_default().add(entry);
        }
    }
    let mut derived = Evidence::default();
    let of_keys = keys.into_iter().map(|(name, held)| (SubjectKind::Key, name.to_owned(), held));
    let of_accounts = accounts.into_iter().map(|(name, held)| (SubjectKind::Account, name, held));
    for (kind, name, held) in of_keys.chain(of_accounts) {
        let mut places = held.places.iter().cloned();
        let source = places.next().unwrap_or_default();
        let mut seen = Observation::new(CREDENTIAL, Subject::new(kind, name), source, "who holds what");
        seen.strength = Strength::Joined;
        seen.related = places.map(|location| Related { location, note: "named here".to_owned() }).collect();
        seen.set("holders", i64::try_from(held.count()).unwrap_or(i64::MAX));
        seen.set("persons", Value::texts(held.persons)).set("contractors", Value::texts(held.contractors));
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    let sources = ["register-account", "register-key", "person-account", "person-key"];
    derived.census = vec![joined_census(evidence, &sources, CREDENTIAL, "credentials", count)];
    retain_asked(&mut derived);
    derived
}
