//! The gate: what CI reads. The same whatever format is written.

use super::ledger;
use crate::model::{
    AssessedFinding, Bilingual, Change, ClauseAssessment, ClauseVerdict, Gap, Gate, GateOptions, GateVerdict, Outcome,
    Residual,
};

/// Judges the gate.
pub(super) fn judge(
    options: &GateOptions,
    clauses: &[ClauseAssessment],
    findings: &[AssessedFinding],
    gaps: &[Gap],
    residual: Residual,
    full: bool,
) -> Gate {
    let verdict = verdict(clauses);
    let mut reasons = Vec::new();
    let is_new = |found: &AssessedFinding| {
        let by_baseline =
            options.baseline.as_ref().is_none_or(|known| !known.fingerprints.contains(&found.fingerprint));
        let by_ledger =
            !options.only_new || matches!(found.change, Change::New | Change::Regressed | Change::ExceptionExpired);
        by_baseline && by_ledger
    };
    let counts = |found: &&AssessedFinding| {
        found.finding.rating.band() >= options.fail_on && found.waiver.is_none() && is_new(found)
    };
    let count = |outcome: &dyn Fn(Outcome) -> bool| {
        findings.iter().filter(|found| outcome(found.finding.outcome)).filter(counts).count()
    };
    let band = options.fail_on.word();
    let new = if options.baseline.is_some() || options.only_new { ("new ", "新規の") } else { ("", "") };
    let fails = count(&|outcome| outcome == Outcome::Fail);
    if fails > 0 {
        reasons.push(Bilingual::new(
            format!("{fails} {}open finding(s) at or above {band}", new.0),
            format!("{band}以上の{}未対応の不適合が{fails}件あります", new.1),
        ));
    }
    let unknown = count(&|outcome| outcome == Outcome::Unknown);
    if options.strict && unknown > 0 {
        reasons.push(Bilingual::new(
            format!("strict: {unknown} {}finding(s) at or above {band} cannot be told", new.0),
            format!("厳格判定: {band}以上で{}判断できないものが{unknown}件あります", new.1),
        ));
    }
    if let Some(most) = options.max_residual {
        let bound = if options.strict { residual.high } else { residual.low };
        if bound > most {
            reasons.push(Bilingual::new(
                format!("residual risk of {bound} units is above {most}"),
                format!("残留リスク{bound}単位が上限{most}を超えています"),
            ));
        }
    }
    let unseen = ledger::unproven(findings, full).filter(counts).count();
    if unseen > 0 {
        reasons.push(Bilingual::new(
            format!("{unseen} {}finding(s) at or above {band} failed before and were not seen this time", new.0),
            format!("{band}以上で過去に不適合だった{}{unseen}件が今回は確認できませんでした", new.1),
        ));
    }
    if let Some(low) = options.baseline.as_ref().and_then(|baseline| baseline.low).filter(|low| residual.low > *low) {
        reasons.push(Bilingual::new(
            format!("residual risk is at least {} units; the baseline has {low}", residual.low),
            format!("残留リスクの下限{}単位がベースラインの{low}単位を上回りました", residual.low),
        ));
    }
    let expired = findings.iter().filter(|found| found.change == Change::ExceptionExpired).count();
    if expired > 0 {
        reasons.push(Bilingual::new(
            format!("{expired} finding(s) stand open again: their waiver has expired"),
            format!("例外措置の期限切れにより{expired}件が再び未対応となりました"),
        ));
    }
    let closed = !reasons.is_empty();
    let missing = !gaps.is_empty();
    if missing {
        reasons.push(if options.allow_gaps {
            Bilingual::new(
                format!("{} gap(s) in the evidence, allowed by --allow-gaps", gaps.len()),
                format!("証拠の欠落が{}件ありますが、--allow-gapsにより許容しました", gaps.len()),
            )
        } else {
            Bilingual::new(
                format!("{} gap(s): evidence that was asked for could not be had", gaps.len()),
                format!("求めた証拠のうち{}件が得られませんでした", gaps.len()),
            )
        });
    }
    let exit_code = match (closed, missing && !options.allow_gaps) {
        _ if options.exit_zero => 0,
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    };
    if exit_code == 0 {
        say_what_is_open(options, clauses, closed || missing, &mut reasons);
    }
    Gate { verdict, exit_code, reasons }
}

/// An exit of 0 beside clauses that are not kept or cannot be told says so.
fn say_what_is_open(options: &GateOptions, clauses: &[ClauseAssessment], forced: bool, reasons: &mut Vec<Bilingual>) {
    let of = |verdict| clauses.iter().filter(|clause| clause.verdict == verdict).count();
    let (broken, open) = (of(ClauseVerdict::NotKept), of(ClauseVerdict::CannotTell));
    if options.exit_zero && forced {
        reasons.push(Bilingual::new("exit code 0 by --exit-zero", "--exit-zeroにより終了コードを0にしました"));
    }
    if broken + open > 0 {
        reasons.push(Bilingual::new(
            format!("passed, but {broken} clause(s) are not kept and {open} cannot be told"),
            format!("判定は通過ですが、守られていない条項が{broken}件、判断できない条項が{open}件あります"),
        ));
    }
}

fn verdict(clauses: &[ClauseAssessment]) -> GateVerdict {
    if clauses.iter().any(|clause| clause.verdict == ClauseVerdict::NotKept) {
        GateVerdict::NotKept
    } else if clauses.iter().any(|clause| clause.verdict == ClauseVerdict::CannotTell) {
        GateVerdict::Incomplete
    } else {
        GateVerdict::Kept
    }
}
