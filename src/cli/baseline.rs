//! The baseline file: what failed at some moment, for repositories without a ledger.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use crate::model::{self, Assessment, Milliunits, Outcome};

/// What failed before, for repositories without a ledger.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    schema: String,
    site: String,
    method: String,
    pack_hash: String,
    low_milliunits: u64,
    fingerprints: Vec<String>,
}

const BASELINE_SCHEMA: &str = "tenken/baseline/1";

impl Baseline {
    pub(super) fn of(assessment: &Assessment) -> Self {
        let mut fingerprints: Vec<String> = assessment
            .findings
            .iter()
            .filter(|found| found.finding.outcome == Outcome::Fail)
            .map(|found| found.fingerprint.clone())
            .collect();
        fingerprints.sort();
        Self {
            schema: BASELINE_SCHEMA.to_owned(),
            site: assessment.site.clone(),
            method: assessment.method.to_owned(),
            pack_hash: assessment.pack_hash.clone(),
            low_milliunits: assessment.residual.low.0,
            fingerprints,
        }
    }

    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let said = |reason: String| Failure::Usage(format!("--baseline {}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| said(error.to_string()))?;
        let read: Self = serde_json::from_str(&text).map_err(|error| said(error.to_string()))?;
        if read.schema != BASELINE_SCHEMA {
            return Err(said(format!("expected the schema {BASELINE_SCHEMA}")));
        }
        Ok(read)
    }

    pub(super) fn hold(&self, assessment: &Assessment) -> Result<(), Failure> {
        if self.site == assessment.site {
            return Ok(());
        }
        Err(Failure::Usage(format!("the baseline is of another site: {}, not {}", self.site, assessment.site)))
    }

    pub(super) fn text(&self) -> Result<String, Failure> {
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(|error| Failure::Usage(error.to_string()))
    }

    /// What the gate compares with. Figures of another method or pack are not compared.
    pub(super) fn known(&self, method: &str, pack_hash: &str) -> model::Baseline {
        let comparable = self.method == method && self.pack_hash == pack_hash;
        model::Baseline {
            fingerprints: self.fingerprints.iter().cloned().collect(),
            low: comparable.then_some(Milliunits(self.low_milliunits)),
        }
    }
}
