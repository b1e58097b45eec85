//! SARIF 2.1.0 (OASIS Standard, 2020): every check is a rule even when it is clean, every finding a result of its kind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{RenderOptions, words};
use crate::model::{AssessedFinding, Assessment, Band, Change, Check, Language, Location, Outcome};

/// Results that GitHub keeps of one run; what is left out beyond them is the lowest risk, and is said.
const RESULTS: usize = 5_000;

/// Renders.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let language = options.language;
    let index: BTreeMap<&str, usize> =
        assessment.checks.iter().enumerate().map(|(at, check)| (check.id.as_str(), at)).collect();
    let mut shown: Vec<&AssessedFinding> = assessment.findings.iter().collect();
    // What fails and weighs most stays, whatever has to go.
    shown.sort_by_key(|found| {
        (found.finding.outcome != Outcome::Fail, std::cmp::Reverse(found.finding.rating.units()), &found.fingerprint)
    });
    let left_out = shown.len().saturating_sub(RESULTS);
    shown.truncate(RESULTS);
    let frameworks: BTreeSet<&str> =
        assessment.checks.iter().flat_map(|check| check.maps.keys().map(String::as_str)).collect();
    let notices: Vec<Json> = (left_out > 0)
        .then(|| {
            let said = match language {
                Language::English => {
                    format!("{left_out} findings of the lowest risk are left out; the JSON report has all")
                }
                Language::Japanese => format!("リスクの低い{left_out}件を省略しました。全件はJSON報告書にあります"),
            };
            json!({ "level": "warning", "message": { "text": said } })
        })
        .into_iter()
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tenken",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": assessment.checks.iter().map(|check| rule(check, language)).collect::<Vec<_>>(),
            } },
            "language": match language { Language::English => "en", Language::Japanese => "ja" },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "endTimeUtc": assessment.assessed_at.to_string(),
                "exitCode": assessment.gate.exit_code,
                "toolExecutionNotifications": notices,
            }],
            "properties": {
                "riskMethod": assessment.method,
                "packHash": assessment.pack_hash,
                "residualLow": assessment.residual.low.to_string(),
                "residualHigh": assessment.residual.high.to_string(),
            },
            "taxonomies": frameworks.iter().map(|name| taxonomy(name, &assessment.checks)).collect::<Vec<_>>(),
            "results": shown.iter().map(|found| result(found, assessment, &index, language)).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn rule(check: &Check, language: Language) -> Json {
    let rating = check.rating();
    // GitHub sorts by this number from 0 to 10: half-decades of units are even steps of it.
    let severity = f64::from(rating.impact + rating.likelihood);
    let relationships: Vec<Json> = check
        .maps
        .iter()
        .flat_map(|(framework, items)| items.iter().map(move |item| (framework, item)))
        .map(|(framework, item)| {
            json!({ "target": { "id": item, "toolComponent": { "name": framework } }, "kinds": ["relevant"] })
        })
        .collect();
    json!({
        "id": check.id,
        "shortDescription": { "text": check.title.text(language) },
        "fullDescription": { "text": check.why.text(language) },
        "help": { "text": check.remedy.text.text(language) },
        "defaultConfiguration": { "level": level(rating.band()) },
        "relationships": relationships,
        "properties": { "security-severity": format!("{severity:.1}"), "tags": ["security", rating.band().word()] },
    })
}

fn taxonomy(framework: &str, checks: &[Check]) -> Json {
    let items: BTreeSet<&str> =
        checks.iter().filter_map(|check| check.maps.get(framework)).flatten().map(String::as_str).collect();
    let text = "Mappings are unverified: none was proof-read against the official text.";
    json!({
        "name": framework,
        "shortDescription": { "text": text },
        "taxa": items.iter().map(|item| json!({ "id": item })).collect::<Vec<_>>(),
    })
}

fn result(found: &AssessedFinding, assessment: &Assessment, index: &BTreeMap<&str, usize>, language: Language) -> Json {
    let finding = &found.finding;
    let kind = match finding.outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Unknown | Outcome::NotChecked => "open",
        Outcome::NotApplicable => "notApplicable",
    };
    let fails = finding.outcome == Outcome::Fail;
    let mut result = json!({
        "ruleId": finding.check,
        "kind": kind,
        "level": if fails { level(finding.rating.band()) } else { "none" },
        "message": { "text": message(found, language) },
        "locations": [place(&finding.location, &finding.subject.to_string())],
        "partialFingerprints": { "tenken/v1": found.fingerprint },
    });
    let Some(fields) = result.as_object_mut() else { return result };
    // A check that is no longer in the pack has no rule to point at.
    if let Some(at) = index.get(finding.check.as_str()) {
        fields.insert("ruleIndex".to_owned(), json!(at));
    }
    if assessment.past.as_ref().is_some_and(|past| !past.is_empty()) {
        let state = if matches!(found.change, Change::New | Change::Regressed) { "new" } else { "unchanged" };
        fields.insert("baselineState".to_owned(), json!(state));
    }
    if let Some(waiver) = &found.waiver {
        let suppression = json!({ "kind": "external", "status": "accepted", "justification": waiver.reason });
        fields.insert("suppressions".to_owned(), json!([suppression]));
    }
    result
}

fn message(found: &AssessedFinding, language: Language) -> String {
    let leaves = found.finding.leaves.iter().map(|leaf| {
        format!("{}: {}; {}", leaf.field, words::expected_of(leaf, language), words::actual(leaf, language))
    });
    let mut parts = vec![found.title.text(language).to_owned()];
    parts.extend(found.finding.reason.iter().map(|reason| reason.text(language).to_owned()));
    parts.extend(leaves);
    // Braces are placeholders in SARIF messages (section 3.11.5).
    parts.join("\n").replace('{', "{{").replace('}', "}}")
}

fn place(location: &Location, subject: &str) -> Json {
    let mut place = json!({ "logicalLocations": [{ "fullyQualifiedName": subject }] });
    let uri = location.file.as_deref().map(uri_of_path).or_else(|| location.url.clone());
    if let (Some(uri), Some(fields)) = (uri, place.as_object_mut()) {
        let mut physical = json!({ "artifactLocation": { "uri": uri } });
        if let (Some(line), Some(fields)) = (location.line.filter(|line| *line > 0), physical.as_object_mut()) {
            let column = location.column.filter(|column| *column > 0).unwrap_or(1);
            fields.insert("region".to_owned(), json!({ "startLine": line, "startColumn": column }));
        }
        fields.insert("physicalLocation".to_owned(), physical);
    }
    place
}

/// A path as a relative reference (RFC 3986, section 4.2): what is not unreserved is percent-encoded.
fn uri_of_path(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn level(band: Band) -> &'static str {
    match band {
        Band::Critical | Band::High => "error",
        Band::Medium => "warning",
        Band::Low | Band::Info => "note",
    }
}
