//! Days as people in Japan write them: 令和8年4月1日, R8.4.1, 2026/4/1, full-width digits. Pure; it knows no calendar but the civil one.

/// Why a text is no day. The words are said to the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DayFault {
    /// It does not look like a day at all.
    #[error("no day; write 2026-04-01, 2026/4/1 or 令和8年4月1日")]
    NotADay,
    /// It looks like one, and the calendar has none such.
    #[error("there is no such day: {0}")]
    NoSuchDay(String),
    /// Two digits of a year could be a Japanese era or a century.
    #[error("a year of two digits; write four digits or the era (令和8年)")]
    ShortYear,
    /// The era had not begun.
    #[error("{era} began on {began}")]
    BeforeEra {
        /// The era's name.
        era: &'static str,
        /// Its first day.
        began: &'static str,
    },
}

/// Era: names, the year before its first, and its first day as (year, month, day).
type Era = (&'static [&'static str], u32, (u32, u32, u32), &'static str);

/// First days by the orders that proclaimed each era. A year beyond an era's end is taken as meant: papers of 平成30年 speak of 平成33年.
const ERAS: [Era; 5] = [
    (&["令和", "㋿", "R"], 2018, (2019, 5, 1), "2019-05-01"),
    (&["平成", "㍻", "H"], 1988, (1989, 1, 8), "1989-01-08"),
    (&["昭和", "㍼", "S"], 1925, (1926, 12, 25), "1926-12-25"),
    (&["大正", "㍽", "T"], 1911, (1912, 7, 30), "1912-07-30"),
    (&["明治", "㍾", "M"], 1867, (1873, 1, 1), "1873-01-01"),
];

/// The day that a text names, as `2026-04-01`.
///
/// # Errors
/// A [`DayFault`] that says what is wrong with it.
pub fn iso_day(text: &str) -> Result<String, DayFault> {
    let folded = folded(text);
    let mut text = folded.trim();
    // A spreadsheet adds midnight to a day.
    if let Some((day, time)) = text.split_once([' ', 'T'])
        && !time.is_empty()
        && time.chars().all(|character| matches!(character, '0' | ':' | 'Z' | '.'))
    {
        text = day;
    }
    let compact: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let era =
        ERAS.iter().find_map(|era| era.0.iter().find_map(|name| strip_name(&compact, name)).map(|rest| (era, rest)));
    let (year, month, day) = match era {
        Some((era, rest)) => {
            let (year, month, day) = numbers(&rest.replacen('元', "1", 1)).ok_or(DayFault::NotADay)?;
            let date = (era.1 + year, month, day);
            if year == 0 || date < era.2 {
                return Err(DayFault::BeforeEra { era: era.0[0], began: era.3 });
            }
            date
        }
        None => {
            let first = compact.split(|character: char| !character.is_ascii_digit()).next().unwrap_or_default();
            let numbers = numbers(&compact).ok_or(DayFault::NotADay)?;
            if first.len() != 4 {
                return Err(DayFault::ShortYear);
            }
            numbers
        }
    };
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => return Err(DayFault::NoSuchDay(format!("month {month} does not exist"))),
    };
    if day == 0 || day > length {
        return Err(DayFault::NoSuchDay(format!("{year}-{month:02} has {length} days, not {day}")));
    }
    if !(1..=9999).contains(&year) {
        return Err(DayFault::NotADay);
    }
    Ok(format!("{year:04}-{month:02}-{day:02}"))
}

/// Full-width letters, digits and signs (U+FF01 to U+FF5E) and the ideographic space as their ASCII counterparts.
#[must_use]
pub fn folded(text: &str) -> String {
    text.chars()
        .map(|character| match u32::from(character) {
            code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(character),
            0x3000 => ' ',
            // Signs that look like a hyphen and are typed for one.
            0x2010..=0x2015 | 0x2212 => '-',
            _ => character,
        })
        .collect()
}

fn strip_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(name).or_else(|| text.strip_prefix(name.to_ascii_lowercase().as_str()))?;
    rest.starts_with(|next: char| next.is_ascii_digit() || next == '元').then_some(rest)
}

/// Three numbers parted by 年月日, slashes, points or hyphens; nothing else may stand there.
fn numbers(text: &str) -> Option<(u32, u32, u32)> {
    let text = text.strip_suffix('日').unwrap_or(text);
    let mut parts = text.split(['年', '月', '/', '.', '-']).map(|part| {
        let fits = !part.is_empty() && part.len() <= 4 && part.chars().all(|digit| digit.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| fits)
    });
    let numbers = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        for (text, day) in [
            ("令和8年4月1日", "2026-04-01"),
            ("令和元年5月1日", "2019-05-01"),
            ("平成31年4月30日", "2019-04-30"),
            ("平成33年3月31日", "2021-03-31"),
            ("昭和64年1月7日", "1989-01-07"),
            ("R8.4.1", "2026-04-01"),
            ("r8/4/1", "2026-04-01"),
            ("２０２６年４月１日", "2026-04-01"),
            ("2026/4/1", "2026-04-01"),
            ("2026/4/1 0:00", "2026-04-01"),
            ("2026-04-01", "2026-04-01"),
            (" 2026．4．1 ", "2026-04-01"),
            ("2028-02-29", "2028-02-29"),
        ] {
            assert_eq!(iso_day(text).as_deref(), Ok(day), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_says_why() {
        assert_eq!(iso_day("2026/2/30"), Err(DayFault::NoSuchDay("2026-02 has 28 days, not 30".to_owned())));
        assert_eq!(iso_day("2026-13-01"), Err(DayFault::NoSuchDay("month 13 does not exist".to_owned())));
        assert_eq!(iso_day("令和元年4月30日"), Err(DayFault::BeforeEra { era: "令和", began: "2019-05-01" }));
        assert_eq!(iso_day("26/4/1"), Err(DayFault::ShortYear));
        for text in
            ["", "tomorrow", "2026", "2026-04", "2026-04-01-01", "令和", "未定", "46113", "2026-04-01T09:00:00Z"]
        {
            assert_eq!(iso_day(text), Err(DayFault::NotADay), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_a_day_of_the_civil_calendar(text in "(令和|平成|R|)[0-9０-９元]{1,4}[年/.-][0-9]{1,2}[月/.-][0-9]{1,2}日?") {
            if let Ok(day) = iso_day(&text) {
                prop_assert!(chrono::NaiveDate::parse_from_str(&day, "%Y-%m-%d").is_ok(), "{day}");
                prop_assert_eq!(iso_day(&day), Ok(day.clone()));
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,40}") {
            let _ = iso_day(&text);
        }
    }
}
