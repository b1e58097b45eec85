//! The seeded benchmark: whole bodies with planted defects and their clean twins, against real programs. `TENKEN_BENCHMARK=50` runs all of it and
//! writes `docs/quality.md` (`benches/seeded_defects.sh`); a usual run takes two bodies. What it plants stands in `benchmark/defects.yml`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

#[path = "benchmark/body.rs"]
mod body;
#[path = "benchmark/confirm.rs"]
mod confirm;
#[path = "../examples/support/dns.rs"]
mod dns;
#[path = "benchmark/plant.rs"]
mod plant;
#[allow(dead_code, unreachable_pub)] // The matrix of TLS programs needs more of it.
#[path = "real_tls/programs.rs"]
mod programs;
#[path = "bodies/random.rs"]
mod random;
#[path = "benchmark/score.rs"]
mod score;
#[path = "benchmark/served.rs"]
mod served;
#[path = "benchmark/table.rs"]
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Mutex;

use plant::{BODIES, Defect, PLANTED, Planted};
use score::{Bench, Fate, Finding};
use table::Row;

/// Programs that the benchmark cannot do without.
fn are_there() -> bool {
    let wanted = [
        ("nginx", "-v"),
        ("openssl", "version"),
        ("visudo", "-V"),
        ("/usr/sbin/sshd", "-V"),
        ("logrotate", "--version"),
        ("apache2", "-v"),
    ];
    let there = |program: &str, flag: &str| {
        Command::new(program).arg(flag).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").output().is_ok()
    };
    let missing: Vec<&str> =
        wanted.into_iter().filter(|(program, flag)| !there(program, flag)).map(|(program, _)| program).collect();
    assert!(missing.is_empty() || std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set without {missing:?}");
    if !missing.is_empty() {
        eprintln!("{missing:?} are not there: nothing was planted");
    }
    missing.is_empty()
}

/// How many bodies this run takes.
fn bodies() -> usize {
    std::env::var("TENKEN_BENCHMARK").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

#[test]
fn the_list_is_dealt_whole() {
    let all = Defect::all();
    let ids: BTreeSet<&str> = all.iter().map(|defect| defect.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "an id stands twice");
    let bodies = plant::deal();
    assert_eq!(bodies.len(), BODIES);
    assert_eq!(bodies.iter().map(|body| body.defects.len()).sum::<usize>(), PLANTED);
    let planted: BTreeSet<&str> =
        bodies.iter().flat_map(|body| &body.defects).map(|defect| defect.id.as_str()).collect();
    assert_eq!(planted, ids, "every sort is planted");
    let beyond = bodies.iter().flat_map(|body| &body.defects).filter(|defect| defect.rule == "none").count();
    assert!(beyond >= 15, "{beyond} defects that no rule claims");
    for clause in ["P1-1", "P1-2", "P1-3", "P1-4", "P1-5", "P1-6", "P1-7", "P2-1", "P2-2", "P2-3", "P2-4"] {
        assert!(all.iter().any(|defect| defect.clause == clause), "nothing breaks {clause}");
    }
}

#[test]
fn real_programs_take_every_artefact() {
    if !are_there() {
        return;
    }
    let mut refused = Vec::new();
    for planted in plant::deal().iter().take(bodies()) {
        for (name, body) in [("clean", &planted.clean), ("planted", &planted.body)] {
            let bench = Bench::new(&format!("confirm-{}-{name}", body.seed));
            let (folder, run) = (bench.path("body"), bench.path("run"));
            bench.write(body, &folder);
            let (_, host) = served::laid_out(body, &folder, &run);
            served::certificates(body, &host, &run.join("ssl"));
            refused.extend(confirm::refused(body, &folder, &run));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// Why a defect was not found, as it was looked into after a scored run; the list of defects itself is not changed by that.
fn reasons() -> BTreeMap<String, String> {
    serde_saphyr::from_str(include_str!("benchmark/reasons.yml")).unwrap()
}

/// The sorts that `TENKEN_SORTS` names, each alone in a body of its own, for whoever looks into a miss.
fn chosen_alone() -> Vec<Planted> {
    let wanted = std::env::var("TENKEN_SORTS").unwrap_or_default();
    let wanted: BTreeSet<&str> = wanted.split(',').collect();
    let chosen = Defect::all().into_iter().filter(|defect| wanted.contains(defect.id.as_str()));
    (1..)
        .step_by(2)
        .zip(chosen)
        .map(|(seed, defect)| {
            let mut planted = Planted::alone(seed);
            planted.plant(&defect).unwrap();
            planted
        })
        .collect()
}

/// Bodies that are judged side by side.
const SIDE_BY_SIDE: usize = 2;

#[test]
fn planted_defects_are_found_and_clean_twins_stay_clean() {
    if !are_there() {
        return;
    }
    let alone: Vec<Planted> = chosen_alone();
    let count = if alone.is_empty() { bodies() } else { alone.len() };
    let whole = if alone.is_empty() { plant::deal() } else { alone };
    let is_whole = whole.len() == BODIES && count == BODIES && std::env::var_os("TENKEN_BODY").is_none();
    let only: Option<u64> = std::env::var("TENKEN_BODY").ok().and_then(|text| text.parse().ok());
    let work = whole.into_iter().take(count).filter(|planted| only.is_none_or(|only| planted.clean.seed == only));
    let work = Mutex::new(work);
    let (rows, alarms) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let next = work.lock().unwrap().next();
                    let Some(planted) = next else { return };
                    let seed = planted.clean.seed;
                    let found = Bench::new(&format!("clean-{seed}")).findings(&planted, &planted.clean, false);
                    alarms.lock().unwrap().extend(false_alarms(seed, &found));
                    let found = Bench::new(&format!("planted-{seed}")).findings(&planted, &planted.body, true);
                    for defect in &planted.defects {
                        let by = defect.found_by_another(&planted, &found);
                        let fate = match (defect.fate(&planted, &found), by) {
                            (Fate::Found, _) => Fate::Found,
                            (_, Some(_)) => Fate::ByAnother,
                            (fate, None) => fate,
                        };
                        let by = by.filter(|_| fate == Fate::ByAnother);
                        if fate != Fate::Found {
                            report(seed, defect, fate, &found);
                        }
                        rows.lock().unwrap().push(Row { seed, defect: defect.clone(), fate, by });
                    }
                }
            });
        }
    });
    let (mut rows, mut alarms) = (rows.into_inner().unwrap(), alarms.into_inner().unwrap());
    rows.sort_by(|left, right| (left.seed, &left.defect.id).cmp(&(right.seed, &right.defect.id)));
    alarms.sort();
    let section = table::section(&rows, count, &alarms, &reasons());
    if is_whole {
        table::write(&section);
    }
    eprintln!("{section}");
    assert!(alarms.is_empty(), "{alarms:#?}");
    let percent = table::found_percent(&rows);
    assert!(percent >= if is_whole { 98.0 } else { 90.0 }, "{percent:.1} % found");
}

/// What the run said where a defect was not found, for whoever looks into it.
fn report(seed: u64, defect: &Defect, fate: Fate, found: &[Finding]) {
    eprintln!("body {seed}: {} ({}): {fate:?}", defect.id, defect.rule);
    for finding in found.iter().filter(|finding| finding.check == defect.rule) {
        eprintln!("    {}: {}", finding.outcome, finding.text.chars().take(600).collect::<String>());
    }
}

/// Fails of a clean twin: there is nothing to be found.
fn false_alarms(seed: u64, findings: &[Finding]) -> Vec<String> {
    let fails = findings.iter().filter(|finding| finding.outcome == "fail");
    fails.map(|finding| format!("body {seed}: {}: {}", finding.check, finding.text)).collect()
}
