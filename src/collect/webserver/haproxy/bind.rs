//! The sockets of a proxy.

use super::read::{At, Proxy};

/// One address of one `bind` line.
#[derive(Debug, Clone)]
pub(super) struct Bind<'a> {
    pub(super) line: &'a At,
    /// `*:443`, `/run/x.sock`
    pub(super) name: String,
    /// `None` for a socket file or a range that begins elsewhere.
    pub(super) port: Option<u16>,
    pub(super) tls: bool,
}

/// All of them.
pub(super) fn of(proxy: &Proxy) -> Vec<Bind<'_>> {
    let mut found = Vec::new();
    for line in proxy.own(&["bind"]) {
        for address in line.word(1).split(',') {
            let plain = address
                .split_once('@')
                .filter(|(family, _)| family.starts_with("ipv"))
                .map_or(address, |(_, rest)| rest);
            let port = plain.rsplit_once(':').and_then(|(_, port)| port.split('-').next()?.parse().ok());
            let name = match plain.rsplit_once(':') {
                Some(("" | "0.0.0.0" | "[::]" | "::", port)) => format!("*:{port}"),
                _ => plain.to_owned(),
            };
            let name = crate::collect::limits::cut(&name);
            found.push(Bind { line, name, port, tls: line.has("ssl") });
        }
    }
    found
}

/// Whether an address is that of this machine alone.
pub(in crate::collect::webserver) fn is_loopback(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.rsplit('@').next().unwrap_or(host).trim_matches(['[', ']']);
    host == "localhost" || host == "::1" || host.starts_with("127.")
}
