//! Directives of a Caddyfile -> handlers as Caddy's own JSON has them (modules of http.handlers). Passwords and their hashes stay behind.

use serde_json::{Map, Value, json};

use super::read::Node;

/// A matcher in place of the directive's own, and handlers.
pub(super) type Built = Vec<(Option<Value>, Vec<Value>)>;

/// The handlers of a directive. What is not read here is there under its own name.
pub(super) fn of(directive: &str, words: &[String], node: &Node) -> Built {
    let word = |number: usize| words.get(number).map_or("", String::as_str);
    let plain = |handler: Value| vec![(None, vec![handler])];
    match directive {
        "root" => plain(json!({ "handler": "vars", "root": word(0) })),
        "header" => vec![(None, headers(words, node))],
        "request_header" => plain(request_header(words)),
        "redir" => plain(redirect(words)),
        "respond" => plain(respond(words, node)),
        "error" => plain(error(words)),
        "abort" => plain(json!({ "abort": true, "handler": "static_response" })),
        "rewrite" => plain(json!({ "handler": "rewrite", "uri": expanded(word(0)) })),
        "method" => plain(json!({ "handler": "rewrite", "method": word(0) })),
        "uri" => plain(match word(0) {
            "strip_prefix" => json!({ "handler": "rewrite", "strip_path_prefix": word(1) }),
            "strip_suffix" => json!({ "handler": "rewrite", "strip_path_suffix": word(1) }),
            _ => json!({ "handler": "rewrite", "uri_substring": [{ "find": word(1), "replace": word(2) }] }),
        }),
        "try_files" => {
            let files: Vec<String> = words.iter().map(|word| expanded(word)).collect();
            let matcher = json!({ "file": { "try_files": files } });
            vec![(Some(matcher), vec![json!({ "handler": "rewrite", "uri": "{http.matchers.file.relative}" })])]
        }
        "basicauth" | "basic_auth" => {
            let accounts: Vec<Value> = node.inside().iter().map(|line| json!({ "username": line.word(0) })).collect();
            plain(json!({ "handler": "authentication", "providers": { "http_basic": { "accounts": accounts } } }))
        }
        "request_body" => {
            let size = node.inside().iter().find(|line| line.word(0) == "max_size").map(|line| bytes(line.word(1)));
            plain(json!({ "handler": "request_body", "max_size": size }))
        }
        "encode" => plain(json!({ "handler": "encode", "encodings": words })),
        "metrics" | "push" | "templates" | "tracing" | "skip_log" | "log_skip" => {
            plain(json!({ "handler": directive }))
        }
        "vars" => plain(json!({ "handler": "vars", word(0): word(1) })),
        "map" => plain(json!({ "handler": "map", "source": expanded(word(0)) })),
        "file_server" => plain(file_server(words, node)),
        "reverse_proxy" => plain(super::proxy::of(words, node)),
        "php_fastcgi" => {
            let upstreams: Vec<Value> = words.iter().map(|word| json!({ "dial": word })).collect();
            plain(json!({ "handler": "reverse_proxy", "transport": { "protocol": "fastcgi" }, "upstreams": upstreams }))
        }
        other => plain(json!({ "handler": other })),
    }
}

/// Short placeholders in full (Caddy documentation, Caddyfile concepts, Placeholders).
pub(super) fn expanded(text: &str) -> String {
    const NAMES: [(&str, &str); 12] = [
        ("{host}", "{http.request.host}"),
        ("{hostport}", "{http.request.hostport}"),
        ("{port}", "{http.request.port}"),
        ("{method}", "{http.request.method}"),
        ("{path}", "{http.request.uri.path}"),
        ("{query}", "{http.request.uri.query}"),
        ("{uri}", "{http.request.uri}"),
        ("{scheme}", "{http.request.scheme}"),
        ("{remote}", "{http.request.remote}"),
        ("{remote_host}", "{http.request.remote.host}"),
        ("{upstream_hostport}", "{http.reverse_proxy.upstream.hostport}"),
        ("{file}", "{http.request.uri.path.file}"),
    ];
    let mut text = text.to_owned();
    for (short, whole) in NAMES {
        text = text.replace(short, whole);
    }
    for (short, whole) in [
        ("{header.", "{http.request.header."),
        ("{query.", "{http.request.uri.query."),
        ("{cookie.", "{http.request.cookie."),
        ("{re.", "{http.regexp."),
    ] {
        text = text.replace(short, whole);
    }
    text
}

/// `header [+|-|?|>]FIELD [VALUE|FIND] [REPLACE]`, and the same as lines of a block.
fn headers(words: &[String], node: &Node) -> Vec<Value> {
    let mut response = Map::new();
    let mut apart = Vec::new();
    let lines = node.inside().iter().map(|line| line.words.as_slice());
    for line in std::iter::once(words).chain(lines) {
        let Some(field) = line.first() else { continue };
        if field == "defer" {
            response.insert("deferred".to_owned(), json!(true));
            continue;
        }
        if let Some(name) = field.strip_prefix('?') {
            let value = expanded(line.get(1).map_or("", String::as_str));
            apart.push(json!({ "handler": "headers", "response": { "require": { "headers": { name: null } }, "set": { name: [value] } } }));
            continue;
        }
        operation(&mut response, line, true);
    }
    let mut found = Vec::new();
    if !response.is_empty() {
        found.push(json!({ "handler": "headers", "response": response }));
    }
    found.extend(apart);
    found
}

