//! Properties of TRM-1 on random outcomes of random small packs: T1, T2, T4, T5 (evidence) and T6.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tenken::assess::{Counted, Inputs, Tallies, assess};
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
        raised_when: Vec::new(),
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
            originals: Vec::new(),
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
            raised: None,
            strength: Strength::Measured,
            location: Location::default(),
            related: Vec::new(),
            not_enumerated: false,
        }
    });
    let now = Time::parse("2026-04-01").unwrap();
    let inputs = Inputs {
        declaration: &declaration,
        checks: checks.into(),
        findings: findings.collect(),
        evidence: &Evidence::default(),
        collected_at: now,
        now,
        pack_hash: String::new(),
        gate: GateOptions::default(),
        past: None,
        full: true,
        inputs: BTreeMap::new(),
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

/// Outcome numbers as the random vectors below draw them.
const OUTCOMES: [Outcome; 5] =
    [Outcome::Pass, Outcome::Fail, Outcome::Unknown, Outcome::NotApplicable, Outcome::NotChecked];

fn counted(check: &str, rating: RiskRating, outcome: Outcome, accepted: bool) -> Counted<'_> {
    Counted {
        check,
        outcome,
        rating,
        strength: Strength::Measured,
        not_enumerated: false,
        stays_open: false,
        accepted: accepted && outcome == Outcome::Fail,
    }
}

type Rated<'a> = (&'a str, RiskRating, Option<&'a str>);

fn interval(checks: &[Rated<'_>], vector: &[(usize, Outcome)], accepted: bool) -> (u64, u64) {
    let mut tallies = Tallies::new(checks.iter().copied());
    for (at, outcome) in vector {
        tallies.add(counted(checks[*at].0, checks[*at].1, *outcome, accepted));
    }
    let total = tallies.total();
    (total.low.0, total.high.0)
}

/// T1 to T5 for one vector with one place moved.
fn hold(checks: &[Rated<'_>], vector: &mut Vec<(usize, Outcome)>, at: usize) {
    let was = vector[at].1;
    let now = interval(checks, vector, false);
    let mut moved = |outcome| {
        vector[at].1 = outcome;
        interval(checks, vector, false)
    };
    let (pass, fail, unknown) = (moved(Outcome::Pass), moved(Outcome::Fail), moved(Outcome::Unknown));
    vector[at].1 = was;
    assert!(now.0 <= now.1);
    assert!(fail.0 >= pass.0 && fail.1 >= pass.1, "T1 {vector:?} {at}");
    assert!(unknown.1 == fail.1 && unknown.0 == pass.0, "T2 {vector:?} {at}");
    assert_eq!(interval(checks, vector, true), now, "T3 {vector:?}");
    let mut more = vector.clone();
    more.push((at % checks.len(), Outcome::NotApplicable));
    more.push((at % checks.len(), Outcome::Pass));
    assert_eq!(interval(checks, &more, false), now, "T4 {vector:?}");
    assert!(unknown.1 >= now.1, "T5 {vector:?} {at}");
}

#[test]
fn t1_to_t5_hold_for_every_vector_of_a_small_pack() {
    let checks = [
        ("a", RiskRating::new(5, 4), Some("g")),
        ("b", RiskRating::new(2, 3), Some("g")),
        ("c", RiskRating::new(3, 3), None),
    ];
    let places = 6;
    for number in 0..5_usize.pow(places) {
        let digit = |place: u32| number / 5_usize.pow(place) % 5;
        let mut vector: Vec<(usize, Outcome)> =
            (0..places).map(|place| (place as usize % 3, OUTCOMES[digit(place)])).collect();
        for at in 0..vector.len() {
            hold(&checks, &mut vector, at);
        }
    }
}

/// `TENKEN_VECTORS=10000000 cargo test --release --test risk` draws ten million.
#[test]
fn t1_to_t5_hold_for_random_vectors_of_the_whole_pack() {
    let pack = tenken::load::bundled_checks().unwrap();
    let checks: Vec<Rated<'_>> = pack
        .iter()
        .filter(|check| !check.is_second_pass())
        .map(|check| (check.id.as_str(), check.worst_rating(), check.group.as_deref()))
        .collect();
    let wanted: u64 = std::env::var("TENKEN_VECTORS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let checks = &checks;
            scope.spawn(move || {
                // A generator of full period is random enough here, and the same on every machine (Marsaglia, 2003).
                let mut state = 0x9e37_79b9_7f4a_7c15 ^ (thread + 1);
                let mut draw = move |below: usize| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    (state % below as u64) as usize
                };
                for _ in 0..wanted.div_ceil(threads) {
                    let mut vector: Vec<(usize, Outcome)> =
                        (0..checks.len()).map(|at| (at, OUTCOMES[draw(5)])).collect();
                    for _ in 0..draw(20) {
                        vector.push((draw(checks.len()), OUTCOMES[draw(5)]));
                    }
                    let at = draw(vector.len());
                    hold(checks, &mut vector, at);
                }
            });
        }
    });
}

proptest! {
    #[test]
    fn t8_mending_the_first_of_the_list_lowers_the_upper_bound_most(pack in pack()) {
        let assessment = judged(&pack, Vec::new());
        let fall = |number: usize| bounds(&pack).1.0 - bounds(&with(&pack, number, Outcome::Pass)).1.0;
        let failing: Vec<usize> = (0..pack.outcomes.len()).filter(|at| pack.outcomes[*at].1 == Outcome::Fail).collect();
        let most = failing.iter().map(|at| fall(*at)).max();
        let first = assessment.failing().first().map(|found| {
            let name = found.finding.subject.name().trim_start_matches('h').parse().unwrap();
            (fall(name), found.marginal.0)
        });
        prop_assert_eq!(first, most.map(|most| (most, most)));
    }

    #[test]
    fn what_is_expected_lies_within_the_interval(pack in pack(), runs in 0_u64..9, fails in 0_u64..9) {
        let checks: Vec<(String, RiskRating)> = pack.checks.iter().enumerate()
            .map(|(number, (impact, likelihood, _))| (format!("a-{number}"), RiskRating::new(*impact, *likelihood))).collect();
        let mut tallies = Tallies::new(checks.iter().map(|(id, rating)| (id.as_str(), *rating, None)));
        for (at, outcome) in &pack.outcomes {
            tallies.add(counted(&checks[*at].0, checks[*at].1, *outcome, false));
        }
        let records = BTreeMap::from([("a-0".to_owned(), (runs, fails))]);
        let (total, expected) = (tallies.total(), tallies.expected(&records));
        prop_assert!(total.low <= expected && expected <= total.high);
    }
}
