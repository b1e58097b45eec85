//! Who may come in: the trees of Require, and Order, Allow and Deny of mod_access_compat beside them.

use std::rc::Rc;

use super::super::served::{Access, Known};
use super::provider::{Who, lets_in as provider_lets_in, provider, source_fits};
use super::read::Node;
use crate::collect::limits::cut;

/// A tree of `Require`.
#[derive(Debug, Clone)]
pub(super) enum Require {
    /// One provider, negated with `not`.
    One {
        words: Vec<String>,
        negated: bool,
        node: Rc<Node>,
    },
    All(Vec<Self>),
    Any(Vec<Self>),
    None(Vec<Self>),
}

/// `Order`, `Allow`, `Deny` and `Satisfy` of one section.
#[derive(Debug, Clone, Default)]
pub(super) struct Compat {
    /// `Order Allow,Deny`: what no rule names is refused, and Deny has the last word.
    allow_first: bool,
    allows: Vec<Vec<String>>,
    denies: Vec<Vec<String>>,
    satisfy_any: bool,
    pub(super) node: Option<Rc<Node>>,
}

/// The address that a question of the kind "what would this one get" is asked from.
pub(super) const LOOPBACK: &str = "127.0.0.1";

impl Require {
    /// The rules of a section: several in a row are a RequireAny. `None` where it has none.
    pub(super) fn of(nodes: &[Node]) -> Option<Self> {
        let rules = Self::list(nodes);
        (!rules.is_empty()).then_some(Self::Any(rules))
    }

    fn list(nodes: &[Node]) -> Vec<Self> {
        let mut rules = Vec::new();
        for node in nodes {
            match node.name.as_str() {
                "require" => {
                    let negated = node.argument(0).eq_ignore_ascii_case("not");
                    let words = node.arguments.iter().skip(usize::from(negated)).cloned().collect();
                    rules.push(Self::One { words, negated, node: Rc::new(Node { block: None, ..node.clone() }) });
                }
                "requireall" => rules.push(Self::All(Self::list(node.inside()))),
                "requireany" => rules.push(Self::Any(Self::list(node.inside()))),
                "requirenone" => rules.push(Self::None(Self::list(node.inside()))),
                "limit" if names_get(node) => rules.extend(Self::list(node.inside())),
                "limitexcept" if !names_get(node) => rules.extend(Self::list(node.inside())),
                _ => {}
            }
        }
        rules
    }

    fn who(&self) -> Who {
        match self {
            Self::One { words, negated: false, .. } => provider(words),
            // Everybody but some is everybody; nobody's negation lets all in.
            Self::One { words, .. } => match provider(words) {
                Who::Everybody => Who::Nobody,
                Who::Open => Who::Open,
                _ => Who::Neutral,
            },
            Self::None(rules) => match rules.iter().any(|rule| rule.who() == Who::Everybody) {
                true => Who::Nobody,
                false => Who::Neutral,
            },
            Self::All(rules) => {
                let all: Vec<Who> = rules.iter().map(Self::who).filter(|who| *who != Who::Neutral).collect();
                let has = |who| all.contains(&who);
                if has(Who::Nobody) {
                    Who::Nobody
                } else if has(Who::Known) {
                    Who::Known
                } else if has(Who::Some) {
                    Who::Some
                } else if has(Who::Open) {
                    Who::Open
                } else if all.is_empty() {
                    Who::Neutral
                } else {
                    Who::Everybody
                }
            }
            Self::Any(rules) => {
                let all: Vec<Who> = rules.iter().map(Self::who).filter(|who| *who != Who::Neutral).collect();
                let has = |who| all.contains(&who);
                if all.is_empty() {
                    Who::Neutral
                } else if has(Who::Everybody) {
                    Who::Everybody
                } else if has(Who::Open) {
                    Who::Open
                } else if has(Who::Some) {
                    Who::Some
                } else if has(Who::Known) {
                    Who::Known
                } else {
                    Who::Nobody
                }
            }
        }
    }

