//! `tenken fix`: the edits that mend findings, as a diff or written. Each is tried in memory first and kept only where its
//! finding goes and no other comes.

mod overlay;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use similar::TextDiff;

use super::arguments::FixOptions;
use super::failure::{Exit, Failure};
use super::output::{print, write_file};
use super::{Streams, clock};
use crate::collect::limits::CONFIGURATION_BYTES;
use crate::collect::live::{LiveOptions, LiveWorld};
use crate::collect::world::World;
use crate::load::{LoadOptions, Loaded, load};
use crate::mend::{self, Edit, Fix, Source};
use crate::model::{AssessedFinding, Language, Outcome, Time};
use crate::pipeline::{self, JudgeOptions};
use overlay::Overlay;

/// Rounds of mending; a second one mends what the first one brought to light.
const ROUNDS: usize = 6;

/// Files that differ, by name: old and new text.
type Changed = BTreeMap<String, (Vec<u8>, Vec<u8>)>;

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: what is declared cannot be loaded, judged or written.
pub(super) fn run(options: &FixOptions, language: Language, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let loaded = load(
        &options.target,
        &LoadOptions {
            policy: options.look.policy.clone(),
            checks: options.look.checks.clone(),
            parameters: options.look.parameters.clone(),
            root: options.look.root.clone(),
            tls_profile: options.look.tls_profile.clone(),
        },
    )?;
    let site = &loaded.judged.declaration.site;
    let world =
        LiveWorld::new(LiveOptions::of_site(&loaded.base, site, Vec::new(), None, options.look.timeout, 1, true));
    let judge = JudgeOptions { only: only(options, &loaded), skip: options.skip.clone(), ..JudgeOptions::default() };
    let mut work =
        Work { loaded: &loaded, judge, now: clock(), world: Overlay { below: &world, texts: BTreeMap::new() } };
    let mut mended: Vec<AssessedFinding> = Vec::new();
    let mut left: Vec<(AssessedFinding, Option<Fix>)> = Vec::new();
    for _ in 0..ROUNDS {
        let open = work.open()?;
        let planned: Vec<(AssessedFinding, Option<Fix>)> = open
            .iter()
            .map(|found| (found.clone(), mend::fix(&found.finding, &|name: &str| work.source(name))))
            .collect();
        let is_meant = |fix: &Fix| options.allow_unsafe || fix.may_change.is_none();
        let meant: Vec<(&AssessedFinding, &Fix)> = planned
            .iter()
            .filter_map(|(found, fix)| fix.as_ref().filter(|fix| is_meant(fix)).map(|fix| (found, fix)))
            .collect();
        let done = work.mend(&open, &meant)?;
        let is_over = done.is_empty();
        mended.extend(done);
        left = planned;
        if is_over {
            break;
        }
    }
    let changed = work.changed()?;
    if options.write {
        for (name, (old, new)) in &changed {
            write(&loaded.base, name, old, new)?;
        }
    } else {
        print(streams, &changed.iter().map(|(name, (old, new))| diff(name, old, new)).collect::<String>())?;
    }
    say(options, language, &mended, &left, &changed, streams);
    Ok(Exit::DONE)
}

/// The checks that can be mended, as far as the policy has them and the flags name them.
fn only(options: &FixOptions, loaded: &Loaded) -> Vec<String> {
    let is_used = |check: &str| {
        let clauses = &loaded.judged.declaration.policy.clauses;
        clauses.iter().any(|clause| clause.checks.iter().any(|one| one == check))
    };
    let named =
        |check: &str| options.only.is_empty() || options.only.iter().any(|glob| pipeline::matches_glob(glob, check));
    let mut checks: Vec<String> =
        mend::checks().map(|(check, _)| check.to_owned()).filter(|check| is_used(check) && named(check)).collect();
    if checks.is_empty() {
        checks.clone_from(&options.only);
    }
    checks
}

/// What is being mended.
struct Work<'w> {
    loaded: &'w Loaded,
    judge: JudgeOptions,
    now: Time,
    world: Overlay<'w>,
}

