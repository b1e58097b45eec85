//! The words of the command line. Help is documentation: each flag says what it does and what happens without it.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::model::{Band, Language};

mod logs;
mod upkeep;

pub(super) use logs::LogsOptions;
pub(super) use upkeep::{
    HistoryOptions, HistoryQuestion, KeygenOptions, OfTarget, PlanOptions, RecordOptions, RegisterAction,
    RegisterOptions, VerifyOptions, WaiveOptions,
};

/// tenken (点検): does this site keep its own published security and privacy policy?
#[derive(Debug, Parser)]
#[command(
    name = "tenken",
    version,
    about,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Begin with:\n  tenken assess https://www.example.jp     the outside of a site, no file needed\n  \
                  tenken assess nginx.conf                 a server configuration, offline\n  \
                  tenken init https://www.example.jp       write tenken.yml, then: tenken assess\n\n\
                  Exit codes of assess: 0 passed, 1 the gate is closed, 2 tenken could not run, 3 evidence is missing."
)]
pub(super) struct Arguments {
    /// Language of reports; without it, that of the locale
    #[arg(long = "lang", global = true, env = "TENKEN_LANG", value_name = "LANG")]
    pub(super) language: Option<LanguageWord>,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The command line as clap knows it, for completions and manual pages.
#[must_use]
pub(super) fn command() -> clap::Command {
    Arguments::command()
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Assess sites against their policy: the main job
    Assess(Box<AssessOptions>),
    /// Print the facts that are seen (the evidence file), without judging them
    Collect(CollectOptions),
    /// Scan logs for personal information and secrets, by themselves; no value is ever printed
    Logs(LogsOptions),
    /// Explain a check, clause, parameter, list or field; without one, list everything
    Explain(ExplainOptions),
    /// Mend findings of configuration: shows the edits as a diff; --write applies them
    Fix(Box<FixOptions>),
    /// Run the examples of checks: the bundled ones, or those of files
    Test(TestOptions),
    /// Print the JSON Schema of a file kind
    Schema(SchemaOptions),
    /// Write tenken.yml and the files beside it; never overwrites
    Init(InitOptions),
    /// Write one complete waiver for a finding that fails
    Waive(Box<WaiveOptions>),
    /// The contractor register as a table for a spreadsheet, and back
    Register(RegisterOptions),
    /// What is open, who mends it and by when
    Plan(Box<PlanOptions>),
    /// Add a dated activity to the records: a review, an exercise, an acknowledgement
    Record(RecordOptions),
    /// Ask the ledger of runs: list, show, diff, trend, verify, export
    History(HistoryOptions),
    /// Make the verdict of an evidence bundle again, offline, and say what differs
    Verify(VerifyOptions),
    /// Make an Ed25519 key that signs ledgers and bundles
    Keygen(KeygenOptions),
    /// Write the manual pages into a folder
    Man(ManOptions),
    /// Print completions for a shell
    Completions(CompletionOptions),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LanguageWord {
    /// English
    En,
    /// 日本語
    Ja,
}

impl From<LanguageWord> for Language {
    fn from(word: LanguageWord) -> Self {
        match word {
            LanguageWord::En => Self::English,
            LanguageWord::Ja => Self::Japanese,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BandWord {
    Critical,
    High,
    Medium,
    Low,
}

impl From<BandWord> for Band {
    fn from(word: BandWord) -> Self {
        match word {
            BandWord::Critical => Self::Critical,
            BandWord::High => Self::High,
            BandWord::Medium => Self::Medium,
            BandWord::Low => Self::Low,
        }
    }
}

/// What is loaded and how the world is asked.
#[derive(Debug, Clone, Args)]
pub(super) struct LookOptions {
    /// Ask nothing over the network; what needs it is not checked, and the report says so
    #[arg(long, env = "TENKEN_OFFLINE")]
    pub(super) offline: bool,
    /// Policy: a bundled id or a file, instead of the site file's
    #[arg(long, env = "TENKEN_POLICY", value_name = "POLICY")]
    pub(super) policy: Option<String>,
    /// Folder with checks of your own, beside the bundled ones
    #[arg(long, env = "TENKEN_CHECKS", value_name = "DIR")]
    pub(super) checks: Option<PathBuf>,
    /// Set a parameter, over policy and site file (tenken explain lists them)
    #[arg(long = "parameter", env = "TENKEN_PARAMETER", value_name = "NAME=VALUE", value_delimiter = ',')]
    pub(super) parameters: Vec<String>,
    /// Folder that stands for / when a configuration names absolute paths
    #[arg(long, env = "TENKEN_ROOT", value_name = "DIR")]
    pub(super) root: Option<String>,
    /// TLS profile to hold endpoints against: a bundled id (tenken explain tls-profiles) or a file; also for --replay
    #[arg(long, env = "TENKEN_TLS_PROFILE", value_name = "PROFILE")]
    pub(super) tls_profile: Option<String>,
    /// Connect to ADDR when HOST:PORT is asked for, as in curl; ADDR may carry another port, 127.0.0.1:8443
    #[arg(long = "resolve", env = "TENKEN_RESOLVE", value_name = "HOST:PORT:ADDR", value_delimiter = ',', value_parser = override_of)]
    pub(super) resolve: Vec<Override>,
    /// Resolver that DNS questions go to; without it the site file's, else the system's
    #[arg(long, env = "TENKEN_RESOLVER", value_name = "ADDR:PORT", value_parser = resolver_of)]
    pub(super) resolver: Option<SocketAddr>,
    /// PEM file of a private authority to trust as well, as in curl
    #[arg(long, env = "TENKEN_CACERT", value_name = "FILE")]
    pub(super) cacert: Option<PathBuf>,
    /// Seconds that one answer may take
    #[arg(long, env = "TENKEN_TIMEOUT", value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(super) timeout: u64,
    /// Ask the mail servers of the declared mail domains for STARTTLS on port 25, as `mail: { starttls: true }` does
    #[arg(long, env = "TENKEN_STARTTLS")]
    pub(super) starttls: bool,
    /// How deep to look at TLS: verdict asks only what the checks need, full lists everything that is accepted
    #[arg(long, env = "TENKEN_DEPTH", value_name = "verdict|full", default_value = "verdict", value_parser = ["verdict", "full"])]
    pub(super) depth: String,
    /// Connections that may be open at a time, for one host
    #[arg(long, env = "TENKEN_JOBS", value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub(super) jobs: u16,
}

/// A name and port that is reached at an address of the user's choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Override {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) address: SocketAddr,
}

fn resolver_of(text: &str) -> Result<SocketAddr, String> {
    crate::model::resolver_address(text).ok_or_else(|| "expected ADDR:PORT, such as 192.0.2.53:53".to_owned())
}

fn override_of(text: &str) -> Result<Override, String> {
    let wanted = || "expected HOST:PORT:ADDR, such as www.example.jp:443:192.0.2.1".to_owned();
    let mut parts = text.splitn(3, ':');
    let (Some(host), Some(port), Some(address)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wanted());
    };
    let Some(port) = port.parse::<u16>().ok().filter(|_| !host.is_empty()) else { return Err(wanted()) };
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    let address = match (bare.parse::<IpAddr>(), address.parse::<SocketAddr>()) {
        (Ok(address), _) => SocketAddr::new(address, port),
        (_, Ok(address)) => address,
        _ => return Err(wanted()),
    };
    Ok(Override { host: host.to_ascii_lowercase(), port, address })
}

#[derive(Debug, Args)]
pub(super) struct AssessOptions {
    /// Site files, folders with tenken.yml, https:// URLs or configuration files; without one, ./tenken.yml
    #[arg(value_name = "TARGET")]
    pub(super) targets: Vec<String>,
    #[command(flatten)]
    pub(super) look: LookOptions,
    /// Format of the report on standard output
    #[arg(short, long, env = "TENKEN_FORMAT", value_name = "FORMAT", default_value = "text", value_parser = format_names())]
    pub(super) format: String,
    /// Write a report to a file as well; may be given several times
    #[arg(short, long = "output", env = "TENKEN_OUTPUT", value_name = "FORMAT=FILE", value_delimiter = ',')]
    pub(super) outputs: Vec<String>,
    /// Only checks whose id matches; all others are not checked, and the report says so
    #[arg(long, env = "TENKEN_ONLY", value_name = "GLOB", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// No checks whose id matches; they are not checked, and the report says so
    #[arg(long, env = "TENKEN_SKIP", value_name = "GLOB", value_delimiter = ',')]
    pub(super) skip: Vec<String>,
    /// Close the gate at an open, unwaived fail of this band or above
    #[arg(long, env = "TENKEN_FAIL_ON", value_name = "BAND", default_value = "low")]
    pub(super) fail_on: BandWord,
    /// Close the gate only for what is not in this file (see --write-baseline)
    #[arg(long, env = "TENKEN_BASELINE", value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write what fails now to a file, for --baseline
    #[arg(long, env = "TENKEN_WRITE_BASELINE", value_name = "FILE")]
    pub(super) write_baseline: Option<PathBuf>,
    /// Close the gate only for what is new or came back, by the ledger or the baseline
    #[arg(long, env = "TENKEN_ONLY_NEW")]
    pub(super) only_new: bool,
    /// Count what cannot be told as a fail, and hold --max-residual to the upper bound
    #[arg(long, env = "TENKEN_STRICT")]
    pub(super) strict: bool,
    /// Close the gate if residual risk is above this many units
    #[arg(long, env = "TENKEN_MAX_RESIDUAL", value_name = "UNITS")]
    pub(super) max_residual: Option<u32>,
    /// Let evidence be missing that was asked for; printed in the report
    #[arg(long, env = "TENKEN_ALLOW_GAPS")]
    pub(super) allow_gaps: bool,
    /// Exit with 0 whatever the gate says; printed in the report
    #[arg(long, env = "TENKEN_EXIT_ZERO")]
    pub(super) exit_zero: bool,
    /// Write the evidence file, from which the same report can be made again
    #[arg(long, env = "TENKEN_EVIDENCE", value_name = "FILE")]
    pub(super) evidence: Option<PathBuf>,
    /// Write one archive with policy, checks, evidence, assessment and every report, for tenken verify; --key signs it
    #[arg(long, env = "TENKEN_BUNDLE", value_name = "FILE")]
    pub(super) bundle: Option<PathBuf>,
    /// Judge evidence files instead of looking; may be given several times
    #[arg(long, env = "TENKEN_REPLAY", value_name = "FILE", conflicts_with_all = ["targets", "evidence"])]
    pub(super) replay: Vec<PathBuf>,
    /// Judge as of this moment (2026-04-01 or RFC 3339); without it, now, or for --replay when the evidence was collected
    #[arg(long, env = "TENKEN_NOW", value_name = "TIME")]
    pub(super) now: Option<String>,
    /// Ledger of runs, or none; without it .tenken/history.sqlite beside the site file, where that folder exists
    #[arg(long, env = "TENKEN_HISTORY", value_name = "FILE|none")]
    pub(super) history: Option<String>,
    /// Ed25519 key (of tenken keygen, OpenSSL or OpenSSH) that signs the bundle and what is added to the ledger
    #[arg(long, env = "TENKEN_KEY", value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// Every finding with its evidence; without it a bare https:// URL is summed up on one screen (text only)
    #[arg(long, env = "TENKEN_DETAILS", conflicts_with = "summary")]
    pub(super) details: bool,
    /// One screen for any target: the verdicts, the worst findings, and counts of the rest (text only)
    #[arg(long, env = "TENKEN_SUMMARY")]
    pub(super) summary: bool,
    /// The verdict alone, in one line
    #[arg(short, long, env = "TENKEN_QUIET")]
    pub(super) quiet: bool,
    /// Why each check matters, beside each finding
    #[arg(long, env = "TENKEN_EXPLAIN")]
    pub(super) explain: bool,
}

fn format_names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(crate::report::FORMATS.iter().map(|format| format.name))
}

#[derive(Debug, Args)]
pub(super) struct CollectOptions {
    /// A site file, a folder with tenken.yml, an https:// URL or a configuration file
    #[arg(value_name = "TARGET", default_value = "tenken.yml")]
    pub(super) target: String,
    #[command(flatten)]
    pub(super) look: LookOptions,
    /// Write the evidence to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Collect as of this moment (2026-04-01 or RFC 3339); without it, now
    #[arg(long, env = "TENKEN_NOW", value_name = "TIME")]
    pub(super) now: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ExplainOptions {
    /// Id of a check, clause, parameter, kind or field, a framework item such as iso-27001:A.8.15, or, with
    /// --configuration, a URL
    #[arg(value_name = "ID")]
    pub(super) id: Option<String>,
    /// nginx.conf: what it answers to the URL, offline
    #[arg(long, value_name = "FILE")]
    pub(super) configuration: Option<PathBuf>,
    /// Folder that stands for / on the server, so that its files and absolute includes are found
    #[arg(long, env = "TENKEN_ROOT", value_name = "DIR")]
    pub(super) root: Option<PathBuf>,
    /// Address of the client, where access rules ask for it
    #[arg(long, value_name = "ADDRESS")]
    pub(super) client: Option<std::net::IpAddr>,
    /// text, markdown or json
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "markdown", "json"])]
    pub(super) format: String,
    /// Evidence file of a run: a framework item then also says what each check gave there
    #[arg(long, value_name = "FILE")]
    pub(super) replay: Option<PathBuf>,
    /// Policy whose clauses are named: a bundled id or a file
    #[arg(long, env = "TENKEN_POLICY", value_name = "POLICY", default_value = "four-principles")]
    pub(super) policy: String,
}

