//! httpd's version, as far as conditions and defaults depend on it.

/// A version of httpd.
pub(super) type Version = (u32, u32, u32);

/// The protocols of each name-based server count (with OpenSSL 1.1.1).
pub(super) const PROTOCOLS_BY_NAME: Version = (2, 4, 42);
/// Request bodies are limited to 1 GiB unless told otherwise.
pub(super) const BODY_LIMITED: Version = (2, 4, 54);

/// The branch that is assumed where the site file names no version: any release of 2.4.
const LOWEST: Version = (2, 4, 0);
const HIGHEST: Version = (2, 4, 999);

/// Reads `2.4.62` or `Apache/2.4.62`; `2.4` alone leaves the release open.
pub(super) fn of(declared: Option<&str>) -> Option<Version> {
    let text = declared?.trim_start_matches("Apache/");
    let mut parts = text.split(['.', ' ', '-']).map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

/// Whether a version is at least another; `None` where that is not declared.
pub(super) fn is_at_least(version: Option<Version>, wanted: Version) -> Option<bool> {
    match version {
        Some(version) => Some(version >= wanted),
        None if LOWEST >= wanted => Some(true),
        None if HIGHEST < wanted => Some(false),
        None => None,
    }
}

/// How the version is spelt in facts.
pub(super) fn shown(version: Option<Version>) -> String {
    version.map_or_else(|| "2.4".to_owned(), |(major, minor, patch)| format!("{major}.{minor}.{patch}"))
}

/// Whether `<IfVersion [operator] version>` holds (mod_version); `None` where that depends on what is not declared.
pub(super) fn holds(version: Option<Version>, arguments: &[String]) -> Option<bool> {
    let (operator, wanted) = match arguments {
        [wanted] => ("=", wanted.as_str()),
        [operator, wanted, ..] => (operator.as_str(), wanted.as_str()),
        [] => return Some(true),
    };
    let (negated, operator) = operator.strip_prefix('!').map_or((false, operator), |rest| (true, rest));
    if operator == "~" || wanted.starts_with('/') {
        let pattern = fancy_regex::Regex::new(wanted.trim_matches('/')).ok()?;
        return Some(pattern.is_match(&shown(Some(version?))).ok()? != negated);
    }
    let mut parts = wanted.split('.').map(|part| part.parse().unwrap_or(0));
    let wanted = (parts.next()?, parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let test = |version: Version| match operator {
        "=" | "==" => Some(version == wanted),
        ">" => Some(version > wanted),
        ">=" => Some(version >= wanted),
        "<" => Some(version < wanted),
        "<=" => Some(version <= wanted),
        _ => None,
    };
    let holds = match version {
        Some(version) => test(version)?,
        None => {
            let (low, high) = (test(LOWEST)?, test(HIGHEST)?);
            // A release of the branch may be meant exactly.
            if low != high || (operator.starts_with('=') && wanted.0 == LOWEST.0 && wanted.1 == LOWEST.1) {
                return None;
            }
            low
        }
    };
    Some(holds != negated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_on_the_version_is_decided_where_every_release_says_the_same() {
        let ask = |version: Option<&str>, text: &str| {
            let arguments: Vec<String> = text.split(' ').map(str::to_owned).collect();
            holds(of(version), &arguments)
        };
        assert_eq!(ask(None, ">= 2.4"), Some(true));
        assert_eq!(ask(None, "< 2.4"), Some(false));
        assert_eq!(ask(None, ">= 2.4.10"), None);
        assert_eq!(ask(Some("2.4.62"), ">= 2.4.10"), Some(true));
        assert_eq!(ask(Some("Apache/2.4.6"), "!>= 2.4.10"), Some(true));
        assert_eq!(ask(Some("2.4.62"), "~ ^2\\.4"), Some(true));
        assert_eq!(ask(Some("2.4.62"), "= 2.4.62"), Some(true));
        assert_eq!(of(Some("2.4")), None);
    }
}
