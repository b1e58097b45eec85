//! The manager's page: one sheet of A4, whatever the input.

use maud::{Markup, html};

use super::manager::{ClauseLine, Page, Sentence, TopRisk, short};
use super::{band_markup, both, said, verdict_class, word};
use crate::model::{Assessment, Bilingual, GateVerdict, Language, Milliunits, PastRun, Time};
use crate::report::words;

/// Runs that the picture shows.
const RUNS: usize = 12;

/// The page.
pub(super) fn page(assessment: &Assessment) -> Markup {
    let page = Page::of(assessment);
    let class = match assessment.gate.verdict {
        GateVerdict::Kept => "good",
        GateVerdict::NotKept => "bad",
        GateVerdict::Incomplete => "open",
    };
    html! {
        section #manager.sheet aria-labelledby="title" {
            header.top {
                h1 #title { (short(&assessment.site)) " — " (both("Does the site keep its policy?", "方針は守られているか")) }
                p.meta {
                    (short_both(&assessment.policy_title)) " · "
                    time datetime=(assessment.assessed_at.date()) { (day(assessment.assessed_at)) } " · tenken " (env!("CARGO_PKG_VERSION")) " · "
                    (assessment.method) " " code { (assessment.pack_hash.chars().take(12).collect::<String>()) }
                }
                p class={ "verdict " (class) } { (sentence(&page.verdict)) }
            }
            div.clause-lines {
                h2 { (word(words::clauses)) }
                table {
                    thead { tr {
                        th scope="col" { (word(words::clause)) }
                        th scope="col" { (word(words::verdict)) }
                        th scope="col" { (both("Why", "理由")) }
                        th scope="col" { (both("Rests on", "根拠")) }
                    } }
                    tbody { @for line in &page.clauses { (clause_line(line)) } }
                }
                @if page.clauses_more > 0 {
                    p { a href="#clauses" { (page.clauses_more) " " (both("more clauses further on", "条項は後のページにあります")) } }
                }
            }
            div.pair {
                div {
                    h2 { (word(words::residual)) }
                    p { (sentence(&page.residual)) }
                    (trend(assessment))
                }
                div {
                    h2 { (both("Changes since last time", "前回からの変化")) }
                    (list(&page.changes))
                }
            }
            div.risks {
                h2 { (both("Five top risks", "上位5リスク")) }
                @if page.risks.is_empty() {
                    p { (word(words::none_failing)) }
                } @else {
                    table {
                        thead { tr {
                            th scope="col" { (word(words::band)) }
                            th scope="col" { (both("What could happen", "起こり得ること")) }
                            th scope="col" { (both("Who is affected", "影響を受ける人")) }
                            th scope="col" { (both("Owner", "担当")) }
                            th scope="col" { (both("Due", "期限")) }
                            th scope="col" { (both("Rests on", "根拠")) }
                        } }
                        tbody { @for risk in &page.risks { (top_risk(risk)) } }
                    }
                }
            }
            div.pair.three {
                div { h2 { (both("Ending within 30/60/90 days", "30・60・90日以内の終了")) } (list(&page.endings)) }
                div { h2 { (both("Contractors needing action", "対応が必要な委託先")) } (list(&page.contractors)) }
                div { h2 { (both("Not examined, and why", "点検できなかった事項と理由")) } (list(&page.not_examined)) }
            }
            div.pair.last {
                div { h2 { (both("Decisions asked", "決裁を求める事項")) } (list(&page.decisions)) }
                div.sign {
                    @for (en, ja) in [("Prepared by", "作成"), ("Security officer", "セキュリティ責任者"), ("Head of the office", "所属長")] {
                        div { span { (both(en, ja)) } span.line { (both("Date", "日付")) } }
                    }
                }
            }
        }
    }
}

fn day(time: Time) -> Markup {
    both(&words::day(time, Language::English), &words::day(time, Language::Japanese))
}

fn short_both(text: &Bilingual) -> Markup {
    let short = Bilingual::new(short(&text.en), short(&text.ja));
    said(&short)
}

