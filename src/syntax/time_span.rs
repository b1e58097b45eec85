//! Spans of time and sizes as systemd writes them (systemd.time(7), "Parsing Time Spans"; systemd.syntax(7)).

/// Seconds of a span such as `1month`, `2weeks 3d` or `90`; fractions of a second are dropped. `None` where it is none.
#[must_use]
pub fn seconds(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut sum = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|sign: char| !(sign.is_ascii_digit() || sign == '.')).unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|sign: char| !(sign.is_ascii_alphabetic() || sign == 'µ')).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "us" | "usec" | "µs" => 1e-6,
            "ms" | "msec" => 1e-3,
            "" | "s" | "sec" | "second" | "seconds" => 1.0,
            "m" | "min" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hour" | "hours" => 3_600.0,
            "d" | "day" | "days" => 86_400.0,
            "w" | "week" | "weeks" => 604_800.0,
            "M" | "month" | "months" => 2_629_800.0,
            "y" | "year" | "years" => 31_557_600.0,
            _ => return None,
        };
        sum += number * unit;
        rest = rest[letters..].trim_start();
    }
    // Longer than any file is kept; a float that large has no exact seconds.
    if !(0.0..1e15).contains(&sum) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Its range was just looked at.
    Some(sum as u64)
}

/// Bytes of a size such as `500M`; systemd counts in steps of 1024. `None` where it is none.
#[must_use]
pub fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().trim_end_matches(['B', 'i']);
    let (number, unit) = match text.char_indices().last()? {
        (at, unit @ ('K' | 'M' | 'G' | 'T' | 'P' | 'E')) => (&text[..at], unit),
        _ => (text, ' '),
    };
    let power = match unit {
        'K' => 10,
        'M' => 20,
        'G' => 30,
        'T' => 40,
        'P' => 50,
        'E' => 60,
        _ => 0,
    };
    number.trim().parse::<u64>().ok()?.checked_mul(1_u64.checked_shl(power)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_and_sizes_are_read_as_systemd_reads_them() {
        for (text, wanted) in [
            ("90", 90),
            ("1month", 2_629_800),
            ("2weeks 3d", 1_468_800),
            ("1y", 31_557_600),
            ("1h30min", 5_400),
            ("0", 0),
            ("1.5h", 5_400),
        ] {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
        for text in ["", "x", "1fortnight", "-1", "99999999999999999999y"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(
            (bytes("500M"), bytes("1G"), bytes("7"), bytes("10%")),
            (Some(524_288_000), Some(1 << 30), Some(7), None)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,20}|[0-9.]{0,20}[a-zA-Z ]{0,10}") {
            let _ = (seconds(&text), bytes(&text));
        }
    }
}
