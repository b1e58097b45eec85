//! Keys that open accounts: every file of every AuthorizedKeysFile pattern in force, and the authorities that sshd trusts.

use std::collections::{BTreeMap, BTreeSet};

use super::Seen;
use super::identity::Identities;
use super::kinds::{SSH_KEY, SSH_PRINCIPAL};
use super::tree::HostTree;
use crate::collect::access::key_locations;
use crate::collect::limits::cut;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Time, Value};
use crate::syntax::accounts::User;
use crate::syntax::authorized_keys::{self, Key};

/// Observes keys; gives how many open each account, `None` where a file cannot be read.
pub(super) fn observe(
    tree: &HostTree<'_>,
    host: &str,
    identities: &Identities,
    seen: &mut Seen,
) -> BTreeMap<String, Option<usize>> {
    let locations = key_locations(tree, &identities.users, &identities.groups);
    let users: BTreeMap<&str, &User> = identities.users.iter().map(|user| (user.name.as_str(), user)).collect();
    let mut counts = BTreeMap::new();
    // One key may stand in two files of one account, and opens it once.
    let mut stated: BTreeSet<Subject> = BTreeSet::new();
    for (name, files) in &locations.files {
        let Some(user) = users.get(name.as_str()) else { continue };
        let mut count = Some(0);
        for path in files {
            let text = match tree.text(path) {
                Ok(text) => text,
                Err(Refusal::NotFound) => continue,
                Err(refusal) => {
                    seen.fault(SSH_KEY, tree.shown(path), refusal.to_string());
                    count = None;
                    continue;
                }
            };
            let (keys, faults) = authorized_keys::parse(&text);
            super::identity::lines(tree, path, &faults, &[SSH_KEY], seen);
            for key in &keys {
                let named = key.principals.iter().filter(|_| key.authority).map(|name| (name.as_str(), key.line));
                principals(tree, path, (host, &user.name), named, &mut stated, seen);
                let one = ssh_key(tree, path, &user.name, key);
                if stated.insert(one.subject.clone()) {
                    count = count.map(|count| count + 1);
                    seen.observations.push(one);
                }
            }
        }
        counts.insert(user.name.clone(), count);
    }
    for path in &locations.authorities {
        match tree.text(path) {
            Ok(text) => {
                let (keys, faults) = authorized_keys::parse(&text);
                super::identity::lines(tree, path, &faults, &[SSH_KEY], seen);
                for key in keys {
                    let one = ssh_key(tree, path, "any", &Key { authority: true, ..key });
                    if stated.insert(one.subject.clone()) {
                        seen.observations.push(one);
                    }
                }
            }
            Err(refusal) => seen.fault(SSH_KEY, tree.shown(path), refusal.to_string()),
        }
    }
    // Without a trusted authority nobody reads who its certificates may be.
    for (user, files) in locations.principals.iter().filter(|_| !locations.authorities.is_empty()) {
        for path in files {
            match tree.text(path) {
                Ok(text) => {
                    principals(tree, path, (host, user), authorized_keys::principals(&text), &mut stated, seen);
                }
                Err(Refusal::NotFound) => {}
                Err(refusal) => seen.fault(SSH_PRINCIPAL, tree.shown(path), refusal.to_string()),
            }
        }
    }
    for (place, reason) in &locations.hidden {
        seen.fault(SSH_KEY, place.clone(), reason.clone());
        seen.fault(SSH_PRINCIPAL, place.clone(), reason.clone());
    }
    counts
}

/// Observes names in certificates that open an account, each once.
fn principals<'a>(
    tree: &HostTree<'_>,
    path: &str,
    (host, user): (&str, &str),
    names: impl IntoIterator<Item = (&'a str, u32)>,
    stated: &mut BTreeSet<Subject>,
    seen: &mut Seen,
) {
    for (name, line) in names {
        let subject = Subject::new(SubjectKind::Account, format!("{host}/{user}#principal[{}]", cut(name)));
        if !stated.insert(subject.clone()) {
            continue;
        }
        let place = Location::file(tree.shown(path), line, 1);
        let mut one = Observation::new(SSH_PRINCIPAL, subject, place, "authorized principals");
        one.set("user", user).set("principal", cut(name));
        seen.observations.push(one);
    }
}

fn ssh_key(tree: &HostTree<'_>, path: &str, user: &str, key: &Key) -> Observation {
    let subject = Subject::new(SubjectKind::Key, format!("{}#{user}", key.fingerprint));
    let place = Location::file(tree.shown(path), key.line, 1);
    let mut seen = Observation::new(SSH_KEY, subject, place, "authorized_keys");
    let kind = ["rsa", "dss", "ecdsa", "ed25519"].into_iter().find(|word| key.kind.contains(word));
    let kind = kind.map_or("other", |word| if word == "dss" { "dsa" } else { word });
    seen.set("user", user).set("fingerprint", key.fingerprint.as_str()).set("key_type", kind);
    seen.set("authority", key.authority).set("principals", Value::texts(key.principals.iter().map(|name| cut(name))));
    match key.bits {
        Some(bits) => {
            seen.set("bits", i64::from(bits));
        }
        None => {
            seen.unknown("bits", "a kind of key whose size is not known");
        }
    }
    seen.set("has_expiry", key.expires.is_some());
    match (key.expires.as_deref().and_then(expiry), &key.expires) {
        (Some(day), _) => {
            seen.set("expires", day);
        }
        (None, Some(_)) => {
            seen.unknown("expires", "expiry-time is not understood");
        }
        (None, None) => {
            seen.unknown("expires", "no expiry-time is set");
        }
    }
    seen
}

/// The moment of an expiry-time option: YYYYMMDD[HHMM[SS]][Z] (sshd(8)); without Z it is in the host's own zone, which a
/// snapshot does not tell, so the day counts.
fn expiry(text: &str) -> Option<Time> {
    let text = text.trim_end_matches('Z');
    if !matches!(text.len(), 8 | 12 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Time::parse(&format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..8)?))
}

#[cfg(test)]
mod tests {
    use super::expiry;

    #[test]
    fn an_expiry_time_is_a_day_with_or_without_a_time() {
        for text in ["20270101", "202701011200", "20270101120000Z"] {
            assert_eq!(expiry(text).map(|day| day.date()).as_deref(), Some("2027-01-01"), "{text}");
        }
        for text in ["2027", "20270230", "never", "2027-1-1", ""] {
            assert_eq!(expiry(text), None, "{text}");
        }
    }
}
