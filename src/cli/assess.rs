//! `tenken assess`: the main job.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::arguments::{AssessOptions, LookOptions};
use super::failure::{Exit, Failure};
use super::output::{print, write_file};
use super::{Streams, clock};
use crate::collect::live::{LiveOptions, LiveWorld};
use crate::load::{EvidenceFile, LoadOptions, evidence_to_text, load};
use crate::model::{Assessment, GateOptions, Language, Milliunits, Outcome, Time};
use crate::pipeline::{self, JudgeOptions};
use crate::report::{FORMATS, RenderOptions};

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: exit code 2.
pub(super) fn run(options: &AssessOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let now = options.now.as_deref().map(moment).transpose()?;
    let baseline = options.baseline.as_deref().map(Baseline::read).transpose()?;
    let outputs = options.outputs.iter().map(|output| parted(output)).collect::<Result<Vec<_>, _>>()?;
    let targets: Vec<Target<'_>> = if options.replay.is_empty() {
        let named = options.targets.iter().map(|target| Target::Look(target));
        let named: Vec<_> = named.collect();
        if named.is_empty() { vec![Target::Look("tenken.yml")] } else { named }
    } else {
        options.replay.iter().map(|path| Target::Replay(path)).collect()
    };
    let files = !outputs.is_empty() || options.evidence.is_some() || options.write_baseline.is_some();
    if targets.len() > 1 && (files || baseline.is_some()) {
        let flags = "--output, --evidence, --baseline and --write-baseline";
        return Err(Failure::Usage(format!("{flags} go with one target; give each target a run of its own")));
    }
    let mut exit = Exit::DONE;
    for target in targets {
        let evidence = match target {
            Target::Look(target) => look(target, &options.look, now, streams)?,
            Target::Replay(path) => EvidenceFile::read(path)?,
        };
        if let Some(path) = &options.evidence {
            write_file(path, &evidence_to_text(&evidence)?)?;
        }
        let assessment = pipeline::judge(&evidence, &judge_options(options, baseline.as_ref(), now))?;
        if let Some(baseline) = &baseline {
            baseline.hold(&assessment)?;
        }
        let render = RenderOptions {
            language,
            width: streams.width,
            color: streams.color,
            explain: options.explain,
            quiet: options.quiet,
        };
        for (format, path) in &outputs {
            let plain = RenderOptions { color: false, width: 80, ..render.clone() };
            write_file(Path::new(path), &rendered(format, &assessment, &plain)?)?;
        }
        if let Some(path) = &options.write_baseline {
            write_file(path, &Baseline::of(&assessment).text()?)?;
        }
        print(streams, &rendered(&options.format, &assessment, &render)?)?;
        exit = exit.worse(Exit::of_gate(&assessment.gate));
    }
    Ok(exit)
}

enum Target<'a> {
    Look(&'a str),
    Replay(&'a Path),
}

/// Looks at one target and gives its evidence.
///
/// # Errors
/// A [`Failure`]: what is declared cannot be loaded.
pub(super) fn look(
    target: &str,
    options: &LookOptions,
    now: Option<Time>,
    streams: &mut Streams<'_>,
) -> Result<EvidenceFile, Failure> {
    let loaded = load(
        target,
        &LoadOptions {
            policy: options.policy.clone(),
            checks: options.checks.clone(),
            parameters: options.parameters.clone(),
            root: options.root.clone(),
        },
    )?;
    let site = &loaded.judged.declaration.site;
    if streams.progress && !options.offline && !site.hosts.is_empty() {
        // Progress is a courtesy: if it cannot be shown, the run goes on.
        let _ = writeln!(streams.err, "looking at {} host(s) of {} …", site.hosts.len(), target);
    }
    let world = LiveWorld::new(LiveOptions::of_site(
        &loaded.base,
        site,
        options.resolve.iter().map(|over| (over.host.clone(), over.port, over.address)).collect(),
        options.cacert.clone(),
        options.timeout,
        usize::from(options.jobs),
        options.offline,
    ));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let now = now.unwrap_or_else(clock);
    Ok(runtime.block_on(pipeline::collect(&loaded, &world, options.offline, now)))
}

/// A moment given on the command line.
///
/// # Errors
/// `Usage`.
pub(super) fn moment(text: &str) -> Result<Time, Failure> {
    Time::parse(text)
        .ok_or_else(|| Failure::Usage(format!("--now {text}: expected 2026-04-01 or 2026-04-01T09:00:00+09:00")))
}

fn judge_options(options: &AssessOptions, baseline: Option<&Baseline>, now: Option<Time>) -> JudgeOptions {
    JudgeOptions {
        only: options.only.clone(),
        skip: options.skip.clone(),
        gate: GateOptions {
            fail_on: options.fail_on.into(),
            allow_gaps: options.allow_gaps,
            strict: options.strict,
            max_residual: options.max_residual.map(|units| Milliunits(u64::from(units) * 1_000)),
            baseline: baseline.map(|baseline| baseline.fingerprints.clone()),
            exit_zero: options.exit_zero,
        },
        now,
    }
}

fn parted(output: &str) -> Result<(String, String), Failure> {
    let known = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    match output.split_once('=') {
        Some((format, file)) if !file.is_empty() && FORMATS.iter().any(|known| known.name == format) => {
            Ok((format.to_owned(), file.to_owned()))
        }
        _ => Err(Failure::Usage(format!("--output {output}: expected FORMAT=FILE, FORMAT one of {}", known()))),
    }
}

fn rendered(format: &str, assessment: &Assessment, options: &RenderOptions) -> Result<String, Failure> {
    FORMATS
        .iter()
        .find(|known| known.name == format)
        .map(|known| (known.render)(assessment, options))
        .ok_or_else(|| Failure::Usage(format!("unknown format {format}")))
}

/// What failed before, for repositories without a ledger.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    schema: String,
    site: String,
    fingerprints: Vec<String>,
}

const BASELINE_SCHEMA: &str = "tenken/baseline/1";

impl Baseline {
    fn of(assessment: &Assessment) -> Self {
        let mut fingerprints: Vec<String> = assessment
            .findings
            .iter()
            .filter(|found| found.finding.outcome == Outcome::Fail)
            .map(|found| found.fingerprint.clone())
            .collect();
        fingerprints.sort();
        Self { schema: BASELINE_SCHEMA.to_owned(), site: assessment.site.clone(), fingerprints }
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let said = |reason: String| Failure::Usage(format!("--baseline {}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| said(error.to_string()))?;
        let read: Self = serde_json::from_str(&text).map_err(|error| said(error.to_string()))?;
        if read.schema != BASELINE_SCHEMA {
            return Err(said(format!("expected the schema {BASELINE_SCHEMA}")));
        }
        Ok(read)
    }

    fn hold(&self, assessment: &Assessment) -> Result<(), Failure> {
        if self.site == assessment.site {
            return Ok(());
        }
        Err(Failure::Usage(format!("the baseline is of another site: {}, not {}", self.site, assessment.site)))
    }

    fn text(&self) -> Result<String, Failure> {
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(|error| Failure::Usage(error.to_string()))
    }
}