/// One change of headers.
pub(super) fn operation(into: &mut Map<String, Value>, line: &[String], is_response: bool) {
    let Some(field) = line.first() else { return };
    let value = |number: usize| expanded(line.get(number).map_or("", String::as_str));
    let mut put = |kind: &str, name: &str, value: Value| {
        let map = into.entry(kind).or_insert_with(|| json!({}));
        if let Some(map) = map.as_object_mut() {
            let list = map.entry(name).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                if kind == "set" {
                    list.clear();
                }
                list.push(value);
            }
        }
    };
    if let Some(name) = field.strip_prefix('-') {
        let list = into.entry("delete").or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(json!(name));
        }
        if is_response {
            into.insert("deferred".to_owned(), json!(true));
        }
    } else if let Some(name) = field.strip_prefix('+') {
        put("add", name, json!(value(1)));
    } else if let Some(name) = field.strip_prefix('>') {
        put("set", name, json!(value(1)));
        into.insert("deferred".to_owned(), json!(true));
    } else if line.len() > 2 {
        put("replace", field, json!({ "replace": value(2), "search_regexp": value(1) }));
    } else {
        put("set", field, json!(value(1)));
    }
}

fn request_header(words: &[String]) -> Value {
    let mut request = Map::new();
    operation(&mut request, words, false);
    json!({ "handler": "headers", "request": request })
}

fn redirect(words: &[String]) -> Value {
    let to = expanded(words.first().map_or("", String::as_str));
    let code = match words.get(1).map_or("", String::as_str) {
        "" | "temporary" => 302,
        "permanent" => 301,
        "html" => return json!({ "body": "html", "handler": "static_response", "status_code": 200 }),
        other => other.parse().unwrap_or(302),
    };
    json!({ "handler": "static_response", "headers": { "Location": [to] }, "status_code": code })
}

fn is_status(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn respond(words: &[String], node: &Node) -> Value {
    let mut found = Map::from_iter([("handler".to_owned(), json!("static_response"))]);
    let (body, status) = match words {
        [status] if is_status(status) => (None, Some(status)),
        [body] => (Some(body), None),
        [body, status, ..] => (Some(body), Some(status)),
        [] => (None, None),
    };
    if let Some(body) = body {
        found.insert("body".to_owned(), json!(expanded(body)));
    }
    if let Some(status) = status {
        found.insert(
            "status_code".to_owned(),
            status.parse::<u16>().map_or_else(|_| json!(status), |number| json!(number)),
        );
    }
    if node.inside().iter().any(|line| line.word(0) == "close") {
        found.insert("close".to_owned(), json!(true));
    }
    Value::Object(found)
}

fn error(words: &[String]) -> Value {
    let mut found = Map::from_iter([("handler".to_owned(), json!("error"))]);
    let (message, status) = match words {
        [status] if is_status(status) => (None, status.as_str()),
        [message] => (Some(message), "500"),
        [message, status, ..] => (Some(message), status.as_str()),
        [] => (None, "500"),
    };
    if let Some(message) = message {
        found.insert("error".to_owned(), json!(message));
    }
    found.insert("status_code".to_owned(), json!(status.parse::<u16>().unwrap_or(500)));
    Value::Object(found)
}

fn file_server(words: &[String], node: &Node) -> Value {
    let mut found = Map::from_iter([("handler".to_owned(), json!("file_server"))]);
    if words.first().is_some_and(|word| word == "browse") {
        found.insert("browse".to_owned(), json!({}));
    }
    for line in node.inside() {
        let rest = line.words.get(1..).unwrap_or_default();
        match line.word(0) {
            "browse" => found.insert("browse".to_owned(), json!({})),
            "root" => found.insert("root".to_owned(), json!(line.word(1))),
            "hide" => found.insert("hide".to_owned(), json!(rest)),
            "index" => found.insert("index_names".to_owned(), json!(rest)),
            "pass_thru" => found.insert("pass_thru".to_owned(), json!(true)),
            _ => None,
        };
    }
    Value::Object(found)
}

/// `10MB`, `1GiB`, `512` in bytes.
pub(super) fn bytes(text: &str) -> i64 {
    let lower = text.trim().to_ascii_lowercase();
    let end = lower.find(|character: char| !character.is_ascii_digit()).unwrap_or(lower.len());
    let number: i64 = lower[..end].parse().unwrap_or(0);
    let factor = match lower[end..].trim().trim_end_matches('b') {
        "k" => 1_000,
        "m" => 1_000_000,
        "g" => 1_000_000_000,
        "ki" => 1_024,
        "mi" => 1_048_576,
        "gi" => 1_073_741_824,
        _ => 1,
    };
    number.saturating_mul(factor)
}
