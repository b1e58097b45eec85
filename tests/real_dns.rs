//! Against real name servers: NSD serves a signed root and zones below it, Unbound validates, and what tenken says of them
//! is what they are. Without them these tests say so and do nothing, unless TENKEN_REAL is set: then their absence fails.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const PROGRAMS: [&str; 5] = ["nsd", "unbound", "ldns-keygen", "ldns-signzone", "ldns-key2ds"];

fn are_there() -> bool {
    // None of them knows a flag that all of them take; that they start at all is enough.
    let missing: Vec<&str> =
        PROGRAMS.into_iter().filter(|program| Command::new(program).arg("-h").output().is_err()).collect();
    assert!(
        missing.is_empty() || std::env::var_os("TENKEN_REAL").is_none(),
        "TENKEN_REAL is set and {missing:?} are not there"
    );
    if !missing.is_empty() {
        eprintln!("{missing:?} are not there: nothing was compared");
    }
    missing.is_empty()
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The zones, signed, and two servers: one that owns them and one that validates.
struct Names {
    folder: PathBuf,
    owner: u16,
    resolver: u16,
    _servers: [Server; 2],
}

/// Zones with what they hold beside SOA and NS, and whether they are signed.
const ZONES: [(&str, bool, &str); 5] = [
    (
        "example.jp",
        true,
        "www CNAME edge\nedge CNAME edge.plain.jp.\nloop CNAME loop2\nloop2 CNAME loop\n\
         dangling CNAME gone.plain.jp.\n@ MX 10 mx\nmx A 127.0.0.1\n@ TXT \"v=spf1 mx include:spf.plain.jp -all\"\n\
         _dmarc TXT \"v=DMARC1; p=reject\"\n@ CAA 0 issue \"ca.example.net\"\n\
         _25._tcp.mx TLSA 3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
    ),
    ("bogus.jp", true, "www A 127.0.0.1\n"),
    ("stale.jp", true, "www A 127.0.0.1\n"),
    ("island.jp", true, "www A 127.0.0.1\n"),
    ("plain.jp", false, "www A 127.0.0.1\nedge A 127.0.0.1\nspf TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"),
];

fn free_port() -> u16 {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Signs a zone's file and gives the name of its key.
fn signed(folder: &Path, zone: &str, text: &str) -> String {
    let name = if zone.is_empty() { "root" } else { zone };
    let origin = if zone.is_empty() { "." } else { zone };
    let file = format!("{name}.zone");
    std::fs::write(folder.join(&file), text).unwrap();
    let key = run(folder, "ldns-keygen", &["-a", "ECDSAP256SHA256", "-k", origin]);
    run(folder, "ldns-signzone", &["-o", origin, &file, &key]);
    key
}

fn started() -> Names {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real-dns");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let start = "$TTL 60\n@ SOA ns.jp. h.jp. 1 3600 900 1209600 60\n@ NS ns.jp.\n";
    let mut parent = format!("{start}ns A 127.0.0.1\n");
    for (zone, is_signed, records) in ZONES {
        parent.push_str(&format!("{} NS ns.jp.\n", zone.trim_end_matches(".jp")));
        let filler: String = (0..60).map(|number| format!("@ TXT \"filler {number} {}\"\n", "x".repeat(100))).collect();
        let more = if zone == "example.jp" { filler } else { String::new() };
        let text = format!("{start}{records}{more}");
        if !is_signed {
            std::fs::write(folder.join(format!("{zone}.zone.signed")), format!("$ORIGIN {zone}.\n{text}")).unwrap();
            continue;
        }
        signed(&folder, zone, &text);
        let file = format!("{zone}.zone.signed");
        let whole = std::fs::read_to_string(folder.join(&file)).unwrap();
        match zone {
            // Somebody changed an address behind the signer's back.
            "bogus.jp" => {
                std::fs::write(folder.join(&file), whole.replace("A\t127.0.0.1", "A\t127.0.0.2")).unwrap();
                parent.push_str(&run(&folder, "ldns-key2ds", &["-n", "-2", &file]));
            }
            // The parent still names a key that the zone no longer has.
            "stale.jp" => {
                let ds = run(&folder, "ldns-key2ds", &["-n", "-2", &file]);
                let (front, digest) = ds.rsplit_once(|one: char| one.is_ascii_whitespace()).unwrap();
                let other: String = digest.chars().rev().collect();
                parent.push_str(&format!("{front} {other}"));
            }
            "island.jp" => {}
            _ => parent.push_str(&run(&folder, "ldns-key2ds", &["-n", "-2", &file])),
        }
        parent.push('\n');
    }
    signed(&folder, "jp", &parent);
    let ds = run(&folder, "ldns-key2ds", &["-n", "-2", "jp.zone.signed"]);
    let root = format!(
        "$TTL 60\n. SOA ns.jp. h.jp. 1 3600 900 1209600 60\n. NS ns.jp.\njp. NS ns.jp.\nns.jp. A 127.0.0.1\n{ds}\n"
    );
    let anchor = signed(&folder, "", &root);
    let (owner, resolver) = (free_port(), free_port());
    let here = folder.display();
    let mut nsd = format!(
        "server:\n ip-address: 127.0.0.1@{owner}\n username: \"\"\n chroot: \"\"\n pidfile: \"\"\n database: \"\"\n \
         xfrdfile: \"\"\n zonelistfile: \"{here}/zone.list\"\n zonesdir: \"{here}\"\n server-count: 1\n \
         logfile: \"{here}/nsd.log\"\nremote-control:\n control-enable: no\nzone:\n name: .\n zonefile: root.zone.signed\n\
         zone:\n name: jp\n zonefile: jp.zone.signed\n"
    );
    let mut unbound = format!(
        "server:\n interface: 127.0.0.1@{resolver}\n port: {resolver}\n username: \"\"\n chroot: \"\"\n directory: \"{here}\"\n \
         pidfile: \"\"\n use-syslog: no\n logfile: \"{here}/unbound.log\"\n do-not-query-localhost: no\n do-daemonize: no\n \
         trust-anchor-file: \"{here}/{anchor}.key\"\n module-config: \"validator iterator\"\n num-threads: 1\n do-ip6: no\n\
         remote-control:\n control-enable: no\n"
    );
    for zone in ZONES.map(|(zone, _, _)| zone).into_iter().chain([".", "jp"]) {
        if zone != "." && zone != "jp" {
            nsd.push_str(&format!("zone:\n name: {zone}\n zonefile: {zone}.zone.signed\n"));
        }
        unbound.push_str(&format!("stub-zone:\n name: \"{zone}\"\n stub-addr: 127.0.0.1@{owner}\n"));
    }
    std::fs::write(folder.join("nsd.conf"), nsd).unwrap();
    std::fs::write(folder.join("unbound.conf"), unbound).unwrap();
    let servers = [
        up(&folder, owner, Command::new("nsd").args(["-d", "-c", "nsd.conf"])),
        up(&folder, resolver, Command::new("unbound").args(["-c", "unbound.conf"])),
    ];
    Names { folder, owner, resolver, _servers: servers }
}

fn up(folder: &Path, port: u16, command: &mut Command) -> Server {
    let quiet = command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let server = Server(quiet.spawn().unwrap());
    for _ in 0..2_000 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return server;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("{command:?} did not start");
}

/// The facts of one site that has all these names.
fn facts(names: &Names, resolver: u16) -> Value {
    let hosts = [
        "www.example.jp",
        "loop.example.jp",
        "dangling.example.jp",
        "www.bogus.jp",
        "www.stale.jp",
        "www.island.jp",
        "www.plain.jp",
    ];
    let hosts =
        hosts.map(|host| format!("{{ name: {host}, address: 127.0.0.1, https_port: 9, http_port: 0 }}")).join(", ");
    let site = format!(
        "site: x\nhosts: [{hosts}]\ndns: {{ resolver: 127.0.0.1:{resolver} }}\ndeclared: {{ mail_domains: [example.jp] }}\n"
    );
    let file = names.folder.join(format!("tenken-{resolver}.yml"));
    std::fs::write(&file, site).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
        .args(["collect", "--timeout", "5"])
        .arg(&file)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn of<'a>(facts: &'a Value, kind: &str, subject: &str) -> &'a Value {
    let seen = facts["observations"].as_array().unwrap();
    let found = seen.iter().find(|one| one["kind"] == kind && one["subject"] == subject);
    &found.unwrap_or_else(|| panic!("no {kind} {subject}"))["fields"]
}

#[test]
fn what_is_said_of_zones_is_what_they_are() {
    if !are_there() {
        return;
    }
    let names = started();
    let seen = facts(&names, names.resolver);
    for (zone, state) in [
        ("example.jp", "validates"),
        ("bogus.jp", "bogus"),
        ("stale.jp", "bogus"),
        ("island.jp", "island"),
        ("plain.jp", "unsigned"),
    ] {
        assert_eq!(of(&seen, "dns-zone", &format!("domain:{zone}"))["dnssec.state"], state, "{zone}");
    }
    let name = of(&seen, "dns-name", "host:www.example.jp");
    assert_eq!(name["aliases"], serde_json::json!(["edge.example.jp", "edge.plain.jp"]));
    assert_eq!(name["caa.issuers"], serde_json::json!(["ca.example.net"]));
    let dangling = of(&seen, "dns-name", "host:dangling.example.jp");
    assert_eq!(dangling["dangling_aliases"], serde_json::json!(["gone.plain.jp"]));
    assert!(of(&seen, "dns-name", "host:loop.example.jp")["addresses"].is_null(), "a circle of aliases has no end");
    assert!(of(&seen, "dns-name", "host:www.stale.jp")["addresses"].is_null());
    // Sixty texts do not fit into a datagram, so this record came over TCP.
    let mail = of(&seen, "mail-domain", "domain:example.jp");
    assert_eq!((&mail["spf.records"], &mail["spf.lookups"], &mail["spf.all"]), (&1.into(), &2.into(), &"fail".into()));
    assert_eq!((&mail["dmarc.policy"], &mail["inbound_transport"]), (&"reject".into(), &"authenticated".into()));
    // The server that owns the zones validates nothing, so with it alone nothing is known of signatures.
    let blind = facts(&names, names.owner);
    assert!(of(&blind, "dns-zone", "domain:example.jp")["dnssec.state"].is_null());
    assert!(of(&blind, "mail-domain", "domain:example.jp")["inbound_transport"].is_null());
}
