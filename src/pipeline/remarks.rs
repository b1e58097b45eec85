//! Comments in configurations that give a reason for a finding which is not there.

use std::collections::BTreeSet;

use crate::load::Judged;
use crate::model::{Assessment, Bilingual, Evidence, Location, Outcome};

/// A comment that gives a reason for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdleRemark {
    /// Where it stands.
    pub place: Location,
    /// The check that it names.
    pub check: String,
    /// Why it is idle.
    pub because: Bilingual,
}

/// Every comment of the evidence that names no check, or one that finds nothing where it stands.
#[must_use]
pub fn idle_remarks(by: &Judged, evidence: &Evidence, assessment: &Assessment) -> Vec<IdleRemark> {
    let open = assessment.findings.iter().map(|found| &found.finding);
    let open = open.filter(|finding| matches!(finding.outcome, Outcome::Fail | Outcome::Unknown));
    let used: BTreeSet<(&str, &Location)> = open
        .flat_map(|finding| &finding.related)
        .filter_map(|related| Some((related.as_remark()?.0, &related.location)))
        .collect();
    let idle = |place: &Location, check: &str| {
        if used.contains(&(check, place)) {
            return None;
        }
        let because = if by.checks.iter().any(|own| own.id == check) {
            Bilingual::new("it finds nothing there", "そこでは指摘がありません")
        } else {
            Bilingual::new("there is no such check", "その点検項目はありません")
        };
        Some(IdleRemark { place: place.clone(), check: check.to_owned(), because })
    };
    evidence.of_kind("web-remark").filter_map(|seen| idle(&seen.source, seen.text("check")?)).collect()
}
