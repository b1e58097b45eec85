//! Facts of a host that `tenken collect` stated on the host itself, taken over on another machine: `host: { root: FILE.json }`.
//!
//! An evidence file holds no log line, no password hash and no key, so it is what may leave the host.

use std::collections::BTreeSet;

use crate::collect::collector::Collector;
use crate::collect::limits::{SNAPSHOT_BYTES, SNAPSHOT_DAYS};
use crate::collect::world::World;
use crate::load::evidence_from_text;
use crate::model::{Census, CensusState, Evidence, Excerpts, Gap, Time};

/// Whether a host root names a snapshot.
pub(super) fn is_named(root: &str) -> bool {
    root.ends_with(".json")
}

/// What the snapshot says of the kinds that are of the host; what is wrong with it is a gap of all of them. What was
/// looked at here of such a kind stays only where nobody asked for it on the host.
///
/// A web server's configuration and the files of a deployment are read here; where nothing of them is here at all, the
/// snapshot's are taken.
pub(super) fn taken(
    world: &dyn World,
    path: &str,
    now: Time,
    collectors: &[&dyn Collector],
    here: &mut Evidence,
) -> Evidence {
    let of_host = collectors.iter().flat_map(|one| {
        let kinds = one.kinds().iter().map(|kind| kind.name);
        kinds.filter(move |kind| one.is_of_host(kind))
    });
    let mut kinds: BTreeSet<&str> = of_host.collect();
    let evidence = read(world, path, now, &kinds);
    let mut evidence = match evidence {
        Ok(evidence) => evidence,
        Err(refused) => {
            without(here, &kinds);
            return refused;
        }
    };
    let is_asked = |evidence: &Evidence, kind: &str| {
        evidence.census_of(kind).any(|census| !matches!(census.state, CensusState::NotAsked(_)))
    };
    // What the host was not asked and this machine was is this machine's to say.
    kinds.retain(|kind| is_asked(&evidence, kind) || !is_asked(here, kind));
    for name in ["webserver", "deploy"] {
        let of_files = collectors.iter().filter(|one| one.name() == name).flat_map(|one| one.kinds());
        let of_files: Vec<&str> = of_files.map(|kind| kind.name).collect();
        let nothing = |kind: &&str| {
            let mut census = here.census_of(kind).peekable();
            census.peek().is_some() && census.all(|census| census.count == 0 && census.state != CensusState::Complete)
        };
        if of_files.iter().all(nothing) && of_files.iter().any(|kind| is_asked(&evidence, kind)) {
            kinds.extend(of_files);
        }
    }
    evidence.observations.retain(|seen| kinds.contains(seen.kind.as_str()));
    evidence.census.retain(|census| kinds.contains(census.kind.as_str()));
    evidence.gaps.retain(|gap| gap.kinds.iter().any(|kind| kinds.contains(kind.as_str())));
    without(here, &kinds);
    for kind in &kinds {
        if evidence.census_of(kind).next().is_none() {
            let reason = "the snapshot says nothing of it";
            evidence.census.push(Census::incomplete(kind, path, 0, reason));
        }
    }
    evidence
}

/// Takes kinds out of what was seen here.
fn without(here: &mut Evidence, kinds: &BTreeSet<&str>) {
    here.observations.retain(|seen| !kinds.contains(seen.kind.as_str()));
    here.census.retain(|census| !kinds.contains(census.kind.as_str()));
    for gap in &mut here.gaps {
        gap.kinds.retain(|kind| !kinds.contains(kind.as_str()));
    }
    here.gaps.retain(|gap| !gap.kinds.is_empty());
}

/// The evidence of the snapshot; where it proves nothing, a gap of the kinds.
fn read(world: &dyn World, path: &str, now: Time, kinds: &BTreeSet<&str>) -> Result<Evidence, Evidence> {
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
        Err(refusal) => return Err(refused(refusal.to_string())),
    };
    let file = match evidence_from_text(path, &text) {
        Ok(file) => file,
        Err(error) => return Err(refused(error.to_string())),
    };
    // Facts that are too old prove neither state any more (TRM-1).
    if now > file.collected_at.plus_days(SNAPSHOT_DAYS) {
        return Err(refused(format!("the snapshot is older than {SNAPSHOT_DAYS} days")));
    }
    Ok(file.evidence)
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
