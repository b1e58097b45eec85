//! The evidence bundle: one archive with everything that a verdict rests on, from which anybody can make it again.

mod archive;
mod settings;
mod statement;

use serde_json::Value as Json;

use self::archive::Files;
use self::settings::{SCHEMA, Settings};
use crate::key::{SigningKey, VerifyingKey};
use crate::load::{EvidenceFile, LoadError, check_documents, evidence_from_text, evidence_to_text};
use crate::model::{Assessment, Language};
use crate::pipeline::{self, JudgeOptions, PipelineError};
use crate::report::{FORMATS, RenderOptions};

const ATTESTATION: &str = "attestation.dsse.json";
const MANIFEST: &str = "MANIFEST.sha256";
const SIGNER: &str = "signer.pub";
const SETTINGS: &str = "settings.json";
const EVIDENCE: &str = "evidence.json";
const ASSESSMENT: &str = "reports/report.json";

/// Differences that are told one by one.
const TOLD: usize = 20;

/// Why a bundle can be neither written nor verified.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is no bundle, or too damaged to be looked into.
    #[error("not a tenken bundle: {0}")]
    NotABundle(String),
    /// Its evidence cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Its evidence gives no assessment.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// It could not be put together.
    #[error("the bundle could not be written: {0}")]
    Unwritable(String),
}

/// What came of verifying a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// What does not hold; empty where everything does.
    pub faults: Vec<String>,
    /// Id of the key that signed it; `None` where nobody did.
    pub signer: Option<String>,
    /// The tool that wrote it.
    pub tool: String,
    /// The assessment that was made again.
    pub assessment: Assessment,
}

/// Writes a bundle. The same evidence, judged the same way, gives the same bytes.
///
/// # Errors
/// A [`BundleError`].
pub fn pack(
    evidence: &EvidenceFile,
    judge: &JudgeOptions,
    assessment: &Assessment,
    language: Language,
    key: Option<&SigningKey>,
) -> Result<Vec<u8>, BundleError> {
    let mut files = contents(evidence, &Settings::of(judge, language), assessment)?;
    if let Some(key) = key {
        files.insert(SIGNER.to_owned(), key.public().to_pem().into_bytes());
    }
    seal(&mut files, assessment, key);
    archive::write(&files)
}

/// Makes the verdict of a bundle again, and compares every byte of it.
///
/// # Errors
/// A [`BundleError`]: it cannot be looked into at all.
pub fn verify(bytes: &[u8], key: Option<&VerifyingKey>) -> Result<Verification, BundleError> {
    let (files, canonical) = archive::read(bytes)?;
    let mut faults = Vec::new();
    if !canonical {
        faults.push("the archive is not spelt as tenken spells it: something beside the files was changed".to_owned());
    }
    let settings: Settings = serde_json::from_slice(member(&files, SETTINGS)?)
        .map_err(|error| BundleError::NotABundle(format!("{SETTINGS}: {error}")))?;
    if settings.schema != SCHEMA {
        return Err(BundleError::NotABundle(format!("{SETTINGS}: expected the schema {SCHEMA}")));
    }
    let judge = settings
        .judge_options()
        .ok_or_else(|| BundleError::NotABundle(format!("{SETTINGS}: a word that this version does not know")))?;
    let text = std::str::from_utf8(member(&files, EVIDENCE)?)
        .map_err(|_| BundleError::NotABundle(format!("{EVIDENCE}: not UTF-8")))?;
    let evidence = evidence_from_text(EVIDENCE, text)?;
    let assessment = pipeline::judge(&evidence, &judge)?;
    let mut again = contents(&evidence, &settings, &assessment)?;
    if let Some(signer) = files.get(SIGNER) {
        again.insert(SIGNER.to_owned(), signer.clone());
    }
    let here = concat!("tenken ", env!("CARGO_PKG_VERSION"));
    if settings.tool != here {
        faults
            .push(format!("written by {}, verified by {here}: what differs below may be the version's", settings.tool));
    }
    again.insert(MANIFEST.to_owned(), statement::manifest(&again).into_bytes());
    compare(&files, &again, &mut faults);
    let signer = signature(&files, &again, &assessment, key, &mut faults);
    Ok(Verification { faults, signer, tool: settings.tool, assessment })
}

fn member<'a>(files: &'a Files, name: &str) -> Result<&'a [u8], BundleError> {
    files.get(name).map(Vec::as_slice).ok_or_else(|| BundleError::NotABundle(format!("{name} is missing")))
}

/// Everything but manifest, attestation and key.
fn contents(evidence: &EvidenceFile, settings: &Settings, assessment: &Assessment) -> Result<Files, BundleError> {
    let mut files = Files::new();
    let mut add = |name: &str, text: String| files.insert(name.to_owned(), text.into_bytes());
    add("policy.json", format!("{:#}\n", evidence.sources.policy));
    add("checks.json", format!("{:#}\n", Json::Array(check_documents(&evidence.sources.checks)?)));
    add(EVIDENCE, evidence_to_text(evidence)?);
    let settings_text =
        serde_json::to_string_pretty(settings).map_err(|error| BundleError::Unwritable(error.to_string()))?;
    add(SETTINGS, settings_text + "\n");
    let options = RenderOptions {
        language: settings.language(),
        width: 80,
        color: false,
        explain: true,
        quiet: false,
        summary: false,
    };
    for format in FORMATS {
        let text = (format.render)(assessment, &options);
        add(&format!("reports/{}", format.file), text);
    }
    Ok(files)
}

