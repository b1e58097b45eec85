//! Statements of rsyslog.conf as text: comments dropped, lines joined, constructs of the new syntax taken apart.

use std::collections::BTreeMap;

/// Statements with the line on which each begins: comments dropped, continued lines and open brackets joined.
pub(super) fn statements(text: &str) -> Vec<(u32, String)> {
    let mut all: Vec<(u32, String)> = Vec::new();
    let mut open: Option<(u32, String)> = None;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = without_comment(line);
        let (at, mut statement) = open.take().unwrap_or((number, String::new()));
        if !statement.is_empty() {
            statement.push(' ');
        }
        statement.push_str(line.trim());
        if let Some(start) = statement.strip_suffix('\\') {
            open = Some((at, start.trim_end().to_owned()));
        } else if is_open(&statement) {
            open = Some((at, statement));
        } else if !statement.trim().is_empty() {
            all.push((at, statement));
        }
    }
    all.extend(open);
    all
}

fn without_comment(line: &str) -> &str {
    let mut quoted = None;
    for (at, character) in line.char_indices() {
        match (quoted, character) {
            (None, '"' | '\'') => quoted = Some(character),
            (Some(quote), character) if quote == character => quoted = None,
            (None, '#') => return &line[..at],
            _ => {}
        }
    }
    line
}

/// Whether a construct of the new syntax has a bracket that is not closed yet.
fn is_open(statement: &str) -> bool {
    let (mut depth, mut quoted) = (0_i32, false);
    for character in statement.chars() {
        match character {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

/// `action(type="omfwd" …)`: the name and its parameters, keys in lower case; `None` in the second place where it never closes.
pub(super) fn object(statement: &str) -> Option<(String, Option<BTreeMap<String, String>>)> {
    let (name, rest) = statement.split_once('(')?;
    let name = name.trim().to_ascii_lowercase();
    if !matches!(
        name.as_str(),
        "action"
            | "input"
            | "module"
            | "global"
            | "include"
            | "template"
            | "ruleset"
            | "main_queue"
            | "parser"
            | "lookup_table"
            | "dyn_stats"
            | "timezone"
            | "ratelimit"
            | "property"
            | "constant"
    ) {
        return None;
    }
    Some((name, rest.rsplit_once(')').map(|(inside, _)| parameters(inside))))
}

fn parameters(text: &str) -> BTreeMap<String, String> {
    let (mut found, mut rest) = (BTreeMap::new(), text);
    while let Some((key, tail)) = rest.split_once('=') {
        let key = key.trim().rsplit(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
        let tail = tail.trim_start();
        let (value, after) = match tail.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None if tail.starts_with('[') => tail.split_once(']').unwrap_or((tail, "")),
            None => tail.split_once(char::is_whitespace).unwrap_or((tail, "")),
        };
        found.insert(key, value.to_owned());
        rest = after;
    }
    found
}
