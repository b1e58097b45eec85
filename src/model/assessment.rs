//! One whole run: verdict, clauses, findings, risk.

use std::sync::Arc;

use super::{Band, Bilingual, Census, Excerpts, Finding, Gap, Grade, Milliunits, Time, Waiver};

/// The verdict of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClauseVerdict {
    /// Every check passes or does not apply, and something was assessed.
    Kept,
    /// A check above band info fails, waived or not.
    NotKept,
    /// Something is unknown or was not checked, or a person must say and has not.
    CannotTell,
}

/// The verdict of the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GateVerdict {
    /// Every clause is kept.
    Kept,
    /// A clause is not kept.
    NotKept,
    /// No clause is broken, but one cannot be told.
    Incomplete,
}

/// What a CI pipeline asks of the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateOptions {
    /// An open, unwaived fail at or above this band closes the gate.
    pub fail_on: Band,
    /// Whether evidence that was asked for and could not be had may be missing.
    pub allow_gaps: bool,
    /// Whether an unknown counts as a fail.
    pub strict: bool,
    /// The upper bound of residual risk may not be above this.
    pub max_residual: Option<Milliunits>,
    /// What was known before: only other findings close the gate, or a risk that rose.
    pub baseline: Option<Baseline>,
    /// Only findings that are new or came back by the ledger close the gate.
    pub only_new: bool,
    /// Report, but let the pipeline go on.
    pub exit_zero: bool,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self {
            fail_on: Band::Low,
            allow_gaps: false,
            strict: false,
            max_residual: None,
            baseline: None,
            only_new: false,
            exit_zero: false,
        }
    }
}

/// What failed when a baseline was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// Fingerprints that failed.
    pub fingerprints: std::collections::BTreeSet<String>,
    /// Lower bound of residual risk then; `None` where it was worked out by another method or pack.
    pub low: Option<Milliunits>,
}

/// The gate: what CI reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The verdict.
    pub verdict: GateVerdict,
    /// 0, 1 or 3; 2 never comes from an assessment that ran.
    pub exit_code: u8,
    /// Why, one sentence a reason.
    pub reasons: Vec<Bilingual>,
}

/// What happened to a finding since the previous assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Not seen before, or there is no previous assessment.
    New,
    /// Was there, is there.
    Persisting,
    /// Failed, passes now on the same locus.
    Fixed,
    /// Was fixed, fails again.
    Regressed,
    /// Failed, and cannot be told now: stays open.
    Unverified,
    /// Fails, and a waiver in force accepts it.
    Accepted,
    /// Fails, and the waiver that accepted it has ended.
    ExceptionExpired,
}

/// Residual risk as an interval, by TRM-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Residual {
    /// What fails, accepted or not.
    pub low: Milliunits,
    /// `low` plus what the unknown would add if it failed.
    pub high: Milliunits,
    /// The part of `low` that is accepted by waivers in force.
    pub accepted: Milliunits,
}

impl Residual {
    /// The grade of both ends.
    #[must_use]
    pub fn grades(&self) -> (Grade, Grade) {
        (self.low.grade(), self.high.grade())
    }
}

/// One clause, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseAssessment {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: Bilingual,
    /// Its words.
    pub quote: Bilingual,
    /// The verdict.
    pub verdict: ClauseVerdict,
    /// Why, in one plain sentence.
    pub because: Bilingual,
    /// Residual risk of its checks alone.
    pub residual: Residual,
    /// Checks that keep it.
    pub checks_total: u64,
    /// Checks with at least one pass, fail or not-applicable and no unknown or not-checked.
    pub checks_assessed: u64,
    /// Checks that fail.
    pub checks_failing: u64,
}

/// One finding with what the assessment adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessedFinding {
    /// The finding.
    pub finding: Finding,
    /// Stable across runs, moved lines and versions: 16 hex digits of a hash over check, subject and locus.
    pub fingerprint: String,
    /// The check's title; all findings of a check share it.
    pub title: Arc<Bilingual>,
    /// Clauses that it touches.
    pub clauses: Arc<[String]>,
    /// Since last time.
    pub change: Change,
    /// The waiver in force, where one is.
    pub waiver: Option<Waiver>,
    /// Who mends it.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<Time>,
    /// Since when it is open, by the ledger.
    pub open_since: Option<Time>,
    /// How much the upper bound falls if this finding alone is mended.
    pub marginal: Milliunits,
}

/// A check that was not run, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotChecked {
    /// The check.
    pub check: String,
    /// Why, and what to declare.
    pub reason: Bilingual,
}

/// What it is that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndingKind {
    /// A waiver.
    Exception,
    /// A contract.
    Contract,
    /// The first of a contractor's certifications.
    Certification,
}

/// Something that ends soon and wants a decision before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// Last day.
    pub on: Time,
    /// What it is.
    pub kind: EndingKind,
    /// The check of the exception, or the contractor.
    pub name: String,
}

/// One whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The site's name.
    pub site: String,
    /// The site's URL.
    pub url: Option<String>,
    /// The policy's id.
    pub policy_id: String,
    /// The policy's title.
    pub policy_title: Bilingual,
    /// When it was judged.
    pub assessed_at: Time,
    /// When the evidence was collected.
    pub collected_at: Time,
    /// `TRM-1`.
    pub method: &'static str,
    /// Hash over the checks used.
    pub pack_hash: String,
    /// Runs of the past, where a ledger is kept.
    pub past: Option<Vec<super::PastRun>>,
    /// Whether no flag left anything out.
    pub full: bool,
    /// The gate.
    pub gate: Gate,
    /// Residual risk of the whole site.
    pub residual: Residual,
    /// Where in the interval the risk is expected; given once there are five runs.
    pub expected: Option<Milliunits>,
    /// Units of the checks that were decided on every subject, and of all that apply.
    pub coverage: (Milliunits, Milliunits),
    /// Clauses, in the policy's order.
    pub clauses: Vec<ClauseAssessment>,
    /// Every finding, whatever its outcome, ordered by check and subject.
    pub findings: Vec<AssessedFinding>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
    /// What was not looked at.
    pub not_checked: Vec<NotChecked>,
    /// The checks that this run used.
    pub checks: Arc<[super::Check]>,
    /// What ends within 90 days, the first end first.
    pub endings: Vec<Ending>,
    /// How completely each kind was looked for.
    pub census: Vec<Census>,
    /// Lines at the places that findings name.
    pub excerpts: Excerpts,
    /// SHA-256 over what was judged, by name.
    pub inputs: std::collections::BTreeMap<String, String>,
}

impl Assessment {
    /// Failing findings, the one whose mending lowers the upper bound most first.
    #[must_use]
    pub fn failing(&self) -> Vec<&AssessedFinding> {
        let mut failing: Vec<_> =
            self.findings.iter().filter(|found| found.finding.outcome == super::Outcome::Fail).collect();
        failing.sort_by(|a, b| {
            (b.marginal, b.finding.rating.units(), &a.finding.check, &a.finding.subject).cmp(&(
                a.marginal,
                a.finding.rating.units(),
                &b.finding.check,
                &b.finding.subject,
            ))
        });
        failing
    }

    /// A check by its id.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&super::Check> {
        self.checks.iter().find(|check| check.id == id)
    }
}
