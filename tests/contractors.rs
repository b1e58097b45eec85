//! The register joined to the evidence, measured: seeded bodies with planted defects and their clean twins, and the cost of
//! joining. Small by default; `TENKEN_BODIES`, `TENKEN_FLEET` and `TENKEN_SCALE` make the runs of docs/quality.md.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // A test that cannot go on is a test that fails.

#[path = "bodies/mod.rs"]
mod bodies;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use bodies::{Body, DEFECTS, Random, joined};
use tenken::join;
use tenken::model::{Census, Evidence, Location, Observation, Outcome, Subject, SubjectKind, Time, Value};
use tenken::pipeline::{JudgeOptions, judge};

fn size(name: &str, small: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(small)
}

/// Checks of this test: those that a register decides together with evidence.
fn options() -> JudgeOptions {
    let only = ["acc-*", "ctr-*", "log-forward-registered", "mail-forward-internal", "pol-form-unused"]
        .map(str::to_owned)
        .to_vec();
    JudgeOptions { only, ..JudgeOptions::default() }
}

/// Fails of a body: (check, subject).
fn fails(body: &Body) -> BTreeSet<(String, String)> {
    let folder = tempfile();
    let (loaded, evidence) = body.collected(&folder);
    let file = joined(&loaded, evidence);
    let assessment = judge(&file, &options()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let failing = assessment.findings.iter().filter(|found| found.finding.outcome == Outcome::Fail);
    failing.map(|found| (found.finding.check.clone(), found.finding.subject.to_string())).collect()
}

fn tempfile() -> std::path::PathBuf {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("tenken-bodies-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Defects a body.
const PLANTED: usize = 6;

#[test]
fn planted_defects_are_found_and_clean_twins_stay_clean() {
    let count = size("TENKEN_BODIES", 9);
    let (mut planted, mut found, mut false_alarms) = (0, 0, 0);
    let mut missed = BTreeMap::new();
    let mut left: Vec<usize> = Vec::new();
    for seed in 0..count {
        let seed = u64::try_from(seed).unwrap();
        let clean = Body::new(seed);
        let alarms = fails(&clean);
        false_alarms += alarms.len();
        assert!(alarms.is_empty(), "seed {seed}: {alarms:#?}");
        let mut random = Random::new(seed ^ 0x5EED);
        let mut body = clean.clone();
        let mut wanted = Vec::new();
        let mut tried = BTreeSet::new();
        while wanted.len() < PLANTED {
            // Every sort comes up before one comes twice.
            if left.is_empty() {
                left = (0..DEFECTS.len()).collect();
            }
            let mut at = random.below(left.len());
            while !tried.insert(left[at]) {
                at = (at + 1) % left.len();
                if left.iter().all(|index| tried.contains(index)) {
                    left = (0..DEFECTS.len()).filter(|index| !tried.contains(index)).collect();
                    at = random.below(left.len());
                }
            }
            let defect = &DEFECTS[left.swap_remove(at)];
            if let Some((check, subject)) = (defect.plant)(&mut body, &mut random) {
                wanted.push((defect.name, check, subject));
            }
        }
        let fails = fails(&body);
        for (name, check, subject) in wanted {
            planted += 1;
            if fails.iter().any(|(failing, of)| failing == check && of.ends_with(subject.as_str())) {
                found += 1;
            } else {
                missed.insert(format!("seed {seed}: {name}"), format!("{check} {subject}"));
            }
        }
    }
    println!("{count} bodies, {planted} defects planted, {found} found, {false_alarms} false alarms on the twins");
    assert!(found * 100 >= planted * 98, "{missed:#?}");
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_sort_of_defect_is_found_by_itself() {
    let mut missed = Vec::new();
    for defect in DEFECTS {
        let mut body = Body::new(7);
        let (check, subject) = (defect.plant)(&mut body, &mut Random::new(1)).unwrap();
        let fails = fails(&body);
        if !fails.iter().any(|(failing, of)| failing == check && of.ends_with(subject.as_str())) {
            missed.push(format!("{}: {check} {subject}", defect.name));
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

/// Bodies whose evidence is in memory at a time.
const BATCH: usize = 50;

#[test]
fn a_fleet_is_joined_and_judged_from_recorded_evidence() {
    let count = size("TENKEN_FLEET", 6);
    let all = JudgeOptions::default();
    let mut took = std::time::Duration::ZERO;
    for first in (0..count).step_by(BATCH) {
        let mut recorded = Vec::new();
        for seed in first..count.min(first + BATCH) {
            let folder = tempfile();
            let mut body = Body::new(u64::try_from(seed).unwrap());
            if seed % 2 == 1 {
                let _ = (DEFECTS[seed % DEFECTS.len()].plant)(&mut body, &mut Random::new(1));
            }
            recorded.push(body.collected(&folder));
            std::fs::remove_dir_all(&folder).unwrap();
        }
        let start = Instant::now();
        let work = std::sync::Mutex::new(recorded.into_iter());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let next = work.lock().unwrap().next();
                        let Some((loaded, evidence)) = next else { break };
                        judge(&joined(&loaded, evidence), &all).unwrap();
                    }
                });
            }
        });
        took += start.elapsed();
    }
    println!("{count} bodies joined and judged on two threads in {:.2} s", took.as_secs_f64());
}

/// A register of some contractors, with ten accounts each on the host, as observations.
fn large(contractors: usize) -> Evidence {
    let mut evidence = Evidence::default();
    let day = Time::parse("2029-03-31").unwrap();
    let mut add = |kind: &str, subject: SubjectKind, name: String, fields: Vec<(&str, Value)>| {
        let mut one = Observation::new(kind, Subject::new(subject, name), Location::default(), "made");
        for (field, value) in fields {
            one.set(field, value);
        }
        evidence.observations.push(one);
    };
    let text = |text: String| Value::Text(text);
    for index in 0..contractors {
        let id = format!("c{index}");
        let base = || {
            vec![
                ("contractor", text(id.clone())),
                ("contractor_status", text("active".to_owned())),
                ("contract_to", Value::Time(day)),
            ]
        };
        let mut entry = base();
        entry.extend([("status", text("active".to_owned())), ("prime", text("none".to_owned()))]);
        add("contractor", SubjectKind::Contractor, id.clone(), entry);
        let host = format!("h{index}.example.net");
        let mut service = base();
        service.push(("hosts", Value::texts([host.clone()])));
        service.push(("host_patterns", Value::texts([format!("*.p{index}.example.net")])));
        add("register-service", SubjectKind::Service, format!("s{index}"), service);
        add(
            "http-load",
            SubjectKind::Host,
            host.clone(),
            vec![("host", text(host.clone())), ("same_site", Value::Bool(false)), ("kinds", Value::texts(["script"]))],
        );
        add(
            "dns-operator",
            SubjectKind::Host,
            format!("x.p{index}.example.net#alias"),
            vec![("host", text(format!("x.p{index}.example.net"))), ("role", text("alias".to_owned()))],
        );
        for number in 0..10 {
            let user = format!("u{index}x{number}");
            let mut account = base();
            account.extend([("system", text("os".to_owned())), ("user", text(user.clone()))]);
            add("register-account", SubjectKind::Account, format!("os/{user}#{id}"), account);
            let fields = vec![("user", text(user.clone())), ("usable", Value::Bool(true)), ("keys", Value::Integer(1))];
            add("account", SubjectKind::Account, format!("www/{user}"), fields);
            let fingerprint = format!("SHA256:{index}x{number}");
            let fields = vec![("user", text(user.clone())), ("fingerprint", text(fingerprint.clone()))];
            add("ssh-key", SubjectKind::Key, format!("{fingerprint}#{user}"), fields);
            let mut key = base();
            key.push(("fingerprint", text(fingerprint.clone())));
            add("register-key", SubjectKind::Key, format!("{fingerprint}#{id}"), key);
        }
    }
    let kinds: BTreeSet<String> = evidence.observations.iter().map(|seen| seen.kind.clone()).collect();
    for kind in kinds.iter().map(String::as_str).chain(["person-account", "person-key", "sudo-rule", "cms-account"]) {
        let count = evidence.of_kind(kind).count();
        evidence.census.push(Census::complete(kind, "made", count));
    }
    evidence
}

#[test]
fn the_cost_of_joining_grows_with_the_register_and_not_with_its_square() {
    let most = size("TENKEN_SCALE", 200);
    let mut last = None;
    for contractors in [most / 4, most / 2, most] {
        let mut evidence = large(contractors);
        let start = Instant::now();
        let mut slowest = ("", 0.0);
        for one in join::JOINS {
            let begin = Instant::now();
            let derived = (one.join)(&evidence);
            let took = begin.elapsed().as_secs_f64();
            if took > slowest.1 {
                slowest = (one.name, took);
            }
            evidence.extend(derived);
        }
        let seconds = start.elapsed().as_secs_f64();
        let owners = evidence.of_kind("account-owner").filter(|seen| seen.flag("registered") == Some(true)).count();
        assert_eq!(owners, contractors * 10);
        let ratio = last.map_or(0.0, |last: f64| seconds / last);
        println!(
            "{contractors} contractors, {} accounts: joined in {seconds:.3} s, {ratio:.2} times the half; the slowest join is {} ({:.3} s)",
            contractors * 10,
            slowest.0,
            slowest.1
        );
        last = Some(seconds);
    }
}
