//! What only entries together can get wrong: ids, chains of subcontracting, names that two services claim; and what a
//! schema cannot say of one entry: check digits, periods, ranges.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Problem;
use super::super::document::contractors::ContractorDocument;
use super::super::tree::Tree;
use super::names::{Claims, name_fault};

/// Everything wrong, each with its JSON pointer. `known` are the ids of all entries, unreadable ones included.
pub(super) fn problems(
    tree: &Tree,
    entries: &[(usize, ContractorDocument)],
    known: &BTreeSet<String>,
) -> Vec<(String, Problem)> {
    let mut told = Told { tree, problems: Vec::new() };
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let mut services: BTreeMap<&str, &str> = BTreeMap::new();
    let mut claims: BTreeMap<&str, Claims<'_>> = BTreeMap::new();
    let primes: BTreeMap<&str, &str> =
        entries.iter().filter_map(|(_, entry)| Some((entry.id.as_str(), entry.subcontractor_of.as_deref()?))).collect();
    let cycles = in_cycles(&primes);
    for (index, entry) in entries {
        let pointer = format!("/contractors/{index}");
        if let Some(first) = ids.insert(&entry.id, *index) {
            let line = tree.place(&format!("/contractors/{first}/id")).0;
            told.say(
                &format!("{pointer}/id"),
                format!("two entries have the id {} (the other: line {line})", entry.id),
            );
        }
        one(&mut told, &pointer, entry);
        if let Some(prime) = &entry.subcontractor_of {
            let at = format!("{pointer}/subcontractor_of");
            if !known.contains(prime) {
                told.say(&at, format!("subcontractor_of: no contractor has the id {prime}"));
            } else if let Some(chain) = cycles.get(entry.id.as_str()) {
                told.say(&at, format!("subcontractor_of: the chain comes back to itself: {chain}"));
            }
        }
        for (number, service) in entry.services.iter().enumerate() {
            let at = format!("{pointer}/services/{number}");
            if let Some(other) = services.insert(&service.id, &entry.id) {
                told.say(&format!("{at}/id"), format!("service {} is already one of {other}", service.id));
            }
            let lists: [(&str, &str, &[String]); 9] = [
                ("host", "hosts", &service.hosts),
                ("host", "host_patterns", &service.host_patterns),
                ("cname", "cname_targets", &service.cname_targets),
                ("spf", "spf_includes", &service.spf_includes),
                ("mx", "mx_targets", &service.mx_targets),
                ("ns", "ns_targets", &service.ns_targets),
                ("log", "log_endpoints", &service.log_endpoints),
                ("backup", "backup_endpoints", &service.backup_endpoints),
                ("issuer", "issuers", &service.issuers),
            ];
            for (sort, key, names) in lists {
                for (place, name) in names.iter().enumerate() {
                    let at = format!("{at}/{key}/{place}");
                    if let Some(fault) = name_fault(name) {
                        let shown: String = name.chars().take(60).collect();
                        told.say(&at, format!("{key}: {shown}: {fault}"));
                    } else if let Some((other, by)) = claims.entry(sort).or_default().claim(name, &service.id) {
                        told.say(&at, format!("{key}: {name} overlaps {by} of the service {other}"));
                    }
                }
            }
            for (place, range) in service.addresses.iter().enumerate() {
                if !is_range(range) {
                    told.say(&format!("{at}/addresses/{place}"), format!("addresses: {range}: expected 192.0.2.0/24"));
                }
            }
        }
    }
    told.problems
}

struct Told<'a> {
    tree: &'a Tree,
    problems: Vec<(String, Problem)>,
}

impl Told<'_> {
    fn say(&mut self, pointer: &str, message: String) {
        let (line, column) = self.tree.place(pointer);
        self.problems.push((pointer.to_owned(), Problem { line, column, message, hint: None }));
    }
}

