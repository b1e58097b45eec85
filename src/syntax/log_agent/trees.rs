//! Settings of agents that are trees: YAML, and the part of TOML that vector's files use.

use std::collections::{BTreeMap, BTreeSet};

use super::sections::add;
use super::{Agent, Sending, is_local, is_on};
use crate::syntax::yaml::{Entry, Node, Yaml, documents};

/// Reads a file of YAML; a file that is none has one fault.
fn read(text: &str, of: impl Fn(&Yaml, &mut Agent)) -> Agent {
    let mut agent = Agent::default();
    match documents(text) {
        Ok(trees) => trees.iter().for_each(|tree| of(tree, &mut agent)),
        Err(fault) => agent.faults.push((fault.line, "it is no YAML".to_owned())),
    }
    agent
}

/// The value of a path of which every dot may also stand inside one key (`ssl.verification_mode`).
fn dotted<'a>(tree: &'a Yaml, path: &str) -> Option<&'a Yaml> {
    if let Some(value) = tree.at(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(at, _)| dotted(tree.at(&path[..at])?, &path[at + 1..]))
}

fn flag(tree: &Yaml, path: &str) -> Option<bool> {
    dotted(tree, path)?.scalar().map(|word| is_on(&word))
}

fn text<'a>(tree: &'a Yaml, path: &str) -> Option<&'a str> {
    dotted(tree, path)?.text()
}

/// fluent-bit's settings in YAML.
#[must_use]
pub fn fluent_bit_yaml(text: &str) -> Agent {
    read(text, |tree, agent| {
        agent.includes.extend(tree.at("includes").map(Yaml::texts).unwrap_or_default());
        for (part, section) in [("inputs", "INPUT"), ("outputs", "OUTPUT")] {
            for one in tree.path(&["pipeline", part]).map(Yaml::items).unwrap_or_default() {
                let keys = one
                    .entries()
                    .iter()
                    .filter_map(|entry| Some((entry.key.to_ascii_lowercase(), entry.value.scalar()?)));
                add(section, one.line, &keys.collect(), agent);
            }
        }
    })
}

/// vector's settings in YAML or JSON.
#[must_use]
pub fn vector(text: &str) -> Agent {
    read(text, vector_tree)
}

fn vector_tree(tree: &Yaml, agent: &mut Agent) {
    for source in tree.at("sources").map(Yaml::entries).unwrap_or_default() {
        agent.follows.extend(source.value.at("include").map(Yaml::texts).unwrap_or_default());
    }
    for Entry { key, line, value: sink, .. } in tree.at("sinks").map(Yaml::entries).unwrap_or_default() {
        let kind = text(sink, "type").unwrap_or_default();
        if is_local(kind) {
            continue;
        }
        let places = ["endpoints", "endpoint", "uri", "address", "host", "bootstrap_servers", "url"];
        let named = places.iter().find_map(|place| dotted(sink, place)).map(Yaml::texts);
        let named = named.unwrap_or_default();
        let tls = flag(sink, "tls.enabled").unwrap_or(false);
        // Whoever switches one of the two off believes anybody.
        let verified =
            flag(sink, "tls.verify_certificate").unwrap_or(true) && flag(sink, "tls.verify_hostname").unwrap_or(true);
        for place in named.iter().flat_map(|named| named.split(',')) {
            let mut sending = Sending::to(key, place, *line, Some(tls), Some(verified));
            sending.port = sending.port.or_else(|| dotted(sink, "port")?.scalar());
            agent.sendings.push(sending);
        }
        if named.is_empty() {
            agent.sendings.push(Sending::of_type(key, kind, *line));
        }
    }
}