    /// Whether somebody without a password comes in from an address; `None` where that is not known.
    fn lets_in(&self, address: &str) -> Option<bool> {
        match self {
            Self::One { words, negated, .. } => Some(provider_lets_in(words, address)? != *negated),
            Self::All(rules) => {
                rules.iter().map(|rule| rule.lets_in(address)).try_fold(true, |all, one| Some(all && one?))
            }
            Self::Any(rules) => {
                let real: Vec<&Self> = rules.iter().filter(|rule| rule.who() != Who::Neutral).collect();
                if real.is_empty() {
                    return Some(true);
                }
                real.iter().map(|rule| rule.lets_in(address)).try_fold(false, |any, one| Some(any || one?))
            }
            Self::None(rules) => {
                let any = rules.iter().map(|rule| rule.lets_in(address)).try_fold(false, |any, one| Some(any || one?));
                any.map(|any| !any)
            }
        }
    }

    /// Whether any rule asks for a password.
    fn asks_password(&self) -> bool {
        match self {
            Self::One { words, negated, .. } => !negated && provider(words) == Who::Known,
            Self::All(rules) | Self::Any(rules) | Self::None(rules) => rules.iter().any(Self::asks_password),
        }
    }

    /// Rules that decide nothing because one beside them decides all, and whether a password is one of them.
    fn idle(&self, found: &mut Vec<String>, skipped: &mut bool) {
        let (rules, decisive) = match self {
            Self::One { .. } => return,
            Self::Any(rules) => (rules, Who::Everybody),
            Self::All(rules) => (rules, Who::Nobody),
            Self::None(rules) => (rules, Who::Everybody),
        };
        let decides = rules.iter().position(|rule| rule.who() == decisive);
        for (number, rule) in rules.iter().enumerate() {
            if decides.is_some_and(|decides| decides != number) && rule.who() != decisive {
                *skipped |= decisive == Who::Everybody && rule.asks_password();
                rule.spelt(found);
            } else {
                rule.idle(found, skipped);
            }
        }
    }

    fn spelt(&self, found: &mut Vec<String>) {
        match self {
            Self::One { words, negated, .. } => {
                found.push(cut(&format!("Require {}{}", if *negated { "not " } else { "" }, words.join(" "))));
            }
            Self::All(rules) | Self::Any(rules) | Self::None(rules) => rules.iter().for_each(|rule| rule.spelt(found)),
        }
    }

    fn place(&self) -> Option<&Node> {
        match self {
            Self::One { node, .. } => Some(node),
            Self::All(rules) | Self::Any(rules) | Self::None(rules) => rules.iter().find_map(Self::place),
        }
    }
}

impl Compat {
    /// The old rules of a section; `None` where it has none.
    pub(super) fn of(nodes: &[Node]) -> Option<Self> {
        let mut compat = Self::default();
        compat.add(nodes);
        compat.node.is_some().then_some(compat)
    }

    fn add(&mut self, nodes: &[Node]) {
        for node in nodes {
            let sources = || node.arguments.iter().skip(1).map(|word| word.to_ascii_lowercase()).collect::<Vec<_>>();
            match node.name.as_str() {
                "order" => {
                    let order = node.rest.to_ascii_lowercase();
                    self.allow_first = order.starts_with("allow") || order.starts_with("mutual");
                }
                "allow" => self.allows.push(sources()),
                "deny" => self.denies.push(sources()),
                "satisfy" => self.satisfy_any = node.argument(0).eq_ignore_ascii_case("any"),
                "limit" if names_get(node) => self.add(node.inside()),
                "limitexcept" if !names_get(node) => self.add(node.inside()),
                _ => continue,
            }
            if matches!(node.name.as_str(), "order" | "allow" | "deny" | "satisfy") {
                self.node.get_or_insert_with(|| Rc::new(Node { block: None, ..node.clone() }));
            }
        }
    }

