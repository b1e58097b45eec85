//! Assessments made of a seed: the whole pack, with subjects, values, reasons, waivers and runs of the past that are
//! partly hostile.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;

use tenken::assess::{Inputs, assess, fingerprint};
use tenken::model::{
    Action, Assessment, Bilingual, Census, Check, Declaration, Evidence, Finding, Gap, GateOptions, LeafResult,
    Location, Milliunits, Outcome, Past, PastRun, RiskRating, Site, Strength, Subject, SubjectKind, Time, Track, Value,
    Waiver,
};

/// Names and values of the outside: plain, long, and made to break a reader.
const TEXTS: [&str; 12] = [
    "www.example.jp",
    "例示労働委員会",
    "</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "=cmd|'/c calc'!A0",
    "\u{202e}gnp.exe\u{2066}",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "a\r\nb\u{2028}c\u{0}d",
    "]]> <!-- --> {{0}} %0A ::error::x",
    "| [x](javascript:alert(1)) `*_",
    "'; DROP TABLE runs; --",
    "𠮷\u{e0100}👩‍👩‍👧‍👦",
];

const KINDS: [SubjectKind; 6] = [
    SubjectKind::Host,
    SubjectKind::Page,
    SubjectKind::File,
    SubjectKind::Contractor,
    SubjectKind::Account,
    SubjectKind::Record,
];

const OUTCOMES: [Outcome; 5] =
    [Outcome::Pass, Outcome::Fail, Outcome::Unknown, Outcome::NotApplicable, Outcome::NotChecked];

/// A small generator (SplitMix64): the same seed gives the same world on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn text(&mut self, hostile: bool) -> String {
        match (hostile, self.below(200)) {
            (true, 0) => "長x".repeat(250_000),
            (true, _) => self.one(&TEXTS).to_owned(),
            (false, roll) => format!("host-{roll}.example.jp"),
        }
    }

    fn value(&mut self, hostile: bool) -> Value {
        match self.below(5) {
            0 => Value::Bool(self.below(2) == 0),
            1 => Value::Integer(i64::try_from(self.below(1_000_000)).unwrap() - 500_000),
            2 => Value::Time(Time::from_unix_seconds(i64::try_from(self.below(4_000_000_000)).unwrap())),
            3 => Value::List((0..self.below(9)).map(|_| Value::Text(self.text(hostile))).collect()),
            _ => Value::Text(self.text(hostile)),
        }
    }
}

/// A world of about so many findings.
pub(crate) fn assessment(seed: u64, findings: usize, hostile: bool) -> Assessment {
    let mut dice = Dice(seed);
    let checks = tenken::load::bundled_checks().unwrap();
    let policy =
        tenken::load::policy_named(if seed % 4 < 2 { "tokyo-labor-commission" } else { "four-principles" }).unwrap();
    let now = Time::parse("2026-11-24T09:00:00Z").unwrap();
    let first: Vec<&Check> = checks.iter().filter(|check| !check.is_second_pass()).collect();
    let found: Vec<Finding> = (0..findings).map(|number| finding(&mut dice, &first, number, hostile)).collect();
    let failing = || found.iter().filter(|finding| finding.outcome == Outcome::Fail);
    let waivers = failing().step_by(5).take(20).map(|finding| Waiver {
        check: finding.check.clone(),
        subject: finding.subject.to_string(),
        reason: TEXTS[seed as usize % TEXTS.len()].to_owned(),
        owner: "web-section".to_owned(),
        approver: "head-of-office".to_owned(),
        approved_on: now.plus_days(-1),
        expires: now.plus_days(i64::try_from(seed % 20).unwrap()),
        compensating: None,
        findings: None,
        line: 1,
    });
    let actions = failing().step_by(3).take(20).map(|finding| Action {
        fingerprint: fingerprint(&finding.check, &finding.subject.to_string()),
        owner: TEXTS[(seed as usize + 3) % TEXTS.len()].to_owned(),
        due: Some(now.plus_days(30)),
    });
    let declaration = Declaration {
        site: Site { name: dice.text(hostile), ..Site::default() },
        policy,
        parameters: BTreeMap::new(),
        register: None,
        people: None,
        records: None,
        attestations: Vec::new(),
        waivers: waivers.collect(),
        actions: actions.collect(),
    };
    let past = (!seed.is_multiple_of(3)).then(|| past(&mut dice, &found, now));
    let evidence = Evidence {
        census: vec![Census::complete("web-server", dice.text(hostile), 1)],
        gaps: (0..dice.below(4))
            .map(|_| Gap {
                collector: "http".to_owned(),
                kinds: vec!["http-response".to_owned()],
                subject: dice.text(hostile),
                reason: dice.text(hostile),
            })
            .collect(),
        excerpts: BTreeMap::from([(
            "nginx.conf".to_owned(),
            (1..=30).map(|line| (line, format!("    add_header X-{line} {:?};", dice.text(hostile)))).collect(),
        )]),
        ..Evidence::default()
    };
    let inputs = Inputs {
        declaration: &declaration,
        checks: checks.clone().into(),
        findings: found,
        evidence: &evidence,
        collected_at: now.plus_days(-1),
        now,
        pack_hash: "0".repeat(64),
        gate: GateOptions::default(),
        past: past.as_ref(),
        full: true,
        inputs: BTreeMap::from([("policy".to_owned(), "1".repeat(64))]),
    };
    assess(inputs, |_: &Evidence| Vec::new())
}

