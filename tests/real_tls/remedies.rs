//! Lines of remedies against the programs that they are for: each snippet of a TLS check, and the lines of each bundled
//! profile, are taken by nginx, Apache and HAProxy; and where a bad server can show a fault, the snippet mends it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;
use tenken::load::{bundled_checks, bundled_tls_profile_list};
use tenken::model::{Check, TLS_LINE_PROGRAMS};

use super::programs::{self, Lab, Server, free_ports};

const MODULES: [&str; 7] = ["mpm_event", "ssl", "socache_shmcb", "headers", "alias", "authz_core", "md"];

/// A program, its command, and the directives that a bad server begins with.
struct Program {
    name: &'static str,
    command: &'static str,
    bad: &'static [&'static str],
}

const PROGRAMS: [Program; 3] = [
    Program {
        name: "nginx",
        command: "nginx",
        bad: &[
            "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;",
            "ssl_ciphers ALL:@SECLEVEL=0;",
            "ssl_ecdh_curve secp224r1:X25519:prime256v1:secp384r1;",
            "ssl_early_data on;",
        ],
    },
    Program {
        name: "apache",
        command: "apache2",
        bad: &[
            "SSLProtocol -all +TLSv1 +TLSv1.1 +TLSv1.2 +TLSv1.3",
            "SSLCipherSuite ALL:@SECLEVEL=0",
            "SSLOpenSSLConfCmd Curves secp224r1:X25519:prime256v1:secp384r1",
        ],
    },
    Program {
        name: "haproxy",
        command: "haproxy",
        bad: &[
            "ssl-default-bind-options ssl-min-ver TLSv1.0",
            "ssl-default-bind-ciphers ALL:@SECLEVEL=0",
            "ssl-default-bind-curves secp224r1:X25519:P-256:P-384",
        ],
    },
];

/// Whether a program is there; under TENKEN_REAL its absence is a failure.
fn is_there(command: &str) -> bool {
    let there = Command::new(command).arg("-v").output().is_ok();
    assert!(there || std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set and {command} is not there");
    if !there {
        eprintln!("{command} is not there: nothing was compared");
    }
    there
}

/// The words that say what a line sets.
fn key(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let count = if words.first() == Some(&"SSLOpenSSLConfCmd") { 2 } else { 1 };
    // OpenSSL knows the groups by two names.
    words.iter().take(count).map(|word| word.replace("Groups", "Curves")).collect::<Vec<_>>().join(" ")
}

/// The good lines, and those of the bad ones that set something else.
fn over<'a>(bad: &[&'a str], good: &[&'a str]) -> Vec<&'a str> {
    let is_set = |line: &&&str| good.iter().any(|other| key(other) == key(line));
    bad.iter().filter(|line| !is_set(line)).copied().chain(good.iter().copied()).collect()
}

/// Writes the configuration of a server on a port, with some lines; the command that runs it, or only reads it.
fn written(lab: &Lab, program: &Program, lines: &[&str], port: u16, only_reads: bool) -> Command {
    let here = lab.path("");
    let (certificate, private, both) = (lab.path("rsa.pem"), lab.path("rsa.key"), lab.path("both.pem"));
    let file = lab.path(&format!("{}-{port}.conf", program.name));
    let mut command = Command::new(program.command);
    let mut text = String::new();
    let (mut outer, mut inner) = (String::new(), String::new());
    let has = |word: &str| lines.iter().any(|line| line.trim_start().starts_with(word));
    for line in lines {
        let line = placed(line, program.name, [&certificate, &private, &both], &lab.path(""), port);
        let is_outer =
            ["server {", "<VirtualHost", "  ServerName", "  Redirect", "</VirtualHost", "ssl-default", "tune."]
                .iter()
                .chain(&["SSLStaplingCache", "MDomain", "Listen"])
                .any(|start| line.starts_with(start));
        let _ = writeln!(if is_outer { &mut outer } else { &mut inner }, "{line}");
    }
    match program.name {
        "nginx" => {
            let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|kind| format!("{kind}_temp_path {here}{kind}-{port}; "))
                .concat();
            let listen = if has("listen") { String::new() } else { format!("listen 127.0.0.1:{port} ssl;") };
            let pem = if has("ssl_certificate ") { String::new() } else { format!("ssl_certificate {certificate};") };
            let key =
                if has("ssl_certificate_key") { String::new() } else { format!("ssl_certificate_key {private};") };
            let _ = write!(
                text,
                "daemon off; master_process off; pid {here}{port}.pid; error_log {here}{port}.log;\nevents {{}}\nhttp {{ access_log off; {temporary}\n{outer}\
                 server {{ server_name www.example.jp; {listen} {pem} {key}\n{inner} }} }}\n"
            );
            command.args(["-p", &here, "-c", &file]);
            command.args(only_reads.then_some("-t"));
        }
        "apache" => {
            for module in MODULES {
                let _ = writeln!(text, "LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so");
            }
            let pem =
                if has("SSLCertificateFile") { String::new() } else { format!("SSLCertificateFile {certificate}\n") };
            let key =
                if has("SSLCertificateKeyFile") { String::new() } else { format!("SSLCertificateKeyFile {private}\n") };
            let listen = if has("Listen") { String::new() } else { format!("Listen 127.0.0.1:{port}\n") };
            let _ = write!(
                text,
                "ServerName www.example.jp\nPidFile {here}{port}.pid\nErrorLog {here}{port}.log\nDefaultRuntimeDir {here}\n{listen}{outer}\
                 <VirtualHost *:{port}>\nServerName www.example.jp\nSSLEngine on\n{pem}{key}{inner}</VirtualHost>\n"
            );
            command.args(["-d", &here, "-f", &file, if only_reads { "-t" } else { "-X" }]);
        }
        _ => {
            let bind = if has("bind") { String::new() } else { format!("  bind 127.0.0.1:{port} ssl crt {both}\n") };
            let _ = write!(
                text,
                "global\n{outer}defaults\n  mode http\n  timeout client 9s\n  timeout server 9s\n  timeout connect 9s\n\
                 frontend tls\n{bind}{inner}  http-request return status 200\n"
            );
            command.args([if only_reads { "-c" } else { "-db" }, "-f", &file]);
        }
    }
    std::fs::write(&file, text).unwrap();
    command.stdin(Stdio::null());
    command
}

