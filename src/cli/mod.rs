//! The command line: one file a command. Only this room prints, asks the clock and knows the environment.

mod arguments;
mod assess;
mod baseline;
mod collect;
mod explain;
mod explain_url;
mod failure;
mod fix;
mod help;
mod history;
mod init;
mod keygen;
mod ledger;
mod list_file;
mod logs;
mod output;
mod plan;
mod record;
mod register;
mod schema;
mod test;
mod verify;
mod waive;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::FromArgMatches;

use self::arguments::{Arguments, Command};
pub use self::failure::Exit;
use self::failure::Failure;
pub use self::help::command;
pub use self::logs::schema as logs_schema;
use crate::model::{Language, Time};

/// Where a command writes: the report to `out`, everything else to `err`.
pub struct Streams<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Columns of the terminal; 80 where there is none.
    pub width: usize,
    /// Whether standard output is a terminal that shows colour.
    pub color: bool,
    /// Whether standard error is a terminal, so that progress may be shown.
    pub progress: bool,
}

/// Runs the process's own command line on its own streams.
#[must_use]
pub fn main() -> Exit {
    let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
    let color = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).or_else(terminal_width);
    let progress = stderr.is_terminal();
    let mut out = std::io::BufWriter::new(stdout.lock());
    // Not locked: progress is drawn from the threads that read, which would wait for the lock without an end.
    let mut err = stderr;
    let mut streams = Streams { out: &mut out, err: &mut err, width: width.unwrap_or(80), color, progress };
    let exit = run(std::env::args_os(), &mut streams);
    match streams.out.flush() {
        Ok(()) => exit,
        Err(error) => failure::of_stdout(&error),
    }
}

/// Runs one command line; the first argument is the program's name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let help = help::language_of(&arguments).unwrap_or_else(language_of_locale);
    let matches = help::command(help).try_get_matches_from(arguments);
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return failure::of_clap(&error, streams),
    };
    let language = arguments.language.map_or_else(language_of_locale, Language::from);
    let done = match arguments.command {
        Command::Assess(options) => assess::run(&options, language, streams),
        Command::Collect(options) => collect::run(&options, streams),
        Command::Logs(options) => logs::run(&options, language, streams),
        Command::Explain(options) => explain::run(&options, language, streams),
        Command::Fix(options) => fix::run(&options, language, streams),
        Command::Test(options) => test::run(&options, streams),
        Command::Schema(options) => schema::run(&options, streams),
        Command::Init(options) => init::run(&options, language, streams),
        Command::Waive(options) => waive::run(&options, streams),
        Command::Plan(options) => plan::run(&options, language, streams),
        Command::Record(options) => record::run(&options, streams),
        Command::Register(options) => register::run(&options, language, streams),
        Command::History(options) => history::run(&options, language, streams),
        Command::Verify(options) => verify::run(&options, language, streams),
        Command::Keygen(options) => keygen::run(&options, streams),
        Command::Man(options) => output::manual(&options.dir, language),
        Command::Completions(options) => output::completions(options.shell, streams),
    };
    done.unwrap_or_else(|failure: Failure| failure::said(&failure, streams))
}

fn language_of_locale() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    if locale.starts_with("ja") { Language::Japanese } else { Language::English }
}

fn terminal_width() -> Option<usize> {
    comfy_table::Table::new().width().map(usize::from)
}

/// The one reading of the clock.
fn clock() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Time::from_unix_seconds(i64::try_from(seconds).unwrap_or(0))
}
