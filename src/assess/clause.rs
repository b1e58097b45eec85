//! The verdict of each clause, and the one plain sentence that says why.

use std::collections::{BTreeMap, BTreeSet};

use super::risk::Tallies;
use crate::model::{
    AssessedFinding, Band, Bilingual, Clause, ClauseAssessment, ClauseVerdict, Declaration, Outcome, Time,
};

/// Judges every clause, in the policy's order.
pub(super) fn assess(
    declaration: &Declaration,
    findings: &[AssessedFinding],
    tallies: &Tallies,
    now: Time,
) -> Vec<ClauseAssessment> {
    let mut by_check: BTreeMap<&str, Vec<&AssessedFinding>> = BTreeMap::new();
    for found in findings {
        by_check.entry(found.finding.check.as_str()).or_default().push(found);
    }
    declaration.policy.clauses.iter().map(|clause| one(clause, declaration, &by_check, tallies, now)).collect()
}

#[derive(Default)]
struct Count {
    assessed: u64,
    failing: u64,
    open: u64,
    decided: u64,
}

fn one(
    clause: &Clause,
    declaration: &Declaration,
    by_check: &BTreeMap<&str, Vec<&AssessedFinding>>,
    tallies: &Tallies,
    now: Time,
) -> ClauseAssessment {
    let ids: BTreeSet<&str> = clause.checks.iter().map(String::as_str).collect();
    let mut count = Count::default();
    for id in &ids {
        let found = by_check.get(id).map_or(&[][..], Vec::as_slice);
        let any = |wanted: &dyn Fn(&AssessedFinding) -> bool| found.iter().any(|found| wanted(found));
        let fails = any(&|found| found.finding.outcome == Outcome::Fail && found.finding.rating.band() > Band::Info);
        // A check without any finding was not evaluated: silence is not a pass.
        let open =
            found.is_empty() || any(&|found| matches!(found.finding.outcome, Outcome::Unknown | Outcome::NotChecked));
        count.failing += u64::from(fails);
        count.open += u64::from(open);
        count.assessed += u64::from(!open);
        count.decided += u64::from(any(&|found| matches!(found.finding.outcome, Outcome::Pass | Outcome::Fail)));
    }
    let attested = declaration.attestations.iter().any(|attestation| {
        attestation.clause.as_deref() == Some(clause.id.as_str())
            && attestation.on <= now
            && now < attestation.expires.plus_days(1)
    });
    let unsaid = clause.manual.is_some() && !attested;
    let nothing = count.decided == 0 && !(clause.manual.is_some() && attested);
    let verdict = if count.failing > 0 {
        ClauseVerdict::NotKept
    } else if count.open > 0 || unsaid || nothing {
        ClauseVerdict::CannotTell
    } else {
        ClauseVerdict::Kept
    };
    ClauseAssessment {
        id: clause.id.clone(),
        title: clause.title.clone(),
        quote: clause.quote.clone(),
        verdict,
        because: because(clause, verdict, &count, unsaid, ids.len()),
        residual: tallies.residual(|id| ids.contains(id)),
        checks_total: u64::try_from(ids.len()).unwrap_or(u64::MAX),
        checks_assessed: count.assessed,
        checks_failing: count.failing,
    }
}

fn because(clause: &Clause, verdict: ClauseVerdict, count: &Count, unsaid: bool, total: usize) -> Bilingual {
    match verdict {
        ClauseVerdict::NotKept => Bilingual::new(
            format!("{} of {total} checks fail", count.failing),
            format!("点検{total}件のうち{}件が不適合です", count.failing),
        ),
        ClauseVerdict::CannotTell if count.open > 0 => Bilingual::new(
            format!("{} of {total} checks could not be told", count.open),
            format!("点検{total}件のうち{}件が判断できません", count.open),
        ),
        ClauseVerdict::CannotTell if unsaid => match &clause.manual {
            Some(manual) => Bilingual::new(
                format!("a person must say, and nobody has: {}", manual.why.en),
                format!("担当者の確認が必要ですが、申告がありません: {}", manual.why.ja),
            ),
            None => Bilingual::default(),
        },
        ClauseVerdict::CannotTell => Bilingual::new("nothing was there to assess", "点検できる対象がありませんでした"),
        ClauseVerdict::Kept if total == 0 => {
            Bilingual::new("stated by a person, in date", "担当者の申告が有効期間内です")
        }
        ClauseVerdict::Kept => {
            Bilingual::new(format!("all {total} checks hold"), format!("点検{total}件すべてに適合しています"))
        }
    }
}
