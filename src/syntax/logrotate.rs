//! logrotate(8): globs with the rules that are in force for them.

/// Rules of one entry, globals already applied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Days between rotations at least; `None` where size alone decides.
    pub period_days: Option<u32>,
    /// Rotations kept; `None` where nothing says, -1 for all.
    pub rotate: Option<i64>,
    /// Days after which a rotated file goes.
    pub maxage_days: Option<u32>,
    /// `size` makes the period void.
    pub by_size: bool,
    /// Mode of the new file, where `create MODE` says.
    pub create_mode: Option<u32>,
    /// `nocreate` or `copytruncate`: no new file is made with a mode.
    pub copytruncate: bool,
    /// Removed files are overwritten.
    pub shred: bool,
    /// Expiring files are sent by mail before they are removed.
    pub mails: bool,
    /// Rotated files are compressed.
    pub compress: bool,
    /// Rotation runs as a user that is named.
    pub su: bool,
    /// User and group of the new file, where `create MODE USER GROUP` says.
    pub create_owner: Option<(String, String)>,
    /// `copytruncate`: the writer goes on in the same file.
    pub truncates: bool,
    /// A script after rotation asks the writer to open its log again.
    pub reopens: bool,
    /// `maxsize`: a rotation may come earlier than the period says.
    pub maxsize: bool,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Absolute paths or globs.
    pub globs: Vec<String>,
    /// Its rules.
    pub rules: Rules,
    /// Line, from 1.
    pub line: u32,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Files and folders that it includes.
    pub includes: Vec<String>,
    /// The globals after it.
    pub globals: Rules,
    /// Lines that could not be read, from 1.
    pub faults: Vec<(u32, String)>,
}

/// Reads one file; `globals` are those that earlier files set.
#[must_use]
pub fn parse(text: &str, globals: &Rules) -> File {
    let mut file = File { globals: globals.clone(), ..File::default() };
    let mut pending: Vec<(String, u32)> = Vec::new();
    let mut open: Option<Entry> = None;
    let mut in_script = false;
    let mut after_rotation = false;
    for (number, line) in text.lines().enumerate() {
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let line = line.trim();
        if in_script {
            in_script = line != "endscript";
            if after_rotation && in_script && asks_to_reopen(line) {
                open.as_mut().map_or(&mut file.globals, |entry| &mut entry.rules).reopens = true;
            }
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let word = line.split_whitespace().next().unwrap_or_default();
        if matches!(word, "postrotate" | "prerotate" | "firstaction" | "lastaction" | "preremove") {
            in_script = true;
            after_rotation = matches!(word, "postrotate" | "lastaction");
            continue;
        }
        if let Some(entry) = &mut open {
            if line == "}" {
                file.entries.extend(open.take());
            } else if let Some(fault) = rule(&mut entry.rules, line) {
                file.faults.push((number, fault));
            }
            continue;
        }
        if let Some(path) = line.strip_prefix("include ") {
            file.includes.push(path.trim().to_owned());
        } else if line.starts_with('/')
            || line.starts_with('"')
            || line.starts_with('\'')
            || line == "{"
            || !pending.is_empty()
        {
            let (globs, opens) = match line.strip_suffix('{') {
                Some(globs) => (globs, true),
                None => (line, false),
            };
            pending.extend(quoted(globs).into_iter().map(|glob| (glob, number)));
            if opens {
                let at = pending.first().map_or(number, |(_, line)| *line);
                let globs = std::mem::take(&mut pending).into_iter().map(|(glob, _)| glob).collect();
                open = Some(Entry { globs, rules: file.globals.clone(), line: at });
            }
        } else if let Some(fault) = rule(&mut file.globals, line) {
            file.faults.push((number, fault));
        }
    }
    if open.is_some() || in_script || !pending.is_empty() {
        file.faults.push((0, "the file ends inside an entry".to_owned()));
    }
    file.entries.extend(open);
    file
}

/// Whether a line of a script makes a program open its log again: a signal, a reload, or the distribution's own helper.
fn asks_to_reopen(line: &str) -> bool {
    let is_comment = line.starts_with('#');
    let words = ["kill", "reload", "reopen", "graceful", "rotate", "restart", "pkill", "killall", "try-restart"];
    let mut all = line.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'));
    !is_comment && all.any(|word| words.contains(&word) || word.ends_with("-rotate"))
}

fn quoted(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut quote) = (Vec::new(), String::new(), None);
    for character in text.chars() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), character) if open == character => quote = None,
            (None, character) if character.is_whitespace() => {
                if !part.is_empty() {
                    parts.push(std::mem::take(&mut part));
                }
            }
            (_, character) => part.push(character),
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// Applies one line; gives what is wrong with it.
fn rule(rules: &mut Rules, line: &str) -> Option<String> {
    let words: Vec<&str> = line.split([' ', '\t', '=']).filter(|word| !word.is_empty()).collect();
    let number = || words.get(1).and_then(|word| word.parse::<u32>().ok());
    match *words.first()? {
        "hourly" | "daily" => rules.period_days = Some(1),
        "weekly" => rules.period_days = Some(7),
        "monthly" => rules.period_days = Some(28),
        "yearly" | "annually" => rules.period_days = Some(365),
        "rotate" => match words.get(1).and_then(|word| word.parse::<i64>().ok()).filter(|count| *count >= -1) {
            Some(count) => rules.rotate = Some(count),
            None => return Some("rotate: no number".to_owned()),
        },
        "maxage" => match number() {
            Some(days) => rules.maxage_days = Some(days),
            None => return Some("maxage: no number".to_owned()),
        },
        "size" => rules.by_size = true,
        "create" => {
            rules.create_mode =
                words.get(1).and_then(|mode| u32::from_str_radix(mode, 8).ok()).filter(|mode| *mode <= 0o7777);
            rules.create_owner = match words.get(1..) {
                Some([_, user, group]) => Some(((*user).to_owned(), (*group).to_owned())),
                Some([user, group]) if rules.create_mode.is_none() => Some(((*user).to_owned(), (*group).to_owned())),
                _ => None,
            };
            rules.copytruncate = false;
        }
        "copytruncate" => (rules.copytruncate, rules.truncates) = (true, true),
        "nocopytruncate" => (rules.copytruncate, rules.truncates) = (false, false),
        "nocreate" | "copy" => rules.copytruncate = true,
        "su" => rules.su = true,
        "maxsize" => rules.maxsize = true,
        "mail" => rules.mails = true,
        "nomail" => rules.mails = false,
        "shred" => rules.shred = true,
        "noshred" => rules.shred = false,
        "compress" => rules.compress = true,
        "nocompress" => rules.compress = false,
        _ => {}
    }
    None
}

