//! Who may come in at a level: allow and deny in their order, passwords beside them, and how an inner level changes that.

use std::net::IpAddr;

use super::state::{Rule, State};

/// A network, or everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    All,
    Network(IpAddr, u8),
    /// `unix:`, or a text that is no address.
    Other,
}

/// What the rules of a level amount to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    /// Nobody comes in.
    pub(super) closed: bool,
    /// Some address comes in by a rule and every other is refused.
    pub(super) limited: bool,
    /// Rules that can never take effect, as they are written.
    pub(super) unreachable: Vec<String>,
    /// There is an allow for some, and no deny for the others.
    pub(super) allow_without_deny: bool,
    /// A password, a token or a sub-request is asked for.
    pub(super) password: bool,
    /// `satisfy any` with an allow for everybody: the password is asked of nobody.
    pub(super) password_skipped: bool,
}

impl Access {
    /// Whether a password is really asked for.
    fn asks_password(&self) -> bool {
        self.password && !self.password_skipped
    }

    /// Whether some limit holds: by address, by password, or both.
    pub(super) fn is_restricted(&self) -> bool {
        self.closed || self.limited || self.asks_password()
    }
}

/// Reads the rules in force.
pub(super) fn of(state: &State<'_>) -> Access {
    let rules: Vec<(bool, Source, &Rule<'_>)> =
        state.rules.iter().map(|rule| (rule.allows, source(&rule.source), rule)).collect();
    let mut access = Access::default();
    for (number, (_, inner, rule)) in rules.iter().enumerate() {
        if rules[..number].iter().any(|(_, outer, _)| covers(*outer, *inner)) {
            access.unreachable.push(format!("{} {}", if rule.allows { "allow" } else { "deny" }, rule.source));
        }
    }
    let first_for_all = rules.iter().find(|(_, source, _)| *source == Source::All).map(|(allows, _, _)| *allows);
    let allows_some = rules.iter().any(|(allows, source, _)| *allows && *source != Source::All);
    access.closed = first_for_all == Some(false)
        && !rules.iter().take_while(|(_, source, _)| *source != Source::All).any(|(allows, _, _)| *allows);
    access.limited = first_for_all == Some(false) && !access.closed;
    let asks = |name: &str| state.word(name).is_some_and(|word| word != "off");
    access.password = asks("auth_basic")
        || asks("auth_request")
        || asks("auth_jwt")
        || asks("auth_oidc")
        || state.word("ssl_verify_client").is_some_and(|word| word == "on");
    // With `satisfy any` those who are not allowed are asked for the password: nobody is let in by what is not written.
    let is_asked = access.password && state.word("satisfy") == Some("any");
    access.allow_without_deny = allows_some && first_for_all.is_none() && !is_asked;
    let open = first_for_all != Some(false);
    access.password_skipped = access.password && state.word("satisfy") == Some("any") && open && !rules.is_empty();
    access
}

/// Whether an inner level lets in somebody whom the outer one refused.
pub(super) fn is_weaker(outer: &State<'_>, inner: &State<'_>) -> bool {
    let (before, after) = (of(outer), of(inner));
    let strictness = |access: &Access| match (access.closed, access.limited) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    };
    let dropped_password = before.asks_password() && !after.asks_password();
    // A location that lifts the address rule on purpose and asks for a password instead is another limit, not none.
    (strictness(&after) < strictness(&before) && !after.password) || (dropped_password && strictness(&after) == 0)
}

fn source(text: &str) -> Source {
    if text == "all" {
        return Source::All;
    }
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return Source::Other };
    let whole = if address.is_ipv4() { 32 } else { 128 };
    match bits.map_or(Ok(whole), str::parse) {
        Ok(0) => Source::All,
        Ok(bits) if bits <= whole => Source::Network(address, bits),
        _ => Source::Other,
    }
}

fn covers(outer: Source, inner: Source) -> bool {
    match (outer, inner) {
        (Source::All, _) => true,
        (Source::Network(outer, wide), Source::Network(inner, narrow)) => {
            wide <= narrow
                && number(outer).zip(number(inner)).is_some_and(|((a, length), (b, other))| {
                    length == other && (a ^ b).checked_shr(u32::from(length - wide)).unwrap_or(0) == 0
                })
        }
        _ => false,
    }
}

/// An address as a number with its length in bits.
fn number(address: IpAddr) -> Option<(u128, u8)> {
    Some(match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::webserver::tests::nodes;

    fn access(text: &str) -> Access {
        of(&State::default().at(&nodes(text)))
    }

    #[test]
    fn rules_are_read_in_their_order() {
        let limited = access("allow 192.0.2.0/24; deny all;");
        assert!(limited.limited && limited.is_restricted() && limited.unreachable.is_empty());
        assert!(access("deny all;").closed);
        assert_eq!(access("deny all; allow 192.0.2.1;").unreachable, ["allow 192.0.2.1"]);
        assert_eq!(access("allow 192.0.2.0/24; deny 192.0.2.7; deny all;").unreachable, ["deny 192.0.2.7"]);
        assert_eq!(
            access("allow 192.0.2.7; deny 192.0.2.0/24; allow 2001:db8::/32; deny all;").unreachable,
            Vec::<String>::new()
        );
        assert!(access("allow 192.0.2.1;").allow_without_deny);
        assert!(!access("deny 192.0.2.1; allow all;").allow_without_deny);
    }

    #[test]
    fn satisfy_any_with_an_open_rule_asks_nobody_for_a_password() {
        assert!(access("satisfy any; allow all; auth_basic x;").password_skipped);
        assert!(!access("satisfy any; allow 192.0.2.1; deny all; auth_basic x;").password_skipped);
        assert!(!access("satisfy all; allow all; auth_basic x;").password_skipped);
        assert!(!access("auth_basic off;").password);
    }

    #[test]
    fn an_inner_level_that_lets_more_in_is_weaker() {
        let weaker = |outer: &str, inner: &str| {
            let (outer, inner) = (nodes(outer), nodes(inner));
            let outer = State::default().at(&outer);
            is_weaker(&outer, &outer.at(&inner))
        };
        assert!(weaker("allow 192.0.2.1; deny all;", "allow all;"));
        assert!(weaker("deny all;", "allow 192.0.2.1;"));
        assert!(weaker("auth_basic x;", "auth_basic off;"));
        assert!(!weaker("allow 192.0.2.1; deny all;", "deny all;"));
        assert!(!weaker("allow 192.0.2.1; deny all;", "return 200;"));
        assert!(!weaker("deny all;", "allow all; auth_basic x;"));
    }
}
