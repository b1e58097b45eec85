//! What sshd itself says is in force, against what tenken resolves: random configurations with Match and Include, asked of
//! the real `sshd -T -C` and of the resolver. Runs where sshd is; under TENKEN_REAL=1 its absence is a failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // A test that cannot go on is a test that fails.

#[path = "bodies/random.rs"]
mod random;

use std::path::{Path, PathBuf};
use std::process::Command;

use random::Random;
use tenken::syntax::sshd::{Configuration, Connection, parse};

fn program() -> Option<PathBuf> {
    let found = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].iter().map(PathBuf::from).find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("TENKEN_REAL").is_none(), "sshd is not here");
        eprintln!("!! sshd is not here: nothing was compared");
    }
    found
}

const KEYWORDS: [&str; 10] = [
    "PermitRootLogin",
    "PasswordAuthentication",
    "KbdInteractiveAuthentication",
    "PermitEmptyPasswords",
    "AllowTcpForwarding",
    "AllowAgentForwarding",
    "AllowStreamLocalForwarding",
    "X11Forwarding",
    "PubkeyAuthentication",
    "DisableForwarding",
];

fn line(random: &mut Random) -> String {
    let keyword = KEYWORDS[random.below(KEYWORDS.len())];
    let value = match (keyword, random.below(3)) {
        ("PermitRootLogin", 0) => "prohibit-password",
        (_, 0 | 1) => "no",
        _ => "yes",
    };
    match random.below(4) {
        0 => format!("{}={value}\n", keyword.to_lowercase()),
        1 => format!("{keyword} \"{value}\" # why\n"),
        _ => format!("  {keyword} {value}\n"),
    }
}

fn criteria(random: &mut Random) -> String {
    let users = ["root", "daemon", "root,daemon", "*,!root", "d*", "?oot"];
    let groups = ["root", "daemon", "*,!root", "adm*"];
    let addresses = ["192.0.2.0/24", "192.0.2.*", "2001:db8::/32", "*,!192.0.2.7"];
    match random.below(6) {
        0 => format!("User {}", users[random.below(users.len())]),
        1 => format!("Group {}", groups[random.below(groups.len())]),
        2 => format!("Address {}", addresses[random.below(addresses.len())]),
        3 => format!("User {} Address {}", users[random.below(users.len())], addresses[random.below(addresses.len())]),
        4 => format!("Host {}", ["a.example.jp", "*.example.jp,!b.*"][random.below(2)]),
        _ => "All".to_owned(),
    }
}

fn text(random: &mut Random, include: Option<&str>) -> String {
    let mut text = String::new();
    for _ in 0..random.below(4) {
        text.push_str(&line(random));
    }
    for block in 0..random.below(4) {
        if block == 1
            && let Some(include) = include
        {
            text.push_str(&format!("Include {include}\n"));
        }
        text.push_str(&format!("Match {}\n", criteria(random)));
        for _ in 0..1 + random.below(3) {
            text.push_str(&line(random));
        }
    }
    text
}

#[test]
fn every_value_in_force_is_the_one_that_sshd_names() {
    let Some(sshd) = program() else { return };
    let folder = std::env::temp_dir().join(format!("tenken-sshd-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // sshd refuses to start, even to print, without its folder; where it may not be made the program says so below.
    let _ = std::fs::create_dir_all("/run/sshd");
    let key = folder.join("host_key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
    assert!(made.success());
    let rounds = std::env::var("TENKEN_SSHD").ok().and_then(|text| text.parse().ok()).unwrap_or(60_u64);
    let mut compared = 0;
    for seed in 0..rounds {
        let mut random = Random::new(seed);
        let included = folder.join("inner.conf");
        let inner = text(&mut random, None);
        let main = text(&mut random, Some(&included.display().to_string()));
        std::fs::write(&included, &inner).unwrap();
        let file = folder.join("sshd_config");
        std::fs::write(&file, format!("HostKey {}\n{main}", key.display())).unwrap();
        let mut read = Configuration::default();
        read.add("main", parse(&main).0, &mut |_| vec![("inner".to_owned(), parse(&inner).0)]);
        for (user, groups) in [("root", &["root"][..]), ("daemon", &["daemon"][..])] {
            for (address, host) in [("192.0.2.7", "a.example.jp"), ("2001:db8::9", "b.example.jp")] {
                let of = Connection { user, groups, address: Some(address), host: Some(host) };
                compared += compare(&sshd, &file, &read, &of, &format!("seed {seed}\n{main}\n--- inner\n{inner}"));
            }
        }
    }
    eprintln!("{compared} values compared with {}", sshd.display());
    std::fs::remove_dir_all(&folder).unwrap();
}

fn compare(sshd: &Path, file: &Path, read: &Configuration, of: &Connection<'_>, shown: &str) -> usize {
    let connection = format!("user={},host={},addr={}", of.user, of.host.unwrap(), of.address.unwrap());
    let output = Command::new(sshd).args(["-T", "-f"]).arg(file).args(["-C", &connection]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).to_lowercase();
    assert!(output.status.success(), "{}\n{shown}", String::from_utf8_lossy(&output.stderr));
    for keyword in KEYWORDS.map(str::to_lowercase) {
        let theirs = said
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{keyword} ")))
            .unwrap_or_else(|| panic!("{keyword}: {said}"));
        let ours = read.value(&keyword, of, None);
        // sshd prints the older word for the same value.
        let theirs = if theirs == "without-password" { "prohibit-password" } else { theirs };
        assert_eq!(ours, theirs, "{keyword} for {connection}\n{shown}");
    }
    KEYWORDS.len()
}
