//! Source expressions (CSP3 section 2.3.1) and how a URL matches one (section 6.7.2).

use url::{Host, Url};

/// A hash function that a source expression may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// A host with what may stand around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSource {
    /// Scheme in lower case, where written.
    pub scheme: Option<String>,
    /// Host in lower case: a name, `*`, or `*.` and a name.
    pub host: String,
    /// Port, where written: `*` or digits.
    pub port: Option<String>,
    /// Path, where written; begins with `/`.
    pub path: String,
}

/// One word of a source list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `'none'`: counts only where it stands alone.
    None,
    /// `'self'`.
    SelfOrigin,
    /// `*` alone.
    Any,
    /// `'unsafe-inline'`.
    UnsafeInline,
    /// `'unsafe-eval'`.
    UnsafeEval,
    /// `'strict-dynamic'`.
    StrictDynamic,
    /// `'unsafe-hashes'`.
    UnsafeHashes,
    /// A keyword that allows no load and no inline script by itself (`'report-sample'`, `'wasm-unsafe-eval'`, …).
    OtherKeyword,
    /// `'nonce-…'`, its value with case kept.
    Nonce(String),
    /// `'sha256-…'` and its like, the digest in base64 as written.
    Hash(Algorithm, String),
    /// A scheme in lower case, without its colon.
    Scheme(String),
    /// A host.
    Host(HostSource),
    /// None of these: browsers pass over it.
    Invalid,
}

const OTHER_KEYWORDS: [&str; 9] = [
    "'report-sample'",
    "'unsafe-allow-redirects'",
    "'wasm-unsafe-eval'",
    "'inline-speculation-rules'",
    "'trusted-types-eval'",
    "'report-sha256'",
    "'report-sha384'",
    "'report-sha512'",
    "'unsafe-webtransport-hashes'",
];

impl Source {
    /// Reads one word. Keywords are free of case; what nonces and digests say is not.
    #[must_use]
    pub fn read(word: &str) -> Self {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "'none'" => return Self::None,
            "'self'" => return Self::SelfOrigin,
            "*" => return Self::Any,
            "'unsafe-inline'" => return Self::UnsafeInline,
            "'unsafe-eval'" => return Self::UnsafeEval,
            "'strict-dynamic'" => return Self::StrictDynamic,
            "'unsafe-hashes'" => return Self::UnsafeHashes,
            _ if OTHER_KEYWORDS.contains(&lower.as_str()) => return Self::OtherKeyword,
            _ => {}
        }
        if let Some(inner) = word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return quoted(inner);
        }
        if let Some(scheme) = lower.strip_suffix(':')
            && is_scheme(scheme)
        {
            return Self::Scheme(scheme.to_owned());
        }
        host(word).map_or(Self::Invalid, Self::Host)
    }
}

fn quoted(inner: &str) -> Source {
    let (Some((front, value)), lower) = (inner.split_once('-'), inner.to_ascii_lowercase()) else {
        return Source::Invalid;
    };
    if !is_base64(value) {
        return Source::Invalid;
    }
    let algorithm = match front.to_ascii_lowercase().as_str() {
        "nonce" if lower.starts_with("nonce-") => return Source::Nonce(value.to_owned()),
        "sha256" => Algorithm::Sha256,
        "sha384" => Algorithm::Sha384,
        "sha512" => Algorithm::Sha512,
        _ => return Source::Invalid,
    };
    Source::Hash(algorithm, value.to_owned())
}

/// `base64-value`: letters, digits, `+ / - _`, then at most two `=`.
fn is_base64(value: &str) -> bool {
    let body = value.trim_end_matches('=');
    !body.is_empty()
        && value.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}

fn is_scheme(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn host(word: &str) -> Option<HostSource> {
    let (scheme, rest) = match word.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme.to_ascii_lowercase()), rest),
        Some(_) => return None,
        None => (None, word),
    };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    // Query and fragment are no part of the grammar; browsers cut them off and go on.
    let authority = authority.split(['?', '#']).next().unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        Some(_) => return None,
        None => (authority, None),
    };
    if port.is_some_and(|port| port != "*" && (port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()))) {
        return None;
    }
    let labels = match host.strip_prefix("*.") {
        Some(rest) => rest,
        None if host == "*" => "x",
        None => host,
    };
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    labels.split('.').all(is_label).then(|| HostSource {
        scheme,
        host: host.to_ascii_lowercase(),
        port: port.map(str::to_owned),
        path: path.to_owned(),
    })
}

