//! Lists of `tag=value` with semicolons between them, as DKIM, DMARC, MTA-STS and TLS-RPT write their records (RFC 6376,
//! section 3.2).

/// The tags of a record, in their order; `None` where a part is no `tag=value` or a tag stands twice.
#[must_use]
pub fn tags(text: &str) -> Option<Vec<(String, &str)>> {
    let mut tags: Vec<(String, &str)> = Vec::new();
    let mut parts = text.split(';').peekable();
    while let Some(part) = parts.next() {
        let part = part.trim_matches(is_blank);
        if part.is_empty() {
            // One semicolon may end the list; between two of them something has to stand.
            if parts.peek().is_none() && !tags.is_empty() {
                break;
            }
            return None;
        }
        let (tag, value) = part.split_once('=')?;
        let tag = tag.trim_end_matches(is_blank);
        let is_name = tag.starts_with(|first: char| first.is_ascii_alphabetic())
            && tag.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
        if !is_name || tags.iter().any(|(known, _)| *known == tag) {
            return None;
        }
        tags.push((tag.to_owned(), value.trim_matches(is_blank)));
    }
    Some(tags)
}

/// Whether a text begins with the version that a record of its kind has: `v=` first, and nothing glued to its value.
#[must_use]
pub fn has_version(text: &str, version: &str) -> bool {
    let Some(rest) = text.trim_start_matches(is_blank).strip_prefix('v') else { return false };
    let Some(rest) = rest.trim_start_matches(is_blank).strip_prefix('=') else { return false };
    let value = rest.split(';').next().unwrap_or_default();
    value.trim_matches(is_blank) == version
}

/// The domain of a `mailto:` or `https:` address to which reports go; `None` where it has none.
#[must_use]
pub fn report_domain(uri: &str) -> Option<String> {
    let uri = uri.trim_matches(is_blank);
    let (scheme, rest) = uri.split_once(':')?;
    let host = match scheme.to_ascii_lowercase().as_str() {
        // A size limit may follow after an exclamation mark (RFC 7489, section 6.2).
        "mailto" => rest.split(['!', '?']).next()?.rsplit_once('@')?.1,
        "https" => {
            let authority = rest.strip_prefix("//")?.split(['/', '?', '#', '!']).next()?;
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            host.split(':').next()?
        }
        _ => return None,
    };
    let is_domain = host.contains('.')
        && host.len() <= 253
        && host.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '.' | '_'));
    is_domain.then(|| host.trim_end_matches('.').to_ascii_lowercase())
}

fn is_blank(one: char) -> bool {
    matches!(one, ' ' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_is_read_and_what_is_no_list_is_not() {
        assert_eq!(
            tags("v=DKIM1; k = rsa ;p=ab=;"),
            Some(vec![("v".into(), "DKIM1"), ("k".into(), "rsa"), ("p".into(), "ab=")])
        );
        for broken in ["", ";", "v=1;;p=x", "v=1; v=2", "v", "=x", "1=x", "v=1; p"] {
            assert_eq!(tags(broken), None, "{broken}");
        }
    }

    #[test]
    fn the_version_stands_first_and_alone() {
        assert!(has_version("v=DMARC1", "DMARC1") && has_version(" v = DMARC1 ; p=none", "DMARC1"));
        for other in ["V=DMARC1", "v=DMARC12", "v=dmarc1", "p=none; v=DMARC1", "v DMARC1", ""] {
            assert!(!has_version(other, "DMARC1"), "{other}");
        }
    }

    #[test]
    fn report_addresses_have_a_domain() {
        assert_eq!(report_domain("mailto:a@Example.jp!10m").as_deref(), Some("example.jp"));
        assert_eq!(report_domain("https://u@r.example.jp:8443/x").as_deref(), Some("r.example.jp"));
        for other in ["mailto:a", "mailto:a@b", "http://x.example.jp", "mailto:a@b\u{1b}.jp", "x"] {
            assert_eq!(report_domain(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,200}") {
            if let Some(tags) = tags(&text) {
                prop_assert!(!tags.is_empty());
            }
            prop_assert!(report_domain(&text).is_none_or(|domain| domain.is_ascii()));
            let _ = has_version(&text, "STSv1");
        }

        #[test]
        fn what_is_written_is_read_back(values in proptest::collection::btree_map("[a-z][a-z0-9_]{0,8}", "[!-:<-~]{0,12}", 1..6)) {
            let text: Vec<String> = values.iter().map(|(tag, value)| format!("{tag}={value}")).collect();
            let text = text.join("; ");
            let read = tags(&text).unwrap();
            let read: std::collections::BTreeMap<String, String> =
                read.into_iter().map(|(tag, value)| (tag, value.to_owned())).collect();
            prop_assert_eq!(read, values);
        }
    }
}
