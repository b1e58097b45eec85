//! `tenken assess`: the main job.

use std::path::{Path, PathBuf};

use super::arguments::{AssessOptions, LookOptions, OfTarget};
use super::baseline::Baseline;
use super::failure::{Exit, Failure};
use super::ledger::{Ledger, signing_key};
use super::output::{print, write_file};
use super::{Streams, clock};
use crate::bundle;
use crate::collect::live::{LiveOptions, LiveWorld};
use crate::load::{EvidenceFile, Judged, LoadOptions, Loaded, evidence_to_text, judged, load};
use crate::model::{Assessment, GateOptions, Language, Milliunits, Time};
use crate::pipeline::{self, JudgeOptions};
use crate::report::{FORMATS, RenderOptions};

/// Files of a folder that are named when nothing was recognised in them.
const SHOWN_FILES: usize = 20;

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
    let files = !outputs.is_empty()
        || options.evidence.is_some()
        || options.write_baseline.is_some()
        || options.bundle.is_some();
    if targets.len() > 1 && (files || baseline.is_some()) {
        let flags = "--output, --evidence, --bundle, --baseline and --write-baseline";
        return Err(Failure::Usage(format!("{flags} go with one target; give each target a run of its own")));
    }
    let mut exit = Exit::DONE;
    for target in targets {
        // Whoever asks about a URL alone wants an answer first; whoever declares a site wants everything that was seen of it.
        let is_bare = matches!(target, Target::Look(target) if target.starts_with("https://"));
        let seen = match target {
            Target::Look(target) => {
                let asked =
                    JudgeOptions { only: options.only.clone(), skip: options.skip.clone(), ..JudgeOptions::default() };
                look(target, &options.look, &asked, now, streams)?
            }
            Target::Replay(path) => {
                let mut evidence = EvidenceFile::read(path)?;
                if let Some(name) = &options.look.tls_profile {
                    evidence.sources.hold_against_tls_profile(name)?;
                }
                Seen { by: judged(&evidence.sources)?, evidence, base: PathBuf::new() }
            }
        };
        let Seen { evidence, by, base } = seen;
        // The ledger is opened before anything is judged: a broken one is said at once.
        let mut ledger = Ledger::open(options, &base)?;
        if let Some(path) = &options.evidence {
            write_file(path, evidence_to_text(&evidence)?)?;
        }
        let site = &by.declaration.site.name;
        let judge = judge_options(site, &evidence.pack_hash, options, baseline.as_ref(), ledger.as_ref(), now)?;
        let assessment = pipeline::judge_by(&by, &evidence, &judge)?;
        if let Some(baseline) = &baseline {
            baseline.hold(&assessment)?;
        }
        // The report is shown even where the run cannot be recorded.
        let recorded = ledger.as_mut().map_or(Ok(()), |ledger| ledger.record(&assessment, &evidence));
        let render = RenderOptions {
            language,
            width: streams.width,
            color: streams.color,
            explain: options.explain,
            quiet: options.quiet,
            summary: options.summary || is_bare && !options.details && !options.explain,
        };
        for (format, path) in &outputs {
            let plain = RenderOptions { color: false, width: 80, summary: false, ..render.clone() };
            write_file(Path::new(path), rendered(format, &assessment, &plain)?)?;
        }
        if let Some(path) = &options.write_baseline {
            write_file(path, Baseline::of(&assessment).text()?)?;
        }
        if let Some(path) = &options.bundle {
            let key = options.key.as_deref().map(signing_key).transpose()?;
            write_file(path, &bundle::pack(&evidence, &judge, &assessment, language, key.as_ref())?)?;
        }
        for idle in pipeline::idle_remarks(&by, &evidence.evidence, &assessment) {
            let because = if language == Language::Japanese { &idle.because.ja } else { &idle.because.en };
            let (file, line) = (idle.place.file.unwrap_or_default(), idle.place.line.unwrap_or_default());
            // A note on the side: if it cannot be shown, the run goes on.
            let _ = writeln!(
                streams.err,
                "{}:{line}: # tenken: {}: {because}",
                file.escape_debug(),
                idle.check.escape_debug()
            );
        }
        print(streams, &rendered(&options.format, &assessment, &render)?)?;
        recorded?;
        exit = exit.worse(Exit::of_gate(&assessment.gate));
    }
    Ok(exit)
}

