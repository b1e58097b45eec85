//! The evidence bundle: the same bytes for the same input, verified offline, and one flipped bit anywhere is found.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tenken::bundle::verify;
use tenken::key::VerifyingKey;

fn tenken(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear().output().unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A small bundle: one file of configuration, offline.
fn bundle(folder: &Path, more: &[&str]) -> Vec<u8> {
    let path = folder.join("bundle.tar");
    let target = "examples/broken/nginx/nginx.conf";
    let path_text = path.display().to_string();
    let mut arguments = vec![
        "assess",
        target,
        "--offline",
        "--now",
        "2026-11-24",
        "--history",
        "none",
        "--quiet",
        "--bundle",
        &path_text,
    ];
    arguments.extend(more);
    let output = tenken(&arguments);
    assert!(output.status.code().is_some_and(|code| code != 2), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(path).unwrap()
}

fn members(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(bytes);
    let read = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.path().unwrap().display().to_string(), content)
    };
    archive.entries().unwrap().map(read).collect()
}

fn packed(members: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(tar::EntryType::Regular);
        archive.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

#[test]
fn the_same_input_gives_the_same_bytes_and_they_verify() {
    let folder = folder("bundle-same");
    let once = bundle(&folder, &[]);
    assert_eq!(once, bundle(&folder, &[]));
    let verification = verify(&once, None).unwrap();
    assert_eq!((verification.faults, verification.signer), (Vec::new(), None));
    let names: Vec<String> = members(&once).into_keys().collect();
    for name in ["MANIFEST.sha256", "attestation.dsse.json", "checks.json", "evidence.json", "policy.json"] {
        assert!(names.contains(&name.to_owned()), "{name}");
    }
    assert_eq!(names.iter().filter(|name| name.starts_with("reports/")).count(), tenken::report::FORMATS.len());
}

#[test]
fn one_flipped_bit_anywhere_is_found() {
    let folder = folder("bundle-bits");
    tenken(&["keygen", &folder.join("key").display().to_string()]);
    for more in [vec![], vec!["--key".to_owned(), folder.join("key").display().to_string()]] {
        let bytes = bundle(&folder, &more.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(verify(&bytes, None).unwrap().faults, Vec::<String>::new());
        // An odd stride visits every part of the archive and every bit of a byte; the offset is that of no boundary.
        let bits = bytes.len() * 8;
        let tried = if cfg!(debug_assertions) { 60 } else { 1_500 };
        for number in 0..tried {
            let bit = (number * (bits / tried) + number * 7 + 3) % bits;
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let holds = verify(&changed, None).is_ok_and(|verification| verification.faults.is_empty());
            assert!(!holds, "bit {bit} of byte {} was not seen", bit / 8);
        }
        // The last bytes of each part: header, content, padding and end of the archive.
        for byte in [0, 100, 136, 148, 156, 257, 345, 511, 512, bytes.len() - 1, bytes.len() - 513, bytes.len() - 1024]
        {
            let mut changed = bytes.clone();
            changed[byte] ^= 1;
            assert!(!verify(&changed, None).is_ok_and(|verification| verification.faults.is_empty()), "byte {byte}");
        }
    }
}

#[test]
fn what_differs_is_named_even_where_the_manifest_was_made_to_fit() {
    let folder = folder("bundle-forged");
    let mut files = members(&bundle(&folder, &[]));
    let report = String::from_utf8(files["reports/report.json"].clone()).unwrap();
    let mut forged: Value = serde_json::from_str(&report).unwrap();
    forged["gate"]["exit_code"] = 0.into();
    files.insert("reports/report.json".to_owned(), format!("{forged:#}\n").into_bytes());
    let faults = verify(&packed(&files), None).unwrap().faults;
    assert!(faults.iter().any(|fault| fault.contains("report.json#/gate/exit_code: the bundle has 0")), "{faults:?}");

    let mut files = members(&bundle(&folder, &[]));
    let text = String::from_utf8(files["reports/report.md"].clone()).unwrap();
    files.insert("reports/report.md".to_owned(), text.replacen("NOT KEPT", "KEPT", 1).into_bytes());
    let faults = verify(&packed(&files), None).unwrap().faults;
    assert!(faults.iter().any(|fault| fault.starts_with("reports/report.md:")), "{faults:?}");

    let mut files = members(&bundle(&folder, &[]));
    files.insert("more.txt".to_owned(), Vec::new());
    files.remove("reports/report.csv");
    let faults = verify(&packed(&files), None).unwrap().faults;
    assert!(faults.iter().any(|fault| fault.contains("more.txt")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("report.csv: is missing")), "{faults:?}");
}

#[test]
fn a_signature_is_of_the_key_that_was_given() {
    let folder = folder("bundle-signed");
    let file = |name: &str| folder.join(name).display().to_string();
    tenken(&["keygen", &file("one")]);
    tenken(&["keygen", &file("two")]);
    let bytes = bundle(&folder, &["--key", &file("one")]);
    let public = |name: &str| VerifyingKey::from_pem(&std::fs::read_to_string(file(name)).unwrap()).unwrap();
    let (one, two) = (public("one.pub"), public("two.pub"));
    let verification = verify(&bytes, Some(&one)).unwrap();
    assert_eq!((verification.faults, verification.signer), (Vec::new(), Some(one.id())));
    assert!(!verify(&bytes, Some(&two)).unwrap().faults.is_empty());
    assert!(!verify(&bundle(&folder, &[]), Some(&one)).unwrap().faults.is_empty());
    let bundle_file = file("bundle.tar");
    let exit = |arguments: &[&str]| tenken(arguments).status.code();
    assert_eq!(exit(&["verify", &bundle_file]), Some(0));
    assert_eq!(exit(&["verify", &bundle_file, "--key", &file("one.pub")]), Some(1));
    assert_eq!(exit(&["verify", "Cargo.toml"]), Some(2));
    assert_eq!(exit(&["verify", "/nowhere"]), Some(2));
}

#[test]
fn a_run_with_a_ledger_is_made_again_without_it() {
    let folder = folder("bundle-ledger");
    let ledger = folder.join("history.sqlite").display().to_string();
    let path = folder.join("bundle.tar").display().to_string();
    for day in ["2026-11-20", "2026-11-21", "2026-11-22"] {
        let common = ["assess", "examples/broken", "--offline", "--now", day, "--history", &ledger, "--bundle", &path];
        assert_eq!(tenken(&common).status.code(), Some(1));
    }
    std::fs::remove_file(&ledger).unwrap();
    let verification = verify(&std::fs::read(&path).unwrap(), None).unwrap();
    assert_eq!(verification.faults, Vec::<String>::new());
    assert_eq!(verification.assessment.past.unwrap().len(), 2);
}

#[test]
fn openssl_and_openssh_agree_about_keys_and_signatures() {
    let real = std::env::var_os("TENKEN_REAL").is_some();
    let folder = folder("bundle-openssl");
    let file = |name: &str| folder.join(name).display().to_string();
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &file("ssh")]).status();
    if !made.is_ok_and(|status| status.success()) {
        assert!(!real, "ssh-keygen is missing");
        return;
    }
    let bytes = bundle(&folder, &["--key", &file("ssh")]);
    let line = std::fs::read_to_string(file("ssh.pub")).unwrap();
    let verification = verify(&bytes, Some(&VerifyingKey::from_pem(&line).unwrap())).unwrap();
    assert_eq!(verification.faults, Vec::<String>::new());
    // The signature over the DSSE pre-authentication encoding, verified by OpenSSL with the key in the bundle.
    let files = members(&bytes);
    let envelope: Value = serde_json::from_slice(&files["attestation.dsse.json"]).unwrap();
    let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let payload_type = envelope["payloadType"].as_str().unwrap();
    let mut signed = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    signed.extend(&payload);
    std::fs::write(file("signed"), signed).unwrap();
    let signature = STANDARD.decode(envelope["signatures"][0]["sig"].as_str().unwrap()).unwrap();
    std::fs::write(file("signature"), signature).unwrap();
    std::fs::write(file("signer.pub"), &files["signer.pub"]).unwrap();
    let checked = Command::new("openssl")
        .args(["pkeyutl", "-verify", "-pubin", "-inkey", &file("signer.pub"), "-rawin", "-in", &file("signed")])
        .args(["-sigfile", &file("signature")])
        .output();
    assert!(checked.is_ok_and(|output| output.status.success()) || !real);
    let statement: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["subject"].as_array().unwrap().len(), files.len() - 1);
}
