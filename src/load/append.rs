//! Adds one entry to a list in a YAML file of the user's, and leaves every other byte as it is.

use serde_json::Value as Json;

use super::tree::tree_from_yaml;

/// The text with one more entry at the end of a top-level list; `None` where the text is written in a way that this
/// cannot add to safely. What it gives was read again and says exactly what was there, and the entry.
#[must_use]
pub fn with_entry(text: &str, list: &str, entry: &Json) -> Option<String> {
    let before = if text.trim().is_empty() { Json::Object(serde_json::Map::new()) } else { read(text)? };
    let mut wanted = before;
    let items = wanted.as_object_mut()?.entry(list).or_insert_with(|| Json::Array(Vec::new()));
    if items.is_null() {
        *items = Json::Array(Vec::new());
    }
    items.as_array_mut()?.push(entry.clone());
    let candidate = added(text, list, entry);
    (read(&candidate)? == wanted).then_some(candidate)
}

fn read(text: &str) -> Option<Json> {
    tree_from_yaml("list", text).ok().map(|tree| tree.json)
}

fn added(text: &str, list: &str, entry: &Json) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let head = format!("{list}:");
    let Some(at) = lines.iter().position(|line| line.strip_prefix(&head).is_some_and(is_open)) else {
        return format!(
            "{}{}{head}\n  - {}\n",
            text,
            if text.is_empty() || text.ends_with('\n') { "" } else { "\n" },
            flow(entry)
        );
    };
    lines[at] = lines[at].replacen("[]", "", 1).trim_end().to_owned();
    let inside = |line: &String| line.is_empty() || line.starts_with([' ', '#', '-', '\t']);
    let end = at + 1 + lines[at + 1..].iter().take_while(|line| inside(line)).count();
    // Blank lines and comments before the next key belong to that key.
    let end =
        at + 1 + lines[at + 1..end].iter().rposition(|line| line.starts_with([' ', '-'])).map_or(0, |last| last + 1);
    let first = lines[at + 1..end].iter().find(|line| line.trim_start().starts_with("- "));
    let indent = first.map_or(2, |line| line.len() - line.trim_start().len());
    lines.insert(end, format!("{}- {}", " ".repeat(indent), flow(entry)));
    lines.join("\n") + "\n"
}

/// What may stand behind the key of a list that is written line by line, or is empty.
fn is_open(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest == "[]" || rest.starts_with('#')
}

/// An entry on one line: bare keys, values as JSON, which YAML reads alike (YAML 1.2.2, section 1.3).
fn flow(entry: &Json) -> String {
    let pair = |(key, value): (&String, &Json)| format!("{key}: {value}");
    let pairs: Vec<String> = entry.as_object().into_iter().flatten().map(pair).collect();
    format!("{{ {} }}", pairs.join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_go_to_the_end_of_their_list() {
        let entry = json!({ "id": "b", "on": "2026-04-01" });
        for (before, after) in [
            ("", "list:\n  - { id: \"b\", on: \"2026-04-01\" }\n"),
            ("list: []\n", "list:\n  - { id: \"b\", on: \"2026-04-01\" }\n"),
            ("# c\nlist:\n- { id: a }\n", "# c\nlist:\n- { id: a }\n- { id: \"b\", on: \"2026-04-01\" }\n"),
            (
                "list:\n    - id: a\n      x: 1\n\n# next\nother: 1\n",
                "list:\n    - id: a\n      x: 1\n    - { id: \"b\", on: \"2026-04-01\" }\n\n# next\nother: 1\n",
            ),
        ] {
            assert_eq!(with_entry(before, "list", &entry).as_deref(), Some(after), "{before:?}");
        }
    }

    #[test]
    fn what_cannot_be_added_to_is_left_alone() {
        for text in ["list: [ { id: a } ]\n", "list: {}\n", "list: x\n", "- a\n", "list: &a\n  - 1\nb: *a\n", "a: ["] {
            assert_eq!(with_entry(text, "list", &json!({ "id": "b" })), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_value_comes_back(value in "\\PC{0,40}", other in "\\PC{0,40}") {
            let entry = json!({ "id": value, "reason": other });
            let text = with_entry("list:\n  - { id: a }\n", "list", &entry).unwrap();
            prop_assert_eq!(&read(&text).unwrap()["list"][1], &entry);
        }
    }
}
