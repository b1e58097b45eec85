//! The life of each finding that ever failed, folded from its outcomes. A finding is mended by a pass and by nothing else.

use std::collections::BTreeMap;

use super::{HistoryError, Store};
use crate::model::{KeptOutcome, Outcome, Time, Track};

/// One outcome and the time of its run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// When.
    pub at: Time,
    /// What.
    pub kept: KeptOutcome,
}

/// Every finding of a site that ever failed, by fingerprint.
///
/// # Errors
/// A [`HistoryError`].
pub fn tracks(store: &dyn Store, site: &str) -> Result<BTreeMap<String, Track>, HistoryError> {
    let mut tracks = BTreeMap::new();
    store.tracked(site, &mut |tracked| add(&mut tracks, tracked))?;
    Ok(tracks)
}

fn add(tracks: &mut BTreeMap<String, Track>, Tracked { at, kept }: Tracked) {
    match (tracks.get_mut(&kept.fingerprint), kept.outcome) {
        (None, Outcome::Fail) => {
            let track = Track {
                check: kept.check,
                subject: kept.subject,
                rating: kept.rating,
                open_since: Some(at),
                fixed_on: None,
                mended: Vec::new(),
            };
            tracks.insert(kept.fingerprint, track);
        }
        (Some(track), Outcome::Fail) => {
            track.rating = kept.rating;
            track.open_since = track.open_since.or(Some(at));
        }
        (Some(track), Outcome::Pass) => {
            if let Some(opened) = track.open_since.take() {
                track.fixed_on = Some(at);
                track.mended.push((opened, at));
            }
        }
        // Not seen, or said not to apply: neither mends anything.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RiskRating, Strength, Subject, SubjectKind};

    fn life(outcomes: &[Outcome]) -> Option<Track> {
        let mut tracks = BTreeMap::new();
        for (day, outcome) in outcomes.iter().enumerate() {
            let kept = KeptOutcome {
                fingerprint: "f".to_owned(),
                check: "c".to_owned(),
                subject: Subject::new(SubjectKind::Host, "h"),
                outcome: *outcome,
                rating: RiskRating::new(3, 3),
                strength: Strength::Measured,
                not_enumerated: false,
                stays_open: false,
                accepted: false,
            };
            let day = i64::try_from(day).unwrap();
            add(&mut tracks, Tracked { at: Time::from_unix_seconds(day * 86_400), kept });
        }
        tracks.remove("f")
    }

    #[test]
    fn only_a_pass_mends() {
        use Outcome::{Fail, NotApplicable, NotChecked, Pass, Unknown};
        for outcome in [Unknown, NotChecked, NotApplicable] {
            assert!(life(&[Fail, outcome]).unwrap().open_since.is_some(), "{outcome:?}");
        }
        let track = life(&[Fail, Unknown, Pass, Fail]).unwrap();
        assert_eq!(track.mended, [(Time::from_unix_seconds(0), Time::from_unix_seconds(2 * 86_400))]);
        assert_eq!(track.open_since, Some(Time::from_unix_seconds(3 * 86_400)));
        assert_eq!(life(&[Pass, Unknown]), None);
    }
}
