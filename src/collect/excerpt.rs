//! The lines around a place in a configuration or register. Files that hold people or key material give none, and what
//! looks like a secret is taken out before anything is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::limits::HOST_FILE_BYTES;
use super::world::World;
use crate::model::{Evidence, Excerpts, Observation};

/// Lines that one run keeps.
const LINES: usize = 20_000;

/// Characters of a line that are kept.
const LINE_CHARACTERS: usize = 200;

/// Names of files that hold people or keys, not configuration.
const WITHHELD: [&str; 8] =
    ["passwd", "shadow", "gshadow", "group", "authorized_keys", "authorized_keys2", "mtree", "lastlog"];

/// What stands in for what was taken out.
const MASK: &str = "[…]";

/// Words behind which the rest of a line may be a secret.
const SECRET_WORDS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "authorization",
    "credential",
    "credentials",
    "cookie",
];

/// What a request brings along, in nginx's and Apache's spelling: whatever it is compared with may be a shared secret.
const REQUEST_VALUES: [&str; 5] = ["$arg_", "$cookie_", "$http_x_", "%{http:", "%{query_string}"];

/// Options of commands behind which a name and its password stand.
const USER_OPTIONS: [&str; 4] = [" -u ", " --user ", " --http-user ", " --proxy-user "];

/// The lines at and beside every place that the evidence names.
#[must_use]
pub fn excerpts(world: &dyn World, evidence: &Evidence) -> Excerpts {
    let mut wanted: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    let mut count = 0;
    // No line of a log is ever kept, whoever names its place.
    let logs: BTreeSet<&str> = ["log-content", "log-series", "log-file"]
        .iter()
        .flat_map(|kind| evidence.of_kind(kind))
        .filter_map(|log| log.source.file.as_deref())
        .collect();
    for observation in evidence.observations.iter().filter(|seen| !is_withheld_kind(seen)) {
        let related = observation.related.iter().map(|related| &related.location);
        for place in std::iter::once(&observation.source).chain(related) {
            let (Some(file), Some(line)) = (place.file.as_deref(), place.line.filter(|line| *line > 0)) else {
                continue;
            };
            if is_withheld(file) || logs.contains(file) || count >= LINES {
                continue;
            }
            let lines = wanted.entry(file).or_default();
            for near in line.saturating_sub(1).max(1)..=line.saturating_add(1) {
                count += usize::from(lines.insert(near));
            }
        }
    }
    let mut excerpts = Excerpts::new();
    for (file, lines) in wanted {
        // A file that cannot be read again, or only from an archive, has no excerpt; its facts stand.
        let Ok(bytes) = world.read(file, HOST_FILE_BYTES) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let mut kept = BTreeMap::new();
        for (number, line) in (1_u32..).zip(text.lines()) {
            if lines.contains(&number) {
                kept.insert(number, without_secrets(line));
            }
        }
        excerpts.insert(file.to_owned(), kept);
    }
    excerpts
}

/// People, and values that are given to programs: a secret may stand there under any name.
fn is_withheld_kind(observation: &Observation) -> bool {
    observation.kind.starts_with("person") || observation.kind == "deploy-environment"
}

fn is_withheld(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    WITHHELD.contains(&name)
}

/// The line with secrets, mail addresses and userinfo taken out, and cut.
fn without_secrets(line: &str) -> String {
    let cut: String = line.chars().take(LINE_CHARACTERS).collect();
    let cut = if cut.len() < line.len() { cut + "…" } else { cut };
    let shown = match secret_from(&cut) {
        Some(at) => {
            let ends = if cut.trim_end().ends_with(';') { ";" } else { "" };
            format!("{} {MASK}{ends}", &cut[..at])
        }
        None => cut,
    };
    words(&shown).map(masked_word).collect()
}

