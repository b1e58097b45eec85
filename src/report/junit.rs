//! JUnit XML in the dialect that Jenkins and GitLab read: a suite a clause, a case a finding; what was not told is skipped.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{RenderOptions, words};
use crate::model::{AssessedFinding, Assessment, Outcome};

/// Renders.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let mut report = Report::new(format!("tenken {} {}", assessment.method, assessment.pack_hash));
    for clause in &assessment.clauses {
        let mut suite = TestSuite::new(format!("{} {}", clause.id, clause.title.text(options.language)));
        for found in assessment.findings.iter().filter(|found| found.clauses.contains(&clause.id)) {
            suite.add_test_case(case(found, &clause.id, options));
        }
        report.add_test_suite(suite);
    }
    report.to_string().unwrap_or_default()
}

fn case(found: &AssessedFinding, clause: &str, options: &RenderOptions) -> TestCase {
    let language = options.language;
    let finding = &found.finding;
    let said = || match &finding.reason {
        Some(reason) => reason.text(language).to_owned(),
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
        Outcome::Pass => TestCaseStatus::success(),
        _ => TestCaseStatus::skipped(),
    };
    let waived = found.waiver.as_ref().map(|waiver| waiver.reason.clone());
    if finding.outcome != Outcome::Pass {
        status.set_message(found.title.text(language).to_owned());
        status.set_description(waived.unwrap_or_else(said));
    }
    let mut case = TestCase::new(format!("{} {}", finding.check, finding.subject), status);
    case.set_classname(format!("tenken.{clause}.{}", finding.check));
    case
}
