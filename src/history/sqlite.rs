//! The ledger as one SQLite file. Rows are only ever added: triggers refuse everything else, the chain shows the rest.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};

use super::chain::{GENESIS, OutcomesHash, entry_hash};
use super::entry::body_of;
use super::{Entry, HistoryError, Run, Store, Tracked};
use crate::key::{SigningKey, VerifyingKey};
use crate::model::{KeptOutcome, Outcome, RiskRating, Strength, Subject, Time};

/// `PRAGMA application_id` of a ledger: "tnkn".
const APPLICATION_ID: i64 = 0x746e_6b6e;

/// `PRAGMA user_version`: the form of the tables.
const VERSION: i64 = 1;

/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(5);

const TABLES: &str = "
CREATE TABLE entry (sequence INTEGER PRIMARY KEY, site TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL, signature TEXT) STRICT;
CREATE TABLE finding (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, check_id TEXT NOT NULL, subject TEXT NOT NULL,
    UNIQUE (fingerprint, check_id, subject)) STRICT;
CREATE TABLE outcome (finding INTEGER NOT NULL REFERENCES finding, sequence INTEGER NOT NULL REFERENCES entry,
    outcome INTEGER NOT NULL, impact INTEGER NOT NULL, likelihood INTEGER NOT NULL, strength INTEGER NOT NULL,
    flags INTEGER NOT NULL, PRIMARY KEY (finding, sequence)) STRICT, WITHOUT ROWID;
CREATE INDEX outcome_of_run ON outcome (sequence);
CREATE INDEX failed ON outcome (finding) WHERE outcome = 1;
CREATE TABLE tip (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER outcome_stays BEFORE UPDATE ON outcome BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER outcome_is_kept BEFORE DELETE ON outcome BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER finding_stays BEFORE UPDATE ON finding BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER finding_is_kept BEFORE DELETE ON finding BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
";

const OUTCOME_COLUMNS: &str =
    "f.fingerprint, f.check_id, f.subject, o.outcome, o.impact, o.likelihood, o.strength, o.flags";

/// A ledger in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    file: String,
}

impl SqliteStore {
    /// Opens a ledger to read and add to; makes it where there is none.
    ///
    /// # Errors
    /// A [`HistoryError`].
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let store = Self::connect(path, flags)?;
        store.prepare().map_err(|error| store.said(&error))?;
        store.hold_version()?;
        if store.connection.is_readonly("main").map_err(|error| store.said(&error))? {
            return Err(HistoryError::ReadOnly { file: store.file });
        }
        Ok(store)
    }

    /// Opens a ledger that exists, only to read.
    ///
    /// # Errors
    /// A [`HistoryError`].
    pub fn read(path: &Path) -> Result<Self, HistoryError> {
        let store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        store.hold_version()?;
        Ok(store)
    }

    /// Lets the file grow to so many pages of 4 KiB and no further; an append that needs more is refused whole.
    ///
    /// # Errors
    /// A [`HistoryError`].
    pub fn limit_pages(&self, pages: u32) -> Result<(), HistoryError> {
        let set = self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()));
        set.map_err(|error| self.said(&error))
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, HistoryError> {
        let file = path.display().to_string();
        let connection = Connection::open_with_flags(path, flags).map_err(|error| said(&file, &error))?;
        connection.busy_timeout(PATIENCE).map_err(|error| said(&file, &error))?;
        Ok(Self { connection, file })
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        // Every committed run is on the disk before anyone is told of it.
        self.connection.pragma_update(None, "synchronous", "EXTRA")?;
        self.connection.pragma_update(None, "foreign_keys", true)?;
        let tables: i64 = self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 {
            return Ok(());
        }
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        // Another process may have made the tables while this one waited.
        let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.execute_batch(TABLES)?;
        }
        transaction.commit()
    }

    fn hold_version(&self) -> Result<(), HistoryError> {
        let pragma = |name: &str| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let application = pragma("application_id").map_err(|error| self.said(&error))?;
        if application != APPLICATION_ID {
            let reason = "a database of another program".to_owned();
            return Err(HistoryError::NotALedger { file: self.file.clone(), reason });
        }
        let found = pragma("user_version").map_err(|error| self.said(&error))?;
        if found > VERSION {
            return Err(HistoryError::Newer { file: self.file.clone(), found, known: VERSION });
        }
        Ok(())
    }

    fn said(&self, error: &rusqlite::Error) -> HistoryError {
        said(&self.file, error)
    }

    fn each(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        mut visit: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), HistoryError> {
        let run = || {
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.query(values)?;
            while let Some(row) = rows.next()? {
                visit(row)?;
            }
            Ok(())
        };
        run().map_err(|error: rusqlite::Error| self.said(&error))
    }
}