/// vector's settings in TOML: tables, arrays of one line or several, strings, numbers and booleans.
#[must_use]
pub fn vector_toml(text: &str) -> Agent {
    let mut agent = Agent::default();
    let mut flat: BTreeMap<Vec<String>, (Node, u32)> = BTreeMap::new();
    let mut table: Vec<String> = Vec::new();
    let mut lines = (1_u32..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        if let Some(name) =
            line.strip_prefix('[').and_then(|line| line.strip_suffix(']')).filter(|_| !line.contains('='))
        {
            table = words(name.trim_start_matches('[').trim_end_matches(']'));
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            agent.faults.push((number, "a line that is not understood".to_owned()));
            continue;
        };
        let mut value = value.trim().to_owned();
        // An array, or a text of several lines, goes on until it is closed.
        let is_open = |value: &str| {
            (value.starts_with('[') && !value.ends_with(']'))
                || ["\"\"\"", "'''"].iter().any(|quote| value.matches(quote).count() == 1)
        };
        while is_open(&value) {
            let Some((_, more)) = lines.next() else { break };
            let more = if value.starts_with('[') { without_comment(more) } else { more };
            value.push(' ');
            value.push_str(more.trim());
        }
        let path = table.iter().cloned().chain(words(key)).collect();
        flat.insert(path, (scalar(&value), number));
    }
    vector_tree(&tree(&flat), &mut agent);
    agent
}

fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, sign) in line.char_indices() {
        match (quote, sign) {
            (None, '#') => return &line[..at],
            (None, '"' | '\'') => quote = Some(sign),
            (Some(open), sign) if open == sign => quote = None,
            _ => {}
        }
    }
    line
}

fn words(name: &str) -> Vec<String> {
    name.split('.').map(|word| word.trim().trim_matches(['"', '\'']).to_owned()).collect()
}

fn scalar(value: &str) -> Node {
    let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    match value {
        "true" | "false" => Node::Bool(value == "true"),
        _ if value.starts_with('[') => {
            let inside = value.trim_start_matches('[').trim_end_matches(']');
            let items = inside.split(',').map(bare).filter(|item| !item.is_empty());
            Node::List(items.map(|item| Yaml { node: Node::Text(item), ..Yaml::default() }).collect())
        }
        _ => value.parse::<i64>().map_or_else(|_| Node::Text(bare(value)), Node::Integer),
    }
}

/// Nested mappings out of paths that are in order.
fn tree(flat: &BTreeMap<Vec<String>, (Node, u32)>) -> Yaml {
    let mut root = Yaml { node: Node::Map(Vec::new()), ..Yaml::default() };
    for (path, (node, line)) in flat {
        let mut at = &mut root;
        for (depth, key) in path.iter().enumerate() {
            if !matches!(at.node, Node::Map(_)) {
                at.node = Node::Map(Vec::new());
            }
            let Node::Map(entries) = &mut at.node else { break };
            let place = match entries.iter().position(|entry| entry.key == *key) {
                Some(place) => place,
                None => {
                    let value = Yaml { line: *line, ..Yaml::default() };
                    entries.push(Entry { key: key.clone(), line: *line, column: 1, value });
                    entries.len() - 1
                }
            };
            at = &mut entries[place].value;
            if depth + 1 == path.len() {
                at.node = node.clone();
            }
        }
    }
    root
}

