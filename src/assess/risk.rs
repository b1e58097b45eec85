//! The risk method TRM-1: units, instance factors, common-cause groups, residual risk as an interval. Integers only.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AssessedFinding, Change, Check, KeptOutcome, Milliunits, Outcome, Residual, RiskRating, Strength};

/// The name of the method, printed in every report.
pub const METHOD: &str = "TRM-1";

/// What the method knows of one finding. It is the same for a run of today and for one that the ledger kept.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The check.
    pub check: &'a str,
    /// What came of it.
    pub outcome: Outcome,
    /// Impact and likelihood after easing.
    pub rating: RiskRating,
    /// How much the evidence weighs.
    pub strength: Strength,
    /// Whether the subject stands for a scope whose members were not counted.
    pub not_enumerated: bool,
    /// Whether it failed before and was not seen to pass since.
    pub stays_open: bool,
    /// Whether a waiver in force accepts it.
    pub accepted: bool,
}

impl<'a> From<&'a AssessedFinding> for Counted<'a> {
    fn from(found: &'a AssessedFinding) -> Self {
        Self {
            check: &found.finding.check,
            outcome: found.finding.outcome,
            rating: found.finding.rating,
            strength: found.finding.strength,
            not_enumerated: found.finding.not_enumerated,
            stays_open: found.change == Change::Unverified,
            accepted: found.waiver.is_some(),
        }
    }
}

impl<'a> From<&'a KeptOutcome> for Counted<'a> {
    fn from(kept: &'a KeptOutcome) -> Self {
        Self {
            check: &kept.check,
            outcome: kept.outcome,
            rating: kept.rating,
            strength: kept.strength,
            not_enumerated: kept.not_enumerated,
            stays_open: kept.stays_open,
            accepted: kept.accepted,
        }
    }
}

/// What every check adds to residual risk, ready for any set of checks and any single mending.
#[derive(Debug, Default)]
pub struct Tallies {
    checks: BTreeMap<String, Tally>,
    second_pass: BTreeSet<String>,
}

/// The findings of one check, counted.
#[derive(Debug, Default, Clone)]
struct Tally {
    group: Option<String>,
    /// The check's rating with every context at its worst; `None` for a check that is gone.
    base: Option<RiskRating>,
    failing: Share,
    waived: Share,
    /// Everything that the upper bound counts: failing, unknown, not checked, attested.
    open: Share,
    not_enumerated: u64,
}

/// Weights of some findings: how many there are of each.
#[derive(Debug, Default, Clone)]
struct Share {
    weights: BTreeMap<Milliunits, u64>,
    count: u64,
}

impl Share {
    fn add(&mut self, weight: Milliunits) {
        *self.weights.entry(weight).or_default() += 1;
        self.count += 1;
    }

    fn remove(&mut self, weight: Milliunits) {
        if let Some(count) = self.weights.get_mut(&weight) {
            *count -= 1;
            self.count -= 1;
            if *count == 0 {
                self.weights.remove(&weight);
            }
        }
    }

    fn without(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        for (weight, count) in &other.weights {
            for _ in 0..*count {
                rest.remove(*weight);
            }
        }
        rest
    }

    /// The largest weight times the factor of the count.
    fn units(&self, not_enumerated: bool) -> Milliunits {
        let Some((largest, _)) = self.weights.last_key_value() else { return Milliunits(0) };
        let tenths = if not_enumerated { 20 } else { instance_tenths(self.count) };
        Milliunits(largest.0 * tenths / 10)
    }
}

/// Factor of several instances of one check, in tenths (TRM-1): 1.0 for one, 1.3 to nine, 1.6 to 99, 2.0 from 100.
fn instance_tenths(count: u64) -> u64 {
    match count {
        0..=1 => 10,
        2..=9 => 13,
        10..=99 => 16,
        _ => 20,
    }
}

