//! Paths that must not be open, and the content that proves that one is: a status of 200 alone proves nothing.

/// A path, its category and what its content must look like.
#[derive(Debug)]
pub(super) struct Exposure {
    pub(super) path: &'static str,
    pub(super) category: &'static str,
    signature: Signature,
}

type Signature = fn(&Start<'_>) -> Option<&'static str>;

/// The first bytes of a body, and the same as text.
struct Start<'a> {
    bytes: &'a [u8],
    text: &'a str,
}

/// Bytes of a body that are looked at; no more are read.
pub(super) const START_BYTES: usize = 4_096;
/// Bytes of an excerpt.
const EXCERPT_BYTES: usize = 64;

const fn at(path: &'static str, category: &'static str, signature: Signature) -> Exposure {
    Exposure { path, category, signature }
}

/// Categories, in the order in which they are listed.
pub(super) const CATEGORIES: [&str; 5] = ["leftover", "log", "stats", "debug", "listing"];

/// Every path that is asked for by name.
pub(super) const EXPOSURES: &[Exposure] = &[
    at("/.git/HEAD", "leftover", git_head),
    at("/.git/config", "leftover", git_config),
    at("/.svn/entries", "leftover", svn_entries),
    at("/.env", "leftover", assignments),
    at("/.htpasswd", "leftover", password_file),
    at("/.DS_Store", "leftover", ds_store),
    at("/wp-config.php.bak", "leftover", php_source),
    at("/wp-config.php~", "leftover", php_source),
    at("/config.php.bak", "leftover", php_source),
    at("/index.php~", "leftover", php_source),
    at("/index.php.bak", "leftover", php_source),
    at("/web.config", "leftover", web_config),
    at("/backup.sql", "leftover", sql),
    at("/dump.sql", "leftover", sql),
    at("/database.sqlite", "leftover", sqlite),
    at("/backup.zip", "leftover", archive),
    at("/backup.tar.gz", "leftover", archive),
    at("/id_rsa", "leftover", private_key),
    at("/server.key", "leftover", private_key),
    at("/docker-compose.yml", "leftover", compose),
    at("/access.log", "log", access_log),
    at("/logs/access.log", "log", access_log),
    at("/log/access.log", "log", access_log),
    at("/access_log", "log", access_log),
    at("/error.log", "log", error_log),
    at("/logs/error.log", "log", error_log),
    at("/error_log", "log", error_log),
    at("/debug.log", "log", error_log),
    at("/wp-content/debug.log", "log", error_log),
    at("/server-status", "stats", server_status),
    at("/server-info", "stats", server_info),
    at("/nginx_status", "stats", stub_status),
    at("/stub_status", "stats", stub_status),
    at("/awstats/awstats.pl", "stats", awstats),
    at("/webalizer/", "stats", webalizer),
    at("/report.html", "stats", goaccess),
    at("/phpinfo.php", "debug", phpinfo),
    at("/info.php", "debug", phpinfo),
    at("/metrics", "debug", metrics),
    at("/actuator/env", "debug", actuator),
    at("/debug/pprof/", "debug", pprof),
    at("/_profiler/", "debug", profiler),
    at("/elmah.axd", "debug", elmah),
    at("/images/", "listing", listing),
    at("/uploads/", "listing", listing),
    at("/files/", "listing", listing),
    at("/backup/", "listing", listing),
];

impl Exposure {
    /// The name of the sign by which a body is what the path promises; `None` where it is not.
    pub(super) fn sign(&self, body: &[u8]) -> Option<&'static str> {
        sign(self.signature, body)
    }
}

/// Whether a body is a listing of a directory.
pub(super) fn is_listing(body: &[u8]) -> Option<&'static str> {
    sign(listing, body)
}

fn sign(signature: Signature, body: &[u8]) -> Option<&'static str> {
    let bytes = &body[..body.len().min(START_BYTES)];
    let text = String::from_utf8_lossy(bytes);
    signature(&Start { bytes, text: &text })
}

