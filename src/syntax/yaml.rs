//! YAML of other programs (Compose, Kubernetes): documents -> trees with the place of every key and value.
//!
//! Read as those programs read it: merge keys are applied, anchors resolved, tags left aside. Bounded against alias bombs
//! and deep nesting. It knows nothing of what a key means.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, MergeKeyPolicy, Spanned, budget, options};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Yaml {
    /// Line, from 1; 0 where unknown.
    pub line: u32,
    /// Column in characters, from 1; 0 where unknown.
    pub column: u32,
    /// What it is.
    pub node: Node,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Node {
    /// Nothing, or a number that is not finite.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping, in the order of the file; merged keys come last.
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, as text.
    pub key: String,
    /// Line of the key, from 1.
    pub line: u32,
    /// Column of the key in characters, from 1.
    pub column: u32,
    /// Its value.
    pub value: Yaml,
}

/// Why a text is no YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1; 0 where unknown.
    pub line: u32,
    /// Column in characters, from 1; 0 where unknown.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

impl Yaml {
    /// The entry of a key, where this is a mapping that has it.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value of a key, where this is a mapping that has it.
    #[must_use]
    pub fn at(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value behind several keys.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |value, key| value.at(key))
    }

    /// The entries of a mapping; none where it is something else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.node {
            Node::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none where it is something else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.node {
            Node::List(items) => items,
            _ => &[],
        }
    }

    /// A text, as it stands.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Any scalar in words: `80`, `true`, `web`. `None` for nothing, a list or a mapping.
    #[must_use]
    pub fn scalar(&self) -> Option<String> {
        match &self.node {
            Node::Bool(value) => Some(value.to_string()),
            Node::Integer(value) => Some(value.to_string()),
            Node::Float(value) => Some(value.to_string()),
            Node::Text(text) => Some(text.clone()),
            Node::Null | Node::List(_) | Node::Map(_) => None,
        }
    }

    /// The texts of a list, or the one text that stands in its place.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        match &self.node {
            Node::List(items) => items.iter().filter_map(Self::scalar).collect(),
            _ => self.scalar().into_iter().collect(),
        }
    }
}

/// Reads every document of a text.
///
/// # Errors
/// A [`Fault`] with its place: not YAML, a key twice, too deep, too many aliases.
pub fn documents(text: &str) -> Result<Vec<Yaml>, Fault> {
    let read: Result<Vec<Spanned<Raw>>, _> = serde_saphyr::from_multiple_with_options(
        text,
        options! {
            strict_booleans: true,
            with_snippet: false,
            merge_keys: MergeKeyPolicy::Merge,
            budget: budget! { max_depth: 64, max_nodes: 300_000, max_aliases: 10_000, max_documents: 10_000 },
        },
    );
    match read {
        Ok(documents) => Ok(documents.into_iter().map(placed).collect()),
        Err(error) => {
            let (line, column) = numbers(&error.location().unwrap_or(Location::UNKNOWN));
            let said = error.without_snippet().to_string();
            let message = said.split(" at line ").next().unwrap_or(&said).lines().next().unwrap_or_default().to_owned();
            Err(Fault { line, column, message: format!("not readable as YAML: {message}") })
        }
    }
}

enum Raw {
    Scalar(Node),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

fn placed(raw: Spanned<Raw>) -> Yaml {
    let (line, column) = numbers(&raw.referenced);
    let node = match raw.value {
        Raw::Scalar(node) => node,
        Raw::List(items) => Node::List(items.into_iter().map(placed).collect()),
        Raw::Map(entries) => Node::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let (line, column) = numbers(&key.referenced);
                    Entry { key: key.value, line, column, value: placed(value) }
                })
                .collect(),
        ),
    };
    Yaml { line, column, node }
}

fn numbers(location: &Location) -> (u32, u32) {
    (u32::try_from(location.line()).unwrap_or(u32::MAX), u32::try_from(location.column()).unwrap_or(u32::MAX))
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(Node::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Node::Integer(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(i64::try_from(value).map_or_else(|_| Node::Text(value.to_string()), Node::Integer)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(if value.is_finite() { Node::Float(value) } else { Node::Null }))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(Node::Text(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Scalar(Node::Text(value)))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Node::Null))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Node::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            list.push(entry);
        }
        Ok(Raw::Map(list))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> Yaml {
        documents(text).unwrap().remove(0)
    }

    #[test]
    fn keys_and_values_have_their_places() {
        let read = one("services:\n  web:\n    image: nginx # x\n");
        let image = read.path(&["services", "web"]).unwrap().entry("image").unwrap();
        assert_eq!((image.line, image.column, image.value.column), (3, 5, 12));
        assert_eq!(image.value.text(), Some("nginx"));
    }

    #[test]
    fn merge_keys_are_applied_and_own_keys_win() {
        let read = one("x-base: &b { user: '1000', image: a }\nservices:\n  web:\n    <<: *b\n    image: c\n");
        let web = read.path(&["services", "web"]).unwrap();
        assert_eq!(web.at("image").and_then(Yaml::text), Some("c"));
        assert_eq!(web.at("user").and_then(Yaml::text), Some("1000"));
    }

    #[test]
    fn several_documents_are_read_and_ports_stay_text() {
        let read = documents("a: 1\n---\nports: [22:22, 8080]\n---\n").unwrap();
        assert_eq!(read[1].at("ports").unwrap().texts(), ["22:22", "8080"]);
    }

    #[test]
    fn what_is_no_yaml_has_a_place() {
        assert!(documents("a: 1\nb: [\n").unwrap_err().line > 0);
        assert!(documents("a: 1\na: 2\n").is_err());
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let items = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(documents(&bomb).is_err());
        assert!(documents(&"[".repeat(20_000)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-c:\\-\\[\\]{}&*<|>\\n \"'#!?]{0,120}") {
            let _ = documents(&text);
        }
    }
}
