//! One entry of the ledger and its JSON form. Written once; a later version only adds fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Milliunits, Time};

/// What a run leaves in the ledger, besides its outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The site.
    pub site: String,
    /// When it was judged.
    pub at: Time,
    /// Name and version of the tool.
    pub tool: String,
    /// The policy's id.
    pub policy: String,
    /// The risk method.
    pub method: String,
    /// Hash over the checks.
    pub pack_hash: String,
    /// Hashes over what was judged, by name: policy, site, evidence.
    pub inputs: BTreeMap<String, String>,
    /// Whether nothing was left out by a flag.
    pub full: bool,
    /// kept, not-kept or incomplete.
    pub verdict: String,
    /// Exit code of the gate.
    pub exit_code: u8,
    /// Lower bound of residual risk.
    pub low: Milliunits,
    /// Upper bound.
    pub high: Milliunits,
    /// Accepted part of the lower bound.
    pub accepted: Milliunits,
    /// Clauses with their verdicts.
    pub clauses: Vec<KeptClause>,
    /// Worst impact and likelihood, and common-cause group, of each check, so that the figures can be worked out again.
    pub checks: BTreeMap<String, (u8, u8, Option<String>)>,
    /// Checks about the run itself: their outcomes add no risk.
    pub checks_of_the_run: Vec<String>,
}

/// A clause and its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptClause {
    /// The clause.
    pub id: String,
    /// kept, not-kept or cannot-tell.
    pub verdict: String,
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1, without holes.
    pub sequence: u64,
    /// When the run was judged.
    pub at: Time,
    /// The run as JSON, byte for byte as it was hashed.
    pub body: String,
    /// The hash of the entry before.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
    /// Ed25519 over the hash, in base64.
    pub signature: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    schema: String,
    site: String,
    at_unix_seconds: i64,
    tool: String,
    policy: String,
    method: String,
    pack_hash: String,
    inputs: BTreeMap<String, String>,
    full: bool,
    verdict: String,
    exit_code: u8,
    low_milliunits: u64,
    high_milliunits: u64,
    accepted_milliunits: u64,
    clauses: Vec<KeptClause>,
    checks: BTreeMap<String, (u8, u8, Option<String>)>,
    checks_of_the_run: Vec<String>,
    outcomes_count: u64,
    outcomes_sha256: String,
}

impl Entry {
    /// The run that the body tells of.
    ///
    /// # Errors
    /// A sentence: the body is not of this form.
    pub fn run(&self) -> Result<Run, String> {
        let body = self.body()?;
        Ok(Run {
            site: body.site,
            at: Time::from_unix_seconds(body.at_unix_seconds),
            tool: body.tool,
            policy: body.policy,
            method: body.method,
            pack_hash: body.pack_hash,
            inputs: body.inputs,
            full: body.full,
            verdict: body.verdict,
            exit_code: body.exit_code,
            low: Milliunits(body.low_milliunits),
            high: Milliunits(body.high_milliunits),
            accepted: Milliunits(body.accepted_milliunits),
            clauses: body.clauses,
            checks: body.checks,
            checks_of_the_run: body.checks_of_the_run,
        })
    }

    /// Number and hash of the outcomes that belong to it.
    pub(super) fn outcomes(&self) -> Result<(u64, String), String> {
        self.body().map(|body| (body.outcomes_count, body.outcomes_sha256))
    }

    fn body(&self) -> Result<Body, String> {
        serde_json::from_str(&self.body).map_err(|error| error.to_string())
    }
}

/// The body of a run, as it is hashed and kept.
pub(super) fn body_of(run: &Run, outcomes_count: u64, outcomes_sha256: String) -> Result<String, serde_json::Error> {
    let run = run.clone();
    serde_json::to_string(&Body {
        schema: "tenken/run/1".to_owned(),
        site: run.site,
        at_unix_seconds: run.at.unix_seconds(),
        tool: run.tool,
        policy: run.policy,
        method: run.method,
        pack_hash: run.pack_hash,
        inputs: run.inputs,
        full: run.full,
        verdict: run.verdict,
        exit_code: run.exit_code,
        low_milliunits: run.low.0,
        high_milliunits: run.high.0,
        accepted_milliunits: run.accepted.0,
        clauses: run.clauses,
        checks: run.checks,
        checks_of_the_run: run.checks_of_the_run,
        outcomes_count,
        outcomes_sha256,
    })
}

/// Entries as JSON lines: number, hashes, signature and the body as an object.
#[must_use]
pub fn entries_to_json_lines(entries: &[Entry]) -> String {
    let line = |entry: &Entry| {
        let body: serde_json::Value =
            serde_json::from_str(&entry.body).unwrap_or_else(|_| serde_json::Value::from(entry.body.as_str()));
        let whole = serde_json::json!({
            "sequence": entry.sequence, "previous": entry.previous, "hash": entry.hash, "signature": entry.signature, "run": body,
        });
        whole.to_string() + "\n"
    };
    entries.iter().map(line).collect()
}
