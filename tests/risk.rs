//! Properties of TRM-1 on random outcomes of random small packs: T1, T2, T4, T5 (evidence) and T6.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tenken::assess::{Inputs, assess};
use tenken::model::{
    Assessment, Bilingual, Check, Clause, Condition, Declaration, Evidence, Examples, Finding, GateOptions, Leaf,
    Location, Matcher, Milliunits, Operand, Outcome, Policy, Remedy, RiskRating, Site, Strength, Subject, SubjectKind,
    Time, Waiver,
};

#[derive(Debug, Clone)]
struct Pack {
    /// Impact, likelihood, group.
    checks: Vec<(u8, u8, Option<u8>)>,
    /// Check and outcome, one a subject.
    outcomes: Vec<(usize, Outcome)>,
}

fn pack() -> impl Strategy<Value = Pack> {
    let check = (1_u8..=5, 1_u8..=5, proptest::option::of(0_u8..2));
    proptest::collection::vec(check, 1..5).prop_flat_map(|checks| {
        let count = checks.len();
        let outcome =
            prop_oneof![Just(Outcome::Pass), Just(Outcome::Fail), Just(Outcome::Unknown), Just(Outcome::NotApplicable)];
        proptest::collection::vec((0..count, outcome), 1..12)
            .prop_map(move |outcomes| Pack { checks: checks.clone(), outcomes })
    })
}

fn check(number: usize, impact: u8, likelihood: u8, group: Option<u8>) -> Check {
    Check {
        id: format!("a-{number}"),
        title: Bilingual::default(),
        why: Bilingual::default(),
        needs: "a-thing".to_owned(),
        applies_when: Vec::new(),
        pass_when: Condition::Leaf(Leaf {
            field: "x".to_owned(),
            matcher: Matcher::Equals(Operand::Literal(true.into())),
            empty_passes: false,
        }),
        impact,
        likelihood,
        eased_when: Vec::new(),
        group: group.map(|group| format!("g{group}")),
        remedy: Remedy::default(),
        maps: BTreeMap::new(),
        references: Vec::new(),
        examples: Examples::default(),
    }
}

fn judged(pack: &Pack, waivers: Vec<Waiver>) -> Assessment {
    let checks: Vec<Check> = pack
        .checks
        .iter()
        .enumerate()
        .map(|(number, (impact, likelihood, group))| check(number, *impact, *likelihood, *group))
        .collect();
    let clause = Clause {
        id: "P".to_owned(),
        title: Bilingual::default(),
        quote: Bilingual::default(),
        testable: Vec::new(),
        checks: checks.iter().map(|check| check.id.clone()).collect(),
        manual: None,
    };
    let declaration = Declaration {
        site: Site { name: "s".to_owned(), ..Site::default() },
        policy: Policy {
            id: "p".to_owned(),
            title: Bilingual::default(),
            source: Bilingual::default(),
            published_on: None,
            parameters: BTreeMap::new(),
            clauses: vec![clause],
        },
        parameters: BTreeMap::new(),
        register: None,
        people: None,
        records: None,
        attestations: Vec::new(),
        waivers,
        actions: Vec::new(),
    };
    let findings = pack.outcomes.iter().enumerate().map(|(number, (of, outcome))| {
        let (impact, likelihood, _) = pack.checks[*of];
        Finding {
            check: format!("a-{of}"),
            subject: Subject::new(SubjectKind::Host, format!("h{number}")),
            outcome: *outcome,
            reason: None,
            leaves: Vec::new(),
            rating: RiskRating::new(impact, likelihood),
            eased: None,
            strength: Strength::Measured,
            location: Location::default(),
            related: Vec::new(),
            not_enumerated: false,
        }
    });
    let now = Time::parse("2026-04-01").unwrap();
    let inputs = Inputs {
        declaration: &declaration,
        checks: &checks,
        findings: findings.collect(),
        gaps: Vec::new(),
        collected_at: now,
        now,
        pack_hash: String::new(),
        gate: GateOptions::default(),
        past: None,
        full: true,
    };
    assess(inputs, |_: &Evidence| Vec::new())
}

