//! The ledger beside the site file: where it is, what a run takes from it and leaves in it.

use std::path::{Path, PathBuf};

use super::arguments::AssessOptions;
use super::failure::Failure;
use crate::history::{KeptClause, Run, SqliteStore, Store as _, past};
use crate::key::SigningKey;
use crate::load::EvidenceFile;
use crate::model::{Assessment, Change, ClauseVerdict, GateVerdict, KeptOutcome, Past};
use crate::pipeline;

/// Where a ledger is kept, beside the site file.
pub(super) const DEFAULT: &str = ".tenken/history.sqlite";

/// An open ledger and the key that signs what is added.
pub(super) struct Ledger {
    store: SqliteStore,
    key: Option<SigningKey>,
}

impl Ledger {
    /// Opens the ledger that the flags name; without a flag the one beside the site file, where its folder exists.
    ///
    /// # Errors
    /// A [`Failure`]: no ledger, a newer one, a locked or read-only one, or no key.
    pub(super) fn open(options: &AssessOptions, base: &Path) -> Result<Option<Self>, Failure> {
        let path = match options.history.as_deref() {
            Some("none") => None,
            Some(path) => Some(PathBuf::from(path)),
            None => {
                let beside = base.join(DEFAULT);
                (options.replay.is_empty() && beside.parent().is_some_and(Path::is_dir)).then_some(beside)
            }
        };
        let Some(path) = path else {
            if options.key.is_some() && options.bundle.is_none() {
                let wanted =
                    "--key signs the ledger or a bundle, and none is kept: add --history FILE or --bundle FILE";
                return Err(Failure::Usage(wanted.to_owned()));
            }
            return Ok(None);
        };
        let key = options.key.as_deref().map(signing_key).transpose()?;
        Ok(Some(Self { store: SqliteStore::open(&path)?, key }))
    }

    /// What it says of a site.
    ///
    /// # Errors
    /// A [`Failure`].
    pub(super) fn past(&self, site: &str) -> Result<Past, Failure> {
        Ok(past(&self.store, site, self.key.as_ref().map(SigningKey::public).as_ref())?)
    }

    /// Adds this run.
    ///
    /// # Errors
    /// A [`Failure`]; the ledger is as it was then.
    pub(super) fn record(&mut self, assessment: &Assessment, evidence: &EvidenceFile) -> Result<(), Failure> {
        let run = run_of(assessment, evidence);
        let mut outcomes = assessment.findings.iter().map(|found| KeptOutcome {
            fingerprint: found.fingerprint.clone(),
            check: found.finding.check.clone(),
            subject: found.finding.subject.clone(),
            outcome: found.finding.outcome,
            rating: found.finding.rating,
            strength: found.finding.strength,
            not_enumerated: found.finding.not_enumerated,
            stays_open: found.change == Change::Unverified,
            accepted: found.waiver.is_some(),
        });
        self.store.append(&run, &mut outcomes, self.key.as_ref())?;
        Ok(())
    }
}

/// Reads a private key.
///
/// # Errors
/// `Usage`: no file, or no key in it.
pub(super) fn signing_key(path: &Path) -> Result<SigningKey, Failure> {
    let said = |reason: String| Failure::Usage(format!("--key {}: {reason}", path.display()));
    let pem = std::fs::read_to_string(path).map_err(|error| said(error.to_string()))?;
    SigningKey::from_pem(&pem).map_err(|error| said(error.to_string()))
}

fn run_of(assessment: &Assessment, evidence: &EvidenceFile) -> Run {
    let verdict = match assessment.gate.verdict {
        GateVerdict::Kept => "kept",
        GateVerdict::NotKept => "not-kept",
        GateVerdict::Incomplete => "incomplete",
    };
    let clause = |verdict| match verdict {
        ClauseVerdict::Kept => "kept",
        ClauseVerdict::NotKept => "not-kept",
        ClauseVerdict::CannotTell => "cannot-tell",
    };
    Run {
        site: assessment.site.clone(),
        at: assessment.assessed_at,
        tool: evidence.tool.clone(),
        policy: assessment.policy_id.clone(),
        method: assessment.method.to_owned(),
        pack_hash: assessment.pack_hash.clone(),
        inputs: pipeline::input_hashes(evidence),
        full: assessment.full,
        verdict: verdict.to_owned(),
        exit_code: assessment.gate.exit_code,
        low: assessment.residual.low,
        high: assessment.residual.high,
        accepted: assessment.residual.accepted,
        clauses: assessment
            .clauses
            .iter()
            .map(|judged| KeptClause { id: judged.id.clone(), verdict: clause(judged.verdict).to_owned() })
            .collect(),
        checks: assessment
            .checks
            .iter()
            .filter(|check| !check.is_second_pass())
            .map(|check| (check, check.worst_rating()))
            .map(|(check, worst)| (check.id.clone(), (worst.impact, worst.likelihood, check.group.clone())))
            .collect(),
        checks_of_the_run: assessment
            .checks
            .iter()
            .filter(|check| check.is_second_pass())
            .map(|check| check.id.clone())
            .collect(),
    }
}
