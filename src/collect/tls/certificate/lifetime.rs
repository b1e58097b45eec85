//! How long a public certificate may live, by the day of its issue (CA/Browser Forum, Baseline Requirements, section 6.3.2).

/// Seconds since 1970 from which on a limit holds, and the limit in days; newest first.
const LIMITS: [(i64, i64); 6] = [
    (1_868_227_200, 47),
    (1_805_068_800, 100),
    (1_773_532_800, 200),
    (1_598_918_400, 398),
    (1_519_862_400, 825),
    (i64::MIN, 1_188),
];

/// The longest life in days of a certificate that was issued at a moment.
pub(super) fn limit_days(not_before_seconds: i64) -> i64 {
    LIMITS.iter().find(|(from, _)| not_before_seconds >= *from).map_or(1_188, |(_, days)| *days)
}

/// How long a certificate lives: both ends belong to its life (RFC 5280 section 4.1.2.5).
pub(super) fn seconds(not_before_seconds: i64, not_after_seconds: i64) -> i64 {
    not_after_seconds.saturating_sub(not_before_seconds).saturating_add(1).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    #[test]
    fn each_limit_begins_on_its_day() {
        for (day, before, from) in [
            ("2029-03-15", 100, 47),
            ("2027-03-15", 200, 100),
            ("2026-03-15", 398, 200),
            ("2020-09-01", 825, 398),
            ("2018-03-01", 1_188, 825),
        ] {
            let seconds = Time::parse(day).unwrap().unix_seconds();
            assert_eq!((limit_days(seconds - 1), limit_days(seconds)), (before, from), "{day}");
        }
    }
}
