//! Where files of the host are taken to and fetched from: jobs of cron and units that copy elsewhere, remote file systems,
//! settings of backup programs, and repositories that pages are deployed from. Of a destination only the host is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::Seen;
use super::kinds::TRANSFER;
use crate::collect::host::tree::HostTree;
use crate::collect::limits::{CONFIGURATION_FILES, cut};
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::remote_copy::{git_host, mounted_host, remote_copies};
use crate::syntax::{cron, ini};

/// Folders of tables or scripts of cron, and whether their lines are a table with users, one without, or a script.
const CRON: [(&str, Lines); 7] = [
    ("etc/cron.d", Lines::TableWithUsers),
    ("var/spool/cron/crontabs", Lines::Table),
    ("var/spool/cron", Lines::Table),
    ("etc/cron.hourly", Lines::Script),
    ("etc/cron.daily", Lines::Script),
    ("etc/cron.weekly", Lines::Script),
    ("etc/cron.monthly", Lines::Script),
];
const UNITS: &str = "etc/systemd/system";
/// Settings of rclone, in which its remotes are explained.
const RCLONE: [&str; 3] = ["root/.config/rclone/rclone.conf", "etc/rclone/rclone.conf", "etc/rclone.conf"];
/// Folders below which a repository may be the origin of pages.
const DEPLOYED: [&str; 3] = ["srv", "var/www", "opt"];

#[derive(Clone, Copy)]
enum Lines {
    TableWithUsers,
    Table,
    Script,
}

/// What is being gathered.
struct Found<'a, 'w> {
    tree: &'a HostTree<'w>,
    transfers: Vec<Observation>,
    subjects: BTreeSet<Subject>,
    faults: Vec<(String, String)>,
    files: usize,
}

/// Observes transfers; `release` is the folder of the deployed release, where the site file names one.
pub(super) fn observe(tree: &HostTree<'_>, release: Option<&str>, seen: &mut Seen) {
    let mut found = Found { tree, transfers: Vec::new(), subjects: BTreeSet::new(), faults: Vec::new(), files: 0 };
    let remotes = found.remotes();
    if let Some(text) = found.text("etc/crontab") {
        found.lines("etc/crontab", &text, Lines::TableWithUsers, &remotes);
    }
    for (folder, lines) in CRON {
        for path in found.files_of(folder) {
            if let Some(text) = found.text(&path) {
                found.lines(&path, &text, lines, &remotes);
            }
        }
    }
    for path in found.files_of(UNITS).into_iter().filter(|path| path.ends_with(".service")) {
        let Some(text) = found.text(&path) else { continue };
        for setting in ini::parse(&text).into_iter().filter(|setting| setting.key.starts_with("Exec")) {
            found.command(&path, setting.line, &setting.value, &remotes);
        }
    }
    for path in [vec!["etc/borgmatic/config.yaml".to_owned()], found.files_of("etc/borgmatic.d")].concat() {
        let Some(text) = found.text(&path) else { continue };
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| line.contains("ssh://")) {
            found.command(&path, number, &format!("borg {line}"), &remotes);
        }
    }
    found.mounts();
    found.repositories(release);
    let Found { transfers, faults, .. } = found;
    seen.all(TRANSFER, &tree.shown("etc"), transfers, faults);
}

impl Found<'_, '_> {
    fn text(&mut self, path: &str) -> Option<String> {
        self.files += 1;
        if self.files > CONFIGURATION_FILES {
            if self.files == CONFIGURATION_FILES + 1 {
                self.faults.push((self.tree.shown(path), "more files are there than are read".to_owned()));
            }
            return None;
        }
        match self.tree.text(path) {
            Ok(text) => Some(text),
            Err(Refusal::NotFound | Refusal::NotAFile) => None,
            Err(refusal) => {
                self.faults.push((self.tree.shown(path), refusal.to_string()));
                None
            }
        }
    }

    fn files_of(&mut self, folder: &str) -> Vec<String> {
        match self.tree.list(folder) {
            Ok(names) => names.into_iter().map(|name| format!("{folder}/{name}")).collect(),
            Err(Refusal::NotFound | Refusal::NotAFile) => Vec::new(),
            Err(refusal) => {
                self.faults.push((self.tree.shown(folder), refusal.to_string()));
                Vec::new()
            }
        }
    }