enum Target<'a> {
    Look(&'a str),
    Replay(&'a Path),
}

/// What was seen of one target.
pub(super) struct Seen {
    /// The evidence.
    pub(super) evidence: EvidenceFile,
    /// What it is judged by: what its sources say.
    pub(super) by: Judged,
    /// The folder of the site file.
    pub(super) base: PathBuf,
}

/// Looks at one target.
///
/// # Errors
/// A [`Failure`]: what is declared cannot be loaded.
pub(super) fn look(
    target: &str,
    options: &LookOptions,
    asked: &JudgeOptions,
    now: Option<Time>,
    streams: &mut Streams<'_>,
) -> Result<Seen, Failure> {
    let loaded = load(
        target,
        &LoadOptions {
            policy: options.policy.clone(),
            checks: options.checks.clone(),
            parameters: options.parameters.clone(),
            root: options.root.clone(),
            tls_profile: options.tls_profile.clone(),
        },
    )?;
    look_at(loaded, target, options, asked, now, streams)
}

/// The same for what is loaded already.
///
/// # Errors
/// A [`Failure`].
pub(super) fn look_at(
    mut loaded: Loaded,
    target: &str,
    options: &LookOptions,
    asked: &JudgeOptions,
    now: Option<Time>,
    streams: &mut Streams<'_>,
) -> Result<Seen, Failure> {
    if !loaded.unrecognised.is_empty() {
        // Whoever hands over a folder has to know what of it was not looked at.
        let shown: Vec<&str> = loaded.unrecognised.iter().take(SHOWN_FILES).map(String::as_str).collect();
        let more = loaded.unrecognised.len().saturating_sub(SHOWN_FILES);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let _ = writeln!(
            streams.err,
            "not recognised as configuration, so not looked at: {}{more}",
            shown.join(", ").escape_debug()
        );
    }
    let starttls = loaded.judged.declaration.site.mail.starttls;
    loaded.judged.declaration.site.mail.starttls |= options.starttls;
    let site = &loaded.judged.declaration.site;
    if streams.progress && !options.offline && !site.hosts.is_empty() {
        // Progress is a courtesy: if it cannot be shown, the run goes on.
        let _ = writeln!(streams.err, "looking at {} host(s) of {} …", site.hosts.len(), target);
    }
    let world = LiveWorld::new(
        LiveOptions::of_site(
            &loaded.base,
            site,
            options.resolve.iter().map(|over| (over.host.clone(), over.port, over.address)).collect(),
            options.cacert.clone(),
            options.timeout,
            usize::from(options.jobs),
            options.offline,
        )
        .with_resolver(options.resolver)
        .with_depth(options.depth == "full"),
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let now = now.unwrap_or_else(clock);
    let evidence = runtime.block_on(pipeline::collect_for(&loaded, &world, options.offline, now, asked));
    // The flag asks for a look; what the site file says of it stays what it is, for a replay too.
    loaded.judged.declaration.site.mail.starttls = starttls;
    Ok(Seen { evidence, by: loaded.judged.as_replayed(), base: loaded.base })
}

/// What was seen of the one target of a command that writes beside the site file.
///
/// # Errors
/// A [`Failure`].
pub(super) fn target_evidence(of: &OfTarget, streams: &mut Streams<'_>) -> Result<Seen, Failure> {
    let now = of.now.as_deref().map(moment).transpose()?;
    match &of.replay {
        Some(path) => {
            let mut evidence = EvidenceFile::read(path)?;
            evidence.collected_at = now.unwrap_or(evidence.collected_at);
            let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
            Ok(Seen { by: judged(&evidence.sources)?, evidence, base })
        }
        None => look(&of.target, &of.look, &JudgeOptions::default(), now, streams),
    }
}

/// A day given on the command line.
///
/// # Errors
/// `Usage`.
pub(super) fn day(flag: &str, text: &str) -> Result<Time, Failure> {
    Time::parse(text).ok_or_else(|| Failure::Usage(format!("{flag} {text}: expected a day such as 2026-04-01")))
}

/// A moment given on the command line.
///
/// # Errors
/// `Usage`.
pub(super) fn moment(text: &str) -> Result<Time, Failure> {
    Time::parse(text)
        .ok_or_else(|| Failure::Usage(format!("--now {text}: expected 2026-04-01 or 2026-04-01T09:00:00+09:00")))
}

fn judge_options(
    site: &str,
    pack_hash: &str,
    options: &AssessOptions,
    baseline: Option<&Baseline>,
    ledger: Option<&Ledger>,
    now: Option<Time>,
) -> Result<JudgeOptions, Failure> {
    let past = ledger.map(|ledger| ledger.past(site)).transpose()?;
    if options.only_new && past.is_none() && baseline.is_none() {
        return Err(Failure::Usage("--only-new needs a ledger (--history FILE) or --baseline FILE".to_owned()));
    }
    Ok(JudgeOptions {
        past,
        only: options.only.clone(),
        skip: options.skip.clone(),
        gate: GateOptions {
            fail_on: options.fail_on.into(),
            allow_gaps: options.allow_gaps,
            strict: options.strict,
            max_residual: options.max_residual.map(|units| Milliunits(u64::from(units) * 1_000)),
            baseline: baseline.map(|baseline| baseline.known(pipeline::METHOD, pack_hash)),
            only_new: options.only_new,
            exit_zero: options.exit_zero,
        },
        now,
    })
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
