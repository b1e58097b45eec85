//! Names that services claim: exact hosts, and `*.` patterns that cover what is below. Two claims on one name are an overlap.

use std::collections::BTreeMap;

/// Claims of one sort (hosts, MX targets, …).
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    exact: BTreeMap<&'a str, &'a str>,
    below: BTreeMap<&'a str, &'a str>,
}

impl<'a> Claims<'a> {
    /// Claims a name for a service; gives the service that claims it already, and by which name.
    ///
    /// An exact name inside a pattern is no overlap: the exact one decides. A pattern inside a pattern is one, and so is
    /// the same name twice.
    pub(super) fn claim(&mut self, name: &'a str, service: &'a str) -> Option<(&'a str, String)> {
        let Some(domain) = name.strip_prefix("*.") else {
            return self.exact.insert(name, service).map(|other| (other, name.to_owned()));
        };
        if let Some(other) = self.below.insert(domain, service) {
            return Some((other, name.to_owned()));
        }
        let mut above = domain;
        while let Some((_, rest)) = above.split_once('.') {
            if let Some(other) = self.below.get(rest).filter(|other| **other != service) {
                return Some((other, format!("*.{rest}")));
            }
            above = rest;
        }
        // A pattern that was claimed before and lies below this one; the names below a domain are not neighbours in byte
        // order, so this is the one step that looks at all patterns, and only where a pattern is as short as two labels.
        if domain.matches('.').count() <= 1 {
            let ending = format!(".{domain}");
            let inner = self.below.iter().find(|(other, of)| other.ends_with(&ending) && **of != service);
            return inner.map(|(other, of)| (*of, format!("*.{other}")));
        }
        None
    }
}

/// Why a text is no name of a host or pattern; `None` where it is one.
pub(super) fn name_fault(name: &str) -> Option<&'static str> {
    let bare = name.strip_prefix("*.").unwrap_or(name);
    if bare.contains("://") || bare.contains('/') {
        return Some("a name of a host, not a URL or path");
    }
    if bare.contains('*') {
        return Some("`*` may only stand in front, as in *.cdn.example.net");
    }
    if name.starts_with("*.") && psl::domain_str(bare).is_none() {
        return Some("a pattern over a whole public suffix would claim everybody's hosts");
    }
    if bare.is_empty() || bare.len() > 253 || bare.split('.').any(|label| label.is_empty() || label.len() > 63) {
        return Some("no name of a host");
    }
    // An own word for a socket or port is refused; IPv6 addresses carry colons.
    let fits = |character: char| character.is_alphanumeric() || matches!(character, '-' | '.' | '_' | ':');
    (!bare.chars().all(fits)).then_some("no name of a host")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_in_pattern_is_fine_and_pattern_in_pattern_is_not() {
        let mut claims = Claims::default();
        assert_eq!(claims.claim("*.cdn.example.net", "a"), None);
        assert_eq!(claims.claim("x.cdn.example.net", "b"), None);
        assert_eq!(claims.claim("x.cdn.example.net", "c"), Some(("b", "x.cdn.example.net".to_owned())));
        assert_eq!(claims.claim("*.eu.cdn.example.net", "d"), Some(("a", "*.cdn.example.net".to_owned())));
        assert_eq!(claims.claim("*.example.net", "e").map(|(of, _)| of), Some("a"));
    }

    #[test]
    fn what_is_no_name_says_why() {
        for good in ["a.example.jp", "*.example.net", "192.0.2.1", "2001:db8::1", "日本語.example.jp"] {
            assert_eq!(name_fault(good), None, "{good}");
        }
        for bad in ["https://a.example", "a/b", "*.jp", "*", "a*.example.jp", "", "a..b", "a b"] {
            assert!(name_fault(bad).is_some(), "{bad}");
        }
    }
}
