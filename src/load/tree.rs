//! YAML text -> a JSON tree with the place of every key and value.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};
use serde_saphyr::{Location, MergeKeyPolicy, Spanned, budget, options};

use super::LoadError;

/// A document with the places of its parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    /// The document.
    pub json: Json,
    /// Place (line, column) of the value at a JSON pointer.
    pub values: BTreeMap<String, (u32, u32)>,
    /// Place (line, column) of the key that names the value at a JSON pointer.
    pub keys: BTreeMap<String, (u32, u32)>,
}

impl Tree {
    /// A tree without places, for documents that were not read from YAML.
    #[must_use]
    pub fn placeless(json: Json) -> Self {
        Self { json, ..Self::default() }
    }

    /// The line of the value at a pointer; 0 where unknown.
    #[must_use]
    pub fn line(&self, pointer: &str) -> u32 {
        self.values.get(pointer).map_or(0, |(line, _)| *line)
    }

    /// The place of the nearest value at or above a pointer.
    #[must_use]
    pub fn place(&self, pointer: &str) -> (u32, u32) {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.values.get(pointer) {
                return *place;
            }
            match pointer.rfind('/') {
                Some(at) => pointer = &pointer[..at],
                None => return (0, 0),
            }
        }
    }
}

/// Reads one YAML document, strictly: duplicate keys, merge keys, unknown tags, alias bombs and deep nesting are errors.
///
/// # Errors
/// `Invalid` with the place.
pub fn tree_from_yaml(file: &str, text: &str) -> Result<Tree, LoadError> {
    let parsed: Result<Spanned<Node>, _> = serde_saphyr::from_str_with_options(
        text,
        options! {
            strict_booleans: true,
            with_snippet: false,
            reject_unsupported_tags: true,
            merge_keys: MergeKeyPolicy::Error,
            budget: budget! { max_depth: 64, max_nodes: 2_000_000, max_aliases: 100 },
        },
    );
    let root = parsed.map_err(|error| {
        let place = error.location().unwrap_or(Location::UNKNOWN);
        let (line, column) = numbers(&place);
        let said = error.without_snippet().to_string();
        // The place stands before the message already.
        let message = said.split(" at line ").next().unwrap_or(&said).lines().next().unwrap_or_default().to_owned();
        LoadError::invalid(file, line, column, format!("not readable as YAML: {message}"))
    })?;
    let mut tree = Tree::default();
    let mut pointer = String::new();
    tree.json = place(root, &mut pointer, &mut tree);
    Ok(tree)
}

enum Node {
    Scalar(Json),
    Sequence(Vec<Spanned<Self>>),
    Mapping(Vec<(Spanned<String>, Spanned<Self>)>),
}

fn place(node: Spanned<Node>, pointer: &mut String, tree: &mut Tree) -> Json {
    tree.values.insert(pointer.clone(), numbers(&node.referenced));
    let length = pointer.len();
    match node.value {
        Node::Scalar(json) => json,
        Node::Sequence(items) => {
            let mut list = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                list.push(place(item, pointer, tree));
                pointer.truncate(length);
            }
            Json::Array(list)
        }
        Node::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                pointer.push('/');
                pointer.push_str(&key.value.replace('~', "~0").replace('/', "~1"));
                tree.keys.insert(pointer.clone(), numbers(&key.referenced));
                let json = place(value, pointer, tree);
                pointer.truncate(length);
                map.insert(key.value, json);
            }
            Json::Object(map)
        }
    }
}

fn numbers(location: &Location) -> (u32, u32) {
    (u32::try_from(location.line()).unwrap_or(u32::MAX), u32::try_from(location.column()).unwrap_or(u32::MAX))
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(Json::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(Json::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(Json::Number(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(Number::from_f64(value).map_or(Json::Null, Json::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(Json::String(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Scalar(Json::String(value)))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Json::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Json::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::Sequence(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            list.push(entry);
        }
        Ok(Node::Mapping(list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        tree_from_yaml("x.yml", text).unwrap_err().to_string()
    }

    #[test]
    fn every_key_and_value_has_its_place() {
        let tree = tree_from_yaml("x.yml", "site: あ\nhosts:\n  - name: b\n").unwrap();
        assert_eq!(tree.values["/hosts/0/name"], (3, 11));
        assert_eq!(tree.keys["/hosts"], (2, 1));
        assert_eq!(tree.json["site"], "あ");
    }

    #[test]
    fn a_byte_order_mark_and_crlf_are_read() {
        let tree = tree_from_yaml("x.yml", "\u{feff}site: a\r\nurl: b\r\n").unwrap();
        assert_eq!(tree.json["url"], "b");
    }

    #[test]
    fn a_duplicate_key_is_an_error_with_its_place() {
        assert!(problem("a: 1\nb: 2\na: 3\n").starts_with("x.yml:3:1: "), "{}", problem("a: 1\nb: 2\na: 3\n"));
    }

    #[test]
    fn an_alias_bomb_and_deep_nesting_are_errors() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let items = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(problem(&bomb).contains("not readable as YAML"));
        assert!(problem(&"[".repeat(20_000)).contains("not readable as YAML"));
    }

    #[test]
    fn an_unquoted_no_is_text_and_not_false() {
        assert_eq!(tree_from_yaml("x.yml", "a: no\n").unwrap().json["a"], "no");
    }
}