/// filebeat's settings; keys may be dotted.
#[must_use]
pub fn filebeat(text: &str) -> Agent {
    read(text, |tree, agent| {
        // A file of filebeat.config.inputs is a list by itself.
        let inputs = dotted(tree, "filebeat.inputs").map_or_else(|| tree.items(), Yaml::items);
        for input in inputs.iter().filter(|input| flag(input, "enabled") != Some(false)) {
            agent.follows.extend(dotted(input, "paths").map(Yaml::texts).unwrap_or_default());
        }
        agent.includes.extend(dotted(tree, "filebeat.config.inputs.path").and_then(Yaml::text).map(str::to_owned));
        for kind in ["elasticsearch", "logstash", "kafka", "redis"] {
            let Some(output) = dotted(tree, &format!("output.{kind}")) else { continue };
            if flag(output, "enabled") == Some(false) {
                continue;
            }
            let is_https = self::text(output, "protocol") == Some("https");
            // Of the outputs each takes TLS as soon as authorities are named.
            let has_tls =
                dotted(output, "ssl").is_some() || output.entries().iter().any(|entry| entry.key.starts_with("ssl."));
            let tls = is_https || (has_tls && flag(output, "ssl.enabled") != Some(false));
            let mode = self::text(output, "ssl.verification_mode").unwrap_or("full");
            let verified = tls && matches!(mode, "full" | "strict");
            let hosts = dotted(output, "hosts").map(Yaml::texts);
            let hosts = hosts.unwrap_or_default();
            for host in &hosts {
                let verified = if host.starts_with("https://") { mode == "full" || mode == "strict" } else { verified };
                agent.sendings.push(Sending::to(kind, host, output.line, Some(tls), Some(verified)));
            }
            if hosts.is_empty() {
                agent.sendings.push(Sending::of_type(kind, kind, output.line));
            }
        }
        if let Some(cloud) = dotted(tree, "cloud.id") {
            agent.sendings.push(Sending::to("cloud", "https://elastic-cloud.com", cloud.line, None, Some(true)));
        }
    })
}

/// promtail's settings.
#[must_use]
pub fn promtail(text: &str) -> Agent {
    read(text, |tree, agent| {
        let one = tree.at("client").into_iter();
        for client in tree.at("clients").map(Yaml::items).unwrap_or_default().iter().chain(one) {
            let verified = flag(client, "tls_config.insecure_skip_verify") != Some(true);
            let url = self::text(client, "url").unwrap_or_default();
            agent.sendings.push(Sending::to("loki", url, client.line, None, Some(verified)));
        }
        for scrape in tree.at("scrape_configs").map(Yaml::items).unwrap_or_default() {
            for set in scrape.at("static_configs").map(Yaml::items).unwrap_or_default() {
                agent.follows.extend(set.path(&["labels", "__path__"]).and_then(Yaml::text).map(str::to_owned));
            }
        }
    })
}

/// Settings of the OpenTelemetry collector: receivers and exporters that a pipeline of logs uses.
#[must_use]
pub fn open_telemetry(text: &str) -> Agent {
    read(text, |tree, agent| {
        let mut used: BTreeSet<String> = BTreeSet::new();
        for pipeline in tree.path(&["service", "pipelines"]).map(Yaml::entries).unwrap_or_default() {
            if pipeline.key.split('/').next() == Some("logs") {
                used.extend(pipeline.value.at("receivers").map(Yaml::texts).unwrap_or_default());
                used.extend(pipeline.value.at("exporters").map(Yaml::texts).unwrap_or_default());
            }
        }
        for receiver in tree.at("receivers").map(Yaml::entries).unwrap_or_default() {
            if used.contains(&receiver.key) && receiver.key.split('/').next() == Some("filelog") {
                agent.follows.extend(receiver.value.at("include").map(Yaml::texts).unwrap_or_default());
            }
        }
        for Entry { key, line, value, .. } in tree.at("exporters").map(Yaml::entries).unwrap_or_default() {
            let kind = key.split('/').next().unwrap_or(key);
            if !used.contains(key) || is_local(kind) {
                continue;
            }
            // TLS is on unless it is switched off.
            let tls = flag(value, "tls.insecure") != Some(true);
            let verified = tls && flag(value, "tls.insecure_skip_verify") != Some(true);
            let places = ["logs_endpoint", "endpoint", "endpoints", "brokers"];
            let place = places.iter().find_map(|place| value.at(place));
            let named = place.map(Yaml::texts);
            let named = named.unwrap_or_default();
            for place in &named {
                agent.sendings.push(Sending::to(key, place, *line, Some(tls), Some(verified)));
            }
            if named.is_empty() {
                agent.sendings.push(Sending::of_type(key, kind, *line));
            }
        }
    })
}
