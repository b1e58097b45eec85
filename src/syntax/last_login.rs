//! When accounts were last used: the table that `lastlog` prints, or CSV with a user and a time. Pure.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// One account: `None` is never.
pub type LastLogin = (String, Option<i64>);

/// Reads an export; the second part names lines that could not be read. `None` where it is no such export.
#[must_use]
pub fn last_logins(text: &str) -> Option<(Vec<LastLogin>, Vec<u32>)> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next()?;
    if head.starts_with("Username") { Some(of_lastlog(text)) } else { of_csv(text) }
}

/// `Username Port From Latest`, the last column in the form `Mon Nov 23 09:12:33 +0900 2026`.
fn of_lastlog(text: &str) -> (Vec<LastLogin>, Vec<u32>) {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate().skip(1) {
        if line.trim().is_empty() {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(user) = words.first() else { continue };
        if line.contains("**") {
            found.push(((*user).to_owned(), None));
            continue;
        }
        let time = words.len().checked_sub(6).and_then(|from| words.get(from..)).map(|words| words.join(" "));
        match time.and_then(|time| DateTime::parse_from_str(&time, "%a %b %d %H:%M:%S %z %Y").ok()) {
            Some(time) => found.push(((*user).to_owned(), Some(time.timestamp()))),
            None => faults.push(u32::try_from(number + 1).unwrap_or(u32::MAX)),
        }
    }
    (found, faults)
}

fn of_csv(text: &str) -> Option<(Vec<LastLogin>, Vec<u32>)> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records();
    let heads = records.next()?.ok()?;
    let column = |words: &[&str]| heads.iter().position(|head| words.contains(&head.trim().to_lowercase().as_str()));
    let user = column(&["user", "username", "account", "login", "ユーザ名", "ユーザー名", "アカウント"])?;
    let last = column(&["last", "last_login", "lastlogin", "last_used", "latest", "最終ログイン", "最終利用日"])?;
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for record in records {
        let Ok(record) = record else {
            faults.push(0);
            continue;
        };
        let line = record.position().map_or(0, |place| u32::try_from(place.line()).unwrap_or(u32::MAX));
        let name = record.get(user).map(str::trim).unwrap_or_default();
        let when = record.get(last).map(str::trim).unwrap_or_default();
        if name.is_empty() {
            faults.push(line);
            continue;
        }
        if matches!(when.to_lowercase().as_str(), "never" | "-" | "なし" | "未使用") {
            found.push((name.to_owned(), None));
            continue;
        }
        match moment(when) {
            Some(time) => found.push((name.to_owned(), Some(time))),
            None => faults.push(line),
        }
    }
    Some((found, faults))
}

/// Seconds since the epoch of a time as exports write it; one without a zone is taken for UTC.
#[must_use]
pub fn moment(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp());
    }
    for form in ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, form) {
            return Some(time.and_utc().timestamp());
        }
    }
    let day = super::japanese_day::iso_day(text).ok()?;
    let day = NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok()?;
    Some(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_lastlog_prints_is_read() {
        let text = "Username         Port     From             Latest\nroot                                       **Never logged in**\nwebops           pts/0    192.0.2.7        Mon Nov 23 09:12:33 +0900 2026\nodd              pts/0    x\n";
        let (found, faults) = last_logins(text).unwrap();
        assert_eq!(found, [("root".to_owned(), None), ("webops".to_owned(), Some(1_795_392_753))]);
        assert_eq!(faults, [4]);
    }

    #[test]
    fn a_table_is_read_and_what_is_none_is_refused() {
        let (found, faults) =
            last_logins("user,last_login\na,2026-11-23T09:12:33+09:00\nb,never\nc,令和8年4月1日\nd,soon\n").unwrap();
        assert_eq!(found[0], ("a".to_owned(), Some(1_795_392_753)));
        assert_eq!((&found[1].1, found[2].1.is_some(), faults), (&None, true, vec![5]));
        assert_eq!(last_logins("a,b\n1,2\n"), None);
        assert_eq!(last_logins(""), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(Username|user,last\n|[a-z0-9:+,/* \n-]){0,80}") {
            let _ = last_logins(&text);
        }
    }
}
