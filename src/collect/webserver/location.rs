//! Which location answers a path, by nginx's order: `=`, then the longest prefix, unless `^~`, a regular expression before it.

use super::include::Node;

/// How a location matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matching {
    /// `= PATH`
    Exact(String),
    /// `PATH` or, with true, `^~ PATH`
    Prefix(String, bool),
    /// `~ PATTERN` or `~* PATTERN`
    Pattern(String),
    /// `@NAME`: never answers a path by itself.
    Named(String),
}

impl Matching {
    /// Reads the arguments of a location.
    pub(super) fn of(node: &Node) -> Option<Self> {
        match node.arguments.as_slice() {
            [path] if path.starts_with('@') => Some(Self::Named(path.clone())),
            [path] => Some(Self::glued(path)),
            [modifier, path] => match modifier.as_str() {
                "=" => Some(Self::Exact(path.clone())),
                "^~" => Some(Self::Prefix(path.clone(), true)),
                "~" | "~*" => Some(Self::Pattern(path.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    /// nginx also reads a modifier that is written against its path: `=/x`, `^~/x`, `~*\.png$`.
    fn glued(path: &str) -> Self {
        if let Some(rest) = path.strip_prefix('=') {
            Self::Exact(rest.to_owned())
        } else if let Some(rest) = path.strip_prefix("^~") {
            Self::Prefix(rest.to_owned(), true)
        } else if let Some(rest) = path.strip_prefix("~*").or_else(|| path.strip_prefix('~')) {
            Self::Pattern(rest.to_owned())
        } else {
            Self::Prefix(path.to_owned(), false)
        }
    }
}

/// Which of some locations answers a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The location of this number.
    One(usize),
    /// None: the server's own level.
    None,
    /// A regular expression might; it is not evaluated here.
    Open,
}

/// Decides which location answers. A regular expression that could come first leaves the answer open.
pub(super) fn answering(locations: &[Matching], path: &str) -> Answer {
    let exact = locations.iter().position(|matching| matches!(matching, Matching::Exact(exact) if exact == path));
    if let Some(number) = exact {
        return Answer::One(number);
    }
    let mut best: Option<(usize, usize, bool)> = None;
    for (number, matching) in locations.iter().enumerate() {
        if let Matching::Prefix(prefix, stops) = matching
            && path.starts_with(prefix.as_str())
            && best.is_none_or(|(_, length, _)| prefix.len() > length)
        {
            best = Some((number, prefix.len(), *stops));
        }
    }
    let may_match =
        |matching: &Matching| matches!(matching, Matching::Pattern(pattern) if !cannot_match(pattern, path));
    match best {
        Some((number, _, true)) => Answer::One(number),
        _ if locations.iter().any(may_match) => Answer::Open,
        Some((number, _, false)) => Answer::One(number),
        None => Answer::None,
    }
}

/// Endings of files that hold no page.
const ASSETS: [&str; 20] = [
    "css",
    "js",
    "mjs",
    "map",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "ico",
    "webp",
    "avif",
    "woff",
    "woff2",
    "ttf",
    "eot",
    "otf",
    "txt",
    "xml",
    "webmanifest",
];

/// Whether a pattern is `\.(a|b|c)$` or `\.a$`, the usual list of file endings; gives the endings.
fn endings(pattern: &str) -> Option<Vec<&str>> {
    let rest = pattern.strip_prefix(r"\.").and_then(|rest| rest.strip_suffix('$'))?;
    let list = rest
        .strip_prefix("(?:")
        .or_else(|| rest.strip_prefix('('))
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(rest);
    let endings: Vec<&str> = list.split('|').collect();
    let plain = |ending: &&str| {
        !ending.is_empty() && ending.chars().all(|character| character.is_ascii_alphanumeric() || character == '?')
    };
    endings.iter().all(plain).then_some(endings)
}

/// Whether an ending is the listed one; `jpe?g` lists two. Case is left aside, so that `~*` is never told too much.
fn is_ending(listed: &str, ending: &str) -> bool {
    let longer = listed.replace('?', "");
    let mut shorter = String::new();
    for character in listed.chars() {
        if character == '?' {
            shorter.pop();
        } else {
            shorter.push(character);
        }
    }
    ending.eq_ignore_ascii_case(&longer) || ending.eq_ignore_ascii_case(&shorter)
}

/// Whether a pattern certainly does not match a path: only lists of file endings can be told.
fn cannot_match(pattern: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    endings(pattern)
        .is_some_and(|list| list.iter().all(|listed| ending.is_none_or(|ending| !is_ending(listed, ending))))
}

/// Whether a location answers files such as style sheets and images only.
pub(super) fn is_static(matching: &Matching) -> bool {
    let asset = |ending: &str| ASSETS.contains(&ending.replace('?', "").to_ascii_lowercase().as_str());
    match matching {
        Matching::Exact(path) => path.rsplit_once('.').is_some_and(|(_, ending)| asset(ending)),
        Matching::Pattern(pattern) => {
            endings(pattern).is_some_and(|endings| endings.iter().all(|ending| asset(ending)))
        }
        Matching::Prefix(..) | Matching::Named(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(path: &str) -> Matching {
        Matching::Prefix(path.to_owned(), false)
    }

    #[test]
    fn the_order_is_nginxs() {
        let locations = [
            prefix("/"),
            prefix("/a/"),
            Matching::Exact("/a/b".to_owned()),
            Matching::Prefix("/c/".to_owned(), true),
            Matching::Pattern("^/d".to_owned()),
        ];
        assert_eq!(answering(&locations, "/a/b"), Answer::One(2));
        assert_eq!(answering(&locations, "/c/x"), Answer::One(3));
        assert_eq!(answering(&locations, "/a/x"), Answer::Open);
        assert_eq!(answering(&locations[..2], "/a/x"), Answer::One(1));
        assert_eq!(answering(&locations[1..2], "/x"), Answer::None);
    }

    #[test]
    fn a_list_of_endings_answers_paths_with_those_endings_only() {
        let locations = [prefix("/"), Matching::Pattern(r"\.(png|jpe?g)$".to_owned())];
        assert_eq!(answering(&locations, "/contact"), Answer::One(0));
        assert_eq!(answering(&locations, "/contact.html"), Answer::One(0));
        for open in ["/contact.png", "/contact.jpeg", "/contact.JPG"] {
            assert_eq!(answering(&locations, open), Answer::Open);
        }
        assert!(is_static(&locations[1]));
        assert!(!is_static(&Matching::Pattern(r"\.(php|png)$".to_owned())));
    }
}