/// A line with files that are there, and a port that may be taken.
fn placed(line: &str, program: &str, [certificate, private, both]: [&str; 3], here: &str, port: u16) -> String {
    let file = |word: &str| {
        let bare = word.trim_end_matches(';');
        let end = &word[bare.len()..];
        let path = match bare {
            _ if bare.starts_with('#') => return word.to_owned(),
            "ffdhe2048.pem" => format!("{here}dh2048.pem"),
            _ if bare.contains("privkey") || bare.ends_with(".key") => private.to_owned(),
            _ if bare.ends_with(".pem") && program == "haproxy" => both.to_owned(),
            _ if bare.ends_with(".pem") => certificate.to_owned(),
            _ if bare.starts_with("shmcb:/run/apache2/") => bare.replace("/run/apache2/", here),
            "443" if program == "nginx" || program == "apache" => format!("127.0.0.1:{port}"),
            "80" => format!("127.0.0.1:{port}"),
            "[::]:443" => format!("[::1]:{port}"),
            ":443" => format!("127.0.0.1:{port}"),
            ":::443" => format!(":::{port}"),
            "*:80>" => format!("*:{port}>"),
            _ => return word.to_owned(),
        };
        path + end
    };
    if line.trim_start().starts_with('#') {
        return line.to_owned();
    }
    let indent: String = line.chars().take_while(|character| *character == ' ').collect();
    indent + &line.split_whitespace().map(file).collect::<Vec<_>>().join(" ")
}

/// What is wrong with lines, in the program's own words; nothing where it takes them.
fn refused(lab: &Lab, program: &Program, lines: &str) -> Option<String> {
    let port = free_ports(1)[0];
    let lines: Vec<&str> = lines.lines().collect();
    let output = written(lab, program, &lines, port, true).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (!output.status.success()).then(|| String::from_utf8_lossy(&said).into_owned())
}

/// Whether lines are for a newer program or library than the one that is here, by their own word.
fn is_for_newer(lines: &str, complaint: &str) -> bool {
    let of_newer_program = lines.contains("2.8 and newer") && complaint.contains("unknown keyword");
    let of_newer_library = lines.contains("MLKEM") && complaint.contains("MLKEM");
    of_newer_program || of_newer_library
}

