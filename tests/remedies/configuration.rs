//! Cases -> one configuration of a real server: for each case a place with the bad setting and one with the snippet.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::cases::{Case, Place};

/// Where one place of a case is served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) tls: SocketAddr,
    pub(crate) plain: SocketAddr,
    /// An application behind the server, for cases that need one.
    pub(crate) backend: SocketAddr,
}

/// A case, where it is bad, where it is mended, and the snippet that mends it.
pub(crate) type Placed<'a> = (&'a Case, Ports, Ports, String);

/// Good settings by the word with which a case leaves one out.
const NGINX_GOOD: [(&str, &str); 11] = [
    ("hsts", "add_header Strict-Transport-Security \"max-age=31536000; includeSubDomains\" always;"),
    (
        "csp",
        "add_header Content-Security-Policy \"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
    ),
    ("nosniff", "add_header X-Content-Type-Options nosniff always;"),
    ("referrer", "add_header Referrer-Policy strict-origin-when-cross-origin always;"),
    ("permissions", "add_header Permissions-Policy \"camera=(), geolocation=(), microphone=()\" always;"),
    ("coop", "add_header Cross-Origin-Opener-Policy same-origin always;"),
    ("corp", "add_header Cross-Origin-Resource-Policy same-origin always;"),
    ("coep", "add_header Cross-Origin-Embedder-Policy require-corp always;"),
    ("cache", "add_header Cache-Control no-store always;"),
    ("tokens", "server_tokens off;"),
    ("error", "error_page 404 /404.html;"),
];