#[derive(Debug, Args)]
pub(super) struct FixOptions {
    /// Site file, folder, or nginx.conf
    #[arg(value_name = "TARGET", default_value = "tenken.yml")]
    pub(super) target: String,
    /// Write the edits; the old text is kept beside each file as .NAME.tenken-backup
    #[arg(long)]
    pub(super) write: bool,
    /// Also edits that may change how the site behaves
    #[arg(long = "unsafe")]
    pub(super) allow_unsafe: bool,
    /// Only these checks; * stands for anything
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Not these checks
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(super) skip: Vec<String>,
    #[command(flatten)]
    pub(super) look: LookOptions,
}

#[derive(Debug, Args)]
pub(super) struct TestOptions {
    /// Check files; without one, the bundled checks
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct SchemaOptions {
    /// site, policy, check, parameters, contractors, people, records, waivers, actions, evidence, report or logs
    #[arg(value_name = "NAME")]
    pub(super) name: String,
}

#[derive(Debug, Args)]
pub(super) struct InitOptions {
    /// URL of the site, or the main file of its web server's configuration
    #[arg(value_name = "URL|FILE")]
    pub(super) url: Option<String>,
    /// Folder to write into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
    #[command(flatten)]
    pub(super) look: LookOptions,
}

#[derive(Debug, Args)]
pub(super) struct ManOptions {
    /// The folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct CompletionOptions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_finds_no_fault_in_the_words() {
        command().debug_assert();
    }

    #[test]
    fn an_override_is_read_as_curl_reads_it() {
        let read = override_of("WWW.example.jp:8443:[2001:db8::1]").unwrap();
        assert_eq!((read.host.as_str(), read.port), ("www.example.jp", 8443));
        let read = override_of("www.example.jp:443:127.0.0.1:8443").unwrap();
        assert_eq!((read.port, read.address.port()), (443, 8443));
        for text in ["", "a", "a:1", "a:b:192.0.2.1", "a:1:b", ":1:192.0.2.1"] {
            assert!(override_of(text).is_err(), "{text}");
        }
    }
}
