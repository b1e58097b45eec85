//! The manifest as `sha256sum -c` reads it, and the in-toto statement (v1, predicate test-result) in a DSSE envelope (v1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use serde_json::{Value as Json, json};

use super::archive::Files;
use crate::key::{SigningKey, VerifyingKey};
use crate::model::{Assessment, GateVerdict, Outcome};

/// Type of the payload.
const PAYLOAD: &str = "application/vnd.in-toto+json";

/// A line a file.
pub(super) fn manifest(files: &Files) -> String {
    files.iter().map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes))).collect()
}

/// What is said of the files: the verdict, and the checks behind it.
pub(super) fn statement(files: &Files, assessment: &Assessment) -> String {
    let subject: Vec<Json> =
        files.iter().map(|(name, bytes)| json!({ "name": name, "digest": { "sha256": sha256(bytes) } })).collect();
    let configuration: Vec<Json> = ["policy.json", "checks.json"]
        .into_iter()
        .filter_map(|name| files.get(name).map(|bytes| json!({ "name": name, "digest": { "sha256": sha256(bytes) } })))
        .collect();
    let with = |outcome| {
        let mut checks: Vec<&str> = assessment
            .findings
            .iter()
            .filter(|found| found.finding.outcome == outcome)
            .map(|found| found.finding.check.as_str())
            .collect();
        checks.dedup();
        checks
    };
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": match assessment.gate.verdict {
                GateVerdict::Kept => "PASSED",
                GateVerdict::NotKept => "FAILED",
                GateVerdict::Incomplete => "WARNED",
            },
            "configuration": configuration,
            "passedTests": with(Outcome::Pass),
            "warnedTests": with(Outcome::Unknown),
            "failedTests": with(Outcome::Fail),
        },
    });
    statement.to_string()
}

/// The statement in its envelope; without a key the list of signatures is empty.
pub(super) fn envelope(statement: &str, key: Option<&SigningKey>) -> String {
    match key {
        Some(key) => with_signature(statement, &key.public(), &key.sign(&pre_authentication(statement))),
        None => spelt(statement, &[]),
    }
}

/// The envelope with a signature of a key.
pub(super) fn with_signature(statement: &str, key: &VerifyingKey, signature: &str) -> String {
    spelt(statement, &[json!({ "keyid": key.id(), "sig": signature })])
}

fn spelt(statement: &str, signatures: &[Json]) -> String {
    let envelope = json!({ "payloadType": PAYLOAD, "payload": STANDARD.encode(statement), "signatures": signatures });
    format!("{envelope:#}\n")
}

/// Whether an envelope is the one of a statement, spelt as [`envelope`] spells it, and what its signature is.
pub(super) fn signature_of(envelope: &[u8], statement: &str) -> Option<Option<String>> {
    let read: Json = serde_json::from_slice(envelope).ok()?;
    let signatures = read.get("signatures")?.as_array()?;
    (spelt(statement, signatures).as_bytes() == envelope && signatures.len() <= 1).then_some(())?;
    match signatures.first() {
        Some(signature) => Some(Some(signature.get("sig")?.as_str()?.to_owned())),
        None => Some(None),
    }
}

/// Whether a signature over a statement is a key's.
pub(super) fn holds(key: &VerifyingKey, statement: &str, signature: &str) -> bool {
    key.holds(&pre_authentication(statement), signature)
}

/// What is signed (DSSE v1, PAE).
fn pre_authentication(statement: &str) -> Vec<u8> {
    format!("DSSEv1 {} {PAYLOAD} {} {statement}", PAYLOAD.len(), statement.len()).into_bytes()
}

fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
