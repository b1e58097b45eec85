//! The words behind `Require`: whom each provider lets in.

/// Whom a rule lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Everybody,
    Nobody,
    /// By address, time, or what else is no secret of the visitor.
    Some,
    /// By password or certificate.
    Known,
    /// Depends on what is not known here.
    Open,
    /// Says nothing by itself (a negation).
    Neutral,
}

/// Whom the words behind `Require` let in.
pub(super) fn provider(words: &[String]) -> Who {
    let word = |number: usize| words.get(number).map_or(String::new(), |word| word.to_ascii_lowercase());
    match (word(0).as_str(), word(1).as_str()) {
        ("all", "granted") => Who::Everybody,
        ("all", _) => Who::Nobody,
        ("ip" | "host" | "forward-dns" | "local" | "method", _) if word(0) == "method" => {
            if words.iter().skip(1).any(|method| method.eq_ignore_ascii_case("GET")) {
                Who::Everybody
            } else {
                Who::Nobody
            }
        }
        ("ip", _) if words.iter().skip(1).any(|source| source.ends_with("/0")) => Who::Everybody,
        ("ip" | "host" | "forward-dns" | "local", _) => Who::Some,
        ("ssl" | "ssl-verify-client", _) => Who::Everybody,
        ("env" | "expr", _) => Who::Open,
        _ => Who::Known,
    }
}

/// Whether the words behind `Require` let in who comes from an address without a password; `None` where that is not known.
pub(super) fn lets_in(words: &[String], address: &str) -> Option<bool> {
    let word = |number: usize| words.get(number).map_or(String::new(), |word| word.to_ascii_lowercase());
    match (word(0).as_str(), word(1).as_str()) {
        ("all", "granted") => Some(true),
        ("all", _) => Some(false),
        ("local", _) => Some(address.starts_with("127.") || address == "::1"),
        ("method", _) => Some(words.iter().skip(1).any(|method| method.eq_ignore_ascii_case("GET"))),
        ("ip", _) => words
            .iter()
            .skip(1)
            .map(|source| source_fits(source, address))
            .try_fold(false, |any, one| Some(any || one?)),
        ("host" | "forward-dns" | "env" | "expr" | "ssl", _) => None,
        _ => Some(false),
    }
}

/// Whether an address fits `all`, an address, a part of one (`10.1`), a network, or a network with a mask.
pub(super) fn source_fits(source: &str, address: &str) -> Option<bool> {
    if source.eq_ignore_ascii_case("all") {
        return Some(true);
    }
    let plain = |text: &str| text.parse::<std::net::Ipv4Addr>().ok().map(u32::from);
    let asked = plain(address)?;
    if source.contains(':') {
        return Some(false);
    }
    if let Some((network, bits)) = source.split_once('/') {
        let mask = match bits.parse::<u32>() {
            Ok(bits) if bits <= 32 => u32::MAX.checked_shl(32 - bits).unwrap_or(0),
            _ => plain(bits)?,
        };
        return Some(whole(network)? & mask == asked & mask);
    }
    let parts = source.trim_end_matches('.').split('.').count();
    if !source.trim_end_matches('.').split('.').all(|part| part.parse::<u8>().is_ok()) {
        return None;
    }
    let bits = u32::try_from(parts).ok()? * 8;
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
    Some(whole(source)? & mask == asked & mask)
}

/// `10.1` as 10.1.0.0.
fn whole(text: &str) -> Option<u32> {
    let parts: Vec<u8> = text.trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let mut all = [0_u8; 4];
    for (place, part) in all.iter_mut().zip(parts) {
        *place = part;
    }
    Some(u32::from_be_bytes(all))
}
