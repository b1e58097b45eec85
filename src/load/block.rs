//! JSON -> YAML that a person reads and goes on writing: block style, one entry below the other, short parts on one line.

use serde_json::Value as Json;

/// Columns that a part on one line may take.
const WIDTH: usize = 110;

/// The register's YAML, with the line that editors take the schema from.
#[must_use]
pub fn register_yaml(document: &Json) -> String {
    format!("# yaml-language-server: $schema=.tenken/schema/contractors.json\n{}", yaml_text(document))
}

/// A map as YAML in block style. What it gives is read back as the same value.
#[must_use]
pub fn yaml_text(json: &Json) -> String {
    let mut text = String::new();
    block(json, 0, &mut text);
    text
}

fn block(json: &Json, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                text.push_str(&format!("{indent}{}:", key_text(key)));
                behind(value, depth, text);
            }
        }
        Json::Array(items) => {
            for item in items {
                let line = flow(item);
                let is_entry = item.as_object().is_some_and(|map| !map.is_empty());
                if !is_entry || (depth > 1 && fits(&line, depth)) {
                    text.push_str(&format!("{indent}- {line}\n"));
                    continue;
                }
                let mut inner = String::new();
                block(item, depth + 1, &mut inner);
                text.push_str(&format!("{indent}- {}", inner.trim_start()));
            }
        }
        scalar => text.push_str(&format!("{indent}{}\n", flow(scalar))),
    }
}

fn behind(value: &Json, depth: usize, text: &mut String) {
    let line = flow(value);
    let nested = match value {
        Json::Object(map) => !map.is_empty(),
        Json::Array(items) => !items.is_empty() && (items.iter().any(Json::is_object) || !fits(&line, depth)),
        _ => false,
    };
    if !nested || (value.is_object() && depth > 0 && fits(&line, depth)) {
        text.push_str(&format!(" {line}\n"));
        return;
    }
    text.push('\n');
    block(value, depth + 1, text);
}

fn fits(line: &str, depth: usize) -> bool {
    line.chars().count() + 2 * depth <= WIDTH
}

fn flow(json: &Json) -> String {
    match json {
        Json::Object(map) if map.is_empty() => "{}".to_owned(),
        Json::Object(map) => {
            let pairs: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", key_text(key), flow(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Json::String(text) if is_plain(text) => text.clone(),
        // JSON's own quoting is YAML's double quoting (YAML 1.2.2, section 1.3).
        other => other.to_string(),
    }
}

fn key_text(key: &str) -> String {
    if is_plain(key) { key.to_owned() } else { Json::from(key).to_string() }
}

/// Whether a text needs no quotes: it begins with a letter, holds nothing that YAML means, and is no word of another type.
fn is_plain(text: &str) -> bool {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let is_day = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '/');
    is_day
        || (text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.chars().all(fits)
            && !words.contains(&text.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::tree::tree_from_yaml;
    use super::*;

    #[test]
    fn entries_stand_below_each_other() {
        let text = yaml_text(
            &json!({ "contractors": [ { "id": "a", "name": { "en": "A b", "ja": "あ" }, "hosts": ["x.example"] } ] }),
        );
        assert_eq!(text, "contractors:\n  - id: a\n    name: { en: \"A b\", ja: \"あ\" }\n    hosts: [x.example]\n");
    }

    fn value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            "\\PC{0,20}".prop_map(Json::from),
            "(yes|2026-04-01|1e3|0x1|~|=|- a|a: b|# x)".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map("[a-z_]{1,8}|\\PC{1,4}", inner, 0..4)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(map in prop::collection::btree_map("[a-z]{1,6}", value(), 1..5)) {
            let json = Json::Object(map.into_iter().collect());
            let text = yaml_text(&json);
            prop_assert_eq!(tree_from_yaml("x.yml", &text).unwrap().json, json, "{}", text);
        }
    }
}
