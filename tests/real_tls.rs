//! Against a real OpenSSL: the versions that `openssl s_server` was told to accept are those that are found.
//! Without openssl these tests say so and do nothing, unless TENKEN_REAL is set: then its absence is a failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

#[path = "real_tls/certificates.rs"]
mod certificates;
#[path = "real_tls/profiles.rs"]
mod profiles;

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

fn is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    assert!(there || std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set and openssl is not there");
    if !there {
        eprintln!("openssl is not there: nothing was compared");
    }
    there
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn certificate() -> (PathBuf, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (key, certificate) = (folder.join("real-tls.key"), folder.join("real-tls.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=www.example.jp",
            "-keyout",
        ])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success());
    (key, certificate)
}

/// Starts a server that accepts what the flags say; it is up when it takes a connection.
fn serve(key: &Path, certificate: &Path, flags: &[&str]) -> (Server, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let child = Command::new("openssl")
        .args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}"), "-key"])
        .arg(key)
        .arg("-cert")
        .arg(certificate)
        .args(flags)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server(child);
    for _ in 0..2_000 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return (server, port);
        }
        std::thread::yield_now();
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("openssl s_server did not start");
}

/// The fields of the one endpoint that `tenken collect` saw.
fn endpoint(port: u16) -> Value {
    let resolve = format!("www.example.jp:443:127.0.0.1:{port}");
    let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
        .args([
            "collect",
            "https://www.example.jp",
            "--resolve",
            &resolve,
            "--timeout",
            "5",
            "--resolver",
            "127.0.0.1:9",
        ])
        .env_clear()
        .output()
        .unwrap();
    let evidence: Value = serde_json::from_slice(&output.stdout).unwrap();
    let seen = evidence["observations"].as_array().unwrap().iter().find(|seen| seen["kind"] == "tls-endpoint");
    seen.unwrap_or_else(|| panic!("{}", evidence["gaps"]))["fields"].clone()
}

#[test]
fn the_versions_that_a_server_accepts_are_those_that_are_found() {
    if !is_there() {
        return;
    }
    let (key, certificate) = certificate();
    let old = ["-cipher", "ALL:@SECLEVEL=0"];
    for (flags, tls_old, tls12, tls13) in [
        (&["-tls1"][..], &["TLSv1.0"][..], false, false),
        (&["-tls1_1"], &["TLSv1.1"], false, false),
        (&["-tls1_2"], &[], true, false),
        (&["-tls1_3"], &[], false, true),
        (&["-no_tls1_3"], &["TLSv1.0", "TLSv1.1"], true, false),
        (&["-no_tls1", "-no_tls1_1"], &[], true, true),
    ] {
        let all: Vec<&str> = flags.iter().copied().chain(old).collect();
        let (_server, port) = serve(&key, &certificate, &all);
        let fields = endpoint(port);
        // `openssl s_server` serves one connection at a time: what it keeps waiting for too long is unknown, and never
        // another answer. One hello asks for all old versions together, and names the one that was chosen.
        let known = |field: &str| !fields[field].is_null();
        assert!(known("tls12") || known("tls13"), "{flags:?}: nothing is known");
        if let Some(found) = fields["tls_old"].as_array() {
            let found: Vec<&str> = found.iter().filter_map(Value::as_str).collect();
            assert!(found.iter().all(|version| tls_old.contains(version)), "{flags:?}: {found:?}");
            assert_eq!(found.is_empty(), tls_old.is_empty(), "{flags:?}: {found:?}");
        }
        for (field, wanted) in [("tls12", tls12), ("tls13", tls13)] {
            assert!(!known(field) || fields[field] == wanted, "{flags:?}: {field}");
        }
        assert!(!known("ssl") || fields["ssl"] == serde_json::json!([]), "{flags:?}");
    }
}
