//! What happened to each finding since the runs before. A finding is fixed by a pass on the same subject and by nothing
//! else; one that failed and is not seen any more stays open.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Bilingual, Change, Check, Finding, Location, Outcome, Past, Strength, Time, Track, Waiver};

/// Since the run before, by the life of this finding.
pub(super) fn of(finding: &Finding, track: Option<&Track>, in_baseline: bool, waivers: Waivers<'_>) -> Change {
    let open = track.is_some_and(|track| track.open_since.is_some());
    match finding.outcome {
        Outcome::Fail if waivers.in_force.is_some() => Change::Accepted,
        Outcome::Fail if waivers.has_expired => Change::ExceptionExpired,
        Outcome::Fail if open || in_baseline => Change::Persisting,
        Outcome::Fail if track.is_some() => Change::Regressed,
        Outcome::Pass if open => Change::Fixed,
        Outcome::Unknown | Outcome::NotChecked | Outcome::NotApplicable if open => Change::Unverified,
        _ if track.is_some() => Change::Persisting,
        _ => Change::New,
    }
}

/// What waivers say of a finding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waivers<'a> {
    /// The one in force.
    pub(super) in_force: Option<&'a Waiver>,
    /// Whether one covered it once and has ended.
    pub(super) has_expired: bool,
}

/// Findings that are open by the ledger and of which this run says nothing at all: the target, the host or the check is
/// gone. Each is an unknown that stays open.
pub(super) fn unseen(past: &Past, seen: &BTreeSet<String>, checks: &BTreeMap<&str, &Check>) -> Vec<Finding> {
    past.tracks
        .iter()
        .filter(|(fingerprint, _)| !seen.contains(*fingerprint))
        .filter(|(_, track)| !checks.get(track.check.as_str()).is_some_and(|check| check.is_second_pass()))
        .filter_map(|(_, track)| track.open_since.map(|since| missing(track, since)))
        .collect()
}

fn missing(track: &Track, since: Time) -> Finding {
    Finding {
        check: track.check.clone(),
        subject: track.subject.clone(),
        outcome: Outcome::Unknown,
        reason: Some(Bilingual::new(
            format!("open since {} and not seen in this run: only a pass closes it", since.date()),
            format!("{}から未対応で、今回は確認できませんでした(適合を確認するまで未対応のままです)", since.date()),
        )),
        leaves: Vec::new(),
        rating: track.rating,
        eased: None,
        raised: None,
        strength: Strength::Stale,
        location: Location::default(),
        related: Vec::new(),
        not_enumerated: false,
    }
}
