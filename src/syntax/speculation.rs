//! Speculation rules -> what a browser fetches before anybody asks for it (HTML section 7.6), pure.

use serde_json::{Map, Value};

/// What one set of rules makes a browser do ahead of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Speculation {
    /// Addresses that are written in it.
    pub written: Vec<Written>,
    /// Some rule chooses among the page's links, and those of other origins are not left out.
    pub chooses_any_link: bool,
}

/// One address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// As written.
    pub url: String,
    /// `prefetch` or `prerender`.
    pub action: &'static str,
    /// It is relative to the page and not to the file of the rules.
    pub is_of_page: bool,
}

/// Predicates inside predicates that are read; deeper ones count as any link.
const DEPTH: u8 = 16;

/// Reads a set of rules. What is no JSON object holds none; a rule with a word that the standard does not know is passed over there too.
#[must_use]
pub fn speculation(text: &str) -> Speculation {
    let mut read = Speculation::default();
    let Ok(Value::Object(rules)) = serde_json::from_str::<Value>(text) else { return read };
    for action in ["prefetch", "prerender"] {
        for rule in rules.get(action).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object) {
            add(&mut read, rule, action);
        }
    }
    read
}

fn add(read: &mut Speculation, rule: &Map<String, Value>, action: &'static str) {
    let word = |name: &str| rule.get(name).and_then(Value::as_str);
    // A conservative rule waits until a link is pressed, and pressing it is the visitor's own wish.
    let default = if rule.contains_key("urls") { "immediate" } else { "conservative" };
    if word("eagerness").unwrap_or(default) == "conservative" {
        return;
    }
    let is_list = word("source").map_or(rule.contains_key("urls"), |source| source == "list");
    if is_list {
        let is_of_page = word("relative_to") == Some("document");
        let urls = rule.get("urls").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        read.written.extend(urls.map(|url| Written { url: url.to_owned(), action, is_of_page }));
    } else if !rule.get("where").is_some_and(|predicate| is_own(predicate, DEPTH)) {
        read.chooses_any_link = true;
    }
}

/// Whether a predicate lets links of the page's own origin through only.
fn is_own(predicate: &Value, depth: u8) -> bool {
    let Some(predicate) = predicate.as_object().filter(|_| depth > 0) else { return false };
    let list = |name: &str| predicate.get(name).and_then(Value::as_array);
    if let Some(all) = list("and") {
        return all.iter().any(|one| is_own(one, depth - 1));
    }
    if let Some(any) = list("or") {
        return any.iter().all(|one| is_own(one, depth - 1));
    }
    match predicate.get("href_matches") {
        Some(Value::Array(patterns)) => patterns.iter().all(is_own_pattern),
        Some(pattern) => is_own_pattern(pattern),
        None => false,
    }
}

/// Whether a pattern is held to the origin of its base: a path, or an object that names nothing before the path.
fn is_own_pattern(pattern: &Value) -> bool {
    match pattern {
        Value::String(text) => {
            text.starts_with(['/', '?', '#', '.']) && !text.starts_with("//") && !text.starts_with("/{/")
        }
        Value::Object(parts) => parts.keys().all(|part| matches!(part.as_str(), "pathname" | "search" | "hash")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn written_addresses_are_found() {
        let read = speculation(
            r#"{ "prefetch": [ { "urls": ["/a", "https://x.example.net/"] }, { "source": "list", "urls": ["b"], "relative_to": "document", "eagerness": "moderate" } ],
                 "prerender": [ { "urls": ["c"] }, { "urls": ["d"], "eagerness": "conservative" } ], "other": [ { "urls": ["e"] } ] }"#,
        );
        let written: Vec<_> = read.written.iter().map(|one| (one.action, one.url.as_str(), one.is_of_page)).collect();
        assert_eq!(
            written,
            [
                ("prefetch", "/a", false),
                ("prefetch", "https://x.example.net/", false),
                ("prefetch", "b", true),
                ("prerender", "c", false)
            ]
        );
        assert!(!read.chooses_any_link);
    }

    #[test]
    fn rules_over_links_are_held_to_their_own_origin_or_not() {
        for (predicate, any) in [
            (r#"{"href_matches": "/*"}"#, false),
            (r#"{"href_matches": ["/a", "?b=*"]}"#, false),
            (r#"{"and": [{"href_matches": "/*"}, {"not": {"selector_matches": ".no"}}]}"#, false),
            (r#"{"or": [{"href_matches": "/*"}, {"href_matches": {"pathname": "/x"}}]}"#, false),
            (r#"{"href_matches": "//x.example.net/*"}"#, true),
            (r#"{"href_matches": "https://*/*"}"#, true),
            (r#"{"href_matches": {"hostname": "*"}}"#, true),
            (r#"{"selector_matches": "a"}"#, true),
            (r#"{"not": {"href_matches": "/out"}}"#, true),
            (r#"{"and": []}"#, true),
        ] {
            let rules = format!(r#"{{"prerender": [{{"where": {predicate}, "eagerness": "moderate"}}]}}"#);
            assert_eq!(speculation(&rules).chooses_any_link, any, "{predicate}");
            let waits = format!(r#"{{"prerender": [{{"where": {predicate}}}]}}"#);
            assert!(!speculation(&waits).chooses_any_link, "{predicate}");
        }
        assert!(speculation(r#"{"prefetch": [{"source": "document", "eagerness": "eager"}]}"#).chooses_any_link);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,60}", deep in 0_usize..100) {
            let _ = speculation(&text);
            let nested = "{\"and\":[".repeat(deep) + &"]}".repeat(deep);
            let _ = speculation(&format!("{{\"prefetch\":[{{\"eagerness\":\"eager\",\"where\":{nested}}}]}}"));
        }
    }
}