/// A sentence with the findings that it rests on behind it.
fn sentence(sentence: &Sentence) -> Markup {
    html! { (text(sentence)) (cites(sentence)) }
}

fn text(sentence: &Sentence) -> Markup {
    html! { span.sentence data-cites=(sentence.cites.join(" ")) { (said(&sentence.text)) } }
}

fn cites(sentence: &Sentence) -> Markup {
    html! {
        @for id in &sentence.cites {
            " " a.cite href={ "#" (id) } { (cite(id)) }
        }
        @if sentence.more > 0 { span.cite { " +" (sentence.more) } }
    }
}

/// A finding by the first six digits of its fingerprint, a section by a mark.
fn cite(id: &str) -> Markup {
    match id.strip_prefix("f-") {
        Some(fingerprint) => html! { (fingerprint.chars().take(6).collect::<String>()) },
        None => html! { (both("see below", "後述")) },
    }
}

fn list(sentences: &[Sentence]) -> Markup {
    html! { ul { @for one in sentences { li { (sentence(one)) } } } }
}

fn clause_line(line: &ClauseLine) -> Markup {
    html! {
        tr {
            th scope="row" { a href={ "#c-" (short(&line.id)) } { (short(&line.id)) } " " (short_both(&line.title)) }
            td class=(verdict_class(line.verdict)) {
                (both(
                    words::clause_verdict(line.verdict, Language::English),
                    words::clause_verdict(line.verdict, Language::Japanese),
                ))
            }
            td { (text(&line.sentence)) }
            td { (cites(&line.sentence)) }
        }
    }
}

fn top_risk(risk: &TopRisk) -> Markup {
    html! {
        tr {
            td { (band_markup(risk.band)) }
            td { (text(&risk.what)) }
            td { (said(&risk.affected)) }
            td { @match &risk.owner { Some(owner) => (short(owner)), None => (both("nobody yet", "未定")) } }
            td { @match risk.due { Some(due) => (day(due)), None => (both("no date yet", "未定")) } }
            td { (cites(&risk.what)) }
        }
    }
}

/// The interval of the last runs of the same method and pack; others are not comparable.
fn trend(assessment: &Assessment) -> Markup {
    let past = assessment.past.as_deref().unwrap_or_default();
    let comparable =
        |run: &&PastRun| run.method == assessment.method && run.pack_hash == assessment.pack_hash && run.full;
    let mut runs: Vec<(Milliunits, Milliunits)> =
        past.iter().filter(comparable).map(|run| (run.low, run.high)).collect();
    runs.push((assessment.residual.low, assessment.residual.high));
    let runs = &runs[runs.len().saturating_sub(RUNS)..];
    if runs.len() < 2 {
        return html! {};
    }
    let top = runs.iter().map(|(_, high)| high.0).max().unwrap_or(0).max(1);
    // The picture is 240 by 40 units; all arithmetic is in whole numbers.
    let steps = u64::try_from(runs.len() - 1).unwrap_or(1);
    let x = |at: usize| 4 + 232 * u64::try_from(at).unwrap_or(0) / steps;
    let y = |units: Milliunits| 36 - u64::try_from(u128::from(units.0) * 32 / u128::from(top)).unwrap_or(0);
    let point = |(at, units): (usize, Milliunits)| format!("{},{}", x(at), y(units));
    let highs: Vec<String> = runs.iter().enumerate().map(|(at, (_, high))| point((at, *high))).collect();
    let lows: Vec<String> = runs.iter().enumerate().map(|(at, (low, _))| point((at, *low))).collect();
    let area: Vec<String> = highs.iter().chain(lows.iter().rev()).cloned().collect();
    let (first, last) = (runs[0], runs[runs.len() - 1]);
    let name = format!("{}..{} → {}..{} ({})", first.0, first.1, last.0, last.1, runs.len());
    html! {
        svg.trend viewBox="0 0 240 40" role="img" aria-label=(name) {
            title { (name) }
            polygon.area points=(area.join(" ")) {}
            polyline.high points=(highs.join(" ")) {}
            polyline.low points=(lows.join(" ")) {}
        }
    }
}
