//! Which location answers a path, as nginx finds it: `=`, then the longest prefix and what is nested in it, then, unless
//! the prefix says `^~`, the first regular expression.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use fancy_regex::{Regex, RegexBuilder};

use super::location::Matching;
use super::model::Level;

/// Bytes that one compiled regular expression may take.
const PATTERN_BYTES: usize = 1 << 20;
/// Steps back that one match may take before it is given up.
const BACKTRACKS: usize = 100_000;
/// Locations inside locations; the parser refuses more blocks than this.
const DEPTH: usize = 64;

/// Which level answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The level of this number.
    Level(usize),
    /// A regular expression might, and cannot be evaluated here.
    Open,
}

/// What the groups of a match hold, by number and by name.
pub(super) type Groups = (Vec<String>, Vec<(String, String)>);

/// A compiled expression; `None` for one that cannot be read.
type Compiled = Option<Rc<Regex>>;

/// Regular expressions, each compiled once for a whole configuration.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    compiled: RefCell<BTreeMap<(String, bool), Compiled>>,
}

impl Patterns {
    /// Whether a pattern matches; `None` where it needs what PCRE alone has, or steps back too often.
    pub(super) fn is_match(&self, pattern: &str, insensitive: bool, text: &str) -> Option<bool> {
        self.compiled(pattern, insensitive).and_then(|regex| regex.is_match(text).ok())
    }

    /// The groups of a match by number and by name; `None` outside as in [`Self::is_match`], inside where nothing matches.
    pub(super) fn captures(&self, pattern: &str, insensitive: bool, text: &str) -> Option<Option<Groups>> {
        let regex = self.compiled(pattern, insensitive)?;
        let Some(found) = regex.captures(text).ok()? else { return Some(None) };
        let of = |group: Option<fancy_regex::Match<'_>>| group.map(|one| one.as_str().to_owned()).unwrap_or_default();
        let numbered = (0..found.len()).map(|number| of(found.get(number))).collect();
        let named = regex.capture_names().flatten();
        Some(Some((numbered, named.map(|name| (name.to_owned(), of(found.name(name)))).collect())))
    }

    fn compiled(&self, pattern: &str, insensitive: bool) -> Compiled {
        let key = (pattern.to_owned(), insensitive);
        let known = self.compiled.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let built = RegexBuilder::new(pattern)
                .case_insensitive(insensitive)
                .delegate_size_limit(PATTERN_BYTES)
                .backtrack_limit(BACKTRACKS)
                .build();
            let built = built.ok().map(Rc::new);
            self.compiled.borrow_mut().insert(key, built.clone());
            built
        })
    }
}

/// The level of a server that answers a path (decoded, normalised, without its query). Level 0 is the server's own.
pub(super) fn answering(levels: &[Level<'_>], patterns: &Patterns, path: &str) -> Answer {
    inside(levels, patterns, path, 0, 0).0
}

/// The answer among the locations directly in `parent`, and whether it ends the search: an exact path and a regular
/// expression do, a prefix leaves the regular expressions around it to be tried.
fn inside(levels: &[Level<'_>], patterns: &Patterns, path: &str, parent: usize, depth: usize) -> (Answer, bool) {
    if depth > DEPTH {
        return (Answer::Level(parent), true);
    }
    let children = || {
        let direct = levels.iter().enumerate().filter(|(_, level)| level.parent == Some(parent) && !level.is_if);
        direct.filter_map(|(number, level)| level.matching.as_ref().map(|matching| (number, matching)))
    };
    let mut longest: Option<(usize, usize, bool)> = None;
    for (number, matching) in children() {
        match matching {
            Matching::Exact(exact) if exact == path => return (Answer::Level(number), true),
            Matching::Prefix(prefix, stops)
                if path.starts_with(prefix.as_str()) && longest.is_none_or(|(_, length, _)| prefix.len() > length) =>
            {
                longest = Some((number, prefix.len(), *stops));
            }
            _ => {}
        }
    }
    let mut found = Answer::Level(parent);
    if let Some((number, _, stops)) = longest {
        let (nested, ends) = inside(levels, patterns, path, number, depth + 1);
        if ends || stops {
            return (nested, ends);
        }
        found = nested;
    }
    for (number, matching) in children() {
        if let Matching::Pattern(pattern, insensitive) = matching {
            match patterns.is_match(pattern, *insensitive, path) {
                Some(true) => return (inside(levels, patterns, path, number, depth + 1).0, true),
                Some(false) => {}
                None => return (Answer::Open, true),
            }
        }
    }
    (found, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::webserver::model::servers;
    use crate::collect::webserver::tests::nodes;

    fn answer(text: &str, path: &str) -> String {
        let nodes = nodes(text);
        let servers = servers(&nodes, true);
        match answering(&servers[0].levels, &Patterns::default(), path) {
            Answer::Level(number) => servers[0].levels[number].place.arguments.join(" "),
            Answer::Open => "open".to_owned(),
        }
    }

    const SERVER: &str = r"server {
        location / { }
        location /a/ { location /a/n/ { } location ~ \.x$ { } location = /a/e { } }
        location = /a/b { }
        location ^~ /c/ { location ~ \.png$ { } }
        location ~ ^/d { }
        location ~* \.PNG$ { }
        location ~ (*ACCEPT) { }
        location @named { }
    }";

    #[test]
    fn the_order_is_nginxs() {
        for (path, wanted) in [
            ("/a/b", "= /a/b"),
            ("/c/x", "^~ /c/"),
            ("/c/x.png", r"~ \.png$"),
            ("/a/q.x", r"~ \.x$"),
            ("/a/e", "= /a/e"),
            ("/d/1", "~ ^/d"),
            ("/a/1.png", r"~* \.PNG$"),
            ("/a/n/1", "open"),
            ("/zzz", "open"),
        ] {
            assert_eq!(answer(SERVER, path), wanted, "{path}");
        }
    }

    #[test]
    fn without_regular_expressions_the_longest_prefix_answers() {
        let server = "server { location /a { } location /a/b { } }";
        assert_eq!(answer(server, "/a/bc"), "/a/b");
        assert_eq!(answer(server, "/x"), "");
    }
}
