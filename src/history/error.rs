//! Why a ledger cannot be used.

/// Why a ledger cannot be used. Nothing was lost and nothing was half written in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file is something else, or damaged: the user's to look at.
    #[error("{file}: is not a tenken ledger ({reason}); name another file with --history, or --history none")]
    NotALedger {
        /// The file.
        file: String,
        /// What it is instead.
        reason: String,
    },
    /// A later tenken wrote it.
    #[error("{file}: was written by a newer tenken (version {found} of the ledger, this one knows {known})")]
    Newer {
        /// The file.
        file: String,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// Another process holds it for longer than five seconds.
    #[error("{file}: is locked by another process; run tenken again when that has ended")]
    Locked {
        /// The file.
        file: String,
    },
    /// It may be read but not written.
    #[error("{file}: cannot be written; give yourself write access to the file and its folder, or use --history none")]
    ReadOnly {
        /// The file.
        file: String,
    },
    /// The disk is full.
    #[error("{file}: the disk is full; the runs in the ledger are unharmed, this one is not recorded")]
    Full {
        /// The file.
        file: String,
    },
    /// The clock is behind the newest run.
    #[error(
        "{file}: the newest run is of {newest}, this one of {now}: the clock was set back, or --now is in the past"
    )]
    ClockSetBack {
        /// The file.
        file: String,
        /// Time of the newest run.
        newest: String,
        /// Time of this run.
        now: String,
    },
    /// No such run.
    #[error("{file}: has no run {sequence}; tenken history list names them")]
    NoSuchRun {
        /// The file.
        file: String,
        /// The number asked for.
        sequence: u64,
    },
    /// Anything else that the database says.
    #[error("{file}: {reason}")]
    Other {
        /// The file.
        file: String,
        /// The database's words.
        reason: String,
    },
}
