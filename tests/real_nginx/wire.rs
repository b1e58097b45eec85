//! The main job against a running nginx: the file is assessed, the running server answers, and each way in which they may differ
//! is found at its place.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::Value;
use tenken::cli::{self, Streams};

/// The file as its owner keeps it. Ports are put in for the running copy alone.
const CONFIGURATION: &str = r#"server {
    listen 443 ssl;
    server_name www.example.jp;
    root FOLDER/site;
    server_tokens off;
    add_header Strict-Transport-Security "max-age=31536000" always;
    add_header X-Content-Type-Options nosniff always;
    location / { }
    location /assets/ {
        add_header Cache-Control no-store always;
    }
    location /manage/ { deny all; }
    location = /old.html { return 301 https://www.example.jp/index.html; }
}
"#;

/// A second server of another machine, in front of the first, whose configuration nobody shows.
const IN_FRONT: &str = r#"server {
    listen 127.0.0.1:FRONT ssl;
    server_name www.example.jp;
    location / {
        proxy_pass https://127.0.0.1:PORT;
        proxy_set_header Host www.example.jp;
        proxy_hide_header X-Content-Type-Options;
        add_header X-Cache HIT;
    }
}
"#;

const SITE: &str = "site: Example\nhosts:\n  - { name: www.example.jp, pages: [/assets/a.html, /old.html] }\nurl: https://www.example.jp\n\
                    configuration: { nginx: nginx.conf }\ndeclared: { admin_paths: [/manage/] }\n";

/// Ends its own child when it goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn hold(program: &str, folder: &Path) {
    prepare(folder);
    let (port, front) = (free_port(), free_port());
    let own = |text: &str| text.replace("FOLDER", folder.to_str().unwrap());
    let running = own(CONFIGURATION).replace("443 ssl", &format!("127.0.0.1:{port} ssl"))
        + &IN_FRONT.replace("FRONT", &front.to_string()).replace("PORT", &port.to_string());
    let _server = start(program, folder, &running, port);
    write(folder, &own(CONFIGURATION));

    // The file is the one that runs: all that is found is what it does to itself.
    let lost = "/assets/a.html cfg-wire-headers lost: strict-transport-security x-content-type-options @nginx.conf:13";
    assert_eq!(found(folder, port), [lost]);

    // The file was edited, and the server was not reloaded.
    let edited = own(CONFIGURATION)
        .replace("    location / { }\n", "    add_header X-Frame-Options DENY always;\n    location / { deny all; }\n")
        .replace("return 301 https://www.example.jp/index.html", "return 301 https://www.example.jp/new.html")
        .replace("listen 443 ssl", "listen 443 ssl http2");
    write(folder, &edited);
    let stale = found(folder, port);
    for wanted in [
        "/ cfg-wire-access",
        "/old.html cfg-wire-headers missing: x-frame-options @nginx.conf:11",
        "/old.html cfg-wire-redirect differs: redirect",
        "cfg-wire-protocol not_spoken: HTTP/2",
    ] {
        assert!(stale.iter().any(|line| line.contains(wanted)), "{wanted}: {stale:#?}");
    }

    // Another machine stands in front.
    write(folder, &own(CONFIGURATION));
    let stripped = found(folder, front);
    for wanted in [
        "/ cfg-wire-headers missing: x-content-type-options @nginx.conf:10",
        "/ cfg-wire-unexplained unexplained: server x-cache",
    ] {
        assert!(stripped.iter().any(|line| line.starts_with(wanted)), "{wanted}: {stripped:#?}");
    }
}

/// Every finding of configuration against wire that fails: path, check, field, what was found, and the line to edit.
fn found(folder: &Path, port: u16) -> Vec<String> {
    let report = folder.join("report.json");
    let words = [
        "tenken".to_owned(),
        "assess".to_owned(),
        folder.display().to_string(),
        "--resolve".to_owned(),
        format!("www.example.jp:443:127.0.0.1:{port},www.example.jp:80:127.0.0.1:{}", free_port()),
        "--cacert".to_owned(),
        folder.join("ca.pem").display().to_string(),
        "--only".to_owned(),
        "cfg-wire-*".to_owned(),
        "--history".to_owned(),
        "none".to_owned(),
        "--output".to_owned(),
        format!("json={}", report.display()),
    ];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    {
        let mut streams = Streams { out: &mut out, err: &mut err, width: 80, color: false, progress: false };
        let _ = cli::run(words.into_iter().map(Into::into), &mut streams);
    }
    let text = std::fs::read_to_string(&report).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&err)));
    let report: Value = serde_json::from_str(&text).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let failed = findings.iter().filter(|finding| finding["outcome"] == "fail");
    failed.map(line).collect()
}

fn line(finding: &Value) -> String {
    let subject = finding["subject"].as_str().unwrap();
    let path = subject.strip_prefix("page:https://www.example.jp").unwrap_or(subject).split('#').next().unwrap();
    let actual = &finding["actual"][0];
    let words = match &actual["value"] {
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    let place = &finding["location"];
    let file = place["file"].as_str().unwrap().rsplit('/').next().unwrap();
    format!(
        "{path} {} {}: {words} @{file}:{}",
        finding["check"].as_str().unwrap(),
        actual["field"].as_str().unwrap(),
        place["line"]
    )
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn prepare(folder: &Path) {
    for (path, text) in [
        ("site/index.html", "<!DOCTYPE html><title>Example</title><p>Example"),
        ("site/assets/a.html", "<!DOCTYPE html><title>A</title><p>A"),
        ("site/manage/index.html", "<!DOCTYPE html><title>Manage</title><p>Manage"),
        ("tenken.yml", SITE),
    ] {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.distinguished_name.push(DnType::CommonName, "Example Authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["www.example.jp".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    std::fs::write(folder.join("www.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.join("www.key"), key.serialize_pem()).unwrap();
}

/// Everything around the server's own block; the certificate stands there, so that lines count from a short head.
fn around(folder: &Path, servers: &str, is_running: bool) -> String {
    let at = folder.display();
    let own = if is_running {
        format!("pid {at}/pid; error_log {at}/error.log; daemon off; master_process off;\n")
    } else {
        "\n".to_owned()
    };
    format!(
        "{own}events {{ }}\nhttp {{ access_log {at}/access.log; ssl_certificate {at}/www.pem; ssl_certificate_key {at}/www.key;\n{servers}}}\n"
    )
}

fn write(folder: &Path, servers: &str) {
    std::fs::write(folder.join("nginx.conf"), around(folder, servers, false)).unwrap();
}

fn start(program: &str, folder: &Path, servers: &str, port: u16) -> Running {
    let configuration = folder.join("running.conf");
    std::fs::write(&configuration, around(folder, servers, true)).unwrap();
    let mut command = Command::new(program);
    command.arg("-p").arg(folder).arg("-c").arg(&configuration).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(ended) = running.0.try_wait().unwrap() {
            let said = std::fs::read_to_string(folder.join("error.log")).unwrap_or_default();
            panic!("nginx ended ({ended}): {said}");
        }
        std::thread::yield_now();
    }
    running
}
