//! The report for a terminal: the verdict first, then what to do about it.

mod page;
mod summary;

use std::collections::BTreeMap;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use self::page::{Page, Style};
use super::escape::terminal;
use super::snippet::snippet;
use super::{RenderOptions, words};
use crate::model::{AssessedFinding, Assessment, Band, ClauseVerdict, Gate, GateVerdict, Language, Outcome};

/// Renders the report.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let mut page = Page { text: String::new(), width: options.width.clamp(40, 160), color: options.color };
    head(&mut page, assessment, options);
    if options.quiet {
        return page.text;
    }
    if options.summary {
        summary::summary(&mut page, assessment, options.language);
        return page.text;
    }
    clauses(&mut page, assessment, options.language);
    failing(&mut page, assessment, options);
    unknown(&mut page, assessment, options.language);
    not_looked(&mut page, assessment, options.language);
    next(&mut page, assessment, options.language);
    page.text
}

fn head(page: &mut Page, assessment: &Assessment, options: &RenderOptions) {
    let language = options.language;
    let of = |verdict| assessment.clauses.iter().filter(|clause| clause.verdict == verdict).count();
    let (kept, broken, open) = (of(ClauseVerdict::Kept), of(ClauseVerdict::NotKept), of(ClauseVerdict::CannotTell));
    let headline = words::headline(&assessment.gate, kept, broken, open, language);
    let style = match assessment.gate.verdict {
        GateVerdict::Kept => Style::Good,
        GateVerdict::NotKept => Style::Bad,
        GateVerdict::Incomplete => Style::Open,
    };
    page.paragraph("", &headline, Some(style));
    if options.quiet {
        return;
    }
    page.field(words::site(language), &terminal(&assessment.site));
    page.field(
        words::policy(language),
        &format!("{} ({})", terminal(assessment.policy_title.text(language)), terminal(&assessment.policy_id)),
    );
    page.field(words::assessed(language), &assessment.assessed_at.to_string());
    page.field(words::residual(language), &words::residual_line(assessment, language));
    if let Some(since) = words::since_last(assessment, language) {
        page.field(words::since(language), &since);
    }
    gate(page, &assessment.gate, language);
}

fn gate(page: &mut Page, gate: &Gate, language: Language) {
    let code = format!("{} {}", words::exit_code(language), gate.exit_code);
    let reasons: Vec<String> = gate.reasons.iter().map(|reason| terminal(reason.text(language))).collect();
    let said = if reasons.is_empty() { code } else { format!("{code}: {}", reasons.join("; ")) };
    page.field(words::gate(language), &said);
}

fn clauses(page: &mut Page, assessment: &Assessment, language: Language) {
    page.heading(words::clauses(language));
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(page.width).unwrap_or(80));
    table.set_header([
        words::clause(language),
        "",
        words::verdict(language),
        words::risk(language),
        words::looked(language),
    ]);
    for clause in &assessment.clauses {
        let mut verdict = Cell::new(words::clause_verdict(clause.verdict, language));
        if page.color {
            verdict = verdict.fg(match clause.verdict {
                ClauseVerdict::Kept => comfy_table::Color::Green,
                ClauseVerdict::NotKept => comfy_table::Color::Red,
                ClauseVerdict::CannotTell => comfy_table::Color::Yellow,
            });
        }
        let risk = format!("{}..{}", clause.residual.low, clause.residual.high);
        let looked = format!("{}/{}", clause.checks_assessed, clause.checks_total);
        table.add_row([
            Cell::new(terminal(&clause.id)),
            Cell::new(terminal(clause.title.text(language))),
            verdict,
            Cell::new(risk).set_alignment(CellAlignment::Right),
            Cell::new(looked).set_alignment(CellAlignment::Right),
        ]);
    }
    if page.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    page.text.push_str(&table.to_string());
    page.text.push('\n');
    for clause in assessment.clauses.iter().filter(|clause| clause.verdict != ClauseVerdict::Kept) {
        page.paragraph("", &format!("{}: {}", terminal(&clause.id), terminal(clause.because.text(language))), None);
    }
}

fn failing(page: &mut Page, assessment: &Assessment, options: &RenderOptions) {
    let language = options.language;
    page.heading(words::mend_first(language));
    let failing = assessment.failing();
    if failing.is_empty() {
        page.paragraph("", words::none_failing(language), None);
        return;
    }
    for (number, group) in by_check(&failing).into_iter().enumerate() {
        let Some(first) = group.first() else { continue };
        let band = first.finding.rating.band();
        let title = format!(
            "{:>2}. [{}] {} ({})",
            number + 1,
            words::band_of(band.word(), language),
            terminal(first.title.text(language)),
            terminal(&first.finding.check)
        );
        let style = if band >= Band::High { Style::Bad } else { Style::Open };
        page.paragraph("", &title, Some(style));
        for found in group.iter().take(SUBJECTS_SHOWN) {
            subject(page, assessment, found, language);
        }
        if group.len() > SUBJECTS_SHOWN {
            let more = group.len() - SUBJECTS_SHOWN;
            page.paragraph("    ", &format!("… {more} {}", words::subjects_more(language)), None);
        }
        let Some(check) = assessment.check(&first.finding.check) else { continue };
        if options.explain {
            page.labelled(words::why(language), &terminal(check.why.text(language)));
        }
        page.labelled(words::mend(language), &terminal(check.remedy.text.text(language)));
        for (program, snippet) in &check.remedy.snippets {
            for line in snippet.lines() {
                page.labelled(program, &terminal(line));
            }
        }
    }
}

