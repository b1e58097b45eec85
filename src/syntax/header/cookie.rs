//! Set-Cookie as browsers read it (RFC 6265bis sections 5.5 to 5.7). The value is kept in memory only, to tell two apart.

use std::fmt;

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// What SameSite says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// `Strict`.
    Strict,
    /// `Lax`.
    Lax,
    /// `None`.
    None,
    /// There is none; browsers take Lax.
    Absent,
    /// A word that no browser knows; it counts as none.
    Invalid,
}

impl SameSite {
    /// The word of evidence for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Lax => "lax",
            Self::None => "none",
            Self::Absent => "absent",
            Self::Invalid => "invalid",
        }
    }
}

/// The promise that a cookie's name makes (section 4.1.3), free of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// None.
    None,
    /// `__Secure-`.
    Secure,
    /// `__Host-`.
    Host,
}

/// One cookie without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name; empty where the field has no `=`.
    pub name: String,
    /// Secure is set.
    pub secure: bool,
    /// HttpOnly is set.
    pub http_only: bool,
    /// SameSite.
    pub same_site: SameSite,
    /// Domain in lower case without a leading dot; `None` where absent or empty.
    pub domain: Option<String>,
    /// Path as written; `None` where absent or not beginning with `/`.
    pub path: Option<String>,
    /// Seconds that it lives from now; `None` until the browser closes; 0 or less: it is deleted.
    pub lifetime_seconds: Option<i64>,
    /// Prefix of its name.
    pub prefix: Prefix,
    /// Its name, or the shape of its value, is that of a session identifier.
    pub looks_like_session_id: bool,
    /// At most so many bits of chance fit into its value.
    pub value_max_bits: u32,
    value: Secret,
}

/// Why a browser keeps none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drop {
    /// Name and value are longer than 4096 bytes together.
    TooLong,
    /// Domain is not that of the host, or covers a whole public suffix.
    Domain,
    /// Secure was set over plain HTTP.
    InsecureOrigin,
    /// SameSite=None without Secure.
    NoneWithoutSecure,
    /// A `__Secure-` cookie without Secure, or a `__Host-` one without Secure, with Domain, or with another Path than `/`.
    Prefix,
}

impl Drop {
    /// The word of evidence for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::Domain => "domain",
            Self::InsecureOrigin => "secure-over-plain-http",
            Self::NoneWithoutSecure => "none-without-secure",
            Self::Prefix => "prefix",
        }
    }
}

/// Bytes of name and value together that browsers keep (section 5.6).
const PAIR_BYTES: usize = 4_096;
/// Bytes of an attribute's value that browsers read (section 5.6).
const ATTRIBUTE_BYTES: usize = 1_024;
/// The longest life that browsers give a cookie: 400 days (section 5.5).
const LIFETIME_SECONDS: i64 = 400 * 86_400;
/// Words in names of cookies that carry a login or session.
const SESSION_WORDS: [&str; 8] = ["sess", "sid", "auth", "token", "jwt", "login", "remember", "csrf"];

/// Reads one field; `None` where a browser reads no cookie in it. `now` is in seconds since 1970.
#[must_use]
pub fn set_cookie(field: &str, now: i64) -> Option<Cookie> {
    // Control characters other than the tab void the whole field.
    if field.bytes().any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f) {
        return None;
    }
    let mut parts = field.split(';');
    let pair = parts.next()?;
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    let blank: &[char] = &[' ', '\t'];
    let (name, value) = (name.trim_matches(blank), value.trim_matches(blank));
    if name.is_empty() && value.is_empty() {
        return None;
    }
    let mut cookie = Cookie {
        name: name.to_owned(),
        secure: false,
        http_only: false,
        same_site: SameSite::Absent,
        domain: None,
        path: None,
        lifetime_seconds: None,
        prefix: prefix(name, value),
        looks_like_session_id: looks_like_session_id(name, value),
        value_max_bits: max_bits(value),
        value: Secret(value.to_owned()),
    };
    let (mut max_age, mut expires) = (None, None);
    for attribute in parts {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let (name, value) = (name.trim_matches(blank), value.trim_matches(blank));
        if value.len() > ATTRIBUTE_BYTES {
            continue;
        }
        // Of a repeated attribute the last one counts (section 5.7).
        match name.to_ascii_lowercase().as_str() {
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            "samesite" => {
                cookie.same_site = match value.to_ascii_lowercase().as_str() {
                    "strict" => SameSite::Strict,
                    "lax" => SameSite::Lax,
                    "none" => SameSite::None,
                    _ => SameSite::Invalid,
                };
            }
            "domain" => {
                let domain = value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase();
                cookie.domain = (!domain.is_empty()).then_some(domain);
            }
            "path" => cookie.path = value.starts_with('/').then(|| value.to_owned()),
            "max-age" => max_age = seconds(value).or(max_age),
            "expires" => expires = cookie_date(value).or(expires),
            _ => {}
        }
    }
    let lifetime = max_age.or_else(|| expires.map(|at| at.saturating_sub(now)));
    cookie.lifetime_seconds = lifetime.map(|seconds| seconds.min(LIFETIME_SECONDS));
    Some(cookie)
}

