//! Log formats: which variables a format writes, and which class of information each is (governance section 2.2).

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Block, Node};
use super::variable::names;
use crate::collect::log_class::{Written, columns_of, of_variable};

/// The format that nginx has built in.
pub(super) const COMBINED: &str = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#;

/// Variables that hold the query string, wholly or in part.
const WITH_QUERY: [&str; 6] = ["request", "request_uri", "args", "query_string", "http_referer", "is_args"];

/// The items that an investigation needs, and the variables that hold each.
const MINIMUM: [(&str, &[&str]); 5] = [
    ("time", &["time_local", "time_iso8601", "msec"]),
    ("client_address", &["remote_addr", "realip_remote_addr", "proxy_protocol_addr"]),
    ("request_line", &["request", "request_uri", "uri", "document_uri"]),
    ("status", &["status"]),
    ("bytes", &["bytes_sent", "body_bytes_sent"]),
];

/// All formats and derived variables of a configuration.
#[derive(Debug)]
pub(super) struct Formats {
    formats: BTreeMap<String, BTreeSet<String>>,
    /// The formats as they are written.
    texts: BTreeMap<String, String>,
    /// Variables made by map, geo, split_clients and set, with those that they are made from.
    derived: BTreeMap<String, BTreeSet<String>>,
}

impl Formats {
    /// Reads the formats and derived variables of all levels.
    pub(super) fn of(nodes: &Block) -> Self {
        let mut formats = Self { formats: BTreeMap::new(), texts: BTreeMap::new(), derived: BTreeMap::new() };
        formats.texts.insert("combined".to_owned(), COMBINED.to_owned());
        formats.formats.insert("combined".to_owned(), names(COMBINED).into_iter().collect());
        formats.gather(nodes);
        formats
    }

    fn gather(&mut self, nodes: &Block) {
        for node in nodes {
            match (node.name.as_str(), node.arguments.as_slice()) {
                ("log_format", [name, parts @ ..]) => {
                    let parts = || parts.iter().filter(|part| !part.starts_with("escape="));
                    self.formats.insert(name.clone(), parts().flat_map(|part| names(part)).collect());
                    self.texts.insert(name.clone(), parts().map(|part| part.as_str()).collect());
                }
                ("map" | "split_clients", [source, target]) => self.derive(target, source, node),
                ("geo", [target]) => {
                    self.derived.entry(bare(target).to_owned()).or_default().insert("remote_addr".to_owned());
                }
                ("geo", [source, target]) => self.derive(target, source, node),
                ("set", [target, value]) => {
                    self.derived.entry(bare(target).to_owned()).or_default().extend(names(value));
                }
                _ => {}
            }
            if let Some(block) = &node.block {
                self.gather(block);
            }
        }
    }

    /// A variable whose values come from a table: it carries what the table's right sides carry. A pass-through of the
    /// source is a right side that names it.
    fn derive(&mut self, target: &str, source: &str, node: &Node) {
        let entry = self.derived.entry(bare(target).to_owned()).or_default();
        for line in node.block.iter().flatten() {
            entry.extend(line.arguments.iter().flat_map(|value| names(value)));
        }
        // A capture of the source's text carries the source.
        let captures = node
            .block
            .iter()
            .flatten()
            .any(|line| line.name.starts_with('~') && line.arguments.iter().any(|value| value.contains('$')));
        if captures {
            entry.extend(names(source));
        }
    }

    /// The variables that a format names itself; `None` where there is no such format.
    pub(super) fn direct(&self, name: &str) -> Option<Vec<&str>> {
        self.formats.get(name).map(|variables| variables.iter().map(String::as_str).collect())
    }

    /// What a format of a name writes; `None` where there is no such format.
    pub(super) fn written(&self, name: &str) -> Option<Written> {
        let named = self.formats.get(name)?;
        let mut written = Written::default();
        let mut left: Vec<&str> = named.iter().map(String::as_str).collect();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(variable) = left.pop() {
            if !seen.insert(variable) {
                continue;
            }
            if let Some(sources) = self.derived.get(variable) {
                left.extend(sources.iter().map(String::as_str));
                continue;
            }
            // A capture's number or name inside a map stands for part of the source, which was added.
            if variable.chars().all(|character| character.is_ascii_digit()) {
                continue;
            }
            match of_variable(variable) {
                Some(class) => {
                    written.classes.insert(class.word().to_owned());
                }
                None => {
                    written.unknown.insert(variable.to_owned());
                }
            }
            written.has_query |= WITH_QUERY.contains(&variable) || variable.starts_with("arg_");
            written.variables.insert(variable.to_owned());
        }
        written.missing_minimum = MINIMUM
            .iter()
            .filter(|(_, holders)| !holders.iter().any(|holder| written.variables.contains(*holder)))
            .map(|(item, _)| (*item).to_owned())
            .collect();
        written.columns = self.texts.get(name).map(|text| columns_of(text)).unwrap_or_default();
        Some(written)
    }
}

fn bare(variable: &str) -> &str {
    variable.trim_start_matches('$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_in_both_spellings() {
        assert_eq!(names("a$b-${c}d$e_1$$"), ["b", "c", "e_1"]);
    }

    #[test]
    fn combined_writes_identity_and_the_query() {
        let written = Formats::of(&Block::default()).written("combined").unwrap();
        assert_eq!(
            written.classes.iter().map(String::as_str).collect::<Vec<_>>(),
            ["access_info", "identity", "ip_address"]
        );
        assert!(written.has_query && written.missing_minimum.is_empty() && written.unknown.is_empty());
    }
}
