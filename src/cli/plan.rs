//! `tenken plan`: what is open, who mends it and by when; writes the missing owners and days into the actions file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::arguments::PlanOptions;
use super::assess::{Seen, target_evidence};
use super::failure::{Exit, Failure};
use super::output::print;
use super::{Streams, ledger, list_file};
use crate::history::{SqliteStore, past};
use crate::model::{AssessedFinding, Band, Language, Time};
use crate::pipeline::{self, JudgeOptions};
use crate::report::band_of;

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: nothing can be assessed, or the actions file cannot be written.
pub(super) fn run(options: &PlanOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let Seen { evidence, by, base } = target_evidence(&options.of, streams)?;
    let kept = base.join(ledger::DEFAULT);
    let past = if kept.is_file() && options.of.replay.is_none() {
        Some(past(&SqliteStore::read(&kept)?, &by.declaration.site.name, None)?)
    } else {
        None
    };
    let now = evidence.collected_at;
    let assessment =
        pipeline::judge_by(&by, &evidence, &JudgeOptions { past, now: Some(now), ..JudgeOptions::default() })?;
    let open: Vec<&AssessedFinding> = assessment
        .failing()
        .into_iter()
        .filter(|found| found.waiver.is_none() && found.finding.rating.band() > Band::Info)
        .collect();
    if let Some(owner) = &options.owner {
        let missing = open.iter().filter(|found| found.owner.is_none());
        let entries: Vec<_> = missing
            .map(|found| json!({ "fingerprint": found.fingerprint, "owner": owner, "due": due(found, now).date() }))
            .collect();
        let (path, is_named) = list_file::add(Path::new(&base), &evidence.sources.site, "actions", &entries)?;
        // The plan is written; that this is said is a courtesy.
        let _ = writeln!(streams.err, "{} ({} action(s))", list_file::told(&path, "actions", is_named), entries.len());
        return Ok(Exit::DONE);
    }
    let text = if options.format == "json" {
        let row = |found: &&AssessedFinding| {
            json!({ "fingerprint": found.fingerprint, "check": found.finding.check, "subject": found.finding.subject.to_string(),
                "band": found.finding.rating.band().word(), "owner": found.owner, "due": due(found, now).date(),
                "due_is_set": found.due.is_some(), "overdue": due(found, now) < now, "lowers_risk_by": found.marginal.to_string() })
        };
        json!({ "plan": open.iter().map(row).collect::<Vec<_>>() }).to_string() + "\n"
    } else {
        open.iter().fold(heading(&open, language), |mut text, found| {
            let nobody = match language {
                Language::English => "nobody yet",
                Language::Japanese => "担当未定",
            };
            let (owner, due) = (found.owner.as_deref().unwrap_or(nobody), due(found, now));
            let (band, late) =
                (band_of(found.finding.rating.band().word(), language), if due < now { "!" } else { " " });
            // A String takes every write.
            let _ = writeln!(text, "{late} {}  {}  {owner} [{band}]", due.date(), found.fingerprint);
            let _ = writeln!(text, "      {}: {}", found.title.text(language), found.finding.subject);
            text
        })
    };
    print(streams, &printable(&text))?;
    Ok(Exit::DONE)
}

fn heading(open: &[&AssessedFinding], language: Language) -> String {
    let (count, nobody) = (open.len(), open.iter().filter(|found| found.owner.is_none()).count());
    match language {
        Language::English => {
            format!("{count} open finding(s), {nobody} without an owner; the first lowers risk most. ! is overdue.\n")
        }
        Language::Japanese => {
            format!("未対応{count}件(うち担当未定{nobody}件)。リスク低減効果の大きい順。!は期限超過。\n")
        }
    }
}

/// The day that was set; otherwise the band's days after the finding was first seen (TRM-1).
fn due(found: &AssessedFinding, now: Time) -> Time {
    let since = found.open_since.unwrap_or(now);
    found.due.unwrap_or_else(|| since.plus_days(found.finding.rating.band().due_days().unwrap_or(365)))
}

/// Names come from outside; control characters must not reach the terminal.
fn printable(text: &str) -> String {
    let shown = |character: char| if character.is_control() && character != '\n' { '\u{fffd}' } else { character };
    text.chars().map(shown).collect()
}
