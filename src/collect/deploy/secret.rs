//! Whether a value that is given to a program is a secret, by its name and its shape. The value is looked at and dropped.

/// Last words of a name that announce a secret, with its class.
const WORDS: [(&str, &str); 19] = [
    ("pgpassword", "password"),
    ("password", "password"),
    ("passwd", "password"),
    ("passphrase", "password"),
    ("pwd", "password"),
    ("pass", "password"),
    ("secret", "secret"),
    ("token", "token"),
    ("apikey", "key"),
    ("api_key", "key"),
    ("secret_key", "key"),
    ("access_key", "key"),
    ("private_key", "key"),
    ("encryption_key", "key"),
    ("signing_key", "key"),
    ("app_key", "key"),
    ("credential", "secret"),
    ("credentials", "secret"),
    ("key_base", "secret"),
];

/// Beginnings that only tokens and keys of one issuer have.
const SHAPES: [(&str, &str); 12] = [
    ("-----BEGIN", "key"),
    ("AKIA", "key"),
    ("ASIA", "key"),
    ("ghp_", "token"),
    ("github_pat_", "token"),
    ("gho_", "token"),
    ("glpat-", "token"),
    ("xoxb-", "token"),
    ("xoxp-", "token"),
    ("sk_live_", "key"),
    ("AIza", "key"),
    ("eyJhbGciOi", "token"),
];

/// Values that no secret has: switches and nothing.
const SWITCHES: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "0", "1", "none"];

/// Class of the secret that stands in a value; `None` where it is none.
pub(super) fn class(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    if value.is_empty() || SWITCHES.contains(&value.to_ascii_lowercase().as_str()) {
        return None;
    }
    if let Some((_, class)) = SHAPES.iter().find(|(start, _)| value.starts_with(start)) {
        return Some(class);
    }
    if has_userinfo(value) {
        return Some("connection");
    }
    // A path or URL is where a secret is, not what it is.
    if value.starts_with('/') || value.contains("://") {
        return None;
    }
    let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
    let ends = |word: &str| name == word || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('_'));
    WORDS.iter().find(|(word, _)| ends(word)).map(|(_, class)| *class)
}

/// `scheme://user:password@host`
fn has_userinfo(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority
        .rsplit_once('@')
        .and_then(|(userinfo, _)| userinfo.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn secrets_are_known_by_name_or_shape() {
        for (name, value, wanted) in [
            ("DB_PASSWORD", "not-a-real-one", Some("password")),
            ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes", None),
            ("DB_PASSWORD_FILE", "/run/secrets/db", None),
            ("PASSWORD_MIN_LENGTH", "12", None),
            ("SESSION_TOKEN", "abc", Some("token")),
            ("TOKEN_LIFETIME", "3600", None),
            ("COMPASS", "north", None),
            ("DATABASE_URL", "postgres://app:not-real@db/app", Some("connection")),
            ("DATABASE_URL", "postgres://app@db/app", None),
            ("ANYTHING", "-----BEGIN PRIVATE KEY-----", Some("key")),
            ("PUBLIC_KEY", "ssh-ed25519 AAAA", None),
            ("SECRET_KEY_BASE", "abc", Some("secret")),
            ("PASSWORD", "", None),
        ] {
            assert_eq!(class(name, value), wanted, "{name}");
        }
    }
}
