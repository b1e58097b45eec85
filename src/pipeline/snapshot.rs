//! Facts of a host that `tenken collect` stated on the host itself, taken over on another machine: `host: { root: FILE.json }`.
//!
//! An evidence file holds no log line, no password hash and no key, so it is what may leave the host.

use std::collections::BTreeSet;

use crate::collect::collector::Collector;
use crate::collect::limits::{SNAPSHOT_BYTES, SNAPSHOT_DAYS};
use crate::collect::world::World;
use crate::load::evidence_from_text;
use crate::model::{Census, Evidence, Excerpts, Gap, Time};

/// Whether a host root names a snapshot.
pub(super) fn is_named(root: &str) -> bool {
    root.ends_with(".json")
}

/// What the snapshot says of the kinds of some collectors; what is wrong with it is a gap of all of them.
pub(super) fn taken(world: &dyn World, path: &str, now: Time, collectors: &[&dyn Collector]) -> Evidence {
    let kinds: BTreeSet<&str> = collectors.iter().flat_map(|one| one.kinds()).map(|kind| kind.name).collect();
    let refused = |reason: String| Evidence {
        census: kinds.iter().map(|kind| Census::incomplete(kind, path, 0, reason.clone())).collect(),
        gaps: vec![Gap {
            collector: "snapshot".to_owned(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            subject: path.to_owned(),
            reason,
        }],
        ..Evidence::default()
    };
    let text = match world.read(path, SNAPSHOT_BYTES) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(refusal) => return refused(refusal.to_string()),
    };
    let file = match evidence_from_text(path, &text) {
        Ok(file) => file,
        Err(error) => return refused(error.to_string()),
    };
    // Facts that are too old prove neither state any more (TRM-1).
    if now > file.collected_at.plus_days(SNAPSHOT_DAYS) {
        return refused(format!("the snapshot is older than {SNAPSHOT_DAYS} days"));
    }
    let mut evidence = file.evidence;
    evidence.observations.retain(|seen| kinds.contains(seen.kind.as_str()));
    evidence.census.retain(|census| kinds.contains(census.kind.as_str()));
    evidence.gaps.retain(|gap| gap.kinds.iter().any(|kind| kinds.contains(kind.as_str())));
    for kind in &kinds {
        if evidence.census_of(kind).next().is_none() {
            let reason = "the snapshot says nothing of it";
            evidence.census.push(Census::incomplete(kind, path, 0, reason));
        }
    }
    evidence
}

/// Lines of a file that the snapshot names are the other host's: those that it brought stay, those of a file of the same
/// name here go.
pub(super) fn keep_excerpts(taken: &Evidence, excerpts: &mut Excerpts) {
    for seen in &taken.observations {
        let related = seen.related.iter().map(|related| &related.location);
        for file in std::iter::once(&seen.source).chain(related).filter_map(|place| place.file.as_ref()) {
            excerpts.remove(file);
        }
    }
    excerpts.extend(taken.excerpts.clone());
}
