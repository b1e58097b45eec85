//! Set-Cookie (RFC 6265bis): attributes and name. The value never leaves this file.

/// A cookie without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Secure is set.
    pub secure: bool,
    /// HttpOnly is set.
    pub http_only: bool,
    /// `strict`, `lax` or `none`; `None` where absent or unknown.
    pub same_site: Option<String>,
    /// It ends with the browser's session.
    pub is_session: bool,
    /// Its name, or the length of its value, is that of a session identifier.
    pub looks_like_session_id: bool,
}

/// Reads one field; `None` where a browser keeps no cookie of it.
#[must_use]
pub fn set_cookie(value: &str) -> Option<Cookie> {
    let mut parts = value.split(';');
    let pair = parts.next()?;
    let (name, content) = pair.split_once('=').unwrap_or(("", pair));
    let (name, content) = (name.trim(), content.trim());
    if name.is_empty() && content.is_empty() {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let named = ["sess", "sid", "auth", "token", "jwt", "login"].iter().any(|word| lower.contains(word));
    let mut cookie = Cookie {
        name: name.to_owned(),
        secure: false,
        http_only: false,
        same_site: None,
        is_session: true,
        looks_like_session_id: named
            || (content.len() >= 24
                && content.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.%+/=".contains(&byte))),
    };
    for attribute in parts {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            "samesite" => {
                let value = value.trim().to_ascii_lowercase();
                cookie.same_site = matches!(value.as_str(), "strict" | "lax" | "none").then_some(value);
            }
            "expires" | "max-age" => cookie.is_session = false,
            _ => {}
        }
    }
    Some(cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_and_the_value_is_dropped() {
        let cookie = set_cookie("PHPSESSID=topsecret; Secure; HttpOnly; SameSite=Lax; Path=/").unwrap();
        assert!(cookie.secure && cookie.http_only && cookie.is_session && cookie.looks_like_session_id);
        assert_eq!(cookie.same_site.as_deref(), Some("lax"));
        assert!(!format!("{cookie:?}").contains("topsecret"));
        assert_eq!(set_cookie("; Secure"), None);
    }
}
