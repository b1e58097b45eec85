//! For the security officer: the heat map, every clause in its words, every finding with what was asked and seen.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::manager::anchor;
use super::{band_markup, both, outcome_class, said, verdict_class, word};
use crate::model::{AssessedFinding, Assessment, Check, ClauseAssessment, Language, LeafResult, Location, Outcome};
use crate::report::escape::terminal;
use crate::report::words;

/// All sections.
pub(super) fn sections(assessment: &Assessment) -> Markup {
    html! {
        (heat_map(assessment))
        section #clauses {
            h2 { (word(words::clauses)) }
            @for clause in &assessment.clauses { (clause_box(clause)) }
        }
        (findings(assessment))
        (gaps(assessment))
    }
}

/// Findings that fail, and in brackets those that cannot be told, by impact and likelihood.
fn heat_map(assessment: &Assessment) -> Markup {
    let mut cells: BTreeMap<(u8, u8), (u64, u64)> = BTreeMap::new();
    for found in &assessment.findings {
        let rating = found.finding.rating;
        let cell = cells.entry((rating.impact, rating.likelihood)).or_default();
        match found.finding.outcome {
            Outcome::Fail => cell.0 += 1,
            Outcome::Unknown | Outcome::NotChecked => cell.1 += 1,
            Outcome::Pass | Outcome::NotApplicable => {}
        }
    }
    html! {
        section #heat {
            h2 { (both("Heat map of impact and likelihood", "影響度と起こりやすさ")) }
            p { (both("Findings that fail; in brackets, what cannot be told or was not checked.", "不適合の件数。括弧内は判断不能・未点検の件数です。")) }
            table.heat {
                thead { tr {
                    th scope="col" { (both("Impact \\ likelihood", "影響度 \\ 起こりやすさ")) }
                    @for likelihood in 1..=5_u8 { th scope="col" { (likelihood) } }
                } }
                tbody { @for impact in (1..=5_u8).rev() {
                    tr {
                        th scope="row" { (impact) }
                        @for likelihood in 1..=5_u8 {
                            @let band = crate::model::RiskRating::new(impact, likelihood).band().word();
                            td class=(band) {
                                @if let Some((fails, open)) = cells.get(&(impact, likelihood)) {
                                    @if *fails > 0 { b { (fails) } }
                                    @if *open > 0 { " (" (open) ")" }
                                }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn clause_box(clause: &ClauseAssessment) -> Markup {
    html! {
        article.clause id={ "c-" (terminal(&clause.id)) } {
            h3 {
                (terminal(&clause.id)) " " (said(&clause.title)) " "
                span class={ "tag " (verdict_class(clause.verdict)) } {
                    (both(
                        words::clause_verdict(clause.verdict, Language::English),
                        words::clause_verdict(clause.verdict, Language::Japanese),
                    ))
                }
            }
            blockquote { (quoted(&clause.quote)) }
            p {
                (said(&clause.because)) " · " (word(words::risk)) " " (clause.residual.low) ".." (clause.residual.high)
                " · " (word(words::looked)) " " (clause.checks_assessed) "/" (clause.checks_total)
            }
        }
    }
}

/// The clause's own words are not cut.
fn quoted(text: &crate::model::Bilingual) -> Markup {
    let whole = |text: &str| text.split('\n').map(terminal_whole).collect::<Vec<_>>().join("\n");
    both(&whole(&text.en), &whole(&text.ja))
}

fn terminal_whole(line: &str) -> String {
    let characters: Vec<char> = line.chars().take(20_000).collect();
    characters.chunks(200).map(|part| terminal(&part.iter().collect::<String>())).collect()
}

fn findings(assessment: &Assessment) -> Markup {
    let mut groups: BTreeMap<&str, Vec<&AssessedFinding>> = BTreeMap::new();
    for found in &assessment.findings {
        groups.entry(found.finding.check.as_str()).or_default().push(found);
    }
    let mut order: Vec<(&str, Vec<&AssessedFinding>)> = groups.into_iter().collect();
    // What fails and lowers the risk most when it is mended comes first, then what cannot be told.
    order.sort_by_key(|(check, group)| {
        let worst =
            group.iter().map(|found| (rank(found.finding.outcome), found.marginal, found.finding.rating.units())).max();
        (std::cmp::Reverse(worst), *check)
    });
    html! {
        section #findings {
            h2 { (both("Findings", "点検結果")) }
            div #filter.filter hidden {
                label for="search" { (both("Search", "検索")) }
                input #search type="search";
                @for (outcome, checked) in FILTERS {
                    label {
                        input type="checkbox" name="outcome" value=(outcome.word()) checked[checked];
                        (both(outcome.word(), words::outcome_of(outcome, Language::Japanese)))
                    }
                }
                output #shown {}
            }
            @for (check, group) in order { (group_box(assessment, check, group)) }
        }
    }
}

const FILTERS: [(Outcome, bool); 5] = [
    (Outcome::Fail, true),
    (Outcome::Unknown, true),
    (Outcome::NotChecked, true),
    (Outcome::Pass, true),
    (Outcome::NotApplicable, true),
];

fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Fail => 4,
        Outcome::Unknown => 3,
        Outcome::NotChecked => 2,
        Outcome::Pass => 1,
        Outcome::NotApplicable => 0,
    }
}

fn group_box(assessment: &Assessment, id: &str, mut group: Vec<&AssessedFinding>) -> Markup {
    group.sort_by_key(|found| {
        (std::cmp::Reverse((rank(found.finding.outcome), found.marginal)), &found.finding.subject)
    });
    let worst = group.first().map_or(Outcome::NotChecked, |found| found.finding.outcome);
    let title = group.first().map(|found| &found.title);
    html! {
        article.check id={ "k-" (terminal(id)) } {
            h3 {
                span class={ "tag " (outcome_class(worst)) } { (outcome_words(worst)) }
                " " @if let Some(title) = title { (said(title)) } " " code { (terminal(id)) }
            }
            @if let Some(check) = assessment.check(id) { (about(check, worst)) }
            @for same in group.chunk_by(|one, other| one.finding.outcome == other.finding.outcome) {
                div.same {
                    @if let Some(first) = same.first() {
                        p class={ "dot " (outcome_class(first.finding.outcome)) } {
                            (outcome_words(first.finding.outcome)) " (" (same.len()) ")"
                        }
                    }
                    @for found in same { (finding_box(assessment, found)) }
                }
            }
        }
    }
}

fn outcome_words(outcome: Outcome) -> Markup {
    both(words::outcome_of(outcome, Language::English), words::outcome_of(outcome, Language::Japanese))
}

/// Why, remedy and mapping: once for all findings of a check, in full where something has to be done.
fn about(check: &Check, worst: Outcome) -> Markup {
    let clean = matches!(worst, Outcome::Pass | Outcome::NotApplicable);
    html! {
        details open[!clean] {
            summary { (both("Why, remedy, mapping", "理由・対処・規格対応")) }
            p { b { (word(words::why)) ": " } (said(&check.why)) }
            @if !clean {
                p { b { (word(words::mend)) ": " } (said(&check.remedy.text)) }
                @for (program, snippet) in &check.remedy.snippets {
                    p { b { (program) ": " } }
                    pre tabindex="0" { (snippet.trim_end().lines().map(terminal).collect::<Vec<_>>().join("\n")) }
                }
            }
            p.meta {
                @for (framework, items) in &check.maps { (framework) ": " (items.join(", ")) "; " }
                (both("(unverified)", "(未検証)"))
            }
        }
    }
}

fn finding_box(assessment: &Assessment, found: &AssessedFinding) -> Markup {
    let finding = &found.finding;
    let subject = terminal(&finding.subject.to_string());
    let place = words::location(found);
    let outcome = finding.outcome;
    html! {
        div.finding id=(anchor(found)) data-outcome=(outcome.word()) {
            p {
                @if outcome == Outcome::Fail { (band_markup(finding.rating.band())) " " }
                b { (subject) }
                @if !place.is_empty() && !subject.ends_with(&place) { " — " (place) }
                " " code.fingerprint { (found.fingerprint) }
                @if matches!(outcome, Outcome::Fail) {
                    " " (both("impact", "影響度")) " " (finding.rating.impact)
                    ", " (both("likelihood", "起こりやすさ")) " " (finding.rating.likelihood)
                    @if let Some(owner) = &found.owner { "; " (both("owner", "担当")) " " (terminal(owner)) }
                    @if let Some(due) = found.due { "; " (both("due", "期限")) " " (due.date()) }
                }
            }
            @if matches!(outcome, Outcome::Fail) {
                @if !finding.leaves.is_empty() { (leaves(&finding.leaves)) }
                (excerpt(assessment, &finding.location))
                @for related in &finding.related {
                    p.note { (words::place_of(&related.location)) " " (told(&related.note)) }
                }
                @if let Some(raised) = &finding.raised { p.note { (word(words::raised)) ": " (said(raised)) } }
                @if let Some(eased) = &finding.eased { p.note { (word(words::eased)) ": " (said(eased)) } }
            }
            @if let Some(waiver) = &found.waiver {
                p.note { (word(words::waived)) " " (waiver.expires.date()) ": " (terminal(&waiver.reason)) }
            }
            @if matches!(outcome, Outcome::Unknown | Outcome::NotChecked) {
                p.note { (both(&words::reason(found, Language::English), &words::reason(found, Language::Japanese))) }
            }
        }
    }
}

fn told(reason: &str) -> Markup {
    both(&words::told(reason, Language::English), &words::told(reason, Language::Japanese))
}

fn leaves(leaves: &[LeafResult]) -> Markup {
    let cell = |of: fn(&LeafResult, Language) -> String, leaf: &LeafResult| {
        let (en, ja) = (of(leaf, Language::English), of(leaf, Language::Japanese));
        if en == ja {
            html! { (en) }
        } else {
            both(&en, &ja)
        }
    };
    html! {
        dl {
            @for leaf in leaves {
                dt { (leaf.field) }
                dd {
                    (word(words::expected)) " " (cell(words::expected_of, leaf)) "; "
                    (word(words::found)) " " (cell(words::actual, leaf))
                }
            }
        }
    }
}

/// The line and its neighbours, where they were kept.
fn excerpt(assessment: &Assessment, place: &Location) -> Markup {
    let (Some(file), Some(line)) = (&place.file, place.line) else { return html! {} };
    let Some(lines) = assessment.excerpts.get(file).filter(|lines| lines.contains_key(&line)) else { return html! {} };
    let near = lines.range(line.saturating_sub(1)..=line.saturating_add(1));
    html! {
        pre tabindex="0" {
            @for (number, text) in near {
                @if *number == line { mark { (format!("{number:>5}  {}", terminal(text))) } } @else { (format!("{number:>5}  {}", terminal(text))) }
                "\n"
            }
        }
    }
}

fn gaps(assessment: &Assessment) -> Markup {
    html! {
        section #gaps {
            h2 { (word(words::gaps)) }
            @if assessment.gaps.is_empty() { p { (both("None.", "なし。")) } }
            ul { @for gap in &assessment.gaps {
                li { code { (terminal(&gap.collector)) } " " (terminal(&gap.subject)) ": " (told(&gap.reason)) }
            } }
        }
    }
}
