//! Checks, evidence -> findings. Pure; a missing field is neither true nor false.

mod condition;
mod examples;
mod matcher;

use std::collections::BTreeMap;

pub use condition::{Context, decisive, truth};
pub use examples::{EXAMPLE_NOW_SECONDS, ExampleFault, run_examples};

use crate::model::{
    Attestation, Bilingual, Census, CensusState, Check, ContextMove, Declaration, Evidence, Finding, Location,
    Observation, Outcome, Related, RiskRating, Strength, Subject, SubjectKind, Time, reason_in_japanese,
};

/// Which checks a run leaves out, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Ids of checks that are left out, each with the reason.
    pub left_out: BTreeMap<String, Bilingual>,
}

/// Evaluates every check against the evidence; the result is ordered by check, then subject.
#[must_use]
pub fn evaluate(
    checks: &[&Check],
    declaration: &Declaration,
    evidence: &Evidence,
    selection: &Selection,
    now: Time,
) -> Vec<Finding> {
    let mut by_kind: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    for observation in &evidence.observations {
        by_kind.entry(observation.kind.as_str()).or_default().push(observation);
    }
    let mut census: BTreeMap<&str, Vec<&Census>> = BTreeMap::new();
    for entry in &evidence.census {
        census.entry(entry.kind.as_str()).or_default().push(entry);
    }
    let context = Context::of(declaration, now);
    let mut findings = Vec::new();
    for check in checks {
        let mut of_check = match selection.left_out.get(&check.id) {
            Some(reason) => vec![whole(check, &declaration.site.name, Outcome::NotChecked, reason.clone(), true)],
            None => {
                let seen = by_kind.get(check.needs.as_str()).map_or(&[][..], Vec::as_slice);
                let entries = census.get(check.needs.as_str()).map_or(&[][..], Vec::as_slice);
                let mut of_check: Vec<Finding> = seen.iter().map(|seen| judge(check, seen, &context)).collect();
                of_check.extend(census_findings(check, &declaration.site.name, entries, seen.len()));
                of_check
            }
        };
        attest(&mut of_check, &check.id, &declaration.attestations, now);
        of_check.sort_by(|a, b| (&a.subject, a.outcome).cmp(&(&b.subject, b.outcome)));
        findings.extend(of_check);
    }
    findings
}

/// The further places of an observation, without what comments say of other checks.
fn related_to(check: &str, observation: &Observation) -> Vec<Related> {
    let is_own = |related: &&Related| related.as_remark().is_none_or(|(named, _)| named == check);
    observation.related.iter().filter(is_own).cloned().collect()
}

/// One check on one observation.
#[must_use]
pub fn judge(check: &Check, observation: &Observation, context: &Context<'_>) -> Finding {
    let base = RiskRating::new(check.impact, check.likelihood);
    let mut finding = Finding {
        check: check.id.clone(),
        subject: observation.subject.clone(),
        outcome: Outcome::Unknown,
        reason: None,
        leaves: Vec::new(),
        rating: base,
        eased: None,
        raised: None,
        strength: observation.strength,
        location: observation.source.clone(),
        // A reason that a comment gives for another check has no business here.
        related: related_to(&check.id, observation),
        not_enumerated: false,
    };
    for condition in &check.applies_when {
        let applies = truth(condition, observation, context);
        if applies == Some(true) {
            continue;
        }
        finding.leaves = decisive(condition, observation, context);
        if applies == Some(false) {
            finding.outcome = Outcome::NotApplicable;
            return finding;
        }
        // Whether it applies cannot be told; a later condition may still settle that it does not.
        finding.reason =
            Some(Bilingual::new("whether the check applies cannot be told", "点検の対象かどうかを判断できません"));
    }
    if finding.reason.is_some() {
        return finding;
    }
    let holds = truth(&check.pass_when, observation, context);
    finding.leaves = decisive(&check.pass_when, observation, context);
    finding.outcome = match holds {
        Some(true) => Outcome::Pass,
        Some(false) => Outcome::Fail,
        None => Outcome::Unknown,
    };
    // Stale evidence proves neither state any more (TRM-1).
    if observation.strength == Strength::Stale && finding.outcome != Outcome::Unknown {
        finding.outcome = Outcome::Unknown;
        finding.reason = Some(Bilingual::new("the evidence is too old", "証拠が古すぎます"));
    }
    if finding.outcome == Outcome::Fail {
        let first = |moves: &[ContextMove]| {
            moves.iter().find(|step| truth(&step.when, observation, context) == Some(true)).cloned()
        };
        let (eased, raised) = (first(&check.eased_when), first(&check.raised_when));
        let sum = |steps: fn(&ContextMove) -> i8| eased.iter().chain(&raised).map(steps).sum();
        finding.rating = base.moved(sum(|step| step.impact), sum(|step| step.likelihood));
        finding.eased = eased.map(|step| step.why);
        finding.raised = raised.map(|step| step.why);
    }
    finding
}

