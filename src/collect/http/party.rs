//! Whose a host is: the body's own, a registered party's, or a stranger's. What is declared counts before the public suffix list.

use crate::model::Declaration;
use crate::syntax::csp::HostPattern;

/// Whose a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Party {
    /// The body's own.
    First,
    /// Of a service in the contractor register.
    Declared,
    /// Anybody else's.
    Third,
}

impl Party {
    /// The word of evidence.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Declared => "declared",
            Self::Third => "third",
        }
    }
}

/// What is declared of hosts.
#[derive(Debug, Default)]
pub(super) struct Parties {
    hosts: Vec<String>,
    first: Option<Vec<String>>,
    noticed: Vec<String>,
    services: Vec<Service>,
}

#[derive(Debug)]
struct Service {
    hosts: Vec<String>,
    patterns: Vec<String>,
    processes_personal: bool,
}

impl Parties {
    pub(super) fn of(declaration: &Declaration) -> Self {
        let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect::<Vec<_>>();
        let site = &declaration.site;
        let services =
            declaration.register.iter().flat_map(|register| &register.contractors).flat_map(|entry| &entry.services);
        Self {
            hosts: site.hosts.iter().map(|host| host.name.clone()).collect(),
            first: site.declared.first_parties.as_deref().map(lower),
            noticed: site.declared.third_parties.as_deref().map(lower).unwrap_or_default(),
            services: services
                .map(|service| Service {
                    hosts: lower(&service.hosts),
                    patterns: lower(&service.host_patterns),
                    processes_personal: service.processes_personal,
                })
                .collect(),
        }
    }

    /// Whose a host is.
    pub(super) fn party(&self, host: &str) -> Party {
        let host = host.to_ascii_lowercase();
        if self.is_own(&host) {
            Party::First
        } else if self.services.iter().any(|service| service.owns(&host)) {
            Party::Declared
        } else {
            Party::Third
        }
    }

    /// Whether personal information may be sent to a host: the body's own, or a service that the register says processes it.
    pub(super) fn may_have_personal(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.is_own(&host) || self.services.iter().any(|service| service.processes_personal && service.owns(&host))
    }

    /// Whether visitors were told of a host: it is the body's own, or the published notice names it.
    pub(super) fn is_told(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.is_own(&host) || is_of(&host, &self.noticed)
    }

    /// The same of every host that a CSP source stands for.
    pub(super) fn are_told(&self, pattern: &HostPattern) -> bool {
        match pattern {
            HostPattern::Exactly(host) => self.is_told(host),
            HostPattern::Below(name) => {
                is_of(name, &self.noticed)
                    || match &self.first {
                        Some(first) => is_of(name, first),
                        // A public suffix has no registrable domain, so `*.lg.jp` is nobody's.
                        None => psl::domain_str(name).is_some() && self.hosts.iter().any(|own| same_site(own, name)),
                    }
            }
        }
    }

    fn is_own(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| own == host)
            || match &self.first {
                Some(first) => is_of(host, first),
                None => self.hosts.iter().any(|own| same_site(own, host)),
            }
    }
}

impl Service {
    fn owns(&self, host: &str) -> bool {
        let fits = |pattern: &String| {
            pattern.strip_prefix('*').is_some_and(|rest| rest.starts_with('.') && host.ends_with(rest))
        };
        self.hosts.iter().any(|own| own == host) || self.patterns.iter().any(fits)
    }
}

/// Whether a host is one of some names, or below one; `*.` in front means the same as none.
pub(super) fn is_of(host: &str, names: &[String]) -> bool {
    names.iter().any(|name| {
        let name = name.trim_start_matches("*.");
        host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    })
}

/// Whether two hosts share a registrable domain by the public suffix list.
fn same_site(host: &str, other: &str) -> bool {
    host == other || matches!((psl::domain_str(host), psl::domain_str(other)), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hosts: &[&str], first: Option<&[&str]>) -> Parties {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let cdn = Service {
            hosts: own(&["cdn.example.net"]),
            patterns: own(&["*.edge.example.net"]),
            processes_personal: false,
        };
        Parties { hosts: own(hosts), first: first.map(own), noticed: own(&["stats.example.org"]), services: vec![cdn] }
    }

    #[test]
    fn what_is_declared_counts_before_the_list() {
        let by_list = of(&["www.city.example.jp"], None);
        assert_eq!(by_list.party("static.city.example.jp"), Party::First);
        assert_eq!(by_list.party("example.co.jp"), Party::Third);
        let declared = of(&["roui.bureau.example.lg.jp"], Some(&["roui.bureau.example.lg.jp"]));
        assert_eq!(declared.party("other.bureau.example.lg.jp"), Party::Third);
        assert_eq!(declared.party("roui.bureau.example.lg.jp"), Party::First);
        assert_eq!(of(&["a.example.jp"], Some(&["*.example.com"])).party("x.example.com"), Party::First);
    }

    #[test]
    fn a_registered_service_is_declared_and_told_only_if_visitors_were_told() {
        let parties = of(&["www.example.jp"], None);
        assert_eq!(parties.party("CDN.example.net"), Party::Declared);
        assert_eq!(parties.party("a.edge.example.net"), Party::Declared);
        assert_eq!(parties.party("badedge.example.net"), Party::Third);
        assert!(!parties.may_have_personal("cdn.example.net") && parties.may_have_personal("www.example.jp"));
        assert!(parties.is_told("stats.example.org") && !parties.is_told("cdn.example.net"));
        assert!(parties.are_told(&HostPattern::Below("example.jp".to_owned())));
        assert!(!parties.are_told(&HostPattern::Below("jp".to_owned())));
        assert!(!parties.are_told(&HostPattern::Below("co.jp".to_owned())));
    }
}