impl Rules {
    /// Days that a log is kept at least: rotations × period, cut by maxage; `None` where size or nothing decides.
    ///
    /// A `size` makes the period void and a `maxsize` may end it early, so that neither promises days.
    #[must_use]
    pub fn days_kept(&self) -> Option<u32> {
        if self.by_size || self.maxsize {
            return None;
        }
        let kept = match self.rotate? {
            // Everything is kept until its age ends it.
            -1 => u32::MAX,
            count => u32::try_from(count).ok()?.checked_mul(self.period_days?)?,
        };
        Some(self.maxage_days.map_or(kept, |maxage| kept.min(maxage))).filter(|days| *days != u32::MAX)
    }

    /// Whether a rotated file is kept without end: `rotate -1` and no `maxage`.
    #[must_use]
    pub fn keeps_forever(&self) -> bool {
        self.rotate == Some(-1) && self.maxage_days.is_none()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn globals_are_inherited_and_entries_override_them() {
        let file = parse(
            "weekly\nrotate 4\ncreate 0644 root root\ninclude /etc/logrotate.d\n/var/log/a \"/var/log/b c\"\n{\n  daily\n  rotate 400\n  \
             maxage 380\n  create 0640 www-data adm\n  postrotate\n    daily }\n  endscript\n}\n/var/log/d { \n size 10M\n}\n",
            &Rules::default(),
        );
        assert_eq!(file.faults, []);
        assert_eq!(file.includes, ["/etc/logrotate.d"]);
        assert_eq!(file.entries[0].globs, ["/var/log/a", "/var/log/b c"]);
        assert_eq!(file.entries[0].rules.days_kept(), Some(380));
        assert_eq!(file.entries[0].rules.create_mode, Some(0o640));
        assert_eq!(file.entries[1].rules.days_kept(), None);
        assert_eq!(file.entries[1].rules.create_mode, Some(0o644));
    }

    #[test]
    fn what_promises_no_days_says_none() {
        let of =
            |rules: &str| parse(&format!("/var/log/a {{\n{rules}\n}}\n"), &Rules::default()).entries[0].rules.clone();
        assert_eq!(of("daily\nrotate 0").days_kept(), Some(0));
        assert_eq!(of("daily\nrotate 9\nmaxsize 1M").days_kept(), None);
        assert_eq!((of("weekly\nrotate -1").days_kept(), of("weekly\nrotate -1").keeps_forever()), (None, true));
        assert_eq!(of("weekly\nrotate -1\nmaxage 90").days_kept(), Some(90));
        assert_eq!(of("create 640 www-data adm").create_owner, Some(("www-data".to_owned(), "adm".to_owned())));
        assert_eq!(of("create www-data adm").create_owner, Some(("www-data".to_owned(), "adm".to_owned())));
    }

    #[test]
    fn a_script_that_signals_the_writer_is_known() {
        let of = |script: &str| {
            parse(&format!("/a {{\n{script}\nendscript\n}}\n"), &Rules::default()).entries[0].rules.reopens
        };
        for script in [
            "postrotate\n[ -f /run/nginx.pid ] && kill -USR1 `cat /run/nginx.pid`",
            "postrotate\n/usr/lib/rsyslog/rsyslog-rotate",
            "lastaction\nsystemctl reload apache2",
        ] {
            assert!(of(script), "{script}");
        }
        for script in ["prerotate\nkill -USR1 1", "postrotate\n# kill", "postrotate\necho done"] {
            assert!(!of(script), "{script}");
        }
    }

    #[test]
    fn an_entry_that_never_ends_is_a_fault() {
        assert_eq!(parse("/var/log/a {\n daily\n", &Rules::default()).faults.len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-z/{} \"\n0-9]{0,200}") {
            let _ = parse(&text, &Rules::default());
        }
    }
}
