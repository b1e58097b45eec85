//! Backups and tests of restoring as one fact: a copy that nobody ever restored is a hope.

use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Time};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength};

const BACKUP: &str = "backup";

/// The join.
pub(super) const BACKUPS: Join = Join { name: "backup", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: BACKUP,
    subject: "record:ACTIVITY",
    en: "the latest backup and the latest test of restoring",
    ja: "直近のバックアップと復元試験",
    fields: &[
        field("recorded", Bool, "there is a record of a backup", "バックアップの記録がある"),
        field("last_on", Time, "the latest backup; absent where there is none", "直近のバックアップ日"),
        field("restored", Bool, "there is a record of a test of restoring", "復元試験の記録がある"),
        field("restored_on", Time, "the latest test; absent where there is none", "直近の復元試験日"),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let mut derived = Evidence::default();
    let restore = evidence.of_kind("activity-restore-test").next();
    for made in evidence.of_kind("activity-backup") {
        let mut seen = Observation::new(BACKUP, made.subject.clone(), made.source.clone(), "records");
        seen.strength = Strength::Joined;
        copy(&mut seen, "recorded", "last_on", Some(made));
        copy(&mut seen, "restored", "restored_on", restore);
        if let Some(restore) = restore {
            seen.related.push(Related { location: restore.source.clone(), note: "named here".to_owned() });
        }
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census =
        vec![joined_census(evidence, &["activity-backup", "activity-restore-test"], BACKUP, "records", count)];
    derived
}

fn copy(seen: &mut Observation, recorded: &str, on: &str, from: Option<&Observation>) {
    for (to, field) in [(recorded, "recorded"), (on, "last_on")] {
        match from.and_then(|from| from.fields.get(field)) {
            Some(value) => {
                seen.set(to, value.clone());
            }
            None => {
                seen.unknown(to, "no record");
            }
        }
    }
}
