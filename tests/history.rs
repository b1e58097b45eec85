//! The ledger: nothing committed is lost, nothing changed goes unseen, nothing broken goes unsaid.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;
use tenken::history::{Entry, HistoryError, KeptClause, Run, SqliteStore, Store, past};
use tenken::key::{SigningKey, VerifyingKey, generate_key};
use tenken::model::{KeptOutcome, Milliunits, Outcome, RiskRating, Strength, Subject, SubjectKind, Time};

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run_on(day: i64) -> Run {
    Run {
        site: "Example".to_owned(),
        at: Time::parse("2026-04-01").unwrap().plus_days(day),
        tool: "tenken".to_owned(),
        policy: "p".to_owned(),
        method: "TRM-1".to_owned(),
        pack_hash: "h".to_owned(),
        inputs: BTreeMap::new(),
        full: true,
        verdict: "not-kept".to_owned(),
        exit_code: 1,
        low: Milliunits(1_000),
        high: Milliunits(2_000),
        accepted: Milliunits(0),
        clauses: vec![KeptClause { id: "P1".to_owned(), verdict: "kept".to_owned() }],
        checks: BTreeMap::new(),
        checks_of_the_run: Vec::new(),
    }
}

fn kept(number: usize, outcome: Outcome) -> KeptOutcome {
    KeptOutcome {
        fingerprint: format!("{number:016x}"),
        check: "a-check".to_owned(),
        subject: Subject::new(SubjectKind::Host, format!("h{number}.example.jp")),
        outcome,
        rating: RiskRating::new(3, 3),
        strength: Strength::Measured,
        not_enumerated: false,
        stays_open: false,
        accepted: false,
    }
}

fn append(store: &mut SqliteStore, day: i64, key: Option<&SigningKey>) -> Result<Entry, HistoryError> {
    store.append(&run_on(day), &mut (0..20).map(|number| kept(number, Outcome::Fail)), key)
}

fn ledger(name: &str, runs: i64) -> PathBuf {
    let path = folder(name).join("history.sqlite");
    let mut store = SqliteStore::open(&path).unwrap();
    for day in 0..runs {
        append(&mut store, day, None).unwrap();
    }
    path
}

fn faults(path: &Path) -> Vec<String> {
    SqliteStore::read(path).unwrap().verify(None).unwrap()
}

#[test]
fn what_is_kept_comes_back() {
    let path = folder("round-trip").join("history.sqlite");
    let mut store = SqliteStore::open(&path).unwrap();
    let mut special = kept(1, Outcome::NotApplicable);
    (special.accepted, special.stays_open, special.not_enumerated) = (true, true, true);
    special.strength = Strength::Stale;
    store.append(&run_on(0), &mut [kept(0, Outcome::Pass), special.clone()].into_iter(), None).unwrap();
    let entries = store.entries().unwrap();
    assert_eq!(entries[0].run().unwrap(), run_on(0));
    let mut read = Vec::new();
    store.outcomes(1, &mut |kept| read.push(kept)).unwrap();
    assert_eq!(read, [kept(0, Outcome::Pass), special]);
    assert!(store.verify(None).unwrap().is_empty());
}

#[test]
fn rows_cannot_be_changed_by_accident() {
    let path = ledger("triggers", 2);
    let raw = Connection::open(&path).unwrap();
    for sql in ["DELETE FROM entry", "UPDATE outcome SET outcome = 0", "UPDATE finding SET subject = 'x'"] {
        assert!(raw.execute(sql, []).unwrap_err().to_string().contains("only added to"), "{sql}");
    }
}

#[test]
fn every_change_drop_and_swap_is_found() {
    let tampers = [
        ("body", "UPDATE entry SET body = replace(body, 'not-kept', 'kept') WHERE sequence = 2"),
        ("time", "UPDATE entry SET at = at - 1 WHERE sequence = 2"),
        ("hash", "UPDATE entry SET hash = previous WHERE sequence = 2"),
        ("outcome", "UPDATE outcome SET outcome = 0 WHERE sequence = 2 AND finding = 3"),
        ("rating", "UPDATE outcome SET impact = 1 WHERE sequence = 2 AND finding = 3"),
        ("flag", "UPDATE outcome SET flags = 2 WHERE sequence = 2 AND finding = 3"),
        ("subject", "UPDATE finding SET subject = 'host:other.example.jp' WHERE id = 3"),
        ("lost-outcome", "DELETE FROM outcome WHERE sequence = 2 AND finding = 3"),
        ("first", "DELETE FROM entry WHERE sequence = 1"),
        ("middle", "DELETE FROM entry WHERE sequence = 2"),
        ("last", "DELETE FROM entry WHERE sequence = 3"),
        ("all", "DELETE FROM entry"),
        (
            "swapped",
            "UPDATE entry SET sequence = 9 WHERE sequence = 1; UPDATE entry SET sequence = 1 WHERE sequence = 2;
             UPDATE entry SET sequence = 2 WHERE sequence = 9",
        ),
    ];
    for (name, sql) in tampers {
        let path = ledger(&format!("tamper-{name}"), 3);
        assert!(faults(&path).is_empty());
        let raw = Connection::open(&path).unwrap();
        let triggers: Vec<String> = raw
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        raw.pragma_update(None, "foreign_keys", false).unwrap();
        for trigger in triggers {
            raw.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
        }
        raw.execute_batch(sql).unwrap();
        drop(raw);
        assert!(!faults(&path).is_empty(), "{name} went unseen");
        assert!(past(&SqliteStore::read(&path).unwrap(), "Example", None).unwrap().fault.is_some(), "{name}");
    }
}

