//! fluent-bit's classic settings: `[INPUT]`, `[OUTPUT]`, `Key Value`, `@INCLUDE FILE`.

use std::collections::BTreeMap;

use super::{Agent, Sending, is_local, is_on};

/// A section: its name, its line, and its keys in small letters.
type Section = (String, u32, BTreeMap<String, String>);

/// Reads one file.
#[must_use]
pub fn fluent_bit(text: &str) -> Agent {
    let mut agent = Agent::default();
    let mut sections: Vec<Section> = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("@SET") {
            continue;
        }
        if let Some(include) = line.strip_prefix("@INCLUDE") {
            agent.includes.push(include.trim().to_owned());
        } else if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.push((name.trim().to_ascii_uppercase(), number, BTreeMap::new()));
        } else {
            match (sections.last_mut(), line.split_once(char::is_whitespace)) {
                (Some((_, _, keys)), Some((key, value))) => {
                    keys.insert(key.to_ascii_lowercase(), value.trim().to_owned());
                }
                // A key without a value is allowed and says nothing.
                (Some(_), None) => {}
                (None, _) => agent.faults.push((number, "a setting outside of any section".to_owned())),
            }
        }
    }
    for (name, line, keys) in sections {
        add(&name, line, &keys, &mut agent);
    }
    agent
}

/// One input or output, however it was written.
pub(super) fn add(section: &str, line: u32, keys: &BTreeMap<String, String>, agent: &mut Agent) {
    let of = |key: &str| keys.get(key).map(String::as_str);
    let kind = of("name").unwrap_or_default().to_ascii_lowercase();
    match section {
        "INPUT" if kind == "tail" => {
            let paths = of("path").unwrap_or_default().split(',').map(str::trim).filter(|path| !path.is_empty());
            agent.follows.extend(paths.map(str::to_owned));
        }
        "OUTPUT" if !is_local(&kind) => {
            let tls = of("tls").map(is_on).unwrap_or(false);
            let verified = tls && of("tls.verify").is_none_or(is_on);
            let host = of("host").or_else(|| of("endpoint")).or_else(|| of("brokers"));
            let mut sending = match host {
                Some(host) => Sending::to(&kind, host, line, Some(tls), Some(verified)),
                None => Sending::of_type(&kind, &kind, line),
            };
            // A named host without a port, as most outputs have it.
            sending.port = sending.port.or_else(|| of("port").map(str::to_owned));
            if matches!(kind.as_str(), "http" | "es" | "opensearch" | "loki" | "splunk" | "opentelemetry" | "gelf") {
                sending.transport = "http";
            }
            agent.sendings.push(sending);
        }
        _ => {}
    }
}