impl Work<'_> {
    /// What fails and is not waived.
    fn open(&self) -> Result<Vec<AssessedFinding>, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
        // Checks of a kind that other fixes may touch are looked at as well: a fix must not break them.
        let all =
            JudgeOptions { only: vec!["cfg-*".to_owned()], skip: self.judge.skip.clone(), ..JudgeOptions::default() };
        let evidence = runtime.block_on(pipeline::collect_for(self.loaded, &self.world, true, self.now, &all));
        let assessment = match pipeline::judge(&evidence, &all) {
            Err(pipeline::PipelineError::NoCheckRan) => return Ok(Vec::new()),
            other => other?,
        };
        let open = assessment.findings.into_iter().filter(|found| found.finding.outcome == Outcome::Fail);
        Ok(open.filter(|found| found.waiver.is_none()).collect())
    }

    fn source(&self, name: &str) -> Option<Rc<Source>> {
        self.world.read(name, CONFIGURATION_BYTES).ok().map(|text| Rc::new(Source::new(name, text)))
    }

    /// Mends as much as goes together; what mends nothing or breaks something is taken back.
    fn mend(
        &mut self,
        open: &[AssessedFinding],
        meant: &[(&AssessedFinding, &Fix)],
    ) -> Result<Vec<AssessedFinding>, Failure> {
        let meant: Vec<_> = meant.iter().filter(|(found, _)| self.judge.only.contains(&found.finding.check)).collect();
        let together: Vec<Fix> = meant.iter().map(|(_, fix)| (*fix).clone()).collect();
        if together.is_empty() {
            return Ok(Vec::new());
        }
        let before = self.world.texts.clone();
        let mut accepted: Vec<Edit> = Vec::new();
        for fix in &together {
            let mut more = accepted.clone();
            more.extend(fix.edits.iter().cloned());
            if self.texts_with(&more).is_some() {
                accepted = more;
            }
        }
        if let Some(texts) = self.texts_with(&accepted) {
            self.world.texts.extend(texts);
            let after = self.open()?;
            if is_better(open, &after) {
                return Ok(gone(open, &after, &meant));
            }
            self.world.texts.clone_from(&before);
        }
        // One of them breaks something: each is tried by itself, and the first that is good is kept.
        for (found, fix) in meant {
            let Some(texts) = self.texts_with(&fix.edits) else { continue };
            self.world.texts.extend(texts);
            let after = self.open()?;
            let own =
                |all: &[AssessedFinding]| all.iter().filter(|one| one.finding.check == found.finding.check).count();
            if is_better(open, &after) && own(&after) < own(open) {
                return Ok(vec![(*found).clone()]);
            }
            self.world.texts.clone_from(&before);
        }
        Ok(Vec::new())
    }

    /// The files with these edits; `None` where two edits meet.
    fn texts_with(&self, edits: &[Edit]) -> Option<BTreeMap<String, Vec<u8>>> {
        let mut by_file: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
        for edit in edits {
            by_file.entry(&edit.file).or_default().push(edit.clone());
        }
        let mut texts = BTreeMap::new();
        for (name, edits) in by_file {
            let text = self.world.read(name, CONFIGURATION_BYTES).ok()?;
            texts.insert(name.to_owned(), mend::applied(&text, &edits)?);
        }
        Some(texts)
    }

    /// Files that differ from what is there: old and new text.
    fn changed(&self) -> Result<Changed, Failure> {
        let mut changed = BTreeMap::new();
        for (name, new) in &self.world.texts {
            let unread = |refusal| Failure::Usage(format!("{name}: {refusal}"));
            let old = self.world.below.read(name, CONFIGURATION_BYTES).map_err(unread)?;
            if old != *new {
                changed.insert(name.clone(), (old, new.clone()));
            }
        }
        Ok(changed)
    }
}

/// Fewer findings, and no check with more of them than before.
fn is_better(before: &[AssessedFinding], after: &[AssessedFinding]) -> bool {
    let count = |all: &[AssessedFinding]| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for found in all {
            *counts.entry(found.finding.check.clone()).or_default() += 1;
        }
        counts
    };
    let (before_by_check, after_by_check) = (count(before), count(after));
    after.len() < before.len()
        && after_by_check.iter().all(|(check, count)| before_by_check.get(check).is_some_and(|before| before >= count))
}

