//! The whole program against the network as it is when things go wrong: a gap, an exit code, never a pass.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use serde_json::Value;

/// Runs the program on a site that is reached at a port of this test.
fn assess(port: u16, more: &[&str]) -> (i32, Value) {
    let resolve = format!("www.example.jp:443:127.0.0.1:{port},www.example.jp:80:127.0.0.1:{port}");
    let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
        .args([
            "assess",
            "https://www.example.jp",
            "--resolve",
            &resolve,
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
