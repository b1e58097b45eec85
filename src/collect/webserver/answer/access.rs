//! Whether a request is let in.

use super::course::Course;
use super::value::network_bits;

/// What the access rules say.
pub(super) enum Entry {
    In,
    Refused(u16),
    Open(&'static str),
}

const BY_ADDRESS: &str = "who comes in depends on the client's address";

impl Entry {
    /// The same as a word of [`super::Answer::entry`].
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::In => "open",
            Self::Refused(401) => "password",
            Self::Refused(_) => "refused",
            Self::Open(BY_ADDRESS) => "address",
            Self::Open(_) => "elsewhere",
        }
    }
}

/// Whether the request comes in.
pub(super) fn entry(course: &Course<'_, '_>) -> Entry {
    if let Some(node) = course.own("limit_except") {
        let method = course.values.asked.method.as_str();
        let listed = node.arguments.iter().any(|word| word == method || (word == "GET" && method == "HEAD"));
        if !listed {
            return Entry::Open("limit_except decides on this method");
        }
    }
    let state = &course.state;
    let asks = |name: &str| state.word(name).is_some_and(|word| word != "off");
    if asks("auth_request") || asks("auth_jwt") {
        return Entry::Open("another server decides who comes in (auth_request)");
    }
    let by_address = match rules(course) {
        Some(allowed) => allowed,
        None => return Entry::Open(BY_ADDRESS),
    };
    let password = asks("auth_basic");
    let has_credentials = course.values.asked.headers.iter().any(|(name, _)| name == "authorization");
    let any = state.word("satisfy") == Some("any");
    match (by_address, password) {
        (Some(false), true) if any && !has_credentials => Entry::Refused(401),
        (Some(false), true) if any => Entry::Open("whether the password is right"),
        (Some(false), _) => Entry::Refused(403),
        (Some(true), true) if any => Entry::In,
        (_, true) if has_credentials => Entry::Open("whether the password is right"),
        (_, true) => Entry::Refused(401),
        (_, false) => Entry::In,
    }
}

/// What the first rule that fits says; inside `None` where none does, outside where the client is not known.
fn rules(course: &Course<'_, '_>) -> Option<Option<bool>> {
    for rule in course.state.rules.iter() {
        let fits = match (rule.source.as_str(), course.values.asked.client) {
            ("all", _) => true,
            ("unix:", _) => false,
            (source, Some(client)) => network_bits(source, client).is_some(),
            (_, None) => return None,
        };
        if fits {
            return Some(Some(rule.allows));
        }
    }
    Some(None)
}
