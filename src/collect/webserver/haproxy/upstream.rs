//! The servers of a backend: over TLS or not, verified or not, and whether the client chooses them.

use std::collections::BTreeSet;

use super::super::served::Upstream;
use super::read::{At, Program, Proxy};

/// All servers of a backend.
pub(super) fn of(program: &Program, backend: &Proxy) -> Vec<Upstream> {
    let mut defaults: Vec<&At> =
        program.global.iter().filter(|line| line.word(0) == "ssl-default-server-options").collect();
    let unverified = program.global("ssl-server-verify").is_some_and(|line| line.word(1) == "none");
    let chosen: BTreeSet<String> = backend
        .lines(&["http-request", "set-dst"])
        .map(|line| line.word(2))
        .filter(|fetch| {
            ["hdr", "req.hdr", "url", "query", "cook", "req.cook", "var"].iter().any(|own| fetch.starts_with(own))
        })
        .map(|fetch| format!("%[{}]", crate::collect::limits::cut(fetch)))
        .collect();
    let mut found = Vec::new();
    for line in backend.all() {
        if line.word(0) == "default-server" {
            defaults.push(line);
        }
        if !matches!(line.word(0), "server" | "server-template") {
            continue;
        }
        let with_defaults = || defaults.iter().copied().chain([line]);
        let tls = with_defaults().fold(false, |on, line| (on || line.has("ssl")) && !line.has("no-ssl"));
        let verify = with_defaults().rev().find_map(|line| line.behind("verify"));
        let address = line.word(if line.word(0) == "server" { 2 } else { 3 });
        found.push(Upstream {
            locus: format!("/backend[{}]/server[{}]/upstream", backend.name, line.word(1)),
            place: line.place(),
            tls,
            verified: tls && verify.map_or(!unverified, |word| word == "required"),
            chosen_by_client: chosen.clone(),
            host: host_of(address),
        });
    }
    found
}

/// The host of `192.0.2.1:443`, `ipv6@[2001:db8::1]:80`, `app.example.jp`.
fn host_of(address: &str) -> Result<String, String> {
    let plain = address.split_once('@').map_or(address, |(_, rest)| rest);
    if address.starts_with(['/', '@'])
        || ["unix@", "abns@", "fd@", "sockpair@"].iter().any(|kind| address.starts_with(kind))
    {
        return Err("a socket, a group or a variable".to_owned());
    }
    let host = match plain.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => plain.split(':').next().unwrap_or(plain),
    };
    if host.contains('$') || host.is_empty() {
        return Err("a socket, a group or a variable".to_owned());
    }
    Ok(crate::collect::limits::cut(&host.to_ascii_lowercase()))
}
