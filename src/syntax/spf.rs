//! SPF records: who may send mail of a domain (RFC 7208). One record is read; who is included is asked elsewhere.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What is said of a sender that a mechanism matches (section 4.6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qualifier {
    /// `+` or nothing: it may send.
    Pass,
    /// `?`: nothing is said.
    Neutral,
    /// `~`: it probably may not.
    SoftFail,
    /// `-`: it may not.
    Fail,
}

/// A name in a term; a receiver fills in its macros (section 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainSpec(pub String);

impl DomainSpec {
    /// The name, where no macro makes it depend on the mail.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        (!self.0.contains('%')).then(|| self.0.trim_end_matches('.').to_ascii_lowercase())
    }
}

/// What a mechanism matches (section 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mechanism {
    /// Everybody.
    All,
    /// Whoever another domain lets send.
    Include(DomainSpec),
    /// Addresses of a name; of the domain itself where none is given.
    A(Option<DomainSpec>),
    /// Addresses of the mail servers of a name; of the domain itself where none is given.
    Mx(Option<DomainSpec>),
    /// Names of the address (not to be used, section 5.5).
    Ptr(Option<DomainSpec>),
    /// A network.
    Ip4(Ipv4Addr, u8),
    /// A network.
    Ip6(Ipv6Addr, u8),
    /// Whether a name has an address.
    Exists(DomainSpec),
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spf {
    /// Mechanisms up to and with `all`; what stands behind it never counts (section 5.1).
    pub mechanisms: Vec<(Qualifier, Mechanism)>,
    /// The domain whose record takes the place of this one's missing `all` (section 6.1).
    pub redirect: Option<DomainSpec>,
}

impl Spf {
    /// What the record itself says of all others.
    #[must_use]
    pub fn all(&self) -> Option<Qualifier> {
        self.mechanisms.iter().find(|(_, mechanism)| *mechanism == Mechanism::All).map(|(qualifier, _)| *qualifier)
    }
}

/// Whether a TXT record is one of SPF (section 4.5).
#[must_use]
pub fn is_spf(text: &str) -> bool {
    let (start, rest) = text.split_at_checked(6).unwrap_or((text, ""));
    start.eq_ignore_ascii_case("v=spf1") && (rest.is_empty() || rest.starts_with(' '))
}

/// Reads a record.
///
/// # Errors
/// The first term that a receiver cannot read; the whole record is then an error to it (section 4.6).
pub fn spf(text: &str) -> Result<Spf, String> {
    if !is_spf(text) {
        return Err("v=spf1".to_owned());
    }
    let mut read = Spf::default();
    let mut has_exp = false;
    for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
        let fault = || term.chars().filter(char::is_ascii_graphic).take(60).collect::<String>();
        match modifier(term) {
            Some(("redirect", target)) => {
                let target = domain_spec(target).ok_or_else(fault)?;
                if read.redirect.replace(target).is_some() {
                    return Err(fault());
                }
            }
            Some(("exp", target)) => {
                if std::mem::replace(&mut has_exp, true) || domain_spec(target).is_none() {
                    return Err(fault());
                }
            }
            // Unknown modifiers are left aside (section 6), as long as they can be read.
            Some((_, value)) => {
                if !are_macros(value) {
                    return Err(fault());
                }
            }
            None => {
                let (qualifier, mechanism) = directive(term).ok_or_else(fault)?;
                if read.all().is_none() {
                    read.mechanisms.push((qualifier, mechanism));
                }
            }
        }
    }
    Ok(read)
}

/// `name=value`, where the name is one.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.'));
    let known = ["redirect", "exp"].into_iter().find(|known| name.eq_ignore_ascii_case(known));
    is_name.then_some((known.unwrap_or(name), value))
}

fn directive(term: &str) -> Option<(Qualifier, Mechanism)> {
    let (qualifier, rest) = match term.as_bytes().first()? {
        b'+' => (Qualifier::Pass, term.get(1..)?),
        b'-' => (Qualifier::Fail, term.get(1..)?),
        b'~' => (Qualifier::SoftFail, term.get(1..)?),
        b'?' => (Qualifier::Neutral, term.get(1..)?),
        _ => (Qualifier::Pass, term),
    };
    let end = rest.find([':', '/']).unwrap_or(rest.len());
    let (name, argument) = rest.split_at_checked(end)?;
    let mechanism = match name.to_ascii_lowercase().as_str() {
        "all" if argument.is_empty() => Mechanism::All,
        "include" => Mechanism::Include(domain_spec(argument.strip_prefix(':')?)?),
        "exists" => Mechanism::Exists(domain_spec(argument.strip_prefix(':')?)?),
        "ptr" => Mechanism::Ptr(optional(argument)?),
        "a" => Mechanism::A(optional(without_length(argument)?)?),
        "mx" => Mechanism::Mx(optional(without_length(argument)?)?),
        "ip4" => {
            let (address, length) = network(argument.strip_prefix(':')?, 32)?;
            Mechanism::Ip4(address.parse().ok()?, length)
        }
        "ip6" => {
            let (address, length) = network(argument.strip_prefix(':')?, 128)?;
            Mechanism::Ip6(address.parse().ok()?, length)
        }
        _ => return None,
    };
    Some((qualifier, mechanism))
}

fn network(text: &str, longest: u8) -> Option<(&str, u8)> {
    match text.split_once('/') {
        Some((address, length)) => Some((address, length_of(length, longest)?)),
        None => Some((text, longest)),
    }
}