impl Cookie {
    /// Why a browser that has it from a host keeps none; `is_public_suffix` says whether a domain belongs to many.
    #[must_use]
    pub fn dropped(&self, host: &str, over_tls: bool, is_public_suffix: impl Fn(&str) -> bool) -> Option<Drop> {
        if self.name.len() + self.value.0.len() > PAIR_BYTES {
            return Some(Drop::TooLong);
        }
        let host = host.to_ascii_lowercase();
        if let Some(domain) = &self.domain {
            let is_of = host == *domain
                || (host.strip_suffix(domain.as_str()).is_some_and(|front| front.ends_with('.'))
                    && host.parse::<std::net::IpAddr>().is_err());
            if !is_of || !domain.is_ascii() || (is_public_suffix(domain) && host != *domain) {
                return Some(Drop::Domain);
            }
        }
        if self.secure && !over_tls {
            return Some(Drop::InsecureOrigin);
        }
        if self.same_site == SameSite::None && !self.secure {
            return Some(Drop::NoneWithoutSecure);
        }
        (!self.keeps_prefix()).then_some(Drop::Prefix)
    }

    /// Whether the rules of its name's prefix are kept.
    #[must_use]
    pub fn keeps_prefix(&self) -> bool {
        match self.prefix {
            Prefix::None => true,
            // Without a name the prefix stands in the value, and such a cookie is never kept.
            _ if self.name.is_empty() => false,
            Prefix::Secure => self.secure,
            Prefix::Host => self.secure && self.domain.is_none() && self.path.as_deref() == Some("/"),
        }
    }

