//! Seeded bodies for tests and benches: a whole public body with contractors, accounts, keys, mail, DNS and pages, without
//! fault, and defects that can be planted in it one by one.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, missing_docs, unreachable_pub)] // Tests and benches each use a part, and one that cannot go on fails.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use tenken::collect::collector::Task;
use tenken::collect::live::{LiveOptions, LiveWorld};
use tenken::collect::{COLLECTORS, run};
use tenken::join;
use tenken::load::{EvidenceFile, LoadOptions, Loaded, load};
use tenken::model::{Census, Evidence, Location, Observation, Subject, SubjectKind, Time, Value};

mod defects;
mod random;

pub use defects::DEFECTS;
pub use random::Random;

/// The day on which every body is judged.
pub const NOW: &str = "2026-11-24";

/// An SSH key that nobody holds: its line in authorized_keys and its fingerprint.
#[derive(Clone)]
pub struct Key {
    pub line: String,
    pub fingerprint: String,
}

impl Key {
    pub fn new(random: &mut Random) -> Self {
        let mut blob = Vec::new();
        for part in [&b"ssh-ed25519"[..], &(0..4).flat_map(|_| random.next().to_be_bytes()).collect::<Vec<u8>>()] {
            blob.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            blob.extend(part);
        }
        let hash = ring::digest::digest(&ring::digest::SHA256, &blob);
        Self {
            line: format!("ssh-ed25519 {}", base64::engine::general_purpose::STANDARD.encode(&blob)),
            fingerprint: format!("SHA256:{}", base64::engine::general_purpose::STANDARD_NO_PAD.encode(hash.as_ref())),
        }
    }
}

/// One contractor as its YAML, key by key, so that a defect can take out or change one thing.
#[derive(Clone)]
pub struct Contractor {
    pub id: String,
    pub parts: BTreeMap<&'static str, String>,
    pub user: Option<String>,
    pub key: Key,
    pub ended: bool,
    pub host: String,
}

/// An account of the host.
#[derive(Clone)]
pub struct Account {
    pub user: String,
    pub shell: &'static str,
    pub password: &'static str,
    pub keys: Vec<String>,
    pub groups: Vec<&'static str>,
    pub forward: Option<String>,
    pub sieve: Option<String>,
    pub last: Option<&'static str>,
}

