//! `tenken waive`: writes one complete waiver for a finding that fails now.

use serde_json::json;

use super::arguments::WaiveOptions;
use super::assess::{Seen, day, target_evidence};
use super::failure::{Exit, Failure};
use super::{Streams, list_file};
use crate::model::{Outcome, Waiver};
use crate::pipeline::{self, JudgeOptions};

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: no such finding, one that does not fail or is waived already, or a waiver that TRM-1 does not allow.
pub(super) fn run(options: &WaiveOptions, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let refuse = |reason: String| Err(Failure::Usage(reason));
    let Seen { evidence, by, base } = target_evidence(&options.of, streams)?;
    let assessment = pipeline::judge_by(
        &by,
        &evidence,
        &JudgeOptions { now: Some(evidence.collected_at), ..JudgeOptions::default() },
    )?;
    let Some(found) = assessment.findings.iter().find(|found| found.fingerprint == options.fingerprint) else {
        return refuse(format!(
            "no finding has the fingerprint {}; tenken assess --format json lists them",
            options.fingerprint
        ));
    };
    if found.finding.outcome != Outcome::Fail {
        return refuse(format!(
            "{} does not fail ({}): there is nothing to waive",
            found.fingerprint,
            found.finding.outcome.word()
        ));
    }
    if let Some(waiver) = &found.waiver {
        return refuse(format!("{} is waived already, until {}", found.fingerprint, waiver.expires.date()));
    }
    if options.owner.trim() == options.approver.trim() {
        return refuse("the approver must be somebody else than the owner".to_owned());
    }
    let band = found.finding.rating.band();
    let approved_on = match &options.approved_on {
        Some(text) => day("--approved-on", text)?,
        None => evidence.collected_at,
    };
    let latest = approved_on.plus_days(band.waiver_days());
    let expires = match &options.expires {
        Some(text) => day("--expires", text)?,
        None => latest,
    };
    if expires.date() > latest.date() {
        let (band, days) = (band.word(), band.waiver_days());
        return refuse(format!(
            "--expires {}: a {band} finding may be waived for {days} days at most, until {}",
            expires.date(),
            latest.date()
        ));
    }
    let subject = options.subject.clone().unwrap_or_else(|| found.finding.subject.to_string());
    let given =
        found.finding.related.iter().find_map(|related| related.as_remark()).map(|(_, reason)| reason.to_owned());
    let Some(reason) = options.reason.clone().or(given).filter(|reason| !reason.trim().is_empty()) else {
        let check = &found.finding.check;
        return refuse(format!("--reason is missing, and no comment \"# tenken: {check} because …\" gives one"));
    };
    let waiver = Waiver {
        check: found.finding.check.clone(),
        subject,
        reason,
        owner: options.owner.clone(),
        approver: options.approver.clone(),
        approved_on,
        expires,
        compensating: options.compensating.clone(),
        findings: None,
        line: 0,
    };
    if !waiver.covers(&found.finding.check, &found.finding.subject.to_string()) {
        return refuse(format!("--subject {}: does not cover {}", waiver.subject, found.finding.subject));
    }
    if let Some(check) = options.compensating.as_ref().filter(|check| assessment.check(check).is_none()) {
        return refuse(format!("--compensating {check}: no check has such an id"));
    }
    let covered = assessment
        .findings
        .iter()
        .filter(|other| other.finding.outcome == Outcome::Fail)
        .filter(|other| waiver.covers(&other.finding.check, &other.finding.subject.to_string()))
        .count();
    let mut entry = json!({
        "check": waiver.check, "subject": waiver.subject, "reason": waiver.reason, "owner": waiver.owner,
        "approver": waiver.approver, "approved_on": approved_on.date(), "expires": expires.date(), "findings": covered,
    });
    if let (Some(check), Some(fields)) = (&waiver.compensating, entry.as_object_mut()) {
        fields.insert("compensating".to_owned(), json!(check));
    }
    let (path, is_named) = list_file::add(&base, &evidence.sources.site, "waivers", &[entry])?;
    // The waiver is written; that this is said is a courtesy.
    let _ = writeln!(
        streams.err,
        "{} ({covered} finding(s), until {})",
        list_file::told(&path, "waivers", is_named),
        expires.date()
    );
    Ok(Exit::DONE)
}
