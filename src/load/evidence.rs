//! The evidence file, read and written: whole, ordered, the same bytes for the same facts.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::LoadError;
use super::condition::value;
use super::document::evidence::{
    CensusDocument, CensusStateDocument, CollectionDocument, EvidenceDocument, GapDocument, ObservationDocument,
    PlaceDocument, RelatedDocument, StrengthDocument,
};
use super::reader::{self, EVIDENCE_LIMIT_BYTES};
use super::sources::Sources;
use crate::model::{
    Census, CensusState, Evidence, Gap, Location, Observation, Related, Strength, Subject, Time, Value,
};

const SCHEMA: &str = "tenken/evidence/1";

/// One run's evidence with all that it is judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceFile {
    /// Name and version of the tool that collected.
    pub tool: String,
    /// SHA-256 over the checks, in hexadecimal.
    pub pack_hash: String,
    /// When the collection began.
    pub collected_at: Time,
    /// Whether nothing went over the network.
    pub offline: bool,
    /// What it is judged by.
    pub sources: Sources,
    /// What was seen.
    pub evidence: Evidence,
}

impl EvidenceFile {
    /// Reads the file at a path.
    ///
    /// # Errors
    /// As [`evidence_from_text`], or `Unreadable`.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let shown = path.display().to_string();
        evidence_from_text(&shown, &reader::text(path, &shown, EVIDENCE_LIMIT_BYTES)?)
    }
}

/// Reads an evidence file.
///
/// # Errors
/// `Invalid` where it is no evidence file of this version, or a part of it is of the wrong shape.
pub fn evidence_from_text(file: &str, text: &str) -> Result<EvidenceFile, LoadError> {
    let wrong = |message: String| LoadError::invalid(file, 0, 0, message);
    let read: EvidenceDocument = serde_json::from_str(text).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
        LoadError::invalid(file, line, u32::try_from(error.column()).unwrap_or(u32::MAX), error.to_string())
    })?;
    if read.schema != SCHEMA {
        let found: String = read.schema.chars().take(60).collect();
        return Err(wrong(format!("expected the schema {SCHEMA}, found {found}")));
    }
    let collected_at = Time::parse(&read.collected_at).ok_or_else(|| wrong("collected_at: no time".to_owned()))?;
    let mut evidence = Evidence::default();
    for document in read.observations {
        let subject = document.subject.clone();
        evidence.observations.push(
            observation_of(document).ok_or_else(|| wrong(format!("{subject}: an observation of the wrong shape")))?,
        );
    }
    for document in read.census {
        let reason = document.reason.unwrap_or_default();
        let state = match document.state {
            CensusStateDocument::Complete => CensusState::Complete,
            CensusStateDocument::Incomplete => CensusState::Incomplete(reason),
            CensusStateDocument::NotAsked => CensusState::NotAsked(reason),
        };
        evidence.census.push(Census { kind: document.kind, scope: document.scope, state, count: document.count });
    }
    evidence.gaps.extend(read.gaps.into_iter().map(|gap| Gap {
        collector: gap.collector,
        kinds: gap.kinds,
        subject: gap.subject,
        reason: gap.reason,
    }));
    evidence.excerpts = read.excerpts;
    evidence.sort();
    Ok(EvidenceFile {
        tool: read.tool,
        pack_hash: read.pack_hash,
        collected_at,
        offline: read.collection.offline,
        sources: Sources {
            site: read.site,
            policy: read.policy,
            parameters: read.parameters,
            checks: read.checks.iter().map(|check| check.to_string().into()).collect(),
            tls_profile: read.tls_profile,
            waivers: read.waivers,
            actions: read.actions,
            attestations: read.attestations,
        },
        evidence,
    })
}

