//! What the manager's page says: every sentence is made of outcomes and names the findings that it rests on.

use std::collections::{BTreeMap, BTreeSet};

use super::contracts;
use crate::model::{AssessedFinding, Assessment, Band, Bilingual, Change, ClauseVerdict, Language, Outcome, Time};
use crate::report::escape::terminal;
use crate::report::words;

/// Findings that one sentence names one by one; the rest is a number.
const CITED: usize = 3;

/// A sentence, and the parts of this document that it rests on: ids of findings (`f-…`) or of sections.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    pub(super) text: Bilingual,
    pub(super) cites: Vec<String>,
    /// Findings that it rests on beyond those named.
    pub(super) more: usize,
}

/// One clause on the page.
#[derive(Debug)]
pub(super) struct ClauseLine {
    pub(super) id: String,
    pub(super) title: Bilingual,
    pub(super) verdict: ClauseVerdict,
    pub(super) sentence: Sentence,
}

/// One of the greatest risks.
#[derive(Debug)]
pub(super) struct TopRisk {
    pub(super) band: Band,
    pub(super) what: Sentence,
    pub(super) affected: Bilingual,
    pub(super) owner: Option<String>,
    pub(super) due: Option<Time>,
}

/// The whole page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) verdict: Sentence,
    pub(super) clauses: Vec<ClauseLine>,
    /// Clauses that the page has no room for.
    pub(super) clauses_more: usize,
    pub(super) residual: Sentence,
    pub(super) risks: Vec<TopRisk>,
    pub(super) changes: Vec<Sentence>,
    pub(super) endings: Vec<Sentence>,
    pub(super) contractors: Vec<Sentence>,
    pub(super) not_examined: Vec<Sentence>,
    pub(super) decisions: Vec<Sentence>,
}

/// Clauses that have room.
const CLAUSES: usize = 12;

/// Lines that a box has room for.
pub(super) const LINES: usize = 3;

impl Page {
    /// Derives the page.
    pub(super) fn of(assessment: &Assessment) -> Self {
        let clauses = assessment.clauses.iter().take(CLAUSES).map(|clause| ClauseLine {
            id: clause.id.clone(),
            title: clause.title.clone(),
            verdict: clause.verdict,
            sentence: clause_sentence(assessment, &clause.id, clause.verdict, &clause.because),
        });
        Self {
            verdict: verdict(assessment),
            clauses: clauses.collect(),
            clauses_more: assessment.clauses.len().saturating_sub(CLAUSES),
            residual: residual(assessment),
            risks: top_risks(assessment),
            changes: changes(assessment),
            endings: contracts::endings(assessment),
            contractors: contracts::contractors(assessment),
            not_examined: not_examined(assessment),
            decisions: decisions(assessment),
        }
    }
}

/// Id of a finding's element.
pub(super) fn anchor(found: &AssessedFinding) -> String {
    format!("f-{}", found.fingerprint)
}

pub(super) fn citing<'a>(
    text: Bilingual,
    found: impl IntoIterator<Item = &'a AssessedFinding>,
    section: &str,
) -> Sentence {
    let mut found: Vec<&AssessedFinding> = found.into_iter().collect();
    found.sort_by_key(|found| std::cmp::Reverse((found.marginal, found.finding.rating.units())));
    let more = found.len().saturating_sub(CITED);
    let mut cites: Vec<String> = found.iter().take(CITED).map(|found| anchor(found)).collect();
    if cites.is_empty() {
        cites.push(section.to_owned());
    }
    Sentence { text, cites, more }
}

fn verdict(assessment: &Assessment) -> Sentence {
    let of = |verdict| assessment.clauses.iter().filter(|clause| clause.verdict == verdict).count();
    let (kept, broken, open) = (of(ClauseVerdict::Kept), of(ClauseVerdict::NotKept), of(ClauseVerdict::CannotTell));
    let say = |language| words::headline(&assessment.gate, kept, broken, open, language);
    let text = Bilingual::new(say(Language::English), say(Language::Japanese));
    Sentence { text, cites: vec!["clauses".to_owned()], more: 0 }
}

