//! Certificates and staples made with `openssl`, served by `openssl s_server`: what was made is what is found.
//! Where OpenSSL has an opinion of the chain, `openssl verify` is asked as well.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::programs::{evidence, side_by_side};

const NAME: &str = "www.example.jp";

/// A folder of authorities, leaves and answers.
pub(crate) struct Lab(PathBuf);

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a certificate is to be.
#[derive(Clone)]
pub(crate) struct Wanted<'a> {
    key: &'a [&'a str],
    subject: &'a str,
    san: &'a str,
    usage: &'a str,
    constraints: &'a str,
    more: &'a str,
    from_days: i64,
    to_days: i64,
    digest: &'a str,
}

const P256: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

pub(crate) const GOOD: Wanted<'_> = Wanted {
    key: P256,
    subject: "/CN=www.example.jp",
    san: "DNS:www.example.jp",
    usage: "serverAuth",
    constraints: "CA:FALSE",
    more: "",
    from_days: -1,
    to_days: 90,
    digest: "sha256",
};

fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn moment(days: i64) -> String {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let moment = chrono::DateTime::from_timestamp(now + days * 86_400, 0).unwrap();
    moment.format("%Y%m%d%H%M%SZ").to_string()
}

impl Lab {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("certificates-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Several PEM files in one.
    fn chain(&self, name: &str, parts: &[&str]) -> String {
        let text: Vec<u8> = parts.iter().flat_map(|part| self.read(&format!("{part}.pem"))).collect();
        self.write(name, text)
    }

    /// An authority that signed itself.
    pub(crate) fn root(&self, name: &str) {
        let (key, pem) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.pem")));
        openssl(
            &[
                &["req", "-x509", "-newkey"][..],
                P256,
                &["-nodes", "-days", "3650", "-subj", &format!("/CN={name}"), "-keyout", &key, "-out", &pem],
                &["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
            ]
            .concat(),
        );
        self.ledger(name);
    }

    fn ledger(&self, name: &str) {
        self.write(&format!("{name}.index"), "");
        self.write(&format!("{name}.index.attr"), "unique_subject = no\n");
        self.write(&format!("{name}.serial"), "1000\n");
    }

    /// A certificate by an authority: `NAME.pem`, `NAME.key`.
    pub(crate) fn issue(&self, authority: &str, name: &str, wanted: &Wanted<'_>) {
        let (key, request) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.csr")));
        // A key that is there already, or one to be made.
        let made = if let ["-key", file] = wanted.key {
            std::fs::copy(file, &key).unwrap();
            vec!["req", "-new", "-key", &key]
        } else {
            [&["req", "-new", "-newkey"][..], wanted.key, &["-nodes", "-keyout", &key]].concat()
        };
        openssl(&[&made[..], &["-subj", wanted.subject, "-out", &request]].concat());
        let mut extensions = String::from("[x]\n");
        for (extension, value) in [
            ("subjectAltName", wanted.san),
            ("extendedKeyUsage", wanted.usage),
            ("basicConstraints", wanted.constraints),
        ] {
            if !value.is_empty() {
                extensions.push_str(&format!("{extension} = {value}\n"));
            }
        }
        extensions.push_str(wanted.more);
        let configuration = format!(
            "[ca]\ndefault_ca = a\n[a]\ndatabase = {0}/{authority}.index\nserial = {0}/{authority}.serial\nnew_certs_dir = {0}\n\
             certificate = {0}/{authority}.pem\nprivate_key = {0}/{authority}.key\ndefault_md = {1}\npolicy = p\n\
             email_in_dn = no\n[p]\ncommonName = optional\n{extensions}",
            self.0.display(),
            wanted.digest,
        );
        let configuration = self.write(&format!("{name}.cnf"), configuration);
        let (from, to, pem) = (moment(wanted.from_days), moment(wanted.to_days), self.path(&format!("{name}.pem")));
        openssl(&[
            "ca",
            "-batch",
            "-notext",
            "-config",
            &configuration,
            "-extensions",
            "x",
            "-in",
            &request,
            "-startdate",
            &from,
            "-enddate",
            &to,
            "-out",
            &pem,
        ]);
        self.ledger_once(name);
    }

    fn ledger_once(&self, name: &str) {
        if !self.0.join(format!("{name}.index")).exists() {
            self.ledger(name);
        }
    }

    /// An OCSP answer about a leaf by its authority, signed by `signer`.
    fn answer(&self, authority: &str, leaf: &str, signer: &str) -> Vec<u8> {
        let (request, answer) = (self.path("request.der"), self.path("answer.der"));
        let (issuer, certificate) = (self.path(&format!("{authority}.pem")), self.path(&format!("{leaf}.pem")));
        openssl(&["ocsp", "-issuer", &issuer, "-cert", &certificate, "-no_nonce", "-reqout", &request]);
        openssl(&[
            "ocsp",
            "-index",
            &self.path(&format!("{authority}.index")),
            "-CA",
            &issuer,
            "-rsigner",
            &self.path(&format!("{signer}.pem")),
            "-rkey",
            &self.path(&format!("{signer}.key")),
            "-reqin",
            &request,
            "-respout",
            &answer,
            "-ndays",
            "7",
        ]);
        self.read("answer.der")
    }

    fn revoke(&self, authority: &str, leaf: &str) {
        let configuration = self.path(&format!("{leaf}.cnf"));
        openssl(&["ca", "-batch", "-config", &configuration, "-revoke", &self.path(&format!("{leaf}.pem"))]);
        let _ = authority;
    }

    /// What `openssl verify` says of a leaf: whether it is trusted for a name, by a root.
    fn verified(&self, root: &str, rest: &str, leaf: &str) -> bool {
        let (root, leaf) = (self.path(&format!("{root}.pem")), self.path(&format!("{leaf}.pem")));
        let mut command = Command::new("openssl");
        command.args([
            "verify",
            "-no-CApath",
            "-no-CAstore",
            "-CAfile",
            &root,
            "-purpose",
            "sslserver",
            "-auth_level",
            "1",
        ]);
        command.args(["-verify_hostname", NAME]);
        if !rest.is_empty() {
            command.args(["-untrusted", rest]);
        }
        command.arg(leaf).output().unwrap().status.success()
    }
}

pub(crate) struct Server(Child, u16);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn serve(lab: &Lab, leaf: &str, flags: &[&str]) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let child = Command::new("openssl")
        .args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}"), "-cipher", "ALL:@SECLEVEL=0"])
        .args(["-cert", &lab.path(&format!("{leaf}.pem")), "-key", &lab.path(&format!("{leaf}.key"))])
        .args(flags)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    up(child, port, &format!("openssl s_server with {leaf} {flags:?}"))
}