fn census_findings(check: &Check, site: &str, entries: &[&Census], seen: usize) -> Vec<Finding> {
    if entries.is_empty() {
        let reason = Bilingual::new(
            format!("no collector looked for {}", check.needs),
            format!("{}を調べた収集機能がありません", check.needs),
        );
        return vec![whole(check, site, Outcome::Unknown, reason, true)];
    }
    let mut findings = Vec::new();
    for entry in entries {
        match &entry.state {
            CensusState::Complete => {}
            CensusState::Incomplete(reason) => {
                let reason = Bilingual::new(
                    format!("{} was not seen completely: {reason}", entry.kind),
                    format!("{}の全体を確認できませんでした: {}", entry.kind, reason_in_japanese(reason)),
                );
                findings.push(whole(check, &entry.scope, Outcome::Unknown, reason, true));
            }
            CensusState::NotAsked(reason) => {
                let reason = Bilingual::new(reason.clone(), reason_in_japanese(reason));
                findings.push(whole(check, &entry.scope, Outcome::NotChecked, reason, true));
            }
        }
    }
    if findings.is_empty() && seen == 0 {
        let scopes: Vec<&str> = entries.iter().map(|entry| entry.scope.as_str()).collect();
        let scopes = scopes.join(", ");
        let reason = Bilingual::new(
            format!("{} was looked for everywhere in {scopes}: there is none", check.needs),
            format!("{scopes}の全体で{}を調べ、該当がありませんでした", check.needs),
        );
        findings.push(whole(check, site, Outcome::NotApplicable, reason, false));
    }
    findings
}

/// A statement that a check does not apply replaces only what nobody could see; it never hides a fail.
fn attest(findings: &mut [Finding], check: &str, attestations: &[Attestation], now: Time) {
    let in_date = |attestation: &&Attestation| {
        attestation.check.as_deref() == Some(check) && attestation.on <= now && now < attestation.expires.plus_days(1)
    };
    let Some(attestation) = attestations.iter().find(in_date) else { return };
    for finding in findings {
        if matches!(finding.outcome, Outcome::Unknown | Outcome::NotChecked) {
            finding.outcome = Outcome::NotApplicable;
            finding.strength = Strength::Attested;
            finding.reason = Some(Bilingual::new(
                format!("stated not to apply by {} until {}", attestation.by, attestation.expires.date()),
                format!("{}が{}まで対象外と申告しています", attestation.by, attestation.expires.date()),
            ));
        }
    }
}

fn whole(check: &Check, scope: &str, outcome: Outcome, reason: Bilingual, not_enumerated: bool) -> Finding {
    Finding {
        check: check.id.clone(),
        subject: Subject::new(SubjectKind::Site, scope),
        outcome,
        reason: Some(reason),
        leaves: Vec::new(),
        rating: RiskRating::new(check.impact, check.likelihood),
        eased: None,
        raised: None,
        strength: Strength::Measured,
        location: Location::default(),
        related: Vec::new(),
        not_enumerated,
    }
}