/// Checks as documents.
///
/// # Errors
/// `Bundled` where one is no JSON, which would be a fault in tenken.
pub fn check_documents(checks: &[std::borrow::Cow<'static, str>]) -> Result<Vec<serde_json::Value>, LoadError> {
    let read = checks.iter().map(|text| serde_json::from_str(text));
    read.collect::<Result<_, _>>().map_err(|error| LoadError::Bundled(error.to_string()))
}

/// Writes an evidence file, two spaces a level, with a line feed at its end.
///
/// # Errors
/// `Bundled` where JSON cannot be made of it, which would be a fault in tenken.
pub fn evidence_to_text(file: &EvidenceFile) -> Result<String, LoadError> {
    let sources = file.sources.clone();
    let document = EvidenceDocument {
        schema: SCHEMA.to_owned(),
        tool: file.tool.clone(),
        pack_hash: file.pack_hash.clone(),
        collected_at: file.collected_at.to_string(),
        collection: CollectionDocument { offline: file.offline },
        site: sources.site,
        policy: sources.policy,
        parameters: sources.parameters,
        checks: check_documents(&sources.checks)?,
        tls_profile: sources.tls_profile,
        waivers: sources.waivers,
        actions: sources.actions,
        attestations: sources.attestations,
        census: file.evidence.census.iter().map(census_document).collect(),
        observations: file.evidence.observations.iter().map(observation_document).collect(),
        gaps: file
            .evidence
            .gaps
            .iter()
            .map(|gap| GapDocument {
                collector: gap.collector.clone(),
                kinds: gap.kinds.clone(),
                subject: gap.subject.clone(),
                reason: gap.reason.clone(),
            })
            .collect(),
        excerpts: file.evidence.excerpts.clone(),
    };
    let mut text = serde_json::to_string_pretty(&document).map_err(|error| LoadError::Bundled(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

fn observation_of(document: ObservationDocument) -> Option<Observation> {
    let mut fields = std::collections::BTreeMap::new();
    for (name, json) in &document.fields {
        fields.insert(name.clone(), value(json)?);
    }
    Some(Observation {
        kind: document.kind,
        subject: Subject::parse(&document.subject)?,
        fields,
        unknown_fields: document.unknown_fields,
        source: location_of(document.source),
        related: document
            .related
            .into_iter()
            .map(|related| Related { location: location_of(related.place), note: related.note })
            .collect(),
        method: document.method,
        strength: match document.strength {
            StrengthDocument::Measured => Strength::Measured,
            StrengthDocument::Joined => Strength::Joined,
            StrengthDocument::Attested => Strength::Attested,
            StrengthDocument::Stale => Strength::Stale,
        },
    })
}

fn observation_document(observation: &Observation) -> ObservationDocument {
    ObservationDocument {
        kind: observation.kind.clone(),
        subject: observation.subject.to_string(),
        fields: observation.fields.iter().map(|(name, value)| (name.clone(), value_json(value))).collect(),
        unknown_fields: observation.unknown_fields.clone(),
        source: place_document(&observation.source),
        related: observation
            .related
            .iter()
            .map(|related| RelatedDocument { place: place_document(&related.location), note: related.note.clone() })
            .collect(),
        method: observation.method.clone(),
        strength: match observation.strength {
            Strength::Measured => StrengthDocument::Measured,
            Strength::Joined => StrengthDocument::Joined,
            Strength::Attested => StrengthDocument::Attested,
            Strength::Stale => StrengthDocument::Stale,
        },
    }
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Text(text) => json!(text),
        Value::Time(time) => json!({ "time": time.to_string() }),
        Value::List(items) => Json::Array(items.iter().map(value_json).collect()),
    }
}

fn census_document(census: &Census) -> CensusDocument {
    let (state, reason) = match &census.state {
        CensusState::Complete => (CensusStateDocument::Complete, None),
        CensusState::Incomplete(reason) => (CensusStateDocument::Incomplete, Some(reason.clone())),
        CensusState::NotAsked(reason) => (CensusStateDocument::NotAsked, Some(reason.clone())),
    };
    CensusDocument { kind: census.kind.clone(), scope: census.scope.clone(), state, reason, count: census.count }
}

fn location_of(place: PlaceDocument) -> Location {
    let PlaceDocument { file, line, column, url, host, entry } = place;
    Location { file, line, column, url, host, entry }
}

fn place_document(location: &Location) -> PlaceDocument {
    let Location { file, line, column, url, host, entry } = location.clone();
    PlaceDocument { file, line, column, url, host, entry }
}
