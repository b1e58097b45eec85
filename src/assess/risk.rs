//! The risk method TRM-1: units, instance factors, common-cause groups, residual risk as an interval. Integers only.

use std::collections::BTreeMap;

use crate::model::{AssessedFinding, Check, Milliunits, Outcome, Residual, RiskRating, Strength};

/// The name of the method, printed in every report.
pub const METHOD: &str = "TRM-1";

/// What every check adds to residual risk, ready for any set of checks and any single mending.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    checks: BTreeMap<&'a str, Tally<'a>>,
}

/// The findings of one check, counted.
#[derive(Debug, Default, Clone)]
struct Tally<'a> {
    group: Option<&'a str>,
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

impl<'a> Ledger<'a> {
    /// Counts the findings of the first pass; checks about the run itself add nothing.
    pub(super) fn of(findings: &[AssessedFinding], checks: &BTreeMap<&'a str, &'a Check>) -> Self {
        let mut tallies: BTreeMap<&'a str, Tally<'a>> = BTreeMap::new();
        for found in findings {
            let Some((&id, &check)) = checks.get_key_value(found.finding.check.as_str()) else { continue };
            if check.is_second_pass() {
                continue;
            }
            let tally = tallies.entry(id).or_insert_with(|| Tally {
                group: check.group.as_deref(),
                base: Some(RiskRating::new(check.impact, check.likelihood)),
                ..Tally::default()
            });
            let Some(weight) = tally.weight(found) else { continue };
            tally.open.add(weight);
            tally.not_enumerated += u64::from(found.finding.not_enumerated);
            if found.finding.outcome == Outcome::Fail {
                tally.failing.add(weight);
                if found.waiver.is_some() {
                    tally.waived.add(weight);
                }
            }
        }
        Self { checks: tallies }
    }

    /// Residual risk of the checks that `counts` admits.
    pub(super) fn residual(&self, counts: impl Fn(&str) -> bool) -> Residual {
        let sum = |units: &dyn Fn(&Tally<'_>) -> Milliunits| {
            let parts = self.checks.iter().filter(|(id, _)| counts(id));
            grouped(parts.map(|(id, tally)| (tally.group.unwrap_or(id), units(tally))))
        };
        let low = sum(&|tally| tally.failing.units(false));
        let unaccepted = sum(&|tally| tally.failing.without(&tally.waived).units(false));
        Residual {
            low,
            high: sum(&|tally| tally.open.units(tally.not_enumerated > 0)),
            accepted: Milliunits(low.0.saturating_sub(unaccepted.0)),
        }
    }

    /// How much the upper bound falls if this one finding is mended.
    pub(super) fn marginal(&self, found: &AssessedFinding) -> Milliunits {
        let Some(tally) = self.checks.get(found.finding.check.as_str()) else { return Milliunits(0) };
        let Some(weight) = tally.weight(found) else { return Milliunits(0) };
        let mut mended = tally.clone();
        mended.open.remove(weight);
        mended.not_enumerated -= u64::from(found.finding.not_enumerated);
        let group = tally.group.unwrap_or(&found.finding.check);
        let of_group = |mended: Option<&Tally<'_>>| {
            let members = self.checks.iter().filter(|(id, other)| other.group.unwrap_or(id) == group);
            grouped(members.map(|(id, other)| {
                let tally = mended.filter(|_| *id == found.finding.check).unwrap_or(other);
                (group, tally.open.units(tally.not_enumerated > 0))
            }))
        };
        Milliunits(of_group(None).0.saturating_sub(of_group(Some(&mended)).0))
    }
}

impl Tally<'_> {
    /// What one finding weighs in the upper bound; `None` where it weighs nothing.
    fn weight(&self, found: &AssessedFinding) -> Option<Milliunits> {
        let base = self.base?.units();
        match found.finding.outcome {
            Outcome::Fail => Some(found.finding.rating.units()),
            // An unknown may be the worst form of the fail, so no easing applies to it.
            Outcome::Unknown | Outcome::NotChecked => Some(base),
            Outcome::NotApplicable | Outcome::Pass if found.finding.strength == Strength::Attested => {
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