    /// Whether the other one carries the same value.
    #[must_use]
    pub fn has_value_of(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

fn prefix(name: &str, value: &str) -> Prefix {
    let lower = if name.is_empty() { value } else { name }.to_ascii_lowercase();
    if lower.starts_with("__host-") {
        Prefix::Host
    } else if lower.starts_with("__secure-") {
        Prefix::Secure
    } else {
        Prefix::None
    }
}

fn looks_like_session_id(name: &str, value: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_token = value.len() >= 24
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.%+/=".contains(&byte))
        && value.bytes().any(|byte| byte.is_ascii_digit());
    SESSION_WORDS.iter().any(|word| lower.contains(word)) || is_token
}

/// Bits of chance at most: the alphabet that is used, times the length.
fn max_bits(value: &str) -> u32 {
    let any = |wanted: fn(&u8) -> bool| value.as_bytes().iter().any(wanted);
    let bits = match (any(u8::is_ascii_alphabetic), any(u8::is_ascii_digit)) {
        (true, _) if value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') => 4,
        (true, _) => 6,
        (false, true) => 3,
        (false, false) => 1,
    };
    u32::try_from(value.len()).unwrap_or(u32::MAX).saturating_mul(bits)
}

/// Max-Age: digits with at most a minus in front; anything else is passed over.
fn seconds(value: &str) -> Option<i64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(value.parse().unwrap_or(if value.starts_with('-') { i64::MIN } else { i64::MAX }))
}

/// The date of section 5.1.1 in seconds since 1970: tokens in any order, two-digit years as of 1970 to 2069.
fn cookie_date(value: &str) -> Option<i64> {
    let is_delimiter =
        |character: char| matches!(character, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~') && character != ':';
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in value.split(is_delimiter).filter(|token| !token.is_empty()) {
        let number = |text: &str| text.parse::<i64>().ok();
        let digits: String = token.chars().take_while(char::is_ascii_digit).collect();
        if time.is_none() && token.contains(':') {
            let mut parts = token.split(':').map(number);
            if let (Some(Some(hour)), Some(Some(minute)), Some(Some(second))) =
                (parts.next(), parts.next(), parts.next())
            {
                time = Some((hour, minute, second));
            }
        } else if day.is_none() && matches!(digits.len(), 1 | 2) {
            day = number(&digits);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none() && matches!(digits.len(), 2 | 4) {
            year = number(&digits);
        }
    }
    let ((hour, minute, second), day, month, year) = (time?, day?, month?, year?);
    let year = match year {
        70..=99 => year + 1_900,
        0..=69 => year + 2_000,
        _ => year,
    };
    if year < 1_601 || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(days_from_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn month_of(token: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = token.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == start)?;
    i64::try_from(at + 1).ok()
}

/// Days from 1970-01-01 in the Gregorian calendar, March as the first month so that leap days come last.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-04-01T00:00:00Z.
    const NOW: i64 = 1_775_001_600;

    fn read(field: &str) -> Cookie {
        set_cookie(field, NOW).unwrap()
    }

    fn dropped(field: &str) -> Option<Drop> {
        read(field).dropped("www.example.jp", true, |domain| domain == "jp")
    }

    #[test]
    fn attributes_are_read_and_the_value_is_dropped() {
        let cookie = read("PHPSESSID=topsecret; Secure; HttpOnly; SameSite=Lax; Path=/");
        assert!(cookie.secure && cookie.http_only && cookie.lifetime_seconds.is_none() && cookie.looks_like_session_id);
        assert_eq!(cookie.same_site, SameSite::Lax);
        assert!(!format!("{cookie:?}").contains("topsecret"));
        assert_eq!(set_cookie("; Secure", NOW), None);
        assert_eq!(set_cookie("a=b\u{7}", NOW), None);
        assert_eq!(read("a; SameSite=Lax; samesite=bogus").same_site, SameSite::Invalid, "the last one counts");
    }

    #[test]
    fn lifetimes_are_those_of_a_browser() {
        assert_eq!(read("a=b; Max-Age=60; Expires=Wed, 01 Apr 2026 00:10:00 GMT").lifetime_seconds, Some(60));
        assert_eq!(read("a=b; Expires=Wed, 01 Apr 2026 00:10:00 GMT").lifetime_seconds, Some(600));
        assert_eq!(read("a=b; Expires=Wednesday, 01-Apr-26 00:10:00 GMT").lifetime_seconds, Some(600));
        assert_eq!(read("a=b; Max-Age=x").lifetime_seconds, None);
        assert_eq!(read("a=b; Max-Age=-1").lifetime_seconds, Some(-1));
        assert_eq!(read("a=b; Max-Age=99999999999999999999").lifetime_seconds, Some(LIFETIME_SECONDS));
    }

    #[test]
    fn what_a_browser_drops_is_told() {
        for (field, wanted) in [
            ("a=b", None),
            ("a=b; Domain=example.jp", None),
            ("a=b; Domain=.EXAMPLE.jp", None),
            ("a=b; Domain=other.jp", Some(Drop::Domain)),
            ("a=b; Domain=jp", Some(Drop::Domain)),
            ("a=b; Domain=ample.jp", Some(Drop::Domain)),
            ("a=b; SameSite=None", Some(Drop::NoneWithoutSecure)),
            ("a=b; SameSite=None; Secure", None),
            ("__Secure-a=b", Some(Drop::Prefix)),
            ("__secure-a=b", Some(Drop::Prefix)),
            ("__Host-a=b; Secure; Path=/", None),
            ("__Host-a=b; Secure", Some(Drop::Prefix)),
            ("__Host-a=b; Secure; Path=/; Domain=www.example.jp", Some(Drop::Prefix)),
            ("=__Host-a; Secure; Path=/", Some(Drop::Prefix)),
        ] {
            assert_eq!(dropped(field), wanted, "{field}");
        }
        let long = format!("a={}", "x".repeat(5_000));
        assert_eq!(dropped(&long), Some(Drop::TooLong));
        assert_eq!(read("a=b; Secure").dropped("a.jp", false, |_| false), Some(Drop::InsecureOrigin));
    }
}
