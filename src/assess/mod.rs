//! Policy, findings, waivers, now -> assessment. The verdict is made here and nowhere else.

mod change;
mod clause;
mod ending;
mod gate;
mod ledger;
mod risk;
mod run;
mod waiver;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ring::digest;

pub use risk::{Counted, METHOD, Tallies};

use crate::model::{
    Action, AssessedFinding, Assessment, Bilingual, Change, Check, Declaration, Evidence, Finding, GateOptions,
    NotChecked, Outcome, Past, Time,
};

/// Runs that must be in the ledger before a value inside the interval is given (TRM-1).
const EXPECTED_RUNS: usize = 5;

/// What the first pass found, and what it is assessed with.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// All that is declared.
    pub declaration: &'a Declaration,
    /// The checks, second-pass ones too.
    pub checks: Arc<[Check]>,
    /// Findings of the first pass.
    pub findings: Vec<Finding>,
    /// What was seen, and what could not be.
    pub evidence: &'a Evidence,
    /// When the evidence was collected.
    pub collected_at: Time,
    /// When it is judged.
    pub now: Time,
    /// Hash over the checks.
    pub pack_hash: String,
    /// What the gate is asked.
    pub gate: GateOptions,
    /// What the ledger says of the runs before; `None` where none is kept.
    pub past: Option<&'a Past>,
    /// Whether no flag left anything out.
    pub full: bool,
    /// Hashes over what is judged, by name.
    pub inputs: BTreeMap<String, String>,
}

/// Assesses. `second_pass` evaluates the checks about the run itself on the facts that the first pass gives.
#[must_use]
pub fn assess(inputs: Inputs<'_>, second_pass: impl FnOnce(&Evidence) -> Vec<Finding>) -> Assessment {
    let Inputs { declaration, checks, findings, evidence, collected_at, now, pack_hash, gate, past, full, inputs } =
        inputs;
    let by_id: BTreeMap<&str, &Check> = checks.iter().map(|check| (check.id.as_str(), check)).collect();
    let clauses_of = clauses_by_check(declaration);
    let titles: BTreeMap<&str, Arc<Bilingual>> =
        checks.iter().map(|check| (check.id.as_str(), Arc::new(check.title.clone()))).collect();
    let actions: BTreeMap<&str, &Action> =
        declaration.actions.iter().map(|action| (action.fingerprint.as_str(), action)).collect();
    let dress = |mut finding: Finding| {
        let fingerprint = fingerprint(&finding.check, &finding.subject.to_string());
        let action = actions.get(fingerprint.as_str());
        let track = past.and_then(|past| past.tracks.get(&fingerprint));
        let open_since = track.and_then(|track| track.open_since);
        let in_baseline = gate.baseline.as_ref().is_some_and(|known| known.fingerprints.contains(&fingerprint));
        let stays_open = open_since.is_some() && finding.outcome != Outcome::Pass;
        let waiver = (finding.outcome == Outcome::Fail || stays_open)
            .then(|| waiver::of(&declaration.waivers, &finding, now))
            .flatten();
        let waivers =
            change::Waivers { in_force: waiver, has_expired: waiver::has_expired(&declaration.waivers, &finding, now) };
        let change = change::of(&finding, track, in_baseline, waivers);
        if let (Change::Unverified, Some(track)) = (change, track) {
            finding.rating = track.rating;
        }
        let fails = finding.outcome == Outcome::Fail;
        AssessedFinding {
            title: titles.get(finding.check.as_str()).cloned().unwrap_or_default(),
            clauses: clauses_of.get(finding.check.as_str()).cloned().unwrap_or_default(),
            change,
            waiver: waiver.cloned(),
            owner: action.map(|action| action.owner.clone()),
            due: action.and_then(|action| action.due),
            // A finding that is seen to fail for the first time is open from now on.
            open_since: if fails { open_since.or(past.map(|_| now)) } else { open_since.filter(|_| stays_open) },
            marginal: crate::model::Milliunits(0),
            fingerprint,
            finding,
        }
    };
    let mut findings: Vec<AssessedFinding> = findings.into_iter().map(dress).collect();
    if let Some(past) = past {
        let seen: BTreeSet<String> = findings.iter().map(|found| found.fingerprint.clone()).collect();
        findings.extend(change::unseen(past, &seen, &by_id).into_iter().map(dress));
    }
    let tallies = Tallies::of(&findings, &checks);
    tallies.set_marginals(&mut findings);
    let residual = tallies.total();
    let expected = past.filter(|past| past.runs.len() >= EXPECTED_RUNS).map(|past| tallies.expected(&past.records));
    let coverage = run::coverage(&findings, &by_id);
    let mut facts = run::facts(declaration, &findings, &by_id, residual, now, full);
    ledger::facts(
        &mut facts,
        past,
        &findings,
        &ledger::Now {
            site: &declaration.site.name,
            at: now,
            full,
            inputs: &inputs,
            low: residual.low,
            pack_hash: &pack_hash,
        },
    );
    findings.extend(second_pass(&facts).into_iter().map(dress));
    findings.sort_by(|a, b| (&a.finding.check, &a.finding.subject).cmp(&(&b.finding.check, &b.finding.subject)));
    let clauses = clause::assess(declaration, &findings, &tallies, now);
    let not_checked = not_checked(&findings);
    let gate = gate::judge(&gate, &clauses, &findings, &evidence.gaps, residual, full);
    Assessment {
        site: declaration.site.name.clone(),
        url: declaration.site.url.clone(),
        policy_id: declaration.policy.id.clone(),
        policy_title: declaration.policy.title.clone(),
        assessed_at: now,
        collected_at,
        method: METHOD,
        pack_hash,
        expected,
        coverage,
        past: past.map(|past| past.runs.clone()),
        full,
        gate,
        residual,
        clauses,
        findings,
        gaps: evidence.gaps.clone(),
        not_checked,
        checks: Arc::clone(&checks),
        endings: ending::of(declaration, evidence, now),
        census: evidence.census.clone(),
        excerpts: evidence.excerpts.clone(),
        inputs,
    }
}

/// Stable name of a finding: 16 hex digits of SHA-256 over check and subject. No line number, value or score is in it.
#[must_use]
pub fn fingerprint(check: &str, subject: &str) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(check.as_bytes());
    // A zero byte parts the two: no id and no subject holds one.
    hash.update(&[0]);
    hash.update(subject.as_bytes());
    hash.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn clauses_by_check(declaration: &Declaration) -> BTreeMap<&str, Arc<[String]>> {
    let mut clauses: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for clause in &declaration.policy.clauses {
        for check in &clause.checks {
            clauses.entry(check.as_str()).or_default().push(clause.id.clone());
        }
    }
    clauses.into_iter().map(|(check, clauses)| (check, clauses.into())).collect()
}

fn not_checked(findings: &[AssessedFinding]) -> Vec<NotChecked> {
    let mut list: Vec<NotChecked> = findings
        .iter()
        .filter(|found| found.finding.outcome == Outcome::NotChecked)
        .map(|found| NotChecked {
            check: found.finding.check.clone(),
            reason: found.finding.reason.clone().unwrap_or_default(),
        })
        .collect();
    list.sort();
    list.dedup();
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_fixed_for_ever() {
        assert_eq!(fingerprint("tls-hsts", "page:https://www.example.jp/"), "2f4bcb13841f63f7");
        assert_ne!(fingerprint("a", "bc"), fingerprint("ab", "c"));
    }
}
