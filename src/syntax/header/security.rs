//! Strict-Transport-Security, X-Frame-Options, X-Content-Type-Options and Referrer-Policy, as browsers read them.

/// A valid Strict-Transport-Security field (RFC 6797 section 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hsts {
    /// max-age in seconds.
    pub max_age_seconds: u64,
    /// includeSubDomains is there.
    pub include_subdomains: bool,
}

/// Reads one field; `None` where a browser ignores it: no max-age, a directive twice, or a missing semicolon.
#[must_use]
pub fn hsts(value: &str) -> Option<Hsts> {
    let mut seen: Vec<String> = Vec::new();
    let (mut max_age, mut include_subdomains) = (None, false);
    for directive in value.split(';') {
        let directive = directive.trim();
        if directive.is_empty() {
            continue;
        }
        let (name, argument) = match directive.split_once('=') {
            Some((name, argument)) => (name.trim(), Some(argument.trim())),
            None => (directive, None),
        };
        if name.contains(|character: char| character.is_whitespace() || character == '"') {
            return None;
        }
        let name = name.to_ascii_lowercase();
        if seen.contains(&name) {
            return None;
        }
        match name.as_str() {
            "max-age" => {
                let argument = argument?;
                let digits = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(argument);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                // A number too large for 64 bits is as long as can be.
                max_age = Some(digits.parse().unwrap_or(u64::MAX));
            }
            "includesubdomains" if argument.is_none() => include_subdomains = true,
            "includesubdomains" => return None,
            _ => {}
        }
        seen.push(name);
    }
    max_age.map(|max_age_seconds| Hsts { max_age_seconds, include_subdomains })
}

/// What X-Frame-Options does (HTML Standard, section "The X-Frame-Options header").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Strangers may not frame the page.
    Refused,
    /// Nothing: absent, misspelt or ALLOW-FROM.
    Nothing,
}

/// Reads all fields: their comma-separated values must agree.
#[must_use]
pub fn framing<'a>(values: impl Iterator<Item = &'a str>) -> Framing {
    let mut tokens: Vec<String> =
        values.flat_map(|value| value.split(',')).map(|token| token.trim().to_ascii_lowercase()).collect();
    tokens.sort();
    tokens.dedup();
    match tokens.as_slice() {
        [one] if one == "deny" || one == "sameorigin" => Framing::Refused,
        // Several different values, one of them known: browsers refuse framing altogether.
        [_, _, ..] if tokens.iter().any(|token| ["deny", "sameorigin", "allowall"].contains(&token.as_str())) => {
            Framing::Refused
        }
        _ => Framing::Nothing,
    }
}

/// Whether the first token of X-Content-Type-Options is nosniff (Fetch Standard section 3.6).
#[must_use]
pub fn is_nosniff<'a>(mut values: impl Iterator<Item = &'a str>) -> bool {
    values
        .next()
        .is_some_and(|value| value.split(',').next().unwrap_or_default().trim().eq_ignore_ascii_case("nosniff"))
}

const POLICIES: [&str; 8] = [
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
];

/// The policy in force: the last known token of all fields (Referrer Policy section 8.1); `None` where there is none.
#[must_use]
pub fn referrer_policy<'a>(values: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    values
        .flat_map(|value| value.split(','))
        .filter_map(|token| POLICIES.into_iter().find(|policy| token.trim().eq_ignore_ascii_case(policy)))
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hsts_is_read_as_a_browser_reads_it() {
        let year = |include_subdomains| Some(Hsts { max_age_seconds: 31_536_000, include_subdomains });
        assert_eq!(hsts("max-age=31536000"), year(false));
        assert_eq!(hsts(" MAX-AGE = \"31536000\" ; includeSubDomains; x=y;"), year(true));
        for void in [
            "max-age=31536000 includeSubDomains",
            "max-age=1; max-age=1",
            "includeSubDomains",
            "max-age=-1",
            "max-age=",
            "",
        ] {
            assert_eq!(hsts(void), None, "{void}");
        }
    }

    #[test]
    fn framing_needs_a_valid_value() {
        assert_eq!(framing(["DENY"].into_iter()), Framing::Refused);
        assert_eq!(framing(["sameorigin, SAMEORIGIN"].into_iter()), Framing::Refused);
        for value in ["ALLOW-FROM https://x", "ALLOWALL", ""] {
            assert_eq!(framing([value].into_iter()), Framing::Nothing, "{value}");
        }
    }

    #[test]
    fn the_last_known_referrer_policy_counts() {
        assert_eq!(
            referrer_policy(["no-referrer, strict-origin-when-cross-origin, new-thing"].into_iter()),
            Some("strict-origin-when-cross-origin")
        );
        assert_eq!(referrer_policy(["nonsense"].into_iter()), None);
    }
}
