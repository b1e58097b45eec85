//! With what the evidence was judged: the gate, the moment, the language, and what the ledger said then.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{
    Band, Baseline, GateOptions, Language, Milliunits, Past, PastRun, RiskRating, Subject, Time, Track,
};
use crate::pipeline::JudgeOptions;

/// The whole file `settings.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) schema: String,
    /// Name and version of the tool that wrote the bundle.
    pub(super) tool: String,
    japanese: bool,
    now: Option<i64>,
    only: Vec<String>,
    skip: Vec<String>,
    fail_on: String,
    allow_gaps: bool,
    strict: bool,
    max_residual_milliunits: Option<u64>,
    only_new: bool,
    exit_zero: bool,
    baseline: Option<BaselineDocument>,
    past: Option<PastDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineDocument {
    fingerprints: BTreeSet<String>,
    low_milliunits: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PastDocument {
    runs: Vec<RunDocument>,
    tracks: BTreeMap<String, TrackDocument>,
    records: BTreeMap<String, (u64, u64)>,
    fault: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunDocument {
    sequence: u64,
    at: i64,
    method: String,
    pack_hash: String,
    full: bool,
    inputs: BTreeMap<String, String>,
    low_milliunits: u64,
    high_milliunits: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrackDocument {
    check: String,
    subject: String,
    impact: u8,
    likelihood: u8,
    open_since: Option<i64>,
    fixed_on: Option<i64>,
    mended: Vec<(i64, i64)>,
}

pub(super) const SCHEMA: &str = "tenken/bundle/1";

/// The bands by their words.
const BANDS: [Band; 5] = [Band::Critical, Band::High, Band::Medium, Band::Low, Band::Info];

impl Settings {
    pub(super) fn of(options: &JudgeOptions, language: Language) -> Self {
        let gate = &options.gate;
        Self {
            schema: SCHEMA.to_owned(),
            tool: concat!("tenken ", env!("CARGO_PKG_VERSION")).to_owned(),
            japanese: language == Language::Japanese,
            now: options.now.map(Time::unix_seconds),
            only: options.only.clone(),
            skip: options.skip.clone(),
            fail_on: gate.fail_on.word().to_owned(),
            allow_gaps: gate.allow_gaps,
            strict: gate.strict,
            max_residual_milliunits: gate.max_residual.map(|units| units.0),
            only_new: gate.only_new,
            exit_zero: gate.exit_zero,
            baseline: gate.baseline.as_ref().map(|baseline| BaselineDocument {
                fingerprints: baseline.fingerprints.clone(),
                low_milliunits: baseline.low.map(|units| units.0),
            }),
            past: options.past.as_ref().map(past_document),
        }
    }

    pub(super) fn language(&self) -> Language {
        if self.japanese { Language::Japanese } else { Language::English }
    }

    /// `None`: a word that this version does not know.
    pub(super) fn judge_options(&self) -> Option<JudgeOptions> {
        let past = match &self.past {
            Some(past) => Some(past_of(past)?),
            None => None,
        };
        Some(JudgeOptions {
            only: self.only.clone(),
            skip: self.skip.clone(),
            gate: GateOptions {
                fail_on: BANDS.into_iter().find(|band| band.word() == self.fail_on)?,
                allow_gaps: self.allow_gaps,
                strict: self.strict,
                max_residual: self.max_residual_milliunits.map(Milliunits),
                baseline: self.baseline.as_ref().map(|baseline| Baseline {
                    fingerprints: baseline.fingerprints.clone(),
                    low: baseline.low_milliunits.map(Milliunits),
                }),
                only_new: self.only_new,
                exit_zero: self.exit_zero,
            },
            past,
            now: self.now.map(Time::from_unix_seconds),
        })
    }
}

fn past_document(past: &Past) -> PastDocument {
    PastDocument {
        runs: past
            .runs
            .iter()
            .map(|run| RunDocument {
                sequence: run.sequence,
                at: run.at.unix_seconds(),
                method: run.method.clone(),
                pack_hash: run.pack_hash.clone(),
                full: run.full,
                inputs: run.inputs.clone(),
                low_milliunits: run.low.0,
                high_milliunits: run.high.0,
            })
            .collect(),
        tracks: past.tracks.iter().map(|(fingerprint, track)| (fingerprint.clone(), track_document(track))).collect(),
        records: past.records.clone(),
        fault: past.fault.clone(),
    }
}

fn track_document(track: &Track) -> TrackDocument {
    TrackDocument {
        check: track.check.clone(),
        subject: track.subject.to_string(),
        impact: track.rating.impact,
        likelihood: track.rating.likelihood,
        open_since: track.open_since.map(Time::unix_seconds),
        fixed_on: track.fixed_on.map(Time::unix_seconds),
        mended: track.mended.iter().map(|(from, to)| (from.unix_seconds(), to.unix_seconds())).collect(),
    }
}

fn past_of(document: &PastDocument) -> Option<Past> {
    let mut tracks = BTreeMap::new();
    for (fingerprint, track) in &document.tracks {
        tracks.insert(
            fingerprint.clone(),
            Track {
                check: track.check.clone(),
                subject: Subject::parse(&track.subject)?,
                rating: RiskRating::new(track.impact, track.likelihood),
                open_since: track.open_since.map(Time::from_unix_seconds),
                fixed_on: track.fixed_on.map(Time::from_unix_seconds),
                mended: track
                    .mended
                    .iter()
                    .map(|(from, to)| (Time::from_unix_seconds(*from), Time::from_unix_seconds(*to)))
                    .collect(),
            },
        );
    }
    Some(Past {
        runs: document
            .runs
            .iter()
            .map(|run| PastRun {
                sequence: run.sequence,
                at: Time::from_unix_seconds(run.at),
                method: run.method.clone(),
                pack_hash: run.pack_hash.clone(),
                full: run.full,
                inputs: run.inputs.clone(),
                low: Milliunits(run.low_milliunits),
                high: Milliunits(run.high_milliunits),
            })
            .collect(),
        tracks,
        records: document.records.clone(),
        fault: document.fault.clone(),
    })
}
