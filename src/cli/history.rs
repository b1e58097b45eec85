//! `tenken history`: asks the ledger and changes nothing in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::Streams;
use super::arguments::{HistoryOptions, HistoryQuestion};
use super::failure::{Exit, Failure};
use super::output::print;
use super::verify::verifying_key;
use crate::history::{
    Entry, HistoryError, Run, Span, SqliteStore, Store as _, entries_to_json_lines, median_days, tracks,
};
use crate::model::{Band, Bilingual, ClauseVerdict, KeptOutcome, Language, Milliunits, Outcome, Residual, RiskRating};
use crate::pipeline::{self, Counted, Tallies};
use crate::report::{band_of, clause_verdict};

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: no ledger, or no such run.
pub(super) fn run(options: &HistoryOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let store = SqliteStore::read(&options.history)?;
    let asked = Asked { store: &store, file: &options.history, language, json: options.format == "json" };
    let (text, exit) = match &options.question {
        HistoryQuestion::List => (asked.list()?, Exit::DONE),
        HistoryQuestion::Show { run } => (asked.show(*run)?, Exit::DONE),
        HistoryQuestion::Diff { from, to } => (asked.diff(*from, *to)?, Exit::DONE),
        HistoryQuestion::Trend => (asked.trend()?, Exit::DONE),
        HistoryQuestion::Verify { key } => asked.verify(key.as_deref())?,
        HistoryQuestion::Export => (entries_to_json_lines(&store.entries()?), Exit::DONE),
    };
    print(streams, &text)?;
    Ok(exit)
}

struct Asked<'a> {
    store: &'a SqliteStore,
    file: &'a Path,
    language: Language,
    json: bool,
}

