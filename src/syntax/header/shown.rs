//! Response headers as they may be shown and compared: those that state a rule for browsers or caches, without what is made anew
//! for each answer. Nothing of a visitor, a session or a token is among them.

/// Headers whose value states a rule; of all others only the name may be kept.
const RULES: [&str; 28] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "cache-control",
    "clear-site-data",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "expect-ct",
    "feature-policy",
    "origin-agent-cluster",
    "permissions-policy",
    "pragma",
    "referrer-policy",
    "strict-transport-security",
    "timing-allow-origin",
    "x-content-type-options",
    "x-dns-prefetch-control",
    "x-download-options",
    "x-frame-options",
    "x-permitted-cross-domain-policies",
    "x-robots-tag",
    "x-xss-protection",
];

/// Characters of a value that are kept.
const VALUE_CHARACTERS: usize = 2_000;

/// A header as `name: value` where its value states a rule, else its name alone; `name` is in lower case. Blanks in a row are one,
/// and nonces, which are made anew for each answer, are `'nonce-*'`.
#[must_use]
pub fn shown(name: &str, value: &str) -> String {
    if RULES.contains(&name) { format!("{name}: {}", comparable(value)) } else { cut(name, 100) }
}

/// Whether the value of a header may be shown.
#[must_use]
pub fn is_rule(name: &str) -> bool {
    RULES.contains(&name)
}

/// A value without what differs from answer to answer.
fn comparable(value: &str) -> String {
    let mut words = Vec::new();
    for word in value.split_ascii_whitespace() {
        let end = word.find(';').unwrap_or(word.len());
        let (source, rest) = word.split_at(end);
        let is_nonce = source.len() > 8 && source.to_ascii_lowercase().starts_with("'nonce-") && source.ends_with('\'');
        words.push(if is_nonce { format!("'nonce-*'{rest}") } else { word.to_owned() });
    }
    cut(&words.join(" "), VALUE_CHARACTERS)
}

fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rules_are_shown_and_nothing_else_is() {
        assert_eq!(shown("x-frame-options", " DENY "), "x-frame-options: DENY");
        assert_eq!(shown("set-cookie", "session=0123456789"), "set-cookie");
        assert_eq!(shown("x-request-id", "4711"), "x-request-id");
        let policy = shown("content-security-policy", "script-src  'nonce-aZ09'; object-src 'none'");
        assert_eq!(policy, "content-security-policy: script-src 'nonce-*'; object-src 'none'");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_shown_alike_once_more(value in "[ -~]{0,60}") {
            let once = comparable(&value);
            prop_assert_eq!(comparable(&once), once);
        }
    }
}