    fn who(&self) -> Who {
        let all = |rules: &[Vec<String>]| rules.iter().flatten().any(|word| word == "all");
        let some = |rules: &[Vec<String>]| rules.iter().flatten().any(|word| word != "all");
        if self.allow_first {
            match (all(&self.denies), all(&self.allows), some(&self.allows)) {
                (true, ..) | (false, false, false) => Who::Nobody,
                (false, true, _) => Who::Everybody,
                (false, false, true) => Who::Some,
            }
        } else {
            match (all(&self.denies), all(&self.allows), some(&self.allows)) {
                (_, true, _) | (false, ..) => Who::Everybody,
                (true, false, true) => Who::Some,
                (true, false, false) => Who::Nobody,
            }
        }
    }

    fn lets_in(&self, address: &str) -> Option<bool> {
        let fits = |rules: &[Vec<String>]| {
            rules.iter().flatten().map(|word| source_fits(word, address)).try_fold(false, |any, one| Some(any || one?))
        };
        let (allowed, denied) = (fits(&self.allows)?, fits(&self.denies)?);
        Some(if self.allow_first { allowed && !denied } else { allowed || !denied })
    }

    fn idle(&self) -> Vec<String> {
        let all = |rules: &[Vec<String>]| rules.iter().flatten().any(|word| word == "all");
        let spelt = |name: &str, rules: &[Vec<String>]| -> Vec<String> {
            rules.iter().map(|words| cut(&format!("{name} from {}", words.join(" ")))).collect()
        };
        if self.allow_first && all(&self.denies) {
            spelt("Allow", &self.allows)
        } else if !self.allow_first && all(&self.allows) {
            spelt("Deny", &self.denies)
        } else {
            Vec::new()
        }
    }
}

/// What both kinds of rules amount to.
pub(super) fn access(require: Option<&Require>, compat: Option<&Compat>, by_certificate: bool) -> Known<Access> {
    let (new, old) = (require.map_or(Who::Everybody, Require::who), compat.map_or(Who::Everybody, Compat::who));
    if new == Who::Open {
        return Err("an access rule depends on what is not known here".to_owned());
    }
    let new = if new == Who::Neutral { Who::Everybody } else { new };
    let any = compat.is_some_and(|compat| compat.satisfy_any);
    let mut unreachable = Vec::new();
    let mut skipped = false;
    if let Some(require) = require {
        require.idle(&mut unreachable, &mut skipped);
    }
    unreachable.extend(compat.map(Compat::idle).unwrap_or_default());
    let asks = require.is_some_and(Require::asks_password);
    skipped |= any && asks && old == Who::Everybody;
    let closed = if any { new == Who::Nobody && old == Who::Nobody } else { new == Who::Nobody || old == Who::Nobody };
    let open = if any {
        new == Who::Everybody || old == Who::Everybody
    } else {
        new == Who::Everybody && old == Who::Everybody
    };
    Ok(Access {
        closed,
        restricted: closed || !open || by_certificate,
        unreachable,
        allow_without_deny: compat.is_some_and(|compat| {
            !compat.allow_first && compat.denies.is_empty() && compat.allows.iter().flatten().any(|word| word != "all")
        }),
        password_skipped: skipped,
        location: require
            .and_then(Require::place)
            .or_else(|| compat.and_then(|compat| compat.node.as_deref()))
            .map(Node::location),
    })
}

/// The status that somebody without a password gets from an address: 200, 401 or 403. `None` where that is not known.
pub(super) fn status(require: Option<&Require>, compat: Option<&Compat>, address: &str) -> Option<u16> {
    let new = require.map_or(Some(true), |require| require.lets_in(address))?;
    let old = compat.map_or(Some(true), |compat| compat.lets_in(address))?;
    let any = compat.is_some_and(|compat| compat.satisfy_any);
    let asks = require.is_some_and(Require::asks_password);
    Some(match (any, new, old) {
        (_, true, true) => 200,
        (true, true, false) if asks => 200,
        (true, false, true) => 200,
        (true, true, false) => 200,
        (false, _, false) => 403,
        _ if asks => 401,
        _ => 403,
    })
}

