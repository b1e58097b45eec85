//! A body as the world sees it: its own nginx configuration run by a real nginx on loopback, with its certificate, and its zone
//! answered by a resolver on loopback. The configuration is changed in what a test needs alone: ports, folders, and that it stays in front.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use regex::Regex;

use crate::body::Body;
use crate::dns;
use crate::programs::{Server, free_ports, up};

/// Types of files and folders of its own, which a distribution's nginx has.
const SURROUNDINGS: &str = "types { text/html html; text/css css; text/javascript js; text/csv csv; image/png png; text/plain txt log sql; }\n\
    default_type text/plain; charset utf-8; port_in_redirect off; charset_types text/plain text/csv;\n\
    client_body_temp_path RUN/t; proxy_temp_path RUN/t; fastcgi_temp_path RUN/t; uwsgi_temp_path RUN/t; scgi_temp_path RUN/t;\n";

/// A served body; it ends with its holder.
pub(crate) struct Served {
    _nginx: Option<Server>,
    pub(crate) resolve: String,
    pub(crate) resolver: SocketAddr,
    pub(crate) cacert: PathBuf,
}

/// Serves a body whose files stand in `folder`; what the servers need goes into `run`.
pub(crate) fn serve(body: &Body, folder: &Path, run: &Path) -> Served {
    let (main, host) = laid_out(body, folder, run);
    let cacert = certificates(body, &host, &run.join("ssl"));
    let ports = main.ports;
    let child = Command::new("nginx")
        .args(["-p", run.to_str().unwrap(), "-e", run.join("start.log").to_str().unwrap(), "-c"])
        .arg(run.join("nginx/nginx.conf"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = || std::fs::read_to_string(run.join("start.log")).unwrap_or_default();
    let nginx = up(child, ports[&443], &format!("nginx of body {}", body.seed));
    assert!(!said().contains("[emerg]"), "{}", said());
    let resolve = [443, 80].map(|port| format!("{host}:{port}:127.0.0.1:{}", ports.get(&port).unwrap_or(&9))).join(",");
    Served { _nginx: Some(nginx), resolve, resolver: dns::serve(&folder.join("dns.zone")).unwrap(), cacert }
}

/// What was laid out.
pub(crate) struct LaidOut {
    /// Port of the configuration to port of this machine.
    pub(crate) ports: BTreeMap<u16, u16>,
}

/// Lays out configuration and pages for nginx; the name of the site comes back as well.
pub(crate) fn laid_out(body: &Body, folder: &Path, run: &Path) -> (LaidOut, String) {
    let listen = Regex::new(r"listen (\d+)").unwrap();
    let recipient = Regex::new(r"syslog:server=[^ ;,]+").unwrap();
    let texts: BTreeMap<String, String> = body
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("nginx/"))
        .map(|(path, _)| (path.clone(), std::fs::read_to_string(folder.join(path)).unwrap()))
        .collect();
    let mut ports = BTreeMap::new();
    for text in texts.values() {
        ports.extend(listen.captures_iter(text).map(|found| (found[1].parse::<u16>().unwrap(), 0)));
    }
    for (port, free) in ports.values_mut().zip(free_ports(8)) {
        *port = free;
    }
    for name in ["t", "var/log/nginx", "srv/www/logs", "ssl", "nginx"] {
        std::fs::create_dir_all(run.join(name)).unwrap();
    }
    let here = run.to_str().unwrap();
    for (path, text) in &texts {
        let text = listen.replace_all(text, |found: &regex::Captures<'_>| {
            format!("listen 127.0.0.1:{}", ports[&found[1].parse::<u16>().unwrap()])
        });
        let text = recipient.replace_all(&text, "syslog:server=127.0.0.1:9");
        let mut text = text.replace("user www-data;", "");
        for (from, to) in
            [("/var/log/", "/var/log/"), ("/etc/ssl/", "/ssl/"), (" /srv/", "/srv/"), ("/etc/nginx/", "/nginx/")]
        {
            let space = if from.starts_with(' ') { " " } else { "" };
            text = text.replace(from, &format!("{space}{here}{to}"));
        }
        if path == "nginx/nginx.conf" {
            text = text.replacen("http {", &format!("http {{\n{}", SURROUNDINGS.replace("RUN", here)), 1);
            text.insert_str(0, &format!("daemon off; master_process off; pid {here}/pid;\n"));
        }
        let path = run.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::write(run.join("nginx/users"), "staff:$apr1$invented$0000000000000000000000\n").unwrap();
    for (path, _) in body.files.iter().filter(|(path, _)| path.starts_with("site/")) {
        let to = run.join("srv/www").join(path.strip_prefix("site/").unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(folder.join(path), to).unwrap();
    }
    (LaidOut { ports }, body.named("www.example.jp"))
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str, above: Option<&Issuer>) -> Issuer {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2036, 1, 1));
    let key = KeyPair::generate().unwrap();
    match above {
        Some(above) => CertifiedIssuer::signed_by(parameters, key, above).unwrap(),
        None => CertifiedIssuer::self_signed(parameters, key).unwrap(),
    }
}

