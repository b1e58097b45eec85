//! Real endpoints of four programs, each set up for a few things: what was set up, and no more, is what is found.
//!
//! Truth is the configuration, confirmed by one handshake a suite: by `openssl s_client` where it can speak it, by the
//! JDK's own client for what only a JDK still speaks.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde_json::{Map, Value, json};

use super::programs::{self, Lab};

/// One endpoint and the fields that it was set up for; lists are compared as sets.
pub(crate) struct Endpoint {
    pub(crate) what: String,
    pub(crate) port: u16,
    pub(crate) wanted: Map<String, Value>,
    /// `openssl s_server` takes one connection after the other.
    pub(crate) jobs: &'static str,
    /// Suites that `openssl s_client` is to confirm: the field of a version and the registered name.
    pub(crate) confirmed_by_openssl: bool,
}

const VERSIONS: [(&str, &str, &str); 5] = [
    ("SSLv3", "suites.sslv3", ""),
    ("TLSv1.0", "suites.tls10", "-tls1"),
    ("TLSv1.1", "suites.tls11", "-tls1_1"),
    ("TLSv1.2", "suites.tls12", "-tls1_2"),
    ("TLSv1.3", "suites.tls13", "-tls1_3"),
];

/// What a server is to accept: suites by version, and more fields.
pub(crate) fn wanted(suites: &[(&str, &[&str])], more: Value) -> Map<String, Value> {
    let mut wanted = Map::new();
    let offered: Vec<&str> = VERSIONS
        .iter()
        .map(|(version, ..)| *version)
        .filter(|version| suites.iter().any(|(of, _)| of == version))
        .collect();
    wanted.insert("protocols.offered".to_owned(), json!(offered));
    wanted.insert("protocols.complete".to_owned(), json!(true));
    wanted.insert("suites.complete".to_owned(), json!(["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]));
    for (version, field, _) in VERSIONS {
        let of: Vec<&str> =
            suites.iter().filter(|(of, _)| *of == version).flat_map(|(_, list)| list.iter().copied()).collect();
        wanted.insert(field.to_owned(), json!(of));
    }
    wanted.insert("suites.sslv2".to_owned(), json!([]));
    wanted.insert("throttled".to_owned(), json!(false));
    wanted.extend(more.as_object().unwrap().clone());
    wanted
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items = items.clone();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        other => other.clone(),
    }
}

/// Every field that is not as it was set up.
fn faults(endpoint: &Endpoint) -> Vec<String> {
    let evidence = programs::collect(endpoint.port, &["--depth", "full", "--jobs", endpoint.jobs, "--timeout", "10"]);
    let seen = evidence["observations"].as_array().unwrap().iter().find(|seen| seen["kind"] == "tls-endpoint");
    let Some(seen) = seen else { return vec![format!("{}: nothing was seen: {}", endpoint.what, evidence["gaps"])] };
    let differs = |field: &str, value: &Value| sorted(&seen["fields"][field]) != sorted(value);
    let faults = endpoint.wanted.iter().filter(|(field, value)| differs(field, value));
    faults
        .map(|(field, value)| {
            let why = &seen["unknown_fields"][field];
            format!("{}: {field} is {} ({why}) and not {value}", endpoint.what, seen["fields"][field])
        })
        .collect()
}

/// Every suite that `openssl s_client` cannot speak with an endpoint though it was set up.
fn unconfirmed(endpoint: &Endpoint, names: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (version, field, flag) in VERSIONS.iter().filter(|(.., flag)| !flag.is_empty()) {
        for suite in endpoint.wanted[*field].as_array().unwrap() {
            let suite = suite.as_str().unwrap();
            // Those of TLS 1.3 have their registered names there too.
            let name = names.get(suite).map_or(suite, String::as_str);
            let list = format!("{name}:@SECLEVEL=0");
            let which = if *version == "TLSv1.3" { ["-ciphersuites", name] } else { ["-cipher", list.as_str()] };
            let output = Command::new("openssl")
                .args(["s_client", "-connect", &format!("127.0.0.1:{}", endpoint.port), flag])
                .args(["-servername", "www.example.jp"])
                .args(which)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            if !said.contains(&format!("Cipher is {name}")) {
                faults.push(format!("{}: openssl s_client does not get {version} {name}", endpoint.what));
            }
        }
    }
    faults
}

/// Registered names to those of OpenSSL.
fn openssl_names() -> BTreeMap<String, String> {
    let output =
        Command::new("openssl").args(["ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pair = |line: &str| {
        let mut words = line.split_whitespace();
        let (registered, _, name) = (words.next()?, words.next()?, words.next()?);
        Some((registered.to_owned(), name.to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

#[test]
fn every_real_endpoint_is_found_as_it_was_set_up() {
    if !programs::are_there() {
        return;
    }
    let lab = Lab::new("matrix");
    let mut endpoints = Vec::new();
    // Each holds its processes until the end.
    let (nginx, museum) = (nginx(&lab, &mut endpoints), museum(&lab, &mut endpoints));
    let gnutls = gnutls(&lab, &mut endpoints);
    let openssl = openssl(&lab, &mut endpoints);
    assert!(endpoints.len() >= 25, "{}", endpoints.len());
    let names = openssl_names();
    let (next, found) = (Mutex::new(endpoints.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(endpoint) = next.lock().unwrap().next() else { return };
                    let mut faults = faults(endpoint);
                    if endpoint.confirmed_by_openssl {
                        faults.extend(unconfirmed(endpoint, &names));
                    }
                    found.lock().unwrap().extend(faults);
                }
            });
        }
    });
    drop((nginx, museum, gnutls, openssl));
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{} endpoints\n{}", endpoints.len(), found.join("\n"));
}

#[test]
fn what_is_no_tls_or_says_nothing_is_a_gap() {
    let servers: [(&str, &'static [u8], bool, &str); 5] = [
        ("a web server without TLS", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", true, "no TLS"),
        ("a mail server", b"220 mail.example.jp ESMTP\r\n", true, "no TLS"),
        ("one that closes", b"", false, "closed"),
        ("one that never answers", b"", true, "no answer"),
        ("one that sends garbage", &[0xa5; 4_096], true, "no TLS"),
    ];
    std::thread::scope(|scope| {
        for (what, words, holds, reason) in servers {
            scope.spawn(move || {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
                let port = listener.local_addr().unwrap().port();
                std::thread::spawn(move || {
                    let mut held = Vec::new();
                    for stream in listener.incoming() {
                        let Ok(mut stream) = stream else { return };
                        let _ = std::io::Write::write_all(&mut stream, words);
                        if holds {
                            held.push(stream);
                        }
                    }
                });
                let evidence = programs::collect(port, &["--timeout", "1"]);
                let gaps = evidence["gaps"].as_array().unwrap();
                let of_tls = gaps.iter().find(|gap| gap["collector"] == "tls").unwrap_or_else(|| panic!("{what}"));
                assert!(of_tls["reason"].as_str().unwrap().contains(reason), "{what}: {of_tls}");
                let observations = evidence["observations"].as_array().unwrap();
                assert!(observations.iter().all(|seen| seen["fields"]["spoken"] != true), "{what}");
            });
        }
    });
}

const GCM_128: &str = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
const GCM_256: &str = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
const CHACHA: &str = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
const ECDSA_GCM_128: &str = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
const CBC: &str = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
const RSA_CBC: &str = "TLS_RSA_WITH_AES_128_CBC_SHA";
const ALL_13: [&str; 3] = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];
const INTERMEDIATE: &str = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305";
const COMMON: &str = "ssl_ecdh_curve X25519:prime256v1:secp384r1;";

/// One nginx with a server block for each endpoint.
fn nginx(lab: &Lab, endpoints: &mut Vec<Endpoint>) -> programs::Server {
    let (rsa, ec) = (lab.key("rsa", &["rsa:2048"]), lab.key("ec", programs::P256));
    let prime = lab.prime(1024);
    let tls12 = |suites: &[&str], more: Value| wanted(&[("TLSv1.2", suites)], more);
    let one = |ciphers: &str| format!("{rsa} ssl_protocols TLSv1.2; {COMMON} ssl_ciphers {ciphers}:@SECLEVEL=0;");
    let groups = |groups: &str| {
        format!(
            "{rsa} ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; ssl_ecdh_curve {groups};"
        )
    };
    let old = "ssl_ciphers ECDHE-RSA-AES128-SHA:AES128-SHA:@SECLEVEL=0;";
    let habits = json!({"renegotiation.secure": true, "renegotiation.client_initiated": false, "extended_master_secret": true,
        "client_auth": "none", "groups.tls12": ["x25519", "secp256r1", "secp384r1"], "groups.tls13": ["x25519", "secp256r1", "secp384r1"],
        "groups.hybrid": [], "order.tls12": "client", "quirks": [], "compression": [], "early_data.max_bytes": 0,
        "signature_algorithms.tls13": ["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"],
        "signature_algorithms.weak": [], "alpn": ["http/1.1"]});
    let pss_sha256 = json!({"signature_algorithms.tls12": ["rsa_pkcs1_sha256"], "signature_algorithms.tls13": []});
    let blocks: Vec<(&str, String, Map<String, Value>)> = vec![
        (
            "intermediate",
            format!("{rsa} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {INTERMEDIATE}; {COMMON}"),
            wanted(&[("TLSv1.2", &[GCM_128, GCM_256, CHACHA]), ("TLSv1.3", &ALL_13)], habits),
        ),
        (
            "ECDSA",
            format!("{ec} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256; {COMMON}"),
            wanted(
                &[("TLSv1.2", &[ECDSA_GCM_128]), ("TLSv1.3", &ALL_13)],
                json!({"signature_algorithms.tls13": ["ecdsa_secp256r1_sha256"], "groups.tls12": ["x25519", "secp256r1", "secp384r1"]}),
            ),
        ),
        (
            "RSA and ECDSA",
            format!("{rsa} {ec} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM+AES128; {COMMON}"),
            wanted(&[("TLSv1.2", &[GCM_128, ECDSA_GCM_128]), ("TLSv1.3", &ALL_13)], json!({})),
        ),
        ("TLS 1.0", format!("{rsa} ssl_protocols TLSv1; {old}"), wanted(&[("TLSv1.0", &[CBC, RSA_CBC])], json!({}))),
        ("TLS 1.1", format!("{rsa} ssl_protocols TLSv1.1; {old}"), wanted(&[("TLSv1.1", &[CBC, RSA_CBC])], json!({}))),
        (
            "TLS 1.0 to 1.2",
            format!("{rsa} ssl_protocols TLSv1 TLSv1.1 TLSv1.2; {old}"),
            wanted(
                &[("TLSv1.0", &[CBC, RSA_CBC]), ("TLSv1.1", &[CBC, RSA_CBC]), ("TLSv1.2", &[CBC, RSA_CBC])],
                json!({"fallback_scsv": true, "suites.tls12_aead": false, "encrypt_then_mac": true}),
            ),
        ),
        (
            "static RSA",
            one("AES256-GCM-SHA384"),
            tls12(&["TLS_RSA_WITH_AES_256_GCM_SHA384"], json!({"suites.forward_secrecy": "none"})),
        ),
        ("Camellia", one("CAMELLIA128-SHA"), tls12(&["TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"], json!({}))),
        (
            "NULL",
            one("NULL-SHA256"),
            tls12(&["TLS_RSA_WITH_NULL_SHA256"], json!({"suites.insecure": ["TLS_RSA_WITH_NULL_SHA256"]})),
        ),
        (
            "CCM_8",
            one("AES128-CCM8"),
            tls12(&["TLS_RSA_WITH_AES_128_CCM_8"], json!({"suites.legacy": ["TLS_RSA_WITH_AES_128_CCM_8"]})),
        ),
        ("ARIA", one("ARIA128-GCM-SHA256"), tls12(&["TLS_RSA_WITH_ARIA_128_GCM_SHA256"], json!({}))),
        (
            "DHE with 1,024 bits",
            format!("{} ssl_dhparam {prime};", one("DHE-RSA-AES128-GCM-SHA256")),
            tls12(
                &["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"],
                json!({"dh.min_bits": 1024, "renegotiation.client_initiated": false}),
            ),
        ),
        (
            "anonymous",
            one("AECDH-AES128-SHA"),
            tls12(
                &["TLS_ECDH_anon_WITH_AES_128_CBC_SHA"],
                json!({"suites.insecure": ["TLS_ECDH_anon_WITH_AES_128_CBC_SHA"]}),
            ),
        ),
        (
            "P-224",
            groups("secp224r1:prime256v1"),
            tls12(&[GCM_128], json!({"groups.tls12": ["secp224r1", "secp256r1"], "groups.weak": ["secp224r1"]})),
        ),
        ("x448", groups("X25519:X448"), tls12(&[GCM_128], json!({"groups.tls12": ["x25519", "x448"]}))),
        (
            "Brainpool",
            groups("brainpoolP256r1:secp384r1"),
            tls12(&[GCM_128], json!({"groups.tls12": ["brainpoolP256r1", "secp384r1"]})),
        ),
        (
            "TLS 1.3 alone",
            format!("{rsa} ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256; {COMMON}"),
            wanted(&[("TLSv1.3", &["TLS_AES_128_GCM_SHA256"])], json!({"groups.tls12": [], "quirks": []})),
        ),
        (
            "TLS 1.3 with CCM_8",
            format!(
                "{rsa} ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_CCM_8_SHA256:TLS_AES_256_GCM_SHA384; {COMMON}"
            ),
            wanted(&[("TLSv1.3", &["TLS_AES_128_CCM_8_SHA256", "TLS_AES_256_GCM_SHA384"])], json!({})),
        ),
        (
            "the weak suite first",
            format!("{} ssl_prefer_server_ciphers on;", one("AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256")),
            tls12(&[RSA_CBC, GCM_128], json!({"order.tls12": "server", "order.weak_first": [RSA_CBC]})),
        ),
        (
            "a client's certificate",
            format!(
                "{rsa} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {INTERMEDIATE}; ssl_verify_client on; ssl_client_certificate {};",
                lab.path("ec.pem")
            ),
            // nginx lets the handshake end and refuses in HTTP.
            wanted(
                &[("TLSv1.2", &[GCM_128, GCM_256, CHACHA]), ("TLSv1.3", &ALL_13)],
                json!({"client_auth": "requested", "client_auth_ca_count": 1}),
            ),
        ),
        (
            "early data",
            format!("{rsa} ssl_protocols TLSv1.3; ssl_early_data on; {COMMON}"),
            wanted(&[("TLSv1.3", &ALL_13)], json!({"early_data.max_bytes": 16384, "tickets_tls13": 2})),
        ),
        (
            "SHA-1 signatures",
            format!(
                "{rsa} ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; ssl_conf_command SignatureAlgorithms RSA+SHA1:RSA+SHA256;"
            ),
            tls12(
                &[GCM_128],
                json!({"signature_algorithms.tls12": ["rsa_pkcs1_sha1", "rsa_pkcs1_sha256"], "signature_algorithms.weak": ["rsa_pkcs1_sha1"]}),
            ),
        ),
        (
            "one signature",
            format!(
                "{rsa} ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; ssl_conf_command SignatureAlgorithms RSA+SHA256;"
            ),
            tls12(&[GCM_128], pss_sha256),
        ),
        (
            "no tickets",
            format!(
                "{rsa} ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; ssl_session_tickets off; ssl_session_cache off;"
            ),
            tls12(&[GCM_128], json!({"session_ticket": false, "session_id": false})),
        ),
    ];
    let ports = programs::free_ports(blocks.len());
    let mut servers = String::new();
    for ((what, block, wanted), port) in blocks.into_iter().zip(ports) {
        servers.push_str(&format!("server {{ listen 127.0.0.1:{port} ssl; {block} return 200 ok; }}\n"));
        endpoints.push(Endpoint {
            what: format!("nginx, {what}"),
            port,
            wanted,
            jobs: "4",
            confirmed_by_openssl: true,
        });
    }
    lab.nginx(&servers, endpoints.last().unwrap().port)
}

/// One JDK with a server for each endpoint; what its own client gets is the truth.
fn museum(lab: &Lab, endpoints: &mut Vec<Endpoint>) -> programs::Server {
    lab.store("rsa");
    let rc4 = "SSL_RSA_WITH_RC4_128_MD5,SSL_RSA_WITH_RC4_128_SHA,SSL_RSA_WITH_3DES_EDE_CBC_SHA";
    let null = "SSL_RSA_WITH_NULL_MD5,SSL_RSA_WITH_NULL_SHA";
    let anon = "TLS_DH_anon_WITH_AES_128_CBC_SHA,TLS_ECDH_anon_WITH_RC4_128_SHA";
    let export = "SSL_RSA_EXPORT_WITH_RC4_40_MD5,SSL_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA,SSL_RSA_WITH_DES_CBC_SHA";
    let gcm = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_AES_256_GCM_SHA384";
    let specifications = [
        format!("SSLv3;{rc4};none"),
        format!("SSLv3;{null};none"),
        format!("SSLv3;{export};none"),
        "SSLv3;SSL_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA;none".to_owned(),
        format!("TLSv1;{rc4};none"),
        format!("TLSv1;{export};none"),
        format!("TLSv1;{anon};none"),
        format!("TLSv1.1;{rc4},{null};none"),
        format!("TLSv1.2;{anon},TLS_RSA_WITH_NULL_SHA256;none"),
        format!("SSLv3,TLSv1,TLSv1.1;{rc4},{anon};none"),
        format!("TLSv1.2,TLSv1.3;{gcm};none"),
        "SSLv3,TLSv1,TLSv1.1,TLSv1.2,TLSv1.3;ALL;none".to_owned(),
        format!("TLSv1.2,TLSv1.3;{gcm};need"),
    ];
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real_tls/TlsMuseum.java");
    let mut child = Command::new("java")
        .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", source, &lab.path("rsa.p12")])
        .args(&specifications)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = programs::lines_until(&mut child, "ready");
    let mut ports = BTreeMap::new();
    let mut accepted: BTreeMap<usize, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for line in &said {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["port", index, port] => {
                ports.insert(index.parse::<usize>().unwrap(), port.parse::<u16>().unwrap());
            }
            ["accepts", index, protocol, suite] => {
                let version = if *protocol == "TLSv1" { "TLSv1.0" } else { *protocol };
                let version = VERSIONS.iter().map(|(known, ..)| *known).find(|known| *known == version).unwrap();
                let suites = accepted.entry(index.parse().unwrap()).or_default().entry(version).or_default();
                suites.push(suite.replacen("SSL_", "TLS_", 1));
            }
            _ => {}
        }
    }
    for (index, specification) in specifications.iter().enumerate() {
        let suites = accepted.remove(&index).unwrap_or_default();
        let lists: Vec<(&str, Vec<&str>)> =
            suites.iter().map(|(version, list)| (*version, list.iter().map(String::as_str).collect())).collect();
        let lists: Vec<(&str, &[&str])> = lists.iter().map(|(version, list)| (*version, list.as_slice())).collect();
        let needs = specification.ends_with(";need");
        let wanted = match needs {
            true => json!({"client_auth": "required"}).as_object().unwrap().clone(),
            false if index == 10 => {
                wanted(&lists, json!({"renegotiation.client_initiated": true, "client_auth": "none"}))
            }
            false => wanted(&lists, json!({})),
        };
        assert!(needs || lists.iter().any(|(_, list)| !list.is_empty()), "the JDK accepts nothing: {specification}");
        let what = format!("JDK, {specification}");
        endpoints.push(Endpoint { what, port: ports[&index], wanted, jobs: "4", confirmed_by_openssl: false });
    }
    programs::Server(child)
}

/// A GnuTLS server for each endpoint.
fn gnutls(lab: &Lab, endpoints: &mut Vec<Endpoint>) -> Vec<programs::Server> {
    let common = "NONE:+COMP-NULL:+CTYPE-X509:";
    let cases: [(&str, Map<String, Value>, bool); 6] = [
        (
            "+VERS-TLS1.2:+AES-128-GCM:+AEAD:+ECDHE-RSA:+GROUP-SECP256R1:+SIGN-RSA-SHA256",
            wanted(
                &[("TLSv1.2", &[GCM_128])],
                json!({"groups.tls12": ["secp256r1"], "signature_algorithms.tls12": ["rsa_pkcs1_sha256"], "client_auth": "none"}),
            ),
            true,
        ),
        (
            "+VERS-TLS1.2:+AES-128-GCM:+AEAD:+ECDHE-RSA:+GROUP-ALL:+SIGN-RSA-SHA256:%NO_SESSION_HASH:%DISABLE_SAFE_RENEGOTIATION",
            wanted(&[("TLSv1.2", &[GCM_128])], json!({"extended_master_secret": false, "renegotiation.secure": false})),
            false,
        ),
        ("+VERS-TLS1.0:+AES-128-CBC:+SHA1:+RSA:+SIGN-ALL", wanted(&[("TLSv1.0", &[RSA_CBC])], json!({})), true),
        (
            "+VERS-TLS1.3:+CHACHA20-POLY1305:+AEAD:+ECDHE-RSA:+GROUP-X25519:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256",
            wanted(
                &[("TLSv1.3", &["TLS_CHACHA20_POLY1305_SHA256"])],
                json!({"groups.tls13": ["x25519"], "signature_algorithms.tls13": ["rsa_pss_rsae_sha256"]}),
            ),
            true,
        ),
        (
            "+VERS-TLS1.2:+3DES-CBC:+SHA1:+RSA:+SIGN-ALL",
            wanted(
                &[("TLSv1.2", &["TLS_RSA_WITH_3DES_EDE_CBC_SHA"])],
                json!({"suites.block_64_bit": ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"]}),
            ),
            false,
        ),
        (
            "+VERS-TLS1.2:+ARCFOUR-128:+SHA1:+MD5:+RSA:+SIGN-ALL",
            wanted(&[("TLSv1.2", &["TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_MD5"])], json!({})),
            false,
        ),
    ];
    let ports = programs::free_ports(cases.len());
    let mut servers = Vec::new();
    for ((priority, wanted, confirmed_by_openssl), port) in cases.into_iter().zip(ports) {
        let child = Command::new("gnutls-serv")
            .args(["--quiet", "--http", "--disable-client-cert", "--port", &port.to_string(), "--priority"])
            .arg(format!("{common}{priority}"))
            .args(["--x509certfile", &lab.path("rsa.pem"), "--x509keyfile", &lab.path("rsa.key")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        servers.push(programs::up(child.unwrap(), port, &format!("gnutls-serv {priority}")));
        let what = format!("GnuTLS, {priority}");
        endpoints.push(Endpoint { what, port, wanted, jobs: "4", confirmed_by_openssl });
    }
    servers
}

/// `openssl s_server` for what nginx cannot be told.
fn openssl(lab: &Lab, endpoints: &mut Vec<Endpoint>) -> Vec<programs::Server> {
    let tls12 = |more: Value| wanted(&[("TLSv1.2", &[GCM_128])], more);
    let gcm = "ECDHE-RSA-AES128-GCM-SHA256";
    let root = lab.path("rsa.pem");
    let cases: [(&[&str], Map<String, Value>); 4] = [
        (
            &["-tls1_2", "-cipher", gcm, "-client_renegotiation"],
            tls12(json!({"renegotiation.client_initiated": true, "renegotiation.secure": true})),
        ),
        (
            &["-tls1_2", "-cipher", gcm, "-Verify", "1", "-CAfile", &root],
            tls12(json!({"client_auth": "required", "client_auth_ca_count": 1})),
        ),
        (
            &["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-Verify", "1", "-CAfile", &root],
            wanted(
                &[("TLSv1.3", &["TLS_AES_128_GCM_SHA256"])],
                json!({"client_auth": "required", "client_auth_ca_count": 1}),
            ),
        ),
        (&["-tls1_2", "-cipher", gcm, "-verify", "1", "-CAfile", &root], tls12(json!({"client_auth": "requested"}))),
    ];
    let ports = programs::free_ports(cases.len());
    let mut servers = Vec::new();
    for ((flags, mut wanted), port) in cases.into_iter().zip(ports) {
        // It serves one connection after the other, and one that it has not yet done with keeps the next one waiting.
        wanted.remove("throttled");
        servers.push(lab.s_server("rsa", flags, port));
        let what = format!("openssl s_server {flags:?}");
        endpoints.push(Endpoint { what, port, wanted, jobs: "1", confirmed_by_openssl: false });
    }
    servers
}
