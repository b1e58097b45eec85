//! Where the text of a variable comes from, and what a client can put into it: the host that it chooses, line breaks.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Block;

/// Variables made by map and set, with the texts that they may hold.
#[derive(Debug, Default)]
pub(super) struct Variables {
    texts: BTreeMap<String, BTreeSet<String>>,
}

/// Maps of maps of maps …: three levels are seen in practice.
const DEPTH: usize = 16;

impl Variables {
    /// Collects every map, and every set wherever it stands: a set in any block may run before a use.
    pub(super) fn of(directives: &Block) -> Self {
        let mut variables = Self::default();
        variables.collect(directives, 0);
        variables
    }

    fn collect(&mut self, nodes: &Block, depth: usize) {
        for node in nodes {
            match (node.name.as_str(), node.arguments.as_slice(), &node.block) {
                ("map", [source, name], Some(block)) => {
                    // Without a default the variable is empty where nothing fits.
                    if !block.iter().any(|entry| entry.name == "default") {
                        self.add(name, String::new());
                    }
                    for entry in block.iter().filter(|entry| !matches!(entry.name.as_str(), "volatile" | "hostnames")) {
                        let Some(value) = entry.arguments.first() else { continue };
                        // A capture of a regular expression holds what the source holds.
                        let value = if entry.name.starts_with('~') && has_capture(value) {
                            format!("{value}{source}")
                        } else {
                            value.clone()
                        };
                        self.add(name, value);
                    }
                }
                // Whatever the client's address or text is, only what stands here comes out.
                ("geo", [.., name], Some(block)) | ("split_clients", [_, name], Some(block)) => {
                    if node.name == "geo" && !block.iter().any(|entry| entry.name == "default") {
                        self.add(name, String::new());
                    }
                    let settings = ["ranges", "delete", "proxy", "proxy_recursive"];
                    for entry in block.iter().filter(|entry| !settings.contains(&entry.name.as_str())) {
                        if let Some(value) = entry.arguments.first() {
                            self.add(name, value.clone());
                        }
                    }
                }
                ("set", [name, value], _) => self.add(name, value.clone()),
                _ => {}
            }
            if let Some(block) = node
                .block
                .as_ref()
                .filter(|_| depth < 64 && !matches!(node.name.as_str(), "map" | "geo" | "split_clients"))
            {
                self.collect(block, depth + 1);
            }
        }
    }

    fn add(&mut self, name: &str, value: String) {
        self.texts.entry(name.trim_start_matches('$').to_owned()).or_default().insert(value);
    }

    /// Every variable that a text may take its bytes from, maps and sets followed.
    pub(super) fn origins(&self, text: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.follow(text, &mut found, 0);
        found
    }

    /// Whether whatever a variable holds begins with a slash, so that no host goes on in it.
    pub(super) fn begins_path(&self, name: &str) -> bool {
        if matches!(name, "request_uri" | "uri" | "document_uri") {
            return true;
        }
        self.texts.get(name).is_some_and(|texts| texts.iter().all(|text| text.starts_with('/')))
    }

    fn follow(&self, text: &str, found: &mut BTreeSet<String>, depth: usize) {
        for name in names(text) {
            match self.texts.get(&name).filter(|_| depth < DEPTH) {
                Some(texts) => texts.iter().for_each(|text| self.follow(text, found, depth + 1)),
                None => {
                    found.insert(name);
                }
            }
        }
    }
}

/// The variables that a text names, in order.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let inner = rest.strip_prefix('{').unwrap_or(rest);
        let end = inner.find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
        let name = &inner[..end.unwrap_or(inner.len())];
        if !name.is_empty() {
            found.push(name.to_owned());
        }
        rest = inner.get(name.len()..).unwrap_or_default();
    }
    found
}

fn has_capture(text: &str) -> bool {
    // A named capture looks like any variable, so a variable of a map's own value counts as one.
    !names(text).is_empty()
}

/// Whether a client writes the whole of a variable as it likes.
pub(super) fn is_client_text(name: &str) -> bool {
    name.starts_with("arg_")
        || name.starts_with("http_")
        || name.starts_with("cookie_")
        || name.chars().all(|character| character.is_ascii_digit())
        || matches!(name, "args" | "query_string" | "uri" | "document_uri" | "request_uri" | "request_body" | "is_args")
}

