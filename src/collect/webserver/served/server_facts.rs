//! Servers, their upstreams and sockets -> observations.

use super::super::kinds::{SERVER, SOCKET, UPSTREAM};
use super::{Server, Socket, observed, put};
use crate::model::{Observation, Value};

/// Protocols that no policy allows any more (RFC 8996, RFC 7568).
const OLD: [&str; 4] = ["SSLv2", "SSLv3", "TLSv1", "TLSv1.1"];

/// The observations of one server and of where it passes requests on to.
pub(super) fn observe(server: &Server, main: &str, observations: &mut Vec<Observation>) {
    let locus = format!("server[{}]", server.name);
    let mut one = observed(SERVER, main, &locus, &server.place);
    one.set("names", Value::texts(server.names.iter().map(String::as_str)));
    one.set("listens", Value::texts(server.listens.iter().map(String::as_str)));
    one.set("tls", server.tls.is_some());
    one.set("assumed_version", server.version.as_str());
    one.set("plain", server.plain);
    if server.plain {
        put(&mut one, "plain_only_redirects", server.plain_only_redirects.clone());
    }
    one.set("real_ip_open", Value::texts(server.real_ip_open.iter().map(String::as_str)));
    put(&mut one, "version_hidden", server.version_hidden.clone());
    one.set("methods_open", Value::texts(server.methods_open.iter().map(String::as_str)));
    if let Some(tls) = &server.tls {
        match &tls.protocols {
            Ok(protocols) => {
                let old = protocols.iter().map(String::as_str).filter(|name| OLD.contains(name));
                one.set("protocols_old", Value::texts(old));
                one.set("protocols", Value::texts(protocols.iter().map(String::as_str)));
            }
            Err(reason) => {
                one.unknown("protocols", reason.clone()).unknown("protocols_old", reason.clone());
            }
        }
        put(&mut one, "ciphers_weak", tls.ciphers_weak.clone().map(Value::texts));
        one.set("session_tickets", tls.session_tickets);
        one.set("ticket_keys_rotated", tls.ticket_keys_rotated);
        one.set("stapling", tls.stapling);
        if tls.stapling {
            one.set("stapling_complete", tls.stapling_complete);
        }
        one.related.extend(tls.related.iter().cloned());
    }
    observations.push(one);
    for upstream in &server.upstreams {
        let mut one = observed(UPSTREAM, main, &format!("{locus}{}", upstream.locus), &upstream.place);
        one.set("tls", upstream.tls).set("verified", upstream.verified);
        one.set("chosen_by_client", Value::texts(upstream.chosen_by_client.iter().map(String::as_str)));
        put(&mut one, "host", upstream.host.clone());
        observations.push(one);
    }
}

/// The observation of one socket.
pub(super) fn socket(socket: &Socket, main: &str) -> Observation {
    let mut one = observed(SOCKET, main, &format!("socket[{}]", socket.name), &socket.place);
    one.set("tls", socket.tls);
    one.set("servers", Value::texts(socket.servers.iter().map(String::as_str)));
    one.set("default", socket.default.as_str());
    put(&mut one, "unknown_names", socket.unknown_names.clone());
    one
}