/// Subjects of one check that are shown one by one; the JSON report has all.
const SUBJECTS_SHOWN: usize = 5;

fn subject(page: &mut Page, assessment: &Assessment, found: &AssessedFinding, language: Language) {
    let subject = terminal(&found.finding.subject.to_string());
    let place = words::location(found);
    let head = if place.is_empty() || subject.ends_with(&place) { subject } else { format!("{subject} — {place}") };
    page.paragraph("    ", &head, None);
    for leaf in &found.finding.leaves {
        let said = format!(
            "{}: {} {}; {} {}",
            leaf.field,
            words::expected(language),
            words::expected_of(leaf, language),
            words::found(language),
            words::actual(leaf, language)
        );
        page.paragraph("      ", &said, None);
    }
    if let Some(shown) = snippet(assessment, &found.finding.location, page.width - 6, page.color) {
        for line in shown.lines() {
            page.text.push_str(&format!("      {line}\n"));
        }
    }
    for related in &found.finding.related {
        let place = words::place_of(&related.location);
        page.paragraph(
            "      ",
            &format!("{}: {place} {}", words::place(language), words::told(&related.note, language)),
            None,
        );
    }
    if let Some(raised) = &found.finding.raised {
        page.paragraph("      ", &format!("{}: {}", words::raised(language), terminal(raised.text(language))), None);
    }
    if let Some(eased) = &found.finding.eased {
        page.paragraph("      ", &format!("{}: {}", words::eased(language), terminal(eased.text(language))), None);
    }
    if let Some(waiver) = &found.waiver {
        let said = format!("{} {}: {}", words::waived(language), waiver.expires.date(), terminal(&waiver.reason));
        page.paragraph("      ", &said, None);
    }
}

fn unknown(page: &mut Page, assessment: &Assessment, language: Language) {
    let unknown: Vec<&AssessedFinding> =
        assessment.findings.iter().filter(|found| found.finding.outcome == Outcome::Unknown).collect();
    if !unknown.is_empty() {
        page.heading(words::cannot_tell(language));
        // One reason often hides many checks: it is said once, with the checks behind it.
        let mut by_reason: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for found in unknown {
            by_reason.entry(words::reason(found, language)).or_default().push(&found.finding.check);
        }
        for (reason, checks) in by_reason {
            said_of(page, &reason, checks);
        }
    }
    if !assessment.gaps.is_empty() {
        page.heading(words::gaps(language));
        for gap in &assessment.gaps {
            let said = format!(
                "{} ({}): {}",
                terminal(&gap.subject),
                terminal(&gap.collector),
                words::told(&gap.reason, language)
            );
            page.paragraph("  - ", &said, None);
        }
    }
}

fn not_looked(page: &mut Page, assessment: &Assessment, language: Language) {
    if assessment.not_checked.is_empty() {
        return;
    }
    page.heading(words::not_looked(language));
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for left in &assessment.not_checked {
        by_reason.entry(left.reason.text(language)).or_default().push(&left.check);
    }
    for (reason, checks) in by_reason {
        said_of(page, &terminal(reason), checks);
    }
}

fn said_of(page: &mut Page, reason: &str, mut checks: Vec<&str>) {
    checks.sort_unstable();
    checks.dedup();
    page.paragraph("  - ", reason, None);
    page.paragraph("      ", &terminal_list(&checks), None);
}

fn terminal_list(checks: &[&str]) -> String {
    checks.iter().map(|check| terminal(check)).collect::<Vec<_>>().join(", ")
}

fn next(page: &mut Page, assessment: &Assessment, language: Language) {
    let Some(first) = assessment.failing().first().map(|found| terminal(&found.finding.check)) else { return };
    page.heading(words::next(language));
    page.paragraph("  ", &format!("tenken explain {first}"), None);
    page.paragraph("  ", words::explain_hint(language), None);
}

fn by_check<'a>(failing: &[&'a AssessedFinding]) -> Vec<Vec<&'a AssessedFinding>> {
    let mut order: Vec<&str> = Vec::new();
    let mut groups: BTreeMap<&str, Vec<&AssessedFinding>> = BTreeMap::new();
    for found in failing {
        let check = found.finding.check.as_str();
        let group = groups.entry(check).or_default();
        if group.is_empty() {
            order.push(check);
        }
        group.push(found);
    }
    order.into_iter().filter_map(|check| groups.remove(check)).collect()
}