/// Whether `<Limit …>` or `<LimitExcept …>` names GET.
pub(super) fn names_get(node: &Node) -> bool {
    node.arguments.iter().any(|word| word.eq_ignore_ascii_case("GET"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::nodes;
    use super::*;

    fn of(text: &str) -> Access {
        let nodes = nodes(text);
        access(Require::of(&nodes).as_ref(), Compat::of(&nodes).as_ref(), false).unwrap()
    }

    fn from(text: &str, address: &str) -> Option<u16> {
        let nodes = nodes(text);
        status(Require::of(&nodes).as_ref(), Compat::of(&nodes).as_ref(), address)
    }

    #[test]
    fn trees_of_require_are_read() {
        assert!(of("Require all denied").closed);
        assert!(!of("Require all granted").restricted && !of("").restricted);
        assert!(of("Require ip 192.0.2.0/24").restricted);
        assert!(of("Require valid-user").restricted);
        let open = of("Require valid-user\nRequire all granted");
        assert!(open.password_skipped && !open.restricted);
        assert_eq!(open.unreachable, ["Require valid-user"]);
        assert!(!of("<RequireAll>\nRequire valid-user\nRequire all granted\n</RequireAll>").password_skipped);
        assert!(!of("<RequireAll>\nRequire all granted\nRequire not ip 192.0.2.1\n</RequireAll>").restricted);
        assert_eq!(
            of("<RequireAll>\nRequire all denied\nRequire ip 192.0.2.1\n</RequireAll>").unreachable,
            ["Require ip 192.0.2.1"]
        );
        let nodes = nodes("Require expr x");
        assert!(access(Require::of(&nodes).as_ref(), None, false).is_err());
    }

    #[test]
    fn old_rules_are_read_in_their_order() {
        assert!(of("Order deny,allow\nDeny from all").closed);
        assert!(of("Order allow,deny\nAllow from 192.0.2.1").restricted);
        assert!(!of("Order allow,deny\nAllow from all\nDeny from 192.0.2.1").restricted);
        assert_eq!(of("Order allow,deny\nAllow from 192.0.2.1\nDeny from all").unreachable, ["Allow from 192.0.2.1"]);
        assert!(of("Allow from 192.0.2.1").allow_without_deny);
        assert!(of("Satisfy any\nRequire valid-user").password_skipped);
        assert!(
            of("Order deny,allow\nDeny from all\nAllow from 192.0.2.1\nSatisfy any\nRequire valid-user").restricted
        );
    }

    #[test]
    fn who_asks_from_where_gets_what() {
        assert_eq!(from("Require ip 127", "127.0.0.1"), Some(200));
        assert_eq!(from("Require ip 192.0.2.0/24", "127.0.0.1"), Some(403));
        assert_eq!(from("Require ip 192.0.2.0/255.255.255.0", "192.0.2.7"), Some(200));
        assert_eq!(from("Require valid-user", "127.0.0.1"), Some(401));
        assert_eq!(from("Require host example.jp", "127.0.0.1"), None);
        assert_eq!(from("Order deny,allow\nDeny from all\nAllow from 127.0.0.1", "127.0.0.1"), Some(200));
        assert_eq!(
            from("<RequireNone>\nRequire ip 127.0.0.1\n</RequireNone>\nRequire all granted", "127.0.0.1"),
            Some(200)
        );
        assert_eq!(
            from("<RequireAll>\nRequire all granted\nRequire not ip 127.0.0.1\n</RequireAll>", "127.0.0.1"),
            Some(403)
        );
    }
}
