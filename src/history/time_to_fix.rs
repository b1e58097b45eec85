//! Time to fix, by Kaplan and Meier: findings that are still open count as censored, so the worst ones are not left out
//! as a plain mean would.

/// How long a finding was open, in days, and whether that ended with a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Days.
    pub days: i64,
    /// Whether it was mended then; otherwise it is open still.
    pub mended: bool,
}

/// Fractions of one are counted in this many parts.
const ONE: u128 = 1_000_000_000_000_000_000;

/// The first day by which half are mended; `None` while fewer than half are.
#[must_use]
pub fn median_days(spans: &[Span]) -> Option<i64> {
    let mut spans = spans.to_vec();
    spans.sort_unstable();
    let mut surviving = ONE;
    let mut from = 0;
    while let Some(first) = spans.get(from) {
        let at_risk = (spans.len() - from) as u128;
        let same = spans[from..].iter().take_while(|span| span.days == first.days);
        let (mut count, mut mended) = (0, 0_u128);
        for span in same {
            count += 1;
            mended += u128::from(span.mended);
        }
        surviving = surviving * (at_risk - mended) / at_risk;
        if mended > 0 && surviving <= ONE / 2 {
            return Some(first.days);
        }
        from += count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(mended: &[i64], open: &[i64]) -> Vec<Span> {
        let of = |days: &[i64], mended| days.iter().map(move |days| Span { days: *days, mended }).collect::<Vec<_>>();
        [of(mended, true), of(open, false)].concat()
    }

    #[test]
    fn published_medians_of_freireich_and_others_1963() {
        let treated = spans(&[6, 6, 6, 7, 10, 13, 16, 22, 23], &[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
        assert_eq!(median_days(&treated), Some(23));
        let placebo = spans(&[1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], &[]);
        assert_eq!(median_days(&placebo), Some(8));
    }

    #[test]
    fn open_findings_hold_the_median_back() {
        assert_eq!(median_days(&spans(&[1, 2], &[])), Some(1));
        assert_eq!(median_days(&spans(&[1, 2], &[90, 90, 90])), None);
        assert_eq!(median_days(&[]), None);
    }
}