impl Tallies {
    /// Tallies of checks by id, worst impact and likelihood, and common-cause group.
    pub fn new<'a>(checks: impl IntoIterator<Item = (&'a str, RiskRating, Option<&'a str>)>) -> Self {
        let tally = |(id, base, group): (&str, _, Option<&str>)| {
            (id.to_owned(), Tally { group: group.map(str::to_owned), base: Some(base), ..Tally::default() })
        };
        Self { checks: checks.into_iter().map(tally).collect(), second_pass: BTreeSet::new() }
    }

    /// Tallies of a run; checks about the run itself add nothing.
    pub(super) fn of(findings: &[AssessedFinding], checks: &[Check]) -> Self {
        let rated = checks
            .iter()
            .filter(|check| !check.is_second_pass())
            .map(|check| (check.id.as_str(), check.worst_rating(), check.group.as_deref()));
        let mut tallies = Self::new(rated);
        tallies.second_pass =
            checks.iter().filter(|check| check.is_second_pass()).map(|check| check.id.clone()).collect();
        for found in findings {
            tallies.add(Counted::from(found));
        }
        tallies
    }

    /// Counts one finding.
    pub fn add(&mut self, counted: Counted<'_>) {
        if self.second_pass.contains(counted.check) {
            return;
        }
        // A check that is gone still has what the ledger says is open: taking it away mends nothing.
        if !self.checks.contains_key(counted.check) {
            self.checks.insert(counted.check.to_owned(), Tally::default());
        }
        let Some(tally) = self.checks.get_mut(counted.check) else { return };
        let Some(weight) = tally.weight(counted) else { return };
        tally.open.add(weight);
        tally.not_enumerated += u64::from(counted.not_enumerated);
        if counted.outcome == Outcome::Fail || counted.stays_open {
            let weight = counted.rating.units();
            tally.failing.add(weight);
            if counted.accepted {
                tally.waived.add(weight);
            }
        }
    }

    /// Residual risk of the whole.
    #[must_use]
    pub fn total(&self) -> Residual {
        self.residual(|_| true)
    }

    /// Residual risk of the checks that `counts` admits.
    #[must_use]
    pub fn residual(&self, counts: impl Fn(&str) -> bool) -> Residual {
        let sum = |units: &dyn Fn(&Tally) -> Milliunits| {
            let parts = self.checks.iter().filter(|(id, _)| counts(id.as_str()));
            grouped(parts.map(|(id, tally)| (tally.group.as_deref().unwrap_or(id), units(tally))))
        };
        let low = sum(&|tally| tally.failing.units(false));
        let unaccepted = sum(&|tally| tally.failing.without(&tally.waived).units(false));
        Residual {
            low,
            high: sum(&|tally| tally.open.units(tally.not_enumerated > 0)),
            accepted: Milliunits(low.0.saturating_sub(unaccepted.0)),
        }
    }

    /// Where in the interval the risk is expected, by how often each check failed in the runs before: of what is open
    /// beyond the failing, `(fails + 1) / (runs + 2)` (rule of succession). Always within the interval.
    #[must_use]
    pub fn expected(&self, records: &BTreeMap<String, (u64, u64)>) -> Milliunits {
        let of_check = |id: &str, tally: &Tally| {
            let (low, high) = (tally.failing.units(false).0, tally.open.units(tally.not_enumerated > 0).0);
            let (runs, fails) = records.get(id).copied().unwrap_or_default();
            Milliunits(low + high.saturating_sub(low) * (fails.min(runs) + 1) / (runs + 2))
        };
        grouped(self.checks.iter().map(|(id, tally)| (tally.group.as_deref().unwrap_or(id), of_check(id, tally))))
    }

    /// Sets how much the upper bound falls by mending each finding alone. Findings of one check and one weight fall
    /// alike, so each is worked out once: the cost grows with findings times the logarithm of checks.
    pub(super) fn set_marginals(&self, findings: &mut [AssessedFinding]) {
        let mut groups: BTreeMap<&str, Vec<(&str, &Tally)>> = BTreeMap::new();
        for (id, tally) in &self.checks {
            groups.entry(tally.group.as_deref().unwrap_or(id)).or_default().push((id, tally));
        }
        let mut known: BTreeMap<(&str, Milliunits, bool), Milliunits> = BTreeMap::new();
        for found in findings {
            let Some((id, tally)) = self.checks.get_key_value(&found.finding.check) else { continue };
            let Some(weight) = tally.weight((&*found).into()) else { continue };
            let group = groups.get(tally.group.as_deref().unwrap_or(id)).map_or(&[][..], Vec::as_slice);
            let key = (id.as_str(), weight, found.finding.not_enumerated);
            found.marginal = *known.entry(key).or_insert_with(|| marginal(key, tally, group));
        }
    }
}

/// How much the upper bound falls if one finding of a check is mended, of its weight and sort; the checks of its group are
/// all that this moves.
fn marginal(
    (id, weight, not_enumerated): (&str, Milliunits, bool),
    tally: &Tally,
    group: &[(&str, &Tally)],
) -> Milliunits {
    let mut mended = tally.clone();
    mended.open.remove(weight);
    mended.not_enumerated -= u64::from(not_enumerated);
    let units = |tally: &Tally| ("", tally.open.units(tally.not_enumerated > 0));
    let now = grouped(group.iter().map(|(_, tally)| units(tally)));
    let then = grouped(group.iter().map(|(of, tally)| units(if *of == id { &mended } else { tally })));
    Milliunits(now.0.saturating_sub(then.0))
}

impl Tally {
    /// What one finding weighs in the upper bound; `None` where it weighs nothing.
    fn weight(&self, counted: Counted<'_>) -> Option<Milliunits> {
        let base = self.base.unwrap_or(counted.rating).units();
        match counted.outcome {
            Outcome::Fail => Some(counted.rating.units()),
            // What failed and is not seen now stays what it was, and may have become worse.
            _ if counted.stays_open => Some(base.max(counted.rating.units())),
            // An unknown may be the worst form of the fail, so no easing and every raise applies to it.
            Outcome::Unknown | Outcome::NotChecked => Some(base),
            Outcome::NotApplicable | Outcome::Pass if counted.strength == Strength::Attested => {
                Some(Milliunits(base.0 / 2))
            }
            Outcome::NotApplicable | Outcome::Pass => None,
        }
    }
}

/// The sum of groups: in each the largest in full, the others one tenth.
fn grouped<'a>(parts: impl Iterator<Item = (&'a str, Milliunits)>) -> Milliunits {
    let mut groups: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (group, units) in parts {
        let (largest, sum) = groups.entry(group).or_default();
        *largest = (*largest).max(units.0);
        *sum += units.0;
    }
    Milliunits(groups.values().map(|(largest, sum)| largest + (sum - largest) / 10).sum())
}
