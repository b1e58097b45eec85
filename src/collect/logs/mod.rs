//! The bytes of logs: what classes of personal information and secrets they hold, and when their entries were written.
//! It keeps no value, no line and no hash of one.

mod find;
mod kinds;
mod sample;
mod state;

use std::io::{Cursor, Read};
use std::sync::Arc;

use futures_util::StreamExt;

use super::collector::{Collector, LocalFuture, Task};
use super::limits::HOST_ARCHIVE_BYTES;
use super::webserver::WebServerCollector;
use super::world::World;
use crate::model::{Census, Evidence, Gap, KindSpec, LogKind};
use crate::scan::{self, Allowed, Options, Pattern, Patterns, Scanned, Tier};
use find::{Files, Log, Logs, fits, kind_of};
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
    let seen = match root.filter(|root| root.ends_with(".tar")) {
        Some(root) => {
            let wanted = Wanted { allowed, patterns, threads: 1 };
            archive(world, root, task, wanted, &mut faults).await
        }
        None => {
            let Logs { logs, faults: unseen } = Files::new(world, root).find(&site.logs, &configured);
            faults.extend(unseen);
            let logs: Vec<Log> = logs.into_values().collect();
            // By file where there are several, by block where there is one.
            let threads = if logs.len() > 1 { 1 } else { cores };
            files(world, logs, Arc::new(Wanted { allowed, patterns, threads }), cores, &mut faults).await
        }
    };
    stated(task, root.unwrap_or(&site.name), &seen, faults)
}

fn not_asked(task: &Task<'_>) -> Evidence {
    let reason = "no logs are named (site file: logs)";
    let census = KINDS.iter().map(|kind| Census::not_asked(kind.name, &task.declaration.site.name, reason));
    Evidence { census: census.collect(), ..Evidence::default() }
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

/// The logs that the web server's configuration writes into files.
async fn configured(world: &dyn World, task: &Task<'_>) -> Vec<String> {
    if task.declaration.site.web_servers.is_empty() {
        return Vec::new();
    }
    let seen = WebServerCollector.collect(world, task).await;
    let targets = seen.of_kind("web-log").map(|log| log.subject.name().to_owned());
    targets
        .filter(|target| target.starts_with('/') && !target.starts_with("/dev/") && !target.contains(['$', '*']))
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

/// Looks through the logs of a host root in a tar, which is read once more from its begin to its end.
async fn archive(
    world: &dyn World,
    root: &str,
    task: &Task<'_>,
    wanted: Wanted,
    faults: &mut Vec<(String, String)>,
) -> Vec<(Log, Scanned)> {
    let input = match world.stream(root) {
        Ok(input) => input,
        Err(refusal) => {
            faults.push((root.to_owned(), refusal.to_string()));
            return Vec::new();
        }
    };
    let declared: Vec<(String, LogKind)> =
        task.declaration.site.logs.iter().map(|log| (log.path.trim_start_matches('/').to_owned(), log.kind)).collect();
    let (seen, broken) = apart(move || entries(input, &declared, &wanted)).await;
    faults.extend(broken.map(|reason| (root.to_owned(), reason)));
    seen
}

fn entries(
    input: Box<dyn Read + Send>,
    declared: &[(String, LogKind)],
    wanted: &Wanted,
) -> (Vec<(Log, Scanned)>, Option<String>) {
    let mut archive = tar::Archive::new(input.take(HOST_ARCHIVE_BYTES));
    let mut seen = Vec::new();
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return (seen, Some(error.to_string())),
    };
    for entry in entries {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => return (seen, Some(format!("the archive ends or breaks: {error}"))),
        };
        let name = entry.path().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.trim_start_matches("./").trim_start_matches('/').to_owned();
        let is_usual =
            ["var/log/nginx/", "var/log/apache2/", "var/log/httpd/"].iter().any(|usual| name.starts_with(usual));
        let kind = declared.iter().find(|(pattern, _)| fits(pattern, &name)).map(|(_, kind)| *kind);
        let Some(kind) = kind.or_else(|| is_usual.then(|| kind_of(&name))) else { continue };
        if !entry.header().entry_type().is_file() || name.split('/').any(|part| part == "..") {
            continue;
        }
        let log =
            Log { path: format!("/{name}"), open: name, kind, size_bytes: entry.size(), sample: Sample::default() };
        let ((scanned, sample), broken) = entry_scanned(&mut entry, wanted);
        if let Some(error) = broken {
            return (seen, Some(format!("{}: {error}", log.path)));
        }
        seen.push((Log { sample, ..log }, scanned));
    }
    (seen, None)
}

/// An entry cannot leave its thread; its bytes can, some pieces at a time.
fn entry_scanned(entry: &mut impl Read, wanted: &Wanted) -> ((Scanned, Sample), Option<std::io::Error>) {
    let (sender, receiver) = std::sync::mpsc::sync_channel::<Vec<u8>>(2);
    std::thread::scope(|scope| {
        let scan = scope.spawn(|| scanned(Box::new(Pieces { receiver, piece: Cursor::default() }), wanted, None));
        let mut broken = None;
        loop {
            let mut piece = Vec::new();
            match entry.by_ref().take(scan::BLOCK_BYTES as u64).read_to_end(&mut piece) {
                Ok(0) => break,
                Ok(_) if sender.send(piece).is_err() => break,
                Ok(_) => {}
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            }
        }
        drop(sender);
        (scan.join().unwrap_or_default(), broken)
    })
}

/// Pieces that another thread reads.
struct Pieces {
    receiver: std::sync::mpsc::Receiver<Vec<u8>>,
    piece: Cursor<Vec<u8>>,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let count = self.piece.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            match self.receiver.recv() {
                Ok(piece) => self.piece = Cursor::new(piece),
                Err(_) => return Ok(0),
            }
        }
    }
}

fn stated(task: &Task<'_>, scope: &str, seen: &[(Log, Scanned)], faults: Vec<(String, String)>) -> Evidence {
    let own: Vec<&str> = task.declaration.site.log_patterns.iter().map(|own| own.id.as_str()).collect();
    let outages: Vec<_> =
        task.declaration.records.iter().flatten().filter(|record| record.activity == "outage").collect();
    let outages: Vec<i64> = outages.into_iter().map(|record| record.on.unix_seconds()).collect();
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
