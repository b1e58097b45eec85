//! A whole body made of a seed: everything that `examples/kept` has, grown and laid out anew, so that no two bodies are alike. A clean
//! twin is the body as it is made here; a defect is an edit of it. Edits speak of names as `examples/kept` has them; the names
//! of the body are put in last. It never asks tenken anything.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;

use crate::random::Random;

/// The text files of a body by their paths, its host's files with what stat would say, and how its server shows itself.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) seed: u64,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) nodes: BTreeMap<String, Node>,
    /// Lines of access control lists beside the mode, by path.
    pub(crate) lists: BTreeMap<String, Vec<String>>,
    /// How the certificate departs from a sound one.
    pub(crate) certificate: String,
    /// Names as `examples/kept` has them, and as this body has them.
    names: Vec<(String, String)>,
}

/// What stat says of one file of the host.
#[derive(Clone, Default)]
pub(crate) struct Node {
    pub(crate) kind: String,
    pub(crate) mode: String,
    pub(crate) user: String,
    pub(crate) group: String,
    pub(crate) link: Option<String>,
    pub(crate) time: Option<String>,
}

/// Domains that nobody can register (JPRS keeps them for examples).
const DOMAINS: [&str; 10] = [
    "example.jp",
    "example1.jp",
    "example2.jp",
    "example3.jp",
    "example4.jp",
    "example5.jp",
    "example6.jp",
    "example7.jp",
    "example8.jp",
    "example9.jp",
];
const LABELS: [&str; 6] = ["www", "portal", "web", "info", "site", "main"];
const ADMINISTRATORS: [&str; 5] = ["logadmin", "kanri01", "weblog", "opslead", "infosec"];
const OPERATORS: [&str; 5] = ["webops", "itaku01", "hostcare", "vendor-a", "opsteam"];
const FIRMS: [&str; 9] = ["hosting", "server", "names", "mail", "vault", "authority", "cms", "care", "systems"];
const PLACES: [&str; 8] = ["kita", "minami", "higashi", "nishi", "umi", "yama", "kawa", "mori"];

const SUITES: &str = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
const CLUSTER: &str = include_str!("cluster.yml");
const APACHE: &str = include_str!("apache2.conf");

