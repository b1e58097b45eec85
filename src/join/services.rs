//! The register's services by the names that they claim: exact names first, then the nearest pattern. Built once a join, so
//! that the cost grows with names, not with names times services.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::model::{Evidence, Observation};

/// Services by name.
pub(super) struct Services<'a> {
    exact: BTreeMap<String, &'a Observation>,
    below: BTreeMap<String, &'a Observation>,
    ranges: Vec<(IpAddr, u32, &'a Observation)>,
}

impl<'a> Services<'a> {
    /// The services of the register, by the names in some of their lists.
    pub(super) fn by(evidence: &'a Evidence, lists: &[&str]) -> Self {
        let mut services = Self { exact: BTreeMap::new(), below: BTreeMap::new(), ranges: Vec::new() };
        for service in evidence.of_kind("register-service") {
            for name in lists.iter().flat_map(|list| service.texts(list)) {
                let name = name.to_ascii_lowercase();
                match name.strip_prefix("*.") {
                    Some(domain) => insert(&mut services.below, domain.to_owned(), service),
                    None => insert(&mut services.exact, name, service),
                }
            }
            for range in service.texts("addresses") {
                let (address, length) = range.split_once('/').unwrap_or((range, "128"));
                if let (Ok(address), Ok(length)) = (address.parse::<IpAddr>(), length.parse::<u32>()) {
                    let most = if address.is_ipv4() { 32 } else { 128 };
                    services.ranges.push((address, length.min(most), service));
                }
            }
        }
        services
    }

    /// The service that claims a name: an exact name, then the longest pattern above it.
    pub(super) fn of(&self, name: &str) -> Option<&'a Observation> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if let Some(service) = self.exact.get(&name) {
            return Some(service);
        }
        let mut above = name.as_str();
        while let Some((_, rest)) = above.split_once('.') {
            if let Some(service) = self.below.get(rest) {
                return Some(service);
            }
            above = rest;
        }
        None
    }

    /// The service in whose ranges an address lies.
    pub(super) fn at(&self, address: &str) -> Option<&'a Observation> {
        let address: IpAddr = address.parse().ok()?;
        self.ranges.iter().find(|(range, length, _)| holds(*range, *length, address)).map(|(_, _, service)| *service)
    }
}

/// An active contract has the last word where the register names something twice.
fn insert<'a>(map: &mut BTreeMap<String, &'a Observation>, name: String, service: &'a Observation) {
    let entry = map.entry(name).or_insert(service);
    if service.text("contractor_status") == Some("active") {
        *entry = service;
    }
}

fn holds(range: IpAddr, length: u32, address: IpAddr) -> bool {
    match (range, address) {
        (IpAddr::V4(range), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length)).unwrap_or(0);
            u32::from(range) & mask == u32::from(address) & mask
        }
        (IpAddr::V6(range), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(length)).unwrap_or(0);
            u128::from(range) & mask == u128::from(address) & mask
        }
        _ => false,
    }
}

/// Whether a host is one of some hosts, or below one of some domains; `*.` in front means the same as none.
pub(super) fn is_of(host: &str, names: &[String]) -> bool {
    names.iter().any(|name| {
        let name = name.trim_start_matches("*.");
        host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    })
}

/// Whether a host or address is one of the declared own ones: a name, a domain above it, an address or a range of addresses.
pub(super) fn is_own(host: &str, own: &[String]) -> bool {
    let Ok(address) = host.parse::<IpAddr>() else { return is_of(host, own) };
    own.iter().any(|item| {
        let (range, length) = item.split_once('/').unwrap_or((item, "128"));
        match (range.parse::<IpAddr>(), length.parse::<u32>()) {
            (Ok(range), Ok(length)) => holds(range, length.min(if range.is_ipv4() { 32 } else { 128 }), address),
            _ => false,
        }
    })
}

/// Whether an address or network lies inside one of some networks.
pub(super) fn is_within(source: &str, networks: &[String]) -> bool {
    let parts = |text: &str| {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        Some((address, length.map_or(Some(most), |length| length.parse::<u32>().ok())?.min(most)))
    };
    let Some((address, length)) = parts(source) else { return false };
    networks
        .iter()
        .filter_map(|network| parts(network))
        .any(|(range, wide)| wide <= length && holds(range, wide, address))
}

/// A declared list in lower case; `None` where it is not declared.
pub(super) fn declared(evidence: &Evidence, name: &str) -> Option<Vec<String>> {
    let list = evidence.of_kind("declared-list").find(|list| list.text("name") == Some(name))?;
    Some(list.texts("items").into_iter().map(str::to_ascii_lowercase).collect())
}

/// States which service of which contractor owns the thing that was seen, with the place in the register.
pub(super) fn state_owner(seen: &mut Observation, service: Option<&Observation>) {
    seen.set("registered", service.is_some());
    match service {
        Some(service) => {
            seen.set("contractor", service.text("contractor").unwrap_or_default());
            seen.set("contractor_status", service.text("contractor_status").unwrap_or_default());
            match service.fields.get("contract_to") {
                Some(day) => {
                    seen.set("contract_to", day.clone());
                }
                None => {
                    seen.unknown("contract_to", "no contract is recorded");
                }
            }
            seen.related
                .push(crate::model::Related { location: service.source.clone(), note: "registered here".to_owned() });
        }
        None => {
            for field in ["contractor", "contractor_status", "contract_to"] {
                seen.unknown(field, "no service owns it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Subject, SubjectKind, Value};

    #[test]
    fn a_domain_covers_what_is_below_it_and_nothing_beside_it() {
        let names = ["example.jp".to_owned()];
        assert!(is_of("www.example.jp", &names) && is_of("example.jp", &names));
        assert!(!is_of("badexample.jp", &names));
    }

    #[test]
    fn exact_names_come_first_and_then_the_nearest_pattern() {
        let service = |id: &str, hosts: &[&str], status: &str| {
            let subject = Subject::new(SubjectKind::Service, id);
            let mut one = Observation::new("register-service", subject, Location::default(), "declared");
            one.set("hosts", Value::texts(hosts.iter().copied())).set("contractor_status", status);
            one.set("addresses", Value::texts(["192.0.2.0/24"]));
            one
        };
        let mut evidence = Evidence::default();
        evidence.observations.push(service("wide", &["*.example.net"], "active"));
        evidence.observations.push(service("near", &["*.cdn.example.net", "x.example.net"], "ended"));
        evidence.observations.push(service("same", &["x.example.net"], "active"));
        let services = Services::by(&evidence, &["hosts"]);
        let name = |host: &str| services.of(host).map(|service| service.subject.name());
        assert_eq!(name("a.example.net"), Some("wide"));
        assert_eq!(name("a.cdn.example.net."), Some("near"));
        assert_eq!(name("X.example.net"), Some("same"));
        assert_eq!((name("example.net"), name("example.org")), (None, None));
        assert_eq!(services.at("192.0.2.9").map(|service| service.subject.name()), Some("wide"));
        assert!(services.at("198.51.100.1").is_none() && services.at("x").is_none());
    }
}
