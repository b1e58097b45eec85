//! Variables of Compose: `$NAME`, `${NAME:-default}`, `$$`. What stays unset leaves the text unresolved.

use std::collections::BTreeMap;

/// A text with its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filled {
    /// All of them are known; true where at least one was there.
    Known(String, bool),
    /// This variable is not.
    Unset(String),
}

/// Variables inside the default of a variable, inside a default …: two levels are seen in practice.
const DEPTH: usize = 8;

/// Fills in the variables of a text.
pub(super) fn fill(text: &str, variables: &BTreeMap<String, String>) -> Filled {
    fill_at(text, variables, 0)
}

fn fill_at(text: &str, variables: &BTreeMap<String, String>, depth: usize) -> Filled {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut has_variable = false;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        if let Some(after) = behind.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let (value, after) = if let Some(inner) = behind.strip_prefix('{') {
            let Some(end) = closing(inner) else { return Filled::Unset(inner.chars().take(40).collect()) };
            (braced(&inner[..end], variables, depth), &inner[end + 1..])
        } else {
            let end = behind.find(|character: char| !is_name(character)).unwrap_or(behind.len());
            if end == 0 {
                out.push('$');
                rest = behind;
                continue;
            }
            let name = &behind[..end];
            (variables.get(name).cloned().ok_or_else(|| name.to_owned()), &behind[end..])
        };
        match value {
            Ok(value) => out.push_str(&value),
            Err(name) => return Filled::Unset(name),
        }
        has_variable = true;
        rest = after;
    }
    out.push_str(rest);
    Filled::Known(out, has_variable)
}

/// `NAME`, `NAME:-default`, `NAME-default`, `NAME:?error`, `NAME:+instead`.
fn braced(inner: &str, variables: &BTreeMap<String, String>, depth: usize) -> Result<String, String> {
    let end = inner.find(|character: char| !is_name(character)).unwrap_or(inner.len());
    let (name, operator) = inner.split_at(end);
    let set = variables.get(name);
    let (empty_counts, operator) = match operator.strip_prefix(':') {
        Some(rest) => (true, rest),
        None => (false, operator),
    };
    let present = set.filter(|value| !(empty_counts && value.is_empty()));
    let word = |text: &str| {
        if depth >= DEPTH {
            return Err(name.to_owned());
        }
        match fill_at(text, variables, depth + 1) {
            Filled::Known(text, _) => Ok(text),
            Filled::Unset(name) => Err(name),
        }
    };
    match (present, operator.chars().next()) {
        (Some(_), Some('+')) => word(&operator[1..]),
        (None, Some('+')) => Ok(String::new()),
        (Some(value), _) => Ok(value.clone()),
        (None, Some('-')) => word(&operator[1..]),
        (None, _) => Err(name.to_owned()),
    }
}

/// Where the brace that opened before this text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// `NAME=value` lines of an environment file, with the line of each.
pub(super) fn environment_file(text: &str) -> Vec<(String, String, u32)> {
    let mut found = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim_start_matches('\u{feff}').trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = line.split_once('=') {
            let value = value.trim();
            let bare = ['"', '\'']
                .into_iter()
                .find_map(|quote| value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)))
                .map_or(value, |(inside, _)| inside);
            found.push((name.trim().to_owned(), bare.to_owned(), number));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(text: &str) -> Filled {
        let variables = [("A", "1"), ("EMPTY", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        fill(text, &variables.into())
    }

    #[test]
    fn variables_are_filled_in_as_compose_does() {
        let known = |text: &str| Filled::Known(text.to_owned(), true);
        assert_eq!(filled("x:$A"), known("x:1"));
        assert_eq!(filled("${A}-${NONE:-d}"), known("1-d"));
        assert_eq!(filled("${EMPTY:-d}${EMPTY-e}"), known("d"));
        assert_eq!(filled("${NONE:-${A}}"), known("1"));
        assert_eq!(filled("${A:+y}${NONE:+n}"), known("y"));
        assert_eq!(filled("$$A"), Filled::Known("$A".to_owned(), false));
        assert_eq!(filled("a$"), Filled::Known("a$".to_owned(), false));
        assert_eq!(filled("${NONE}"), Filled::Unset("NONE".to_owned()));
        assert_eq!(filled("${NONE:?needed}"), Filled::Unset("NONE".to_owned()));
        assert_eq!(filled("${A"), Filled::Unset("A".to_owned()));
    }

    #[test]
    fn an_environment_file_is_read_line_by_line() {
        let read = environment_file("# c\nA=1\nexport B=\"x y\" # z\n\nC='q'\n");
        let read: Vec<_> = read.iter().map(|(name, value, line)| (name.as_str(), value.as_str(), *line)).collect();
        assert_eq!(read, [("A", "1", 2), ("B", "x y", 3), ("C", "q", 5)]);
    }

    proptest! {
        #[test]
        fn any_text_is_filled_or_left(text in "[${}:\\-?+aA_ ]{0,60}") {
            let _ = fill(&text, &BTreeMap::new());
        }
    }
}