impl Store for SqliteStore {
    fn append(
        &mut self,
        run: &Run,
        outcomes: &mut dyn Iterator<Item = KeptOutcome>,
        key: Option<&SigningKey>,
    ) -> Result<Entry, HistoryError> {
        let file = self.file.clone();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| said(&file, &error))?;
        let newest: Option<i64> = transaction
            .query_row("SELECT max(at) FROM entry WHERE site = ?1", [&run.site], |row| row.get(0))
            .map_err(|error| said(&file, &error))?;
        if let Some(newest) = newest.map(Time::from_unix_seconds).filter(|newest| *newest > run.at) {
            return Err(HistoryError::ClockSetBack { file, newest: newest.to_string(), now: run.at.to_string() });
        }
        let entry = write(&transaction, run, outcomes, key).map_err(|error| said(&file, &error))?;
        transaction.commit().map_err(|error| said(&file, &error))?;
        Ok(entry)
    }

    fn entries(&self) -> Result<Vec<Entry>, HistoryError> {
        let mut entries = Vec::new();
        let sql = "SELECT sequence, at, body, previous, hash, signature FROM entry ORDER BY sequence";
        self.each(sql, [], |row| {
            entries.push(Entry {
                sequence: row.get(0)?,
                at: Time::from_unix_seconds(row.get(1)?),
                body: row.get(2)?,
                previous: row.get(3)?,
                hash: row.get(4)?,
                signature: row.get(5)?,
            });
            Ok(())
        })?;
        Ok(entries)
    }

    fn outcomes(&self, sequence: u64, visit: &mut dyn FnMut(KeptOutcome)) -> Result<(), HistoryError> {
        let sql = format!(
            "SELECT {OUTCOME_COLUMNS} FROM outcome o JOIN finding f ON f.id = o.finding WHERE o.sequence = ?1
             ORDER BY f.fingerprint"
        );
        self.each(&sql, [sequence], |row| {
            visit(kept(row)?);
            Ok(())
        })
    }

    fn tracked(&self, site: &str, visit: &mut dyn FnMut(Tracked)) -> Result<(), HistoryError> {
        let sql = format!(
            "SELECT {OUTCOME_COLUMNS}, e.at FROM (SELECT DISTINCT finding FROM outcome WHERE outcome = 1) ever
             JOIN outcome o ON o.finding = ever.finding JOIN finding f ON f.id = o.finding
             JOIN entry e ON e.sequence = o.sequence WHERE e.site = ?1 ORDER BY o.finding, o.sequence"
        );
        self.each(&sql, [site], |row| {
            visit(Tracked { at: Time::from_unix_seconds(row.get(8)?), kept: kept(row)? });
            Ok(())
        })
    }

    fn records(&self, site: &str) -> Result<BTreeMap<String, (u64, u64)>, HistoryError> {
        let mut records = BTreeMap::new();
        let sql = "SELECT check_id, count(*), sum(failed) FROM (SELECT f.check_id, max(o.outcome = 1) AS failed
             FROM outcome o JOIN finding f ON f.id = o.finding JOIN entry e ON e.sequence = o.sequence
             WHERE e.site = ?1 AND o.outcome IN (0, 1) GROUP BY f.check_id, o.sequence) GROUP BY check_id";
        self.each(sql, [site], |row| {
            records.insert(row.get(0)?, (row.get(1)?, row.get(2)?));
            Ok(())
        })?;
        Ok(records)
    }

    fn verify(&self, key: Option<&VerifyingKey>) -> Result<Vec<String>, HistoryError> {
        let mut faults = Vec::new();
        let (mut previous, mut expected) = (GENESIS.to_owned(), 1);
        for entry in self.entries()? {
            let mut fault = |what: &str| faults.push(format!("entry {}: {what}", entry.sequence));
            if entry.sequence != expected {
                fault(&format!("entry {expected} is missing before it"));
            }
            if entry.previous != previous {
                fault("does not follow the entry before it");
            }
            if entry.hash != entry_hash(entry.sequence, entry.at.unix_seconds(), &entry.body, &entry.previous) {
                fault("was changed");
            }
            if let Some(key) = key {
                match &entry.signature {
                    Some(signature) if key.holds(entry.hash.as_bytes(), signature) => {}
                    Some(_) => fault("its signature is of another key"),
                    None => fault("is not signed"),
                }
            }
            match (entry.outcomes(), self.hashed(entry.sequence)) {
                (Ok(wanted), Ok(found)) if wanted == found => {}
                (Ok(_), _) => fault("its findings were changed"),
                (Err(reason), _) => fault(&format!("cannot be read: {reason}")),
            }
            previous.clone_from(&entry.hash);
            expected = entry.sequence + 1;
        }
        let tip: Option<(u64, String)> = self
            .connection
            .query_row("SELECT sequence, hash FROM tip", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(|error| self.said(&error))?;
        if tip.unwrap_or((0, GENESIS.to_owned())) != (expected - 1, previous) {
            faults.push(format!("entry {expected} or later: was dropped from the end"));
        }
        Ok(faults)
    }
}