fn finding(dice: &mut Dice, checks: &[&Check], number: usize, hostile: bool) -> Finding {
    let check = checks[dice.below(checks.len())];
    let outcome = dice.one(&OUTCOMES);
    let reason = matches!(outcome, Outcome::Unknown | Outcome::NotChecked).then(|| same(dice.text(hostile)));
    let leaves = (0..dice.below(4)).map(|_| LeafResult {
        field: "hsts.max_age_seconds".to_owned(),
        matcher: dice.one(&["equals", "at_least", "only", "is_empty", "not one_of"]).to_owned(),
        expected: Some(dice.value(hostile)),
        actual: Some(dice.value(hostile)),
        holds: Some(false),
        reason: None,
    });
    let leaves = leaves.collect();
    let location = match dice.below(3) {
        0 => Location::file("nginx.conf", u32::try_from(1 + dice.below(40)).unwrap(), 5),
        // A URL is ASCII by the time that a collector sees it (WHATWG URL, section 4.5).
        1 => Location::url(format!(
            "https://www.example.jp/{}",
            dice.text(hostile).replace(|one: char| !one.is_ascii(), "-")
        )),
        _ => Location::host(dice.text(hostile)),
    };
    Finding {
        check: check.id.clone(),
        subject: Subject::new(dice.one(&KINDS), format!("{} {number}", dice.text(hostile))),
        outcome,
        reason,
        leaves,
        rating: check.rating(),
        eased: (dice.below(9) == 0).then(|| same(dice.text(hostile))),
        raised: None,
        strength: Strength::Measured,
        location,
        related: Vec::new(),
        not_enumerated: dice.below(20) == 0,
    }
}

fn past(dice: &mut Dice, found: &[Finding], now: Time) -> Past {
    let runs = (1..=1 + dice.below(15)).map(|number| PastRun {
        sequence: u64::try_from(number).unwrap(),
        at: now.plus_days(i64::try_from(number).unwrap() - 30),
        method: "TRM-1".to_owned(),
        pack_hash: "0".repeat(64),
        full: true,
        inputs: BTreeMap::new(),
        low: Milliunits(u64::try_from(dice.below(9_000_000)).unwrap()),
        high: Milliunits(9_000_000 + u64::try_from(dice.below(9_000_000)).unwrap()),
    });
    let runs = runs.collect();
    let tracks = found.iter().step_by(4).map(|finding| {
        let open = dice.below(2) == 0;
        let track = Track {
            check: finding.check.clone(),
            subject: finding.subject.clone(),
            rating: RiskRating::new(3, 3),
            open_since: open.then(|| now.plus_days(-20)),
            fixed_on: (!open).then(|| now.plus_days(-5)),
            mended: Vec::new(),
        };
        (fingerprint(&finding.check, &finding.subject.to_string()), track)
    });
    Past { runs, tracks: tracks.collect(), records: BTreeMap::new(), fault: None }
}

fn same(text: String) -> Bilingual {
    Bilingual::new(text.clone(), text)
}