/// What is wrong with one entry by itself.
fn one(told: &mut Told<'_>, pointer: &str, entry: &ContractorDocument) {
    if let Some(number) = &entry.corporate_number
        && !corporate_number_holds(number)
    {
        told.say(
            &format!("{pointer}/corporate_number"),
            format!("corporate_number: the check digit of {number} is wrong"),
        );
    }
    if let Some(contract) = &entry.contract {
        if contract.to < contract.from {
            told.say(&format!("{pointer}/contract/to"), "contract: ends before it begins".to_owned());
        }
        if let Some(access) = &contract.log_access
            && let (Some(from), Some(to)) = (&access.from, &access.to)
            && to < from
        {
            told.say(&format!("{pointer}/contract/log_access/to"), "log_access: ends before it begins".to_owned());
        }
    }
    if let Some(country) = &entry.country
        && !(country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()))
    {
        let shown: String = country.chars().take(30).collect();
        told.say(
            &format!("{pointer}/country"),
            format!("country: {shown}: expected two letters (ISO 3166-1), such as JP"),
        );
    }
    let twice = |names: &mut dyn Iterator<Item = String>| {
        let mut seen = BTreeSet::new();
        names.enumerate().filter(|(_, name)| !seen.insert(name.clone())).collect::<Vec<_>>()
    };
    let accounts = &mut entry.accounts.iter().map(|account| format!("{:?}/{}", account.system, account.user));
    for (at, name) in twice(accounts) {
        told.say(
            &format!("{pointer}/accounts/{at}"),
            format!("the account {} stands there twice", name.to_lowercase()),
        );
    }
    let keys = &mut entry.keys.iter().map(|key| key.fingerprint.clone());
    for (at, name) in twice(keys) {
        told.say(&format!("{pointer}/keys/{at}"), format!("the key {name} stands there twice"));
    }
    let tokens = &mut entry.tokens.iter().map(|token| token.purpose.clone());
    for (at, name) in twice(tokens) {
        let shown: String = name.chars().take(60).collect();
        told.say(&format!("{pointer}/tokens/{at}"), format!("two tokens have the purpose {shown}"));
    }
}

fn is_range(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= most)
}

/// Every id that lies on a cycle, with the cycle in words. Each id is walked once, so the cost grows with the entries.
fn in_cycles<'a>(primes: &BTreeMap<&'a str, &'a str>) -> BTreeMap<&'a str, String> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut found = BTreeMap::new();
    for start in primes.keys() {
        let (mut path, mut on_path, mut at) = (Vec::new(), BTreeMap::new(), *start);
        while !done.contains(at) {
            if let Some(first) = on_path.insert(at, path.len()) {
                let cycle: &[&str] = path.get(first..).unwrap_or_default();
                let mut words: Vec<&str> = cycle.iter().copied().take(10).collect();
                words.push(at);
                for id in cycle {
                    found.insert(*id, words.join(" -> "));
                }
                break;
            }
            path.push(at);
            match primes.get(at) {
                Some(prime) => at = prime,
                None => break,
            }
        }
        done.extend(path);
    }
    found
}

/// The check digit of a corporate number: 9 minus the weighted sum of the other twelve modulo 9, weights 1 and 2 in turn
/// from the right (the ordinance on corporate numbers under the My Number Act).
fn corporate_number_holds(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let [first, rest @ ..] = digits.as_slice() else { return false };
    if rest.len() != 12 {
        return false;
    }
    let sum: u32 = rest.iter().rev().enumerate().map(|(index, digit)| digit * if index % 2 == 0 { 1 } else { 2 }).sum();
    *first == 9 - sum % 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_of_a_corporate_number_is_held() {
        // The National Tax Agency's own number, published by it.
        assert!(corporate_number_holds("7000012050002"));
        assert!(!corporate_number_holds("7000012050003"));
        assert!(!corporate_number_holds("70000"));
    }

    #[test]
    fn only_what_lies_on_a_cycle_is_named() {
        let primes = BTreeMap::from([("a", "b"), ("b", "c"), ("c", "b"), ("d", "c"), ("e", "f")]);
        let found = in_cycles(&primes);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(found["b"], "b -> c -> b");
    }

    #[test]
    fn ranges_are_addresses_with_a_length() {
        assert!(is_range("192.0.2.0/24") && is_range("2001:db8::/32") && is_range("192.0.2.1"));
        assert!(!is_range("192.0.2.0/33") && !is_range("example.jp"));
    }
}