impl SqliteStore {
    fn hashed(&self, sequence: u64) -> Result<(u64, String), HistoryError> {
        let (mut count, mut hash) = (0, OutcomesHash::new());
        self.outcomes(sequence, &mut |kept| {
            count += 1;
            hash.add(&kept);
        })?;
        Ok((count, hash.finish()))
    }
}

fn write(
    transaction: &Transaction<'_>,
    run: &Run,
    outcomes: &mut dyn Iterator<Item = KeptOutcome>,
    key: Option<&SigningKey>,
) -> rusqlite::Result<Entry> {
    let tip: Option<(u64, String)> =
        transaction.query_row("SELECT sequence, hash FROM tip", [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (last, previous) = tip.unwrap_or((0, GENESIS.to_owned()));
    let sequence = last + 1;
    // The rows point at the entry, which is written when their hash is known.
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    let mut sorted: Vec<KeptOutcome> = outcomes.collect();
    sorted.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
    sorted.dedup_by(|a, b| a.fingerprint == b.fingerprint);
    let mut hash = OutcomesHash::new();
    {
        let mut find =
            transaction.prepare("SELECT id FROM finding WHERE fingerprint = ?1 AND check_id = ?2 AND subject = ?3")?;
        let mut name =
            transaction.prepare("INSERT INTO finding (fingerprint, check_id, subject) VALUES (?1, ?2, ?3)")?;
        let mut add = transaction.prepare("INSERT INTO outcome VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        for kept in &sorted {
            hash.add(kept);
            let subject = kept.subject.to_string();
            let named = params![kept.fingerprint, kept.check, subject];
            let finding = match find.query_row(named, |row| row.get::<_, i64>(0)).optional()? {
                Some(finding) => finding,
                None => name.insert(named)?,
            };
            add.execute(params![
                finding,
                sequence,
                outcome_code(kept.outcome),
                kept.rating.impact,
                kept.rating.likelihood,
                strength_code(kept.strength),
                u8::from(kept.not_enumerated) | u8::from(kept.accepted) << 1 | u8::from(kept.stays_open) << 2,
            ])?;
        }
    }
    let count = u64::try_from(sorted.len()).unwrap_or(u64::MAX);
    let body =
        body_of(run, count, hash.finish()).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let hash = entry_hash(sequence, run.at.unix_seconds(), &body, &previous);
    let signature = key.map(|key| key.sign(hash.as_bytes()));
    transaction.execute(
        "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![sequence, run.site, run.at.unix_seconds(), body, previous, hash, signature],
    )?;
    transaction.execute("INSERT OR REPLACE INTO tip VALUES (1, ?1, ?2)", params![sequence, hash])?;
    Ok(Entry { sequence, at: run.at, body, previous, hash, signature })
}

/// Numbers in the file; they never change their meaning.
const OUTCOMES: [Outcome; 5] =
    [Outcome::Pass, Outcome::Fail, Outcome::Unknown, Outcome::NotApplicable, Outcome::NotChecked];

/// As `OUTCOMES`.
const STRENGTHS: [Strength; 4] = [Strength::Measured, Strength::Joined, Strength::Attested, Strength::Stale];

fn outcome_code(outcome: Outcome) -> u8 {
    code(&OUTCOMES, outcome)
}

fn strength_code(strength: Strength) -> u8 {
    code(&STRENGTHS, strength)
}

fn code<T: PartialEq>(table: &[T], wanted: T) -> u8 {
    table.iter().position(|known| *known == wanted).and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)
}

fn kept(row: &Row<'_>) -> rusqlite::Result<KeptOutcome> {
    let foreign = |column| rusqlite::Error::IntegralValueOutOfRange(column, -1);
    let code = |column: usize| row.get::<_, u8>(column).map(usize::from);
    let flags: u8 = row.get(7)?;
    Ok(KeptOutcome {
        fingerprint: row.get(0)?,
        check: row.get(1)?,
        subject: Subject::parse(&row.get::<_, String>(2)?).ok_or_else(|| foreign(2))?,
        outcome: *OUTCOMES.get(code(3)?).ok_or_else(|| foreign(3))?,
        rating: RiskRating::new(row.get(4)?, row.get(5)?),
        strength: *STRENGTHS.get(code(6)?).ok_or_else(|| foreign(6))?,
        not_enumerated: flags & 1 != 0,
        accepted: flags & 2 != 0,
        stays_open: flags & 4 != 0,
    })
}

fn said(file: &str, error: &rusqlite::Error) -> HistoryError {
    let file = file.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            HistoryError::NotALedger { file, reason: error.to_string() }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => HistoryError::Locked { file },
        Some(ErrorCode::ReadOnly) => HistoryError::ReadOnly { file },
        Some(ErrorCode::DiskFull) => HistoryError::Full { file },
        _ => HistoryError::Other { file, reason: error.to_string() },
    }
}
