//! The only place that knows the order of the stages.

mod remarks;
mod snapshot;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ring::digest;

use crate::assess::{self, Inputs};
use crate::collect::collector::{Collector, NOT_NEEDED, Task};
use crate::collect::world::World;
use crate::collect::{COLLECTORS, FOLLOWERS, excerpt, run};
use crate::evaluate::{Selection, evaluate};
use crate::join::{self, JOINS, TLS_PROFILE_KINDS, hold_against_tls_profile};
use crate::load::{EvidenceFile, Judged, LoadError, Loaded, judged};
use crate::model::{Assessment, Bilingual, Census, Check, GateOptions, KindSpec, Outcome, Past, RUN_KINDS, Time};

/// Why a run gives no assessment. Both are exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The evidence file does not say what it is judged by: a broken or foreign file.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A glob of `--only` or `--skip` names no check: the user's to mend.
    #[error("{flag} {glob}: no check has such an id")]
    NoSuchCheck {
        /// The flag.
        flag: &'static str,
        /// Its value.
        glob: String,
    },
    /// Nothing was looked at: the flags leave out every check.
    #[error("no check ran: every check was left out or nothing that it needs was asked for")]
    NoCheckRan,
}

pub use crate::assess::{Counted, METHOD, Tallies};
pub use remarks::{IdleRemark, idle_remarks};

/// SHA-256 over each part of what was judged, so that a later run can tell what changed: the policy, the site file, and
/// what each collector saw.
#[must_use]
pub fn input_hashes(file: &EvidenceFile) -> BTreeMap<String, String> {
    let mut hashes = BTreeMap::new();
    hashes.insert("policy".to_owned(), sha256([file.sources.policy.to_string()]));
    hashes.insert("site".to_owned(), sha256([file.sources.site.to_string()]));
    for collector in COLLECTORS {
        let kinds: Vec<&str> = collector.kinds().iter().map(|kind| kind.name).collect();
        let of_collector = file.evidence.observations.iter().filter(|seen| kinds.contains(&seen.kind.as_str()));
        // Times differ from run to run and are no change.
        let facts = of_collector.map(|seen| format!("{}\0{}\0{:?}\n", seen.kind, seen.subject, seen.fields));
        hashes.insert(format!("evidence-{}", collector.name()), sha256(facts));
    }
    hashes
}

/// How evidence is judged.
#[derive(Debug, Clone, Default)]
pub struct JudgeOptions {
    /// Globs of check ids; where there are any, all other checks are left out.
    pub only: Vec<String>,
    /// Globs of check ids that are left out.
    pub skip: Vec<String>,
    /// What the gate is asked.
    pub gate: GateOptions,
    /// What the ledger says of the runs before.
    pub past: Option<Past>,
    /// When it is judged; `None` is when the evidence was collected.
    pub now: Option<Time>,
}

/// Every kind of observation that exists, once each: several joins may state parts of one kind.
#[must_use]
pub fn kinds() -> Vec<&'static KindSpec> {
    let mut names = BTreeSet::new();
    COLLECTORS
        .iter()
        .flat_map(|collector| collector.kinds())
        .chain(FOLLOWERS.iter().flat_map(|follower| follower.kinds()))
        .chain(JOINS.iter().flat_map(|join| join.kinds))
        .chain(TLS_PROFILE_KINDS)
        .chain(RUN_KINDS)
        .filter(|kind| names.insert(kind.name))
        .collect()
}

/// Looks at all that is declared: collect, then join.
pub async fn collect(loaded: &Loaded, world: &dyn World, offline: bool, now: Time) -> EvidenceFile {
    collect_for(loaded, world, offline, now, &JudgeOptions::default()).await
}

