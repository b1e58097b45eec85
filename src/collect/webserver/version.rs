//! The server's version, as far as rules depend on it.

/// A version of nginx.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(u32, u32, u32);

/// What is assumed where the site file names none: the oldest branch that distributions still ship. Newer rules are more
/// lenient, so nothing passes by this assumption.
const ASSUMED: Version = Version(1, 22, 0);

/// `ssl_protocols` counts for each server by its name.
pub(super) const PROTOCOLS_BY_SERVER: Version = Version(1, 29, 2);
/// `add_header_inherit` is known.
pub(super) const HEADERS_INHERIT: Version = Version(1, 29, 3);
/// TLS 1.3 is on unless it is switched off.
pub(super) const TLS13_ON: Version = Version(1, 23, 4);
/// TLS 1.0 and 1.1 are off unless they are switched on.
pub(super) const OLD_PROTOCOLS_OFF: Version = Version(1, 27, 3);
/// Keys of session tickets rotate by themselves with a shared session cache.
pub(super) const TICKET_KEYS_ROTATE: Version = Version(1, 23, 2);

/// Whether `add_header_inherit` counts. A configuration that names it runs on a version that knows it, unless another is declared.
pub(super) fn knows_inherit(declared: Option<&str>) -> bool {
    declared.is_none() || of(declared) >= HEADERS_INHERIT
}

/// Reads `1.26` or `1.26.2`.
pub(super) fn of(declared: Option<&str>) -> Version {
    let Some(text) = declared else { return ASSUMED };
    let mut parts = text.trim_start_matches("nginx/").split('.').map(|part| part.parse().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(major), Some(minor)) => Version(major, minor, parts.next().flatten().unwrap_or(0)),
        _ => ASSUMED,
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared_by_number() {
        assert!(of(Some("1.29.10")) > PROTOCOLS_BY_SERVER);
        assert!(knows_inherit(None) && knows_inherit(Some("1.29.3")) && !knows_inherit(Some("1.29.2")));
        assert!(of(Some("1.26")) < OLD_PROTOCOLS_OFF);
        assert_eq!(of(Some("newest")), ASSUMED);
        assert_eq!(of(None).to_string(), "1.22.0");
    }
}
