//! How a location matches, and whether it answers static files only.

use super::tree::Node;

/// What makes an `if` a level of its own: directives that are in force, or make the content, only where it holds.
pub(super) const IN_IF: [&str; 11] = [
    "access_log",
    "add_header",
    "add_header_inherit",
    "error_page",
    "expires",
    "fastcgi_pass",
    "grpc_pass",
    "proxy_pass",
    "root",
    "scgi_pass",
    "uwsgi_pass",
];

/// How a location matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matching {
    /// `= PATH`
    Exact(String),
    /// `PATH` or, with true, `^~ PATH`
    Prefix(String, bool),
    /// `~ PATTERN` or, with true, `~* PATTERN`
    Pattern(String, bool),
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
                "~" => Some(Self::Pattern(path.clone(), false)),
                "~*" => Some(Self::Pattern(path.clone(), true)),
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
        } else if let Some(rest) = path.strip_prefix("~*") {
            Self::Pattern(rest.to_owned(), true)
        } else if let Some(rest) = path.strip_prefix('~') {
            Self::Pattern(rest.to_owned(), false)
        } else {
            Self::Prefix(path.to_owned(), false)
        }
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

/// Whether a location answers files such as style sheets and images only.
pub(super) fn is_static(matching: &Matching) -> bool {
    let asset = |ending: &str| ASSETS.contains(&ending.replace('?', "").to_ascii_lowercase().as_str());
    match matching {
        Matching::Exact(path) => path.rsplit_once('.').is_some_and(|(_, ending)| asset(ending)),
        Matching::Pattern(pattern, _) => {
            endings(pattern).is_some_and(|endings| endings.iter().all(|ending| asset(ending)))
        }
        Matching::Prefix(..) | Matching::Named(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_endings_is_of_static_files_where_all_of_them_are() {
        let pattern = |text: &str| Matching::Pattern(text.to_owned(), true);
        assert!(is_static(&pattern(r"\.(png|jpe?g)$")));
        assert!(!is_static(&pattern(r"\.(php|png)$")));
        assert!(is_static(&Matching::Exact("/favicon.ico".to_owned())));
        assert!(!is_static(&Matching::Prefix("/a.png".to_owned(), false)));
    }
}
