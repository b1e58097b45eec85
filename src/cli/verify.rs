//! `tenken verify`: an evidence bundle, made again and compared. 0 it holds, 1 something differs, 2 it is no bundle.

use std::io::Read as _;
use std::path::Path;

use super::Streams;
use super::arguments::VerifyOptions;
use super::failure::{Exit, Failure};
use super::output::print;
use crate::bundle::{BundleError, verify};
use crate::key::VerifyingKey;
use crate::model::Language;

/// Bytes that a bundle may have.
const BUNDLE_BYTES: u64 = 1024 * 1024 * 1024;

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: the bundle or the key cannot be read.
pub(super) fn run(options: &VerifyOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let key = options.key.as_deref().map(verifying_key).transpose()?;
    let verification = verify(&bytes(&options.bundle)?, key.as_ref())?;
    let mut text = String::new();
    for fault in &verification.faults {
        let safe: String = fault.chars().map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
        text.push_str(&format!("- {safe}\n"));
    }
    let holds = verification.faults.is_empty();
    let assessment = &verification.assessment;
    let code = assessment.gate.exit_code;
    let signed = |by: &str, nobody: &str| match &verification.signer {
        Some(signer) => format!("{by} {signer}"),
        None => nobody.to_owned(),
    };
    let count = verification.faults.len();
    text.push_str(&match (language, holds) {
        (Language::English, true) => format!(
            "VERIFIED: the evidence gives the same verdict and the same reports (gate exit code {code}; {})\n",
            signed("signed by key", "not signed")
        ),
        (Language::English, false) => format!("DIFFERS: {count} things do not hold\n"),
        (Language::Japanese, true) => format!(
            "検証済: 証拠から同じ判定と同じ報告書が得られました(ゲートの終了コード {code}。{})\n",
            signed("署名鍵", "署名なし")
        ),
        (Language::Japanese, false) => format!("相違あり: {count}件が一致しません\n"),
    });
    print(streams, &text)?;
    Ok(if holds { Exit::DONE } else { Exit::FAILED })
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let said = |reason: String| Failure::Usage(format!("{}: {reason}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| said(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(BUNDLE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| said(error.to_string()))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > BUNDLE_BYTES {
        return Err(BundleError::NotABundle(format!("larger than the limit of {BUNDLE_BYTES} bytes")).into());
    }
    Ok(bytes)
}

/// Reads a public key.
///
/// # Errors
/// `Usage`: no file, or no key in it.
pub(super) fn verifying_key(path: &Path) -> Result<VerifyingKey, Failure> {
    let said = |reason: String| Failure::Usage(format!("--key {}: {reason}", path.display()));
    let pem = std::fs::read_to_string(path).map_err(|error| said(error.to_string()))?;
    VerifyingKey::from_pem(&pem).map_err(|error| said(error.to_string()))
}
