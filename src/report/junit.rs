//! JUnit XML in the dialect that Jenkins and GitLab read: a suite a theme, a case a check and subject. What fails is a
//! failure, what could not be told an error, what is accepted, does not apply or was not asked for is skipped.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::escape::terminal;
use super::{RenderOptions, words};
use crate::model::{AssessedFinding, Assessment, Language, Outcome};

/// Renders.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let mut report = Report::new(format!("tenken {} {}", assessment.method, assessment.pack_hash));
    let mut themes: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for found in &assessment.findings {
        let check = found.finding.check.as_str();
        let theme = check.split('-').next().unwrap_or(check);
        themes.entry(theme).or_insert_with(|| TestSuite::new(theme)).add_test_case(case(
            found,
            theme,
            options.language,
        ));
    }
    report.add_test_suites(themes.into_values());
    report.to_string().unwrap_or_default()
}

fn case(found: &AssessedFinding, theme: &str, language: Language) -> TestCase {
    let finding = &found.finding;
    let said = || match &finding.reason {
        Some(reason) => terminal(reason.text(language)),
        None => {
            let leaves = finding.leaves.iter().map(|leaf| {
                format!("{}: {}; {}", leaf.field, words::expected_of(leaf, language), words::actual(leaf, language))
            });
            leaves.collect::<Vec<_>>().join("\n")
        }
    };
    let mut status = match finding.outcome {
        // A waived fail closes no gate; it is skipped, with its reason, and never a success.
        Outcome::Fail if found.waiver.is_none() => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Pass => TestCaseStatus::success(),
        Outcome::Fail | Outcome::NotApplicable | Outcome::NotChecked => TestCaseStatus::skipped(),
    };
    if finding.outcome != Outcome::Pass {
        status.set_message(terminal(found.title.text(language)));
        status.set_description(found.waiver.as_ref().map_or_else(said, |waiver| terminal(&waiver.reason)));
    }
    let mut case = TestCase::new(format!("{} {}", finding.check, terminal(&finding.subject.to_string())), status);
    case.set_classname(format!("tenken.{theme}.{}", finding.check));
    let properties = [("clauses", found.clauses.join(" ")), ("fingerprint", found.fingerprint.clone())];
    case.add_properties(properties.map(|(name, value)| Property::new(name, value)));
    case
}
