//! mod_ssl: which protocols and suites a virtual host allows, its tickets and stapling.

use super::super::served::{Known, Tls};
use super::super::server_facts::weak_ciphers;
use super::host::{Program, VirtualHost};
use super::read::Node;
use super::version::{PROTOCOLS_BY_NAME, Version, is_at_least};
use crate::model::Related;

const ALL: [&str; 5] = ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/// TLS of a host; `None` where its sockets speak none.
pub(super) fn of(program: &Program<'_>, host: &VirtualHost<'_>, version: Option<Version>) -> Option<Tls> {
    if !host.tls() {
        return None;
    }
    let mut related = Vec::new();
    let mut note = |node: Option<&Node>, note: &str| {
        related.extend(node.map(|node| Related { location: node.location(), note: note.to_owned() }));
    };
    let own = host.single("sslprotocol");
    note(own, "the protocols in force");
    let mut named = protocols(own);
    // Before 2.4.42 the first host of a socket decides; where the version is open, both may.
    if is_at_least(version, PROTOCOLS_BY_NAME) != Some(true) {
        for address in &host.addresses {
            let first = program.hosts.iter().find(|other| other.default_of.contains(address));
            if let Some(first) = first.filter(|first| first.name != host.name) {
                note(first.single("sslprotocol"), "the first host of the socket, which decides before 2.4.42");
                named.extend(protocols(first.single("sslprotocol")));
            }
        }
        named.sort_by_key(|name| ALL.iter().position(|known| known == name));
        named.dedup();
    }
    let ciphers = host.single("sslciphersuite");
    note(ciphers, "the cipher list in force");
    Some(Tls {
        protocols: Ok(named.iter().map(|name| (*name).to_owned()).collect()),
        ciphers_weak: weak(ciphers),
        session_tickets: host.word("sslsessiontickets").as_deref() != Some("off"),
        // Keys are made at the start or read from a file, and never change by themselves.
        ticket_keys_rotated: false,
        stapling: host.is_on("sslusestapling"),
        stapling_complete: program.main.iter().any(|node| node.name == "sslstaplingcache"),
        related,
    })
}

/// The protocols that a line allows (`SSLProtocol [+|-]name …`); the default is all but SSLv3.
fn protocols(node: Option<&Node>) -> Vec<&'static str> {
    let Some(node) = node else { return ALL[1..].to_vec() };
    let mut on = [false; ALL.len()];
    for word in &node.arguments {
        let (action, name) = match word.split_at_checked(1) {
            Some((sign @ ("+" | "-"), name)) => (sign, name),
            _ => ("", word.as_str()),
        };
        if action.is_empty() {
            on = [false; ALL.len()];
        }
        for (place, known) in on.iter_mut().zip(ALL) {
            // `all` leaves SSLv3 out since 2.4.16 where the library is built without it, which every current one is.
            let is_meant = (name.eq_ignore_ascii_case("all") && known != "SSLv3") || name.eq_ignore_ascii_case(known);
            if is_meant {
                *place = action != "-";
            }
        }
    }
    on.iter().zip(ALL).filter(|(on, _)| **on).map(|(_, name)| name).collect()
}

fn weak(node: Option<&Node>) -> Known<Vec<String>> {
    let Some(node) = node else { return Ok(Vec::new()) };
    // `SSLCipherSuite TLSv1.3 …` names suites of TLS 1.3 only, of which none is weak.
    let list = match node.arguments.as_slice() {
        [protocol, list, ..] if protocol.to_ascii_uppercase().starts_with("SSL") => list,
        [_, _, ..] => return Ok(Vec::new()),
        [list] => list,
        [] => return Ok(Vec::new()),
    };
    if list.starts_with("PROFILE=") || list.contains("${") {
        return Err("the list comes from elsewhere".to_owned());
    }
    Ok(weak_ciphers(list))
}

#[cfg(test)]
mod tests {
    use super::super::tests::nodes;
    use super::*;

    #[test]
    fn protocols_are_added_and_taken_away_in_their_order() {
        let of = |text: &str| protocols(nodes(text).first()).join(" ");
        assert_eq!(of("SSLProtocol all -SSLv3"), "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3");
        assert_eq!(of("SSLProtocol -all +TLSv1.2 +TLSv1.3"), "TLSv1.2 TLSv1.3");
        assert_eq!(of("SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1"), "TLSv1.2 TLSv1.3");
        assert_eq!(of("SSLProtocol TLSv1.2"), "TLSv1.2");
        assert_eq!(of("SSLProtocol +SSLv3"), "SSLv3");
        assert_eq!(protocols(None).len(), 4);
    }
}
