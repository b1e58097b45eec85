//! Targets of redirects and proxies: their host, and what a client can choose of it.

use super::rewrite::Rule;

/// The host of a URL; nothing where the target is a path.
pub(super) fn host_of(target: &str) -> &str {
    target.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default()
}

/// Captures that stand in the host of a target.
pub(super) fn captured_hosts(target: &str) -> Option<String> {
    let host = host_of(target);
    // `https://www.example.jp$1` with a path in the capture chooses no host, where the capture begins with a slash; that cannot be seen here.
    let starts = host.starts_with('$')
        || host.contains(".$")
        || host.starts_with('%') && host[1..].starts_with(|digit: char| digit.is_ascii_digit());
    let whole = target.starts_with('$');
    (starts || whole && target.len() <= 2).then(|| crate::collect::limits::cut(if whole { target } else { host }))
}

/// Whether a rule carries what a client wrote freely.
pub(super) fn has_open_capture(rule: &Rule<'_>) -> bool {
    rule.target.contains('$')
        && (rule.pattern.contains("(.*)") || rule.pattern.contains("(.+)") || rule.pattern.contains("[^"))
}