/// Whether any expression of a list matches a URL (section 6.7.2.7). `'none'`, nonces, hashes and keywords match no URL.
pub(super) fn any_matches(sources: &[Source], url: &Url, page: &Url, was_redirected: bool) -> bool {
    sources.iter().any(|source| matches(source, url, page, was_redirected))
}

fn matches(source: &Source, url: &Url, page: &Url, was_redirected: bool) -> bool {
    match source {
        Source::Any => matches!(url.scheme(), "http" | "https" | "ws" | "wss") || url.scheme() == page.scheme(),
        Source::Scheme(scheme) => scheme_matches(scheme, url.scheme()),
        Source::SelfOrigin => is_self(url, page),
        Source::Host(host) => host_matches(host, url, page, was_redirected),
        _ => false,
    }
}

/// Section 6.7.2.9: a scheme also stands for its secure form.
fn scheme_matches(written: &str, scheme: &str) -> bool {
    written == scheme
        || match written {
            "http" => scheme == "https",
            "ws" => matches!(scheme, "wss" | "http" | "https"),
            "wss" => scheme == "https",
            _ => false,
        }
}

fn is_self(url: &Url, page: &Url) -> bool {
    if matches!(url.scheme(), "blob" | "filesystem" | "data") || url.host_str() != page.host_str() {
        return false;
    }
    let is_default = |one: &Url| one.port().is_none();
    let same_port = url.port_or_known_default() == page.port_or_known_default();
    (url.scheme() == page.scheme() && same_port)
        || ((same_port || (is_default(url) && is_default(page)))
            && (matches!(url.scheme(), "https" | "wss") || (page.scheme() == "http" && url.scheme() == "ws")))
}

fn host_matches(source: &HostSource, url: &Url, page: &Url, was_redirected: bool) -> bool {
    let Some(host) = url.host() else { return false };
    let scheme = match &source.scheme {
        Some(scheme) => scheme.as_str(),
        None => page.scheme(),
    };
    let is_page_scheme_of_sockets =
        source.scheme.is_none() && matches!((scheme, url.scheme()), ("http", "ws" | "wss") | ("https", "wss"));
    if !scheme_matches(scheme, url.scheme()) && !is_page_scheme_of_sockets {
        return false;
    }
    let name = host_text(&host);
    let host_fits = match source.host.strip_prefix('*') {
        Some("") => true,
        Some(end) => matches!(host, Host::Domain(_)) && name.ends_with(end) && name.len() > end.len(),
        None => source.host == name,
    };
    host_fits && port_matches(source, scheme, url) && (was_redirected || path_matches(&source.path, url.path()))
}

fn host_text(host: &Host<&str>) -> String {
    match host {
        Host::Domain(name) => name.trim_end_matches('.').to_ascii_lowercase(),
        other => other.to_string(),
    }
}

/// Section 6.7.2.11; port 80 also stands for 443 where the scheme was made secure.
fn port_matches(source: &HostSource, scheme: &str, url: &Url) -> bool {
    let of_url = url.port_or_known_default();
    match source.port.as_deref() {
        Some("*") => true,
        Some(port) => {
            let port = port.parse::<u16>().ok();
            let upgraded = port == Some(80) && of_url == Some(443) && matches!(url.scheme(), "https" | "wss");
            // A scheme that had to be made secure takes no other port with it: what listens there spoke plainly.
            let was_upgraded = scheme != url.scheme() && source.scheme.is_some();
            upgraded || (port.is_some() && port == of_url && !was_upgraded)
        }
        None => url.port().is_none(),
    }
}

/// Section 6.7.2.12: a path that ends with `/` covers what is below it, any other only itself.
fn path_matches(written: &str, path: &str) -> bool {
    if written.is_empty() || (written == "/" && path.is_empty()) {
        return true;
    }
    let (mut wanted, found): (Vec<&str>, Vec<&str>) = (written.split('/').collect(), path.split('/').collect());
    let is_folder = written.ends_with('/');
    if wanted.len() > found.len() || (!is_folder && wanted.len() != found.len()) {
        return false;
    }
    if is_folder {
        wanted.pop();
    }
    wanted.iter().zip(&found).all(|(wanted, found)| decoded(wanted) == decoded(found))
}

fn decoded(piece: &str) -> Vec<u8> {
    let bytes = piece.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        let code = hex.filter(|_| *byte == b'%').and_then(|two| u8::from_str_radix(two, 16).ok());
        out.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    out
}
