//! The words of the commands that are used between runs: waive, plan, record, history, keygen, verify.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::LookOptions;

/// The one target of a command that writes beside the site file.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct OfTarget {
    /// Site file, or folder with tenken.yml
    #[arg(long, value_name = "TARGET", default_value = "tenken.yml")]
    pub(in crate::cli) target: String,
    #[command(flatten)]
    pub(in crate::cli) look: LookOptions,
    /// Take the findings from an evidence file instead of looking again; files are written beside it
    #[arg(long, env = "TENKEN_REPLAY", value_name = "FILE", conflicts_with = "target")]
    pub(in crate::cli) replay: Option<PathBuf>,
    /// Judge as of this moment; without it, now, or when the evidence was collected
    #[arg(long, env = "TENKEN_NOW", value_name = "TIME")]
    pub(in crate::cli) now: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct WaiveOptions {
    /// The finding, as the report names it: 16 hex digits
    #[arg(value_name = "FINGERPRINT")]
    pub(in crate::cli) fingerprint: String,
    /// Why it is accepted for a time; without it, the reason that a comment "# tenken: CHECK because ..." gives
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) reason: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) owner: String,
    /// Who approved it; somebody else than the owner
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) approver: String,
    /// When it was approved; without it, today
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) approved_on: Option<String>,
    /// Last day; without it, the longest that its band allows (critical 30, high 90, medium 180, low 365 days)
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) expires: Option<String>,
    /// Cover more than this finding: a subject with * at its end
    #[arg(long, value_name = "SUBJECT")]
    pub(in crate::cli) subject: Option<String>,
    /// A check that makes up for it and has to pass in every run
    #[arg(long, value_name = "CHECK")]
    pub(in crate::cli) compensating: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) of: OfTarget,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PlanOptions {
    /// Give this owner, and the band's day, to every open finding that has none: written into the actions file
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) owner: Option<String>,
    /// text or json
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(in crate::cli) format: String,
    #[command(flatten)]
    pub(in crate::cli) of: OfTarget,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RecordOptions {
    /// The activity: policy-review, log-review, audit, self-inspection, backup, restore-test, exercise, training,
    /// acknowledgement, outage, risk-evaluation; or attestation, what a person states because no machine can see it
    #[arg(value_name = "ACTIVITY")]
    pub(in crate::cli) activity: String,
    /// Who did it: an id of the people file, a role or a firm
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) by: String,
    /// When; without it, today
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) on: Option<String>,
    /// Last day of what lasts: an outage
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) until: Option<String>,
    /// Of an attestation: the clause that it speaks for
    #[arg(long, value_name = "CLAUSE")]
    pub(in crate::cli) clause: Option<String>,
    /// Of an attestation: the check that it states not to apply
    #[arg(long, value_name = "CHECK", conflicts_with = "clause")]
    pub(in crate::cli) check: Option<String>,
    /// Of an attestation: what is stated
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) statement: Option<String>,
    /// Of an attestation: the day on which it ends by itself; without it, a year after it was stated
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) expires: Option<String>,
    /// Whose work it looked at, where the two must differ
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) operator: Option<String>,
    /// Persons whom it covers
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(in crate::cli) persons: Vec<String>,
    /// Where the paper is
    #[arg(long, value_name = "REF")]
    pub(in crate::cli) document: Option<String>,
    /// Id of the record; without it, activity and day
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) id: Option<String>,
    /// Site file, or folder with tenken.yml
    #[arg(long, value_name = "TARGET", default_value = "tenken.yml")]
    pub(in crate::cli) target: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RegisterOptions {
    #[command(subcommand)]
    pub(in crate::cli) action: RegisterAction,
}

#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum RegisterAction {
    /// A table of a spreadsheet (CSV in UTF-8, UTF-16 or Shift_JIS) as contractors.yml
    Import {
        /// The table
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Write to a file that is not there yet, instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// The register as a table that a spreadsheet opens
    Export {
        /// contractors.yml, or a table
        #[arg(value_name = "FILE", default_value = "contractors.yml")]
        file: PathBuf,
        /// Write to a file that is not there yet, instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Language of the headings; without it, that of the messages
        #[arg(long, value_name = "ja|en", value_parser = ["ja", "en"])]
        headings: Option<String>,
        /// utf-8 (with a byte order mark) or shift_jis
        #[arg(long, value_name = "ENCODING", default_value = "utf-8", value_parser = ["utf-8", "shift_jis"])]
        encoding: String,
    },
    /// Says what is wrong with a register, entry by entry
    Check {
        /// contractors.yml, or a table
        #[arg(value_name = "FILE", default_value = "contractors.yml")]
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct HistoryOptions {
    #[command(subcommand)]
    pub(in crate::cli) question: HistoryQuestion,
    /// The ledger
    #[arg(long, global = true, env = "TENKEN_HISTORY", value_name = "FILE", default_value = crate::cli::ledger::DEFAULT)]
    pub(in crate::cli) history: PathBuf,
    /// text or json
    #[arg(short, long, global = true, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(in crate::cli) format: String,
}

#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum HistoryQuestion {
    /// Every run: when, verdict, residual risk
    List,
    /// One run with what failed; without a number, the newest
    Show {
        /// Number of the run
        #[arg(value_name = "RUN")]
        run: Option<u64>,
    },
    /// What changed between two runs; without numbers, the newest two
    Diff {
        /// The earlier run
        #[arg(value_name = "FROM", requires = "to")]
        from: Option<u64>,
        /// The later run
        #[arg(value_name = "TO")]
        to: Option<u64>,
    },
    /// Residual risk over time, worked out again from the kept outcomes, and the time to fix
    Trend,
    /// Verify chain, numbers, findings and, with a key, signatures
    Verify {
        /// Public key in PEM; every entry must be signed with it
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Every entry as JSON lines
    Export,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct KeygenOptions {
    /// File for the private key; the public one is written beside it with .pub at its end
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyOptions {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    pub(in crate::cli) bundle: PathBuf,
    /// Public key (PEM, or a line of OpenSSH) that must have signed it
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) key: Option<PathBuf>,
}
