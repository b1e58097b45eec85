//! A request as nginx takes it apart: name, path without escapes and steps, arguments.

use std::net::IpAddr;

/// One request, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Over TLS.
    pub tls: bool,
    /// The name that is asked for, without a port.
    pub host: String,
    /// The port of the server.
    pub port: u16,
    /// The address of the server, where it is known.
    pub address: Option<IpAddr>,
    /// Who asks, where it is known.
    pub client: Option<IpAddr>,
    /// `GET`, `HEAD`.
    pub method: String,
    /// Path and query as they are written.
    pub target: String,
    /// Further header fields, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// A GET of a URL; `None` where it is no URL of HTTP.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let (tls, rest) = match url.split_once("://")? {
            ("https", rest) => (true, rest),
            ("http", rest) => (false, rest),
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let is_port = |port: &str| !port.is_empty() && port.chars().all(|one| one.is_ascii_digit());
        let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| is_port(port)) {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, if tls { 443 } else { 80 }),
        };
        if host.is_empty() || host.contains('@') {
            return None;
        }
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Some(Self {
            tls,
            host: host.to_owned(),
            port,
            address: None,
            client: None,
            method: "GET".to_owned(),
            target,
            headers: Vec::new(),
        })
    }

    /// The path without escapes and steps, and the arguments; `None` where nginx answers 400.
    pub(in crate::collect::webserver) fn parts(&self, merge_slashes: bool) -> Option<(String, Option<String>)> {
        let (path, arguments) = match self.target.split_once('?') {
            Some((path, arguments)) => (path, Some(arguments.to_owned())),
            None => (self.target.as_str(), None),
        };
        Some((normal(path, merge_slashes)?, arguments))
    }
}

/// A path without escapes, `.` and `..`, and, where they are merged, without slashes in a row.
fn normal(path: &str, merge_slashes: bool) -> Option<String> {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'%' {
            let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok())?;
            let value = u8::from_str_radix(digits, 16).ok().filter(|value| *value != 0)?;
            decoded.push(value);
            at += 3;
        } else {
            decoded.push(*byte);
            at += 1;
        }
    }
    let decoded = String::from_utf8_lossy(&decoded).into_owned();
    let mut parts: Vec<&str> = Vec::new();
    let all: Vec<&str> = decoded.strip_prefix('/')?.split('/').collect();
    for (number, part) in all.iter().enumerate() {
        let is_last = number + 1 == all.len();
        match *part {
            "." if is_last => parts.push(""),
            "." => {}
            ".." => {
                parts.pop()?;
                if is_last {
                    parts.push("");
                }
            }
            "" if merge_slashes && !is_last => {}
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_as_nginx_does() {
        for (path, wanted) in [
            ("/a//b/./c/../d", Some("/a/b/d")),
            ("/%61%2Fb", Some("/a/b")),
            ("/a/..", Some("/")),
            ("/a/.", Some("/a/")),
            ("/..", None),
            ("/%zz", None),
            ("/%00", None),
            ("//", Some("/")),
        ] {
            assert_eq!(normal(path, true).as_deref(), wanted, "{path}");
        }
        assert_eq!(normal("/a//b", false).as_deref(), Some("/a//b"));
        let asked = Asked::of_url("https://www.example.jp:8443?x=1#y").unwrap();
        assert_eq!((asked.port, asked.target.as_str()), (8443, "/?x=1"));
        assert_eq!(Asked::of_url("ftp://a/"), None);
    }
}
