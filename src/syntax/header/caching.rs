//! Whether a shared cache may store an answer to GET (RFC 9111 section 3).

use super::Head;

/// What a shared cache may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedStorage {
    /// It must not store the answer.
    Refused,
    /// The answer says that it may, or for how long it is fresh.
    Explicit,
    /// The answer says nothing, and its status lets caches guess (section 4.2.2).
    Guessed,
}

impl SharedStorage {
    /// The word of evidence for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Explicit => "explicit",
            Self::Guessed => "guessed",
        }
    }
}

/// Statuses that caches may store without being told (RFC 9110 section 15.1).
const GUESSABLE: [u16; 12] = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501];

/// Whether no cache at all may keep the answer.
#[must_use]
pub fn is_no_store(head: &Head) -> bool {
    directives(head).iter().any(|(name, _)| name == "no-store")
}

/// What a shared cache may do with the answer.
#[must_use]
pub fn shared_storage(head: &Head) -> SharedStorage {
    let directives = directives(head);
    let value = |name: &str| directives.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    // A private with field names limits those fields alone (section 5.2.2.7).
    if value("no-store").is_some() || value("private") == Some("") {
        return SharedStorage::Refused;
    }
    // It may be stored, but is asked for again each time; Vary: * keeps it from ever being chosen.
    let is_never_fresh = value("no-cache") == Some("") || head.values("vary").any(|value| value.contains('*'));
    if is_never_fresh {
        return SharedStorage::Refused;
    }
    let seconds = value("s-maxage").or_else(|| value("max-age")).map(|text| text.parse::<u64>().unwrap_or(0));
    match seconds {
        Some(0) => SharedStorage::Refused,
        Some(_) => SharedStorage::Explicit,
        None if value("public").is_some() => SharedStorage::Explicit,
        // An Expires that is no date is in the past (section 5.3).
        None => match head.first("expires").map(str::trim) {
            Some(text) if text.len() < 16 => SharedStorage::Refused,
            Some(text) if is_past(text, head.first("date")) => SharedStorage::Refused,
            Some(_) => SharedStorage::Explicit,
            None if GUESSABLE.contains(&head.status) => SharedStorage::Guessed,
            None => SharedStorage::Refused,
        },
    }
}

/// Whether an Expires is no later than the answer itself; years tell what usual servers mean by the past.
fn is_past(expires: &str, date: Option<&str>) -> bool {
    let year = |text: &str| text.split(' ').find_map(|word| word.parse::<u16>().ok().filter(|year| *year > 999));
    date == Some(expires) || matches!((year(expires), date.and_then(year)), (Some(a), Some(b)) if a < b) || {
        date.is_none() && year(expires).is_some_and(|year| year < 2_000)
    }
}

/// Directives of all Cache-Control fields, names in lower case; without a value the empty text.
fn directives(head: &Head) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for field in head.values("cache-control") {
        let mut is_quoted = false;
        let parts = field.split(|character: char| {
            is_quoted ^= character == '"';
            character == ',' && !is_quoted
        });
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            all.push((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::header::head;

    fn storage(fields: &str) -> SharedStorage {
        shared_storage(&head(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n").as_bytes()).unwrap())
    }

    #[test]
    fn what_may_be_stored_is_what_the_standard_lets_be_stored() {
        for (fields, wanted) in [
            ("Cache-Control: no-store", SharedStorage::Refused),
            ("Cache-Control: private", SharedStorage::Refused),
            ("Cache-Control: max-age=60\r\nCache-Control: PRIVATE", SharedStorage::Refused),
            ("Cache-Control: private=\"set-cookie\", max-age=60", SharedStorage::Explicit),
            ("Cache-Control: no-cache", SharedStorage::Refused),
            ("Cache-Control: public", SharedStorage::Explicit),
            ("Cache-Control: max-age=60", SharedStorage::Explicit),
            ("Cache-Control: s-maxage=0, max-age=60", SharedStorage::Refused),
            ("Cache-Control: max-age=0, s-maxage=60", SharedStorage::Explicit),
            ("Expires: 0", SharedStorage::Refused),
            ("Expires: Thu, 19 Nov 1981 08:52:00 GMT", SharedStorage::Refused),
            ("Vary: *", SharedStorage::Refused),
            ("X: y", SharedStorage::Guessed),
        ] {
            assert_eq!(storage(fields), wanted, "{fields}");
        }
    }
}
