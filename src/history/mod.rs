//! The ledger: runs in an append-only, hash-chained file, and what can be asked of it. Only `sqlite.rs` touches the
//! file. Nothing here judges: it keeps outcomes and gives them back.

mod chain;
mod entry;
mod error;
mod sqlite;
mod time_to_fix;
mod track;

pub use entry::{Entry, KeptClause, Run, entries_to_json_lines};
pub use error::HistoryError;
pub use sqlite::SqliteStore;
pub use time_to_fix::{Span, median_days};
pub use track::{Tracked, tracks};

use std::collections::BTreeMap;

use crate::key::{SigningKey, VerifyingKey};
use crate::model::{KeptOutcome, Past, PastRun};

/// Where runs are kept. SQLite is the one that ships; another database can stand behind the same words.
pub trait Store {
    /// Appends one run and its outcomes, whole or not at all.
    ///
    /// # Errors
    /// A [`HistoryError`]; nothing is written then.
    fn append(
        &mut self,
        run: &Run,
        outcomes: &mut dyn Iterator<Item = KeptOutcome>,
        key: Option<&SigningKey>,
    ) -> Result<Entry, HistoryError>;

    /// Every entry, oldest first, without the outcomes.
    ///
    /// # Errors
    /// A [`HistoryError`].
    fn entries(&self) -> Result<Vec<Entry>, HistoryError>;

    /// The outcomes of one run, by fingerprint.
    ///
    /// # Errors
    /// A [`HistoryError`].
    fn outcomes(&self, sequence: u64, visit: &mut dyn FnMut(KeptOutcome)) -> Result<(), HistoryError>;

    /// Every outcome of every finding of a site that ever failed, by fingerprint and then by run.
    ///
    /// # Errors
    /// A [`HistoryError`].
    fn tracked(&self, site: &str, visit: &mut dyn FnMut(Tracked)) -> Result<(), HistoryError>;

    /// By check of a site: in how many runs it passed or failed, and in how many of those it failed anywhere.
    ///
    /// # Errors
    /// A [`HistoryError`].
    fn records(&self, site: &str) -> Result<BTreeMap<String, (u64, u64)>, HistoryError>;

    /// What does not verify: a changed, dropped or reordered entry or outcome, a signature. Empty where all holds.
    ///
    /// # Errors
    /// A [`HistoryError`] where the file cannot be read at all.
    fn verify(&self, key: Option<&VerifyingKey>) -> Result<Vec<String>, HistoryError>;
}

/// What the ledger says of one site.
///
/// # Errors
/// A [`HistoryError`].
pub fn past(store: &dyn Store, site: &str, key: Option<&VerifyingKey>) -> Result<Past, HistoryError> {
    let faults = store.verify(key)?;
    let mut runs = Vec::new();
    for entry in store.entries()? {
        // An entry that cannot be read is a fault of the chain and is named there.
        let Ok(run) = entry.run() else { continue };
        if run.site == site {
            runs.push(PastRun {
                sequence: entry.sequence,
                at: entry.at,
                method: run.method,
                pack_hash: run.pack_hash,
                full: run.full,
                inputs: run.inputs,
                low: run.low,
                high: run.high,
            });
        }
    }
    let records = store.records(site)?;
    Ok(Past { runs, tracks: tracks(store, site)?, records, fault: (!faults.is_empty()).then(|| faults.join("; ")) })
}
