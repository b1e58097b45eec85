//! Facts of the run itself, for the second pass. They come from the first pass and never feed back into it.

use std::collections::BTreeMap;

use super::waiver;
use crate::model::{
    AssessedFinding, Band, Census, Check, Declaration, Evidence, Location, Observation, Outcome, Residual, RiskRating,
    Strength, Subject, SubjectKind, Time,
};

/// The one observation of kind `run`.
pub(super) fn facts(
    declaration: &Declaration,
    findings: &[AssessedFinding],
    checks: &BTreeMap<&str, &Check>,
    residual: Residual,
    now: Time,
) -> Vec<Observation> {
    let mut run = Observation::new(
        Check::RUN_KIND,
        Subject::new(SubjectKind::Site, &declaration.site.name),
        Location::default(),
        "facts of this run",
    );
    run.strength = Strength::Joined;
    match coverage_percent(findings, checks) {
        Some(percent) => run.set("coverage_percent", percent),
        None => run.unknown("coverage_percent", "no check applies"),
    };
    let failing = || findings.iter().filter(|found| found.finding.outcome == Outcome::Fail);
    let ownerless = failing()
        .filter(|found| found.finding.rating.band() >= Band::Medium)
        .filter(|found| found.owner.is_none() || found.due.is_none())
        .count();
    run.set("open_medium_without_owner", number(ownerless));
    run.set("waivers_invalid", number(invalid_waivers(declaration, findings, checks, now)));
    let share = (residual.accepted.0 * 100).checked_div(residual.low.0).unwrap_or(0);
    run.set("accepted_share_percent", i64::try_from(share).unwrap_or(i64::MAX));
    let accepted_critical =
        failing().filter(|found| found.waiver.is_some() && found.finding.rating.band() == Band::Critical).count();
    run.set("accepted_critical", number(accepted_critical));
    let unproven = declaration
        .waivers
        .iter()
        .filter_map(|waiver| waiver.compensating.as_deref())
        .filter(|compensating| !passes(findings, compensating))
        .count();
    run.set("waivers_unproven_compensation", number(unproven));
    vec![run]
}

/// The facts as evidence with their census.
pub(super) fn evidence(observations: Vec<Observation>, site: &str) -> Evidence {
    let census = vec![Census::complete(Check::RUN_KIND, site, observations.len())];
    Evidence { observations, census, gaps: Vec::new() }
}

/// Units of the checks that were assessed, in percent of the units of those that apply; rounded down.
fn coverage_percent(findings: &[AssessedFinding], checks: &BTreeMap<&str, &Check>) -> Option<i64> {
    let mut seen: BTreeMap<&str, bool> = BTreeMap::new();
    for found in findings {
        let open = matches!(found.finding.outcome, Outcome::Unknown | Outcome::NotChecked);
        *seen.entry(found.finding.check.as_str()).or_insert(true) &= !open;
    }
    let units = |id: &str| checks.get(id).map_or(0, |check| RiskRating::new(check.impact, check.likelihood).units().0);
    let applicable: u64 = seen.keys().map(|id| units(id)).sum();
    let assessed: u64 = seen.iter().filter(|(_, assessed)| **assessed).map(|(id, _)| units(id)).sum();
    (applicable > 0).then(|| i64::try_from(assessed * 100 / applicable).unwrap_or(0))
}

/// Waivers that are expired, unused, approved by their own owner, or longer than their band allows.
fn invalid_waivers(
    declaration: &Declaration,
    findings: &[AssessedFinding],
    checks: &BTreeMap<&str, &Check>,
    now: Time,
) -> usize {
    declaration
        .waivers
        .iter()
        .filter(|waiver| {
            let band = checks
                .get(waiver.check.as_str())
                .map_or(Band::Critical, |check| RiskRating::new(check.impact, check.likelihood).band());
            let used = findings.iter().any(|found| {
                found.finding.outcome == Outcome::Fail
                    && waiver.covers(&found.finding.check, &found.finding.subject.to_string())
            });
            !waiver.in_force(now) || !used || !waiver::is_proper(waiver, band)
        })
        .count()
}

fn passes(findings: &[AssessedFinding], check: &str) -> bool {
    let mut of_check = findings.iter().filter(|found| found.finding.check == check).peekable();
    of_check.peek().is_some() && of_check.all(|found| found.finding.outcome == Outcome::Pass)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
