//! The JSON report of `tenken logs`; fields are only ever added.

use schemars::JsonSchema;
use serde::Serialize;

use super::Log;
use crate::cli::failure::Exit;
use crate::model::Time;
use crate::scan::{Class, Scanned, Tier};

/// What logs hold: classes, counts and places, never a value.
#[derive(Debug, Serialize, JsonSchema)]
struct LogsReport {
    /// tenken/logs/1
    schema: &'static str,
    /// Program and version.
    tool: &'static str,
    /// 0 nothing confirmed, 1 a value is confirmed, 3 a log could not be read whole.
    exit_code: u8,
    /// Each log, in the order of the command line.
    files: Vec<FileReport>,
}

/// One log.
#[derive(Debug, Serialize, JsonSchema)]
struct FileReport {
    /// Its path as it was given; - is standard input.
    path: String,
    /// plain, gzip, zstd, xz, bzip2 or zip; null where it could not be opened.
    packing: Option<&'static str>,
    /// Bytes read of the file.
    read_bytes: u64,
    /// Bytes looked at, unpacked.
    bytes: u64,
    /// Lines.
    lines: u64,
    /// When the oldest entry was written (UTC).
    oldest: Option<String>,
    /// When the newest entry was written (UTC).
    newest: Option<String>,
    /// Every byte was looked at.
    read_whole: bool,
    /// Why not, in English.
    gaps: Vec<String>,
    /// How many values, by class and tier.
    counts: Vec<CountReport>,
    /// Places of the first values, at most 1000.
    hits: Vec<HitReport>,
}

/// How many values of a class and tier.
#[derive(Debug, Serialize, JsonSchema)]
struct CountReport {
    /// email, phone, my-number, card, credential, personal, or the id of a pattern of one's own.
    class: String,
    /// confirmed or suspect.
    tier: &'static str,
    /// How many.
    count: u64,
}

/// The place of one value.
#[derive(Debug, Serialize, JsonSchema)]
struct HitReport {
    /// Line, from 1.
    line: u64,
    /// Class.
    class: String,
    /// Tier.
    tier: &'static str,
    /// The parameter that holds it, where it is a word that tenken knows.
    field: Option<&'static str>,
    /// The column of the combined format in which it stands; null where the line has another shape, or beyond the first
    /// hundred hits.
    column: Option<&'static str>,
}

/// The JSON Schema of the report.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<LogsReport>().to_value()
}

/// The report.
pub(super) fn json(logs: &[Log], own: &[&str], exit: Exit) -> String {
    let report = LogsReport {
        schema: "tenken/logs/1",
        tool: concat!("tenken ", env!("CARGO_PKG_VERSION")),
        exit_code: exit.code(),
        files: logs.iter().map(|log| file(log, own)).collect(),
    };
    // Such a document has no key that is not text, so that it is always written.
    serde_json::to_string_pretty(&report).map(|text| text + "\n").unwrap_or_default()
}

fn file(log: &Log, own: &[&str]) -> FileReport {
    let none = Scanned::default();
    let (seen, gaps) = match &log.seen {
        Ok(seen) => (seen, seen.faults.iter().map(ToString::to_string).collect()),
        Err(reason) => (&none, vec![reason.clone()]),
    };
    let moment = |seconds: Option<i64>| seconds.map(|seconds| Time::from_unix_seconds(seconds).to_string());
    FileReport {
        path: log.path.clone(),
        packing: log.seen.as_ref().ok().map(|seen| seen.packing.word()),
        read_bytes: seen.read_bytes,
        bytes: seen.bytes,
        lines: seen.lines,
        oldest: moment(seen.times.oldest),
        newest: moment(seen.times.newest),
        read_whole: gaps.is_empty(),
        gaps,
        counts: seen
            .counts
            .iter()
            .map(|((class, tier), count)| CountReport { class: name(*class, own), tier: tier.word(), count: *count })
            .collect(),
        hits: seen
            .places
            .iter()
            .map(|hit| HitReport {
                line: hit.line,
                class: name(hit.class, own),
                tier: hit.tier.word(),
                field: hit.field,
                column: log.columns.get(&(hit.line, hit.class)).copied(),
            })
            .collect(),
    }
}

/// The word of a class; a pattern of one's own has its id.
pub(super) fn name(class: Class, own: &[&str]) -> String {
    match class {
        Class::Own(number) => own.get(usize::from(number)).copied().unwrap_or("own").to_owned(),
        class => class.word().to_owned(),
    }
}

/// Counts of one tier.
pub(super) fn of_tier(seen: &Scanned, tier: Tier) -> u64 {
    seen.counts.iter().filter(|((_, of), _)| *of == tier).map(|(_, count)| count).sum()
}
