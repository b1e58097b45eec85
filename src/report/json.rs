//! The report for machines: structs of its own, with a published schema. Fields are only ever added.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Number, Value as Json};

use super::{RenderOptions, words};
use crate::model::{
    AssessedFinding, Assessment, Change, ClauseAssessment, ClauseVerdict, GateVerdict, Grade, LeafResult, Milliunits,
    Outcome, Value,
};

const SCHEMA: &str = "tenken/report/1";

/// Renders the report, two spaces a level, with a line feed at its end.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let report = report(assessment, options);
    // A struct of strings and numbers always has a JSON text; an empty one would be refused by the schema.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

/// The schema of the report.
#[must_use]
pub fn schema() -> Json {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Report>().to_value()
}

/// One assessment.
#[derive(Debug, Serialize, JsonSchema)]
struct Report {
    /// `tenken/report/1`.
    schema: String,
    /// Name and version of the tool.
    tool: String,
    /// The site.
    site: SiteReport,
    /// The policy.
    policy: PolicyReport,
    /// When it was judged, UTC.
    assessed_at: String,
    /// When the evidence was collected, UTC.
    collected_at: String,
    /// Risk method and the SHA-256 of the checks.
    method: MethodReport,
    /// What CI reads.
    gate: GateReport,
    /// Residual risk as an interval.
    residual: ResidualReport,
    /// Clauses, in the policy's order.
    clauses: Vec<ClauseReport>,
    /// Every finding, ordered by check and subject.
    findings: Vec<FindingReport>,
    /// Evidence that was asked for and could not be had.
    gaps: Vec<GapReport>,
    /// Checks that were not run.
    not_checked: Vec<NotCheckedReport>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SiteReport {
    /// Its name.
    name: String,
    /// Its URL.
    url: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PolicyReport {
    /// Its id.
    id: String,
    /// Its title.
    title: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct MethodReport {
    /// `TRM-1`.
    id: String,
    /// SHA-256 over the checks, in hexadecimal.
    pack_hash: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    Kept,
    NotKept,
    Incomplete,
    CannotTell,
}

#[derive(Debug, Serialize, JsonSchema)]
struct GateReport {
    /// kept, not-kept or incomplete.
    verdict: Verdict,
    /// 0 passed, 1 closed, 3 evidence missing.
    exit_code: u8,
    /// Why, one sentence a reason.
    reasons: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ResidualReport {
    /// Units that fail, accepted or not; at most three decimals.
    #[schemars(with = "f64")]
    low: Number,
    /// `low` and what the unknown would add; at most three decimals.
    #[schemars(with = "f64")]
    high: Number,
    /// Grade of `low`.
    grade_low: String,
    /// Grade of `high`.
    grade_high: String,
    /// The accepted part of `low`.
    #[schemars(with = "f64")]
    accepted: Number,
    /// Units of the checks that were decided on every subject.
    #[schemars(with = "f64")]
    examined: Number,
    /// Units of all checks that apply.
    #[schemars(with = "f64")]
    applicable: Number,
    /// Where in the interval the risk is expected; there once the ledger has five runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    expected: Option<Number>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ClauseReport {
    /// Its id.
    id: String,
    /// Its name.
    title: String,
    /// kept, not-kept or cannot-tell.
    verdict: Verdict,
    /// Why, in one sentence.
    because: String,
    /// Units of its checks that fail.
    #[schemars(with = "f64")]
    low: Number,
    /// And what the unknown would add.
    #[schemars(with = "f64")]
    high: Number,
    /// Checks that keep it.
    checks_total: u64,
    /// Checks of which nothing is unknown or was not checked.
    checks_assessed: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FindingReport {
    /// Stable name: 16 hex digits.
    fingerprint: String,
    /// The check.
    check: String,
    /// Clauses that it touches.
    clauses: Vec<String>,
    /// What was looked at.
    subject: String,
    /// pass, fail, unknown, not-applicable or not-checked.
    outcome: String,
    /// new, persisting, fixed, regressed or unverified.
    change: String,
    /// Impact, likelihood, band and units.
    risk: RiskReport,
    /// measured, joined, attested or stale.
    strength: String,
    /// Who mends it.
    owner: Option<String>,
    /// By when.
    due: Option<String>,
    /// The waiver in force.
    waiver: Option<WaiverReport>,
    /// What was found, in one sentence.
    message: String,
    /// What was asked for, by field.
    expected: Vec<LeafReport>,
    /// What was seen, by field.
    actual: Vec<LeafReport>,
    /// Where.
    location: LocationReport,
    /// The kind of observation that decided it.
    evidence: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RiskReport {
    /// 1 to 5.
    impact: u8,
    /// 1 to 5, after easing.
    likelihood: u8,
    /// critical, high, medium, low or info.
    band: String,
    /// Units of TRM-1.
    #[schemars(with = "f64")]
    units: Number,
    /// Why it is eased, where it is.
    eased: Option<String>,
    /// Why it is raised, where it is.
    raised: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WaiverReport {
    /// Why.
    reason: String,
    /// Who answers for it.
    owner: String,
    /// Who approved it.
    approver: String,
    /// Last day.
    expires: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LeafReport {
    /// The field.
    field: String,
    /// The matcher; absent beside what was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    matcher: Option<String>,
    /// The value; null where there is none.
    value: Json,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LocationReport {
    /// File.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    /// URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Host.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Entry of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct GapReport {
    /// Who looked.
    collector: String,
    /// For what.
    subject: String,
    /// Why it could not be seen.
    reason: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NotCheckedReport {
    /// The check.
    check: String,
    /// Why, and what to declare.
    reason: String,
}

fn report(assessment: &Assessment, options: &RenderOptions) -> Report {
    let language = options.language;
    let (grade_low, grade_high) = assessment.residual.grades();
    Report {
        schema: SCHEMA.to_owned(),
        tool: concat!("tenken ", env!("CARGO_PKG_VERSION")).to_owned(),
        site: SiteReport { name: assessment.site.clone(), url: assessment.url.clone() },
        policy: PolicyReport {
            id: assessment.policy_id.clone(),
            title: assessment.policy_title.text(language).to_owned(),
        },
        assessed_at: assessment.assessed_at.to_string(),
        collected_at: assessment.collected_at.to_string(),
        method: MethodReport { id: assessment.method.to_owned(), pack_hash: assessment.pack_hash.clone() },
        gate: GateReport {
            verdict: match assessment.gate.verdict {
                GateVerdict::Kept => Verdict::Kept,
                GateVerdict::NotKept => Verdict::NotKept,
                GateVerdict::Incomplete => Verdict::Incomplete,
            },
            exit_code: assessment.gate.exit_code,
            reasons: assessment.gate.reasons.iter().map(|reason| reason.text(language).to_owned()).collect(),
        },
        residual: residual(assessment, grade_low, grade_high),
        clauses: assessment.clauses.iter().map(|clause| clause_report(clause, options)).collect(),
        findings: assessment.findings.iter().map(|found| finding_report(found, assessment, options)).collect(),
        gaps: assessment
            .gaps
            .iter()
            .map(|gap| GapReport {
                collector: gap.collector.clone(),
                subject: gap.subject.clone(),
                reason: gap.reason.clone(),
            })
            .collect(),
        not_checked: assessment
            .not_checked
            .iter()
            .map(|left| NotCheckedReport { check: left.check.clone(), reason: left.reason.text(language).to_owned() })
            .collect(),
    }
}

fn residual(assessment: &Assessment, grade_low: Grade, grade_high: Grade) -> ResidualReport {
    let residual = &assessment.residual;
    ResidualReport {
        low: number(residual.low),
        high: number(residual.high),
        grade_low: format!("{grade_low:?}"),
        grade_high: format!("{grade_high:?}"),
        accepted: number(residual.accepted),
        examined: number(assessment.coverage.0),
        applicable: number(assessment.coverage.1),
        expected: assessment.expected.map(number),
    }
}

fn clause_report(clause: &ClauseAssessment, options: &RenderOptions) -> ClauseReport {
    ClauseReport {
        id: clause.id.clone(),
        title: clause.title.text(options.language).to_owned(),
        verdict: match clause.verdict {
            ClauseVerdict::Kept => Verdict::Kept,
            ClauseVerdict::NotKept => Verdict::NotKept,
            ClauseVerdict::CannotTell => Verdict::CannotTell,
        },
        because: clause.because.text(options.language).to_owned(),
        low: number(clause.residual.low),
        high: number(clause.residual.high),
        checks_total: clause.checks_total,
        checks_assessed: clause.checks_assessed,
    }
}

fn finding_report(found: &AssessedFinding, assessment: &Assessment, options: &RenderOptions) -> FindingReport {
    let finding = &found.finding;
    let location = &finding.location;
    FindingReport {
        fingerprint: found.fingerprint.clone(),
        check: finding.check.clone(),
        clauses: found.clauses.to_vec(),
        subject: finding.subject.to_string(),
        outcome: finding.outcome.word().to_owned(),
        change: match found.change {
            Change::New => "new",
            Change::Persisting => "persisting",
            Change::Fixed => "fixed",
            Change::Regressed => "regressed",
            Change::Unverified => "unverified",
            Change::Accepted => "accepted",
            Change::ExceptionExpired => "exception-expired",
        }
        .to_owned(),
        risk: RiskReport {
            impact: finding.rating.impact,
            likelihood: finding.rating.likelihood,
            band: finding.rating.band().word().to_owned(),
            units: number(finding.rating.units()),
            eased: finding.eased.as_ref().map(|eased| eased.text(options.language).to_owned()),
            raised: finding.raised.as_ref().map(|raised| raised.text(options.language).to_owned()),
        },
        strength: finding.strength.word().to_owned(),
        owner: found.owner.clone(),
        due: found.due.map(|due| due.date()),
        waiver: found.waiver.as_ref().map(|waiver| WaiverReport {
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            approver: waiver.approver.clone(),
            expires: waiver.expires.date(),
        }),
        message: message(found, options),
        expected: finding.leaves.iter().map(expected).collect(),
        actual: finding.leaves.iter().map(actual).collect(),
        location: LocationReport {
            file: location.file.clone(),
            line: location.line,
            column: location.column,
            url: location.url.clone(),
            host: location.host.clone(),
            entry: location.entry.clone(),
        },
        evidence: assessment.check(&finding.check).map(|check| check.needs.clone()),
    }
}

fn message(found: &AssessedFinding, options: &RenderOptions) -> String {
    let language = options.language;
    let title = found.title.text(language);
    match found.finding.outcome {
        Outcome::Fail => {
            let leaves: Vec<String> = found
                .finding
                .leaves
                .iter()
                .map(|leaf| {
                    format!(
                        "{}: {} {}; {} {}",
                        leaf.field,
                        words::expected(language),
                        words::expected_of(leaf, language),
                        words::found(language),
                        words::actual(leaf, language)
                    )
                })
                .collect();
            format!("{title} — {}", leaves.join(" / "))
        }
        Outcome::Unknown | Outcome::NotChecked => format!("{title} — {}", words::reason(found, language)),
        Outcome::Pass | Outcome::NotApplicable => title.to_owned(),
    }
}

fn expected(leaf: &LeafResult) -> LeafReport {
    LeafReport {
        field: leaf.field.clone(),
        matcher: Some(leaf.matcher.clone()),
        value: leaf.expected.as_ref().map_or(Json::Null, value),
        reason: None,
    }
}

fn actual(leaf: &LeafResult) -> LeafReport {
    LeafReport {
        field: leaf.field.clone(),
        matcher: None,
        value: leaf.actual.as_ref().map_or(Json::Null, value),
        reason: leaf.reason.clone(),
    }
}

fn value(value_: &Value) -> Json {
    match value_ {
        Value::Bool(value) => Json::from(*value),
        Value::Integer(value) => Json::from(*value),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Time(time) => Json::from(time.to_string()),
        Value::List(items) => Json::Array(items.iter().map(value).collect()),
    }
}

/// A decimal of at most three places: a whole number stays one.
fn number(units: Milliunits) -> Number {
    if units.0.is_multiple_of(1_000) {
        return Number::from(units.0 / 1_000);
    }
    // The text has at most three places, and the nearest double of such a decimal prints as that decimal again.
    units.to_string().parse::<f64>().ok().and_then(Number::from_f64).unwrap_or_else(|| Number::from(units.0 / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_no_noise() {
        for (units, text) in [(Milliunits(130), "0.13"), (Milliunits(4_110_600), "4110.6"), (Milliunits(1_000), "1")] {
            assert_eq!(serde_json::to_string(&number(units)).unwrap(), text);
        }
    }
}