/// A server that takes connections.
fn up(child: Child, port: u16, what: &str) -> Server {
    let server = Server(child, port);
    for _ in 0..2_000 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return server;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("{what} did not start");
}

/// A report that is made from stored evidence.
pub(crate) fn tenken(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_tenken")).args(arguments).env_clear().output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

impl Server {
    /// What the TLS collector says of it.
    pub(crate) fn evidence(&self, flags: &[&str]) -> Value {
        self.evidence_of("https://www.example.jp", flags)
    }

    fn evidence_of(&self, url: &str, flags: &[&str]) -> Value {
        let host = url.trim_start_matches("https://");
        let resolve = format!("{host}:443:127.0.0.1:{}", self.1);
        // `openssl s_server` serves one connection after the other.
        evidence(&[&[url, "--resolve", &resolve, "--timeout", "5", "--jobs", "1"], flags].concat())
    }
}

/// The chains that were seen, the first one first.
fn chains(url: &str, server: &Server, root: &str) -> Vec<Value> {
    chains_of(&server.evidence_of(url, &["--cacert", root]))
}

fn chains_of(evidence: &Value) -> Vec<Value> {
    let seen = evidence["observations"].as_array().unwrap().iter().filter(|seen| seen["kind"] == "tls-certificate");
    let mut seen: Vec<Value> = seen.cloned().collect();
    seen.sort_by_key(|seen| seen["subject"].as_str().unwrap().to_owned());
    assert!(!seen.is_empty(), "{}", evidence["gaps"]);
    seen
}

/// Holds fields to what was made; `null` is: unknown.
fn hold(what: &str, seen: &Value, wanted: &Value) {
    for (field, value) in wanted.as_object().unwrap() {
        let found = seen["fields"].get(field).unwrap_or(&Value::Null);
        assert_eq!(found, value, "{what}: {field} ({})", seen["unknown_fields"]);
    }
}

#[test]
fn what_is_wrong_with_a_certificate_is_found() {
    if !super::is_there() {
        return;
    }
    let lab = Lab::new("defects");
    lab.root("root");
    lab.root("stranger");
    let authority = |digest| Wanted {
        subject: "/CN=middle",
        san: "",
        usage: "",
        constraints: "critical,CA:TRUE",
        to_days: 3_000,
        digest,
        ..GOOD
    };
    lab.issue("root", "middle", &authority("sha256"));
    let rsa: &[&[&str]] = &[&["rsa:1024"], &["rsa:2048"], &["rsa:3072"]];
    let curve = |name: &'static str| -> Vec<&'static str> { vec!["ec", "-pkeyopt", name] };
    let (p384, p521) = (curve("ec_paramgen_curve:P-384"), curve("ec_paramgen_curve:P-521"));
    let aia = "authorityInfoAccess = caIssuers;URI:http://ca.example.jp/middle.cer\n";
    let other = Wanted { san: "DNS:other.example.jp", ..GOOD };
    // What is made, whether `openssl verify` agrees with what is trusted (None: it rests on other rules), and the facts.
    let cases: Vec<(&str, Wanted<'_>, Option<bool>, Value)> = vec![
        (
            "good",
            GOOD,
            Some(true),
            json!({"trusted": true, "trust_reason": "valid", "trusted_by": ["own"], "authority": ["own"],
            "publicly_trusted": false, "name_matches": true, "name_by": "san-dns", "cn_only": false, "usage": "server-auth",
            "is_ca": false, "key_algorithm": "ec", "key_curve": "P-256", "key_bits": 256, "weak_keys": [], "weak_signatures": [],
            "chain_ordered": true, "chain_complete": true, "chain_root_sent": false, "chain_superfluous": 0, "chain_length": 2,
            "must_staple": false, "ocsp.stapled": false, "lifetime_days": 91, "names": ["www.example.jp"], "issuer": "middle"}),
        ),
        (
            "expired",
            Wanted { from_days: -90, to_days: -1, ..GOOD },
            Some(false),
            json!({"trusted": false, "trust_reason": "expired"}),
        ),
        (
            "not yet valid",
            Wanted { from_days: 2, ..GOOD },
            Some(false),
            json!({"trusted": false, "trust_reason": "not-yet-valid"}),
        ),
        (
            "wrong name",
            other.clone(),
            Some(false),
            json!({"trust_reason": "name-mismatch", "name_matches": false, "name_by": "none"}),
        ),
        (
            "name in the CN only",
            Wanted { san: "", ..GOOD },
            None,
            json!({"trust_reason": "name-mismatch", "cn_only": true, "names": []}),
        ),
        (
            "wildcard",
            Wanted { san: "DNS:*.example.jp", ..GOOD },
            Some(true),
            json!({"trusted": true, "name_by": "san-wildcard"}),
        ),
        ("wildcard over two labels", Wanted { san: "DNS:*.jp", ..GOOD }, Some(false), json!({"name_matches": false})),
        (
            "expired and wrong name",
            Wanted { from_days: -90, to_days: -1, ..other },
            Some(false),
            json!({"trust_reason": "expired", "trust_faults": ["expired", "name-mismatch"]}),
        ),
        (
            "SHA-1",
            Wanted { digest: "sha1", ..GOOD },
            None,
            json!({"trusted": false, "trust_reason": "weak-signature", "weak_signatures": ["certificate 0: SHA-1 with ECDSA"]}),
        ),
        (
            "RSA 1024",
            Wanted { key: rsa[0], ..GOOD },
            None,
            json!({"key_algorithm": "rsa", "key_bits": 1024, "weak_keys": ["certificate 0: rsa 1024"]}),
        ),
        (
            "RSA 2048",
            Wanted { key: rsa[1], ..GOOD },
            Some(true),
            json!({"trusted": true, "key_bits": 2048, "weak_keys": [], "rsa_smallest_bits": 2048}),
        ),
        ("RSA 3072", Wanted { key: rsa[2], ..GOOD }, Some(true), json!({"trusted": true, "key_bits": 3072})),
        (
            "P-384",
            Wanted { key: &p384, ..GOOD },
            Some(true),
            json!({"trusted": true, "key_curve": "P-384", "key_bits": 384}),
        ),
        (
            "P-521",
            Wanted { key: &p521, ..GOOD },
            Some(true),
            json!({"trusted": true, "key_curve": "P-521", "key_bits": 521, "weak_keys": []}),
        ),
        (
            "Ed25519",
            Wanted { key: &["ed25519"], ..GOOD },
            Some(true),
            json!({"trusted": true, "key_algorithm": "ed25519", "weak_keys": []}),
        ),
        (
            "no extended key usage",
            Wanted { usage: "", ..GOOD },
            Some(true),
            json!({"trusted": true, "usage": "absent"}),
        ),
        (
            "for clients",
            Wanted { usage: "clientAuth", ..GOOD },
            Some(false),
            json!({"trust_reason": "wrong-usage", "usage": "other"}),
        ),
        (
            "a CA as leaf",
            Wanted { constraints: "critical,CA:TRUE", ..GOOD },
            None,
            json!({"trust_reason": "ca-as-leaf", "is_ca": true}),
        ),
        (
            "must staple",
            Wanted { more: "tlsfeature = status_request\n", ..GOOD },
            Some(true),
            json!({"must_staple": true, "ocsp.stapled": false}),
        ),
        (
            "a year",
            Wanted { to_days: 400, ..GOOD },
            Some(true),
            json!({"lifetime_days": 401, "lifetime_within_limit": false}),
        ),
        (
            "names a responder",
            Wanted { more: "authorityInfoAccess = OCSP;URI:http://ocsp.example.jp\n", ..GOOD },
            Some(true),
            json!({"ocsp_responder": true}),
        ),
        (
            "many names",
            Wanted { san: "DNS:www.example.jp,DNS:*.example.jp,IP:192.0.2.1,email:a@example.jp", ..GOOD },
            Some(true),
            json!({"names": ["www.example.jp", "*.example.jp", "192.0.2.1"], "name_count": 3}),
        ),
    ];
    let (root, rest) = (lab.path("root.pem"), lab.path("middle.pem"));
    for (number, (_, wanted, ..)) in cases.iter().enumerate() {
        lab.issue("middle", &format!("leaf{number}"), wanted);
    }
    side_by_side(cases.iter().enumerate(), |(number, (what, _, agrees, facts))| {
        let leaf = format!("leaf{number}");
        let server = serve(&lab, &leaf, &["-cert_chain", &rest]);
        let seen = &chains("https://www.example.jp", &server, &root)[0];
        hold(what, seen, facts);
        if let Some(agrees) = agrees {
            assert_eq!(lab.verified("root", &rest, &leaf), *agrees, "{what}: openssl verify");
            assert_eq!(seen["fields"]["trusted"], json!(agrees), "{what}: openssl verify");
        }
    });
    // The shape of what is sent; the leaf is the good one.
    lab.issue("stranger", "unknown", &GOOD);
    lab.issue("middle", "fetched", &Wanted { more: aia, ..GOOD });
    let shapes = [
        (
            "the intermediate is missing",
            "fetched",
            &[][..],
            json!({"trust_reason": "unknown-issuer", "chain_complete": false}),
        ),
        (
            "missing, or an unknown authority",
            "unknown",
            &[],
            json!({"trust_reason": "unknown-issuer", "chain_complete": null}),
        ),
        (
            "unknown, root sent",
            "unknown",
            &["stranger"],
            json!({"trust_reason": "unknown-issuer", "chain_complete": true, "chain_root_sent": true}),
        ),
        (
            "root sent",
            "leaf0",
            &["middle", "root"],
            json!({"trusted": true, "chain_root_sent": true, "chain_superfluous": 0}),
        ),
        ("wrong order", "leaf0", &["root", "middle"], json!({"trusted": true, "chain_ordered": false})),
        (
            "superfluous",
            "leaf0",
            &["middle", "stranger"],
            json!({"trusted": true, "chain_ordered": true, "chain_superfluous": 1}),
        ),
    ];
    side_by_side(shapes, |(what, leaf, parts, facts)| {
        let file = if parts.is_empty() { String::new() } else { lab.chain(&format!("{what}.txt"), parts) };
        let flags = ["-cert_chain", file.as_str()];
        let server = serve(&lab, leaf, if parts.is_empty() { &[] } else { &flags });
        let seen = &chains("https://www.example.jp", &server, &root)[0];
        hold(what, seen, &facts);
        assert_eq!(
            lab.verified("root", &file, leaf),
            seen["fields"]["trusted"] == json!(true),
            "{what}: openssl verify"
        );
    });
    // A root that is its own leaf, an address, a name in another script.
    let server = serve(&lab, "stranger", &[]);
    hold("self-signed", &chains("https://www.example.jp", &server, &root)[0], &json!({"trust_reason": "self-signed"}));
    lab.issue("middle", "address", &Wanted { san: "IP:127.0.0.1", ..GOOD });
    let server = serve(&lab, "address", &["-cert_chain", &rest]);
    let by_address = &chains("https://127.0.0.1", &server, &root)[0];
    hold("an address", by_address, &json!({"trusted": true, "name_by": "san-ip", "names": ["127.0.0.1"]}));
    lab.issue("middle", "script", &Wanted { san: "DNS:xn--fsqv94c.example.jp", ..GOOD });
    let server = serve(&lab, "script", &["-cert_chain", &rest]);
    hold(
        "an IDN",
        &chains("https://xn--fsqv94c.example.jp", &server, &root)[0],
        &json!({"trusted": true, "name_by": "san-dns"}),
    );
}

#[test]
fn a_server_with_two_certificates_shows_both() {
    if !super::is_there() {
        return;
    }
    let lab = Lab::new("two");
    lab.root("root");
    lab.issue("root", "ecdsa", &GOOD);
    lab.issue("root", "rsa", &Wanted { key: &["rsa:2048"], to_days: -1, from_days: -9, ..GOOD });
    for version in [&["-tls1_2"][..], &["-tls1_3"], &[]] {
        let (second, key) = (lab.path("rsa.pem"), lab.path("rsa.key"));
        let flags = [&["-dcert", second.as_str(), "-dkey", key.as_str()][..], version].concat();
        let server = serve(&lab, "ecdsa", &flags);
        let seen = chains("https://www.example.jp", &server, &lab.path("root.pem"));
        assert_eq!(seen.len(), 2, "{version:?}");
        hold("first", &seen[0], &json!({"key_algorithm": "ec", "trusted": true}));
        hold("second", &seen[1], &json!({"key_algorithm": "rsa", "trust_reason": "expired"}));
        assert!(seen[1]["subject"].as_str().unwrap().ends_with("/www.example.jp#rsa"), "{}", seen[1]["subject"]);
    }
    let server = serve(&lab, "rsa", &[]);
    assert_eq!(chains("https://www.example.jp", &server, &lab.path("root.pem")).len(), 1);
}

#[test]
fn a_staple_is_worth_what_it_was_made_to_be() {
    if !super::is_there() {
        return;
    }
    let lab = Lab::new("staples");
    lab.root("root");
    lab.root("stranger");
    let signing = Wanted { subject: "/CN=responder", san: "", usage: "OCSPSigning", ..GOOD };
    lab.issue("root", "responder", &signing);
    lab.issue("root", "no-responder", &Wanted { usage: "serverAuth", ..signing });
    lab.issue("root", "revoked", &GOOD);
    lab.issue("root", "other", &GOOD);
    let stapled = Wanted { more: "tlsfeature = status_request\n", ..GOOD };
    lab.issue("root", "leaf", &stapled);
    lab.revoke("root", "revoked");
    let good = lab.answer("root", "leaf", "root");
    let mut broken = good.clone();
    // A second more or less in the time of signing, which stays a time.
    let second = broken.windows(2).position(|pair| pair[0].is_ascii_digit() && pair[1] == b'Z').unwrap();
    broken[second] ^= 1;
    let valid = json!({"ocsp.stapled": true, "ocsp.verified": true, "ocsp.problem": "none", "ocsp.status": "good", "trusted": true, "must_staple": true});
    let bad =
        |problem: &str| json!({"ocsp.stapled": true, "ocsp.verified": false, "ocsp.problem": problem, "trusted": true});
    let cases = [
        ("good", "leaf", good.clone(), valid.clone(), "pass"),
        ("good, by a delegate", "leaf", lab.answer("root", "leaf", "responder"), valid, "pass"),
        (
            "revoked",
            "revoked",
            lab.answer("root", "revoked", "root"),
            json!({"ocsp.verified": true, "ocsp.status": "revoked", "trusted": false, "trust_reason": "revoked"}),
            "pass",
        ),
        ("broken", "leaf", broken, bad("bad-signature"), "fail"),
        ("by one who may not", "leaf", lab.answer("root", "leaf", "no-responder"), bad("bad-signature"), "fail"),
        ("by a stranger", "leaf", lab.answer("root", "leaf", "stranger"), bad("bad-signature"), "fail"),
        ("about another", "leaf", lab.answer("root", "other", "root"), bad("other-certificate"), "fail"),
        ("garbage", "leaf", b"\x30\x03\x0a\x01\x00".to_vec(), bad("malformed"), "fail"),
    ];
    side_by_side(cases, |(what, leaf, answer, facts, fresh)| {
        let file = lab.write(&format!("{what}.der"), answer);
        let server = serve(&lab, leaf, &["-status_file", &file]);
        let evidence = server.evidence(&["--cacert", &lab.path("root.pem")]);
        hold(what, &chains_of(&evidence)[0], &facts);
        let stored = lab.write(&format!("{what}.json"), evidence.to_string());
        let told = |now: &str| {
            let only = ["--only", "tls-ocsp-fresh,tls-must-staple", "--now", now];
            let report = tenken(&[&["assess", "--format", "json", "--replay", &stored][..], &only].concat());
            let found = report["findings"].as_array().unwrap().iter().find(|found| found["check"] == "tls-ocsp-fresh");
            found.map_or_else(|| "none".to_owned(), |found| found["outcome"].as_str().unwrap_or_default().to_owned())
        };
        let day = |days: i64| {
            let moment = moment(days);
            format!("{}-{}-{}", &moment[..4], &moment[4..6], &moment[6..8])
        };
        assert_eq!(told(&day(1)), fresh, "{what}");
        if what == "good" {
            assert_eq!(told(&day(9)), "fail", "a week later it is stale");
        }
    });
    let server = serve(&lab, "leaf", &[]);
    hold(
        "none",
        &chains("https://www.example.jp", &server, &lab.path("root.pem"))[0],
        &json!({"must_staple": true, "ocsp.stapled": false}),
    );
}

#[test]
fn the_largest_rsa_key_is_measured() {
    if !super::is_there() {
        return;
    }
    let lab = Lab::new("large");
    lab.root("root");
    // Making a key of this size takes minutes, so this one was made before; it protects nothing.
    let key = ["-key", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/rsa-16384.key")];
    lab.issue("root", "leaf", &Wanted { key: &key, ..GOOD });
    let server = serve(&lab, "leaf", &[]);
    let seen = &chains("https://www.example.jp", &server, &lab.path("root.pem"))[0];
    hold("RSA 16384", seen, &json!({"key_algorithm": "rsa", "key_bits": 16384, "weak_keys": [], "trusted": true}));
}

#[test]
fn nginx_with_two_certificates_and_a_staple_is_seen_as_configured() {
    let nginx = ["/usr/sbin/nginx", "nginx"].into_iter().find(|path| Command::new(path).arg("-v").output().is_ok());
    let Some(nginx) = nginx.filter(|_| super::is_there()) else {
        assert!(std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set and nginx is not there");
        return;
    };
    let lab = Lab::new("nginx");
    lab.root("root");
    lab.issue("root", "ecdsa", &GOOD);
    lab.issue("root", "rsa", &Wanted { key: &["rsa:2048"], ..GOOD });
    let chain = lab.chain("ecdsa-with-root.pem", &["ecdsa", "root"]);
    let staple = lab.write("staple.der", lab.answer("root", "ecdsa", "root"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let at = |name: &str| lab.path(name);
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {};\n", at(kind)))
        .concat();
    let configuration = format!(
        "daemon off; master_process off; pid {}; error_log stderr; events {{}}\nhttp {{ access_log off;\n{temporary}\
         server {{ listen 127.0.0.1:{port} ssl; server_name {NAME};\n\
         ssl_certificate {chain}; ssl_certificate_key {};\nssl_certificate {}; ssl_certificate_key {};\n\
         ssl_stapling on; ssl_stapling_file {staple}; return 200 ok; }} }}\n",
        at("nginx.pid"),
        at("ecdsa.key"),
        at("rsa.pem"),
        at("rsa.key"),
    );
    let file = lab.write("nginx.conf", configuration);
    let child =
        Command::new(nginx).args(["-p", &at(""), "-c", &file]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let server = up(child.unwrap(), port, "nginx");
    let seen = chains("https://www.example.jp", &server, &lab.path("root.pem"));
    assert_eq!(seen.len(), 2);
    let first = json!({"key_algorithm": "ec", "trusted": true, "chain_root_sent": true, "ocsp.verified": true, "ocsp.status": "good"});
    hold("first", &seen[0], &first);
    hold("second", &seen[1], &json!({"key_algorithm": "rsa", "trusted": true, "chain_length": 1}));
}