impl Asked<'_> {
    fn say(&self, en: impl Into<String>, ja: impl Into<String>) -> String {
        Bilingual::new(en, ja).text(self.language).to_owned()
    }

    fn entries(&self) -> Result<Vec<(Entry, Run)>, Failure> {
        let read = |entry: Entry| {
            let run = entry.run().map_err(|reason| {
                Failure::Usage(format!("{}: entry {}: {reason}", self.file.display(), entry.sequence))
            });
            run.map(|run| (entry, run))
        };
        self.store.entries()?.into_iter().map(read).collect()
    }

    fn one(&self, sequence: Option<u64>) -> Result<(Entry, Run), Failure> {
        let wanted = sequence.unwrap_or(0);
        let none = HistoryError::NoSuchRun { file: self.file.display().to_string(), sequence: wanted };
        let entries = self.entries()?;
        let found = entries.into_iter().rev().find(|(entry, _)| sequence.is_none_or(|wanted| wanted == entry.sequence));
        Ok(found.ok_or(none)?)
    }

    fn outcomes(&self, sequence: u64) -> Result<BTreeMap<String, KeptOutcome>, Failure> {
        let mut outcomes = BTreeMap::new();
        self.store.outcomes(sequence, &mut |kept| {
            outcomes.insert(kept.fingerprint.clone(), kept);
        })?;
        Ok(outcomes)
    }

    fn list(&self) -> Result<String, Failure> {
        let entries = self.entries()?;
        if self.json {
            let rows: Vec<_> = entries.iter().map(|(entry, run)| figures(entry, run)).collect();
            return Ok(json!({ "runs": rows }).to_string() + "\n");
        }
        if entries.is_empty() {
            return Ok(self.say("The ledger holds no run yet.\n", "履歴に点検はまだありません。\n"));
        }
        Ok(entries.iter().map(|(entry, run)| self.line(entry, run)).collect())
    }

    fn line(&self, entry: &Entry, run: &Run) -> String {
        let verdict = match run.verdict.as_str() {
            "kept" => self.say("kept", "遵守"),
            "not-kept" => self.say("not kept", "不遵守"),
            _ => self.say("incomplete", "判断保留"),
        };
        let part = if run.full { String::new() } else { self.say("  (partial run)", "  (一部のみの点検)") };
        let residual = Residual { low: run.low, high: run.high, accepted: run.accepted };
        format!("{:>5}  {}  {verdict}  {}{part}\n", entry.sequence, entry.at, interval(&residual))
    }

    fn show(&self, sequence: Option<u64>) -> Result<String, Failure> {
        let (entry, run) = self.one(sequence)?;
        let outcomes = self.outcomes(entry.sequence)?;
        let mut failing: Vec<&KeptOutcome> = outcomes.values().filter(|kept| kept.outcome == Outcome::Fail).collect();
        failing.sort_by(|a, b| (b.rating.units(), &a.check, &a.subject).cmp(&(a.rating.units(), &b.check, &b.subject)));
        if self.json {
            let rows: Vec<_> = failing.iter().map(|kept| finding(kept)).collect();
            return Ok(json!({ "run": figures(&entry, &run), "failing": rows }).to_string() + "\n");
        }
        let mut text = self.line(&entry, &run);
        let _ = writeln!(text, "{}: {}", self.say("hash", "ハッシュ"), entry.hash);
        for clause in &run.clauses {
            let verdict = match clause.verdict.as_str() {
                "kept" => ClauseVerdict::Kept,
                "not-kept" => ClauseVerdict::NotKept,
                _ => ClauseVerdict::CannotTell,
            };
            let _ = writeln!(text, "  {:<6} {}", clause.id, clause_verdict(verdict, self.language));
        }
        for kept in failing {
            let _ = writeln!(
                text,
                "  {}  {}  {} [{}]",
                kept.fingerprint,
                kept.check,
                kept.subject,
                band_of(kept.rating.band().word(), self.language)
            );
        }
        Ok(text)
    }

    fn diff(&self, from: Option<u64>, to: Option<u64>) -> Result<String, Failure> {
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            _ => {
                let newest = self.one(None)?.0.sequence;
                (newest.saturating_sub(1), newest)
            }
        };
        let ((_, old_run), (_, new_run)) = (self.one(Some(from))?, self.one(Some(to))?);
        let (old, new) = (self.outcomes(from)?, self.outcomes(to)?);
        let fails = |kept: Option<&KeptOutcome>| kept.is_some_and(|kept| kept.outcome == Outcome::Fail);
        let mut rows = Vec::new();
        for kept in new.values().filter(|kept| fails(Some(kept)) && !fails(old.get(&kept.fingerprint))) {
            rows.push(("opened", self.say("opened", "発生"), kept));
        }
        for kept in old.values().filter(|kept| fails(Some(kept))) {
            match new.get(&kept.fingerprint).map(|now| now.outcome) {
                Some(Outcome::Fail) => {}
                Some(Outcome::Pass) => rows.push(("fixed", self.say("fixed", "是正"), kept)),
                _ => rows.push(("unverified", self.say("not seen: stays open", "未確認(未対応のまま)"), kept)),
            }
        }
        let inputs: Vec<&String> = new_run
            .inputs
            .iter()
            .filter(|(name, hash)| old_run.inputs.get(*name) != Some(hash))
            .map(|(name, _)| name)
            .collect();
        if self.json {
            let rows: Vec<_> =
                rows.iter().map(|(change, _, kept)| json!({ "change": change, "finding": finding(kept) })).collect();
            return Ok(json!({ "from": from, "to": to, "changes": rows, "inputs_changed": inputs }).to_string() + "\n");
        }
        let mut text = self.say(
            format!("Run {from} to {to}: {} change(s)\n", rows.len()),
            format!("点検{from}から{to}まで: 変化{}件\n", rows.len()),
        );
        for (_, word, kept) in rows {
            let _ = writeln!(text, "  {word}  {}  {}  {}", kept.fingerprint, kept.check, kept.subject);
        }
        for name in inputs {
            text += &self.say(format!("  changed: {name}\n"), format!("  変更された入力: {name}\n"));
        }
        Ok(text)
    }

    fn trend(&self) -> Result<String, Failure> {
        let mut rows = Vec::new();
        for (entry, run) in self.entries()? {
            let rated = run.checks.iter().map(|(id, (impact, likelihood, group))| {
                (id.as_str(), RiskRating::new(*impact, *likelihood), group.as_deref())
            });
            let mut again = Tallies::new(rated);
            self.store.outcomes(entry.sequence, &mut |kept| {
                if !run.checks_of_the_run.contains(&kept.check) {
                    again.add(Counted::from(&kept));
                }
            })?;
            rows.push((again.total(), entry, run));
        }
        let mut sites: Vec<&str> = rows.iter().map(|(_, _, run)| run.site.as_str()).collect();
        sites.sort_unstable();
        sites.dedup();
        let newest = rows.last().map_or_else(|| crate::model::Time::from_unix_seconds(0), |(_, entry, _)| entry.at);
        let mut spans: BTreeMap<Band, Vec<Span>> = BTreeMap::new();
        for site in sites {
            for track in tracks(self.store, site)?.into_values() {
                let spans = spans.entry(track.rating.band()).or_default();
                spans.extend(track.mended.iter().map(|(from, to)| Span { days: from.days_until(*to), mended: true }));
                spans.extend(track.open_since.map(|since| Span { days: since.days_until(newest), mended: false }));
            }
        }
        if self.json {
            let runs: Vec<_> = rows
                .iter()
                .map(|(again, entry, run)| {
                    json!({ "run": entry.sequence, "at": entry.at.to_string(), "pack_hash": run.pack_hash, "method": pipeline::METHOD,
                        "low": again.low.to_string(), "high": again.high.to_string() })
                })
                .collect();
            let fix: serde_json::Map<_, _> =
                spans.iter().map(|(band, spans)| (band.word().to_owned(), json!(median_days(spans)))).collect();
            let open = spans.values().flatten().filter(|span| !span.mended).map(|span| span.days);
            let oldest = open.max();
            return Ok(
                json!({ "runs": runs, "median_days_to_fix": fix, "oldest_open_days": oldest }).to_string() + "\n"
            );
        }
        let most = rows.iter().map(|(again, ..)| again.high.0).max().unwrap_or(0).max(1);
        let mut text = String::new();
        let mut pack: Option<&str> = None;
        for (again, entry, run) in &rows {
            if pack.replace(&run.pack_hash).is_some_and(|before| before != run.pack_hash) {
                text += &self.say(
                    "       --- other checks from here: not comparable\n",
                    "       --- 以下は点検内容が異なり比較できません\n",
                );
            }
            let cells = |units: Milliunits| usize::try_from(units.0.saturating_mul(30) / most).unwrap_or(30);
            let (low, high) = (cells(again.low), cells(again.high));
            let bar = "#".repeat(low) + &"-".repeat(high - low);
            let _ = writeln!(text, "{:>5}  {}  {bar:<30}  {}", entry.sequence, entry.at.date(), interval(again));
        }
        for (band, spans) in spans.iter().rev() {
            let (band, open) = (band_of(band.word(), self.language), spans.iter().filter(|span| !span.mended));
            let (count, oldest) = (open.clone().count(), open.map(|span| span.days).max().unwrap_or(0));
            text += &match median_days(spans) {
                Some(days) => self.say(
                    format!(
                        "{band}: half are mended within {days} day(s); {count} open, the oldest for {oldest} day(s)\n"
                    ),
                    format!("{band}: 半数は{days}日以内に是正、未対応{count}件(最長{oldest}日)\n"),
                ),
                None => self.say(
                    format!("{band}: fewer than half are mended; {count} open, the oldest for {oldest} day(s)\n"),
                    format!("{band}: 是正は半数未満、未対応{count}件(最長{oldest}日)\n"),
                ),
            };
        }
        Ok(text)
    }

    fn verify(&self, key: Option<&Path>) -> Result<(String, Exit), Failure> {
        let faults = self.store.verify(key.map(verifying_key).transpose()?.as_ref())?;
        let exit = if faults.is_empty() { Exit::DONE } else { Exit::FAILED };
        let tip = self.store.entries()?.pop();
        let (count, hash) = tip.map_or((0, String::new()), |entry| (entry.sequence, entry.hash));
        if self.json {
            return Ok((json!({ "entries": count, "tip": hash, "faults": faults }).to_string() + "\n", exit));
        }
        let mut text = match faults.len() {
            0 => self.say(
                format!("The ledger holds: {count} entries, newest {hash}\n"),
                format!("履歴は完全です: {count}件、最新 {hash}\n"),
            ),
            wrong => self.say(
                format!("The ledger does not hold: {wrong} fault(s)\n"),
                format!("履歴に{wrong}件の異常があります\n"),
            ),
        };
        for fault in faults {
            let _ = writeln!(text, "  {fault}");
        }
        Ok((text, exit))
    }
}

fn interval(residual: &Residual) -> String {
    let (low, high) = residual.grades();
    let grade = if low == high { format!("{low:?}") } else { format!("{low:?}..{high:?}") };
    format!("{}..{} ({grade})", residual.low, residual.high)
}

fn figures(entry: &Entry, run: &Run) -> serde_json::Value {
    json!({ "sequence": entry.sequence, "at": entry.at.to_string(), "site": run.site, "verdict": run.verdict, "exit_code": run.exit_code,
        "low": run.low.to_string(), "high": run.high.to_string(), "accepted": run.accepted.to_string(), "method": run.method,
        "pack_hash": run.pack_hash, "full": run.full, "hash": entry.hash, "signed": entry.signature.is_some() })
}

fn finding(kept: &KeptOutcome) -> serde_json::Value {
    json!({ "fingerprint": kept.fingerprint, "check": kept.check, "subject": kept.subject.to_string(),
        "outcome": kept.outcome.word(), "band": kept.rating.band().word(), "accepted": kept.accepted })
}
