//! What earlier runs say, as far as a new assessment needs it.

use std::collections::BTreeMap;

use super::{Milliunits, Outcome, RiskRating, Strength, Subject, Time};

/// What the ledger says of a site before this run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Past {
    /// Runs, oldest first.
    pub runs: Vec<PastRun>,
    /// Every finding that ever failed, by fingerprint.
    pub tracks: BTreeMap<String, Track>,
    /// By check: in how many runs it was decided, and in how many of those it failed.
    pub records: BTreeMap<String, (u64, u64)>,
    /// What is wrong with the ledger itself; `None` where its chain holds.
    pub fault: Option<String>,
}

/// One run of the past, in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRun {
    /// Its number in the ledger, from 1.
    pub sequence: u64,
    /// When it was judged.
    pub at: Time,
    /// The risk method; figures of two methods are never compared.
    pub method: String,
    /// Hash over its checks; figures of two packs are never compared.
    pub pack_hash: String,
    /// Whether nothing was left out by a flag.
    pub full: bool,
    /// Hashes over what was judged, by name.
    pub inputs: BTreeMap<String, String>,
    /// Lower bound of residual risk.
    pub low: Milliunits,
    /// Upper bound.
    pub high: Milliunits,
}

/// The life of one finding that ever failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// The check.
    pub check: String,
    /// The subject.
    pub subject: Subject,
    /// Impact and likelihood when it failed last.
    pub rating: RiskRating,
    /// Since when it is open; `None` where its last word is a pass.
    pub open_since: Option<Time>,
    /// When it was last proved mended.
    pub fixed_on: Option<Time>,
    /// Every time that it was opened and mended again.
    pub mended: Vec<(Time, Time)>,
}

/// One finding of one run, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOutcome {
    /// Stable name.
    pub fingerprint: String,
    /// The check.
    pub check: String,
    /// The subject.
    pub subject: Subject,
    /// What came of it.
    pub outcome: Outcome,
    /// Impact and likelihood after easing.
    pub rating: RiskRating,
    /// How much the evidence weighs.
    pub strength: Strength,
    /// Whether the subject stands for a scope whose members were not counted.
    pub not_enumerated: bool,
    /// Whether it failed before and was not seen to pass since.
    pub stays_open: bool,
    /// Whether a waiver in force accepts it.
    pub accepted: bool,
}
