//! Which waiver, if any, is in force for a finding.

use crate::model::{Band, Finding, Time, Waiver};

/// The waiver in force for a failing finding; the one that ends first, where several are.
pub(super) fn of<'a>(waivers: &'a [Waiver], finding: &Finding, now: Time) -> Option<&'a Waiver> {
    let subject = finding.subject.to_string();
    waivers
        .iter()
        .filter(|waiver| waiver.covers(&finding.check, &subject))
        .filter(|waiver| waiver.in_force(now) && is_proper(waiver, finding.rating.band()))
        .min_by_key(|waiver| waiver.expires)
}

/// Whether somebody else than the owner approved it, for no longer than the band allows (TRM-1).
pub(super) fn is_proper(waiver: &Waiver, band: Band) -> bool {
    waiver.approver != waiver.owner && waiver.expires <= waiver.approved_on.plus_days(band.waiver_days())
}

/// Whether a waiver covered it once and has ended.
pub(super) fn has_expired(waivers: &[Waiver], finding: &Finding, now: Time) -> bool {
    let subject = finding.subject.to_string();
    waivers.iter().any(|waiver| waiver.covers(&finding.check, &subject) && waiver.expires.plus_days(1) <= now)
}
