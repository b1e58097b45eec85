//! Every fix on a configuration with its defect: the finding goes, none comes, a second run changes nothing, and the real
//! server takes the result.

use std::collections::BTreeMap;
use std::path::Path;

use tenken::cli::Streams;

/// Check, whether it needs `--unsafe`, and what stands inside `http`.
const DEFECTS: &[(&str, bool, &str)] = &[
    (
        "cfg-header-inheritance",
        false,
        "server {\n    listen 127.0.0.1:1;\n    add_header X-Frame-Options \"DENY\" always;\n    location / {\n        add_header Cache-Control no-store;\n    }\n}",
    ),
    ("cfg-header-always", false, "server { listen 127.0.0.1:1 ssl; add_header X-Frame-Options DENY; location / { } }"),
    (
        "cfg-header-line-break",
        false,
        "server {\n    listen 127.0.0.1:1 ssl;\n    add_header X-A \"one\n        two\" always;\n    location / { }\n}",
    ),
    (
        "cfg-header-duplicate",
        true,
        "server {\n    listen 127.0.0.1:1 ssl;\n    add_header X-Frame-Options DENY always;\n    add_header X-Frame-Options SAMEORIGIN always;\n    location / { }\n}",
    ),
    ("cfg-header-missing", true, "server {\n    listen 127.0.0.1:1 ssl;\n    location / { root /srv; }\n}"),
    (
        "cfg-hsts",
        true,
        "server {\n    listen 127.0.0.1:1 ssl;\n    add_header Strict-Transport-Security max-age=60 always;\n    location / { }\n}",
    ),
    (
        "cfg-csp",
        true,
        "server {\n    listen 127.0.0.1:1 ssl;\n    add_header Content-Security-Policy \"default-src 'self'; script-src 'self' 'unsafe-inline'\" always;\n    location / { }\n}",
    ),
    (
        "cfg-proxy-header-inheritance",
        true,
        "server {\n    listen 127.0.0.1:1;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    location / {\n        proxy_set_header Host $host;\n        proxy_pass http://127.0.0.1:2;\n    }\n}",
    ),
    ("cfg-version-disclosure", false, "server {\n    listen 127.0.0.1:1;\n    location / { }\n}"),
    ("cfg-tls-session-tickets", false, "server {\n    listen 127.0.0.1:1 ssl;\n    location / { }\n}"),
    (
        "cfg-tls-no-effect",
        false,
        "server { listen 127.0.0.1:1 ssl default_server; ssl_protocols TLSv1.2; }\nserver {\n    listen 127.0.0.1:1 ssl;\n    server_name b.example.jp;\n    ssl_protocols TLSv1.3;\n}",
    ),
    ("cfg-tls-protocol", true, "server { listen 127.0.0.1:1 ssl; ssl_protocols TLSv1 TLSv1.2; }"),
    ("cfg-tls-ciphers", true, "server {\n    listen 127.0.0.1:1 ssl;\n    ssl_ciphers ALL;\n}"),
    (
        "cfg-upstream-tls",
        true,
        "server {\n    listen 127.0.0.1:1;\n    location / {\n        proxy_pass https://127.0.0.1:2;\n    }\n}",
    ),
    (
        "cfg-default-server",
        true,
        "server {\n    listen 127.0.0.1:1;\n    server_name a.example.jp;\n    location / { }\n}",
    ),
    ("cfg-directory-listing", true, "server { listen 127.0.0.1:1; location / { autoindex on; } }"),
    ("cfg-alias-traversal", true, "server { listen 127.0.0.1:1; location /img { alias /srv/img/; } }"),
    ("cfg-hidden-files", true, "server { listen 127.0.0.1:1; root /srv; location / { } }"),
    ("cfg-body-size", true, "client_max_body_size 0;\nserver { listen 127.0.0.1:1; location / { } }"),
    ("cfg-methods", true, "server { listen 127.0.0.1:1; location / { dav_methods PUT DELETE; } }"),
    (
        "cfg-plain-http",
        true,
        "server {\n    listen 127.0.0.1:1;\n    server_name www.example.jp;\n    location / { }\n}",
    ),
    (
        "cfg-redirect-host",
        true,
        "server { listen 127.0.0.1:1; server_name www.example.jp; location / { return 301 https://$http_host$request_uri; } }",
    ),
    (
        "cfg-crlf-injection",
        true,
        "server { listen 127.0.0.1:1; location / { return 301 https://www.example.jp$uri$is_args$args; } }",
    ),
    ("cfg-status-endpoint", true, "server { listen 127.0.0.1:1; location /status { stub_status; } }"),
    (
        "cfg-merge-slashes",
        true,
        "server {\n    listen 127.0.0.1:1;\n    merge_slashes off;\n    location /admin/ { allow 192.0.2.1; deny all; }\n}",
    ),
    (
        "cfg-acl-allow-without-deny",
        true,
        "server { listen 127.0.0.1:1; location /admin/ { allow 192.0.2.1; allow 192.0.2.2; } }",
    ),
    ("cfg-acl-order", true, "server { listen 127.0.0.1:1; location /admin/ { deny all; allow 192.0.2.1; } }"),
    ("cfg-acl-exact-match", true, "server { listen 127.0.0.1:1; location / { } location = /admin { deny all; } }"),
    (
        "cfg-acl-regex-bypass",
        true,
        "server { listen 127.0.0.1:1; location /admin/ { allow 192.0.2.1; deny all; } location ~ \\.php$ { } }",
    ),
    (
        "cfg-satisfy-any",
        true,
        "server { listen 127.0.0.1:1; location /x { satisfy any; allow all; auth_basic x; auth_basic_user_file none; } }",
    ),
    (
        "cfg-real-ip",
        true,
        "server {\n    listen 127.0.0.1:1;\n    set_real_ip_from 0.0.0.0/0;\n    set_real_ip_from 192.0.2.1;\n}",
    ),
];

