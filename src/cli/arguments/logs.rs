//! The words of `tenken logs`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 nothing is confirmed, 1 a value is confirmed, 2 tenken could not run, \
                        3 a log could not be read whole.")]
pub(in crate::cli) struct LogsOptions {
    /// Logs, plain or packed (gzip, zstd, xz, bzip2, zip); folders with all below them; - for standard input
    #[arg(value_name = "FILE", required = true)]
    pub(in crate::cli) files: Vec<String>,
    /// Format of the report on standard output
    #[arg(short, long, env = "TENKEN_FORMAT", value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(in crate::cli) format: String,
    /// The body's own published value, no hit: an address, @example.jp for a whole domain, or a number
    #[arg(long, env = "TENKEN_ALLOW", value_name = "VALUE", value_delimiter = ',')]
    pub(in crate::cli) allow: Vec<String>,
    /// YAML file with patterns of your own (log_patterns: [{ id, literal, regex, tier }])
    #[arg(long, env = "TENKEN_PATTERNS", value_name = "FILE")]
    pub(in crate::cli) patterns: Option<PathBuf>,
    /// Threads; without it, one for each core
    #[arg(long, env = "TENKEN_LOG_THREADS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Exit with 1 for what only a person can tell as well
    #[arg(long, env = "TENKEN_STRICT")]
    pub(in crate::cli) strict: bool,
    /// Let logs be unreadable; the report still names them
    #[arg(long, env = "TENKEN_ALLOW_GAPS")]
    pub(in crate::cli) allow_gaps: bool,
    /// Exit with 0 whatever was found
    #[arg(long, env = "TENKEN_EXIT_ZERO")]
    pub(in crate::cli) exit_zero: bool,
}
