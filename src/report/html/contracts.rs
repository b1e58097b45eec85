//! Of the manager's page: what ends soon, and what contractors have to put right.

use std::collections::BTreeSet;

use super::manager::{LINES, Sentence, citing, overflow, short};
use crate::model::{AssessedFinding, Assessment, Bilingual, Ending, EndingKind, Language, Outcome, SubjectKind};
use crate::report::words;

/// What ends within 90 days.
pub(super) fn endings(assessment: &Assessment) -> Vec<Sentence> {
    if assessment.endings.is_empty() {
        let text = Bilingual::new(
            "No declared exception, contract or certification ends within 90 days.",
            "90日以内に終わる例外・契約・認証の申告はありません。",
        );
        return vec![Sentence { text, cites: vec!["evidence".to_owned()], more: 0 }];
    }
    let mut sentences: Vec<Sentence> =
        assessment.endings.iter().take(LINES).map(|ending| ending_sentence(assessment, ending)).collect();
    overflow(&mut sentences, assessment.endings.len(), "evidence");
    sentences
}

fn ending_sentence(assessment: &Assessment, ending: &Ending) -> Sentence {
    let days = assessment.assessed_at.days_until(ending.on);
    let within = [30, 60, 90].into_iter().find(|step| days <= *step).unwrap_or(90);
    let (en, ja) = match ending.kind {
        EndingKind::Exception => ("exception for", "例外"),
        EndingKind::Contract => ("contract of", "契約"),
        EndingKind::Certification => ("certification of", "認証"),
    };
    let name = short(&ending.name);
    let (en_day, ja_day) = (words::day(ending.on, Language::English), words::day(ending.on, Language::Japanese));
    let text = Bilingual::new(
        format!("Within {within} days: {en} {name} ends {en_day}."),
        format!("{within}日以内: {ja}({name})が{ja_day}に終了。"),
    );
    let speaks = |found: &&AssessedFinding| match ending.kind {
        EndingKind::Exception => found.finding.check == ending.name && found.waiver.is_some(),
        EndingKind::Contract | EndingKind::Certification => of_contractor(found, &ending.name),
    };
    citing(text, assessment.findings.iter().filter(speaks), "evidence")
}

fn of_contractor(found: &AssessedFinding, id: &str) -> bool {
    found.finding.subject.kind() == SubjectKind::Contractor && found.finding.subject.name() == id
}

/// What contractors have to put right.
pub(super) fn contractors(assessment: &Assessment) -> Vec<Sentence> {
    let failing = assessment.failing();
    let ids: BTreeSet<&str> = failing
        .iter()
        .filter(|found| found.finding.subject.kind() == SubjectKind::Contractor)
        .map(|found| found.finding.subject.name())
        .collect();
    if ids.is_empty() {
        return vec![contractors_at_large(assessment)];
    }
    let total = ids.len();
    let mut sentences: Vec<Sentence> = ids
        .into_iter()
        .take(LINES)
        .map(|id| {
            let found: Vec<_> = failing.iter().copied().filter(|found| of_contractor(found, id)).collect();
            let id = short(id);
            let text = Bilingual::new(
                format!("{id}: {} to put right.", found.len()),
                format!("{id}: 是正事項{}件。", found.len()),
            );
            citing(text, found, "findings")
        })
        .collect();
    overflow(&mut sentences, total, "findings");
    sentences
}

/// Where no entry of the register fails: what is said of contractors by other subjects, and what could not be told.
fn contractors_at_large(assessment: &Assessment) -> Sentence {
    let of = |wanted: &[Outcome]| -> Vec<&AssessedFinding> {
        let about = assessment.findings.iter().filter(|found| found.finding.check.starts_with("ctr-"));
        about.filter(|found| wanted.contains(&found.finding.outcome)).collect()
    };
    let (fails, passes) = (of(&[Outcome::Fail]), of(&[Outcome::Pass]));
    let open = of(&[Outcome::Unknown, Outcome::NotChecked]);
    let (text, rests_on) = if !fails.is_empty() {
        let count = fails.len();
        let ja = format!("委託先に関する是正事項{count}件。");
        (Bilingual::new(format!("{count} about contractors to put right."), ja), fails)
    } else if !open.is_empty() {
        let count = open.len();
        let ja = format!("委託先に関する{count}件が判断できません。");
        (Bilingual::new(format!("{count} about contractors could not be told."), ja), open)
    } else if passes.is_empty() {
        (
            Bilingual::new("Nothing about contractors could be decided.", "委託先について判断できた事項はありません。"),
            passes,
        )
    } else {
        (Bilingual::new("No contractor fails a check.", "不適合のある委託先はありません。"), passes)
    };
    citing(text, rests_on, "evidence")
}
