//! Facts that only earlier runs can give, for the second pass: what is overdue, came back, vanished, and whether risk rises.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AssessedFinding, Census, Change, Evidence, LEDGER_KIND, Location, Milliunits, Observation, Outcome, Past, Strength,
    Subject, SubjectKind, Time, Value,
};

/// Days in which a finding that was mended is not to come back.
const REGRESSION_DAYS: i64 = 180;

/// This run, as far as it is compared with the past.
pub(super) struct Now<'a> {
    pub(super) site: &'a str,
    pub(super) at: Time,
    pub(super) full: bool,
    pub(super) inputs: &'a BTreeMap<String, String>,
    pub(super) low: Milliunits,
    pub(super) pack_hash: &'a str,
}

/// Adds the one observation of kind `ledger`, or says that no ledger is kept.
pub(super) fn facts(evidence: &mut Evidence, past: Option<&Past>, findings: &[AssessedFinding], now: &Now<'_>) {
    let Some(past) = past else {
        let reason = "no ledger is kept (--history FILE, or a folder .tenken beside the site file)";
        evidence.census.push(Census::not_asked(LEDGER_KIND, now.site, reason));
        return;
    };
    let mut ledger = Observation::new(
        LEDGER_KIND,
        Subject::new(SubjectKind::Site, now.site),
        Location::default(),
        "runs in the ledger",
    );
    ledger.strength = Strength::Joined;
    ledger.set("intact", past.fault.is_none());
    ledger.set("overdue", named(findings.iter().filter(|found| is_overdue(found, now.at))));
    ledger.set("regressed", named(findings.iter().filter(|found| came_back(found, past, now.at))));
    ledger.set("unproven", named(unproven(findings, now.full)));
    ledger.set("consecutive_rises_count", rises(past, now));
    let last_full = past.runs.iter().rev().find(|run| run.full).map(|run| run.at);
    match if now.full { Some(now.at) } else { last_full } {
        Some(at) => {
            ledger.set("last_full_run_on", Value::Time(at));
        }
        None => {
            ledger.unknown("last_full_run_on", "no full run is in the ledger");
        }
    };
    ledger.set("days_since_unevaluated_change", changed_days(past, now));
    evidence.observations.push(ledger);
    evidence.census.push(Census::complete(LEDGER_KIND, now.site, 1));
}

/// What a change in calls for a new evaluation: policy, site file, register and records, configuration and host.
const CHANGES: [&str; 5] = ["policy", "site", "evidence-declared", "evidence-webserver", "evidence-host"];

/// Days since a partial run first saw something other than the last full run did; 0 where this run is full or nothing changed.
fn changed_days(past: &Past, now: &Now<'_>) -> i64 {
    let Some(last_full) = past.runs.iter().rposition(|run| run.full).filter(|_| !now.full) else { return 0 };
    let evaluated = &past.runs[last_full].inputs;
    let differs =
        |inputs: &BTreeMap<String, String>| CHANGES.iter().any(|name| inputs.get(*name) != evaluated.get(*name));
    if !differs(now.inputs) {
        return 0;
    }
    let first = past.runs[last_full + 1..].iter().find(|run| differs(&run.inputs)).map_or(now.at, |run| run.at);
    first.days_until(now.at)
}

/// Findings that failed before and of which this run cannot say that they pass. What a flag left out of a partial run is
/// not counted: the next full run will.
pub(super) fn unproven(findings: &[AssessedFinding], full: bool) -> impl Iterator<Item = &AssessedFinding> {
    let left_out: BTreeSet<&str> = findings
        .iter()
        .filter(|found| !full && found.finding.outcome == Outcome::NotChecked)
        .map(|found| found.finding.check.as_str())
        .collect();
    findings
        .iter()
        .filter(move |found| found.change == Change::Unverified && !left_out.contains(found.finding.check.as_str()))
}

/// Open for longer than its band allows (TRM-1), and not accepted.
fn is_overdue(found: &AssessedFinding, now: Time) -> bool {
    let limit = found.finding.rating.band().due_days();
    let open = found.open_since.filter(|_| found.waiver.is_none());
    open.zip(limit).is_some_and(|(since, days)| since.plus_days(days) < now)
}

fn came_back(found: &AssessedFinding, past: &Past, now: Time) -> bool {
    let fixed = past.tracks.get(&found.fingerprint).and_then(|track| track.fixed_on);
    found.finding.outcome == Outcome::Fail && fixed.is_some_and(|on| now <= on.plus_days(REGRESSION_DAYS))
}

/// How many times in a row the lower bound rose, up to this run, among full runs of the same method and pack.
fn rises(past: &Past, now: &Now<'_>) -> i64 {
    let comparable = past
        .runs
        .iter()
        .filter(|run| now.full && run.full && run.method == super::METHOD && run.pack_hash == now.pack_hash);
    let mut lows: Vec<Milliunits> = comparable.map(|run| run.low).collect();
    lows.push(now.low);
    let rising = lows.windows(2).rev().take_while(|pair| pair[0] < pair[1]).count();
    i64::try_from(rising).unwrap_or(i64::MAX)
}

fn named<'a>(findings: impl Iterator<Item = &'a AssessedFinding>) -> Value {
    Value::texts(
        findings.map(|found| format!("{} {} {}", found.fingerprint, found.finding.check, found.finding.subject)),
    )
}
