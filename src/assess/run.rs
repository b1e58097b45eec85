//! Facts of the run itself, for the second pass. They come from the first pass and never feed back into it.

use std::collections::BTreeMap;

use crate::model::{
    AssessedFinding, Band, Census, Change, Check, Declaration, EXCEPTION_KIND, Evidence, Location, Milliunits,
    Observation, Outcome, Residual, RiskRating, Strength, Subject, SubjectKind, Time, Value, Waiver,
};

/// The observation of kind `run`, and one of kind `exception` for each waiver.
pub(super) fn facts(
    declaration: &Declaration,
    findings: &[AssessedFinding],
    checks: &BTreeMap<&str, &Check>,
    residual: Residual,
    now: Time,
    full: bool,
) -> Evidence {
    let mut run = Observation::new(
        Check::RUN_KIND,
        Subject::new(SubjectKind::Site, &declaration.site.name),
        Location::default(),
        "facts of this run",
    );
    run.strength = Strength::Joined;
    run.set("narrowed", !full);
    let (examined, applicable) = coverage(findings, checks);
    match (examined.0 * 100).checked_div(applicable.0) {
        Some(percent) => run.set("coverage_percent", i64::try_from(percent).unwrap_or(0)),
        None => run.unknown("coverage_percent", "no check applies"),
    };
    let failing = || findings.iter().filter(|found| found.finding.outcome == Outcome::Fail);
    let ownerless = failing()
        .filter(|found| found.finding.rating.band() >= Band::Medium)
        .filter(|found| found.owner.is_none() || found.due.is_none())
        .count();
    run.set("open_medium_without_owner", number(ownerless));
    let share = (residual.accepted.0 * 100).checked_div(residual.low.0).unwrap_or(0);
    run.set("accepted_share_percent", i64::try_from(share).unwrap_or(i64::MAX));
    let accepted_critical =
        failing().filter(|found| found.waiver.is_some() && found.finding.rating.band() == Band::Critical).count();
    run.set("accepted_critical", number(accepted_critical));
    let exceptions = exceptions(declaration, findings, checks, now);
    let census = vec![
        Census::complete(Check::RUN_KIND, &declaration.site.name, 1),
        Census::complete(EXCEPTION_KIND, &declaration.site.name, exceptions.len()),
    ];
    Evidence { observations: std::iter::once(run).chain(exceptions).collect(), census, ..Evidence::default() }
}

/// Units of the checks that were decided on every subject, and of all that apply.
pub(super) fn coverage(findings: &[AssessedFinding], checks: &BTreeMap<&str, &Check>) -> (Milliunits, Milliunits) {
    let mut seen: BTreeMap<&str, bool> = BTreeMap::new();
    for found in findings {
        let open = matches!(found.finding.outcome, Outcome::Unknown | Outcome::NotChecked);
        *seen.entry(found.finding.check.as_str()).or_insert(true) &= !open;
    }
    let units = |id: &str| checks.get(id).map_or(0, |check| check.rating().units().0);
    let applicable = seen.keys().map(|id| units(id)).sum();
    let examined = seen.iter().filter(|(_, examined)| **examined).map(|(id, _)| units(id)).sum();
    (Milliunits(examined), Milliunits(applicable))
}

/// One observation a waiver.
fn exceptions(
    declaration: &Declaration,
    findings: &[AssessedFinding],
    checks: &BTreeMap<&str, &Check>,
    now: Time,
) -> Vec<Observation> {
    let exception = |waiver: &Waiver| {
        let band = checks
            .get(waiver.check.as_str())
            .map_or(Band::Critical, |check| RiskRating::new(check.impact, check.likelihood).band());
        let covered = findings
            .iter()
            .filter(|found| found.finding.check == waiver.check)
            .filter(|found| found.finding.outcome == Outcome::Fail || found.change == Change::Unverified)
            .filter(|found| waiver.covers(&found.finding.check, &found.finding.subject.to_string()));
        let covered = covered.count();
        let name = format!("{} {}", waiver.check, waiver.subject);
        let mut place = Location::entry("waivers", &name);
        place.line = Some(waiver.line).filter(|line| *line > 0);
        let subject = Subject::new(SubjectKind::Record, format!("waiver/{name}"));
        let mut exception = Observation::new(EXCEPTION_KIND, subject, place, "waivers held against this run");
        exception.strength = Strength::Joined;
        exception.set("in_force", waiver.in_force(now));
        exception.set("used", covered > 0);
        exception.set("approver_is_owner", waiver.approver == waiver.owner);
        exception.set("within_band_life", waiver.expires <= waiver.approved_on.plus_days(band.waiver_days()));
        exception.set("expires", Value::Time(waiver.expires));
        exception.set("findings_count", number(covered));
        // A waiver for one subject covers one finding; for a pattern somebody must have said how many.
        let approved = waiver.findings.or((!waiver.subject.ends_with('*')).then_some(1));
        match approved {
            Some(approved) => {
                exception.set("over_wide", covered > usize::try_from(approved).unwrap_or(usize::MAX));
            }
            None => {
                exception.unknown("over_wide", "the waiver does not say how many findings were approved (findings: N)");
            }
        };
        exception.set("claims_compensation", waiver.compensating.is_some());
        exception
            .set("compensation_proven", waiver.compensating.as_deref().is_some_and(|check| passes(findings, check)));
        exception
    };
    declaration.waivers.iter().map(exception).collect()
}

fn passes(findings: &[AssessedFinding], check: &str) -> bool {
    let mut of_check = findings.iter().filter(|found| found.finding.check == check).peekable();
    of_check.peek().is_some() && of_check.all(|found| found.finding.outcome == Outcome::Pass)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
