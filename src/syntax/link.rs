//! The Link header (RFC 8288 section 3): targets with their relations. Several links may stand in one field.

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The target as written.
    pub target: String,
    /// Relations in lower case.
    pub rel: Vec<String>,
    /// `as`, in lower case; empty where it has none.
    pub destination: String,
    /// `integrity`, where it has one.
    pub integrity: Option<String>,
}

/// Reads one field value; what is no link is left out.
#[must_use]
pub fn links(value: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let Some(end) = rest.find('>') else { break };
        let mut link = Link {
            target: rest[..end].trim().to_owned(),
            rel: Vec::new(),
            destination: String::new(),
            integrity: None,
        };
        rest = &rest[end + 1..];
        let mut has_rel = false;
        while let Some(after) = rest.trim_start().strip_prefix(';') {
            let (name, value, behind) = parameter(after);
            rest = behind;
            match name.as_str() {
                // Of several rel parameters the first counts.
                "rel" if !has_rel => {
                    has_rel = true;
                    link.rel = value.split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
                }
                "as" => link.destination = value.to_ascii_lowercase(),
                "integrity" => link.integrity = Some(value),
                _ => {}
            }
        }
        found.push(link);
    }
    found
}

/// Name, value and what follows of one parameter.
fn parameter(text: &str) -> (String, String, &str) {
    let end = text.find(['=', ';', ',']).unwrap_or(text.len());
    let name = text[..end].trim().to_ascii_lowercase();
    let Some(rest) = text[end..].strip_prefix('=') else { return (name, String::new(), &text[end..]) };
    let rest = rest.trim_start();
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find([';', ',']).unwrap_or(rest.len());
        return (name, rest[..end].trim().to_owned(), &rest[end..]);
    };
    let (mut value, mut is_escaped) = (String::new(), false);
    for (at, character) in quoted.char_indices() {
        match character {
            _ if is_escaped => {
                value.push(character);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '"' => return (name, value, &quoted[at + 1..]),
            _ => value.push(character),
        }
    }
    (name, value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn links_with_their_relations_are_read() {
        let found = links(
            "<https://cdn.example.net/a,b;c>; rel=\"preload stylesheet\"; as=Style, </x>;rel=preconnect;crossorigin , <y>",
        );
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].target, "https://cdn.example.net/a,b;c");
        assert_eq!(
            (found[0].rel.as_slice(), found[0].destination.as_str()),
            (&["preload".to_owned(), "stylesheet".to_owned()][..], "style")
        );
        assert_eq!((found[1].rel.as_slice(), found[2].rel.len()), (&["preconnect".to_owned()][..], 0));
        assert_eq!(links("<a>; title=\"x, <b>; \\\" y\"; rel=icon")[0].rel, ["icon"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-z<>;=,\"\\\\ ]{0,120}") {
            let _ = links(&text);
        }

        #[test]
        fn every_target_is_found(targets in proptest::collection::vec("[a-z0-9/:.,;-]{1,20}", 1..5)) {
            let text: Vec<String> = targets.iter().map(|target| format!("<{target}>; rel=preload")).collect();
            prop_assert_eq!(links(&text.join(", ")).into_iter().map(|link| link.target).collect::<Vec<_>>(), targets);
        }
    }
}
