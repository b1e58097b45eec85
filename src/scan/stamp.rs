//! The time of a log entry, in the spellings of web servers: combined, ISO 8601, nginx's and Apache's error logs, and
//! seconds since 1970 at the begin of a line.

/// Bytes of a line in which its time is looked for.
const REACH: usize = 400;

const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// Seconds since 1970 (UTC) of a line's first time; a time without a zone is read as UTC. `None` where there is none.
pub(super) fn seconds(line: &[u8]) -> Option<i64> {
    let line = &line[..line.len().min(REACH)];
    if let Some(seconds) = since_1970(line) {
        return Some(seconds);
    }
    let mut from = 0;
    // Every spelling has hours, minutes and seconds parted by colons.
    while let Some(colon) = memchr::memchr(b':', &line[from..]).map(|at| from + at) {
        from = colon + 1;
        if let Some(seconds) = around(line, colon) {
            return Some(seconds);
        }
    }
    None
}

/// The time whose hours end at a colon.
fn around(line: &[u8], colon: usize) -> Option<i64> {
    let hours = colon.checked_sub(2)?;
    let time = [number(line, hours, 2)?, number(line, colon + 1, 2)?, number(line, colon + 4, 2)?];
    if line.get(colon + 3) != Some(&b':') || time[0] > 23 || time[1] > 59 || time[2] > 60 {
        return None;
    }
    let sign = line.get(hours.checked_sub(1)?)?;
    let (day, zone) = match sign {
        // 24/Nov/2026:10:00:00 +0900
        b':' => {
            let day = hours.checked_sub(12)?;
            let text = &line[day..hours];
            (text[2] == b'/' && text[6] == b'/').then_some(())?;
            (days(number(line, day + 7, 4)?, month(&text[3..6])?, number(line, day, 2)?)?, zone(line, colon + 6))
        }
        // 2026-11-24T10:00:00+09:00, 2026/11/24 10:00:00, and Tue Nov 24 10:00:00.123456 2026
        b'T' | b' ' => match hours.checked_sub(11).and_then(|day| dashed(line, day)) {
            Some(day) => (day, zone(line, colon + 6)),
            None => (worded(line, hours, colon)?, 0),
        },
        _ => return None,
    };
    Some(day * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2] - zone)
}

fn dashed(line: &[u8], day: usize) -> Option<i64> {
    let (first, second) = (line.get(day + 4)?, line.get(day + 7)?);
    (first == second && b"-/".contains(first)).then_some(())?;
    days(number(line, day, 4)?, number(line, day + 5, 2)?, number(line, day + 8, 2)?)
}

/// `Nov 24 10:00:00.123456 2026`: without a year behind it the day is not known.
fn worded(line: &[u8], hours: usize, colon: usize) -> Option<i64> {
    let start = hours.checked_sub(7)?;
    let day = match line[hours - 3] {
        b' ' => number(line, hours - 2, 1)?,
        _ => number(line, hours - 3, 2)?,
    };
    let rest = line.get(colon + 6..)?;
    let fraction = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    (rest.get(fraction) == Some(&b' ')).then_some(())?;
    days(number(rest, fraction + 1, 4)?, month(line.get(start..start + 3)?)?, day)
}

/// Seconds and a fraction at the begin of a line (`$msec`, squid).
fn since_1970(line: &[u8]) -> Option<i64> {
    let digits = line.iter().take(11).take_while(|byte| byte.is_ascii_digit()).count();
    (digits == 10 && line.get(10) == Some(&b'.') && line.get(11).is_some_and(u8::is_ascii_digit)).then_some(())?;
    number(line, 0, 10)
}

/// Seconds east of UTC: `+0900`, ` +0900`, `+09:00`, `Z`, or nothing.
fn zone(line: &[u8], at: usize) -> i64 {
    let rest = line.get(at..).unwrap_or_default();
    let fraction = match rest.first() {
        Some(b'.' | b',') => 1 + rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    let rest = &rest[fraction..];
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let (sign, rest) = match rest {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return 0,
    };
    let minutes = if rest.get(2) == Some(&b':') { 3 } else { 2 };
    match (number(rest, 0, 2), number(rest, minutes, 2)) {
        (Some(hours), Some(minutes)) => sign * (hours * 3_600 + minutes * 60),
        _ => 0,
    }
}

fn number(text: &[u8], at: usize, count: usize) -> Option<i64> {
    text.get(at..at + count)?
        .iter()
        .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

fn month(text: &[u8]) -> Option<i64> {
    MONTHS.iter().position(|month| month[..] == *text).and_then(|at| i64::try_from(at + 1).ok())
}

/// Days since 1970-01-01 of a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=2200).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // March is the first month, so that the leap day ends a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_web_servers_are_one_moment() {
        // 2026-11-24T01:00:00Z
        let moment = 1_795_482_000;
        for line in [
            "192.0.2.1 - - [24/Nov/2026:10:00:00 +0900] \"GET /",
            "192.0.2.1 [2026-11-24T10:00:00+09:00] \"GET /",
            "{\"n\":\"a:b\",\"time\":\"2026-11-24T01:00:00.123Z\"",
            "2026/11/24 01:00:00 [error] 1#1: x",
            "2026-11-24 01:00:00 192.0.2.1 GET",
            "[Tue Nov 24 01:00:00.123456 2026] [core:error]",
            "1795482000.123 200 GET",
        ] {
            assert_eq!(seconds(line.as_bytes()), Some(moment), "{line}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for line in ["", "a:b:c", "Nov 24 10:00:00 host sshd: x", "10:00:00", "[99/Nov/2026:10:00:00 +0900]", "::::"] {
            assert_eq!(seconds(line.as_bytes()), None, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80)) {
            let _ = seconds(&bytes);
        }

        #[test]
        fn signs_and_digits_are_read(text in "[0-9:/T +.ZNov-]{0,60}") {
            let _ = seconds(text.as_bytes());
        }
    }
}