fn lab(name: &str) -> Lab {
    let lab = Lab::new(name);
    lab.key("rsa", &["rsa:2048"]);
    let both = ["rsa.pem", "rsa.key"].map(|file| std::fs::read_to_string(lab.path(file)).unwrap()).concat();
    std::fs::write(lab.path("both.pem"), both).unwrap();
    lab.prime(2048);
    lab
}

#[test]
fn every_snippet_is_taken_by_its_program() {
    let (lab, checks) = (lab("snippets"), bundled_checks().unwrap());
    let checks: Vec<&Check> = checks.iter().filter(|check| check.needs.starts_with("tls-")).collect();
    let profiles = bundled_tls_profile_list().unwrap();
    for program in PROGRAMS.iter().filter(|program| is_there(program.command)) {
        assert!(TLS_LINE_PROGRAMS.contains(&program.name));
        let mut texts: Vec<(String, String)> = Vec::new();
        for check in &checks {
            let Some(snippet) = check.remedy.snippets.get(program.name) else { continue };
            texts.push((check.id.clone(), snippet.clone()));
        }
        assert!(texts.len() >= 35, "{}: {} snippets", program.name, texts.len());
        for profile in &profiles {
            let lines = profile.server_lines(program.name).into_iter().map(|(_, line)| line + "\n");
            texts.push((profile.id.clone(), lines.collect()));
        }
        let faults = Mutex::new(Vec::new());
        programs::side_by_side(texts, |(id, lines)| {
            if let Some(complaint) = refused(&lab, program, &lines).filter(|said| !is_for_newer(&lines, said)) {
                faults.lock().unwrap().push(format!("{} {id}: {complaint}", program.name));
            }
        });
        let faults = faults.into_inner().unwrap();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

/// Checks that fail on a server, of those that the program has a snippet for.
fn failing(port: u16) -> Vec<String> {
    outcomes(port, "tls-*").into_iter().filter(|(_, outcome)| outcome == "fail").map(|(check, _)| check).collect()
}

fn outcomes(port: u16, only: &str) -> Vec<(String, String)> {
    let resolve = format!("www.example.jp:443:127.0.0.1:{port}");
    let report = super::certificates::tenken(&[
        "assess",
        "https://www.example.jp",
        "--only",
        only,
        "--depth",
        "full",
        "--skip",
        "tls-hsts,tls-https-only,tls-caa",
        "--format",
        "json",
        "--resolve",
        &resolve,
        "--resolver",
        "127.0.0.1:9",
        "--history",
        "none",
    ]);
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let named = findings.map(|finding| (word(&finding["check"]), word(&finding["outcome"])));
    named.filter(|(_, outcome)| outcome != "not-checked").collect()
}

fn started(lab: &Lab, program: &Program, lines: &[&str]) -> (Server, u16) {
    let port = free_ports(1)[0];
    let mut command = written(lab, program, lines, port, false);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    (programs::up(child, port, &format!("{} {lines:?}", program.name)), port)
}

#[test]
fn snippets_mend_what_a_bad_server_shows() {
    let (lab, checks) = (lab("mended"), bundled_checks().unwrap());
    for program in PROGRAMS.iter().filter(|program| is_there(program.command)) {
        assert!(Path::new(&lab.path("both.pem")).exists());
        let shown = {
            let (_server, port) = started(&lab, program, program.bad);
            failing(port)
        };
        let (mended, faults) = (Mutex::new(0), Mutex::new(Vec::new()));
        programs::side_by_side(shown, |id| {
            let snippet =
                checks.iter().find(|check| check.id == id).and_then(|check| check.remedy.snippets.get(program.name));
            let Some(snippet) = snippet.filter(|snippet| refused(&lab, program, snippet).is_none()) else { return };
            // A certificate is not mended by a line.
            let lines: Vec<&str> = snippet.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
            if lines.iter().all(|line| line.contains(".pem") || line.contains("ertificate")) {
                return;
            }
            let (_server, port) = started(&lab, program, &over(program.bad, &lines));
            let outcomes = outcomes(port, &id);
            let is_mended = !outcomes.is_empty()
                && outcomes.iter().all(|(_, outcome)| outcome == "pass" || outcome == "not-applicable");
            if is_mended {
                *mended.lock().unwrap() += 1;
            } else {
                faults.lock().unwrap().push(format!("{} {id}: {outcomes:?} with {lines:?}", program.name));
            }
        });
        let (mended, faults) = (mended.into_inner().unwrap(), faults.into_inner().unwrap());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(mended >= 8, "{}: only {mended} were mended", program.name);
    }
}
