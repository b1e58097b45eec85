//! Facts of one virtual server: TLS in force on its sockets, plain content, real addresses, what it tells of itself.

use super::kinds::NGINX_SERVER;
use super::location::Matching;
use super::model::{Level, Server, Whole, seen as observation, subject};
use super::socket::{Listen, Socket, listens};
use super::state::State;
use super::version::{OLD_PROTOCOLS_OFF, PROTOCOLS_BY_SERVER, TICKET_KEYS_ROTATE, TLS13_ON};
use crate::model::{Observation, Related, Value};

/// Protocols that no policy allows any more (RFC 8996, RFC 7568).
const OLD: [&str; 4] = ["SSLv2", "SSLv3", "TLSv1", "TLSv1.1"];

/// States what holds of a server, whichever program serves it.
pub(super) fn state(one: &mut Observation, whole: &Whole<'_>, servers: &[Server<'_>], number: usize) {
    let Some(server) = servers.get(number) else { return };
    let listens = listens(server.node);
    let own = server.levels.first().map_or(&server.outer, |level| &level.state);
    one.set("assumed_version", whole.version.to_string());
    let plain = listens.iter().any(|listen| !listen.tls && !listen.socket.starts_with("unix:"));
    one.set("plain", plain);
    if plain {
        one.set("plain_only_redirects", only_redirects(server));
    }
    one.set("real_ip_open", Value::texts(open_sources(own)));
    one.set("version_hidden", own.word("server_tokens").is_some_and(|word| word == "off" || word.is_empty()));
    // nginx answers TRACE with 405 whatever is configured; what it can be told to do more is WebDAV.
    let methods = server.levels.iter().flat_map(|level| level.own("dav_methods")).flat_map(|node| &node.arguments);
    one.set("methods_open", Value::texts(methods.filter(|method| *method != "off").cloned()));
    if listens.iter().any(|listen| listen.tls) {
        tls(one, whole, servers, number, &listens, own);
    }
}

fn tls(
    one: &mut Observation,
    whole: &Whole<'_>,
    servers: &[Server<'_>],
    number: usize,
    listens: &[Listen],
    own: &State<'_>,
) {
    let deciding = deciding(whole, servers, number, listens).unwrap_or(own);
    let named: Vec<String> = match deciding.single("ssl_protocols") {
        Some(node) => {
            one.related.push(Related { location: node.location(), note: "the protocols in force".to_owned() });
            node.arguments.clone()
        }
        None if whole.version >= OLD_PROTOCOLS_OFF => vec!["TLSv1.2".to_owned(), "TLSv1.3".to_owned()],
        None => {
            let newest = (whole.version >= TLS13_ON).then_some("TLSv1.3");
            ["TLSv1", "TLSv1.1", "TLSv1.2"].into_iter().chain(newest).map(str::to_owned).collect()
        }
    };
    one.set("protocols_old", Value::texts(named.iter().filter(|name| OLD.contains(&name.as_str())).cloned()));
    one.set("protocols", Value::texts(named));
    let ciphers = own.word("ssl_ciphers").unwrap_or("HIGH:!aNULL:!MD5");
    if ciphers.contains('$') || ciphers.starts_with("PROFILE=") {
        one.unknown("ciphers_weak", "the list comes from elsewhere");
    } else {
        one.set("ciphers_weak", Value::texts(weak_ciphers(ciphers)));
    }
    if let Some(node) = own.single("ssl_ciphers") {
        one.related.push(Related { location: node.location(), note: "the cipher list in force".to_owned() });
    }
    one.set("session_tickets", own.word("ssl_session_tickets") != Some("off"));
    let shared = own.word("ssl_session_cache").is_some_and(|word| word.starts_with("shared:"));
    let keys = server_directives(servers, number, "ssl_session_ticket_key");
    one.set("ticket_keys_rotated", keys >= 2 || (keys == 0 && shared && whole.version >= TICKET_KEYS_ROTATE));
    let stapling = own.is_on("ssl_stapling");
    one.set("stapling", stapling);
    if stapling {
        one.set("stapling_complete", own.single("resolver").is_some() || own.single("ssl_stapling_file").is_some());
    }
}

/// Whose `ssl_protocols` count: the default server's of its socket, from 1.29.2 on the server's own.
fn deciding<'a>(
    whole: &'a Whole<'_>,
    servers: &'a [Server<'_>],
    number: usize,
    listens: &[Listen],
) -> Option<&'a State<'a>> {
    if whole.version >= PROTOCOLS_BY_SERVER {
        return None;
    }
    let socket = tls_socket(whole, number, listens)?;
    servers.get(socket.default).and_then(|server| server.levels.first()).map(|level| &level.state)
}

fn tls_socket<'a>(whole: &'a Whole<'_>, number: usize, listens: &[Listen]) -> Option<&'a Socket> {
    let names = || listens.iter().filter(|listen| listen.tls).map(|listen| listen.socket.as_str());
    whole.sockets.iter().find(|socket| socket.servers.contains(&number) && names().any(|name| name == socket.name))
}

