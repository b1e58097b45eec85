//! SARIF 2.1.0 (OASIS Standard, 2020): every check is a rule even when it is clean, every finding a result of its kind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::escape::terminal;
use super::{RenderOptions, words};
use crate::model::{AssessedFinding, Assessment, Band, Change, Check, Excerpts, Language, Location, Outcome};

/// Results that GitHub keeps of one run; what is left out beyond them is the lowest risk, and is said.
const RESULTS: usize = 5_000;

/// Bytes of a place that are shown.
const URI_BYTES: usize = 2_000;

/// Names the tool in its translations; made once for good.
const GUID: &str = "5f0a4a3e-5a3c-5d0e-9c1f-6f1a2b7c8d90";

/// Renders.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let language = options.language;
    let other = match language {
        Language::English => Language::Japanese,
        Language::Japanese => Language::English,
    };
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
                "guid": GUID,
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": assessment.checks.iter().map(|check| rule(check, language)).collect::<Vec<_>>(),
            } },
            "language": code(language),
            "translations": [translation(&assessment.checks, other)],
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
            "taxonomies": frameworks.iter().map(|name| taxonomy(name, &assessment.checks, language)).collect::<Vec<_>>(),
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

/// The rules in the other language (section 3.14.29 of SARIF).
fn translation(checks: &[Check], language: Language) -> Json {
    let rules = checks.iter().map(|check| {
        json!({
            "id": check.id,
            "shortDescription": { "text": check.title.text(language) },
            "fullDescription": { "text": check.why.text(language) },
            "help": { "text": check.remedy.text.text(language) },
        })
    });
    json!({
        "name": "tenken",
        "language": code(language),
        "contents": ["localizedData"],
        "isComprehensive": true,
        "associatedComponent": { "name": "tenken", "guid": GUID },
        "translationMetadata": { "name": "tenken", "shortDescription": { "text": "tenken" } },
        "rules": rules.collect::<Vec<_>>(),
    })
}

fn code(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::Japanese => "ja",
    }
}

fn taxonomy(framework: &str, checks: &[Check], language: Language) -> Json {
    let items: BTreeSet<&str> =
        checks.iter().filter_map(|check| check.maps.get(framework)).flatten().map(String::as_str).collect();
    let text = match language {
        Language::English => "Mappings are unverified: none was proof-read against the official text.",
        Language::Japanese => "対応付けは未検証です(公式文書との照合は行っていません)。",
    };
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
        "locations": [place(&finding.location, &finding.subject.to_string(), &assessment.excerpts)],
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
        let suppression =
            json!({ "kind": "external", "status": "accepted", "justification": terminal(&waiver.reason) });
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
    let parts: Vec<String> = parts.iter().map(|part| terminal(part)).collect();
    parts.join("\n").replace('{', "{{").replace('}', "}}")
}

fn place(location: &Location, subject: &str, excerpts: &Excerpts) -> Json {
    let mut place = json!({ "logicalLocations": [{ "fullyQualifiedName": terminal(subject) }] });
    let uri = location
        .file
        .as_deref()
        .map(uri_of_path)
        .or_else(|| location.url.as_deref().map(|url| uri_of_url(&terminal(url))));
    if let (Some(uri), Some(fields)) = (uri, place.as_object_mut()) {
        let mut physical = json!({ "artifactLocation": { "uri": uri } });
        if let (Some(line), Some(fields)) = (location.line.filter(|line| *line > 0), physical.as_object_mut()) {
            let column = location.column.filter(|column| *column > 0).unwrap_or(1);
            let mut region = json!({ "startLine": line, "startColumn": column });
            let kept = location.file.as_ref().and_then(|file| excerpts.get(file)).and_then(|lines| lines.get(&line));
            if let (Some(kept), Some(region)) = (kept, region.as_object_mut()) {
                region.insert("snippet".to_owned(), json!({ "text": terminal(kept) }));
            }
            fields.insert("region".to_owned(), region);
        }
        fields.insert("physicalLocation".to_owned(), physical);
    }
    place
}

/// A path as a relative reference (RFC 3986, section 4.2): what is not unreserved is percent-encoded.
fn uri_of_path(path: &str) -> String {
    encoded(path.trim_start_matches("./"), b"-._~/")
}

/// A URL with what no URL holds percent-encoded (RFC 3986, section 2). Brackets stand only around an IPv6 address.
fn uri_of_url(url: &str) -> String {
    let rest = url.find("://").map_or(0, |at| at + 3);
    let authority = url[rest..].find(['/', '?', '#']).map_or(url.len(), |at| rest + at);
    let (first, second) = url.split_at(authority);
    encoded(first, b"-._~:/[]@!$&'()*+,;=") + &encoded(second, b"-._~:/?@!$&'()*+,;=")
}

fn encoded(text: &str, kept: &[u8]) -> String {
    let mut uri = String::new();
    for byte in text.bytes().take(URI_BYTES) {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
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
