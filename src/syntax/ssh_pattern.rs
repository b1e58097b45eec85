//! Patterns of OpenSSH (ssh_config(5), PATTERNS): names, groups and addresses, with `!` for what never fits. Pure.

/// Whether a name fits a list of patterns: one that fits behind `!` refuses, whatever else fits (ssh_config(5), PATTERNS).
#[must_use]
pub fn matches_list(list: &str, name: &str) -> bool {
    let mut fits = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(refused) if matches_pattern(refused.trim(), name) => return false,
            Some(_) => {}
            None => fits |= matches_pattern(pattern.trim(), name),
        }
    }
    fits
}

/// Whether one of the groups fits and none of them is refused.
#[must_use]
pub fn matches_group(list: &str, groups: &[&str]) -> bool {
    let mut fits = false;
    for group in groups {
        for pattern in list.split(',') {
            match pattern.strip_prefix('!') {
                Some(refused) if matches_pattern(refused.trim(), group) => return false,
                Some(_) => {}
                None => fits |= matches_pattern(pattern.trim(), group),
            }
        }
    }
    fits
}

/// `*` for any run of characters, `?` for one (ssh_config(5), PATTERNS).
#[must_use]
pub fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(sign) if *sign == '?' || Some(sign) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    n = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|sign| *sign == '*')
}

/// Addresses fit as CIDR ranges or as patterns.
#[must_use]
pub fn matches_address(list: &str, address: &str) -> bool {
    let fits_one = |pattern: &str| match pattern.split_once('/') {
        Some((range, length)) => in_range(range, length, address),
        None => matches_pattern(&pattern.to_lowercase(), &address.to_lowercase()),
    };
    let mut fits = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(refused) if fits_one(refused.trim()) => return false,
            Some(_) => {}
            None => fits |= fits_one(pattern.trim()),
        }
    }
    fits
}

fn in_range(range: &str, length: &str, address: &str) -> bool {
    use std::net::IpAddr;
    let (Ok(range), Ok(address), Ok(length)) =
        (range.parse::<IpAddr>(), address.parse::<IpAddr>(), length.parse::<u32>())
    else {
        return false;
    };
    match (range, address) {
        (IpAddr::V4(range), IpAddr::V4(address)) if length <= 32 => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            u32::from(range) & mask == u32::from(address) & mask
        }
        (IpAddr::V6(range), IpAddr::V6(address)) if length <= 128 => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            u128::from(range) & mask == u128::from(address) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_ssh() {
        for (list, name, fits) in [
            ("a*", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*,!root", "root", false),
            ("!root", "a", false),
            ("*a*b", "xaxxb", true),
            ("", "a", false),
        ] {
            assert_eq!(matches_list(list, name), fits, "{list} {name}");
        }
        assert!(
            matches_address("192.0.2.0/24,!192.0.2.9", "192.0.2.8")
                && !matches_address("192.0.2.0/24,!192.0.2.9", "192.0.2.9")
        );
        assert!(matches_address("2001:db8::/32", "2001:db8::1") && matches_address("0.0.0.0/0", "192.0.2.1"));
    }
}