#[test]
fn signatures_are_of_the_key_that_was_given() {
    let (pem, public) = generate_key().unwrap();
    let (key, other) = (SigningKey::from_pem(&pem).unwrap(), generate_key().unwrap().1);
    let path = folder("signed").join("history.sqlite");
    let mut store = SqliteStore::open(&path).unwrap();
    append(&mut store, 0, Some(&key)).unwrap();
    let public = VerifyingKey::from_pem(&public.to_pem()).unwrap();
    assert!(store.verify(Some(&public)).unwrap().is_empty());
    assert_eq!(store.verify(Some(&other)).unwrap(), ["entry 1: its signature is of another key"]);
    append(&mut store, 1, None).unwrap();
    assert_eq!(store.verify(Some(&public)).unwrap(), ["entry 2: is not signed"]);
    for text in ["", "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----"] {
        assert!(SigningKey::from_pem(text).is_err());
    }
}

#[test]
fn files_that_are_no_ledger_are_refused_and_left_alone() {
    let folder = folder("foreign");
    let text = folder.join("text");
    std::fs::write(&text, "this is no database, and it is long enough to be read as a header of one").unwrap();
    assert!(matches!(SqliteStore::open(&text), Err(HistoryError::NotALedger { .. })));
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("this is no database"));
    let foreign = folder.join("foreign.sqlite");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(SqliteStore::open(&foreign), Err(HistoryError::NotALedger { .. })));
    let newer = ledger("newer", 1);
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(SqliteStore::open(&newer), Err(HistoryError::Newer { found: 99, .. })));
    assert!(SqliteStore::read(&folder.join("absent")).is_err());
    assert!(!folder.join("absent").exists());
    assert!(SqliteStore::open(&folder.join("no/such/folder")).is_err());
}

#[test]
fn a_clock_that_was_set_back_and_a_full_disk_lose_nothing() {
    let path = ledger("back", 3);
    let mut store = SqliteStore::open(&path).unwrap();
    assert!(matches!(append(&mut store, 1, None), Err(HistoryError::ClockSetBack { .. })));
    assert_eq!(store.entries().unwrap().len(), 3);
    // A file that may not grow is what SQLite sees of a full disk.
    let full = folder("full");
    let full = full.join("history.sqlite");
    let mut store = SqliteStore::open(&full).unwrap();
    append(&mut store, 0, None).unwrap();
    store.limit_pages(20).unwrap();
    let many = &mut (0..20_000).map(|number| kept(number, Outcome::Fail));
    assert!(matches!(store.append(&run_on(1), many, None), Err(HistoryError::Full { .. })));
    assert_eq!(store.entries().unwrap().len(), 1);
    assert!(store.verify(None).unwrap().is_empty());
}

#[test]
fn runs_at_the_same_time_form_one_chain() {
    let path = folder("concurrent").join("history.sqlite");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    append(&mut SqliteStore::open(&path).unwrap(), 0, None).unwrap();
                }
            });
        }
    });
    assert_eq!(SqliteStore::read(&path).unwrap().entries().unwrap().len(), 40);
    assert!(faults(&path).is_empty());
}

const CHILD: &str = "TENKEN_TEST_LEDGER";

/// The child of the test below: appends without end and says each number once it is committed.
#[test]
fn child_that_appends() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let mut store = SqliteStore::open(Path::new(&path)).unwrap();
    loop {
        let entry = append(&mut store, 0, None).unwrap();
        // A parent that is gone ends the child.
        use std::io::Write as _;
        let mut out = std::io::stdout().lock();
        if writeln!(out, "committed {}", entry.sequence).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

#[test]
fn two_hundred_kills_in_the_middle_of_writing_lose_no_committed_run() {
    let path = folder("killed").join("history.sqlite");
    let mut promised = 0;
    for round in 0..200 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_appends", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let committed =
            lines.map_while(Result::ok).filter_map(|line| line.split("committed ").nth(1)?.parse::<u64>().ok());
        // The child is always in the middle of the next run when it is killed.
        promised = committed.take(1 + round % 3).last().unwrap_or(promised).max(promised);
        child.kill().unwrap();
        child.wait().unwrap();
        let store = SqliteStore::open(&path).unwrap();
        let entries = store.entries().unwrap();
        assert!(entries.len() as u64 >= promised, "round {round}: {} of {promised}", entries.len());
    }
    assert!(promised >= 200);
    assert!(faults(&path).is_empty());
}

/// `TENKEN_FINDINGS=1000000 cargo test --release --test history many` keeps a million findings.
#[test]
fn many_findings_are_kept_and_verified() {
    let wanted: usize = std::env::var("TENKEN_FINDINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000);
    let path = folder("many").join("history.sqlite");
    let mut store = SqliteStore::open(&path).unwrap();
    for day in 0..2 {
        let outcomes = &mut (0..wanted).map(|number| kept(number, Outcome::Fail));
        store.append(&run_on(day), outcomes, None).unwrap();
    }
    let past = past(&store, "Example", None).unwrap();
    assert_eq!((past.tracks.len(), past.fault), (wanted, None));
}