fn length_of(text: &str, longest: u8) -> Option<u8> {
    let is_number =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|length| is_number && *length <= longest)
}

/// The argument of `a` and `mx` without the lengths at its end: `/24`, `//64` or `/24//64` (section 5.3).
fn without_length(argument: &str) -> Option<&str> {
    let (rest, six) = match argument.split_once("//") {
        Some((rest, six)) => (rest, Some(six)),
        None => (argument, None),
    };
    if six.is_some_and(|six| length_of(six, 128).is_none()) {
        return None;
    }
    match rest.rsplit_once('/') {
        // A slash inside a macro is no length.
        Some((before, four)) if !four.contains('}') => length_of(four, 32).map(|_| before),
        _ => Some(rest),
    }
}

fn optional(argument: &str) -> Option<Option<DomainSpec>> {
    if argument.is_empty() {
        return Some(None);
    }
    domain_spec(argument.strip_prefix(':')?).map(Some)
}

/// A domain-spec (section 7.1): visible characters, well-formed macros, and a top label or a macro at its end.
fn domain_spec(text: &str) -> Option<DomainSpec> {
    let ends_well = text.ends_with('}') || {
        let last = text.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        last.len() > 1
            && !last.bytes().all(|byte| byte.is_ascii_digit())
            && !last.starts_with('-')
            && !last.ends_with('-')
            && last.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && text.trim_end_matches('.').contains('.')
    };
    (!text.is_empty() && text.len() <= 253 && are_macros(text) && ends_well).then(|| DomainSpec(text.to_owned()))
}

/// Whether every `%` of a text begins a macro that can be read (section 7.1).
fn are_macros(text: &str) -> bool {
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let after = &rest[at + 1..];
        rest = match after.as_bytes().first() {
            Some(b'%' | b'_' | b'-') => &after[1..],
            Some(b'{') => match after.find('}') {
                Some(end) if is_macro(&after[1..end]) => &after[end + 1..],
                _ => return false,
            },
            _ => return false,
        };
    }
    true
}

fn is_macro(inside: &str) -> bool {
    let mut letters = inside.chars();
    let is_known = letters.next().is_some_and(|letter| "slodiphcrtv".contains(letter.to_ascii_lowercase()));
    let rest = letters.as_str().trim_start_matches(|one: char| one.is_ascii_digit());
    let rest = rest.strip_prefix(['r', 'R']).unwrap_or(rest);
    is_known && rest.chars().all(|one| matches!(one, '.' | '-' | '+' | ',' | '/' | '_' | '='))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_record_is_read_term_by_term() {
        let read = spf("v=spf1 +mx/24//64 a:Mail.example.jp include:_spf.example.net ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{ir}.x.example.jp exp=e.example.jp ~all").unwrap();
        assert_eq!(read.mechanisms.len(), 7);
        assert_eq!(read.mechanisms[0], (Qualifier::Pass, Mechanism::Mx(None)));
        assert_eq!(read.all(), Some(Qualifier::SoftFail));
        let Mechanism::Include(target) = &read.mechanisms[2].1 else { panic!() };
        assert_eq!(target.name().as_deref(), Some("_spf.example.net"));
        let Mechanism::Exists(target) = &read.mechanisms[5].1 else { panic!() };
        assert_eq!(target.name(), None);
    }

    #[test]
    fn what_stands_behind_all_never_counts_but_must_be_readable() {
        let read = spf("V=SPF1 -all include:late.example.net redirect=other.example.net").unwrap();
        assert_eq!(read.mechanisms, [(Qualifier::Fail, Mechanism::All)]);
        assert!(spf("v=spf1 -all inclde:late.example.net").is_err());
    }

    #[test]
    fn errors_of_the_standard_are_errors() {
        for broken in [
            "v=spf1 ipv4:192.0.2.1 -all",
            "v=spf1 ip4:192.0.2.300",
            "v=spf1 ip4:192.0.2.0/33",
            "v=spf1 ip4:192.0.2.0/024",
            "v=spf1 include -all",
            "v=spf1 include: -all",
            "v=spf1 include:localhost -all",
            "v=spf1 all:x.example.jp",
            "v=spf1 a:%{x}.example.jp",
            "v=spf1 a:%z.example.jp",
            "v=spf1 redirect=a.example.jp redirect=b.example.jp",
            "v=spf1 exp=a.example.jp exp=b.example.jp",
            "v=spf1\tmx -all",
            "v=spf1 mx\u{0} -all",
            "v=spf10 -all",
            "",
        ] {
            assert!(spf(broken).is_err(), "{broken}");
        }
        assert!(!is_spf("v=spf1-all") && is_spf("v=spf1") && !is_spf("v=sp\u{3042}"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,300}") {
            let _ = spf(&text);
            let _ = spf(&format!("v=spf1 {text}"));
        }

        #[test]
        fn terms_in_any_order_keep_their_count(terms in proptest::collection::vec(proptest::sample::select(vec!["mx", "a", "ptr", "ip4:192.0.2.1", "ip6:2001:db8::1", "include:x.example.jp", "exists:%{i}.example.jp"]), 0..20)) {
            let read = spf(&format!("v=spf1 {} -all", terms.join("  "))).unwrap();
            prop_assert_eq!(read.mechanisms.len(), terms.len() + 1);
        }
    }
}