/// Whether a variable names a host that the client chose. `$host` does where the server answers to any name.
pub(super) fn is_client_host(name: &str, answers_any_name: bool) -> bool {
    name.starts_with("arg_")
        || name.starts_with("http_")
        || name.starts_with("cookie_")
        || name.chars().all(|character| character.is_ascii_digit())
        || (name == "host" && answers_any_name)
}

/// Captures of the regular expressions around a place, by number and name, that may hold a line break.
pub(super) fn captures_with_line_breaks(patterns: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for pattern in patterns {
        for (number, (name, body)) in (1..).zip(groups(pattern)) {
            if may_hold_line_break(&body) {
                found.insert(number.to_string());
                found.extend(name);
            }
        }
    }
    found
}

/// Names of the captures of a pattern, which hold what a client wrote.
pub(super) fn named_captures(pattern: &str) -> BTreeSet<String> {
    groups(pattern).into_iter().filter_map(|(name, _)| name).collect()
}

/// The capturing groups of a pattern, in the order of their opening brackets: name and content.
pub(super) fn groups(pattern: &str) -> Vec<(Option<String>, String)> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut open: Vec<(Option<usize>, usize)> = Vec::new();
    let mut found: Vec<(Option<String>, String)> = Vec::new();
    let mut in_class = false;
    let mut at = 0;
    while at < characters.len() {
        match characters[at] {
            '\\' => at += 1,
            '[' if !in_class => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let rest: String = characters[at + 1..].iter().take(64).collect();
                let name = ["?<", "?P<", "?'"].iter().find_map(|start| {
                    let inner = rest.strip_prefix(start)?;
                    let end = inner.find(['>', '\''])?;
                    inner[..end]
                        .chars()
                        .all(|one| one.is_ascii_alphanumeric() || one == '_')
                        .then(|| inner[..end].to_owned())
                });
                let captures = name.as_ref().is_some_and(|name| !name.is_empty()) || !rest.starts_with('?');
                if captures {
                    found.push((name, String::new()));
                    open.push((Some(found.len() - 1), at + 1));
                } else {
                    open.push((None, at + 1));
                }
            }
            ')' if !in_class => {
                if let Some((Some(number), start)) = open.pop()
                    && let Some(group) = found.get_mut(number)
                {
                    group.1 = characters[start..at].iter().collect();
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether some part of a pattern matches a line feed: a negated class that does not exclude it, `\s`, `\W`, `\D`.
/// A dot does not: PCRE leaves the line feed out of it.
fn may_hold_line_break(pattern: &str) -> bool {
    let characters: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        match characters[at] {
            '\\' => {
                if matches!(characters.get(at + 1), Some('s' | 'W' | 'D' | 'n' | 'r' | 'v' | 'R')) {
                    return true;
                }
                at += 1;
            }
            '[' => {
                let end = class_end(&characters, at);
                let class: String = characters[at + 1..end].iter().collect();
                let holds = ["\\n", "\\s", "\\W", "\\D", "\n"].iter().any(|part| class.contains(part));
                let excludes = ["\\n", "\\s", "\n"].iter().any(|part| class.contains(part));
                if class.strip_prefix('^').map_or(holds, |_| !excludes) {
                    return true;
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    false
}

fn class_end(characters: &[char], start: usize) -> usize {
    let mut at = start + 1;
    // `]` as the first character of a class is itself.
    if characters.get(at) == Some(&'^') {
        at += 1;
    }
    if characters.get(at) == Some(&']') {
        at += 1;
    }
    while at < characters.len() {
        match characters[at] {
            '\\' => at += 1,
            ']' => return at,
            _ => {}
        }
        at += 1;
    }
    characters.len()
}

/// Whether a pattern can be made to backtrack without bound: a repeated group that holds a repetition of its own, with
/// nothing in between that parts the two.
pub(super) fn backtracks(pattern: &str) -> bool {
    let characters: Vec<char> = pattern.chars().collect();
    let mut open: Vec<usize> = Vec::new();
    let mut in_class = false;
    let mut at = 0;
    while at < characters.len() {
        match characters[at] {
            '\\' => at += 1,
            '[' if !in_class => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => open.push(at + 1),
            ')' if !in_class => {
                let Some(start) = open.pop() else { break };
                let repeated = match characters.get(at + 1) {
                    Some('*' | '+') => true,
                    Some('{') => characters[at + 1..].iter().take(12).collect::<String>().contains(",}"),
                    _ => false,
                };
                let possessive = characters.get(at + 2) == Some(&'+');
                let body: String = characters[start..at].iter().collect();
                if repeated && !possessive && is_one_repetition(&body) {
                    return true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// Whether a group's content begins and ends with the same kind of repetition, so that a repeat of it can be parted anywhere.
fn is_one_repetition(body: &str) -> bool {
    let body = body.trim_start_matches("?:");
    let atoms = atoms(body);
    match (atoms.first(), atoms.last()) {
        (Some((first, true)), Some((last, true))) => first == last || atoms.len() == 1,
        // What any sign may end can end where the repetition before it would have gone on.
        (Some((_, true)), Some((last, false))) => last == "." && atoms.len() == 2,
        _ => false,
    }
}

/// The atoms of a flat pattern: text and whether it repeats without bound.
fn atoms(body: &str) -> Vec<(String, bool)> {
    let characters: Vec<char> = body.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        match characters[at] {
            '\\' => at += 1,
            '[' => at = class_end(&characters, at),
            '(' => {
                let mut depth = 0_usize;
                while at < characters.len() {
                    match characters[at] {
                        '\\' => at += 1,
                        '(' => depth += 1,
                        ')' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                    at += 1;
                }
            }
            _ => {}
        }
        let end = (at + 1).min(characters.len());
        let text: String = characters[start..end].iter().collect();
        at += 1;
        let repeats = matches!(characters.get(at), Some('*' | '+'));
        if matches!(characters.get(at), Some('*' | '+' | '?')) {
            at += 1;
        }
        found.push((text, repeats));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::collect::webserver::tests::nodes;

    #[test]
    fn what_any_sign_may_end_backtracks_and_captures_have_names() {
        assert!(backtracks("^/(([a-z])+.)+[A-Z]([a-z])+$"));
        assert!(!backtracks(r"^/([a-z]+/)+$"));
        assert_eq!(named_captures("^/fetch/(?<target>.+)$").into_iter().collect::<Vec<_>>(), ["target"]);
    }

    #[test]
    fn origins_go_through_maps_and_sets() {
        let variables = Variables::of(&nodes(
            "map $http_x $a { default one; ~^(.*)$ $1; } map $args $b { default fixed; } server { set $c \"x$a\"; }",
        ));
        let origins = |text: &str| variables.origins(text).into_iter().collect::<Vec<_>>();
        assert_eq!(origins("$c"), ["1", "http_x"]);
        assert_eq!(origins("$b"), Vec::<String>::new());
        assert_eq!(origins("/a${uri}b$is_args$args"), ["args", "is_args", "uri"]);
    }

    #[test]
    fn a_capture_holds_a_line_break_where_its_class_does() {
        let of = |pattern: &str| captures_with_line_breaks(&[pattern]).into_iter().collect::<Vec<_>>();
        assert_eq!(of("^/a/([^/]*)/(.*)$"), ["1"]);
        assert_eq!(of(r"^/(?<path>[^\s]+)/(?P<q>\W)$"), ["2", "q"]);
        assert_eq!(of(r"^/(?:[^/]*)/([a-z0-9]+)$"), Vec::<String>::new());
        assert_eq!(of(r"^/([\w\n]+)$"), ["1"]);
    }

    #[test]
    fn nested_repetitions_backtrack() {
        for (pattern, wanted) in [
            ("^/(a+)+$", true),
            ("(.*)*x", true),
            (r"^/([\w-]+)*$", true),
            ("(a+b)+", false),
            ("(a|b)+", false),
            (r"\.(png|jpe?g)$", false),
            ("^/(?:[a-z]+/)*x$", false),
            ("(a+)++", false),
        ] {
            assert_eq!(backtracks(pattern), wanted, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn any_pattern_is_looked_at(pattern in "[()\\[\\]^\\\\a*+?{},<>:P'$]{0,40}") {
            let _ = (backtracks(&pattern), captures_with_line_breaks(&[&pattern]), names(&pattern));
        }
    }
}
