//! A declared path or port of administration on one server: from where it is let in.

use super::access;
use super::location::Matching;
use super::model::{Level, METHOD, Server, Whole, subject};
use super::routing::{Answer, answering};
use crate::model::{FieldSpec, FieldType, KindSpec, Observation, Value};

pub(super) const ADMIN_PATH: &str = "web-admin-path";

/// The kind.
pub(super) const KIND: KindSpec = KindSpec {
    name: ADMIN_PATH,
    subject: "file:PATH#server[NAME]/admin[PATH]",
    en: "one declared path or port of administration on one server, and from where it is let in",
    ja: "宣言された管理用のパス・ポートと、許可された接続元",
    fields: &[
        field("path", FieldType::Text, "as declared", "宣言されたパスまたはポート"),
        field("location", FieldType::Text, "the location that answers it", "応答するロケーション"),
        field(
            "sources",
            FieldType::Texts,
            "addresses and networks that are let in; all where no rule refuses the others",
            "許可された接続元(他を拒否していなければall)",
        ),
        field(
            "password",
            FieldType::Bool,
            "a password, token or client certificate is asked for as well",
            "認証も求める",
        ),
    ],
};

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// Directives by which a level hands requests on to a program.
const PROGRAMS: [&str; 6] = ["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"];

/// Observes one; `None` where the server has no level of its own for it, so that nothing of it is known here.
pub(super) fn seen(whole: &Whole<'_>, server: &Server<'_>, declared: &str) -> Option<Observation> {
    let path = match declared.strip_prefix(':') {
        Some(rest) => {
            let (port, path) = rest.split_once('/').map_or((rest, ""), |(port, path)| (port, path));
            if !listens(server, port) {
                return None;
            }
            format!("/{path}")
        }
        None => match declared.split_once('/') {
            Some(("", _)) => declared.to_owned(),
            // HOST/PATH speaks of the servers of that name alone.
            Some((host, path)) if is_named(server, host) => format!("/{path}"),
            _ => return None,
        },
    };
    let by_port = declared.starts_with(':');
    let level = match answering(&server.levels, &whole.patterns, &path) {
        Answer::Level(number) => server.levels.get(number)?,
        Answer::Open => {
            let mut one = new(whole, server, declared, server.node.location());
            for field in ["location", "sources", "password"] {
                one.unknown(field, "a regular expression that cannot be evaluated here may answer this path");
            }
            return Some(one);
        }
    };
    if level.returns_only || !(by_port || is_of_its_own(level)) {
        return None;
    }
    let mut one = new(whole, server, declared, level.place.location());
    let rules = access::of(&level.state);
    let sources: Vec<&str> = if rules.closed {
        Vec::new()
    } else if rules.limited {
        let before = level.state.rules.iter().take_while(|rule| rule.allows || rule.source != "all");
        before.filter(|rule| rule.allows).map(|rule| rule.source.as_str()).collect()
    } else {
        vec!["all"]
    };
    // With `satisfy any` a password opens the path to every address.
    let any = level.state.word("satisfy") == Some("any") && rules.password;
    one.set("location", level.name.as_str());
    one.set("sources", Value::texts(if any { vec!["all"] } else { sources }));
    one.set("password", rules.password && !rules.password_skipped);
    Some(one)
}

fn new(whole: &Whole<'_>, server: &Server<'_>, declared: &str, place: crate::model::Location) -> Observation {
    let subject = subject(whole.main, &format!("server[{}]/admin[{declared}]", server.name));
    let mut one = Observation::new(ADMIN_PATH, subject, place, METHOD);
    one.set("path", declared);
    one
}

/// A location that names more than `/`, or one that hands every path on to a program.
fn is_of_its_own(level: &Level<'_>) -> bool {
    let named = match &level.matching {
        Some(Matching::Prefix(path, _) | Matching::Exact(path)) => path != "/",
        Some(Matching::Pattern(..)) => true,
        Some(Matching::Named(_)) | None => false,
    };
    named || PROGRAMS.iter().any(|name| level.own(name).next().is_some())
}

fn is_named(server: &Server<'_>, host: &str) -> bool {
    let names = server.node.block.iter().flatten().filter(|node| node.name == "server_name");
    names.flat_map(|node| &node.arguments).any(|name| name.eq_ignore_ascii_case(host))
}

fn listens(server: &Server<'_>, port: &str) -> bool {
    let listens = server.node.block.iter().flatten().filter(|node| node.name == "listen");
    let mut listens = listens.filter_map(|node| node.arguments.first()).peekable();
    // Without a listen nginx takes port 80 (ngx_http_core_module, listen).
    if listens.peek().is_none() {
        return port == "80";
    }
    listens.any(|listen| match listen.rsplit_once(':') {
        Some((_, end)) if !end.ends_with(']') => end == port,
        _ => listen == port || (port == "80" && listen.parse::<u16>().is_err()),
    })
}