/// The same for the checks that `--only` and `--skip` leave: a collector that none of them needs does not look.
pub async fn collect_for(
    loaded: &Loaded,
    world: &dyn World,
    offline: bool,
    now: Time,
    options: &JudgeOptions,
) -> EvidenceFile {
    let needed = needed_kinds(&loaded.judged, options);
    let task = Task { declaration: &loaded.judged.declaration, offline, now, needed: needed.as_ref() };
    let looks = |collector: &&&'static dyn Collector| {
        let needed = needed.as_ref();
        needed.is_none_or(|needed| collector.kinds().iter().any(|kind| needed.contains(kind.name)))
    };
    let (asked, left): (Vec<&&dyn Collector>, Vec<&&dyn Collector>) = COLLECTORS.iter().partition(looks);
    let asked: Vec<&dyn Collector> = asked.into_iter().copied().collect();
    let root = loaded.judged.declaration.site.host_root.as_ref().filter(|root| snapshot::is_named(&root.path));
    let is_elsewhere = |collector: &&dyn Collector| {
        root.is_some() && collector.kinds().iter().all(|kind| collector.is_of_host(kind.name))
    };
    let here: Vec<&dyn Collector> = asked.iter().copied().filter(|collector| !is_elsewhere(collector)).collect();
    let mut evidence = run::collect(&here, world, &task).await;
    let site = &loaded.judged.declaration.site.name;
    let census = left.into_iter().flat_map(|collector| collector.kinds());
    evidence.census.extend(census.map(|kind| Census::not_asked(kind.name, site, NOT_NEEDED)));
    let taken = root.map(|root| snapshot::taken(world, &root.path, now, &asked, &mut evidence)).unwrap_or_default();
    evidence.extend(taken.clone());
    run::follow(FOLLOWERS, world, &task, &mut evidence);
    join::join(&mut evidence);
    evidence.sort();
    evidence.excerpts = excerpt::excerpts(world, &evidence);
    snapshot::keep_excerpts(&taken, &mut evidence.excerpts);
    EvidenceFile {
        tool: concat!("tenken ", env!("CARGO_PKG_VERSION")).to_owned(),
        pack_hash: pack_hash(&loaded.sources.checks),
        collected_at: now,
        offline,
        sources: loaded.sources.clone(),
        evidence,
    }
}

/// Judges evidence: evaluate, then assess. The same for a live run and for a replay.
///
/// # Errors
/// A [`PipelineError`]; a run in which no check was evaluated is one.
pub fn judge(file: &EvidenceFile, options: &JudgeOptions) -> Result<Assessment, PipelineError> {
    judge_by(&judged(&file.sources)?, file, options)
}

/// The same where what the file's sources say has been read already.
///
/// # Errors
/// As [`judge`].
pub fn judge_by(by: &Judged, file: &EvidenceFile, options: &JudgeOptions) -> Result<Assessment, PipelineError> {
    let Judged { declaration, checks } = by;
    let now = options.now.unwrap_or(file.collected_at);
    let selection = selection(checks, &declaration.policy.clauses, options)?;
    let first: Vec<&Check> =
        checks.iter().filter(|check| !check.is_second_pass() && is_used(check, declaration)).collect();
    let second: Vec<&Check> =
        checks.iter().filter(|check| check.is_second_pass() && is_used(check, declaration)).collect();
    // What is held against the chosen TLS profile is concluded here, so that a replay may choose another.
    let is_of_profile = |check: &&Check| TLS_PROFILE_KINDS.iter().any(|kind| kind.name == check.needs);
    let (of_profile, first): (Vec<&Check>, Vec<&Check>) = first.into_iter().partition(is_of_profile);
    let site = &declaration.site;
    let held = hold_against_tls_profile(&file.evidence, site.tls_profile.as_ref(), &site.name);
    let mut findings = evaluate(&first, declaration, &file.evidence, &selection, now);
    findings.extend(evaluate(&of_profile, declaration, &held, &selection, now));
    findings.sort_by(|a, b| a.check.cmp(&b.check));
    if !findings.iter().any(|finding| finding.outcome != Outcome::NotChecked) {
        return Err(PipelineError::NoCheckRan);
    }
    let inputs = Inputs {
        declaration,
        checks: Arc::clone(checks),
        findings,
        evidence: &file.evidence,
        collected_at: file.collected_at,
        now,
        pack_hash: file.pack_hash.clone(),
        gate: options.gate.clone(),
        past: options.past.as_ref(),
        inputs: input_hashes(file),
        full: !file.offline && options.only.is_empty() && options.skip.is_empty(),
    };
    Ok(assess::assess(inputs, |facts| evaluate(&second, declaration, facts, &selection, now)))
}

