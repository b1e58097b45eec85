//! Where a kind of load can go at most under all policies together, whatever the page's scripts do.

use std::collections::BTreeSet;

use url::Url;

use super::decide::Kind;
use super::policy::{Directive, Policy};
use super::source::Source;

/// Some hosts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPattern {
    /// One host.
    Exactly(String),
    /// Every host below a name, the name itself left out.
    Below(String),
}

/// How far a kind of load reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Any host.
    Anyone,
    /// These hosts at most; none where the set is empty.
    Hosts(BTreeSet<HostPattern>),
}

impl HostPattern {
    /// The pattern as it is written: `host` or `*.name`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Exactly(host) => host.clone(),
            Self::Below(name) => format!("*.{name}"),
        }
    }

    fn both(&self, other: &Self) -> Option<Self> {
        let is_below = |host: &str, name: &str| host.strip_suffix(name).is_some_and(|front| front.ends_with('.'));
        match (self, other) {
            (Self::Exactly(a), Self::Exactly(b)) => (a == b).then(|| self.clone()),
            (Self::Exactly(host), Self::Below(name)) | (Self::Below(name), Self::Exactly(host)) => {
                is_below(host, name).then(|| Self::Exactly(host.clone()))
            }
            (Self::Below(a), Self::Below(b)) if a == b || is_below(a, b) => Some(self.clone()),
            (Self::Below(a), Self::Below(b)) if is_below(b, a) => Some(other.clone()),
            _ => None,
        }
    }
}

impl Reach {
    fn both(self, other: Self) -> Self {
        match (self, other) {
            (Self::Anyone, one) | (one, Self::Anyone) => one,
            (Self::Hosts(a), Self::Hosts(b)) => {
                Self::Hosts(a.iter().flat_map(|one| b.iter().filter_map(|two| one.both(two))).collect())
            }
        }
    }

    /// Whether every host that can be reached fits.
    pub fn is_within(&self, fits: impl Fn(&HostPattern) -> bool) -> bool {
        match self {
            Self::Anyone => false,
            Self::Hosts(hosts) => hosts.iter().all(fits),
        }
    }
}

/// How far a kind of load reaches; schemes, ports and paths are not told apart, so it is at most too wide.
#[must_use]
pub fn reach(policies: &[Policy], page: &Url, kind: Kind) -> Reach {
    policies
        .iter()
        .map(|policy| match kind {
            Kind::Prefetch => of_prefetch(policy, page),
            _ => policy.first_of(kind.directives()).map_or(Reach::Anyone, |directive| of(directive, page, kind)),
        })
        .fold(Reach::Anyone, Reach::both)
}

/// A hint goes where any directive lets it go, and everywhere without default-src.
fn of_prefetch(policy: &Policy, page: &Url) -> Reach {
    if policy.directive("default-src").is_none() {
        return Reach::Anyone;
    }
    let mut hosts = BTreeSet::new();
    for directive in &policy.directives {
        if Kind::ALL.iter().any(|kind| kind.directives().contains(&directive.name.as_str())) {
            match of(directive, page, Kind::Image) {
                Reach::Anyone => return Reach::Anyone,
                Reach::Hosts(more) => hosts.extend(more),
            }
        }
    }
    Reach::Hosts(hosts)
}

fn of(directive: &Directive, page: &Url, kind: Kind) -> Reach {
    let mut hosts = BTreeSet::new();
    let is_dynamic = matches!(kind, Kind::Script | Kind::Worker) && directive.sources.contains(&Source::StrictDynamic);
    if is_dynamic {
        // What a trusted script adds is trusted too, from wherever it comes.
        return Reach::Anyone;
    }
    for source in &directive.sources {
        match source {
            Source::Any => return Reach::Anyone,
            // A nonce can be handed on by a script to another element, and a digest names no host.
            Source::Nonce(_) if matches!(kind, Kind::Script | Kind::Style) => return Reach::Anyone,
            Source::Hash(..) if kind == Kind::Script => return Reach::Anyone,
            Source::Scheme(scheme) if matches!(scheme.as_str(), "http" | "https" | "ws" | "wss" | "ftp") => {
                return Reach::Anyone;
            }
            Source::SelfOrigin => {
                hosts.extend(page.host_str().map(|host| HostPattern::Exactly(host.to_ascii_lowercase())));
            }
            Source::Host(host) => match host.host.strip_prefix('*') {
                Some("") => return Reach::Anyone,
                Some(end) => {
                    hosts.insert(HostPattern::Below(end.trim_start_matches('.').to_owned()));
                }
                None => {
                    hosts.insert(HostPattern::Exactly(host.host.clone()));
                }
            },
            _ => {}
        }
    }
    Reach::Hosts(hosts)
}
