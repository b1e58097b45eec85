//! Addresses of mail, parameters and tokens.

use super::key::{self, Key, Meaning};
use super::{Class, Tier, number};

/// Reports a hit: class, tier, known name of the parameter, value (for the comparison with allowed ones alone).
pub(super) trait Found {
    /// Takes one hit.
    fn found(&mut self, class: Class, tier: Tier, field: Option<&'static str>, value: &[u8]);
}

/// Longest value that is looked at, in bytes.
const REACH: usize = 512;

/// An address around an `@`. Gives where to go on.
pub(super) fn email(line: &[u8], at: usize, out: &mut impl Found) -> usize {
    let on = at + 1;
    let last = at.checked_sub(1).map_or(b' ', |before| line[before]);
    let next = line.get(on).copied().unwrap_or(b' ');
    if !(last.is_ascii_alphanumeric() || b"_+-".contains(&last)) || !next.is_ascii_alphanumeric() {
        return on;
    }
    // The domain first: most of what only looks like an address has none (react@18.2.0).
    let mut end = on;
    while end < line.len() && end < at + 255 && (line[end].is_ascii_alphanumeric() || b".-".contains(&line[end])) {
        end += 1;
    }
    if is_version_or_size(&line[on..end]) {
        return on;
    }
    let mut start = at;
    while start > at.saturating_sub(65)
        && (line[start - 1].is_ascii_alphanumeric() || b"._+-".contains(&line[start - 1]))
    {
        start -= 1;
    }
    let (local, mut domain) = (&line[start..at], &line[on..end]);
    while let [rest @ .., b'.' | b'-'] = domain {
        domain = rest;
    }
    let lead = &line[start.saturating_sub(128)..start];
    if let Some(user) = userinfo(lead) {
        // What ssh, git and ftp take; with a colon it carries a password.
        if user.is_some_and(|user| !user.is_empty()) {
            out.found(Class::Credential, Tier::Confirmed, None, local);
            return end;
        }
        return on;
    }
    // A handle of the fediverse (@a@b.example, acct:a@b.example), and the identifier of a message.
    let is_handle = lead.ends_with(b"@") || lead.ends_with(b"acct:") || lead.ends_with(b"message-id=<");
    let is_remote = line.get(end) == Some(&b':') && line.get(end + 1).is_some_and(|byte| !byte.is_ascii_digit());
    if local.len() > 64 || local.first() == Some(&b'.') || local.last() == Some(&b'.') || is_handle || is_remote {
        return on;
    }
    let Some(tier) = domain_tier(domain) else { return on };
    out.found(Class::Email, tier, None, &line[start..end]);
    end
}

/// Whether a URL's userinfo begins in what stands before an `@`: `None` where it does not; its user where a colon parts
/// user and password.
fn userinfo(lead: &[u8]) -> Option<Option<&[u8]>> {
    let from = lead.iter().rposition(|byte| b"/ \"'=&?<>@".contains(byte)).map_or(0, |at| at + 1);
    let (front, user) = lead.split_at(from);
    front.ends_with(b"://").then(|| user.strip_suffix(b":"))
}

/// What stands behind most signs of a log, and is the name of no host: a version (lodash@4.17.21) or the size of a
/// picture (logo@2x.webp).
#[inline]
fn is_version_or_size(domain: &[u8]) -> bool {
    let (mut dots, mut at) = (0, 0);
    while at < domain.len() && (domain[at].is_ascii_digit() || domain[at] == b'.') {
        dots += usize::from(domain[at] == b'.');
        at += 1;
    }
    at == domain.len() && dots != 3 || is_size(domain)
}

fn is_size(domain: &[u8]) -> bool {
    matches!(domain, [b'1'..=b'9', b'x' | b'X', b'.', ..] | [b'1'..=b'9', b'.', _, b'x' | b'X', b'.', ..])
}

/// How sure a domain makes an address; `None` where it is no domain that can be registered.
fn domain_tier(domain: &[u8]) -> Option<Tier> {
    let dot = domain.iter().rposition(|byte| *byte == b'.')?;
    let (rest, last) = (&domain[..dot], &domain[dot + 1..]);
    let is_named = rest.iter().any(u8::is_ascii_alphabetic);
    if !is_named || !last.iter().all(u8::is_ascii_alphabetic) && !last.starts_with(b"xn--") {
        return None;
    }
    let mut small = [0; 256];
    let small = small.get_mut(..domain.len())?;
    small.copy_from_slice(domain);
    small.make_ascii_lowercase();
    let suffix = psl::suffix(small)?;
    if !suffix.is_known() || suffix.as_bytes().len() >= small.len() {
        return None;
    }
    // Endings of files that are domains too: only a person can tell name@release.zip.
    let is_file = [&b"zip"[..], b"mov", b"py", b"sh", b"rs", b"md", b"pl", b"ps", b"so", b"cc", b"app"];
    Some(if is_file.contains(&&small[dot + 1..]) { Tier::Suspect } else { Tier::Confirmed })
}

/// `key=value` or `Key: value` of a known key.
pub(super) struct Pair {
    key: Key,
    sign: usize,
    /// Where the value begins.
    start: usize,
    /// `key: value` of plain text.
    bare: bool,
}

/// The pair of a known key whose sign is at `at`, or behind the quotes and digits that begin there.
pub(super) fn pair_at(line: &[u8], at: usize) -> Option<Pair> {
    if !at.checked_sub(1).is_some_and(|before| key::ends(line[before])) {
        return None;
    }
    let mut at = at;
    while line.get(at).is_some_and(|byte| byte.is_ascii_digit() || b"\"']".contains(byte)) {
        at += 1;
    }
    let colon = match line.get(at)? {
        b'=' => false,
        // Not that of a URL, nor that of a time.
        b':' if line.get(at + 1) != Some(&b'/') && at > 0 && !line[at - 1].is_ascii_digit() => true,
        _ => return None,
    };
    if !key::may_end(line, at) {
        return None;
    }
    let key = key::known(key::before(line, at))?;
    let quoted = at.checked_sub(1).is_some_and(|before| b"\"'".contains(&line[before]));
    let skipped = line[at + 1..].iter().take(3).take_while(|byte| **byte == b'"' || (colon && **byte == b' ')).count();
    Some(Pair { key, sign: at, start: at + 1 + skipped, bare: colon && !quoted })
}

impl Pair {
    /// Its value, and what stands behind that.
    fn value<'a>(&self, line: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        let rest = &line[self.start..line.len().min(self.start + REACH)];
        (&rest[..rest.iter().position(stops).unwrap_or(rest.len())], rest)
    }