/// Writes nginx.conf.
pub(crate) fn nginx(folder: &Path, places: &[Placed<'_>]) -> PathBuf {
    let here = folder.display();
    let mut text = format!(
        "daemon off; master_process off; pid {here}/pid; error_log {here}/error.log;\nevents {{ worker_connections 4096; }}\nhttp {{\n\
         access_log off; client_body_temp_path {here}/t1; proxy_temp_path {here}/t2; fastcgi_temp_path {here}/t3; uwsgi_temp_path {here}/t4; scgi_temp_path {here}/t5;\n\
         types {{ text/html html; text/css css; text/plain txt log; application/json json; }} default_type application/octet-stream; charset utf-8;\n\
         ssl_certificate {here}/certificate.pem; ssl_certificate_key {here}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;\n"
    );
    for (number, (case, bad, good, snippet)) in places.iter().enumerate() {
        let root = format!("{here}/{number}");
        for (ports, lines) in [(bad, case.bad), (good, snippet.as_str())] {
            nginx_place(&mut text, case, *ports, lines, &root);
        }
    }
    text.push_str("}\n");
    let path = folder.join("nginx.conf");
    std::fs::write(&path, text).unwrap();
    path
}

fn nginx_place(text: &mut String, case: &Case, ports: Ports, lines: &str, root: &str) {
    // What belongs to the whole server program stands outside of the place.
    let (outside, lines): (Vec<&str>, Vec<&str>) = lines.lines().partition(|line| line.starts_with("map "));
    let lines = lines.join("\n");
    let at = |place: Place| if case.place == place { lines.as_str() } else { "" };
    let good: Vec<&str> = NGINX_GOOD
        .iter()
        .filter(|(name, _)| !case.without.contains(name))
        // A page with a form is not cached; other pages may be.
        .filter(|(name, _)| *name != "cache" || case.cache)
        .map(|(_, line)| *line)
        .collect();
    let location = if case.stays.contains("location / ") {
        String::new()
    } else {
        format!("location / {{ index index.html;\n{} }}", at(Place::Location))
    };
    writeln!(
        text,
        "{}\nserver {{ listen {} ssl; server_name www.example.jp; root {root};\n{}\n{}\n{}\n{location}\n}}",
        outside.join("\n"),
        ports.tls,
        good.join("\n"),
        case.stays.replace("BACKEND", &ports.backend.to_string()),
        at(Place::Server),
    )
    .unwrap();
    if case.place == Place::Plain && lines.contains("server {") {
        text.push_str(&lines.replace("listen 80", &format!("listen {}", ports.plain)));
    } else {
        let lines = if case.place == Place::Plain { lines.as_str() } else { "return 301 https://$host$request_uri;" };
        write!(text, "server {{ listen {}; server_name www.example.jp; root {root};\n{lines}\n}}", ports.plain)
            .unwrap();
    }
    if !case.backend.is_empty() {
        write!(text, "\nserver {{ listen {}; root {root}; {} }}", ports.backend, case.backend).unwrap();
    }
    text.push('\n');
}

const APACHE_GOOD: [(&str, &str); 9] = [
    ("hsts", "Header always set Strict-Transport-Security \"max-age=31536000; includeSubDomains\""),
    (
        "csp",
        "Header always set Content-Security-Policy \"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\"",
    ),
    ("nosniff", "Header always set X-Content-Type-Options nosniff"),
    ("referrer", "Header always set Referrer-Policy strict-origin-when-cross-origin"),
    ("permissions", "Header always set Permissions-Policy \"camera=(), geolocation=(), microphone=()\""),
    ("coop", "Header always set Cross-Origin-Opener-Policy same-origin"),
    ("corp", "Header always set Cross-Origin-Resource-Policy same-origin"),
    ("coep", "Header always set Cross-Origin-Embedder-Policy require-corp"),
    ("error", "ErrorDocument 404 /404.html"),
];

const APACHE_MODULES: [&str; 13] = [
    "mpm_event",
    "authz_core",
    "authz_host",
    "alias",
    "mime",
    "dir",
    "autoindex",
    "headers",
    "setenvif",
    "ssl",
    "socache_shmcb",
    "rewrite",
    "status",
];

/// Writes httpd.conf.
pub(crate) fn apache(folder: &Path, places: &[Placed<'_>]) -> PathBuf {
    let here = folder.display();
    let mut text = format!(
        "ServerRoot {here}\nPidFile {here}/pid\nErrorLog {here}/error.log\nServerName www.example.jp\nServerTokens Prod\nServerSignature Off\nTraceEnable Off\n\
         Mutex posixsem\nTypesConfig /dev/null\nDirectoryIndex index.html\nAddType text/html .html\nAddType text/css .css\nAddType text/plain .txt .log\nAddDefaultCharset utf-8\n"
    );
    let modules: String = APACHE_MODULES
        .iter()
        .map(|module| format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n"))
        .collect();
    text.insert_str(0, &modules);
    for (number, (case, bad, good, snippet)) in places.iter().enumerate() {
        let root = format!("{here}/{number}");
        for (ports, lines) in [(bad, case.bad), (good, snippet.as_str())] {
            apache_place(&mut text, case, *ports, lines, &root, &here.to_string());
        }
    }
    let path = folder.join("httpd.conf");
    std::fs::write(&path, text).unwrap();
    path
}

fn apache_place(text: &mut String, case: &Case, ports: Ports, lines: &str, root: &str, here: &str) {
    let good: Vec<&str> =
        APACHE_GOOD.iter().filter(|(name, _)| !case.without.contains(name)).map(|(_, line)| *line).collect();
    let (server, plain) = match case.place {
        Place::Plain => ("", lines),
        _ => (lines, "Redirect permanent / https://www.example.jp/"),
    };
    write!(
        text,
        "Listen {0}\nListen {1}\n<Directory {root}>\nRequire all granted\n</Directory>\n<VirtualHost {0}>\nServerName www.example.jp\nDocumentRoot {root}\n\
         SSLEngine on\nSSLProtocol -all +TLSv1.2 +TLSv1.3\nSSLCertificateFile {here}/certificate.pem\nSSLCertificateKeyFile {here}/key.pem\n{2}\n{3}\n{server}\n</VirtualHost>\n",
        ports.tls,
        ports.plain,
        good.join("\n"),
        case.stays,
    )
    .unwrap();
    if plain.contains("<VirtualHost *:80>") {
        text.push_str(&plain.replace("<VirtualHost *:80>", &format!("<VirtualHost {}>", ports.plain)));
    } else {
        write!(
            text,
            "<VirtualHost {}>\nServerName www.example.jp\nDocumentRoot {root}\n{plain}\n</VirtualHost>\n",
            ports.plain
        )
        .unwrap();
    }
    text.push('\n');
}
