//! Paths that must not be open, and the content that proves that one is: a status of 200 alone proves nothing.

/// A path, its category and what its content must look like.
pub(super) struct Exposure {
    pub(super) path: &'static str,
    pub(super) category: &'static str,
    signature: fn(&str) -> bool,
}

/// Every path that is asked for.
pub(super) const EXPOSURES: &[Exposure] = &[
    Exposure { path: "/.git/HEAD", category: "leftover", signature: is_git_head },
    Exposure { path: "/.env", category: "leftover", signature: is_env },
    Exposure { path: "/backup.sql", category: "leftover", signature: is_sql },
    Exposure { path: "/wp-config.php.bak", category: "leftover", signature: is_php },
    Exposure { path: "/phpinfo.php", category: "leftover", signature: is_phpinfo },
    Exposure { path: "/access.log", category: "log", signature: is_access_log },
    Exposure { path: "/logs/access.log", category: "log", signature: is_access_log },
    Exposure { path: "/error.log", category: "log", signature: is_error_log },
    Exposure { path: "/server-status", category: "stats", signature: is_server_status },
    Exposure { path: "/nginx_status", category: "stats", signature: is_nginx_status },
];

impl Exposure {
    /// Whether a body is what the path promises; only its first bytes are looked at.
    pub(super) fn is_proved_by(&self, body: &[u8]) -> bool {
        let start = &body[..body.len().min(4_096)];
        (self.signature)(&String::from_utf8_lossy(start))
    }
}

fn is_markup(text: &str) -> bool {
    let start = text.trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype") || start.starts_with("<html") || start.starts_with("<?xml")
}

fn is_git_head(text: &str) -> bool {
    text.starts_with("ref: refs/")
        || (text.trim().len() == 40 && text.trim().bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_env(text: &str) -> bool {
    let is_assignment = |line: &str| {
        line.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        })
    };
    !is_markup(text) && text.lines().any(is_assignment)
}

fn is_sql(text: &str) -> bool {
    !is_markup(text)
        && ["CREATE TABLE", "INSERT INTO", "-- MySQL dump", "-- PostgreSQL"].iter().any(|sign| text.contains(sign))
}

fn is_php(text: &str) -> bool {
    text.contains("<?php") && text.contains("define(")
}

fn is_phpinfo(text: &str) -> bool {
    text.contains("PHP Version") && text.contains("phpinfo()")
}

fn is_access_log(text: &str) -> bool {
    !is_markup(text)
        && text.lines().any(|line| line.contains("] \"") && line.contains(" HTTP/") || line.contains("\"GET /"))
}

fn is_error_log(text: &str) -> bool {
    !is_markup(text)
        && text.lines().any(|line| ["[error]", "[crit]", "[warn]", ":error]"].iter().any(|sign| line.contains(sign)))
}

fn is_server_status(text: &str) -> bool {
    text.contains("Apache Server Status") || (text.contains("Total Accesses") && text.contains("Scoreboard"))
}

fn is_nginx_status(text: &str) -> bool {
    text.contains("Active connections:") && text.contains("server accepts handled requests")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_friendly_error_page_is_no_exposure() {
        let page = b"<!DOCTYPE html><html><p>A=1 CREATE TABLE [error] \"GET / HTTP/1.1\"</p>";
        for exposure in EXPOSURES {
            assert!(!exposure.is_proved_by(page), "{}", exposure.path);
        }
    }

    #[test]
    fn the_real_content_is() {
        for (path, body) in [
            ("/.git/HEAD", "ref: refs/heads/main\n"),
            ("/.env", "# x\nDB_HOST=db\n"),
            ("/access.log", "192.0.2.1 - - [01/Apr/2026:00:00:00 +0900] \"GET / HTTP/1.1\" 200 1\n"),
            ("/nginx_status", "Active connections: 1\nserver accepts handled requests\n"),
        ] {
            let exposure = EXPOSURES.iter().find(|exposure| exposure.path == path).unwrap();
            assert!(exposure.is_proved_by(body.as_bytes()), "{path}");
        }
    }
}
