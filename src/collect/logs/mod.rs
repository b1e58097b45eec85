//! The bytes of logs: what classes of personal information and secrets they hold, and when their entries were written.
//! It keeps no value, no line and no hash of one.

mod archive;
mod find;
mod kinds;
mod sample;
mod state;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use futures_util::StreamExt;

use super::collector::{Collector, LocalFuture, Task};
use super::unpacked::archive_stem;
use super::webserver::WebServerCollector;
use super::world::World;
use crate::model::{Census, Evidence, Gap, KindSpec, log_series};
use crate::scan::{self, Allowed, Options, Pattern, Patterns, Scanned, Tier};
use find::{Files, Log, Logs};
use sample::{Head, Sample};

pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct LogsCollector;

const NAME: &str = "logs";

impl Collector for LogsCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn is_of_host(&self, _kind: &str) -> bool {
        true
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(look(world, task))
    }
}

/// What is looked for, shared by threads.
struct Wanted {
    allowed: Allowed,
    patterns: Patterns,
    threads: usize,
}

async fn look(world: &dyn World, task: &Task<'_>) -> Evidence {
    let site = &task.declaration.site;
    let root = site.host_root.as_ref().map(|root| root.path.as_str());
    if root.is_none() && site.logs.is_empty() {
        return not_asked(task);
    }
    let mut faults = Vec::new();
    let patterns = patterns(task, &mut faults);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let allowed = Allowed::new(site.declared.allow_values.as_deref().unwrap_or_default());
    let configured = configured(world, task).await;
    let mut seen = match root.filter(|root| archive_stem(root).is_some()) {
        Some(root) => {
            let wanted = Wanted { allowed, patterns, threads: 1 };
            archive::look(world, root, task, wanted, &mut faults).await
        }
        None => {
            let paths: Vec<String> = configured.keys().cloned().collect();
            let Logs { logs, faults: unseen } = Files::new(world, root).find(&site.logs, &paths);
            faults.extend(unseen);
            let logs: Vec<Log> = logs.into_values().collect();
            // By file where there are several, by block where there is one.
            let threads = if logs.len() > 1 { 1 } else { cores };
            files(world, logs, Arc::new(Wanted { allowed, patterns, threads }), cores, &mut faults).await
        }
    };
    if root.is_none_or(|root| archive_stem(root).is_none()) {
        let own = patterns_of(task);
        let allowed = Allowed::new(site.declared.allow_values.as_deref().unwrap_or_default());
        seen.iter_mut().for_each(|(log, scanned)| columns(world, log, scanned, &allowed, &own, &configured));
    }
    stated(task, root.unwrap_or(&site.name), &seen, faults)
}

/// Names the columns of hits: those of the format that writes the log, or of the combined format where a line has its shape.
fn columns(
    world: &dyn World,
    log: &mut Log,
    scanned: &Scanned,
    allowed: &Allowed,
    patterns: &Patterns,
    configured: &BTreeMap<String, Vec<String>>,
) {
    if scanned.places.is_empty() || scanned.is_wide {
        return;
    }
    let Ok(input) = world.stream(&log.open) else { return };
    let options = Options { allowed, patterns, threads: 1, size_bytes: None, progress: &|_| {} };
    let format = configured.get(log_series(&log.path));
    for (place, column) in scan::columns(input, &scanned.places, &options) {
        let of_format = format.filter(|format| format.len() == column.of).and_then(|format| format.get(column.index));
        let name = of_format.cloned().or_else(|| column.in_combined().map(str::to_owned));
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            log.columns.insert(place, name);
        }
    }
}

fn not_asked(task: &Task<'_>) -> Evidence {
    let reason = "no logs are named (site file: logs)";
    let census = KINDS.iter().map(|kind| Census::not_asked(kind.name, &task.declaration.site.name, reason));
    Evidence { census: census.collect(), ..Evidence::default() }
}

/// The patterns of the body's own that can be used.
fn patterns_of(task: &Task<'_>) -> Patterns {
    patterns(task, &mut Vec::new())
}

/// The patterns of the body's own; one that cannot be used is said.
fn patterns(task: &Task<'_>, faults: &mut Vec<(String, String)>) -> Patterns {
    let mut patterns = Vec::new();
    for own in &task.declaration.site.log_patterns {
        let tier = if own.is_suspect { Tier::Suspect } else { Tier::Confirmed };
        match Pattern::new(&own.literal, &own.expression, tier) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => faults.push((format!("log_patterns/{}", own.id), error.to_string())),
        }
    }
    Patterns(patterns)
}

