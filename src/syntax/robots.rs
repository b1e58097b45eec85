//! robots.txt (RFC 9309): which paths a robot may ask for.

/// Bytes that are read; a robot may leave out what comes behind them (section 2.5).
pub const LIMIT_BYTES: usize = 512 * 1024;

/// The rules for one robot, and every path that the file tells to anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Robots {
    /// Rules of the groups that name the robot, or of `*` where none does: whether it allows, and the pattern.
    rules: Vec<(bool, String)>,
    /// Patterns of `Disallow` in any group.
    pub disallowed: Vec<String>,
}

/// Reads the rules for a robot by its product token, such as `tenken`.
#[must_use]
pub fn robots(text: &str, token: &str) -> Robots {
    let (mut own, mut of_all, mut disallowed) = (Vec::new(), Vec::new(), Vec::new());
    let (mut names_own, mut names_all, mut in_agents, mut has_own_group) = (false, false, false, false);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.split('#').next().unwrap_or_default();
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "user-agent" => {
                if !in_agents {
                    (names_own, names_all) = (false, false);
                }
                in_agents = true;
                // The token is what stands before a version or a blank.
                let name = value.split(['/', ' ']).next().unwrap_or_default();
                names_own |= name.eq_ignore_ascii_case(token);
                names_all |= name == "*";
                has_own_group |= names_own;
            }
            rule @ ("allow" | "disallow") => {
                in_agents = false;
                let allows = rule == "allow";
                if !allows && !value.is_empty() {
                    disallowed.push(value.to_owned());
                }
                // An empty rule matches nothing.
                if value.is_empty() {
                    continue;
                }
                if names_own {
                    own.push((allows, value.to_owned()));
                }
                if names_all {
                    of_all.push((allows, value.to_owned()));
                }
            }
            _ => {}
        }
    }
    Robots { rules: if has_own_group { own } else { of_all }, disallowed }
}

impl Robots {
    /// Whether the robot may ask for a path with its query: the longest rule that fits decides, and of equals the one that allows.
    #[must_use]
    pub fn allows(&self, path: &str) -> bool {
        let path = normal(path);
        let fitting = self.rules.iter().map(|(allows, pattern)| (*allows, normal(pattern)));
        let decisive = fitting
            .filter(|(_, pattern)| fits(pattern, &path))
            .max_by_key(|(allows, pattern)| (pattern.len(), *allows));
        decisive.is_none_or(|(allows, _)| allows)
    }
}

/// Escapes in one spelling: letters outside of ASCII as %XX, hexadecimal in upper case (section 2.2.2).
fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped =
            bytes.get(at + 1..at + 3).filter(|digits| *byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        match escaped {
            Some(digits) => {
                normal.push('%');
                normal.extend(digits.iter().map(|digit| char::from(digit.to_ascii_uppercase())));
                at += 3;
            }
            None if byte.is_ascii() => {
                normal.push(char::from(*byte));
                at += 1;
            }
            None => {
                normal.push_str(&format!("%{byte:02X}"));
                at += 1;
            }
        }
    }
    normal
}

/// Whether a pattern fits the start of a path; `*` stands for anything, `$` at the end for the end.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return !to_end || rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(found) => rest = &rest[found + part.len()..],
            None => return false,
        }
    }
    if to_end { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_rule_decides_and_of_equals_the_one_that_allows() {
        let robots = robots(
            "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /*.pdf$\nDisallow:\nAllow: /c\nDisallow: /c",
            "tenken",
        );
        for (path, allowed) in
            [("/", true), ("/a/x", false), ("/a/b/c", true), ("/x/y.pdf", false), ("/x/y.pdf?z", true), ("/c", true)]
        {
            assert_eq!(robots.allows(path), allowed, "{path}");
        }
    }

    #[test]
    fn a_group_of_its_own_replaces_that_of_all() {
        let text = "User-agent: other\nUser-agent: Tenken/1.0\nDisallow: /x # why\n\nUser-agent: *\nDisallow: /\nSitemap: https://x";
        let own = robots(text, "tenken");
        assert!(own.allows("/y") && !own.allows("/x"));
        assert!(!robots(text, "someone").allows("/y"));
        assert_eq!(own.disallowed, ["/x", "/"]);
        let empty = robots("User-agent: tenken\n\nUser-agent: *\nDisallow: /", "tenken");
        assert!(!empty.allows("/y"), "agents without a rule between them share the group");
    }

    #[test]
    fn escapes_are_one_spelling() {
        let robots = robots("User-agent: *\nDisallow: /問\nDisallow: /%e3%81%82", "tenken");
        assert!(!robots.allows("/%E5%95%8F/x") && !robots.allows("/あ"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-zA-Z:/*$%# \n-]{0,200}", path in "/[a-z*$%/]{0,40}") {
            let _ = robots(&text, "tenken").allows(&path);
        }

        #[test]
        fn a_rule_of_the_path_itself_forbids_it(path in "/[a-z0-9/]{0,30}") {
            let rules = robots(&format!("User-agent: *\nDisallow: {path}\n"), "tenken");
            prop_assert!(!rules.allows(&path));
        }
    }
}
