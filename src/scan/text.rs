//! Addresses of mail, parameters and tokens.

use super::{Class, Tier};

/// Names of parameters that hold a secret.
const SECRETS: [&str; 22] = [
    "password",
    "passwd",
    "pwd",
    "pass",
    "secret",
    "client_secret",
    "token",
    "access_token",
    "refresh_token",
    "id_token",
    "api_key",
    "apikey",
    "api-key",
    "session",
    "sessionid",
    "session_id",
    "phpsessid",
    "jsessionid",
    "sid",
    "csrf_token",
    "authorization",
    "set-cookie",
];

/// Names of parameters that hold a name, an address or a birth date.
const PERSONAL: [&str; 20] = [
    "name",
    "namae",
    "shimei",
    "simei",
    "kana",
    "furigana",
    "fullname",
    "full_name",
    "firstname",
    "lastname",
    "first_name",
    "last_name",
    "sei",
    "mei",
    "jusho",
    "juusho",
    "address",
    "birth",
    "birthday",
    "seinengappi",
];

/// Reports a hit: class, tier, known name of the parameter, value (for the comparison with allowed ones alone).
pub(super) type Found<'a> = dyn FnMut(Class, Tier, Option<&'static str>, &[u8]) + 'a;

/// Longest name or value that is looked at, in bytes.
const REACH: usize = 512;

/// An address around an `@`. Gives where to go on.
pub(super) fn email(line: &[u8], at: usize, hit: &mut Found<'_>) -> usize {
    let before = &line[at.saturating_sub(64)..at];
    let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(byte)).count();
    let start = at - length;
    let after = &line[at + 1..line.len().min(at + 255)];
    let end = at + 1 + after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte)).count();
    let (local, domain) = (&line[start..at], line[at + 1..end].to_ascii_lowercase());
    let domain = domain.strip_suffix(b".").unwrap_or(&domain);
    // A handle of the fediverse (@a@b.example), and what ssh and git take.
    let is_handle = start > 0 && line[start - 1] == b'@';
    let is_remote = line.get(end) == Some(&b':') && line.get(end + 1).is_some_and(|byte| !byte.is_ascii_digit());
    let numbers_alone = domain
        .rsplitn(2, |byte| *byte == b'.')
        .nth(1)
        .is_none_or(|rest| rest.iter().all(|byte| !byte.is_ascii_alphabetic()));
    let is_name = !local.is_empty() && local[0] != b'.' && local[local.len() - 1] != b'.';
    let known = psl::suffix(domain).is_some_and(|suffix| suffix.is_known() && suffix.as_bytes().len() < domain.len());
    if is_name && known && !is_handle && !is_remote && !numbers_alone {
        hit(Class::Email, Tier::Confirmed, None, &line[start..end]);
    }
    end.max(at + 1)
}

/// `key=value` or `Key: value` at its sign. Gives where to go on: the value itself is looked through as well.
pub(super) fn pair(line: &[u8], at: usize, hit: &mut Found<'_>) -> usize {
    let key = key_before(line, at);
    let colon = line[at] == b':';
    let mut start = at + 1;
    while line.get(start).is_some_and(|byte| *byte == b'"' || (colon && *byte == b' ')) {
        start += 1;
    }
    let stop = |byte: &u8| byte.is_ascii_whitespace() || b"&;\"'<>|,".contains(byte);
    let rest = &line[start.min(line.len())..line.len().min(start + REACH)];
    let value = &rest[..rest.iter().position(stop).unwrap_or(rest.len())];
    let is_empty = value.iter().all(|byte| !byte.is_ascii_alphanumeric() && *byte < 0x80) || is_masked(value);
    if is_empty {
        return at + 1;
    }
    if let Some(name) = SECRETS.into_iter().find(|name| key.eq_ignore_ascii_case(name.as_bytes())) {
        hit(Class::Credential, Tier::Confirmed, Some(name), value);
    } else if !colon && let Some(name) = PERSONAL.into_iter().find(|name| key.eq_ignore_ascii_case(name.as_bytes())) {
        let written = value.iter().any(|byte| *byte >= 0x80);
        let tier = if written || is_date(value) { Tier::Confirmed } else { Tier::Suspect };
        hit(Class::Personal, tier, Some(name), value);
    }
    at + 1
}

/// What an application writes in the place of a value.
fn is_masked(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] = [b"null", b"none", b"undefined", b"[FILTERED]", b"[REDACTED]", b"redacted", b"xxxx"];
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// 1980-01-31, 1980/1/31 and 19800131.
fn is_date(value: &[u8]) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    let shape = value.iter().all(|byte| byte.is_ascii_digit() || b"-/".contains(byte));
    shape && (6..=8).contains(&digits.len()) && (digits.starts_with(b"19") || digits.starts_with(b"20"))
}

/// The word in front of a sign.
pub(super) fn key_before(line: &[u8], at: usize) -> &[u8] {
    let mut end = at;
    while end > 0 && line[end - 1] == b'"' {
        end -= 1;
    }
    let before = &line[end.saturating_sub(64)..end];
    let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
    &before[before.len() - length..]
}

/// Three parts of base64url of which the first is a header that names its algorithm (RFC 7519, section 3).
pub(super) fn jwt(line: &[u8], at: usize, hit: &mut Found<'_>) -> usize {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let end = at + line[at..].iter().take_while(|byte| inside(byte)).count();
    let mut parts = line[at..end].split(|byte| *byte == b'.');
    let header = parts.next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let is_header = header.is_some_and(|header| header.windows(5).any(|window| window == b"\"alg\""));
    let after_a_word = at > 0 && inside(&line[at - 1]);
    // A parameter of a known name has been counted as a pair.
    let counted = at > 0 && SECRETS.iter().any(|name| key_before(line, at - 1).eq_ignore_ascii_case(name.as_bytes()));
    if is_header && parts.next().is_some_and(|claims| !claims.is_empty()) && !after_a_word {
        if !counted {
            hit(Class::Credential, Tier::Confirmed, None, &line[at..end]);
        }
        return end;
    }
    at + 1
}
