//! HAProxy's version, as far as conditions and defaults depend on it.

/// A branch of HAProxy and its release.
pub(super) type Version = (u32, u32, u32);

/// TLS below 1.2 is offered where a line asks for it, and only there.
pub(super) const TLS12_BY_DEFAULT: Version = (2, 2, 0);

/// Reads `2.6`, `2.6.12`, `2.8-dev3`.
pub(super) fn of(declared: Option<&str>) -> Option<Version> {
    let mut parts = declared?.split(['.', ' ', '-']).map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0)))
}

/// How the version is spelt in facts: the oldest branch that is still mended stands for one that is not declared.
pub(super) fn shown(version: Option<Version>) -> String {
    version.map_or_else(|| "2.4".to_owned(), |(major, minor, patch)| format!("{major}.{minor}.{patch}"))
}