/// The start of a body with every letter and digit covered: its shape can be recognised, nothing in it can be read.
pub(super) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT_BYTES)]).into_owned();
    let cover = |character: char| match character {
        _ if character.is_numeric() => '9',
        _ if character.is_alphabetic() => 'x',
        _ if character.is_control() || !character.is_ascii() => ' ',
        _ => character,
    };
    text.chars().map(cover).collect()
}

fn is_markup(start: &Start<'_>) -> bool {
    let text = start.text.trim_start_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
    let text = text.get(..text.len().min(64)).unwrap_or(text).to_ascii_lowercase();
    ["<!doctype", "<html", "<head", "<body", "<!--"].iter().any(|tag| text.starts_with(tag))
}

fn found(holds: bool, name: &'static str) -> Option<&'static str> {
    holds.then_some(name)
}

fn git_head(start: &Start<'_>) -> Option<&'static str> {
    let text = start.text.trim();
    let is_hash = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    found(text.starts_with("ref: refs/") || is_hash, "git head")
}

fn git_config(start: &Start<'_>) -> Option<&'static str> {
    found(
        !is_markup(start) && start.text.contains("[core]") && start.text.contains("repositoryformatversion"),
        "git configuration",
    )
}

fn svn_entries(start: &Start<'_>) -> Option<&'static str> {
    let mut lines = start.text.lines();
    let is_number = |line: &str| (1..=2).contains(&line.len()) && line.bytes().all(|byte| byte.is_ascii_digit());
    found(
        lines.next().is_some_and(is_number) && lines.next().is_none_or(|line| line.is_empty() || line == "dir"),
        "svn entries",
    )
}

fn assignments(start: &Start<'_>) -> Option<&'static str> {
    let is_assignment = |line: &str| {
        let line = line.trim_start().trim_start_matches("export ");
        line.split_once('=').is_some_and(|(name, _)| {
            name.len() > 2
                && name.starts_with(|first: char| first.is_ascii_uppercase())
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        })
    };
    let lines = start.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (all, fitting) =
        lines.fold((0, 0), |(all, fitting), line| (all + 1, fitting + usize::from(is_assignment(line))));
    found(!is_markup(start) && fitting > 0 && fitting * 2 >= all, "environment settings")
}

fn password_file(start: &Start<'_>) -> Option<&'static str> {
    let is_entry = |line: &str| {
        line.split_once(':').is_some_and(|(name, hash)| {
            !name.is_empty()
                && !name.contains(char::is_whitespace)
                && ["$apr1$", "$2y$", "$2a$", "$2b$", "$5$", "$6$", "{SHA}"].iter().any(|sign| hash.starts_with(sign))
        })
    };
    found(!is_markup(start) && start.text.lines().any(is_entry), "password hashes")
}

fn ds_store(start: &Start<'_>) -> Option<&'static str> {
    found(start.bytes.starts_with(b"\x00\x00\x00\x01Bud1"), "directory index of a Mac")
}

fn php_source(start: &Start<'_>) -> Option<&'static str> {
    found(!is_markup(start) && start.text.contains("<?php"), "PHP source")
}

fn web_config(start: &Start<'_>) -> Option<&'static str> {
    found(
        start.text.contains("<configuration")
            && (start.text.contains("<system.web") || start.text.contains("connectionString")),
        "IIS settings",
    )
}

fn sql(start: &Start<'_>) -> Option<&'static str> {
    let signs = ["CREATE TABLE", "INSERT INTO", "-- MySQL dump", "-- MariaDB dump", "-- PostgreSQL database dump"];
    found(!is_markup(start) && signs.iter().any(|sign| start.text.contains(sign)), "database dump")
}

fn sqlite(start: &Start<'_>) -> Option<&'static str> {
    found(start.bytes.starts_with(b"SQLite format 3\0"), "SQLite database")
}

fn archive(start: &Start<'_>) -> Option<&'static str> {
    found(start.bytes.starts_with(b"PK\x03\x04") || start.bytes.starts_with(b"\x1f\x8b\x08"), "archive")
}

fn private_key(start: &Start<'_>) -> Option<&'static str> {
    found(
        !is_markup(start) && start.text.contains("-----BEGIN ") && start.text.contains("PRIVATE KEY-----"),
        "private key",
    )
}

fn compose(start: &Start<'_>) -> Option<&'static str> {
    let has = |name: &str| start.text.lines().any(|line| line.trim_end() == name);
    found(!is_markup(start) && has("services:"), "container settings")
}

fn access_log(start: &Start<'_>) -> Option<&'static str> {
    let is_entry = |line: &str| {
        let has_request = ["\"GET ", "\"POST ", "\"HEAD "].iter().any(|method| line.contains(method));
        has_request && line.contains(" HTTP/") && line.contains('[')
    };
    found(!is_markup(start) && start.text.lines().any(is_entry), "access log")
}

fn error_log(start: &Start<'_>) -> Option<&'static str> {
    let signs = [
        "[error]",
        "[crit]",
        "[warn]",
        "[notice]",
        ":error]",
        "PHP Warning:",
        "PHP Notice:",
        "PHP Fatal error:",
        "PHP Deprecated:",
    ];
    let is_entry =
        |line: &str| line.bytes().any(|byte| byte.is_ascii_digit()) && signs.iter().any(|sign| line.contains(sign));
    found(!is_markup(start) && start.text.lines().any(is_entry), "error log")
}

fn server_status(start: &Start<'_>) -> Option<&'static str> {
    let text = start.text;
    found(
        text.contains("Apache Server Status") || (text.contains("Total Accesses") && text.contains("Scoreboard")),
        "Apache status",
    )
}

fn server_info(start: &Start<'_>) -> Option<&'static str> {
    found(
        start.text.contains("Apache Server Information") || start.text.contains("Server Module Magic Number"),
        "Apache configuration",
    )
}

fn stub_status(start: &Start<'_>) -> Option<&'static str> {
    found(
        start.text.contains("Active connections:") && start.text.contains("server accepts handled requests"),
        "nginx status",
    )
}

fn awstats(start: &Start<'_>) -> Option<&'static str> {
    found(
        start.text.contains("Advanced Web Statistics") || start.text.contains("name=\"generator\" content=\"AWStats"),
        "AWStats",
    )
}

fn webalizer(start: &Start<'_>) -> Option<&'static str> {
    found(start.text.contains("Usage Statistics for") && start.text.contains("Webalizer"), "Webalizer")
}

fn goaccess(start: &Start<'_>) -> Option<&'static str> {
    found(start.text.contains("GoAccess") && start.text.to_ascii_lowercase().contains("<title>server"), "GoAccess")
}

fn phpinfo(start: &Start<'_>) -> Option<&'static str> {
    found(start.text.contains("phpinfo()") && start.text.contains("PHP Version"), "phpinfo")
}

fn metrics(start: &Start<'_>) -> Option<&'static str> {
    let has = |sign: &str| start.text.lines().any(|line| line.starts_with(sign));
    found(!is_markup(start) && has("# TYPE ") && has("# HELP "), "metrics")
}

fn actuator(start: &Start<'_>) -> Option<&'static str> {
    found(
        start.text.trim_start().starts_with('{') && start.text.contains("\"propertySources\""),
        "application environment",
    )
}

fn pprof(start: &Start<'_>) -> Option<&'static str> {
    found(start.text.contains("/debug/pprof/") && start.text.contains("goroutine"), "profiler")
}

fn profiler(start: &Start<'_>) -> Option<&'static str> {
    found(start.text.contains("Symfony Profiler"), "profiler")
}

fn elmah(start: &Start<'_>) -> Option<&'static str> {
    found(start.text.contains("Error Log for") && start.text.contains("ELMAH"), "error list")
}

fn listing(start: &Start<'_>) -> Option<&'static str> {
    let text = start.text;
    let is_title = text.contains("<title>Index of /")
        || text.contains("<h1>Index of /")
        || text.contains("<title>Directory listing for /");
    let is_iis = text.contains("[To Parent Directory]") && text.contains("<pre>");
    found((is_title && text.contains("href=")) || is_iis, "directory listing")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn proof(path: &str, body: &[u8]) -> Option<&'static str> {
        EXPOSURES.iter().find(|exposure| exposure.path == path).unwrap().sign(body)
    }

    #[test]
    fn a_friendly_error_page_is_no_exposure() {
        let pages: [&[u8]; 4] = [
            b"<!DOCTYPE html><html><p>A=1 CREATE TABLE [error] \"GET / HTTP/1.1\" [x] <?php -----BEGIN PRIVATE KEY-----</p>",
            b"\n\n  <html><title>404</title>/.git/HEAD 40 services:\n",
            b"not found",
            b"",
        ];
        for page in pages {
            for exposure in EXPOSURES {
                assert_eq!(exposure.sign(page), None, "{}", exposure.path);
            }
        }
    }

    #[test]
    fn the_real_content_is() {
        for (path, body) in [
            ("/.git/HEAD", &b"ref: refs/heads/main\n"[..]),
            ("/.git/config", b"[core]\n\trepositoryformatversion = 0\n"),
            ("/.svn/entries", b"12\n"),
            ("/.env", b"# x\nDB_HOST=db\n"),
            ("/.htpasswd", b"admin:$apr1$x$y\n"),
            ("/.DS_Store", b"\x00\x00\x00\x01Bud1\x00"),
            ("/wp-config.php.bak", b"<?php define('DB','x');"),
            ("/web.config", b"<?xml version=\"1.0\"?><configuration><system.web/></configuration>"),
            ("/backup.sql", b"-- MySQL dump 10\n"),
            ("/database.sqlite", b"SQLite format 3\0"),
            ("/backup.zip", b"PK\x03\x04"),
            ("/backup.tar.gz", b"\x1f\x8b\x08\x00"),
            ("/id_rsa", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"),
            ("/docker-compose.yml", b"services:\n  web:\n"),
            ("/access.log", b"192.0.2.1 - - [01/Apr/2026:00:00:00 +0900] \"GET / HTTP/1.1\" 200 1\n"),
            ("/error.log", b"2026/04/01 00:00:00 [error] 1#1: x\n"),
            ("/server-status", b"<html><title>Apache Status</title><h1>Apache Server Status for x</h1>"),
            ("/server-info", b"<html><h1>Apache Server Information</h1>"),
            ("/nginx_status", b"Active connections: 1\nserver accepts handled requests\n"),
            ("/awstats/awstats.pl", b"<html><meta name=\"generator\" content=\"AWStats 7.9\">"),
            ("/webalizer/", b"<HTML><TITLE>Usage Statistics for x</TITLE> Webalizer"),
            ("/report.html", b"<!DOCTYPE html><html><title>Server Statistics</title> GoAccess"),
            ("/phpinfo.php", b"<!DOCTYPE html><title>PHP 8.2 - phpinfo()</title><h1>PHP Version 8.2</h1>"),
            ("/metrics", b"# HELP x y\n# TYPE x counter\nx 1\n"),
            ("/actuator/env", b"{\"activeProfiles\":[],\"propertySources\":[]}"),
            ("/debug/pprof/", b"<html><title>/debug/pprof/</title>goroutine"),
            ("/_profiler/", b"<html><title>Symfony Profiler</title>"),
            ("/elmah.axd", b"<html><title>Error Log for x</title> ELMAH"),
            ("/images/", b"<html><head><title>Index of /images/</title></head><a href=\"../\">../</a>"),
        ] {
            assert!(proof(path, body).is_some(), "{path}");
        }
    }

    #[test]
    fn an_excerpt_shows_the_shape_and_nothing_else() {
        let shown =
            excerpt(b"DB_PASSWORD=hunter2\n192.0.2.7 yamada@example.jp and more than sixty-four bytes in all of it");
        assert_eq!(shown, "xx_xxxxxxxx=xxxxxx9 999.9.9.9 xxxxxx@xxxxxxx.xx xxx xxxx xxxx xx");
    }

    proptest! {
        #[test]
        fn any_body_is_looked_at_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            for exposure in EXPOSURES {
                let _ = exposure.sign(&body);
            }
            prop_assert!(excerpt(&body).chars().all(|shown| shown.is_ascii() && !shown.is_ascii_control()));
        }
    }
}
