//! The host reader against the kernel and the host's own programs: who reads what, what a list, a flag or a capability says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // A test that cannot go on is a test that fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;

use tenken::collect::collector::LocalFuture;
use tenken::collect::live::{LiveOptions, LiveWorld};
use tenken::collect::world::{Attributes, Fetched, FileFacts, Refusal, Stream, World};
use tenken::load::{EvidenceFile, LoadOptions, evidence_to_text, load};
use tenken::model::{Evidence, Observation, Time};
use tenken::pipeline;
use tenken::syntax::{logrotate, rsyslog, sudoers};

/// Whether the programs are there; under `TENKEN_REAL=1` a missing one is a failure.
fn ready(programs: &[&str]) -> bool {
    let root = output(Command::new("id").arg("-u")).trim() == "0";
    let missing: Vec<&&str> = programs
        .iter()
        .filter(|program| {
            !Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap().status.success()
        })
        .collect();
    if root && missing.is_empty() {
        return true;
    }
    assert!(std::env::var_os("TENKEN_REAL").is_none(), "not root, or missing: {missing:?}");
    println!("!! not held against the real host: not root, or missing {missing:?}");
    false
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn run(program: &str, arguments: &[&str]) {
    output(Command::new(program).args(arguments));
}

/// A folder of its own that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = PathBuf::from(output(Command::new("mktemp").arg("-d")).trim());
        run("chmod", &["0755", path.to_str().unwrap()]);
        Self(path)
    }

    fn path(&self, inner: &str) -> String {
        self.0.join(inner).to_str().unwrap().to_owned()
    }

    fn write(&self, inner: &str, text: &str) {
        let path = self.0.join(inner);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = Command::new("chattr").args(["-R", "-a", "-i"]).arg(&self.0).output();
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The live world with a folder in place of its root.
struct Below {
    live: LiveWorld,
    root: String,
}

impl Below {
    fn path(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.root) } else { path.to_owned() }
    }
}

impl World for Below {
    fn inspect(&self, path: &str) -> Result<FileFacts, Refusal> {
        self.live.inspect(&self.path(path))
    }
    fn attributes(&self, path: &str) -> Result<Attributes, Refusal> {
        self.live.attributes(&self.path(path))
    }
    fn list(&self, path: &str) -> Result<Vec<String>, Refusal> {
        self.live.list(&self.path(path))
    }
    fn open(&self, path: &str) -> Result<Box<dyn Read>, Refusal> {
        self.live.open(&self.path(path))
    }
    fn resolve<'a>(&'a self, host: &'a str) -> LocalFuture<'a, Result<Vec<IpAddr>, Refusal>> {
        self.live.resolve(host)
    }
    fn connect<'a>(&'a self, host: &'a str, address: SocketAddr) -> LocalFuture<'a, Result<Box<dyn Stream>, Refusal>> {
        self.live.connect(host, address)
    }
    fn fetch<'a>(&'a self, url: &'a str, limit_bytes: usize) -> LocalFuture<'a, Result<Fetched, Refusal>> {
        self.live.fetch(url, limit_bytes)
    }
    fn trust_anchor(&self, host: &str) -> Result<Option<Vec<u8>>, Refusal> {
        self.live.trust_anchor(host)
    }
}

/// What is seen of a root: `/` is the folder itself with its own modes.
fn seen(folder: &Folder, root: &str) -> Evidence {
    collected(folder, root).evidence
}

fn collected(folder: &Folder, root: &str) -> EvidenceFile {
    collected_on(folder, "root", root, "")
}

