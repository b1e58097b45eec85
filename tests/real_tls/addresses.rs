//! Every name on every address: one nginx whose IPv4, IPv6 and second IPv4 address are set up differently.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use super::programs::{self, Lab};

const NAMES: [&str; 2] = ["www.example.jp", "shop.example.jp"];

/// A port that nobody has on any of the addresses; nothing where the machine has no IPv6.
fn port_of_all(addresses: &[&str]) -> Option<u16> {
    for _ in 0..100 {
        let first = TcpListener::bind((addresses[0], 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        let others: Vec<_> = addresses[1..].iter().map(|address| TcpListener::bind((*address, port))).collect();
        if others.iter().all(Result::is_ok) {
            return Some(port);
        }
        if others.iter().any(|other| other.as_ref().is_err_and(|e| e.kind() == std::io::ErrorKind::AddrNotAvailable)) {
            eprintln!("this machine has not all of {addresses:?}: they were not compared");
            return None;
        }
    }
    panic!("no port is free on all of {addresses:?}");
}

#[test]
fn every_name_is_looked_at_on_every_address_and_differences_are_told() {
    if !programs::are_there() {
        return;
    }
    let Some(port) = port_of_all(&["127.0.0.1", "::1", "127.0.0.2"]) else { return };
    let lab = Lab::new("addresses");
    let (rsa, ec) = (lab.key("rsa", &["rsa:2048"]), lab.key("ec", programs::P256));
    let block = |address: &str, name: &str, key: &str, more: &str| {
        format!("server {{ listen {address}:{port} ssl; server_name {name}; {key} {more} return 200 ok; }}\n")
    };
    let strong = "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;";
    // The first name is alike on IPv4 and forgotten on IPv6; the second has another key on the second address. Versions are
    // those of the address's first server, so both names have the old one on IPv6.
    let servers = [
        block("127.0.0.1", NAMES[0], &rsa, strong),
        block("127.0.0.1", NAMES[1], &rsa, strong),
        block("127.0.0.2", NAMES[0], &rsa, strong),
        block("127.0.0.2", NAMES[1], &ec, "ssl_protocols TLSv1.2 TLSv1.3;"),
        block("[::1]", NAMES[0], &rsa, "ssl_protocols TLSv1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;"),
        block("[::1]", NAMES[1], &rsa, "ssl_protocols TLSv1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;"),
    ];
    let _server = lab.nginx(&servers.concat(), port);
    let host = |name: &str| {
        format!(
            "  - {{ name: {name}, https_port: {port}, http_port: 0, addresses: [127.0.0.1, \"::1\", 127.0.0.2] }}\n"
        )
    };
    let site = lab.path("tenken.yml");
    std::fs::write(&site, format!("site: x\nhosts:\n{}", NAMES.map(host).concat())).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
        .args(["collect", &site, "--resolver", "127.0.0.1:9"])
        .env_clear()
        .output()
        .unwrap();
    let evidence: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |kind: &str| {
        let seen = evidence["observations"].as_array().unwrap().iter().filter(|seen| seen["kind"] == kind);
        let named = seen.map(|seen| (seen["subject"].as_str().unwrap_or_default().to_owned(), &seen["fields"]));
        named.collect::<BTreeMap<String, &Value>>()
    };
    let endpoints = of("tls-endpoint");
    let wanted: Vec<String> = ["127.0.0.1", "127.0.0.2", "[::1]"]
        .iter()
        .flat_map(|address| ["shop", "www"].map(|name| format!("endpoint:{address}:{port}/{name}.example.jp")))
        .collect();
    assert_eq!(endpoints.keys().cloned().collect::<Vec<_>>(), wanted, "{}", evidence["gaps"]);
    for (subject, fields) in &endpoints {
        let is_old = subject.contains("[::1]");
        assert_eq!(fields["tls_old"].as_array().unwrap().len(), usize::from(is_old), "{subject}: {fields}");
        assert_eq!(fields["tls13"], !is_old, "{subject}");
    }
    let hosts = of("tls-host");
    let differs = |name: &str| hosts[&format!("host:{name}")]["differs"].to_string();
    for name in NAMES {
        for field in ["tls_old", "tls13"] {
            assert!(differs(name).contains(&format!("{port} {field}")), "{name}: {}", differs(name));
        }
    }
    let key = format!("{port} key_algorithm");
    assert!(differs(NAMES[1]).contains(&key) && !differs(NAMES[0]).contains(&key), "{:?}", NAMES.map(differs));
}