    /// Whether its value has escapes, and only the decoded one can be judged.
    pub(super) fn is_escaped(&self, line: &[u8]) -> bool {
        self.value(line).0.iter().any(|byte| b"%\\".contains(byte))
    }

    /// Judges it. Gives where to go on.
    pub(super) fn judge(&self, line: &[u8], out: &mut impl Found) -> usize {
        let (key, on) = (self.key, self.sign + 1);
        if matches!(key.meaning, Meaning::Phone | Meaning::MyNumber | Meaning::Card) {
            let Some((class, tier, start, end)) = number::named(line, self.start, key) else { return on };
            out.found(class, tier, Some(key.name), &line[start..end]);
            return end;
        }
        let (value, rest) = self.value(line);
        let Some((class, tier, length)) = secret_or_personal(key, value, rest, self.bare) else { return on };
        out.found(class, tier, Some(key.name), value);
        self.start + length
    }
}

fn stops(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || b"&;\"'<>|,\0".contains(byte)
}

/// What a value is by its key: class, tier, and how much of it is judged with that. `bare`: `key: value` of plain text.
fn secret_or_personal(key: Key, value: &[u8], rest: &[u8], bare: bool) -> Option<(Class, Tier, usize)> {
    let secret = |tier: Tier| Some((Class::Credential, tier, value.len()));
    let inside = value.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80).count();
    if inside == 0 || is_masked(value) {
        return None;
    }
    let mixed = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    match key.meaning {
        // Prose has such words before a colon too (`password: wrong`): the value must look like one.
        Meaning::Password | Meaning::Session | Meaning::Token if bare && !(mixed && inside >= 6) => None,
        Meaning::Password => {
            (key.name != "pass" && key.name != "pw" || inside >= 4).then_some(()).and_then(|()| secret(Tier::Confirmed))
        }
        Meaning::Session if inside >= 6 => secret(Tier::Confirmed),
        Meaning::Token if (inside >= 8 && mixed) || inside >= 16 => secret(Tier::Confirmed),
        Meaning::Session | Meaning::Token => (inside >= 4).then_some(()).and_then(|()| secret(Tier::Suspect)),
        Meaning::Authorization => {
            let second = rest.get(value.len() + 1..).unwrap_or_default();
            let second = &second[..second.iter().position(stops).unwrap_or(second.len())];
            let is_scheme = [&b"bearer"[..], b"basic", b"digest", b"token", b"negotiate"]
                .iter()
                .any(|scheme| value.eq_ignore_ascii_case(scheme));
            let whole = value.len() + 1 + second.len();
            match is_scheme {
                true => (second.len() >= 4).then_some((Class::Credential, Tier::Confirmed, whole)),
                false => (inside >= 8 && mixed).then_some(()).and_then(|()| secret(Tier::Confirmed)),
            }
        }
        Meaning::Birth => is_date(value).then_some((Class::Personal, Tier::Confirmed, value.len())),
        Meaning::Document if is_document(value) => Some((Class::Personal, Tier::Suspect, value.len())),
        Meaning::Person | Meaning::Wide if is_japanese(value) => Some((Class::Personal, Tier::Confirmed, 0)),
        Meaning::Person if !bare && is_name(value) => Some((Class::Personal, Tier::Suspect, 0)),
        _ => None,
    }
    .map(|(class, tier, length)| (class, tier, length.max(1)))
}

