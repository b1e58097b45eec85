//! Where entries go, and what they hold: `log` lines with their levels, formats, captures.

use super::super::served::{ErrorLog, Log};
use super::read::{At, Program, Proxy};
use crate::collect::log_class::{Captured, written_by_haproxy};

const HTTP: &str =
    "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r";
const HTTPS: &str = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %[ssl_c_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc";
const TCP: &str = "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq";
const COMMON: &str = "%ci - - [%trg] %{+Q}r %ST %B %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hr %hs";
/// Without any option an entry says who connected to what, and no more.
const SHORT: &str = "%ci:%cp [%t] %fi:%fp %ft";

/// The logs that requests to a proxy are written to, and where its errors go.
pub(super) fn of(program: &Program, proxy: &Proxy) -> (Vec<Log>, Vec<ErrorLog>) {
    let (name, text, place) = format(proxy);
    let requests = captured(proxy, "request");
    let responses = captured(proxy, "response");
    let variables: Vec<(String, String)> = program.proxies.iter().flat_map(Proxy::all).filter_map(set).collect();
    let captured = Captured {
        requests: &requests,
        responses: &responses,
        cookie: proxy.lines(&["capture", "cookie"]).next().is_some(),
        unique_id: proxy.setting(&["unique-id-format"]).map_or("", |line| line.word(1)),
        variables: &variables,
    };
    let written = written_by_haproxy(&text, &captured);
    let is_silent = |line: &At| line.word(1) == "set-log-level" && line.word(2) == "silent";
    let conditional = proxy.setting(&["option", "dontlog-normal"]).is_some()
        || program.proxies.iter().filter(|one| one.name == proxy.name || !one.listens()).any(|one| {
            one.all()
                .any(|line| matches!(line.word(0), "http-request" | "http-response" | "tcp-request") && is_silent(line))
        });
    let (mut logs, mut errors) = (Vec::new(), Vec::new());
    for line in lines(program, proxy) {
        let target = target(line.word(1));
        let level = level(line);
        // Requests are written at the level info: a line that begins above it gets none.
        if matches!(level, "info" | "debug") {
            logs.push(Log {
                target: target.clone(),
                format: name.clone(),
                written: written.as_ref().map(|(written, _)| written.clone()).ok_or_else(|| REFUSED.to_owned()),
                client_address: written.as_ref().map_or("none", |(_, address)| address),
                conditional,
                location: place.as_ref().unwrap_or(line).location(),
            });
        }
        errors.push(ErrorLog { target, level: level.to_owned(), location: line.location() });
    }
    (logs, errors)
}

const REFUSED: &str = "a log format that HAProxy refuses";

/// The `log` lines in force: `log global` stands for those of the global section, `no log` takes all before it back.
fn lines<'a>(program: &'a Program, proxy: &'a Proxy) -> Vec<&'a At> {
    let mut found: Vec<&At> = Vec::new();
    for line in proxy.all() {
        match (line.word(0), line.word(1)) {
            ("no", "log") => found.clear(),
            ("log", "global") => found.extend(program.global.iter().filter(|line| line.word(0) == "log")),
            ("log", _) => found.push(line),
            _ => {}
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|line| seen.insert((line.word(1).to_owned(), level(line).to_owned())));
    found
}

/// `log ADDRESS [len N] [format F] [sample …] FACILITY [LEVEL [LOWEST]]`
fn level(line: &At) -> &str {
    const LEVELS: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
    let found = line.words.iter().skip(3).find(|word| LEVELS.contains(&word.as_str()));
    found.map_or("info", String::as_str)
}

fn target(address: &str) -> String {
    match address {
        "stdout" | "fd@1" => "/dev/stdout".to_owned(),
        "stderr" | "fd@2" => "/dev/stderr".to_owned(),
        path if path.starts_with('/') => format!("syslog:server=unix:{path}"),
        other => match other.split_once('@') {
            Some(("udp" | "udp4" | "udp6" | "ipv4" | "ipv6" | "tcp" | "tcp4" | "tcp6", address)) => {
                format!("syslog:server={}", crate::collect::limits::cut(address))
            }
            Some(_) => crate::collect::limits::cut(other),
            None => format!("syslog:server={}", crate::collect::limits::cut(other)),
        },
    }
}

/// The format in force: its name, its text, and the line that says it. The last of these lines counts.
fn format(proxy: &Proxy) -> (String, String, Option<At>) {
    let mut found = ("(default)".to_owned(), SHORT.to_owned(), None);
    for line in proxy.all() {
        let of = |name: &str, text: &str| (name.to_owned(), text.to_owned(), Some(line.clone()));
        match (line.word(0), line.word(1), line.word(2)) {
            ("log-format", text, _) => found = of("log-format", text),
            ("option", "httplog", "clf") => found = of("httplog clf", COMMON),
            ("option", "httplog", _) => found = of("httplog", HTTP),
            ("option", "httpslog", _) => found = of("httpslog", HTTPS),
            ("option", "tcplog", _) => found = of("tcplog", TCP),
            _ => {}
        }
    }
    found
}

/// Names of the headers that are captured, in the order of their slots.
fn captured(proxy: &Proxy, kind: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in proxy.all() {
        if line.begins(&["capture", kind, "header"]) {
            names.push(line.word(3).to_owned());
        } else if line.begins(&[if kind == "request" { "http-request" } else { "http-response" }, "capture"]) {
            // A fetch that is captured has a slot of its own; of a header its name counts, of anything else the fetch.
            let fetch = line.word(2);
            let inside = fetch.split_once('(').map(|(_, rest)| rest.split([')', ',']).next().unwrap_or_default());
            names.push(inside.filter(|_| fetch.contains("hdr(")).unwrap_or(fetch).to_owned());
        }
    }
    names
}

/// `http-request set-var(txn.who) http_auth_user`
fn set(line: &At) -> Option<(String, String)> {
    let inside = line.word(1).strip_prefix("set-var(")?;
    Some((inside.split([',', ')']).next()?.to_owned(), line.word(2).to_owned()))
}