fn gone(
    before: &[AssessedFinding],
    after: &[AssessedFinding],
    meant: &[&(&AssessedFinding, &Fix)],
) -> Vec<AssessedFinding> {
    let is_left = |found: &AssessedFinding| after.iter().any(|one| one.fingerprint == found.fingerprint);
    let is_meant = |found: &AssessedFinding| meant.iter().any(|(one, _)| one.fingerprint == found.fingerprint);
    before.iter().filter(|found| is_meant(found) && !is_left(found)).cloned().collect()
}

fn diff(name: &str, old: &[u8], new: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    TextDiff::from_lines(old.as_ref(), new.as_ref())
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}

/// Writes the new text; the old one stays beside it under a name that no pattern of an include takes in.
fn write(base: &Path, name: &str, old: &[u8], new: &[u8]) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| Failure::Unwritable { file: name.to_owned(), reason: error.to_string() };
    // The file itself, not a link to it, is replaced.
    let path: PathBuf = std::fs::canonicalize(base.join(name)).map_err(unwritable)?;
    let mode = std::fs::metadata(&path).map_err(unwritable)?.permissions();
    let file = path.file_name().and_then(|name| name.to_str()).unwrap_or("configuration");
    let backup = path.with_file_name(format!(".{file}.tenken-backup"));
    if std::fs::read(&path).map_err(unwritable)? != old {
        return Err(Failure::Usage(format!("{name}: changed while it was being mended; nothing was written to it")));
    }
    write_file(&backup, old)?;
    std::fs::set_permissions(&backup, mode.clone()).map_err(unwritable)?;
    write_file(&path, new)?;
    std::fs::set_permissions(&path, mode).map_err(unwritable)
}

fn say(
    options: &FixOptions,
    language: Language,
    mended: &[AssessedFinding],
    left: &[(AssessedFinding, Option<Fix>)],
    changed: &Changed,
    streams: &mut Streams<'_>,
) {
    let word = |en: &'static str, ja: &'static str| if language == Language::Japanese { ja } else { en };
    let mut lines = Vec::new();
    for found in mended {
        let head = word("mended", "修正");
        lines.push(format!("{head}: {} {}", found.finding.check, found.finding.subject));
    }
    let mut unsafe_count = 0;
    for (found, fix) in left {
        if mended.iter().any(|done| done.fingerprint == found.fingerprint) {
            continue;
        }
        match fix.as_ref().and_then(|fix| fix.may_change.as_ref()) {
            Some(why) if !options.allow_unsafe => {
                unsafe_count += 1;
                let head = word("only with --unsafe", "--unsafeが必要");
                let why = if language == Language::Japanese { &why.ja } else { &why.en };
                lines.push(format!("{head}: {} {}: {why}", found.finding.check, found.finding.subject));
            }
            _ => {
                let head = word("left to a person", "手作業が必要");
                lines.push(format!("{head}: {} {}", found.finding.check, found.finding.subject));
            }
        }
    }
    let summary = match language {
        Language::Japanese => format!(
            "{}件を修正、{}ファイル{}。{unsafe_count}件は--unsafeで修正可能",
            mended.len(),
            changed.len(),
            if options.write {
                "に書込み(元の内容は.NAME.tenken-backup)"
            } else {
                "の差分を表示(--writeで書込み)"
            }
        ),
        Language::English => format!(
            "{} finding(s) mended in {} file(s), {}; {unsafe_count} more can be with --unsafe",
            mended.len(),
            changed.len(),
            if options.write {
                "written; the old text is in .NAME.tenken-backup"
            } else {
                "shown only: --write applies it"
            }
        ),
    };
    lines.push(summary);
    for line in lines {
        // Outside text may stand in a subject; that it cannot be said is no reason to fail.
        let clean: String = line.chars().map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
        let _ = writeln!(streams.err, "{clean}");
    }
}
