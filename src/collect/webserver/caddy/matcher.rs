//! Matchers of a Caddyfile -> matcher sets as Caddy's own JSON has them (modules of http.matchers).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::read::Node;

/// What `private_ranges` stands for.
const PRIVATE: [&str; 6] = ["192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8", "127.0.0.1/8", "fd00::/8", "::1"];

/// Named matchers of a block.
pub(super) type Matchers = BTreeMap<String, Value>;

/// The matchers that a block defines.
pub(super) fn named(nodes: &[Node]) -> Matchers {
    let mut found = Matchers::new();
    for node in nodes.iter().filter(|node| node.word(0).starts_with('@')) {
        let mut set = Map::new();
        if node.words.len() > 1 {
            one(&mut set, &node.words[1..], node.inside());
        } else {
            for line in node.inside() {
                one(&mut set, &line.words, line.inside());
            }
        }
        found.insert(node.word(0).to_owned(), Value::Object(set));
    }
    found
}

fn one(set: &mut Map<String, Value>, words: &[String], block: &[Node]) {
    let name = words.first().map_or("", String::as_str);
    let rest = words.get(1..).unwrap_or_default();
    match name {
        "host" | "path" | "method" => extend(set, name, rest),
        "protocol" => {
            set.insert(name.to_owned(), json!(rest.first()));
        }
        "query" | "header" => {
            let pairs: Vec<(String, String)> = if name == "query" {
                let pair = |word: &String| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
                rest.iter().filter_map(pair).collect()
            } else {
                rest.first()
                    .map(|field| (field.clone(), rest.get(1).cloned().unwrap_or_default()))
                    .into_iter()
                    .collect()
            };
            let map = set.entry(name).or_insert_with(|| json!({}));
            for (key, value) in pairs {
                if let Some(list) = map.as_object_mut() {
                    let list = list.entry(key).or_insert_with(|| json!([]));
                    if let Some(list) = list.as_array_mut() {
                        list.push(Value::from(value));
                    }
                }
            }
        }
        "path_regexp" | "header_regexp" => {
            let (label, rest) = match (name, rest) {
                ("path_regexp", [label, pattern]) => (Some(label), vec![pattern]),
                ("path_regexp", [pattern]) => (None, vec![pattern]),
                ("header_regexp", [label, field, pattern]) => (Some(label), vec![field, pattern]),
                (_, rest) => (None, rest.iter().collect()),
            };
            let mut inner = Map::new();
            if let Some(label) = label {
                inner.insert("name".to_owned(), json!(label));
            }
            inner.insert("pattern".to_owned(), json!(rest.last()));
            let value = match (name, rest.first()) {
                ("header_regexp", Some(field)) => json!({ (*field).clone(): inner }),
                _ => Value::Object(inner),
            };
            set.insert(name.to_owned(), value);
        }
        "remote_ip" | "client_ip" => {
            let forwarded = rest.first().is_some_and(|word| word == "forwarded");
            let ranges: Vec<String> = rest
                .iter()
                .filter(|word| *word != "forwarded")
                .flat_map(|word| match word.as_str() {
                    "private_ranges" => PRIVATE.iter().map(|range| (*range).to_owned()).collect(),
                    other => vec![other.to_owned()],
                })
                .collect();
            let value =
                if forwarded { json!({ "forwarded": true, "ranges": ranges }) } else { json!({ "ranges": ranges }) };
            set.insert(name.to_owned(), value);
        }
        "not" => {
            let mut inner = Map::new();
            if !rest.is_empty() {
                one(&mut inner, rest, block);
            }
            if rest.is_empty() {
                for line in block {
                    one(&mut inner, &line.words, line.inside());
                }
            }
            let list = set.entry("not").or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(Value::Object(inner));
            }
        }
        "expression" => {
            set.insert(name.to_owned(), json!(rest.join(" ")));
        }
        other => {
            // What is not read here is there under its name, so that nothing is concluded from the set.
            set.insert(other.to_owned(), json!({ "words": rest }));
        }
    }
}

fn extend(set: &mut Map<String, Value>, name: &str, words: &[String]) {
    let list = set.entry(name).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.extend(words.iter().map(|word| Value::from(word.as_str())));
    }
}

/// The matcher set that a directive's first word stands for, and whether it is one: `*`, `/path`, `@name`.
pub(super) fn token(word: &str, matchers: &Matchers) -> Option<Option<Value>> {
    if word == "*" {
        return Some(None);
    }
    if word.starts_with('/') {
        return Some(Some(json!({ "path": [word] })));
    }
    word.starts_with('@').then(|| Some(matchers.get(word).cloned().unwrap_or_else(|| json!({ "undefined": word }))))
}