/// Text beyond ASCII of two characters at least, in any of the encodings of Japanese.
fn is_japanese(value: &[u8]) -> bool {
    value.iter().filter(|byte| **byte >= 0x80).count() >= 2
}

/// Two letters, eight digits, two letters (residence card); two letters and seven digits (passport); ten digits, a hyphen
/// behind the fourth or none (pension). None of them has a check digit.
fn is_document(value: &[u8]) -> bool {
    let letters = |part: &[u8]| part.iter().all(u8::is_ascii_alphabetic);
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match value.len() {
        12 => letters(&value[..2]) && digits(&value[2..10]) && letters(&value[10..]),
        9 => letters(&value[..2]) && digits(&value[2..]),
        10 => digits(value),
        11 => digits(&value[..4]) && value[4] == b'-' && digits(&value[5..]),
        _ => false,
    }
}

/// Letters alone, as a name in Latin letters has them.
fn is_name(value: &[u8]) -> bool {
    (2..=40).contains(&value.len())
        && value.iter().all(|byte| byte.is_ascii_alphabetic() || b"+ -.".contains(byte))
        && !value.eq_ignore_ascii_case(b"true")
        && !value.eq_ignore_ascii_case(b"false")
}

/// What an application writes in the place of a value.
fn is_masked(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] =
        [b"null", b"none", b"nil", b"undefined", b"[FILTERED]", b"[REDACTED]", b"redacted", b"masked"];
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
        || value.iter().all(|byte| b"xX*-".contains(byte))
        || value.starts_with(b"${")
        || value.starts_with(b"{{")
}

/// 1980-01-31, 1980/1/31, 19800131 and 1980年1月31日.
fn is_date(value: &[u8]) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    let shape =
        value.len() <= 20 && value.iter().all(|byte| byte.is_ascii_digit() || b"-/.".contains(byte) || *byte >= 0x80);
    shape && (6..=8).contains(&digits.len()) && (digits.starts_with(b"19") || digits.starts_with(b"20"))
}

/// Three parts of base64url of which the first is a header that names its algorithm (RFC 7519, section 3). `at` is the
/// third letter of its `eyJ`. Gives where to go on.
pub(super) fn token(line: &[u8], at: usize, out: &mut impl Found) -> usize {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let on = at + 1;
    let Some(start) = at.checked_sub(2).filter(|start| line[*start..].starts_with(b"eyJ")) else { return on };
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    if start > 0 && inside(&line[start - 1]) {
        return on;
    }
    let end = start + line[start..].iter().take(8_192).take_while(|byte| inside(byte)).count();
    let mut parts = line[start..end].split(|byte| *byte == b'.');
    let header = parts.next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let is_header = header.is_some_and(|header| header.windows(5).any(|window| window == b"\"alg\""));
    if is_header && parts.next().is_some_and(|claims| !claims.is_empty()) {
        out.found(Class::Credential, Tier::Confirmed, None, &line[start..end]);
        return end;
    }
    on
}
