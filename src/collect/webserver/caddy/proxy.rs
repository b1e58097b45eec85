//! `reverse_proxy`: where requests go, over TLS or not, and what it changes of headers.

use serde_json::{Map, Value, json};

use super::handler::operation;
use super::read::Node;

/// The handler of one directive.
pub(super) fn of(words: &[String], node: &Node) -> Value {
    let mut upstreams: Vec<Value> = Vec::new();
    let mut transport: Option<Map<String, Value>> = None;
    let (mut request, mut response) = (Map::new(), Map::new());
    let mut trusted = Vec::new();
    let own = |name: &'static str| node.inside().iter().filter(move |line| line.word(0) == name);
    let named = words.iter().chain(own("to").flat_map(|line| line.words.iter().skip(1)));
    let mut tls = false;
    for word in named {
        let (address, own_tls, versions) = dial(word);
        tls |= own_tls;
        if versions {
            transport = Some(Map::from_iter([
                ("protocol".to_owned(), json!("http")),
                ("versions".to_owned(), json!(["h2c", "2"])),
            ]));
        }
        upstreams.push(json!({ "dial": address }));
    }
    let mut settings = Map::new();
    for line in own("transport") {
        transport.get_or_insert_with(|| Map::from_iter([("protocol".to_owned(), json!(line.word(1)))]));
        for inner in line.inside() {
            match inner.word(0) {
                "tls" => tls = true,
                "tls_insecure_skip_verify" => {
                    settings.insert("insecure_skip_verify".to_owned(), json!(true));
                }
                "tls_server_name" => {
                    settings.insert("server_name".to_owned(), json!(inner.word(1)));
                }
                _ => {}
            }
        }
    }
    if tls || !settings.is_empty() {
        let transport = transport.get_or_insert_with(|| Map::from_iter([("protocol".to_owned(), json!("http"))]));
        transport.insert("tls".to_owned(), Value::Object(settings));
    }
    for line in own("header_up") {
        operation(&mut request, line.words.get(1..).unwrap_or_default(), false);
    }
    for line in own("header_down") {
        operation(&mut response, line.words.get(1..).unwrap_or_default(), false);
    }
    for line in own("trusted_proxies") {
        trusted.extend(line.words.iter().skip(1).cloned());
    }
    let mut found = Map::from_iter([("handler".to_owned(), json!("reverse_proxy"))]);
    let mut headers = Map::new();
    if !request.is_empty() {
        headers.insert("request".to_owned(), Value::Object(request));
    }
    if !response.is_empty() {
        headers.insert("response".to_owned(), Value::Object(response));
    }
    if !headers.is_empty() {
        found.insert("headers".to_owned(), Value::Object(headers));
    }
    if let Some(transport) = transport {
        found.insert("transport".to_owned(), Value::Object(transport));
    }
    if !trusted.is_empty() {
        found.insert("trusted_proxies".to_owned(), json!(trusted));
    }
    if own("handle_response").next().is_some() {
        found.insert("handle_response".to_owned(), json!([]));
    }
    found.insert("upstreams".to_owned(), Value::Array(upstreams));
    Value::Object(found)
}

/// The address that is dialled, whether over TLS, and whether as HTTP/2 without it.
fn dial(word: &str) -> (String, bool, bool) {
    let (scheme, address) = word.split_once("://").unwrap_or(("", word));
    let has_port = address.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && !port.ends_with(']'));
    let whole = match scheme {
        "https" if !has_port => format!("{address}:443"),
        _ if !has_port && !address.starts_with("unix/") => format!("{address}:80"),
        _ => address.to_owned(),
    };
    (whole, scheme == "https", scheme == "h2c")
}
