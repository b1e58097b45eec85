//! Which section holds for which path: Directory by file path, Location by URL path, Files by name, each with its wildcards
//! and regular expressions.

use super::super::routing::Patterns;
use super::read::Node;
use crate::syntax::glob;

/// How a section matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matching {
    /// A path without wildcards, and what is below it.
    Path(String),
    /// A path with `*`, `?` or `[…]`.
    Wild(String),
    /// A regular expression.
    Pattern(String),
}

impl Matching {
    /// How a Directory, Location, Files or Proxy section matches.
    pub(super) fn of(section: &Node) -> Self {
        let by_name = section.name.ends_with("match");
        let (by_sign, text) = match section.arguments.as_slice() {
            [sign, text, ..] if sign == "~" => (true, text.as_str()),
            [text, ..] => (false, text.as_str()),
            [] => (false, ""),
        };
        if by_name || by_sign {
            Self::Pattern(text.to_owned())
        } else if text.contains(['*', '?', '[']) {
            Self::Wild(text.to_owned())
        } else {
            Self::Path(text.to_owned())
        }
    }

    /// The text of the section, for its name.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Path(text) | Self::Wild(text) | Self::Pattern(text) => text,
        }
    }

    /// Whether a Location holds for a URL path; `None` where an expression cannot be evaluated here.
    pub(super) fn holds_for_url(&self, path: &str, patterns: &Patterns) -> Option<bool> {
        match self {
            Self::Path(prefix) => Some(is_below(path, prefix)),
            // A pattern names whole paths and nothing below them.
            Self::Wild(pattern) => Some(glob::matches_path(pattern, path)),
            Self::Pattern(pattern) => patterns.is_match(pattern, false, path),
        }
    }

    /// Whether a Directory holds in this folder for this file: an expression is held against the whole path of the file.
    pub(super) fn holds_for_folder(&self, folder: &str, file: &str, patterns: &Patterns) -> Option<bool> {
        let folder = folder.trim_end_matches('/');
        match self {
            Self::Path(prefix) => Some(is_below(folder, prefix.trim_end_matches('/'))),
            Self::Wild(pattern) => Some(wild(pattern.trim_end_matches('/'), folder)),
            Self::Pattern(pattern) => patterns.is_match(pattern, false, file),
        }
    }

    /// Whether a Files section holds for a file of this name.
    pub(super) fn holds_for_name(&self, name: &str, patterns: &Patterns) -> Option<bool> {
        match self {
            Self::Path(text) => Some(text == name),
            Self::Wild(pattern) => Some(glob::matches(pattern, name)),
            Self::Pattern(pattern) => patterns.is_match(pattern, false, name),
        }
    }

    /// Parts of a path: by them Directory sections are ordered.
    pub(super) fn depth(&self) -> usize {
        self.text().split('/').filter(|part| !part.is_empty()).count()
    }
}

/// Whether a path is a prefix or below it; `/x` holds for `/x/y` and not for `/xy` (request.c: ap_location_walk).
pub(super) fn is_below(path: &str, prefix: &str) -> bool {
    if prefix.is_empty() || prefix == "/" {
        return true;
    }
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/'))
}

/// Whether a pattern holds for a path or what is below it; `*` never crosses a `/`.
fn wild(pattern: &str, path: &str) -> bool {
    let wanted = pattern.split('/').count();
    let head: Vec<&str> = path.split('/').take(wanted).collect();
    head.len() == wanted && glob::matches_path(pattern, &head.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::nodes;
    use super::*;

    #[test]
    fn sections_hold_below_their_path() {
        let patterns = Patterns::default();
        let url = |section: &str, path: &str| {
            Matching::of(&nodes(&format!("<{section}>\n</{}>", section.split(' ').next().unwrap()))[0])
                .holds_for_url(path, &patterns)
        };
        assert_eq!(url("Location /a", "/a"), Some(true));
        assert_eq!(url("Location /a", "/a/b"), Some(true));
        assert_eq!(url("Location /a", "/ab"), Some(false));
        assert_eq!(url("Location /a/", "/a"), Some(false));
        assert_eq!(url("Location /", "/x"), Some(true));
        assert_eq!(url("Location /*/b", "/a/b/c"), Some(false));
        assert_eq!(url("LocationMatch ^/a$", "/a/b"), Some(false));
        assert_eq!(url("Location ~ b$", "/a/b"), Some(true));
        let folder = |section: &str, path: &str| {
            Matching::of(&nodes(&format!("<{section}>\n</{}>", section.split(' ').next().unwrap()))[0])
                .holds_for_folder(path, &format!("{path}/x.html"), &patterns)
        };
        assert_eq!(folder("Directory /srv/www/", "/srv/www"), Some(true));
        assert_eq!(folder("Directory /srv/*/public", "/srv/a/public/x"), Some(true));
        assert_eq!(folder("DirectoryMatch \"/\\.git/\"", "/srv/.git"), Some(true));
        assert_eq!(folder("Directory /srv/www", "/srv/www2"), Some(false));
    }
}