fn clause_sentence(assessment: &Assessment, id: &str, verdict: ClauseVerdict, because: &Bilingual) -> Sentence {
    let speaks = |found: &&AssessedFinding| {
        let outcome = found.finding.outcome;
        found.clauses.iter().any(|clause| clause == id)
            && match verdict {
                ClauseVerdict::Kept => outcome == Outcome::Pass,
                ClauseVerdict::NotKept => outcome == Outcome::Fail && found.finding.rating.band() > Band::Info,
                ClauseVerdict::CannotTell => matches!(outcome, Outcome::Unknown | Outcome::NotChecked),
            }
    };
    let found: Vec<&AssessedFinding> = assessment.findings.iter().filter(speaks).collect();
    let worst = found.iter().max_by_key(|found| (found.marginal, found.finding.rating.units()));
    let text = match (verdict, worst) {
        (ClauseVerdict::NotKept, Some(worst)) => Bilingual::new(
            format!("{}; the gravest: not so that “{}”", because.en, shortened(&worst.title.en, 90)),
            format!("{}。最も重いもの:「{}」を満たしていません", because.ja, shortened(&worst.title.ja, 45)),
        ),
        _ => because.clone(),
    };
    citing(text, found, &format!("c-{id}"))
}

fn residual(assessment: &Assessment) -> Sentence {
    let residual = &assessment.residual;
    let (low, high) = (words::units(residual.low), words::units(residual.high));
    let accepted = words::units(residual.accepted);
    let grades = words::grades(residual);
    let expected = assessment.expected;
    let (seen, all) = (words::units(assessment.coverage.0), words::units(assessment.coverage.1));
    let en = format!(
        "{low} to {high} units (grade {grades}){}; {accepted} of it accepted; {seen} of {all} units examined.",
        expected.map_or_else(String::new, |expected| format!(", expected {}", words::units(expected)))
    );
    let ja = format!(
        "{low}~{high}単位(等級{grades}){}。うち受容{accepted}単位。{all}単位中{seen}単位を確認。",
        expected.map_or_else(String::new, |expected| format!("、期待値{}", words::units(expected)))
    );
    citing(Bilingual::new(en, ja), assessment.failing(), "clauses")
}

/// The five checks whose mending lowers the risk most, each with all its places.
fn top_risks(assessment: &Assessment) -> Vec<TopRisk> {
    let failing = assessment.failing();
    let mut seen = BTreeSet::new();
    let mut risks = Vec::new();
    for first in failing.iter().filter(|found| seen.insert(found.finding.check.as_str())).take(5) {
        let same: Vec<&AssessedFinding> =
            failing.iter().filter(|found| found.finding.check == first.finding.check).copied().collect();
        let why =
            assessment.check(&first.finding.check).map_or_else(|| (*first.title).clone(), |check| check.why.clone());
        risks.push(TopRisk {
            band: first.finding.rating.band(),
            affected: affected(&first.finding.check),
            owner: first.owner.as_deref().map(terminal),
            due: first.due,
            what: citing(why, same, "findings"),
        });
    }
    risks
}

/// Who is harmed if a check of a theme fails.
fn affected(check: &str) -> Bilingual {
    let (en, ja) = match check.split('-').next().unwrap_or_default() {
        "tls" | "hdr" | "web" => ("visitors of the site", "サイトの利用者"),
        "trk" => ("visitors, who may be followed by others", "第三者に追跡され得る利用者"),
        "log" | "pii" => ("people whose visits are recorded", "閲覧が記録される人"),
        "mail" => ("people who write to the body", "団体に連絡する人"),
        "ctr" => ("people whose data contractors hold", "委託先が扱う情報の本人"),
        "acc" => ("all whose data the accounts can reach", "アカウントから届く情報の本人"),
        "ops" => ("all who rely on the service", "サービスに頼るすべての人"),
        "pol" | "law" => ("the public, to whom the policy is a promise", "方針を約束された住民"),
        _ => ("those who answer for the policy", "方針に責任を負う者"),
    };
    Bilingual::new(en, ja)
}

fn changes(assessment: &Assessment) -> Vec<Sentence> {
    let Some(last) = assessment.past.as_ref().and_then(|past| past.last()) else {
        let text = Bilingual::new(
            "No earlier run is recorded, so nothing can be compared.",
            "以前の点検の記録がないため、比較できません。",
        );
        return vec![Sentence { text, cites: vec!["evidence".to_owned()], more: 0 }];
    };
    let day = |language| words::day(last.at, language);
    let (en_day, ja_day) = (day(Language::English), day(Language::Japanese));
    let mut sentences = Vec::new();
    for (change, en, ja) in [
        (Change::New, "new", "新規"),
        (Change::Regressed, "came back", "再発"),
        (Change::Fixed, "proved mended", "是正を確認"),
        (Change::Unverified, "not seen, and still open", "確認できず未対応のまま"),
    ] {
        let found: Vec<&AssessedFinding> = assessment
            .findings
            .iter()
            .filter(|found| found.change == change)
            .filter(|found| change != Change::New || found.finding.outcome == Outcome::Fail)
            .collect();
        if !found.is_empty() {
            let text = Bilingual::new(
                format!("{} {en} since {en_day}.", found.len()),
                format!("{ja_day}以降、{ja}{}件。", found.len()),
            );
            sentences.push(citing(text, found, "findings"));
        }
    }
    if sentences.is_empty() {
        let text =
            Bilingual::new(format!("Nothing changed since {en_day}."), format!("{ja_day}以降、変化はありません。"));
        sentences.push(citing(text, assessment.failing(), "findings"));
    }
    sentences
}

