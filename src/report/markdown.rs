//! The report for a step summary or a wiki: the same order as the terminal's, every outside text escaped.

use super::escape::markdown as safe;
use super::{RenderOptions, words};
use crate::model::{Assessment, ClauseVerdict, Outcome};

/// Findings that are shown one by one; the JSON report has all.
const FINDINGS_SHOWN: usize = 200;

/// Renders the report.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let language = options.language;
    let of = |verdict| assessment.clauses.iter().filter(|clause| clause.verdict == verdict).count();
    let (kept, broken, open) = (of(ClauseVerdict::Kept), of(ClauseVerdict::NotKept), of(ClauseVerdict::CannotTell));
    let mut page = format!("# {}\n\n", safe(&words::headline(&assessment.gate, kept, broken, open, language)));
    if options.quiet {
        return page;
    }

    page.push_str(&format!("- **{}**: {}\n", words::site(language), safe(&assessment.site)));
    page.push_str(&format!("- **{}**: {}\n", words::policy(language), safe(assessment.policy_title.text(language))));
    page.push_str(&format!("- **{}**: {}\n", words::assessed(language), assessment.assessed_at));
    page.push_str(&format!("- **{}**: {}\n", words::residual(language), words::residual_line(assessment, language)));
    if let Some(since) = words::since_last(assessment, language) {
        page.push_str(&format!("- **{}**: {since}\n", words::since(language)));
    }
    let reasons: Vec<String> = assessment.gate.reasons.iter().map(|reason| safe(reason.text(language))).collect();
    page.push_str(&format!(
        "- **{}**: {} {}{}{}\n",
        words::gate(language),
        words::exit_code(language),
        assessment.gate.exit_code,
        if reasons.is_empty() { "" } else { ": " },
        reasons.join("; ")
    ));
    clauses(&mut page, assessment, options);
    failing(&mut page, assessment, options);
    open_questions(&mut page, assessment, options);
    page
}

fn clauses(page: &mut String, assessment: &Assessment, options: &RenderOptions) {
    let language = options.language;
    page.push_str(&format!("\n## {}\n\n", words::clauses(language)));
    page.push_str(&format!(
        "| {} | | {} | {} | {} | {} |\n|---|---|---|---:|---:|---|\n",
        words::clause(language),
        words::verdict(language),
        words::risk(language),
        words::looked(language),
        words::why(language)
    ));
    for clause in &assessment.clauses {
        page.push_str(&format!(
            "| {} | {} | {} | {}..{} | {}/{} | {} |\n",
            safe(&clause.id),
            safe(clause.title.text(language)),
            words::clause_verdict(clause.verdict, language),
            clause.residual.low,
            clause.residual.high,
            clause.checks_assessed,
            clause.checks_total,
            safe(clause.because.text(language))
        ));
    }
}

fn failing(page: &mut String, assessment: &Assessment, options: &RenderOptions) {
    let language = options.language;
    page.push_str(&format!("\n## {}\n\n", words::mend_first(language)));
    let failing = assessment.failing();
    if failing.is_empty() {
        page.push_str(&format!("{}\n", words::none_failing(language)));
        return;
    }
    page.push_str(&format!(
        "| {} | {} | {} | {} | {} |\n|---|---|---|---|---|\n",
        words::band(language),
        words::finding(language),
        words::place(language),
        words::expected(language),
        words::found(language)
    ));
    for found in failing.iter().take(FINDINGS_SHOWN) {
        let leaves = &found.finding.leaves;
        let expected: Vec<String> =
            leaves.iter().map(|leaf| format!("{}: {}", leaf.field, words::expected_of(leaf, language))).collect();
        let actual: Vec<String> = leaves.iter().map(|leaf| words::actual(leaf, language)).collect();
        let place = words::location(found);
        let subject = found.finding.subject.to_string();
        let place = if place.is_empty() { subject } else { format!("{subject} — {place}") };
        page.push_str(&format!(
            "| {} | {} ({}) | {} | {} | {} |\n",
            words::band_of(found.finding.rating.band().word(), language),
            safe(found.title.text(language)),
            safe(&found.finding.check),
            safe(&place),
            safe(&expected.join("; ")),
            safe(&actual.join("; "))
        ));
    }
    if failing.len() > FINDINGS_SHOWN {
        page.push_str(&format!("\n… {} {}\n", failing.len() - FINDINGS_SHOWN, words::subjects_more(language)));
    }
}

fn open_questions(page: &mut String, assessment: &Assessment, options: &RenderOptions) {
    let language = options.language;
    let unknown: Vec<_> =
        assessment.findings.iter().filter(|found| found.finding.outcome == Outcome::Unknown).collect();
    if !unknown.is_empty() {
        page.push_str(&format!("\n## {}\n\n", words::cannot_tell(language)));
        for found in unknown.iter().take(FINDINGS_SHOWN) {
            let subject = safe(&found.finding.subject.to_string());
            page.push_str(&format!(
                "- {} {subject}: {}\n",
                safe(&found.finding.check),
                safe(&words::reason(found, language))
            ));
        }
    }
    if !assessment.gaps.is_empty() {
        page.push_str(&format!("\n## {}\n\n", words::gaps(language)));
        for gap in &assessment.gaps {
            page.push_str(&format!(
                "- {} ({}): {}\n",
                safe(&gap.subject),
                safe(&gap.collector),
                safe(&words::told(&gap.reason, language))
            ));
        }
    }
    if !assessment.not_checked.is_empty() {
        page.push_str(&format!("\n## {}\n\n", words::not_looked(language)));
        for left in &assessment.not_checked {
            page.push_str(&format!("- {}: {}\n", safe(&left.check), safe(left.reason.text(language))));
        }
    }
}
