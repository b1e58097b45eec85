//! T7: total and clauses of random runs of the whole pack, against the reference model in another language.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tenken::assess::{Counted, Tallies};
use tenken::model::{Outcome, Residual, Strength};

const MODELS: usize = 500;

const OUTCOMES: [Outcome; 5] =
    [Outcome::Pass, Outcome::Fail, Outcome::Unknown, Outcome::NotApplicable, Outcome::NotChecked];

const STRENGTHS: [Strength; 3] = [Strength::Measured, Strength::Joined, Strength::Attested];

fn python() -> Option<Command> {
    let there = Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !there {
        assert!(std::env::var_os("TENKEN_REAL").is_none(), "python3 is missing");
        // Said loudly: a comparison that did not happen proves nothing.
        let _ = writeln!(std::io::stderr(), "SKIPPED: python3 is missing, TRM-1 was not compared with its reference");
    }
    there.then(|| Command::new("python3"))
}

fn thousandths(residual: Residual) -> Value {
    json!([residual.low.0, residual.high.0, residual.accepted.0])
}

#[test]
fn total_and_clauses_agree_with_the_reference_model() {
    let Some(mut python) = python() else { return };
    let pack = tenken::load::bundled_checks().unwrap();
    let pack: Vec<_> = pack.iter().filter(|check| !check.is_second_pass()).collect();
    let policy = tenken::load::policy_named("four-principles").unwrap();
    let finding = (
        (0..pack.len(), 0..OUTCOMES.len(), 0..STRENGTHS.len(), 0_u8..3),
        (prop::bool::weighted(0.1), prop::bool::weighted(0.1), any::<bool>()),
    );
    let findings = proptest::collection::vec(finding, 0..300);
    let mut runner = TestRunner::deterministic();
    let (mut questions, mut ours) = (String::new(), Vec::new());
    let checks: serde_json::Map<_, _> = pack
        .iter()
        .map(|check| {
            (check.id.clone(), json!([check.worst_rating().impact, check.worst_rating().likelihood, check.group]))
        })
        .collect();
    let clauses: serde_json::Map<_, _> =
        policy.clauses.iter().map(|clause| (clause.id.clone(), json!(clause.checks))).collect();
    for _ in 0..MODELS {
        let rated = pack.iter().map(|check| (check.id.as_str(), check.worst_rating(), check.group.as_deref()));
        let mut tallies = Tallies::new(rated);
        let mut rows = Vec::new();
        for ((at, outcome, strength, eased), (not_enumerated, stays_open, accepted)) in
            findings.new_tree(&mut runner).unwrap().current()
        {
            let check = pack[at];
            let rating = check.rating().moved(0, -i8::from(eased == 0));
            let counted = Counted {
                check: &check.id,
                outcome: OUTCOMES[outcome],
                rating,
                strength: STRENGTHS[strength],
                not_enumerated,
                stays_open: stays_open && !matches!(OUTCOMES[outcome], Outcome::Fail | Outcome::Pass),
                accepted,
            };
            rows.push(json!([
                counted.check,
                counted.outcome.word(),
                rating.impact,
                rating.likelihood,
                counted.strength.word(),
                counted.not_enumerated,
                counted.stays_open,
                counted.accepted,
            ]));
            tallies.add(counted);
        }
        questions += &(json!({ "checks": checks, "clauses": clauses, "findings": rows }).to_string() + "\n");
        let by_clause: serde_json::Map<_, _> = policy
            .clauses
            .iter()
            .map(|clause| {
                let residual = tallies.residual(|id| clause.checks.iter().any(|check| check == id));
                (clause.id.clone(), thousandths(residual))
            })
            .collect();
        ours.push(json!({ "total": thousandths(tallies.total()), "clauses": by_clause }));
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference_risk.py");
    let mut child = python.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let theirs: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(theirs.len(), MODELS);
    for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert_eq!(ours, theirs, "model {number}");
    }
}
