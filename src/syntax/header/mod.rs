//! HTTP/1.x response heads and the headers whose meaning decides a check. Field lines are kept apart, in wire order.

mod banner;
mod caching;
mod cookie;
mod cors;
mod permissions;
mod reporting;
mod security;
mod shown;

pub use banner::{error_details, names_version, technology_fields};
pub use caching::{SharedStorage, is_no_store, shared_storage};
pub use cookie::{Cookie, Drop, Prefix, SameSite, set_cookie};
pub use cors::{Grant, allowed_methods, cors_grant};
pub use permissions::{Openness, item_token, permissions, resource_policy};
pub use reporting::report_endpoints;
pub use security::{Framing, Hsts, framing, hsts, is_nosniff, referrer_policy};
pub use shown::{is_rule, shown};

/// A response head.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The answer is HTTP/1.0, whose connections close unless they say otherwise.
    pub is_http_1_0: bool,
    /// Status code.
    pub status: u16,
    /// Field lines: name in lower case, value without blanks around it; folded lines are joined by one blank.
    pub fields: Vec<(String, String)>,
    /// What is odd about it: `obs-fold`, `bare-lf`, `no-colon`.
    pub oddities: Vec<&'static str>,
}

impl Head {
    /// The values of a name, in wire order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// Where a head ends: the index behind its empty line; `None` where it does not end yet.
#[must_use]
pub fn head_end(bytes: &[u8]) -> Option<usize> {
    let mut line_start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' {
            let line = &bytes[line_start..at];
            if line.is_empty() || line == b"\r" {
                return Some(at + 1);
            }
            line_start = at + 1;
        }
    }
    None
}

/// Reads a head; `None` where it is no HTTP/1.x response.
#[must_use]
pub fn head(bytes: &[u8]) -> Option<Head> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').map_or((line, true), |line| (line, false)));
    let (status_line, _) = lines.next()?;
    let mut words = status_line.split(' ');
    let version = words.next()?;
    if !version.starts_with("HTTP/1.") {
        return None;
    }
    let status = words.next()?.parse().ok().filter(|status| (100..=999).contains(status))?;
    let mut head = Head { is_http_1_0: version == "HTTP/1.0", status, ..Head::default() };
    for (line, is_bare) in lines {
        if line.is_empty() {
            continue;
        }
        if is_bare {
            note(&mut head, "bare-lf");
        }
        if line.starts_with([' ', '\t']) {
            note(&mut head, "obs-fold");
            if let Some((_, value)) = head.fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        match line.split_once(':') {
            // A blank before the colon makes it no field (RFC 9112 section 5.1).
            Some((name, value)) if !name.is_empty() && !name.contains([' ', '\t']) => {
                head.fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            _ => note(&mut head, "no-colon"),
        }
    }
    Some(head)
}

fn note(head: &mut Head, oddity: &'static str) {
    if !head.oddities.contains(&oddity) {
        head.oddities.push(oddity);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn field_lines_are_kept_apart_and_folds_are_joined() {
        let head = head(b"HTTP/1.1 200 OK\r\nA: 1\r\nB: x\r\n y\r\na:2\nbad line\r\n\r\n").unwrap();
        assert_eq!(head.values("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(head.first("b"), Some("x y"));
        assert_eq!(head.oddities, ["obs-fold", "bare-lf", "no-colon"]);
    }

    #[test]
    fn the_end_of_a_head_is_found() {
        assert_eq!(head_end(b"HTTP/1.1 200\r\nA: 1\r\n\r\nbody"), Some(22));
        assert_eq!(head_end(b"HTTP/1.1 200\r\nA: 1\r\n"), None);
        assert_eq!(head(b"SSH-2.0\r\n\r\n"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (head(&bytes), head_end(&bytes));
        }

        #[test]
        fn any_value_is_read_without_a_panic(text in "[a-z0-9=;,\"' :*/.()\\-?{}\\[\\]%]{0,120}") {
            let one = || [text.as_str()].into_iter();
            let _ = (hsts(&text), set_cookie(&text, 0), referrer_policy(one()), framing(one()), is_nosniff(one()));
            let _ = (permissions(one()), item_token(one()), resource_policy(one()), names_version(&text), error_details(&text));
            let fields = ["cache-control", "expires", "report-to", "reporting-endpoints", "allow", "access-control-allow-origin"];
            let head = Head { status: 200, fields: fields.map(|name| (name.to_owned(), text.clone())).to_vec(), ..Head::default() };
            let _ = (shared_storage(&head), is_no_store(&head), report_endpoints(&head), allowed_methods(&head), cors_grant(&head, &text));
        }

        #[test]
        fn a_cookie_that_is_kept_keeps_its_own_promises(text in "(__Host-|__Secure-|)[a-z]{1,3}=[a-z]{0,3}(; (Secure|HttpOnly|Path=/|Path=x|Domain=example\\.jp|SameSite=None|SameSite=x|Max-Age=-?[0-9]{1,3})){0,5}") {
            let cookie = set_cookie(&text, 0).unwrap();
            if cookie.dropped("www.example.jp", true, |domain| domain == "jp").is_none() {
                prop_assert!(cookie.prefix == Prefix::None || cookie.secure);
                prop_assert!(cookie.same_site != SameSite::None || cookie.secure);
                prop_assert!(cookie.prefix != Prefix::Host || (cookie.domain.is_none() && cookie.path.as_deref() == Some("/")));
            }
        }
    }
}