fn tenken(arguments: &[&str]) -> (String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams { out: &mut out, err: &mut err, width: 80, color: false, progress: false };
    let all = std::iter::once("tenken").chain(arguments.iter().copied()).map(std::ffi::OsString::from);
    let _ = tenken::cli::run(all, &mut streams);
    (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// Failing cfg checks with the count of their findings.
fn failing(main: &str) -> BTreeMap<String, usize> {
    let (text, said) =
        tenken(&["assess", main, "--offline", "--only", "cfg-*", "--format", "json", "--history", "none"]);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} {said}"));
    let mut counts = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap().iter().filter(|finding| finding["outcome"] == "fail") {
        *counts.entry(finding["check"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

/// Mends each defect in a folder of its own; `accepted` asks the real server, where there is one.
pub(crate) fn each(folder: &Path, accepted: impl Fn(&Path) -> Option<(bool, String)>) {
    let mut wrong = Vec::new();
    for (check, needs_unsafe, text) in DEFECTS {
        let own = folder.join(check);
        std::fs::create_dir_all(&own).unwrap();
        let pair = rcgen::generate_simple_self_signed(vec!["www.example.jp".to_owned()]).unwrap();
        std::fs::write(own.join("c.pem"), pair.cert.pem()).unwrap();
        std::fs::write(own.join("k.pem"), pair.signing_key.serialize_pem()).unwrap();
        std::fs::write(own.join("none"), "").unwrap();
        let path = own.display();
        let whole = format!(
            "pid {path}/pid;\nerror_log {path}/error.log;\nevents {{ }}\nhttp {{\naccess_log off;\nssl_certificate {path}/c.pem;\nssl_certificate_key {path}/k.pem;\n{text}\n}}\n"
        );
        let file = own.join("nginx.conf");
        std::fs::write(&file, &whole).unwrap();
        let main = file.to_str().unwrap();
        let before = failing(main);
        if !before.contains_key(*check) {
            wrong.push(format!("{check}: the defect is not seen ({before:?})"));
            continue;
        }
        if let Some((false, said)) = accepted(&own) {
            wrong.push(format!("{check}: nginx refuses it before: {said}"));
        }
        let safe = tenken(&["fix", main, "--only", check]);
        if safe.0.is_empty() != *needs_unsafe {
            wrong.push(format!("{check}: without --unsafe the diff is {:?} {}", safe.0, safe.1));
        }
        if std::fs::read_to_string(&file).unwrap() != whole {
            wrong.push(format!("{check}: a diff wrote to the file"));
        }
        let said = tenken(&["fix", main, "--only", check, "--unsafe", "--write"]).1;
        let after = failing(main);
        let came = after.iter().any(|(other, count)| before.get(other).is_none_or(|before| before < count));
        if after.contains_key(*check) || came {
            wrong.push(format!("{check}: {before:?} became {after:?}: {said}"));
            continue;
        }
        if let Some((false, said)) = accepted(&own) {
            wrong.push(format!("{check}: nginx refuses {}: {said}", std::fs::read_to_string(&file).unwrap()));
        }
        if std::fs::read_to_string(own.join(".nginx.conf.tenken-backup")).unwrap() != whole {
            wrong.push(format!("{check}: the backup is not the old text"));
        }
        let again = tenken(&["fix", main, "--only", check, "--unsafe"]).0;
        if !again.is_empty() {
            wrong.push(format!("{check}: a second run has {again}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(DEFECTS.len() >= 20);
}
