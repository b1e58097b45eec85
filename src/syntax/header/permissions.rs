//! Permissions-Policy (a dictionary of RFC 9651) and the isolation headers, which are items of it.

use sfv::{BareItem, Dictionary, InnerList, Item, ListEntry, Parser};

/// To whom a feature is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Openness {
    /// To nobody.
    Nobody,
    /// To the site itself.
    Own,
    /// To these origins beside it, as written.
    Origins(Vec<String>),
    /// To everybody.
    Everybody,
}

/// Reads all fields together; `None` where they do not parse, and then browsers read nothing of them.
#[must_use]
pub fn permissions<'a>(values: impl Iterator<Item = &'a str>) -> Option<Vec<(String, Openness)>> {
    let joined = values.collect::<Vec<_>>().join(", ");
    let dictionary: Dictionary = Parser::new(&joined).parse().ok()?;
    Some(dictionary.iter().map(|(feature, entry)| (feature.as_str().to_owned(), openness(entry))).collect())
}

fn openness(entry: &ListEntry) -> Openness {
    match entry {
        ListEntry::Item(item) => of(&[item]),
        ListEntry::InnerList(InnerList { items, .. }) => of(&items.iter().collect::<Vec<_>>()),
    }
}

fn of(items: &[&Item]) -> Openness {
    let mut origins = Vec::new();
    let mut is_own = false;
    for item in items {
        match &item.bare_item {
            BareItem::Token(token) if token.as_str() == "*" => return Openness::Everybody,
            BareItem::Token(token) if token.as_str() == "self" => is_own = true,
            BareItem::String(origin) => origins.push(origin.as_str().to_owned()),
            // Other members mean nothing to a browser.
            _ => {}
        }
    }
    match (origins.is_empty(), is_own) {
        (false, _) => Openness::Origins(origins),
        (true, true) => Openness::Own,
        (true, false) => Openness::Nobody,
    }
}

/// The token of a field that is one item (COOP, COEP): two fields, or anything that does not parse, are none.
#[must_use]
pub fn item_token<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let joined = values.collect::<Vec<_>>().join(", ");
    let item: Item = Parser::new(&joined).parse().ok()?;
    item.bare_item.as_token().map(|token| token.as_str().to_owned())
}

/// Cross-Origin-Resource-Policy (Fetch section 3.8): one of three words exactly, or nothing.
#[must_use]
pub fn resource_policy<'a>(values: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let joined = values.collect::<Vec<_>>().join(", ");
    ["same-origin", "same-site", "cross-origin"].into_iter().find(|word| *word == joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_one(value: &str) -> Option<Vec<(String, Openness)>> {
        permissions([value].into_iter())
    }

    #[test]
    fn features_are_read_with_those_they_are_open_to() {
        let read = of_one("camera=(), geolocation=(self \"https://map.example.net\"), usb=*, fullscreen=self").unwrap();
        let words: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(words, ["camera", "geolocation", "usb", "fullscreen"]);
        assert_eq!(read[0].1, Openness::Nobody);
        assert_eq!(read[1].1, Openness::Origins(vec!["https://map.example.net".to_owned()]));
        assert_eq!((&read[2].1, &read[3].1), (&Openness::Everybody, &Openness::Own));
    }

    #[test]
    fn the_older_form_and_a_missing_comma_read_as_nothing() {
        for void in ["camera 'none'; microphone 'none'", "camera=() microphone=()", "camera=(", "Camera=()"] {
            assert_eq!(of_one(void), None, "{void}");
        }
    }

    #[test]
    fn two_values_of_one_word_are_none() {
        assert_eq!(item_token(["same-origin; report-to=\"x\""].into_iter()).as_deref(), Some("same-origin"));
        assert_eq!(item_token(["same-origin", "same-origin"].into_iter()), None);
        assert_eq!(resource_policy(["same-site"].into_iter()), Some("same-site"));
        assert_eq!(resource_policy(["Same-Site"].into_iter()), None);
        assert_eq!(resource_policy(["same-site", "same-site"].into_iter()), None);
    }
}
