//! DMARC of a domain: the record that holds for it, what it asks for, and who gets the reports.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::kinds::DOMAIN;
use super::lookup::{Lookup, ancestors};
use super::{Part, texts};
use crate::collect::collector::Task;
use crate::collect::limits::cut;
use crate::collect::question::RecordType;
use crate::model::{Observation, Time, Value};
use crate::syntax::dmarc::{Dmarc, dmarc, is_dmarc};

/// Labels of a name from which on the walk goes on with the last seven (RFC 9989, section 4.10).
const LABELS: usize = 8;
/// The day until which a policy that only watches is a step on the way; set by the body.
const ROLLOUT: &str = "dmarc_rollout_until";
const FIELDS: [&str; 9] = [
    "dmarc.present",
    "dmarc.found_at",
    "dmarc.policy",
    "dmarc.subdomain_policy",
    "dmarc.missing_policy",
    "dmarc.percent",
    "dmarc.faults",
    "dmarc.report_domains",
    "dmarc.unauthorised",
];

/// A record and where it stands.
struct Held {
    at: String,
    record: Dmarc,
}

/// States what holds for a domain.
pub(super) async fn observe(
    lookup: &Lookup<'_>,
    domain: &str,
    seen: &mut Observation,
    part: &mut Part,
    task: &Task<'_>,
) {
    match task.declaration.parameter(ROLLOUT) {
        Some(Value::Text(day)) => match Time::parse(day) {
            Some(day) => seen.set("dmarc.rollout_until", day),
            None => seen.unknown("dmarc.rollout_until", "the parameter dmarc_rollout_until is no day"),
        },
        _ => seen.unknown("dmarc.rollout_until", "the parameter dmarc_rollout_until is not set"),
    };
    let held = match holding(lookup, domain).await {
        Ok(held) => held,
        Err(reason) => {
            FIELDS.iter().for_each(|field| {
                seen.unknown(field, reason.as_str());
            });
            return part.fault(DOMAIN, domain, &reason);
        }
    };
    let (held, faults) = held;
    seen.set("dmarc.present", held.is_some());
    let Some(Held { at, record }) = held else {
        for field in FIELDS.iter().skip(1) {
            seen.unknown(field, "no DMARC record");
        }
        seen.unknown_fields.remove("dmarc.faults");
        seen.set("dmarc.faults", texts(&faults));
        return;
    };
    let is_own = at == domain;
    // For a name below the record's, its own policy is the one for names below (RFC 7489, section 6.6.3).
    let policy = if is_own { record.policy } else { record.subdomain_policy };
    seen.set("dmarc.found_at", cut(&at)).set("dmarc.policy", policy.word());
    seen.set("dmarc.subdomain_policy", record.subdomain_policy.word());
    seen.set("dmarc.missing_policy", record.missing_policy.word());
    seen.set("dmarc.percent", i64::from(record.percent));
    let all: BTreeSet<String> = record.faults.iter().map(|tag| (*tag).to_owned()).chain(faults).collect();
    seen.set("dmarc.faults", texts(&all)).set("dmarc.report_domains", texts(&record.report_domains));
    reporters(lookup, domain, &at, &record, seen, part).await;
}

/// Who gets the reports, and whether they agreed: a domain of somebody else has to say so (RFC 7489, section 7.1).
async fn reporters(
    lookup: &Lookup<'_>,
    domain: &str,
    at: &str,
    record: &Dmarc,
    seen: &mut Observation,
    part: &mut Part,
) {
    let home = psl::domain_str(at).unwrap_or(at);
    let asked = join_all(record.report_domains.iter().map(|reporter| async move {
        let agreed = if psl::domain_str(reporter).unwrap_or(reporter) == home {
            Ok(true)
        } else {
            let name = format!("{at}._report._dmarc.{reporter}");
            lookup.find(&name, RecordType::Txt).await.map(|found| found.texts().any(|text| is_dmarc(&text)))
        };
        (reporter, agreed, lookup.exists(reporter).await)
    }))
    .await;
    let mut unauthorised = BTreeSet::new();
    let mut unseen = None;
    for (reporter, agreed, exists) in asked {
        match agreed {
            Ok(true) => {}
            Ok(false) => {
                unauthorised.insert(reporter.as_str());
            }
            Err(reason) => unseen = Some(reason),
        }
        part.operators.note(reporter, "dmarc-report", domain, exists);
    }
    match unseen {
        Some(reason) => {
            seen.unknown("dmarc.unauthorised", reason.as_str());
            part.fault(DOMAIN, domain, &reason);
        }
        None => {
            seen.set("dmarc.unauthorised", texts(unauthorised));
        }
    }
}

/// The record at the domain itself, else that of its organisation: the tree is walked upwards, and of what is found the
/// shortest name counts (RFC 9989, section 4.10). Beside it, faults of records that are ignored.
async fn holding(lookup: &Lookup<'_>, domain: &str) -> Result<(Option<Held>, BTreeSet<String>), String> {
    let mut ignored = BTreeSet::new();
    let mut held: Option<Held> = None;
    for name in walk(domain) {
        let records: Vec<String> = lookup
            .find(&format!("_dmarc.{name}"), RecordType::Txt)
            .await?
            .texts()
            .filter(|text| is_dmarc(text))
            .collect();
        let record = match records.as_slice() {
            [] => continue,
            [record] => dmarc(record),
            _ => {
                ignored.insert(format!("more than one record: _dmarc.{}", cut(name)));
                continue;
            }
        };
        let Some(record) = record else {
            ignored.insert(format!("cannot be read: _dmarc.{}", cut(name)));
            continue;
        };
        if name == domain {
            return Ok((Some(Held { at: name.to_owned(), record }), ignored));
        }
        match record.public_suffix {
            // Below a public suffix others register: its record holds only where no other does.
            Some(true) if held.is_some() => break,
            Some(false) => {
                return Ok((Some(Held { at: name.to_owned(), record }), ignored));
            }
            _ => held = Some(Held { at: name.to_owned(), record }),
        }
    }
    Ok((held, ignored))
}

fn walk(domain: &str) -> impl Iterator<Item = &str> {
    let labels = domain.split('.').count();
    let above = ancestors(domain).skip(1);
    let skipped = if labels > LABELS { labels.saturating_sub(LABELS) } else { 0 };
    std::iter::once(domain).chain(above.skip(skipped))
}

#[cfg(test)]
mod tests {
    use super::walk;

    #[test]
    fn a_long_name_is_not_walked_label_by_label() {
        assert_eq!(walk("a.example.jp").collect::<Vec<_>>(), ["a.example.jp", "example.jp", "jp"]);
        let long = "j.i.h.g.f.e.d.c.b.a.jp";
        let names: Vec<&str> = walk(long).collect();
        assert_eq!((names[0], names[1], names.len()), (long, "f.e.d.c.b.a.jp", 8));
    }
}
