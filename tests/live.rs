//! The whole program against the network as it is when things go wrong: a gap, an exit code, never a pass.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

/// Runs the program on a site that is reached at a port of this test.
fn assess(port: u16, more: &[&str]) -> (i32, Value) {
    // The name servers of the machine would say something of example.jp; a port that nobody listens on says nothing.
    let nobody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().to_string();
    let resolve = format!("www.example.jp:443:127.0.0.1:{port},www.example.jp:80:127.0.0.1:{port}");
    let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
        .args([
            "assess",
            "https://www.example.jp",
            "--resolve",
            &resolve,
            "--resolver",
            &nobody,
            "--timeout",
            "1",
            "--format",
            "json",
            "--now",
            "2026-11-24",
        ])
        .args(more)
        .env_clear()
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), report)
}

fn outcomes(report: &Value, check: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["check"] == check);
    findings.map(|finding| finding["outcome"].as_str().unwrap().to_owned()).collect()
}

/// A server that says the same to everybody; with `hold` it says it and keeps the connection.
fn server(words: &'static [u8], hold: bool) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.write_all(words);
            if hold {
                held.push(stream);
            } else {
                let _ = stream.read(&mut [0; 512]);
            }
        }
    });
    port
}

#[test]
fn a_host_that_refuses_answers_nothing_and_never_passes() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (code, report) = assess(port, &["--skip", "rsk-*"]);
    assert_eq!(code, 3, "{report:#}");
    assert_eq!(outcomes(&report, "tls-version"), ["unknown"]);
    assert_eq!(outcomes(&report, "hdr-csp"), ["unknown"]);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["outcome"] != "pass"));
}

#[test]
fn pages_that_were_not_read_are_unknown() {
    // Plain HTTP answers for both ports here, so every page is unknown; that TLS is not spoken was seen, and is a fail.
    let (code, report) = assess(server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false), &["--skip", "rsk-*"]);
    assert_eq!(code, 1);
    assert_eq!(outcomes(&report, "tls-offered"), ["fail"]);
    assert_eq!(outcomes(&report, "tls-version"), ["unknown"]);
    assert_eq!(outcomes(&report, "web-mixed-content"), ["unknown"]);
}

#[test]
fn silence_and_garbage_are_gaps() {
    for (words, hold, wanted) in [(&b""[..], true, 3), (b"220 mail.example.jp ESMTP\r\n", false, 1)] {
        let (code, report) = assess(server(words, hold), &["--skip", "rsk-*"]);
        assert_eq!(code, wanted);
        assert!(!report["gaps"].as_array().unwrap().is_empty());
        assert_eq!(outcomes(&report, "tls-cert-valid"), ["unknown"]);
    }
}

/// A web server over TLS that keeps every connection, and the most that were open to it at a time.
fn keeping_server() -> (u16, Arc<AtomicUsize>) {
    let made = rcgen::generate_simple_self_signed(vec!["www.example.jp".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let configuration = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let (configuration, most) = (Arc::new(configuration), Arc::new(AtomicUsize::new(0)));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (port, seen) = (listener.local_addr().unwrap().port(), Arc::clone(&most));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            seen.fetch_max(established(port), Ordering::Relaxed);
            let connection = ServerConnection::new(Arc::clone(&configuration)).unwrap();
            std::thread::spawn(move || {
                let mut stream = StreamOwned::new(connection, stream);
                let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    request.extend_from_slice(&buffer[..count]);
                    if request.ends_with(b"\r\n\r\n") {
                        request.clear();
                        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
                        let _ = stream.flush();
                    }
                }
            });
        }
    });
    (port, most)
}

/// Connections to a port that are open on both sides, as the kernel lists them.
fn established(port: u16) -> usize {
    let listed = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let local = format!("0100007F:{port:04X}");
    let is_open = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.get(1) == Some(&local.as_str()) && words.get(3) == Some(&"01")
    };
    listed.lines().filter(is_open).count()
}

#[test]
fn names_of_one_address_share_its_few_places_and_nobody_waits_until_its_time_is_over() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-address");
    std::fs::create_dir_all(&folder).unwrap();
    for (jobs, names) in [(1, 1), (2, 10)] {
        let (port, most) = keeping_server();
        let names: Vec<String> = (0..names).map(|number| format!("h{number}.example.jp")).collect();
        let site = folder.join(format!("{jobs}.yml"));
        let hosts: String = names.iter().map(|name| format!("  - {{ name: {name}, http_port: 0 }}\n")).collect();
        std::fs::write(&site, format!("site: x\nhosts:\n{hosts}")).unwrap();
        let resolve: Vec<String> = names.iter().map(|name| format!("{name}:443:127.0.0.1:{port}")).collect();
        let nobody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().to_string();
        let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
            .arg("collect")
            .arg(&site)
            .args(["--resolve", &resolve.join(","), "--resolver", &nobody, "--jobs", &jobs.to_string()])
            .env_clear()
            .output()
            .unwrap();
        let evidence: Value = serde_json::from_slice(&output.stdout).unwrap();
        let of = |kind: &str| {
            let observations = evidence["observations"].as_array().unwrap().iter();
            observations.filter(|seen| seen["kind"] == kind).collect::<Vec<_>>()
        };
        let whole = of("tls-endpoint").into_iter().filter(|seen| seen["fields"]["protocols.complete"] == true);
        assert_eq!(whole.count(), names.len(), "{}", evidence["gaps"]);
        let walked: BTreeSet<&str> = of("http-host").iter().filter_map(|seen| seen["subject"].as_str()).collect();
        assert_eq!(walked.len(), names.len(), "{}", evidence["gaps"]);
        let late = |gap: &&Value| gap["reason"].as_str().unwrap_or_default().contains("within");
        let late: Vec<&Value> = evidence["gaps"].as_array().unwrap().iter().filter(late).collect();
        assert!(late.is_empty(), "{late:?}");
        if cfg!(target_os = "linux") {
            let most = most.load(Ordering::Relaxed);
            assert!((1..=jobs).contains(&most), "{most} open at a time, {jobs} allowed");
        }
    }
}
