//! People and records: who has access, and what was done when.

use super::{Seen, new};
use crate::model::{Declaration, Location, Observation, Record, SubjectKind, Time};

/// Activities that checks ask for, one kind each.
const ACTIVITIES: [&str; 8] = [
    "policy-review",
    "log-review",
    "audit",
    "self-inspection",
    "backup",
    "restore-test",
    "exercise",
    "acknowledgement",
];

/// Observes the people, their accounts, keys and training.
pub(super) fn observe_people(declaration: &Declaration, seen: &mut Seen<'_>) {
    let (Some(people), Some(path)) = (&declaration.people, &declaration.site.people) else {
        seen.not_asked(&["person", "person-account", "person-key"], "no people file is named (site file: people)");
        return;
    };
    let records = declaration.records.as_deref();
    let (mut persons, mut accounts, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for person in people {
        let place = Location {
            file: Some(path.clone()),
            line: Some(person.line),
            entry: Some(person.id.clone()),
            ..Location::default()
        };
        let mut one = new("person", SubjectKind::Record, format!("person/{}", person.id), place.clone());
        one.set("has_access", person.has_access);
        match records {
            Some(records) => {
                let trained = records
                    .iter()
                    .filter(|record| record.activity == "training" && record.persons.contains(&person.id))
                    .map(|record| record.on)
                    .max();
                one.set("trained", trained.is_some());
                day(&mut one, "trained_on", trained, "no training is recorded");
            }
            None => {
                let reason = "no records file is named (site file: records)";
                one.unknown("trained", reason).unknown("trained_on", reason);
            }
        }
        persons.push(one);
        for account in &person.accounts {
            let name = format!("{}/{}#{}", account.system, account.user, person.id);
            let mut one = new("person-account", SubjectKind::Account, name, place.clone());
            one.set("person", person.id.as_str()).set("system", account.system.as_str());
            one.set("user", account.user.as_str()).set("has_access", person.has_access);
            accounts.push(one);
        }
        for fingerprint in &person.keys {
            let name = format!("{fingerprint}#{}", person.id);
            let mut one = new("person-key", SubjectKind::Key, name, place.clone());
            one.set("person", person.id.as_str()).set("fingerprint", fingerprint.as_str());
            keys.push(one);
        }
    }
    seen.all("person", persons);
    seen.all("person-account", accounts);
    seen.all("person-key", keys);
}

/// Observes each activity: a records file without one says that it was not done.
pub(super) fn observe(declaration: &Declaration, seen: &mut Seen<'_>) {
    for activity in ACTIVITIES {
        let kind = format!("activity-{activity}");
        let (Some(records), Some(path)) = (&declaration.records, &declaration.site.records) else {
            seen.not_asked(&[&kind], "no records file is named (site file: records)");
            continue;
        };
        let latest = records.iter().filter(|record| record.activity == activity).max_by_key(|record| record.on);
        let published = declaration.policy.published_on.filter(|_| activity == "policy-review");
        seen.all(&kind, vec![activity_seen(&kind, activity, path, latest, published)]);
    }
}

fn activity_seen(
    kind: &str,
    activity: &str,
    path: &str,
    latest: Option<&Record>,
    published: Option<Time>,
) -> Observation {
    let place = Location {
        file: Some(path.to_owned()),
        line: latest.map(|record| record.line),
        entry: latest.map(|record| record.id.clone()),
        ..Location::default()
    };
    let mut one = new(kind, SubjectKind::Record, activity, place);
    let last = latest.map(|record| record.on).max(published);
    one.set("recorded", last.is_some());
    day(&mut one, "last_on", last, "no record");
    match latest {
        Some(record) => {
            one.set("independent", record.operator.as_deref() != Some(record.by.as_str()));
        }
        None => {
            one.unknown("independent", "no record");
        }
    }
    one
}

fn day(one: &mut Observation, field: &str, day: Option<Time>, reason: &str) {
    match day {
        Some(day) => {
            one.set(field, day);
        }
        None => {
            one.unknown(field, reason);
        }
    }
}
