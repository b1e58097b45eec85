//! Units, bands and grades of the risk method TRM-1.

use std::fmt;

/// Thousandths of a risk unit; all arithmetic is in whole ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Milliunits(pub u64);

/// Units by impact + likelihood, from 2 to 10: half-decades, `10^((I+L-2)/2)` rounded (TRM-1).
const UNITS: [u64; 9] = [1, 3, 10, 32, 100, 316, 1_000, 3_162, 10_000];

/// Impact and likelihood of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RiskRating {
    /// Impact, 1 to 5.
    pub impact: u8,
    /// Likelihood, 1 to 5.
    pub likelihood: u8,
}

impl RiskRating {
    /// A rating, each part held within 1 to 5.
    #[must_use]
    pub fn new(impact: u8, likelihood: u8) -> Self {
        Self { impact: impact.clamp(1, 5), likelihood: likelihood.clamp(1, 5) }
    }

    /// The same with impact and likelihood moved, by one step each at most (TRM-1).
    #[must_use]
    pub fn moved(self, impact: i8, likelihood: i8) -> Self {
        let step = |steps: i8| steps.clamp(-1, 1);
        Self::new(
            self.impact.saturating_add_signed(step(impact)),
            self.likelihood.saturating_add_signed(step(likelihood)),
        )
    }

    /// Its units.
    #[must_use]
    pub fn units(self) -> Milliunits {
        let index = usize::from(self.impact + self.likelihood).saturating_sub(2).min(UNITS.len() - 1);
        Milliunits(UNITS[index] * 1_000)
    }

    /// Its band.
    #[must_use]
    pub fn band(self) -> Band {
        match self.impact + self.likelihood {
            9.. => Band::Critical,
            8 => Band::High,
            6..=7 => Band::Medium,
            4..=5 => Band::Low,
            _ => Band::Info,
        }
    }
}

/// How urgent one finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Impact + likelihood of 3 or less.
    Info,
    /// 4 or 5.
    Low,
    /// 6 or 7.
    Medium,
    /// 8.
    High,
    /// 9 or 10.
    Critical,
}

impl Band {
    /// The word in every file and report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Days in which an open finding is to be mended (TRM-1); none for info.
    #[must_use]
    pub fn due_days(self) -> Option<i64> {
        match self {
            Self::Critical => Some(7),
            Self::High => Some(30),
            Self::Medium => Some(90),
            Self::Low => Some(180),
            Self::Info => None,
        }
    }

    /// Days that a waiver may last (TRM-1).
    #[must_use]
    pub fn waiver_days(self) -> i64 {
        match self {
            Self::Critical => 30,
            Self::High => 90,
            Self::Medium => 180,
            Self::Low | Self::Info => 365,
        }
    }
}

/// Letter of a sum of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Under 100 units.
    A,
    /// Under 316.
    B,
    /// Under 1,000.
    C,
    /// Under 3,162.
    D,
    /// 3,162 and more.
    E,
}

impl Milliunits {
    /// The grade of this sum.
    #[must_use]
    pub fn grade(self) -> Grade {
        match self.0 {
            0..100_000 => Grade::A,
            100_000..316_000 => Grade::B,
            316_000..1_000_000 => Grade::C,
            1_000_000..3_162_000 => Grade::D,
            _ => Grade::E,
        }
    }
}

impl fmt::Display for Milliunits {
    /// A decimal with at most three places and no trailing zero.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000, self.0 % 1_000);
        if part == 0 {
            return write!(formatter, "{whole}");
        }
        write!(formatter, "{whole}.{}", format!("{part:03}").trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_the_fixed_table() {
        assert_eq!(RiskRating::new(1, 1).units(), Milliunits(1_000));
        assert_eq!(RiskRating::new(3, 3).units(), Milliunits(100_000));
        assert_eq!(RiskRating::new(5, 5).units(), Milliunits(10_000_000));
    }

    #[test]
    fn one_critical_finding_alone_is_grade_e_and_one_high_is_d() {
        assert_eq!(RiskRating::new(5, 4).units().grade(), Grade::E);
        assert_eq!(RiskRating::new(4, 4).units().grade(), Grade::D);
    }

    #[test]
    fn decimals_have_no_trailing_zero() {
        assert_eq!(Milliunits(1_500).to_string(), "1.5");
        assert_eq!(Milliunits(2_000).to_string(), "2");
        assert_eq!(Milliunits(41).to_string(), "0.041");
    }
}