impl Body {
    /// The clean body of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0xB0D1);
        let mut body = Self {
            seed,
            files: BTreeMap::new(),
            nodes: BTreeMap::new(),
            lists: BTreeMap::new(),
            certificate: "sound".to_owned(),
            names: names(&mut random),
        };
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/kept");
        body.read(&kept, "");
        body.nodes = nodes(&body.files.remove("root.mtree").unwrap());
        body.files.remove("root.facl");
        body.files.remove("root.lsattr");
        body.add_staff(random.below(4), &mut random);
        body.add_contractors(random.below(4), &mut random);
        body.add_pages(random.below(6));
        body.add_log_entries(20 + random.below(200), &mut random);
        // What OpenSSL offers by itself is more than the policy's profile holds.
        body.replace("nginx/nginx.conf", "http {\n", &format!("http {{\n    ssl_ciphers {SUITES};\n"));
        body.add_cluster();
        if seed % 2 == 1 {
            body.add_apache();
        }
        body.lay_out_nginx(random.below(3));
        body
    }

    fn read(&mut self, folder: &Path, prefix: &str) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                self.read(&entry.path(), &format!("{name}/"));
            } else {
                self.files.insert(name, std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }

    /// Replaces one text that must be there.
    pub(crate) fn replace(&mut self, file: &str, find: &str, put: &str) {
        let text = self.files.get_mut(file).unwrap_or_else(|| panic!("{file} is not there"));
        assert!(text.contains(find), "{file} does not hold {find:?}");
        *text = text.replacen(find, put, 1);
    }

    /// Puts a file on the host, with the folders above it.
    pub(crate) fn put_on_host(&mut self, path: &str, text: &str, mode: &str, owner: &str) {
        let mut above = String::new();
        let parts: Vec<&str> = path.split('/').collect();
        for part in &parts[..parts.len() - 1] {
            above = if above.is_empty() { (*part).to_owned() } else { format!("{above}/{part}") };
            let folder = Node {
                kind: "dir".into(),
                mode: "0755".into(),
                user: "root".into(),
                group: "root".into(),
                ..Node::default()
            };
            self.nodes.entry(above.clone()).or_insert(folder);
        }
        let (user, group) = owner.split_once(':').unwrap();
        let node =
            Node { kind: "file".into(), mode: mode.into(), user: user.into(), group: group.into(), ..Node::default() };
        self.nodes.insert(path.to_owned(), node);
        self.files.insert(format!("root/{path}"), text.to_owned());
    }

    fn add_staff(&mut self, count: usize, random: &mut Random) {
        for index in 0..count {
            let user = format!("staff{index}");
            let (key, fingerprint) = key(random);
            let number = 1100 + index;
            self.append("root/etc/passwd", &format!("{user}:x:{number}:{number}::/home/{user}:/bin/bash\n"));
            self.append("root/etc/group", &format!("{user}:x:{number}:\n"));
            self.append("root/etc/shadow", &format!("{user}:!:20000:0:99999:7:::\n"));
            self.append(
                "lastlog.txt",
                &format!("{user:<16} pts/2    192.0.2.{:<8} Fri Nov 20 11:02:11 +0900 2026\n", 30 + index),
            );
            let home = format!("home/{user}");
            let owner = format!("{user}:{user}");
            self.put_on_host(&format!("{home}/.ssh/authorized_keys"), &format!("{key}\n"), "0600", &owner);
            for folder in [home.clone(), format!("{home}/.ssh")] {
                let node = self.nodes.get_mut(&folder).unwrap();
                (node.mode, node.user, node.group) = ("0700".to_owned(), user.clone(), user.clone());
            }
            self.append(
                "people.yml",
                &format!("  - id: person-{index}\n    role: clerk, section {index}\n    accounts: [{{ system: os, user: {user} }}]\n    keys: [\"{fingerprint}\"]\n"),
            );
            self.replace(
                "records.yml",
                "persons: [log-administrator",
                &format!("persons: [log-administrator, person-{index}"),
            );
        }
    }

    /// Contractors whose contract has ended as it should.
    fn add_contractors(&mut self, count: usize, random: &mut Random) {
        let clauses =
            self.files["contractors.yml"].lines().find(|line| line.contains("clauses: {")).unwrap().to_owned();
        for index in 0..count {
            let year = 2022 + random.below(4);
            self.append(
                "contractors.yml",
                &format!(
                    "  - id: past-{index}\n    name: {{ en: Past Firm {index}, ja: 旧委託先{index} }}\n    kind: dev\n    tier: 3\n    country: JP\n    status: ended\n    contract: {{ id: {year}-{index}, from: {year}-04-01, to: {}-03-31, allowed_data: [access_info] }}\n{clauses}\n    services: [{{ id: work-{index}, host_patterns: [\"*.past{index}.example.net\"] }}]\n    end_of_contract: {{ return_proof_on: {1}-04-05, deletion_proof_on: {1}-04-10 }}\n",
                    year + 1,
                    year + 1
                ),
            );
        }
    }

    fn add_pages(&mut self, count: usize) {
        for index in 0..count {
            let page = self.files["site/security.html"]
                .replace("情報セキュリティ基本方針</title>", &format!("お知らせ{index}</title>"));
            let page = page.replace("<h1>情報セキュリティ基本方針</h1>", &format!("<h1>お知らせ{index}</h1>"));
            let page = page
                .replace("安全対策、法令の遵守、委託先の管理、継続的改善。", "次回の調査期日は後日お知らせします。");
            self.files.insert(format!("site/notice{index}.html"), page);
            let link = format!("<p><a href=\"/notice{index}.html\">お知らせ{index}</a></p>\n<footer>");
            self.replace("site/index.html", "<footer>", &link);
        }
    }

    fn add_log_entries(&mut self, count: usize, random: &mut Random) {
        let mut older = String::new();
        for at in 0..count {
            let minute = at * 1000 / count;
            let page = pick(random, &["/", "/policy.html", "/style.css", "/contact.html", "/security.html"]);
            let _ = writeln!(
                older,
                "198.51.100.{} [2026-11-22T{:02}:{:02}:{:02}+09:00] \"GET {page} HTTP/1.1\" 200 {} \"Mozilla/5.0\"",
                1 + random.below(250),
                minute / 60,
                minute % 60,
                random.below(5) + 9 * (at % 6),
                200 + random.below(9000)
            );
        }
        // What was there comes later in the day than what is put before it.
        let text = self.files.get_mut("root/var/log/nginx/access.log.1").unwrap();
        *text = text.replace("T09:00:00", "T23:00:00");
        text.insert_str(0, &older);
    }

    /// Manifests of a cluster in which the form could run as well.
    fn add_cluster(&mut self) {
        self.files.insert("deploy/cluster.yml".to_owned(), CLUSTER.to_owned());
        self.replace("tenken.yml", "kubernetes: []", "kubernetes: [deploy/cluster.yml]");
    }

    /// An Apache of the staff beside the nginx of the visitors.
    fn add_apache(&mut self) {
        self.files.insert("apache/apache2.conf".to_owned(), APACHE.to_owned());
        let entry = "192.0.2.21 2026-11-23T09:00:00+0900 \"GET /index.html HTTP/1.1\" 200 512 \"example\"\n";
        for (log, text) in [("staff.log", entry), ("staff-error.log", "")] {
            self.put_on_host(&format!("var/log/nginx/{log}"), text, "0640", "www-data:adm");
        }
        self.replace(
            "tenken.yml",
            "  nginx: nginx/nginx.conf\n",
            "  nginx: nginx/nginx.conf\n  apache: apache/apache2.conf\n",
        );
    }

    /// Headers in a snippet, all servers in one file, or as they are.
    fn lay_out_nginx(&mut self, layout: usize) {
        let www = "nginx/conf.d/20-www.conf";
        match layout {
            0 => {
                let text = self.files[www].clone();
                let headers: Vec<&str> = text.lines().filter(|line| line.starts_with("    add_header")).collect();
                let mut snippet = headers.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n");
                snippet.push('\n');
                let mut seen_outer = false;
                let mut seen_inner = false;
                let mut kept = String::new();
                for line in text.lines() {
                    let bare = line.trim();
                    let is_header = bare.starts_with("add_header") && !bare.contains("Cache-Control");
                    let inner = line.starts_with("        ");
                    let seen = if inner { &mut seen_inner } else { &mut seen_outer };
                    if is_header && !*seen {
                        *seen = true;
                        let indent = if inner { "        " } else { "    " };
                        let _ = writeln!(kept, "{indent}include snippets/headers.conf;");
                    } else if !is_header {
                        let _ = writeln!(kept, "{line}");
                    }
                }
                self.files.insert(www.to_owned(), kept);
                self.files.insert("nginx/snippets/headers.conf".to_owned(), snippet);
            }
            1 => {
                let plain = self.files.remove("nginx/conf.d/10-plain.conf").unwrap();
                let secure = self.files.remove(www).unwrap();
                self.replace("nginx/nginx.conf", "include conf.d/*.conf;", &format!("{plain}{secure}"));
            }
            _ => {}
        }
    }

    pub(crate) fn append(&mut self, file: &str, text: &str) {
        let held = self.files.get_mut(file).unwrap_or_else(|| panic!("{file} is not there"));
        if !held.is_empty() && !held.ends_with('\n') {
            held.push('\n');
        }
        held.push_str(text);
    }

    /// A text with this body's names.
    pub(crate) fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (place, (from, _)) in self.names.iter().enumerate() {
            text = text.replace(from.as_str(), &format!("\u{e000}{place}\u{e001}"));
        }
        for (place, (_, to)) in self.names.iter().enumerate() {
            text = text.replace(&format!("\u{e000}{place}\u{e001}"), to);
        }
        text
    }

    /// Writes the body as its officer would keep it.
    pub(crate) fn write(&self, folder: &Path) {
        for (path, text) in &self.files {
            let path = folder.join(self.named(path));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, self.named(text)).unwrap();
        }
        let ids = self.ids();
        let (mut listing, mut lists, mut flags) = (
            "#mtree\n. type=dir uid=0 gid=0 uname=root gname=root mode=0755\n".to_owned(),
            String::new(),
            String::new(),
        );
        lists.push_str("# file: .\n# owner: root\n# group: root\nuser::rwx\ngroup::r-x\nother::r-x\n\n");
        flags.push_str("--------------e------- .\n");
        for (path, node) in &self.nodes {
            let id = |kind: &str, name: &str| ids.get(&(kind, name.to_owned())).copied().unwrap_or(0);
            let _ = write!(
                listing,
                "./{path} type={} mode={} uid={} gid={} uname={} gname={}",
                node.kind,
                node.mode,
                id("u", &node.user),
                id("g", &node.group),
                node.user,
                node.group
            );
            for (key, value) in [("link", &node.link), ("time", &node.time)] {
                if let Some(value) = value {
                    let _ = write!(listing, " {key}={value}");
                }
            }
            listing.push('\n');
            if node.kind == "link" {
                continue;
            }
            let _ = writeln!(flags, "--------------e------- ./{path}");
            let _ = writeln!(lists, "# file: {path}\n# owner: {}\n# group: {}", node.user, node.group);
            let bits = u32::from_str_radix(&node.mode, 8).unwrap();
            let letters = |bits: u32| {
                [(4, 'r'), (2, 'w'), (1, 'x')].map(|(bit, letter)| if bits & bit == 0 { '-' } else { letter })
            };
            let list = self.lists.get(path).map_or(&[][..], Vec::as_slice);
            let text = |bits: u32| letters(bits).iter().collect::<String>();
            let _ = writeln!(lists, "user::{}", text(bits >> 6));
            list.iter().filter(|line| line.starts_with("user:")).for_each(|line| lists.push_str(&format!("{line}\n")));
            let _ = writeln!(lists, "group::{}", text(bits >> 3));
            list.iter().filter(|line| line.starts_with("group:")).for_each(|line| lists.push_str(&format!("{line}\n")));
            if !list.is_empty() {
                let _ = writeln!(lists, "mask::{}", text(bits >> 3));
            }
            let _ = writeln!(lists, "other::{}\n", text(bits));
        }
        for (name, text) in [("root.mtree", listing), ("root.facl", lists), ("root.lsattr", flags)] {
            std::fs::write(folder.join(name), self.named(&text)).unwrap();
        }
    }

    /// Numbers of users and groups.
    fn ids(&self) -> BTreeMap<(&'static str, String), u32> {
        let mut ids = BTreeMap::new();
        for (kind, file) in [("u", "root/etc/passwd"), ("g", "root/etc/group")] {
            for line in self.files[file].lines() {
                let mut parts = line.split(':');
                if let (Some(name), Some(number)) = (parts.next(), parts.nth(1)) {
                    ids.insert((kind, name.to_owned()), number.parse().unwrap_or(0));
                }
            }
        }
        ids.insert(("g", "shadow".to_owned()), 42);
        ids
    }
}