/// The kinds that the remaining checks read; `None` where any may be read, because a join is among them.
fn needed_kinds(judged: &Judged, options: &JudgeOptions) -> Option<BTreeSet<String>> {
    if options.only.is_empty() && options.skip.is_empty() {
        return None;
    }
    let Judged { declaration, checks } = judged;
    let left_out = selection(checks, &declaration.policy.clauses, options).ok()?.left_out;
    let remaining = checks.iter().filter(|check| !left_out.contains_key(&check.id) && is_used(check, declaration));
    let needed: BTreeSet<String> =
        remaining.filter(|check| !check.is_second_pass()).map(|check| check.needs.clone()).collect();
    // What is concluded rests on kinds of which only its join knows.
    let concluded = JOINS.iter().flat_map(|join| join.kinds).chain(TLS_PROFILE_KINDS);
    let joined = concluded.into_iter().any(|kind| needed.contains(kind.name));
    (!joined).then_some(needed)
}

/// A check that no clause of the policy names is not part of this policy.
fn is_used(check: &Check, declaration: &crate::model::Declaration) -> bool {
    declaration.policy.clauses.iter().any(|clause| clause.checks.contains(&check.id))
}

fn selection(
    checks: &[Check],
    clauses: &[crate::model::Clause],
    options: &JudgeOptions,
) -> Result<Selection, PipelineError> {
    for (flag, globs) in [("--only", &options.only), ("--skip", &options.skip)] {
        for glob in globs {
            let named = |check: &Check| {
                matches_glob(glob, &check.id) && clauses.iter().any(|clause| clause.checks.contains(&check.id))
            };
            if !checks.iter().any(named) {
                return Err(PipelineError::NoSuchCheck { flag, glob: glob.clone() });
            }
        }
    }
    let mut left_out = BTreeMap::new();
    for check in checks {
        let reason = if options.skip.iter().any(|glob| matches_glob(glob, &check.id)) {
            Bilingual::new("left out by --skip", "--skipにより対象外")
        } else if !options.only.is_empty() && !options.only.iter().any(|glob| matches_glob(glob, &check.id)) {
            Bilingual::new("left out by --only", "--onlyにより対象外")
        } else {
            continue;
        };
        left_out.insert(check.id.clone(), reason);
    }
    Ok(Selection { left_out })
}

/// Whether a name fits a glob in which `*` stands for any run of characters.
#[must_use]
pub fn matches_glob(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let Some(last) = glob.rsplit('*').next().filter(|_| glob.contains('*')) else { return rest.is_empty() };
    let middle: Vec<&str> = parts.collect();
    let mut rest = rest;
    for part in middle.iter().take(middle.len().saturating_sub(1)) {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// SHA-256 over the checks' documents, in hexadecimal.
fn pack_hash(checks: &[Cow<'static, str>]) -> String {
    sha256(checks.iter().flat_map(|check| [check.as_ref(), "\n"]))
}

fn sha256(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in parts {
        hash.update(part.as_ref());
    }
    hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::matches_glob;

    #[test]
    fn a_glob_matches_the_whole_name() {
        for (glob, name, fits) in [
            ("tls-*", "tls-hsts", true),
            ("tls-hsts", "tls-hsts", true),
            ("tls", "tls-hsts", false),
            ("*-hsts", "tls-hsts", true),
            ("t*-*s", "tls-hsts", true),
            ("*", "", true),
            ("tls-*", "dns-tls-x", false),
            ("a*a", "a", false),
            ("", "x", false),
        ] {
            assert_eq!(matches_glob(glob, name), fits, "{glob} {name}");
        }
    }
}
