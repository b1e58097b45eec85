//! crontab(5): commands with their users and how often they run at least, in days.

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who runs it; `None` in a user's own table.
    pub user: Option<String>,
    /// The command, as written.
    pub command: String,
    /// Days between two runs at most; `None` at boot or where it cannot be told.
    pub every_days: Option<u32>,
    /// Line, from 1.
    pub line: u32,
}

/// Reads a table; `with_user` for /etc/crontab and /etc/cron.d. The second part names lines that could not be read.
#[must_use]
pub fn parse(text: &str, with_user: bool) -> (Vec<Entry>, Vec<(u32, String)>) {
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || is_setting(line) {
            continue;
        }
        match entry(line, with_user, number) {
            Some(entry) => entries.push(entry),
            None => faults.push((number, "an entry that is not understood".to_owned())),
        }
    }
    (entries, faults)
}

fn is_setting(line: &str) -> bool {
    let name = line.split('=').next().unwrap_or_default().trim();
    line.contains('=') && !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn entry(line: &str, with_user: bool, number: u32) -> Option<Entry> {
    let (every_days, rest) = if line.starts_with('@') {
        let (word, rest) = line.split_once(char::is_whitespace)?;
        let days = match word {
            "@hourly" | "@daily" | "@midnight" => Some(1),
            "@weekly" => Some(7),
            "@monthly" => Some(31),
            "@yearly" | "@annually" => Some(366),
            "@reboot" => None,
            _ => return None,
        };
        (days, rest)
    } else {
        let mut rest = line;
        let mut fields = Vec::new();
        for _ in 0..5 {
            let (field, after) = rest.split_once(char::is_whitespace)?;
            if !field.chars().all(|letter| letter.is_ascii_alphanumeric() || "*/,-~?".contains(letter)) {
                return None;
            }
            fields.push(field);
            rest = after.trim_start();
        }
        (days(&fields), rest)
    };
    let rest = rest.trim();
    let (user, command) = if with_user {
        let (user, command) = rest.split_once(char::is_whitespace)?;
        (Some(user.to_owned()), command.trim())
    } else {
        (None, rest)
    };
    (!command.is_empty()).then(|| Entry { user, command: command.to_owned(), every_days, line: number })
}

/// Days between runs at most, from the fields minute, hour, day, month, weekday.
fn days(fields: &[&str]) -> Option<u32> {
    let [_, _, day, month, weekday] = fields else { return None };
    let is_any = |field: &str| field.starts_with('*') && !field.contains('/');
    match (is_any(day), is_any(month), is_any(weekday)) {
        (true, true, true) => Some(1),
        (true, true, false) => Some(7),
        (false, true, _) => Some(31),
        _ => Some(366),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entries_settings_and_bad_lines_are_told_apart() {
        let (entries, faults) = parse(
            "SHELL=/bin/sh\n17 3 * * * root rsync -a /var/log/ b:/x\n@weekly root y\n0 0 1 * * root z\nbad\n",
            true,
        );
        let seen: Vec<_> = entries.iter().map(|entry| (entry.every_days, entry.user.as_deref(), entry.line)).collect();
        assert_eq!(seen, [(Some(1), Some("root"), 2), (Some(7), Some("root"), 3), (Some(31), Some("root"), 4)]);
        assert_eq!(faults.len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[@a-z*/, =\n0-9#-]{0,200}") {
            let _ = (parse(&text, true), parse(&text, false));
        }
    }
}