/// Where a secret may begin: behind a word that announces one.
fn secret_from(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let lower = lower.as_str();
    SECRET_WORDS
        .iter()
        .flat_map(|word| lower.match_indices(word).map(move |(at, _)| (at, at + word.len())))
        .filter(|(from, to)| {
            let before = lower[..*from].chars().next_back();
            let behind = lower[*to..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric)
        })
        .map(|(_, to)| to)
        .chain(USER_OPTIONS.iter().flat_map(|option| {
            // A name alone, as in `crontab -u root`, is no secret.
            let has_password =
                move |from: &usize| lower[*from..].split_whitespace().next().is_some_and(|word| word.contains(':'));
            lower.match_indices(option).map(|(at, _)| at + option.len()).filter(has_password).map(|from| from - 1)
        }))
        .chain(REQUEST_VALUES.iter().flat_map(|start| lower.match_indices(*start)).map(|(at, start)| {
            let name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '}');
            let from = at + start.len();
            lower[from..].find(|character: char| !name(character)).map_or(lower.len(), |length| from + length)
        }))
        .min()
}

/// The line in runs of blanks, quotes and other text.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_edge =
        |character: char| character.is_whitespace() || matches!(character, '"' | '\'' | ';' | ',' | '<' | '>');
    line.split_inclusive(is_edge)
}

fn masked_word(word: &str) -> String {
    if let Some((user, domain)) = word.split_once('@') {
        let host: String = domain.chars().take_while(|character| !matches!(character, '/' | ':')).collect();
        if host.contains('.') {
            // https://user:secret@host and somebody@example.jp are both cut before the sign.
            let scheme = user.split_inclusive("://").next().filter(|start| start.ends_with("://")).unwrap_or("");
            return format!("{scheme}{MASK}@{domain}");
        }
    }
    if is_key_material(word) {
        format!(
            "{MASK}{}",
            word.chars().last().filter(|end| !end.is_alphanumeric()).map_or_else(String::new, String::from)
        )
    } else {
        word.to_owned()
    }
}

/// A long run of letters and digits mixed as keys and tokens mix them. A published fingerprint is none.
fn is_key_material(word: &str) -> bool {
    let word = word.rsplit('=').next().filter(|last| last.len() > 20).unwrap_or(word);
    if word.starts_with("SHA256:") || word.starts_with("sha256-") || word.contains("://") {
        return false;
    }
    let run = word
        .split(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '+' | '=')))
        .max_by_key(|run| run.len())
        .unwrap_or_default();
    let has = |class: fn(&u8) -> bool| run.bytes().any(|byte| class(&byte));
    run.len() >= 24 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_taken_out() {
        for (line, shown) in [
            ("  password: hunter2", "  password […]"),
            ("proxy_set_header Authorization \"Basic dXNlcjpwYXNz\";", "proxy_set_header Authorization […];"),
            ("set $api_token abc;", "set $api_token […];"),
            ("proxy_pass https://user:pw@example.jp/x;", "proxy_pass https://[…]@example.jp/x;"),
            ("contact: webmaster@example.jp", "contact: […]@example.jp"),
            ("key AKIA0123456789ABCDEFGHIJKLMN x", "key […] x"),
            ("if ($arg_key = \"hunter2\") { return 200 ok; }", "if ($arg_key […]"),
            ("RewriteCond %{HTTP:X-Key} !=hunter2", "RewriteCond %{HTTP:X-Key} […]"),
            ("0 4 * * * root curl -u backup:hunter2 -T x https://example.jp/", "0 4 * * * root curl -u […]"),
            ("wget --user=a --http-user a:hunter2 x", "wget --user=a --http-user […]"),
            ("server_tokens off;", "server_tokens off;"),
            ("%web ALL=(ALL) NOPASSWD: ALL", "%web ALL=(ALL) NOPASSWD: ALL"),
            ("ssl_certificate_key /etc/nginx/www.key;", "ssl_certificate_key /etc/nginx/www.key;"),
            (
                "- SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
                "- SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
            ),
        ] {
            assert_eq!(without_secrets(line), shown);
        }
    }

    #[test]
    fn a_long_line_is_cut() {
        assert_eq!(without_secrets(&"あ ".repeat(10_000)).chars().count(), LINE_CHARACTERS + 1);
    }
}
