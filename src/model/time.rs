//! A moment in UTC, to the second. It never asks the clock.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// A moment: whole seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// Seconds in a day; leap seconds do not exist in Unix time.
const DAY_SECONDS: i64 = 86_400;
/// Years 0001 to 9999: what RFC 3339 can write.
const FIRST_SECONDS: i64 = -62_135_596_800;
const LAST_SECONDS: i64 = 253_402_300_799;

impl Time {
    /// A moment from seconds since the Unix epoch, held within the years that RFC 3339 can write.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.clamp(FIRST_SECONDS, LAST_SECONDS))
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0
    }

    /// Reads `2026-04-01` (midnight UTC) or an RFC 3339 date-time. Nothing else is a time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            // chrono accepts a one-digit month; only the full form is unambiguous.
            return (text.len() == 10).then(|| Self(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()));
        }
        DateTime::parse_from_rfc3339(text).ok().map(|moment| Self::from_unix_seconds(moment.timestamp()))
    }

    /// This moment moved by whole days, forward or back.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_unix_seconds(self.0.saturating_add(days.saturating_mul(DAY_SECONDS)))
    }

    /// Whole days from `self` to `later`, rounded down; negative when `later` is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> i64 {
        later.0.saturating_sub(self.0).div_euclid(DAY_SECONDS)
    }

    /// The date alone, `2026-04-01`, in UTC.
    #[must_use]
    pub fn date(self) -> String {
        self.utc().format("%Y-%m-%d").to_string()
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_and_a_moment_are_read_and_written_back() {
        assert_eq!(Time::parse("2026-04-01").unwrap().to_string(), "2026-04-01T00:00:00Z");
        assert_eq!(Time::parse("2026-04-01T09:00:00+09:00").unwrap().to_string(), "2026-04-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["2026-02-30", "2026/04/01", "2026-4-1", "", "tomorrow", "10000-01-01"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_whole_and_signed() {
        let day = Time::parse("2026-04-01").unwrap();
        assert_eq!(day.days_until(day.plus_days(14)), 14);
        assert_eq!(day.plus_days(1).days_until(day), -1);
    }
}