fn bounds(pack: &Pack) -> (Milliunits, Milliunits) {
    let residual = judged(pack, Vec::new()).residual;
    (residual.low, residual.high)
}

fn with(pack: &Pack, at: usize, outcome: Outcome) -> Pack {
    let mut changed = pack.clone();
    changed.outcomes[at].1 = outcome;
    changed
}

proptest! {
    #[test]
    fn t1_a_pass_that_becomes_a_fail_lowers_nothing(pack in pack(), at in any::<prop::sample::Index>()) {
        let at = at.index(pack.outcomes.len());
        let (pass, fail) = (bounds(&with(&pack, at, Outcome::Pass)), bounds(&with(&pack, at, Outcome::Fail)));
        prop_assert!(fail.0 >= pass.0 && fail.1 >= pass.1);
        prop_assert!(pass.0 <= pass.1 && fail.0 <= fail.1);
    }

    #[test]
    fn t2_an_unknown_widens_the_band_to_hold_both(pack in pack(), at in any::<prop::sample::Index>()) {
        let at = at.index(pack.outcomes.len());
        let unknown = bounds(&with(&pack, at, Outcome::Unknown));
        prop_assert_eq!(unknown.1, bounds(&with(&pack, at, Outcome::Fail)).1);
        prop_assert_eq!(unknown.0, bounds(&with(&pack, at, Outcome::Pass)).0);
    }

    #[test]
    fn t3_accepting_moves_neither_bound(pack in pack()) {
        let day = |text| Time::parse(text).unwrap();
        let waivers: Vec<Waiver> = (0..pack.checks.len())
            .map(|number| Waiver {
                check: format!("a-{number}"),
                subject: "host:*".to_owned(),
                reason: "r".to_owned(),
                owner: "a".to_owned(),
                approver: "b".to_owned(),
                approved_on: day("2026-03-20"),
                expires: day("2026-04-10"),
                compensating: None,
                findings: None,
                line: 0,
            })
            .collect();
        let (open, accepted) = (judged(&pack, Vec::new()), judged(&pack, waivers));
        prop_assert_eq!((open.residual.low, open.residual.high), (accepted.residual.low, accepted.residual.high));
        prop_assert_eq!(accepted.residual.accepted, accepted.residual.low);
        prop_assert_eq!(open.clauses[0].verdict, accepted.clauses[0].verdict);
    }

    #[test]
    fn t4_a_passing_or_inapplicable_check_changes_nothing(pack in pack(), rating in (1_u8..=5, 1_u8..=5), passes in any::<bool>()) {
        let mut more = pack.clone();
        more.checks.push((rating.0, rating.1, Some(0)));
        more.outcomes.push((pack.checks.len(), if passes { Outcome::Pass } else { Outcome::NotApplicable }));
        prop_assert_eq!(bounds(&more), bounds(&pack));
    }

    #[test]
    fn t5_evidence_that_is_taken_away_never_lowers_the_upper_bound(pack in pack(), at in any::<prop::sample::Index>()) {
        let at = at.index(pack.outcomes.len());
        prop_assert!(bounds(&with(&pack, at, Outcome::Unknown)).1 >= bounds(&pack).1);
    }

    #[test]
    fn t6_the_order_of_findings_does_not_matter(pack in pack()) {
        let mut reversed = pack.clone();
        reversed.outcomes.reverse();
        prop_assert_eq!(bounds(&reversed), bounds(&pack));
    }
}

#[test]
fn a_failing_and_a_passing_clause_are_told_apart() {
    let pack = Pack { checks: vec![(4, 4, None)], outcomes: vec![(0, Outcome::Fail), (0, Outcome::Pass)] };
    let assessment = judged(&pack, Vec::new());
    assert_eq!(assessment.residual.low, Milliunits(1_000_000));
    assert_eq!(assessment.gate.exit_code, 1);
}
