//! `<script type=importmap>` -> what module names stand for (HTML section 8.1.6.2), pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

/// Where names of modules lead; several maps of a page are one, of which the first word counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportMap {
    names: Names,
    /// Names that count for scripts below a URL.
    scopes: BTreeMap<String, Names>,
    integrity: BTreeMap<String, String>,
}

/// A name, or a URL that stands for one, and where it leads; `None` blocks it.
type Names = BTreeMap<String, Option<Url>>;

impl ImportMap {
    /// Adds what a map says. One that is no JSON object says nothing.
    pub fn add(&mut self, text: &str, base: &Url) {
        let Ok(Value::Object(map)) = serde_json::from_str::<Value>(text) else { return };
        let of = |name: &str| map.get(name).and_then(Value::as_object);
        add_names(&mut self.names, of("imports"), base);
        for (scope, names) in of("scopes").into_iter().flatten() {
            if let (Ok(scope), Some(names)) = (base.join(scope), names.as_object()) {
                add_names(self.scopes.entry(scope.to_string()).or_default(), Some(names), base);
            }
        }
        for (url, digest) in of("integrity").into_iter().flatten() {
            if let (Some(url), Some(digest)) = (like_url(url, base), digest.as_str()) {
                self.integrity.entry(url.to_string()).or_insert_with(|| digest.to_owned());
            }
        }
    }

    /// Where a name leads that a script at `base` imports; `None` where it leads nowhere.
    #[must_use]
    pub fn resolve(&self, name: &str, base: &Url) -> Option<Url> {
        let url = like_url(name, base);
        let key = url.as_ref().map_or(name, Url::as_str);
        let is_in = |scope: &str| base.as_str() == scope || (scope.ends_with('/') && base.as_str().starts_with(scope));
        // The longest scope first: they sort by their text, and of two that are beginnings of one text the longer sorts behind.
        let scoped = self.scopes.iter().rev().filter(|(scope, _)| is_in(scope)).map(|(_, names)| names);
        for names in scoped.chain([&self.names]) {
            if let Some(found) = look_up(names, key) {
                return found;
            }
        }
        url
    }

    /// The digests that a module must have; empty where none is written.
    #[must_use]
    pub fn integrity(&self, url: &Url) -> &str {
        self.integrity.get(url.as_str()).map_or("", String::as_str)
    }
}

fn add_names(names: &mut Names, more: Option<&Map<String, Value>>, base: &Url) {
    for (name, target) in more.into_iter().flatten().filter(|(name, _)| !name.is_empty()) {
        let key = like_url(name, base).map_or_else(|| name.clone(), |url| url.to_string());
        let target = target.as_str().and_then(|target| like_url(target, base));
        // What ends in a slash stands for everything below it, and so must its target.
        let target = target.filter(|target| !key.ends_with('/') || target.as_str().ends_with('/'));
        names.entry(key).or_insert(target);
    }
}

/// What a name leads to by a list: `None` where the list does not know it, else the target or that there is none.
fn look_up(names: &Names, key: &str) -> Option<Option<Url>> {
    if let Some(exact) = names.get(key) {
        return Some(exact.clone());
    }
    let (front, target) = names.iter().rev().find(|(name, _)| name.ends_with('/') && key.starts_with(name.as_str()))?;
    let below = |target: &Url| {
        let found = target.join(&key[front.len()..]).ok()?;
        found.as_str().starts_with(target.as_str()).then_some(found)
    };
    Some(target.as_ref().and_then(below))
}

/// A name that is a URL, or begins like a path.
fn like_url(name: &str, base: &Url) -> Option<Url> {
    if ["/", "./", "../"].iter().any(|start| name.starts_with(start)) {
        base.join(name).ok()
    } else {
        Url::parse(name).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base() -> Url {
        Url::parse("https://www.example.jp/a/").unwrap()
    }

    fn led(map: &str, name: &str) -> Option<String> {
        let mut read = ImportMap::default();
        read.add(map, &base());
        read.resolve(name, &base()).map(|url| url.to_string())
    }

    #[test]
    fn names_lead_where_the_map_says() {
        let map = r#"{ "imports": { "x": "https://x.example.net/x.js", "lib/": "https://lib.example.net/v1/", "lib/own/": "/own/", "/a/y.js": "./z.js", "none": null, "bad/": "/no-slash" },
                       "scopes": { "/a/": { "x": "./x.js" }, "/b/": { "x": "/never.js" } } }"#;
        for (name, wanted) in [
            ("x", Some("https://www.example.jp/a/x.js")),
            ("lib/a/b.js", Some("https://lib.example.net/v1/a/b.js")),
            ("lib/own/c.js", Some("https://www.example.jp/own/c.js")),
            ("lib/../../out", None),
            ("./y.js", Some("https://www.example.jp/a/z.js")),
            ("none", None),
            ("bad/x", None),
            ("unknown", None),
            ("../up.js", Some("https://www.example.jp/up.js")),
            ("https://z.example.net/", Some("https://z.example.net/")),
        ] {
            assert_eq!(led(map, name).as_deref(), wanted, "{name}");
        }
        for void in ["", "[]", "{", r#"{"imports": []}"#] {
            assert_eq!(led(void, "x"), None, "{void}");
        }
    }

    #[test]
    fn the_first_word_counts_and_digests_are_kept() {
        let mut map = ImportMap::default();
        map.add(r#"{ "imports": { "x": "/1.js" }, "integrity": { "/1.js": "sha256-a" } }"#, &base());
        map.add(r#"{ "imports": { "x": "/2.js" }, "integrity": { "/1.js": "sha256-b" } }"#, &base());
        let url = map.resolve("x", &base()).unwrap();
        assert_eq!((url.path(), map.integrity(&url)), ("/1.js", "sha256-a"));
    }

    proptest! {
        #[test]
        fn any_map_and_name_is_read(map in ".{0,40}", name in "[a-z/.:\u{3042}]{0,12}") {
            let mut read = ImportMap::default();
            read.add(&map, &base());
            read.add(&format!("{{\"imports\": {{\"{name}\": \"{name}\"}}}}"), &base());
            let _ = read.resolve(&name, &base());
        }
    }
}