fn server_directives(servers: &[Server<'_>], number: usize, name: &str) -> usize {
    servers.get(number).and_then(|server| server.levels.first()).map_or(0, |level| level.own(name).count())
}

/// What nginx alone has: settings without effect, slashes that are not merged.
pub(super) fn of_nginx(whole: &Whole<'_>, servers: &[Server<'_>], number: usize) -> Observation {
    let server = &servers[number];
    let mut one =
        observation(NGINX_SERVER, subject(whole.main, &format!("server[{}]", server.name)), server.node, &server.chain);
    let mut idle = Vec::new();
    let listens = listens(server.node);
    if whole.version < PROTOCOLS_BY_SERVER
        && let Some(socket) = tls_socket(whole, number, &listens)
        && socket.default != number
        && let Some(level) = server.levels.first()
        && let Some(node) = level.own("ssl_protocols").next()
    {
        let default = servers.get(socket.default).and_then(|server| server.levels.first());
        let in_force = default.and_then(|level| level.state.single("ssl_protocols")).map(|node| &node.arguments);
        if in_force != Some(&node.arguments) {
            idle.push(format!("ssl_protocols {}", node.arguments.join(" ")));
            level.point_to(&mut one, node);
            if let Some(default) = default {
                let note = "the default server of the socket, which decides".to_owned();
                one.related.push(Related { location: default.place.location(), note });
            }
        }
    }
    one.set("settings_without_effect", Value::texts(idle));
    let guards = server.levels.iter().any(|level| {
        matches!(level.matching, Some(Matching::Prefix(..))) && super::access::of(&level.state).is_restricted()
    });
    let own = server.levels.first().map_or(&server.outer, |level| &level.state);
    one.set("slashes_open", guards && own.word("merge_slashes") == Some("off"));
    if let Some(node) = own.single("merge_slashes") {
        one.related.push(Related { location: node.location(), note: "slashes are not merged here".to_owned() });
    }
    one
}

/// Whether everything that a server answers is a redirect to HTTPS or a refusal. What an ACME client needs is left aside.
fn only_redirects(server: &Server<'_>) -> bool {
    let whole = server.levels.first().is_some_and(|level| redirects_or_refuses(level));
    // A return of the server itself comes before any location is looked for.
    if whole {
        return true;
    }
    let locations = || server.levels.iter().skip(1).filter(|level| level.parent == Some(0) && !level.is_if);
    let covers_all = locations().any(|level| matches!(&level.matching, Some(Matching::Prefix(path, _)) if path == "/"));
    covers_all && locations().all(|level| is_acme(level) || redirects_or_refuses(level))
}

fn is_acme(level: &Level<'_>) -> bool {
    matches!(&level.matching, Some(Matching::Prefix(path, _)) if path.starts_with("/.well-known/acme-challenge"))
}

fn redirects_or_refuses(level: &Level<'_>) -> bool {
    level.own("return").any(|node| {
        let target = node.arguments.get(1).or_else(|| node.arguments.first()).map_or("", String::as_str);
        node.arguments.first().is_some_and(|code| code.starts_with('4')) || target.starts_with("https://")
    }) || level.own("rewrite").any(|node| {
        node.arguments.get(1).is_some_and(|target| target.starts_with("https://"))
            && node.arguments.first().is_some_and(|pattern| {
                ["^", ".*", "^(.*)$", "^(.*)", "(.*)", "^/(.*)$", "^/(.*)"].contains(&pattern.as_str())
            })
    })
}

/// Sources of the real address that are everybody.
fn open_sources(state: &State<'_>) -> Vec<String> {
    let is_open = |source: &str| source == "all" || source.ends_with("/0");
    state.proxies.iter().map(|rule| rule.source.clone()).filter(|source| is_open(source)).collect()
}

/// Words of OpenSSL's cipher lists that stand for suites without encryption, without authentication or with broken ciphers.
const WEAK: [&str; 17] = [
    "NULL",
    "ENULL",
    "ANULL",
    "EXPORT",
    "EXP",
    "LOW",
    "DES",
    "3DES",
    "RC4",
    "RC2",
    "IDEA",
    "SEED",
    "MD5",
    "ADH",
    "AECDH",
    "MEDIUM",
    "COMPLEMENTOFALL",
];

/// The items of a cipher list that let a weak suite in and are not taken out again.
pub(super) fn weak_ciphers(list: &str) -> Vec<String> {
    let items: Vec<&str> = list.split([':', ',', ' ']).filter(|item| !item.is_empty()).collect();
    let out: Vec<String> =
        items.iter().filter_map(|item| item.strip_prefix('!')).map(str::to_ascii_uppercase).collect();
    let is_out = |word: &str| {
        out.iter().any(|one| one == word)
            || (matches!(word, "ADH" | "AECDH") && out.iter().any(|one| one == "ANULL"))
            || (word == "ENULL" && out.iter().any(|one| one == "NULL"))
            || (word == "NULL" && out.iter().any(|one| one == "ENULL"))
    };
    let mut found = Vec::new();
    for item in items.iter().filter(|item| !item.starts_with(['!', '-', '+', '@'])) {
        let upper = item.to_ascii_uppercase();
        let parts: Vec<&str> = upper.split(['-', '+', '_']).collect();
        let weak = parts.iter().any(|part| {
            let word = if *part == "CBC3" { "3DES" } else { part };
            WEAK.contains(&word) && !is_out(word)
        });
        // DES-CBC3-SHA is 3DES, and taken out by !3DES; its part DES is then no fault of its own.
        let is_triple_out = parts.contains(&"CBC3") && is_out("3DES");
        let all_open = upper == "ALL" && !is_out("ANULL");
        if (weak && !is_triple_out) || all_open {
            found.push((*item).to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_items_of_a_cipher_list_are_found() {
        for (list, wanted) in [
            ("HIGH:!aNULL:!MD5", vec![]),
            ("ALL", vec!["ALL"]),
            ("ALL:!aNULL:!eNULL", vec![]),
            ("ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA:DES-CBC3-SHA", vec!["RC4-SHA", "DES-CBC3-SHA"]),
            ("DES-CBC3-SHA:!3DES", vec![]),
            ("HIGH:MEDIUM:!RC4", vec!["MEDIUM"]),
            ("ADH-AES256-SHA:!aNULL", vec![]),
            ("kEECDH+AES:-RC4", vec![]),
        ] {
            assert_eq!(weak_ciphers(list), wanted, "{list}");
        }
    }
}