/// The logs that the web server's configuration writes into files, with the columns of their entries.
async fn configured(world: &dyn World, task: &Task<'_>) -> BTreeMap<String, Vec<String>> {
    if task.declaration.site.web_servers.is_empty() {
        return BTreeMap::new();
    }
    let seen = WebServerCollector.collect(world, task).await;
    let targets = seen
        .of_kind("web-log")
        .map(|log| (log.subject.name().to_owned(), log.texts("columns").into_iter().map(str::to_owned).collect()));
    targets
        .filter(|(target, _)| target.starts_with('/') && !target.starts_with("/dev/") && !target.contains(['$', '*']))
        .collect()
}

async fn files(
    world: &dyn World,
    logs: Vec<Log>,
    wanted: Arc<Wanted>,
    cores: usize,
    faults: &mut Vec<(String, String)>,
) -> Vec<(Log, Scanned)> {
    let scans = logs.into_iter().map(|log| {
        let wanted = Arc::clone(&wanted);
        let input = world.stream(&log.open);
        async move {
            match input {
                Ok(input) => {
                    // A link's own size says nothing of what it leads to.
                    let size = (log.size_bytes > 4_096).then_some(log.size_bytes);
                    let (scanned, sample) = apart(move || scanned(input, &wanted, size)).await;
                    Ok((Log { sample, ..log }, scanned))
                }
                Err(refusal) => Err((log.path, refusal.to_string())),
            }
        }
    });
    let mut seen = Vec::new();
    let mut scans = futures_util::stream::iter(scans).buffered(cores);
    while let Some(scan) = scans.next().await {
        match scan {
            Ok(scan) => seen.push(scan),
            Err(fault) => faults.push(fault),
        }
    }
    seen
}

/// Runs what takes long beside the other collectors, where there is a runtime that can.
async fn apart<T: Default + Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.unwrap_or_default(),
        Err(_) => work(),
    }
}

fn scanned(input: Box<dyn Read + Send + '_>, wanted: &Wanted, size_bytes: Option<u64>) -> (Scanned, Sample) {
    let mut head = Vec::new();
    let options = Options {
        allowed: &wanted.allowed,
        patterns: &wanted.patterns,
        threads: wanted.threads,
        size_bytes,
        progress: &|_| {},
    };
    let scanned = scan::look(Box::new(Head { input, kept: &mut head }), &options);
    let sample = Sample::of(&head, &scanned);
    (scanned, sample)
}

fn stated(task: &Task<'_>, scope: &str, seen: &[(Log, Scanned)], faults: Vec<(String, String)>) -> Evidence {
    let own: Vec<&str> = task.declaration.site.log_patterns.iter().map(|own| own.id.as_str()).collect();
    let outages: Vec<_> =
        task.declaration.records.iter().flatten().filter(|record| record.activity == "outage").collect();
    let lasted =
        |record: &crate::model::Record| (record.on.unix_seconds(), record.until.unwrap_or(record.on).unix_seconds());
    let outages: Vec<(i64, i64)> = outages.into_iter().map(lasted).collect();
    let mut evidence = Evidence { observations: state::contents(seen, &own), ..Evidence::default() };
    evidence.observations.extend(state::series(seen, &outages));
    let broken =
        seen.iter().flat_map(|(log, scanned)| scanned.faults.iter().map(|fault| (log.path.clone(), fault.to_string())));
    let faults: Vec<(String, String)> = faults.into_iter().chain(broken).collect();
    for kind in KINDS {
        let count = evidence.of_kind(kind.name).count();
        evidence.census.push(match faults.first() {
            Some((path, reason)) => Census::incomplete(kind.name, scope, count, format!("{path}: {reason}")),
            None => Census::complete(kind.name, scope, count),
        });
    }
    let kinds: Vec<String> = KINDS.iter().map(|kind| kind.name.to_owned()).collect();
    let gaps = faults.into_iter().map(|(subject, reason)| Gap {
        collector: NAME.to_owned(),
        kinds: kinds.clone(),
        subject,
        reason,
    });
    evidence.gaps.extend(gaps);
    evidence
}

#[cfg(test)]
mod tests;
