//! DKIM keys of declared selectors. Selectors cannot be listed from outside, so what is not declared is not looked at.

use super::kinds::DKIM;
use super::lookup::Lookup;
use super::{METHOD, Part};
use crate::collect::limits::cut;
use crate::collect::question::RecordType;
use crate::model::{Location, Observation, Subject, SubjectKind};
use crate::syntax::dkim::{DkimKey, dkim};

/// Looks at one key.
pub(super) async fn look(lookup: &Lookup<'_>, domain: &str, selector: &str) -> Part {
    let mut part = Part::default();
    let name = format!("{selector}._domainkey.{domain}");
    let mut seen =
        Observation::new(DKIM, Subject::new(SubjectKind::Domain, cut(&name)), Location::host(cut(&name)), METHOD);
    let found = match lookup.find(&name, RecordType::Txt).await {
        Ok(found) => found,
        Err(reason) => {
            part.missing(DKIM, &name, &reason);
            return part;
        }
    };
    match found.aliases.last() {
        Some(target) => {
            seen.set("target", cut(target));
            part.operators.note(target, "dkim-target", domain, Ok(found.exists));
        }
        None => {
            seen.unknown("target", "no alias");
        }
    }
    // A name may hold other texts; the record is the one that has a key (RFC 6376, section 3.6.2.2).
    let texts: Vec<String> = found.texts().collect();
    seen.set("found", !texts.is_empty());
    let key = texts.iter().find_map(|text| dkim(text));
    if texts.is_empty() {
        for field in ["valid", "revoked", "key_type", "key_bits", "testing"] {
            seen.unknown(field, "no key record");
        }
        part.observations.push(seen);
        return part;
    }
    seen.set("valid", key.is_some());
    match key {
        Some(key) => {
            seen.set("revoked", key.key == DkimKey::Revoked).set("testing", key.testing);
            match key.key {
                DkimKey::Rsa(bits) => seen.set("key_type", "rsa").set("key_bits", i64::from(bits)),
                DkimKey::Ed25519 => seen.set("key_type", "ed25519").set("key_bits", 256),
                DkimKey::Revoked => seen.unknown("key_type", "it is revoked").unknown("key_bits", "it is revoked"),
            };
        }
        None => {
            for field in ["revoked", "key_type", "key_bits", "testing"] {
                seen.unknown(field, "the key record cannot be read");
            }
        }
    }
    part.observations.push(seen);
    part
}
