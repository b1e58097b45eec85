//! Content-Security-Policy, a first form: what several policies together still allow scripts and frames to do (CSP3).

use std::collections::BTreeMap;

/// What the enforced policies together come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Csp {
    /// Number of policies with at least one directive.
    pub policies: usize,
    /// Every policy that could stop an injected inline script allows it.
    pub inline_script_allowed: bool,
    /// Scripts from any host, or from data: or plain http:, are allowed by all policies.
    pub any_script_allowed: bool,
    /// A policy names frame-ancestors, which then overrides X-Frame-Options.
    pub has_frame_ancestors: bool,
    /// A policy's frame-ancestors names 'none', 'self' or hosts without a wildcard.
    pub framing_refused: bool,
}

/// Reads the fields; a comma parts policies, and all of them apply at once.
#[must_use]
pub fn csp<'a>(values: impl Iterator<Item = &'a str>) -> Csp {
    let mut all = Csp { inline_script_allowed: true, any_script_allowed: true, ..Csp::default() };
    for policy in values.flat_map(|value| value.split(',')) {
        let directives = directives(policy);
        if directives.is_empty() {
            continue;
        }
        all.policies += 1;
        let script = |names: &[&str]| names.iter().find_map(|name| directives.get(*name));
        // Inline handlers and elements fall back in turn (CSP3 section 6.8.3); an absent directive allows everything.
        let elements = script(&["script-src-elem", "script-src", "default-src"]);
        let inline = script(&["script-src-attr", "script-src", "default-src"]);
        all.inline_script_allowed &= elements.is_none_or(|sources| allows_inline(sources))
            || inline.is_none_or(|sources| allows_inline(sources));
        all.any_script_allowed &= elements.is_none_or(|sources| allows_any(sources));
        if let Some(ancestors) = directives.get("frame-ancestors") {
            all.has_frame_ancestors = true;
            all.framing_refused |= !ancestors.iter().any(|source| source == "*" || is_scheme(source));
        }
    }
    if all.policies == 0 {
        return Csp { inline_script_allowed: true, any_script_allowed: true, ..Csp::default() };
    }
    all
}

/// Directives by name; of a repeated one the first counts (CSP3 section 2.2.1), and names are free of case.
fn directives(policy: &str) -> BTreeMap<String, Vec<String>> {
    let mut directives = BTreeMap::new();
    for directive in policy.split(';') {
        let mut words = directive.split_ascii_whitespace();
        let Some(name) = words.next().map(str::to_ascii_lowercase).filter(|name| KNOWN.contains(&name.as_str())) else {
            continue;
        };
        let sources = words.map(|word| {
            if word.starts_with("'nonce-") || word.starts_with("'sha") {
                word.to_owned()
            } else {
                word.to_ascii_lowercase()
            }
        });
        let sources: Vec<String> = sources.collect();
        directives.entry(name).or_insert(sources);
    }
    directives
}

/// Directive names; a policy of other names alone is no policy.
const KNOWN: [&str; 22] = [
    "default-src",
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "style-src",
    "style-src-elem",
    "style-src-attr",
    "img-src",
    "font-src",
    "connect-src",
    "media-src",
    "object-src",
    "frame-src",
    "child-src",
    "worker-src",
    "manifest-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
    "sandbox",
    "upgrade-insecure-requests",
    "require-trusted-types-for",
];

fn allows_inline(sources: &[String]) -> bool {
    let switched_off =
        sources.iter().any(|source| source.starts_with("'nonce-") || is_hash(source) || source == "'strict-dynamic'");
    sources.iter().any(|source| source == "'unsafe-inline'") && !switched_off
}

fn allows_any(sources: &[String]) -> bool {
    // 'strict-dynamic' switches hosts and schemes off.
    !sources.iter().any(|source| source == "'strict-dynamic'")
        && sources.iter().any(|source| source == "*" || is_scheme(source))
}

fn is_hash(source: &str) -> bool {
    ["'sha256-", "'sha384-", "'sha512-"].iter().any(|start| source.starts_with(start))
}

fn is_scheme(source: &str) -> bool {
    matches!(source, "http:" | "https:" | "data:" | "blob:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> Csp {
        csp(values.iter().copied())
    }

    #[test]
    fn several_policies_are_all_in_force() {
        assert!(of(&["script-src 'unsafe-inline' *"]).inline_script_allowed);
        assert!(!of(&["script-src 'unsafe-inline' *", "default-src 'self'"]).inline_script_allowed);
        assert!(!of(&["script-src 'unsafe-inline' *, default-src 'self'"]).any_script_allowed);
    }

    #[test]
    fn nonces_hashes_and_strict_dynamic_switch_off_what_they_should() {
        assert!(!of(&["script-src 'unsafe-inline' 'nonce-Ab'"]).inline_script_allowed);
        assert!(!of(&["script-src https: 'strict-dynamic' 'nonce-Ab'"]).any_script_allowed);
        assert!(of(&["script-src https: 'nonce-Ab'"]).any_script_allowed);
    }

    #[test]
    fn what_says_nothing_of_scripts_allows_them() {
        for value in ["img-src 'self'", "default-src: 'self'", "scripts-src 'none'", ""] {
            assert!(of(&[value]).inline_script_allowed, "{value}");
        }
        assert_eq!(of(&["nonsense x"]).policies, 0);
    }

    #[test]
    fn frame_ancestors_is_told_with_its_effect() {
        assert!(of(&["frame-ancestors 'self'"]).framing_refused);
        assert!(!of(&["frame-ancestors *"]).framing_refused);
        assert!(of(&["frame-ancestors *"]).has_frame_ancestors);
    }
}