    /// Remotes of rclone with their hosts, where the settings say one.
    fn remotes(&mut self) -> BTreeMap<String, Option<String>> {
        let mut remotes = BTreeMap::new();
        for path in RCLONE {
            let Some(text) = self.text(path) else { continue };
            for setting in ini::parse(&text) {
                let entry: &mut Option<String> = remotes.entry(setting.section).or_default();
                match setting.key.as_str() {
                    "host" => *entry = git_host(&format!("ssh://{}", setting.value)),
                    "endpoint" | "url" => {
                        let value = &setting.value;
                        *entry = git_host(value).or_else(|| git_host(&format!("https://{value}")));
                    }
                    "provider" if setting.value == "AWS" && entry.is_none() => {
                        *entry = Some("s3.amazonaws.com".to_owned());
                    }
                    _ => {}
                }
            }
        }
        remotes
    }

    fn lines(&mut self, path: &str, text: &str, lines: Lines, remotes: &BTreeMap<String, Option<String>>) {
        let commands: Vec<(u32, String)> = match lines {
            Lines::Script => (1..)
                .zip(text.lines())
                .filter(|(_, line)| !line.trim_start().starts_with('#'))
                .map(|(number, line)| (number, line.to_owned()))
                .collect(),
            Lines::Table | Lines::TableWithUsers => {
                let (entries, faults) = cron::parse(text, matches!(lines, Lines::TableWithUsers));
                for (line, reason) in faults.into_iter().take(20) {
                    self.faults.push((format!("{}:{line}", self.tree.shown(path)), reason));
                }
                entries.into_iter().map(|entry| (entry.line, entry.command)).collect()
            }
        };
        for (line, command) in commands {
            self.command(path, line, &command, remotes);
        }
    }

    fn command(&mut self, path: &str, line: u32, command: &str, remotes: &BTreeMap<String, Option<String>>) {
        let lower = command.to_ascii_lowercase();
        let purpose =
            if ["backup", "restic", "borg", "duplicity", "dump", "snapshot"].iter().any(|word| lower.contains(word)) {
                "backup"
            } else if ["deploy", "release", "publish"].iter().any(|word| lower.contains(word)) {
                "deploy"
            } else {
                "copy"
            };
        for way in remote_copies(command) {
            let host = way.host.or_else(|| way.remote.and_then(|remote| remotes.get(&remote).cloned().flatten()));
            self.push(path, line, &way.program, purpose, host);
        }
    }

    fn mounts(&mut self) {
        let path = "etc/fstab";
        let Some(text) = self.text(path) else { return };
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with('#')) {
            let mut words = line.split_whitespace();
            let (Some(device), Some(kind)) = (words.next(), words.nth(1)) else { continue };
            let is_remote = ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "davfs", "ceph", "glusterfs"].contains(&kind);
            if is_remote {
                let host = mounted_host(device).or_else(|| git_host(device));
                self.push(path, number, kind, "mount", host);
            }
        }
    }

    fn repositories(&mut self, release: Option<&str>) {
        let mut folders: BTreeSet<String> =
            release.map(|folder| folder.trim_matches('/').to_owned()).into_iter().collect();
        for top in DEPLOYED {
            folders.insert(top.to_owned());
            folders.extend(self.files_of(top));
        }
        for folder in folders {
            let path = format!("{folder}/.git/config");
            let Some(text) = self.text(&path) else { continue };
            for setting in ini::parse(&text).into_iter().filter(|setting| setting.key == "url") {
                if let Some(host) = git_host(&setting.value) {
                    self.push(&path, setting.line, "git", "deploy", Some(host));
                }
            }
        }
    }

    fn push(&mut self, path: &str, line: u32, program: &str, purpose: &str, host: Option<String>) {
        let is_here = |host: &String| host == "localhost" || host == "::1" || host.starts_with("127.");
        if host.as_ref().is_some_and(is_here) {
            return;
        }
        let locus = format!("transfer[{program} {}]", host.as_deref().unwrap_or("?"));
        let subject = Subject::new(SubjectKind::File, format!("{}#{}", self.tree.shown(path), cut(&locus)));
        // The same destination twice in one file is one fact.
        if !self.subjects.insert(subject.clone()) {
            return;
        }
        let mut one =
            Observation::new(TRANSFER, subject, Location::file(self.tree.shown(path), line, 1), "configuration");
        one.set("program", program).set("purpose", purpose);
        match host {
            Some(host) => one.set("hosts", Value::texts([cut(&host)])),
            None => one.unknown("hosts", "the destination is not told by the command"),
        };
        self.transfers.push(one);
    }
}