/// The same on a machine whose `/` is another folder, with more in the site file.
fn collected_on(folder: &Folder, machine: &str, root: &str, more: &str) -> EvidenceFile {
    folder.write(
        "tenken.yml",
        &format!("site: x\nhost: {{ root: {root}, name: h }}\ndeclared: {{ log_readers: [] }}\n{more}"),
    );
    let loaded = load(&folder.path("tenken.yml"), &LoadOptions::default()).unwrap();
    let live =
        LiveWorld::new(LiveOptions::of_site(&folder.0, &loaded.judged.declaration.site, Vec::new(), None, 1, 1, true));
    let world = Below { live, root: folder.path(machine) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let now = Time::from_unix_seconds(1_790_000_000);
    runtime.block_on(pipeline::collect(&loaded, &world, true, now))
}

fn one<'a>(evidence: &'a Evidence, kind: &'a str, subject: &str) -> &'a Observation {
    evidence.of_kind(kind).find(|seen| seen.subject.name() == subject).unwrap_or_else(|| panic!("no {kind} {subject}"))
}

/// A small generator, so that a failure can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

const USERS: u64 = 6;
const GROUPS: u64 = 5;
const LOGS: u64 = 6;

/// Makes a tree of random owners, modes and lists; gives each user's groups.
fn plant(folder: &Folder, dice: &mut Dice) -> BTreeMap<u64, BTreeSet<u64>> {
    let mut groups: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    let (mut passwd, mut shadow) = ("root:x:0:0::/root:/bin/bash\n".to_owned(), "root:*:1\n".to_owned());
    for user in 0..USERS {
        let primary = dice.below(GROUPS);
        groups.insert(user, BTreeSet::from([primary]));
        writeln!(passwd, "u{user}:x:{}:{}::/home/u{user}:/bin/sh", 50_000 + user, 51_000 + primary).unwrap();
        writeln!(shadow, "u{user}:$y$none:1::::::").unwrap();
    }
    let mut group = "root:x:0:\n".to_owned();
    for number in 0..GROUPS {
        let members: Vec<u64> = (0..USERS).filter(|_| dice.below(4) == 0).collect();
        for member in &members {
            groups.get_mut(member).unwrap().insert(number);
        }
        let members: Vec<String> = members.iter().map(|user| format!("u{user}")).collect();
        writeln!(group, "g{number}:x:{}:{}", 51_000 + number, members.join(",")).unwrap();
    }
    folder.write("root/etc/passwd", &passwd);
    folder.write("root/etc/shadow", &shadow);
    folder.write("root/etc/group", &group);
    let mut paths = vec!["root/var/log".to_owned(), "root/var/log/nginx".to_owned()];
    for log in 0..LOGS {
        folder.write(&format!("root/var/log/nginx/{log}.log"), "line\n");
        paths.push(format!("root/var/log/nginx/{log}.log"));
    }
    // From the inside out, so that a list on a directory is set while it can be reached (root always can).
    for path in paths.iter().rev() {
        let is_folder = !path.ends_with(".log");
        let (owner, of_group) = (50_000 + dice.below(USERS + 2), 51_000 + dice.below(GROUPS));
        run("chown", &[&format!("{owner}:{of_group}"), &folder.path(path)]);
        let mut digit = |often: u64| if is_folder && dice.below(10) < often { 5 } else { dice.below(8) };
        let mode = format!("0{}{}{}", digit(9), digit(7), digit(6));
        run("chmod", &[&mode, &folder.path(path)]);
        for _ in 0..dice.below(3) {
            let bits = ["---", "r--", "--x", "r-x", "rwx"][usize::try_from(dice.below(5)).unwrap()];
            let who = match dice.below(3) {
                0 => format!("g:{}", 51_000 + dice.below(GROUPS)),
                1 => format!("u:{}", 50_000 + dice.below(USERS)),
                _ => "m:".to_owned(),
            };
            run("setfacl", &["-m", &format!("{who}:{bits}"), &folder.path(path)]);
        }
    }
    groups
}

/// The logs that the kernel lets a user read.
fn read_by(folder: &Folder, user: u64, groups: &BTreeSet<u64>) -> BTreeSet<String> {
    let all: Vec<String> = groups.iter().map(|group| (51_000 + group).to_string()).collect();
    let script = format!(
        "for f in 0 1 2 3 4 5; do cat {}/$f.log >/dev/null 2>&1 && echo $f; done; true",
        folder.path("root/var/log/nginx")
    );
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={}", 50_000 + user)).arg(format!("--regid={}", all[0]));
    command.arg(format!("--groups={}", all.join(","))).args(["sh", "-c", &script]);
    output(&mut command).lines().map(|log| format!("/var/log/nginx/{log}.log")).collect()
}

/// An mtree listing as find(1) sees the tree, and the listings beside it as the host's own programs print them.
fn listings(folder: &Folder) {
    let find = "cd \"$1\" && find . -printf '%p type=%y mode=%#m uid=%U gid=%G time=%T@\\n' | sed 's/type=d/type=dir/; s/type=f/type=file/; s/type=l/type=link/'";
    folder.write("root.mtree", &output(Command::new("sh").args(["-c", find, "sh", &folder.path("root")])));
    let lists = Command::new("getfacl").args(["-R", "-n", "."]).current_dir(folder.0.join("root")).output().unwrap();
    folder.write("root.facl", &String::from_utf8(lists.stdout).unwrap());
    let caps = Command::new("getcap").args(["-r", "."]).current_dir(folder.0.join("root")).output().unwrap();
    folder.write("root.getcap", &String::from_utf8(caps.stdout).unwrap());
    let flags = Command::new("lsattr").args(["-R", "-a", "."]).current_dir(folder.0.join("root")).output().unwrap();
    folder.write("root.lsattr", &String::from_utf8(flags.stdout).unwrap());
}

#[test]
fn who_reads_a_log_is_whom_the_kernel_lets() {
    if !ready(&["setfacl", "getfacl", "getcap", "lsattr", "tar", "setpriv"]) {
        return;
    }
    let trees = std::env::var("TENKEN_TREES").ok().and_then(|trees| trees.parse().ok()).unwrap_or(12);
    let (mut compared, mut readable) = (0, 0);
    for seed in 0..trees {
        let folder = Folder::new();
        let groups = plant(&folder, &mut Dice(seed));
        run(
            "tar",
            &[
                "--acls",
                "--xattrs",
                "--numeric-owner",
                "-C",
                &folder.path("root"),
                "-cf",
                &folder.path("host.tar"),
                ".",
            ],
        );
        listings(&folder);
        let truth: BTreeMap<u64, BTreeSet<String>> =
            groups.iter().map(|(user, groups)| (*user, read_by(&folder, *user, groups))).collect();
        for root in ["/", "root", "host.tar"] {
            let evidence = seen(&folder, root);
            for log in 0..LOGS {
                let path = format!("/var/log/nginx/{log}.log");
                let readers = one(&evidence, "log-reader", &path).texts("readers");
                let kernel: Vec<String> =
                    truth.iter().filter(|(_, logs)| logs.contains(&path)).map(|(user, _)| format!("u{user}")).collect();
                let facts = one(&evidence, "log-file", &path);
                assert_eq!(readers, kernel, "seed {seed}, root {root}, {path}: {facts:?}");
                compared += USERS;
                readable += kernel.len();
            }
        }
    }
    println!("{compared} answers of the kernel, {readable} of them yes");
    assert!(readable > 100, "the trees are too closed to prove anything");
}

#[test]
fn flags_and_capabilities_are_what_the_kernel_has() {
    if !ready(&["chattr", "lsattr", "setcap", "getcap", "setpriv", "tar", "setfacl"]) {
        return;
    }
    let folder = Folder::new();
    plant(&folder, &mut Dice(7));
    run("chmod", &["0755", &folder.path("root/var/log"), &folder.path("root/var/log/nginx")]);
    std::fs::create_dir_all(folder.0.join("root/usr/bin")).unwrap();
    std::fs::copy("/bin/cat", folder.0.join("root/usr/bin/peek")).unwrap();
    run("chmod", &["0755", &folder.path("root/usr/bin/peek")]);
    run("setcap", &["cap_dac_read_search=ep", &folder.path("root/usr/bin/peek")]);
    folder.write("root/var/log/nginx/closed.log", "x");
    run("chmod", &["0600", &folder.path("root/var/log/nginx/closed.log")]);
    let script = format!("{} {}", folder.path("root/usr/bin/peek"), folder.path("root/var/log/nginx/closed.log"));
    let mut peek = Command::new("setpriv");
    peek.args(["--reuid=50003", "--regid=50003", "--clear-groups", "sh", "-c", &script]);
    assert_eq!(output(&mut peek), "x", "the kernel lets the program's capability read");
    let attributes =
        Command::new("chattr").args(["+a", &folder.path("root/var/log/nginx/closed.log")]).output().unwrap();
    let has_flags = attributes.status.success();
    listings(&folder);
    run(
        "tar",
        &["--acls", "--xattrs", "--xattrs-include=*", "-C", &folder.path("root"), "-cf", &folder.path("host.tar"), "."],
    );
    for root in ["/", "root", "host.tar"] {
        let evidence = seen(&folder, root);
        let readers = one(&evidence, "log-reader", "/var/log/nginx/closed.log");
        assert_eq!(readers.texts("readers").len(), 6, "{root}: {readers:?}");
        let chain = readers.texts("chains").join("\n");
        assert!(chain.contains("peek (capability) -> any file"), "{root}: {chain}");
        let log = one(&evidence, "log-file", "/var/log/nginx/closed.log");
        if root == "host.tar" {
            assert!(log.unknown_fields.contains_key("protected_by"));
        } else if has_flags {
            assert_eq!(log.texts("protected_by"), ["append-only"], "{root}");
        }
    }
}

#[test]
fn a_snapshot_made_on_the_host_is_judged_elsewhere_as_on_the_host() {
    if !ready(&["setfacl", "getfacl", "getcap", "lsattr", "setpriv"]) {
        return;
    }
    let folder = Folder::new();
    plant(&folder, &mut Dice(3));
    folder.write("root/etc/shadow", "root:*:1\nu0:$y$j9T$secrethash:1::::::\n");
    folder.write("root/var/log/nginx/access.log", "192.0.2.77 - secret-line\n");
    let key = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    folder.write("root/home/u0/.ssh/authorized_keys", &format!("ssh-ed25519 {key} x\n"));
    folder.write("root/etc/ssh/sshd_config", "PermitRootLogin yes\nPasswordAuthentication yes\n");
    folder.write("root/etc/aliases", "contact: zq7person@mail.example.com\n");
    folder.write("root/var/mail/enquiry", "From a@example.com Mon Mar  2 09:00:00 2020\n\nhidden text\n");
    folder.write(
        "root/etc/nginx/nginx.conf",
        "events {}\nhttp { server { listen 80; server_name www.example.jp; root /srv/www; access_log /var/log/nginx/access.log; } }\n",
    );
    let more = "configuration: { nginx: /etc/nginx/nginx.conf, root: / }\nmail: { store: [/var/mail/enquiry] }\n";
    let here = collected_on(&folder, "root", "/", more);
    let text = evidence_to_text(&here).unwrap();
    for secret in ["secrethash", "secret-line", "192.0.2.77", key, "hidden text", "zq7person"] {
        assert!(!text.contains(secret), "{secret}");
    }
    folder.write("snapshot.json", &text);
    let there = collected_on(&folder, "nothing", "snapshot.json", more);
    // What the machine itself declares names the root in its source; all that was seen on the host is the same.
    let facts = |file: &EvidenceFile| -> Vec<Observation> {
        file.evidence.observations.iter().filter(|seen| !seen.kind.starts_with("declared-")).cloned().collect()
    };
    let kinds: BTreeSet<String> = facts(&here).into_iter().map(|seen| seen.kind).collect();
    for kind in [
        "log-reader",
        "account",
        "sshd-setting",
        "mail-forward",
        "mail-store",
        "config-owner",
        "web-log",
        "log-content",
    ] {
        assert!(kinds.contains(kind), "{kind}");
    }
    assert_eq!(facts(&here), facts(&there));
    let findings = |file: &EvidenceFile| {
        let judged = pipeline::judge(file, &pipeline::JudgeOptions::default()).unwrap();
        // A check of the run itself counts the sources, of which one more file is named here.
        let of_site =
            judged.findings.into_iter().map(|one| one.finding).filter(|finding| !finding.check.starts_with("rsk-"));
        of_site.map(|finding| (finding.check, finding.subject, finding.outcome, finding.leaves)).collect::<Vec<_>>()
    };
    assert!(findings(&here).len() > 100);
    assert_eq!(findings(&here), findings(&there));
    folder.write("snapshot.json", "{");
    assert!(collected(&folder, "snapshot.json").evidence.gaps.iter().any(|gap| gap.collector == "snapshot"));
}

/// A rule of sudo as both sides may say it: who, command, taken out again.
type Allowed = BTreeSet<(String, String, bool)>;

/// What cvtsudoers reads out of a file, aliases expanded, and who is asked for no password somewhere.
fn as_sudo_reads(path: &str) -> (Allowed, BTreeSet<String>) {
    let json = output(Command::new("cvtsudoers").args(["-e", "-f", "json", path]));
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    let (mut allowed, mut free) = (Allowed::new(), BTreeSet::new());
    for spec in read["User_Specs"].as_array().unwrap() {
        for user in spec["User_List"].as_array().unwrap() {
            let who = user["username"].as_str().map(str::to_owned);
            let who = who.or_else(|| user["usergroup"].as_str().map(|group| format!("%{group}"))).unwrap();
            for commands in spec["Cmnd_Specs"].as_array().unwrap() {
                let options = commands["Options"].as_array().cloned().unwrap_or_default();
                if options.iter().any(|option| option["authenticate"] == false) {
                    free.insert(who.clone());
                }
                for command in commands["Commands"].as_array().unwrap() {
                    let name = command["command"].as_str().unwrap().to_owned();
                    allowed.insert((who.clone(), name, command["negated"] == true));
                }
            }
        }
    }
    (allowed, free)
}

fn random_sudoers(dice: &mut Dice) -> String {
    let commands = ["/bin/a", "/usr/bin/less /var/log/x", "ALL", "/bin/b \"\"", "/opt/x*", "PAGERS"];
    let mut text =
        "# random\nUser_Alias OPS = u1, %g2\nCmnd_Alias PAGERS = /usr/bin/less, \\\n  /usr/bin/more\n".to_owned();
    for _ in 0..=dice.below(5) {
        let who = ["u1", "%g1", "OPS", "u2, u3", "OPS, u4"][usize::try_from(dice.below(5)).unwrap()];
        write!(text, "{who} ALL =").unwrap();
        for part in 0..=dice.below(3) {
            if part > 0 {
                text.push_str([", ", " , ", ",\\\n    ", " : ALL = "][usize::try_from(dice.below(4)).unwrap()]);
            }
            text.push_str(["", " (root)", " (ALL:ALL) ", ""][usize::try_from(dice.below(4)).unwrap()]);
            text.push_str(
                ["", " NOPASSWD: ", " PASSWD:", " NOEXEC: NOPASSWD:", " TIMEOUT=5m "]
                    [usize::try_from(dice.below(5)).unwrap()],
            );
            text.push_str([" ", " ", " !"][usize::try_from(dice.below(3)).unwrap()]);
            text.push_str(commands[usize::try_from(dice.below(6)).unwrap()]);
        }
        text.push_str(["\n", " # why\n"][usize::try_from(dice.below(2)).unwrap()]);
    }
    text
}

#[test]
fn sudoers_say_what_sudo_reads() {
    if !ready(&["cvtsudoers", "visudo"]) {
        return;
    }
    let folder = Folder::new();
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..60 {
        let text = random_sudoers(&mut Dice(seed * 77 + 5));
        folder.write("sudoers", &text);
        run("chmod", &["0440", &folder.path("sudoers")]);
        let valid =
            Command::new("visudo").args(["-c", "-q", "-f", &folder.path("sudoers")]).output().unwrap().status.success();
        let file = sudoers::parse(&text);
        if !valid {
            refused += 1;
            continue;
        }
        accepted += 1;
        assert_eq!(file.faults, [], "{text}");
        let (mut allowed, mut free) = (Allowed::new(), BTreeSet::new());
        for rule in &file.rules {
            for who in sudoers::resolved(std::slice::from_ref(&rule.who), &file.aliases) {
                if rule.nopasswd {
                    free.insert(who.clone());
                }
                for (commands, negated) in [(&rule.commands, false), (&rule.negated, true)] {
                    let commands = sudoers::resolved(commands, &file.aliases).into_iter();
                    allowed.extend(commands.map(|command| (who.clone(), command, negated)));
                }
            }
        }
        let (theirs, unasked) = as_sudo_reads(&folder.path("sudoers"));
        assert_eq!(allowed, theirs, "{text}");
        // Of a command that is taken out it does not matter whether a password is asked for.
        assert!(free.is_subset(&unasked), "{text}");
    }
    println!("{accepted} files of sudo read alike, {refused} refused by sudo");
    assert!(accepted > 30, "{accepted} accepted, {refused} refused");
}

#[test]
fn rotation_is_what_logrotate_says_it_would_do() {
    if !ready(&["logrotate"]) {
        return;
    }
    let folder = Folder::new();
    let mut dice = Dice(11);
    let mut text = "weekly\nrotate 4\n".to_owned();
    for entry in 0..40 {
        folder.write(&format!("logs/{entry}.log"), "x");
        writeln!(text, "{} {{", folder.path(&format!("logs/{entry}.log"))).unwrap();
        for _ in 0..dice.below(4) {
            let lines = [
                "daily",
                "monthly",
                "yearly",
                "rotate 7",
                "rotate 0",
                "size 10k",
                "weekly",
                "rotate 400",
                "maxage 30",
                "compress",
            ];
            writeln!(text, "  {}", lines[usize::try_from(dice.below(10)).unwrap()]).unwrap();
        }
        text.push_str("  create 0640 root root\n  postrotate\n    daily }\n  endscript\n}\n");
    }
    folder.write("logrotate.conf", &text);
    let state = folder.path("state");
    let said = Command::new("logrotate").args(["-d", "-s", &state, &folder.path("logrotate.conf")]).output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned() + &String::from_utf8_lossy(&said.stdout);
    let theirs: Vec<(String, String)> = said
        .lines()
        .filter_map(|line| line.strip_prefix("rotating pattern: ")?.split_once("  "))
        .map(|(pattern, rest)| (pattern.to_owned(), rest.split("empty log").next().unwrap_or(rest).trim().to_owned()))
        .collect();
    let file = logrotate::parse(&text, &logrotate::Rules::default());
    assert_eq!(file.faults, []);
    let ours: Vec<(String, String)> = file
        .entries
        .iter()
        .map(|entry| {
            let period = match (entry.rules.by_size, entry.rules.period_days) {
                (true, _) => "10240 bytes".to_owned(),
                (false, Some(1)) => "after 1 days".to_owned(),
                (false, Some(7)) => "weekly".to_owned(),
                (false, Some(28)) => "monthly".to_owned(),
                _ => "yearly".to_owned(),
            };
            let rotations = match entry.rules.rotate {
                Some(0) => "(no old logs will be kept)".to_owned(),
                Some(count) => format!("({count} rotations)"),
                None => String::new(),
            };
            (entry.globs.join(" "), format!("{period} {rotations}"))
        })
        .collect();
    assert_eq!(ours.len(), 40);
    assert_eq!(ours, theirs, "{said}");
}

#[test]
fn what_rsyslog_takes_has_no_fault_here() {
    if !ready(&["rsyslogd"]) {
        return;
    }
    let folder = Folder::new();
    let kept = std::fs::read_to_string("examples/kept/root/etc/rsyslog.d/10-forward.conf").unwrap();
    let texts = [
        kept.as_str(),
        "*.* @192.0.2.1\nauth,authpriv.* /var/log/auth.log\n& stop\n",
        "$FileCreateMode 0640\n$ActionQueueType LinkedList\n*.info;mail.none;authpriv.none @@logs.example.jp:10514\n",
        ":msg, contains, \"health\" stop\n:programname, isequal, \"nginx\" /var/log/n.log\n",
        "if $programname == 'nginx' and $msg contains 'x' then {\n  action(type=\"omfile\" file=\"/var/log/n.log\" FileCreateMode=\"0640\")\n  stop\n} else {\n  action(type=\"omfwd\" target=\"192.0.2.9\"\n    port=\"514\" protocol=\"tcp\")\n}\n",
        "template(name=\"t\" type=\"string\" string=\"%msg%\\n\")\nruleset(name=\"remote\") {\n  action(type=\"omfwd\" target=\"192.0.2.9\" template=\"t\")\n}\ncall remote\n",
        "set $!x = \"a(b\";\n*.emerg :omusrmsg:*\nmail.* -/var/log/mail.log\nkern.* |/run/xconsole\n",
    ];
    for text in texts {
        folder.write("rsyslog.conf", text);
        let checked = Command::new("rsyslogd").args(["-N1", "-f", &folder.path("rsyslog.conf")]).output().unwrap();
        assert!(checked.status.success(), "rsyslog refuses: {text}\n{}", String::from_utf8_lossy(&checked.stderr));
        assert_eq!(rsyslog::parse(text, &mut rsyslog::State::default()).faults, [], "{text}");
    }
}