/// Makes the body's certificate, and says what is to be trusted.
pub(crate) fn certificates(body: &Body, host: &str, folder: &Path) -> PathBuf {
    static ROOT: OnceLock<(Issuer, Issuer, Issuer)> = OnceLock::new();
    let (root, between, stranger) = ROOT.get_or_init(|| {
        let root = authority("Example Authority", None);
        let between = authority("Example Authority Sub", Some(&root));
        (root, between, authority("Nobody Knows", None))
    });
    let cacert = folder.join("ca.pem");
    std::fs::write(&cacert, root.pem()).unwrap();
    let kind = body.certificate.as_str();
    if matches!(kind, "rsa-1024" | "sha1") {
        std::fs::write(folder.join("ca.key"), root.key().serialize_pem()).unwrap();
        std::fs::write(folder.join("req.cnf"), "[req]\ndistinguished_name = dn\nx509_extensions = x\n[dn]\n[x]\n")
            .unwrap();
        let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let (key, digest) = if kind == "sha1" { ("rsa:2048", "-sha1") } else { ("rsa:1024", "-sha256") };
        let output = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                key,
                digest,
                "-nodes",
                "-days",
                "300",
                "-config",
                &file("req.cnf"),
                "-subj",
                "/CN=x",
            ])
            .args(["-addext", &format!("subjectAltName=DNS:{host}"), "-addext", "extendedKeyUsage=serverAuth"])
            .args([
                "-CA",
                &file("ca.pem"),
                "-CAkey",
                &file("ca.key"),
                "-keyout",
                &file("www.key"),
                "-out",
                &file("www.pem"),
            ])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return cacert;
    }
    let key = if kind.starts_with("rsa") {
        let output = Command::new("openssl")
            .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"])
            .output()
            .unwrap();
        KeyPair::from_pem(&String::from_utf8(output.stdout).unwrap()).unwrap()
    } else {
        KeyPair::generate().unwrap()
    };
    let name = if kind == "other-name" { "other.example.org" } else { host };
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let (from, to) = match kind {
        "expired" => (date_time_ymd(2024, 1, 1), date_time_ymd(2025, 1, 1)),
        "soon" => (date_time_ymd(2026, 1, 1), date_time_ymd(2026, 12, 1)),
        _ => (date_time_ymd(2026, 1, 1), date_time_ymd(2036, 1, 1)),
    };
    (parameters.not_before, parameters.not_after) = (from, to);
    let usage =
        if kind == "client-use" { ExtendedKeyUsagePurpose::ClientAuth } else { ExtendedKeyUsagePurpose::ServerAuth };
    parameters.extended_key_usages.push(usage);
    if kind == "is-authority" {
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    // Where its issuer's certificate is to be had (RFC 5280, section 4.2.2.1), as every public authority says.
    let place = "http://ca.example.net/sub.cer";
    let name = [&[0x86, u8::try_from(place.len()).unwrap()], place.as_bytes()].concat();
    let method = [&[0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 0x30, 2][..], &name].concat();
    let one = [&[0x30, u8::try_from(method.len()).unwrap()][..], &method].concat();
    let wire = [&[0x30, u8::try_from(one.len()).unwrap()][..], &one].concat();
    parameters.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], wire));
    let leaf = match kind {
        "self-signed" => parameters.self_signed(&key).unwrap().pem(),
        "stranger" => parameters.signed_by(&key, stranger).unwrap().pem(),
        "no-intermediate" | "unordered" => parameters.signed_by(&key, between).unwrap().pem(),
        _ => parameters.signed_by(&key, root).unwrap().pem(),
    };
    let chain = match kind {
        // A server's own certificate stands first in any order that works; what comes after it is mixed up.
        "unordered" => format!("{leaf}{}{}", root.pem(), between.pem()),
        "root-sent" => format!("{leaf}{}", root.pem()),
        _ => leaf,
    };
    std::fs::write(folder.join("www.pem"), chain).unwrap();
    std::fs::write(folder.join("www.key"), key.serialize_pem()).unwrap();
    if kind == "rsa-dh1024" {
        let output = Command::new("openssl")
            .args(["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "dh_paramgen_prime_len:1024"])
            .output()
            .unwrap();
        std::fs::write(folder.join("dh.pem"), output.stdout).unwrap();
    }
    cacert
}
