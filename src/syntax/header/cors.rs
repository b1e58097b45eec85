//! What an answer lets another origin read (Fetch Standard sections 3.3.3 and 4.9).

use super::Head;

/// What the asking origin may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// Nothing.
    Nothing,
    /// Read what a stranger without login sees.
    Read,
    /// Read with the visitor's cookies and logins.
    ReadWithCredentials,
}

/// What the answer grants to an origin that asked.
#[must_use]
pub fn cors_grant(head: &Head, origin: &str) -> Grant {
    let one = |name: &str| {
        let all: Vec<&str> = head.values(name).collect();
        // Two fields are one value with a comma, which equals no origin.
        all.join(", ")
    };
    let allowed = one("access-control-allow-origin");
    if allowed == "*" {
        // With credentials browsers do not take the star.
        return Grant::Read;
    }
    if allowed != origin {
        return Grant::Nothing;
    }
    // The word is told apart by case.
    if one("access-control-allow-credentials") == "true" { Grant::ReadWithCredentials } else { Grant::Read }
}

/// Methods that an answer names in Allow (RFC 9110 section 10.2.1), in upper case; `None` where it names none.
#[must_use]
pub fn allowed_methods(head: &Head) -> Option<Vec<String>> {
    let mut methods: Vec<String> = head
        .values("allow")
        .chain(head.values("access-control-allow-methods"))
        .flat_map(|value| value.split(','))
        .map(|method| method.trim().to_ascii_uppercase())
        .filter(|method| !method.is_empty())
        .collect();
    methods.sort();
    methods.dedup();
    head.first("allow").map(|_| methods)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::header::head;

    #[test]
    fn only_the_very_origin_with_true_reads_with_credentials() {
        let grant = |fields: &str, origin: &str| {
            cors_grant(&head(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n").as_bytes()).unwrap(), origin)
        };
        let origin = "https://a.example.net";
        let own = "Access-Control-Allow-Origin: https://a.example.net";
        let credentials = "Access-Control-Allow-Credentials: true";
        assert_eq!(grant(&format!("{own}\r\n{credentials}"), origin), Grant::ReadWithCredentials);
        assert_eq!(grant(&format!("{own}\r\n{own}\r\n{credentials}"), origin), Grant::Nothing, "two values are broken");
        assert_eq!(grant(&format!("{own}\r\nAccess-Control-Allow-Credentials: True"), origin), Grant::Read);
        assert_eq!(grant(&format!("Access-Control-Allow-Origin: *\r\n{credentials}"), origin), Grant::Read);
        assert_eq!(
            grant(&format!("Access-Control-Allow-Origin: null\r\n{credentials}"), "null"),
            Grant::ReadWithCredentials
        );
        assert_eq!(grant("X: y", origin), Grant::Nothing);
    }
}