/// Adds the manifest, and the statement over all files.
fn seal(files: &mut Files, assessment: &Assessment, key: Option<&SigningKey>) {
    let manifest = statement::manifest(files);
    files.insert(MANIFEST.to_owned(), manifest.into_bytes());
    let statement = statement::statement(files, assessment);
    files.insert(ATTESTATION.to_owned(), statement::envelope(&statement, key).into_bytes());
}

/// Says which files differ, and where.
fn compare(files: &Files, again: &Files, faults: &mut Vec<String>) {
    for name in files.keys().filter(|name| name.as_str() != ATTESTATION && !again.contains_key(*name)) {
        faults.push(format!("{name:?}: does not belong in a bundle"));
    }
    for (name, derived) in again {
        match files.get(name) {
            None => faults.push(format!("{name}: is missing")),
            Some(found) if found == derived => {}
            Some(found) if name == ASSESSMENT => differences(found, derived, faults),
            Some(found) => faults.push(first_difference(name, found, derived)),
        }
    }
}

fn first_difference(name: &str, found: &[u8], derived: &[u8]) -> String {
    let (found, derived) = (String::from_utf8_lossy(found), String::from_utf8_lossy(derived));
    let lines = found.lines().zip(derived.lines());
    let shared = lines.take_while(|(found, derived)| found == derived).count();
    let line = |text: &str| text.lines().nth(shared).unwrap_or_default().chars().take(120).collect::<String>();
    let number = shared + 1;
    format!("{name}:{number}: the bundle has {:?}, the evidence gives {:?}", line(&found), line(&derived))
}

/// The parts of the assessment that differ, by their JSON pointer (RFC 6901).
fn differences(found: &[u8], derived: &[u8], faults: &mut Vec<String>) {
    let (Ok(found_json), Ok(derived_json)) = (serde_json::from_slice(found), serde_json::from_slice(derived)) else {
        faults.push(first_difference(ASSESSMENT, found, derived));
        return;
    };
    let before = faults.len();
    differ(String::new(), &found_json, &derived_json, faults, before + TOLD);
    if faults.len() == before {
        faults.push(first_difference(ASSESSMENT, found, derived));
    }
}

fn differ(pointer: String, found: &Json, derived: &Json, faults: &mut Vec<String>, limit: usize) {
    if faults.len() >= limit || found == derived {
        return;
    }
    match (found, derived) {
        (Json::Object(found), Json::Object(derived)) => {
            for name in found.keys().chain(derived.keys().filter(|name| !found.contains_key(*name))) {
                let null = Json::Null;
                let (one, other) = (found.get(name).unwrap_or(&null), derived.get(name).unwrap_or(&null));
                differ(format!("{pointer}/{name}"), one, other, faults, limit);
            }
        }
        (Json::Array(found), Json::Array(derived)) if found.len() == derived.len() => {
            for (at, (one, other)) in found.iter().zip(derived).enumerate() {
                differ(format!("{pointer}/{at}"), one, other, faults, limit);
            }
        }
        _ => {
            let shown = |json: &Json| json.to_string().chars().take(120).collect::<String>();
            faults.push(format!(
                "{ASSESSMENT}#{pointer}: the bundle has {}, the evidence gives {}",
                shown(found),
                shown(derived)
            ));
        }
    }
}

/// Who signed it, and what is wrong with that.
fn signature(
    files: &Files,
    again: &Files,
    assessment: &Assessment,
    key: Option<&VerifyingKey>,
    faults: &mut Vec<String>,
) -> Option<String> {
    let statement = statement::statement(again, assessment);
    let Some(envelope) = files.get(ATTESTATION) else {
        faults.push(format!("{ATTESTATION}: is missing"));
        return None;
    };
    let Some(signature) = statement::signature_of(envelope, &statement) else {
        faults.push(format!("{ATTESTATION}: is not a statement about these files"));
        return None;
    };
    let signer = files.get(SIGNER).map(|pem| VerifyingKey::from_pem(&String::from_utf8_lossy(pem)));
    match (signature, signer) {
        (None, None) => {
            if key.is_some() {
                faults.push("nobody signed it, and --key asks for a signature".to_owned());
            }
            None
        }
        (Some(signature), Some(Ok(signer))) if statement::holds(&signer, &statement, &signature) => {
            if files.get(ATTESTATION).map(Vec::as_slice)
                != Some(statement::with_signature(&statement, &signer, &signature).as_bytes())
                || files.get(SIGNER).map(Vec::as_slice) != Some(signer.to_pem().as_bytes())
            {
                faults.push(format!("{ATTESTATION} or {SIGNER}: names another key than the one that signed"));
            }
            if key.is_some_and(|key| *key != signer) {
                faults.push("it was signed by another key than --key names".to_owned());
            }
            Some(signer.id())
        }
        _ => {
            faults.push(format!("{ATTESTATION}: the signature does not hold"));
            None
        }
    }
}
