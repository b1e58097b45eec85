//! What fits one screen: a line a clause, the worst findings with what mends them, and how much more there is.
//! It leaves out and never rounds: whatever is not shown is counted.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::page::{Page, Style};
use super::{by_check, terminal, words};
use crate::model::{Assessment, Band, ClauseVerdict, Language, Outcome};

/// Lines of the whole, of a terminal of 40 with room for the prompt and the line that started it.
const LINES: usize = 36;
/// Lines of one finding, and of what stands behind them.
const LINES_A_FINDING: usize = 3;
const LINES_BEHIND: usize = 8;

/// Writes it below the head.
pub(super) fn summary(page: &mut Page, assessment: &Assessment, language: Language) {
    clauses(page, assessment, language);
    let failing = assessment.failing();
    let groups = by_check(&failing);
    let used = page.text.lines().count() + 2 + LINES_BEHIND;
    let room = (LINES.saturating_sub(used) / LINES_A_FINDING).max(1);
    page.heading(words::mend_first(language));
    if groups.is_empty() {
        page.paragraph("", words::none_failing(language), None);
    }
    for (number, group) in groups.iter().take(room).enumerate() {
        let Some(first) = group.first() else { continue };
        let band = first.finding.rating.band();
        let title = format!(
            "{:>2}. [{}] {}: {}",
            number + 1,
            words::band_of(band.word(), language),
            terminal(&first.finding.check),
            terminal(first.title.text(language))
        );
        line(page, &title, Some(if band >= Band::High { Style::Bad } else { Style::Open }));
        let subject = terminal(&first.finding.subject.to_string());
        line(page, &format!("    {}", words::subjects(&subject, group.len(), language)), None);
        if let Some(check) = assessment.check(&first.finding.check) {
            let remedy = terminal(check.remedy.text.text(language));
            line(page, &format!("    {}: {remedy}", words::mend(language)), None);
        }
    }
    page.text.push('\n');
    let of = |outcome: Outcome| {
        let mut checks: Vec<&str> = assessment
            .findings
            .iter()
            .filter(|found| found.finding.outcome == outcome)
            .map(|found| found.finding.check.as_str())
            .collect();
        checks.sort_unstable();
        checks.dedup();
        checks.len()
    };
    let more = groups.len().saturating_sub(room);
    page.paragraph("", &words::the_rest(more, of(Outcome::Unknown), assessment.not_checked.len(), language), None);
    if more > 0 {
        let rest: Vec<String> = groups
            .iter()
            .skip(room)
            .filter_map(|group| group.first())
            .map(|first| terminal(&first.finding.check))
            .collect();
        line(page, &format!("  {}", rest.join(" ")), None);
    }
    if let Some(first) = assessment.gaps.first() {
        let said = format!(
            "{} ({}): {}",
            terminal(&first.subject),
            terminal(&first.collector),
            words::told(&first.reason, language)
        );
        line(page, &words::first_gap(assessment.gaps.len(), &said, language), Some(Style::Open));
    }
    page.paragraph("", words::details_hint(language), None);
    page.paragraph("", words::init_hint(language), None);
}

fn clauses(page: &mut Page, assessment: &Assessment, language: Language) {
    page.heading(words::clauses_in_short(language));
    let verdict = |verdict| words::clause_verdict(verdict, language);
    let widest = |parts: &mut dyn Iterator<Item = usize>| parts.max().unwrap_or_default();
    let ids = widest(&mut assessment.clauses.iter().map(|clause| clause.id.width()));
    let verdicts = widest(&mut assessment.clauses.iter().map(|clause| verdict(clause.verdict).width()));
    for clause in &assessment.clauses {
        let style = match clause.verdict {
            ClauseVerdict::Kept => Style::Good,
            ClauseVerdict::NotKept => Style::Bad,
            ClauseVerdict::CannotTell => Style::Open,
        };
        let said = format!(
            "{}  {}  {}/{}  {}",
            padded(&terminal(&clause.id), ids),
            padded(verdict(clause.verdict), verdicts),
            clause.checks_assessed,
            clause.checks_total,
            terminal(clause.title.text(language)),
        );
        line(page, &said, Some(style));
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// One line, cut where the page ends.
fn line(page: &mut Page, text: &str, style: Option<Style>) {
    let text = text.replace('\n', " ");
    // Paragraphs keep two columns for the lines that hang below their first.
    let room = page.width.saturating_sub(2);
    if text.width() <= room {
        return page.paragraph("", &text, style);
    }
    let mut cut = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > room {
            break;
        }
        cut.push(character);
    }
    page.paragraph("", &format!("{}…", cut.trim_end()), style);
}