fn not_examined(assessment: &Assessment) -> Vec<Sentence> {
    let open: Vec<&AssessedFinding> = assessment.findings.iter().filter(|found| is_undecided(found)).collect();
    if open.is_empty() {
        // Every finding was decided; a gap that hid none of them is said all the same.
        let count = assessment.gaps.len();
        let (text, section) = if assessment.findings.is_empty() || count > 0 {
            let ja = format!("得られなかった証拠が{count}件あります。");
            (Bilingual::new(format!("{count} pieces of evidence could not be had."), ja), "gaps")
        } else {
            (
                Bilingual::new("Everything that applies was examined.", "対象となる事項はすべて点検しました。"),
                "evidence",
            )
        };
        return vec![Sentence { text, cites: vec![section.to_owned()], more: 0 }];
    }
    let mut by_reason: BTreeMap<String, Vec<&AssessedFinding>> = BTreeMap::new();
    for found in open {
        by_reason.entry(words::reason(found, Language::English)).or_default().push(found);
    }
    let mut reasons: Vec<(String, Vec<&AssessedFinding>)> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, list)| std::cmp::Reverse(list.len()));
    let total = reasons.len();
    let mut sentences: Vec<Sentence> = reasons
        .into_iter()
        .take(LINES)
        .map(|(said, list)| {
            let ja = list.first().map(|found| words::reason(found, Language::Japanese)).unwrap_or_default();
            let text = Bilingual::new(
                format!("{} × {}", list.len(), shortened(&said, 90)),
                format!("{}件 × {}", list.len(), shortened(&ja, 60)),
            );
            citing(text, list, "findings")
        })
        .collect();
    overflow(&mut sentences, total, "findings");
    sentences
}

fn is_undecided(found: &AssessedFinding) -> bool {
    matches!(found.finding.outcome, Outcome::Unknown | Outcome::NotChecked)
}

fn decisions(assessment: &Assessment) -> Vec<Sentence> {
    let failing = assessment.failing();
    let mut sentences = Vec::new();
    let mut ask = |found: Vec<&AssessedFinding>, en: &str, ja: &str| {
        if !found.is_empty() {
            let count = found.len();
            sentences.push(citing(
                Bilingual::new(format!("{en} ({count})."), format!("{ja}({count}件)。")),
                found,
                "findings",
            ));
        }
    };
    let of = |wanted: &dyn Fn(&AssessedFinding) -> bool| -> Vec<&AssessedFinding> {
        failing.iter().copied().filter(|found| wanted(found)).collect()
    };
    ask(
        of(&|found| found.waiver.is_none() && found.finding.rating.band() >= Band::High),
        "Order the mending of critical and high risks",
        "重大・高リスクの是正を指示する",
    );
    ask(
        of(&|found| found.finding.rating.band() >= Band::Medium && (found.owner.is_none() || found.due.is_none())),
        "Name an owner and a due date for what has none",
        "担当者と期限のない事項にそれらを定める",
    );
    ask(
        of(&|found| found.waiver.is_some()),
        "Confirm or end the accepted risks",
        "受容中のリスクを継続するか終了するか決める",
    );
    let open: Vec<&AssessedFinding> = assessment.findings.iter().filter(|found| is_undecided(found)).collect();
    ask(
        open,
        "Have what could not be told or was not looked at examined",
        "判断できない事項と未点検の事項を点検させる",
    );
    if sentences.is_empty() {
        let text = Bilingual::new("No decision is asked.", "決裁を求める事項はありません。");
        sentences.push(Sentence { text, cites: vec!["clauses".to_owned()], more: 0 });
    }
    sentences
}

pub(super) fn overflow(sentences: &mut Vec<Sentence>, total: usize, section: &str) {
    if total > sentences.len() {
        let more = total - sentences.len();
        let text = Bilingual::new(format!("{more} more further on."), format!("ほか{more}件は後のページ。"));
        sentences.push(Sentence { text, cites: vec![section.to_owned()], more: 0 });
    }
}

/// A name of the outside, short enough for a line of the page.
pub(super) fn short(text: &str) -> String {
    shortened(text, 40)
}

/// Outside text made harmless and cut at a number of characters, with a mark.
fn shortened(text: &str, limit: usize) -> String {
    let safe = terminal(text);
    if safe.chars().count() <= limit {
        return safe;
    }
    safe.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}