/// A whole body.
#[derive(Clone)]
pub struct Body {
    pub contractors: Vec<Contractor>,
    pub people: Vec<(String, Vec<String>, Vec<String>)>,
    pub accounts: Vec<Account>,
    pub sudo: Vec<String>,
    pub sshd: String,
    pub sshd_match: String,
    pub aliases: Vec<String>,
    pub virtual_table: Vec<String>,
    pub cms: Vec<(String, &'static str)>,
    /// Host and role, with whether the name exists.
    pub dns: Vec<(String, &'static str, bool)>,
    pub loads: Vec<String>,
    pub form_host: String,
    /// Lines of rsyslog's settings, of a table of cron, and of a repository's settings.
    pub rsyslog: Vec<String>,
    pub cron: Vec<String>,
    pub repository: Vec<String>,
    /// Who issued the certificate in use, whose names it holds, and whom CAA permits.
    pub issuer: String,
    pub certificate_names: Vec<String>,
    pub caa: Vec<String>,
    /// User and name in a certificate that opens the account.
    pub principals: Vec<(String, String)>,
    /// The key of the authority that signs them.
    pub authority: Key,
    /// What the administration answers to a stranger.
    pub admin_answer: &'static str,
    pub declared_forms: Vec<&'static str>,
    /// Contractors whose account a defect has changed already.
    pub used: std::collections::BTreeSet<usize>,
}

const CLAUSES: [&str; 14] = [
    "confidentiality",
    "purpose_limit",
    "no_copying",
    "staff",
    "subcontracting",
    "security_measures",
    "place_of_processing",
    "accounts",
    "incident_report",
    "status_reports",
    "audit",
    "return_deletion",
    "after_end",
    "damages",
];

impl Body {
    /// A body without fault.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = 8 + random.below(5);
        let mut contractors = Vec::new();
        let mut accounts = Vec::new();
        let mut sudo = Vec::new();
        let (mut dns, mut loads, mut cms) = (Vec::new(), Vec::new(), Vec::new());
        let (mut rsyslog, mut cron) = (Vec::new(), Vec::new());
        for index in 0..count {
            let ended = index == count - 1;
            let id = format!("c{index}");
            let domain = format!("{id}-{:04x}.example.net", random.next() & 0xFFFF);
            let key = Key::new(&mut random);
            let user = (!ended && index < 3).then(|| format!("ops{index}"));
            let mut parts = BTreeMap::new();
            parts.insert("name", format!("{{ en: Contractor {index}, ja: 委託先{index} }}"));
            let kinds = ["ops", "hosting", "mail", "dns", "monitor", "analytics", "cert", "dev"];
            parts.insert("kind", kinds[index % kinds.len()].to_owned());
            parts.insert("tier", "1".to_owned());
            parts.insert("country", "JP".to_owned());
            parts.insert("status", if ended { "ended" } else { "active" }.to_owned());
            let term = if ended { ("2023-04-01", "2026-03-31") } else { ("2026-04-01", "2029-03-31") };
            parts.insert(
                "contract",
                format!("{{ id: k-{index}, from: {}, to: {}, allowed_data: [access_info, personal] }}", term.0, term.1),
            );
            let clauses: Vec<String> =
                CLAUSES.iter().enumerate().map(|(at, id)| format!("{id}: {{ document_ref: article {at} }}")).collect();
            parts.insert("clauses", format!("{{ {} }}", clauses.join(", ")));
            parts.insert("required_certifications", "[ISMS]".to_owned());
            parts.insert("certifications", format!("[{{ kind: ISMS, scope: [s{index}], valid_to: 2029-03-31 }}]"));
            parts.insert("assessments", "[{ on: 2026-06-01, method: document }]".to_owned());
            parts.insert("incident", "{ contact_24h: desk, notice_hours: 24 }".to_owned());
            if index == 4 && !ended {
                parts.insert("subcontractor_of", "c0".to_owned());
                parts.insert("subcontract_approval", "{ by: head, on: 2026-03-01 }".to_owned());
            }
            parts.insert("tokens", "[{ purpose: deploy, owner: lead, created: 2026-04-01 }]".to_owned());
            if ended {
                parts.insert("end_of_contract", "{ deletion_proof_on: 2026-04-10 }".to_owned());
                parts.remove("tokens");
            }
            let names = [
                format!("hosts: [js.{domain}]"),
                format!("cname_targets: ['*.edge.{domain}']"),
                format!("mx_targets: [mx.{domain}], spf_includes: [_spf.{domain}]"),
                format!("ns_targets: [ns1.{domain}, ns2.{domain}]"),
                format!("log_endpoints: [logs.{domain}]"),
                format!("backup_endpoints: [vault.{domain}]"),
                "issuers: [letsencrypt.org]".to_owned(),
            ];
            // The ended one did all but issue certificates; of the others each does what is seen of it.
            let of_ended = names[..6].join(", ");
            // Only the first of those that would issue does.
            let role = if index % 7 == 6 && index > 6 { 0 } else { index % 7 };
            let list = if ended { &of_ended } else { &names[role] };
            parts.insert("services", format!("[{{ id: s{index}, {list}, processes_personal: true }}]"));
            if let Some(user) = &user {
                parts.insert(
                    "accounts",
                    format!("[{{ system: os, user: {user}, allowed_commands: [/usr/bin/systemctl reload nginx] }}, {{ system: cms, user: {user} }}]"),
                );
                parts.insert("keys", format!("[{{ fingerprint: '{}', user: {user} }}]", key.fingerprint));
                accounts.push(Account {
                    user: user.clone(),
                    shell: "/bin/bash",
                    password: "!",
                    keys: vec![format!("expiry-time=\"20290331\" {}", key.line)],
                    groups: Vec::new(),
                    forward: None,
                    sieve: None,
                    last: Some("2026-11-20T09:00:00+09:00"),
                });
                sudo.push(format!("{user} ALL=(root) /usr/bin/systemctl reload nginx"));
                cms.push((user.clone(), "administrator"));
            }
            if !ended {
                match role {
                    0 => loads.push(format!("js.{domain}")),
                    1 => dns.push((format!("www.edge.{domain}"), "alias", true)),
                    2 => dns.extend([
                        (format!("mx.{domain}"), "mail-host", true),
                        (format!("_spf.{domain}"), "spf-include", true),
                    ]),
                    3 => dns.extend([
                        (format!("ns1.{domain}"), "name-server", true),
                        (format!("ns2.{domain}"), "name-server", true),
                    ]),
                    4 => rsyslog.push(format!("*.* action(type=\"omfwd\" target=\"logs.{domain}\" protocol=\"tcp\")")),
                    5 => cron.push(format!("0 3 * * * root restic -r sftp:b@vault.{domain}:/r backup /srv")),
                    _ => {}
                }
            }
            contractors.push(Contractor { id, parts, user, key, ended, host: domain });
        }
        let mut people = Vec::new();
        for index in 0..3 {
            let (user, key) = (format!("staff{index}"), Key::new(&mut random));
            people.push((format!("p{index}"), vec![user.clone()], vec![key.fingerprint.clone()]));
            accounts.push(Account {
                user,
                shell: "/bin/bash",
                password: "!",
                keys: vec![key.line],
                groups: if index == 0 { vec!["sudo"] } else { Vec::new() },
                forward: None,
                sieve: None,
                last: Some("2026-11-21T09:00:00+09:00"),
            });
        }
        let form_host = format!("js.{}", contractors[0].host);
        let authority = Key::new(&mut random);
        people[0].2.push(authority.fingerprint.clone());
        Self {
            contractors,
            people,
            accounts,
            sudo,
            sshd: "PermitRootLogin no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nAllowTcpForwarding no\nAllowAgentForwarding no\nAllowStreamLocalForwarding no\nTrustedUserCAKeys /etc/ssh/ca.pub\nAuthorizedPrincipalsFile /etc/ssh/principals/%u\n".to_owned(),
            sshd_match: "Match Group operators\n  PasswordAuthentication no\n".to_owned(),
            aliases: vec!["root: staff0".to_owned(), "contact: desk, soudan@city.example.jp".to_owned(), "desk: staff1".to_owned()],
            virtual_table: vec!["soudan@city.example.jp staff2".to_owned()],
            cms,
            dns,
            loads,
            form_host,
            rsyslog,
            cron,
            repository: vec!["url = https://git.city.example.jp/www.git".to_owned()],
            issuer: "Let's Encrypt".to_owned(),
            certificate_names: vec!["www.city.example.jp".to_owned(), "*.city.example.jp".to_owned()],
            caa: vec!["letsencrypt.org".to_owned()],
            principals: vec![("ops0".to_owned(), "ops0".to_owned()), ("staff0".to_owned(), "p0".to_owned())],
            authority,
            admin_answer: "refused",
            declared_forms: vec!["/contact"],
            used: std::collections::BTreeSet::new(),
        }
    }

    /// The contractor that has ended.
    pub fn ended(&self) -> &Contractor {
        self.contractors.iter().find(|contractor| contractor.ended).unwrap()
    }

    fn contractors_yaml(&self) -> String {
        let mut text = "approval: { by: head, on: 2026-04-01 }\ncontractors:\n".to_owned();
        for contractor in &self.contractors {
            text.push_str(&format!("  - id: {}\n", contractor.id));
            for (key, value) in &contractor.parts {
                text.push_str(&format!("    {key}: {value}\n"));
            }
        }
        text
    }

    /// Writes the body into a folder, as its officer would keep it.
    pub fn write(&self, folder: &Path) {
        let put = |path: &str, text: String| {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let forms = self
            .declared_forms
            .iter()
            .map(|page| format!("{{ page: {page}, categories: [name], purpose: answering }}"));
        let forms = format!("[{}]", forms.collect::<Vec<_>>().join(", "));
        put(
            "tenken.yml",
            "site: Seeded City\nurl: https://www.city.example.jp\nhost: { root: root, name: www }\naccounts: { lastlog: lastlog.csv, cms: cms.csv }\ndeclared:\n  first_parties: [city.example.jp]\n  administrators: [staff0]\n  admin_paths: [/manage/]\n  admin_sources: [192.0.2.0/28]\n  forms: FORMS\npeople: people.yml\ncontractors: contractors.yml\nrecords: records.yml\n"
                .replace("FORMS", &forms),
        );
        put("contractors.yml", self.contractors_yaml());
        let people: Vec<String> = self
            .people
            .iter()
            .map(|(id, users, keys)| {
                let users: Vec<String> = users.iter().map(|user| format!("{{ system: os, user: {user} }}")).collect();
                let keys: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
                format!(
                    "  - {{ id: {id}, role: clerk, accounts: [{}], keys: [{}] }}\n",
                    users.join(", "),
                    keys.join(", ")
                )
            })
            .collect();
        put("people.yml", format!("people:\n{}", people.concat()));
        put("records.yml", "records: []\n".to_owned());
        let mut listing = "#mtree\n/set type=file uid=0 gid=0 uname=root gname=root mode=0644\n. type=dir mode=0755\n./etc type=dir mode=0755\n./etc/ssh type=dir mode=0755\n./etc/sudoers.d type=dir mode=0755\n./home type=dir mode=0755\n./etc/postfix type=dir mode=0755\n./etc/cron.d type=dir mode=0755\n./etc/ssh/principals type=dir mode=0755\n./opt type=dir mode=0755\n./opt/site type=dir mode=0755\n./opt/site/.git type=dir mode=0755\n".to_owned();
        for account in &self.accounts {
            let user = &account.user;
            listing.push_str(&format!("./home/{user} type=dir mode=0750\n./home/{user}/.ssh type=dir mode=0700\n"));
        }
        let mut root = |path: &str, text: String| {
            let mode = if path == "etc/shadow" { " mode=0640" } else { "" };
            listing.push_str(&format!("./{path}{mode}\n"));
            put(&format!("root/{path}"), text);
        };
        let mut passwd = "root:x:0:0:root:/root:/bin/bash\n".to_owned();
        let mut shadow = "root:*:1\n".to_owned();
        let mut groups: BTreeMap<&str, Vec<&str>> =
            BTreeMap::from([("sudo", Vec::new()), ("docker", Vec::new()), ("operators", Vec::new())]);
        let mut lastlog = "user,last_login\n".to_owned();
        for (index, account) in self.accounts.iter().enumerate() {
            let (user, number) = (&account.user, 1000 + index);
            passwd.push_str(&format!("{user}:x:{number}:{number}::/home/{user}:{}\n", account.shell));
            shadow.push_str(&format!("{user}:{}:1\n", account.password));
            for group in &account.groups {
                groups.entry(group).or_default().push(user);
            }
            root(&format!("home/{user}/.ssh/authorized_keys"), account.keys.join("\n") + "\n");
            if let Some(forward) = &account.forward {
                root(&format!("home/{user}/.forward"), forward.clone());
            }
            if let Some(sieve) = &account.sieve {
                root(&format!("home/{user}/.dovecot.sieve"), sieve.clone());
            }
            lastlog.push_str(&format!("{user},{}\n", account.last.unwrap_or("never")));
        }
        root("etc/passwd", passwd);
        root("etc/shadow", shadow);
        let lines = groups
            .iter()
            .enumerate()
            .map(|(at, (group, members))| format!("{group}:x:{}:{}\n", 50 + at, members.join(",")));
        root("etc/group", lines.collect());
        root("etc/sudoers", "@includedir /etc/sudoers.d\n".to_owned());
        root("etc/sudoers.d/contractors", self.sudo.join("\n") + "\n");
        root("etc/ssh/sshd_config", format!("{}{}", self.sshd, self.sshd_match));
        root("etc/rsyslog.conf", self.rsyslog.join("\n") + "\n");
        root("etc/cron.d/backup", self.cron.join("\n") + "\n");
        root("opt/site/.git/config", format!("[remote \"origin\"]\n{}\n", self.repository.join("\n")));
        root("etc/ssh/ca.pub", format!("{}\n", self.authority.line));
        let users: std::collections::BTreeSet<&String> = self.principals.iter().map(|(user, _)| user).collect();
        for user in users {
            let names = self.principals.iter().filter(|(of, _)| of == user).map(|(_, name)| format!("{name}\n"));
            root(&format!("etc/ssh/principals/{user}"), names.collect());
        }
        root("etc/aliases", self.aliases.join("\n") + "\n");
        root("etc/postfix/virtual", self.virtual_table.join("\n") + "\n");
        put("root.mtree", listing);
        put("lastlog.csv", lastlog);
        let users = self.cms.iter().map(|(user, role)| format!("{user},{role}\n")).collect::<String>();
        put("cms.csv", format!("user_login,roles\n{users}"));
    }

    /// The body's evidence before any join: its files through the collectors, its DNS and pages as recorded observations.
    pub fn collected(&self, folder: &Path) -> (Loaded, Evidence) {
        self.write(folder);
        let loaded = load(&folder.display().to_string(), &LoadOptions::default()).unwrap();
        let now = Time::parse(NOW).unwrap();
        let site = &loaded.judged.declaration.site;
        let world = LiveWorld::new(LiveOptions::of_site(&loaded.base, site, Vec::new(), None, 5, 1, true));
        let task = Task { declaration: &loaded.judged.declaration, offline: true, now, needed: None };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut evidence = runtime.block_on(run::collect(COLLECTORS, &world, &task));
        self.outside(&mut evidence);
        (loaded, evidence)
    }

    /// What a recorded look from outside states: operators in DNS, hosts of pages, the form.
    fn outside(&self, evidence: &mut Evidence) {
        let kinds = [
            "dns-operator",
            "dns-name",
            "http-admin-path",
            "http-load",
            "http-form",
            "http-host",
            "http-page",
            "tls-certificate",
        ];
        evidence.census.retain(|census| !kinds.contains(&census.kind.as_str()));
        for (host, role, exists) in &self.dns {
            let subject = Subject::new(SubjectKind::Host, format!("{host}#{role}"));
            let mut one = Observation::new("dns-operator", subject, Location::host(host.as_str()), "recorded");
            one.set("host", host.as_str()).set("role", *role).set("exists", *exists);
            one.set("of", Value::texts(["city.example.jp"]));
            evidence.observations.push(one);
        }
        for host in &self.loads {
            let subject = Subject::new(SubjectKind::Host, host.as_str());
            let mut one = Observation::new("http-load", subject, Location::host(host.as_str()), "recorded");
            one.set("host", host.as_str()).set("party", "third").set("kinds", Value::texts(["script"]));
            one.set("pages", Value::texts(["/"]));
            evidence.observations.push(one);
        }
        let subject = Subject::new(SubjectKind::Page, "https://www.city.example.jp/contact#form[0]");
        let mut form = Observation::new("http-form", subject, Location::host("www.city.example.jp"), "recorded");
        form.set("categories", Value::texts(["name"])).set("post", true).set("action_https", true);
        form.set("personal", true).set("target_hosts", Value::texts([self.form_host.as_str()]));
        form.set("page", "/contact");
        evidence.observations.push(form);
        let new = |kind: &str, subject: &str| {
            Observation::new(kind, Subject::parse(subject).unwrap(), Location::host("www.city.example.jp"), "recorded")
        };
        let mut certificate = new("tls-certificate", "endpoint:192.0.2.80:443/www.city.example.jp");
        certificate.set("issuer", self.issuer.as_str()).set("publicly_trusted", true);
        certificate.set("names", Value::texts(&self.certificate_names));
        let mut name = new("dns-name", "host:www.city.example.jp");
        name.set("exists", true).set("caa.restricts", true).set("caa.issuers", Value::texts(&self.caa));
        let mut admin = new("http-admin-path", "page:https://www.city.example.jp/manage/");
        admin.set("path", "/manage/").set("host", "www.city.example.jp").set("answer", self.admin_answer);
        evidence.observations.extend([certificate, name, admin]);
        for kind in kinds {
            let count = evidence.of_kind(kind).count();
            evidence.census.push(Census::complete(kind, "recorded", count));
        }
    }
}

/// Joins collected evidence and makes the file that is judged.
pub fn joined(loaded: &Loaded, mut evidence: Evidence) -> EvidenceFile {
    join::join(&mut evidence);
    evidence.sort();
    EvidenceFile {
        tool: "tenken".to_owned(),
        pack_hash: "seeded".to_owned(),
        collected_at: Time::parse(NOW).unwrap(),
        offline: true,
        sources: loaded.sources.clone(),
        evidence,
    }
}