fn names(random: &mut Random) -> Vec<(String, String)> {
    let domain = pick(random, &DOMAINS);
    let host = format!("{}.{domain}", pick(random, &LABELS));
    let place = pick(random, &PLACES);
    let mut names = vec![
        ("www.example.jp".to_owned(), host),
        ("example.jp".to_owned(), domain.to_owned()),
        ("logadmin".to_owned(), pick(random, &ADMINISTRATORS).to_owned()),
        ("webops".to_owned(), pick(random, &OPERATORS).to_owned()),
        ("例示県労働委員会".to_owned(), format!("例示{place}県労働委員会")),
    ];
    let turn = random.below(FIRMS.len());
    for (at, firm) in FIRMS[..7].iter().enumerate() {
        let new = FIRMS[(at + turn) % FIRMS.len()];
        names.push((format!("example-{firm}"), format!("{place}-{new}")));
    }
    names
}

fn pick<'a>(random: &mut Random, of: &[&'a str]) -> &'a str {
    of[random.below(of.len())]
}

/// An Ed25519 key in the form of authorized_keys, and its fingerprint.
fn key(random: &mut Random) -> (String, String) {
    let mut wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20".to_vec();
    wire.extend((0..32).map(|_| u8::try_from(random.below(256)).unwrap()));
    let line = base64::engine::general_purpose::STANDARD.encode(&wire);
    let digest = ring::digest::digest(&ring::digest::SHA256, &wire);
    let fingerprint = base64::engine::general_purpose::STANDARD_NO_PAD.encode(digest.as_ref());
    (format!("ssh-ed25519 {line}"), format!("SHA256:{fingerprint}"))
}

/// An mtree listing as `examples/kept` writes it.
fn nodes(listing: &str) -> BTreeMap<String, Node> {
    let mut nodes = BTreeMap::new();
    for line in listing.lines() {
        let Some(rest) = line.strip_prefix("./") else { continue };
        let mut parts = rest.split_whitespace();
        let path = parts.next().unwrap().to_owned();
        let mut node = Node {
            kind: "file".into(),
            mode: "0644".into(),
            user: "root".into(),
            group: "root".into(),
            ..Node::default()
        };
        for part in parts {
            let (key, value) = part.split_once('=').unwrap();
            match key {
                "type" => value.clone_into(&mut node.kind),
                "mode" => value.clone_into(&mut node.mode),
                "uname" => value.clone_into(&mut node.user),
                "gname" => value.clone_into(&mut node.group),
                "link" => node.link = Some(value.to_owned()),
                "time" => node.time = Some(value.to_owned()),
                _ => {}
            }
        }
        nodes.insert(path, node);
    }
    nodes
}
