//! `tenken logs`: logs are scanned for personal information and secrets, by themselves. No value is ever printed.

mod document;
mod text;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Streams;
use super::arguments::LogsOptions;
use super::failure::{Exit, Failure};
use super::output::print;
use crate::collect::limits::DIRECTORY_ENTRIES;
use crate::collect::live::{LiveOptions, LiveWorld};
use crate::collect::world::{FileKind, Refusal, World};
use crate::load::log_patterns;
use crate::model::{Language, LogPattern, Site};
use crate::scan::{self, Allowed, Class, Options, Pattern, Patterns, Scanned, Tier};

pub use document::schema;

/// One log: its path, and what was seen or why nothing was.
struct Log {
    path: String,
    size_bytes: Option<u64>,
    seen: Result<Scanned, String>,
    /// Columns in which hits stand, where lines have the combined format.
    columns: BTreeMap<(u64, Class), &'static str>,
}

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: a pattern cannot be used, or standard output is gone.
pub(super) fn run(options: &LogsOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let own = options.patterns.as_deref().map(log_patterns).transpose()?.unwrap_or_default();
    let patterns = Patterns(own.iter().map(compiled).collect::<Result<_, _>>()?);
    let allowed = Allowed::new(&options.allow);
    let world = LiveWorld::new(LiveOptions::of_site(Path::new(""), &Site::default(), Vec::new(), None, 1, 1, true));
    let mut logs = Vec::new();
    for file in &options.files {
        found(&world, file, &mut logs);
    }
    let bar = bar(&logs, streams.progress);
    let threads = options.jobs.map_or_else(cores, usize::from);
    look(&world, &mut logs, &Wanted { allowed, patterns, threads, bar: &bar });
    bar.finish_and_clear();
    let names: Vec<&str> = own.iter().map(|own| own.id.as_str()).collect();
    let exit = exit(&logs, options);
    let report = match options.format.as_str() {
        "json" => document::json(&logs, &names, exit),
        _ => text::text(&logs, &names, language, streams.color),
    };
    print(streams, &report)?;
    Ok(exit)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn compiled(own: &LogPattern) -> Result<Pattern, Failure> {
    let tier = if own.is_suspect { Tier::Suspect } else { Tier::Confirmed };
    Pattern::new(&own.literal, &own.expression, tier)
        .map_err(|error| Failure::Usage(format!("pattern {}: {error}", own.id)))
}

/// A confirmed value closes the gate; what could not be read leaves it open.
fn exit(logs: &[Log], options: &LogsOptions) -> Exit {
    let seen = || logs.iter().filter_map(|log| log.seen.as_ref().ok());
    let any = |tier: Tier| seen().any(|seen| seen.counts.keys().any(|(_, of)| *of == tier));
    let whole = logs.iter().all(|log| log.seen.as_ref().is_ok_and(|seen| seen.faults.is_empty()));
    let verdict = if any(Tier::Confirmed) || (options.strict && any(Tier::Suspect)) {
        Exit::FAILED
    } else if !whole && !options.allow_gaps {
        Exit::MISSING
    } else {
        Exit::DONE
    };
    if options.exit_zero { Exit::DONE } else { verdict }
}

/// Adds a file, every file below a folder, or standard input. Links to folders are not followed.
fn found(world: &LiveWorld, path: &str, logs: &mut Vec<Log>) {
    let unseen =
        |reason: String| Log { path: path.to_owned(), size_bytes: None, seen: Err(reason), columns: BTreeMap::new() };
    if logs.len() >= DIRECTORY_ENTRIES {
        logs.push(unseen(Refusal::TooLarge(DIRECTORY_ENTRIES as u64).to_string()));
        return;
    }
    let waiting =
        |size_bytes| Log { path: path.to_owned(), size_bytes, seen: Err(String::new()), columns: BTreeMap::new() };
    if path == "-" {
        logs.push(waiting(None));
        return;
    }
    match world.inspect(path) {
        Ok(facts) => match facts.kind {
            FileKind::File => logs.push(waiting(Some(facts.size_bytes))),
            FileKind::Symlink(_) => logs.push(waiting(None)),
            FileKind::Other => logs.push(unseen(Refusal::NotAFile.to_string())),
            FileKind::Directory => match world.list(path) {
                Ok(names) => {
                    names.iter().for_each(|name| found(world, &format!("{}/{name}", path.trim_end_matches('/')), logs))
                }
                Err(refusal) => logs.push(unseen(refusal.to_string())),
            },
        },
        Err(refusal) => logs.push(unseen(refusal.to_string())),
    }
}

struct Wanted<'a> {
    allowed: Allowed,
    patterns: Patterns,
    threads: usize,
    bar: &'a ProgressBar,
}

/// Looks through all logs: by file where there are several, by block where there are fewer files than threads.
fn look(world: &LiveWorld, logs: &mut [Log], wanted: &Wanted<'_>) {
    let outer = wanted.threads.min(logs.len()).max(1);
    let inner = (wanted.threads / outer).max(1);
    let (next, logs): (AtomicUsize, Vec<Mutex<&mut Log>>) =
        (AtomicUsize::new(0), logs.iter_mut().map(Mutex::new).collect());
    std::thread::scope(|scope| {
        for _ in 0..outer {
            scope.spawn(|| {
                while let Some(log) = logs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Ok(mut log) = log.lock() {
                        one(world, &mut log, inner, wanted);
                    }
                }
            });
        }
    });
}

fn one(world: &LiveWorld, log: &mut Log, threads: usize, wanted: &Wanted<'_>) {
    let is_waiting = log.seen.as_ref().is_err_and(String::is_empty);
    if !is_waiting {
        return;
    }
    let input: Result<Box<dyn std::io::Read + Send>, Refusal> =
        if log.path == "-" { Ok(Box::new(std::io::stdin())) } else { world.stream(&log.path) };
    let options = Options {
        allowed: &wanted.allowed,
        patterns: &wanted.patterns,
        threads,
        size_bytes: log.size_bytes,
        progress: &|bytes| wanted.bar.inc(bytes),
    };
    log.seen = input.map(|input| scan::look(input, &options)).map_err(|refusal| refusal.to_string());
    // What came through a pipe is gone.
    let again = log.seen.as_ref().ok().filter(|seen| log.path != "-" && !seen.places.is_empty() && !seen.is_wide);
    if let Some((seen, Ok(input))) = again.map(|seen| (seen, world.stream(&log.path))) {
        let columns = scan::columns(input, &seen.places, &Options { progress: &|_| {}, ..options });
        let named = columns.into_iter().filter_map(|(place, column)| Some((place, column.in_combined()?)));
        log.columns = named.collect();
    }
}

/// Bytes read, speed and time left, on a terminal alone.
fn bar(logs: &[Log], shown: bool) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let sizes: Option<u64> =
        logs.iter().filter(|log| log.seen.as_ref().is_err_and(String::is_empty)).map(|log| log.size_bytes).sum();
    let bar = match sizes {
        Some(bytes) => ProgressBar::new(bytes),
        None => ProgressBar::no_length(),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
    let words = if sizes.is_some() {
        "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}"
    } else {
        "{bytes}  {bytes_per_sec}"
    };
    if let Ok(style) = ProgressStyle::with_template(words) {
        bar.set_style(style);
    }
    bar
}
