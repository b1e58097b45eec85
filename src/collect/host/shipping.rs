//! Programs that take logs to other machines: rsyslog, syslog-ng, systemd-journal-upload, known agents, and jobs of cron.

use std::collections::BTreeSet;

use super::Seen;
use super::agents;
use super::kinds::{LOG_DISCARD, LOG_FORWARD, LOG_SHIPPING};
use super::tree::HostTree;
use crate::collect::limits::{CONFIGURATION_FILES, cut};
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::{cron, glob, ini, rsyslog, syslog_ng};

const KINDS: [&str; 3] = [LOG_FORWARD, LOG_SHIPPING, LOG_DISCARD];

/// Agents whose settings are not read: that they are there is known, where they send is not.
const UNREAD: [(&str, &str); 6] = [
    ("fluentd", "etc/fluent/fluentd.conf"),
    ("td-agent", "etc/td-agent/td-agent.conf"),
    ("alloy", "etc/alloy/config.alloy"),
    ("logstash", "etc/logstash/logstash.yml"),
    ("cloudwatch-agent", "opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json"),
    ("ops-agent", "etc/google-cloud-ops-agent/config.yaml"),
];

/// Programs by which a job of cron takes files to another machine.
const COPIERS: [&str; 13] =
    ["rsync", "scp", "sftp", "rclone", "restic", "borg", "duplicity", "lftp", "aws", "gsutil", "gcloud", "az", "mc"];

/// One action that sends logs on.
pub(super) struct Forward<'a> {
    pub(super) program: &'a str,
    pub(super) path: &'a str,
    pub(super) line: u32,
    pub(super) target: &'a str,
    pub(super) port: Option<&'a str>,
    pub(super) transport: &'a str,
    pub(super) encrypted: bool,
    pub(super) peer_verified: bool,
    pub(super) selector: &'a str,
}

/// Observes what leaves the host.
pub(super) fn observe(tree: &HostTree<'_>, host: &str, seen: &mut Seen) {
    let mut follows: BTreeSet<String> = BTreeSet::new();
    let mut programs: BTreeSet<&str> = BTreeSet::new();
    if rsyslog(tree, &mut follows, seen) {
        programs.insert("rsyslog");
    }
    if syslog_ng(tree, &mut follows, seen) {
        programs.insert("syslog-ng");
    }
    journal_upload(tree, seen);
    programs.extend(agents::observe(tree, &mut follows, seen));
    let mut unread: BTreeSet<&str> = BTreeSet::new();
    for (agent, path) in UNREAD {
        if tree.entry(path).is_some() {
            unread.insert(agent);
            let subject = Subject::new(SubjectKind::File, format!("{}#forward[{agent}]", tree.shown(path)));
            let mut forward =
                Observation::new(LOG_FORWARD, subject, Location::whole_file(tree.shown(path)), "configuration");
            forward.set("program", agent).set("selector", "");
            for field in ["destination", "transport", "encrypted", "peer_verified"] {
                forward.unknown(field, "settings of this agent are not read");
            }
            seen.observations.push(forward);
        }
    }
    let subject = Subject::new(SubjectKind::Host, host);
    let mut shipping =
        Observation::new(LOG_SHIPPING, subject, Location::whole_file(tree.shown("etc")), "configuration");
    shipping.set("unread", Value::texts(unread));
    shipping.set("programs", Value::texts(programs)).set("follows", Value::texts(follows));
    shipping.set("copies", Value::texts(copies(tree, seen)));
    seen.observations.push(shipping);
}

pub(super) fn push(tree: &HostTree<'_>, forward: &Forward<'_>, seen: &mut Seen) {
    let port = forward.port.map(|port| format!(":{port}")).unwrap_or_default();
    let locus = format!("forward[{} {}{port} {}]", forward.transport, forward.target, forward.selector);
    let subject = Subject::new(SubjectKind::File, format!("{}#{}", tree.shown(forward.path), cut(&locus)));
    let place = Location::file(tree.shown(forward.path), forward.line, 1);
    let mut one = Observation::new(LOG_FORWARD, subject, place, "configuration");
    one.set("program", forward.program).set("transport", forward.transport).set("selector", cut(forward.selector));
    if forward.target.is_empty() {
        for field in ["destination", "encrypted", "peer_verified"] {
            one.unknown(field, "the settings name no target");
        }
    } else {
        one.set("encrypted", forward.encrypted).set("peer_verified", forward.peer_verified);
    }
    if forward.target.contains(['$', '`', '%']) {
        one.unknown("destination", "the target is a variable");
    } else if !forward.target.is_empty() {
        one.set("destination", cut(&forward.target.to_ascii_lowercase()));
    }
    // The same action twice is one fact.
    if !seen.observations.iter().any(|other| other.kind == one.kind && other.subject == one.subject) {
        seen.observations.push(one);
    }
}

/// Reads rsyslog's settings, includes in the order in which rsyslog reads them; false where it is not there.
fn rsyslog(tree: &HostTree<'_>, follows: &mut BTreeSet<String>, seen: &mut Seen) -> bool {
    let mut state = rsyslog::State::default();
    let mut left = vec!["etc/rsyslog.conf".to_owned()];
    let mut read: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = left.pop() {
        if !read.insert(path.clone()) || read.len() > CONFIGURATION_FILES {
            fault(tree, &path, "it is included twice or includes itself", seen);
            continue;
        }
        let text = match tree.text(&path) {
            Ok(text) => text,
            Err(Refusal::NotFound) if path == "etc/rsyslog.conf" => return false,
            Err(refusal) => {
                fault(tree, &path, &refusal.to_string(), seen);
                continue;
            }
        };
        let file = rsyslog::parse(&text, &mut state);
        lines(tree, &path, &file.faults, seen);
        for include in file.includes.iter().rev() {
            left.extend(globbed(tree, include, seen).into_iter().rev());
        }
        follows.extend(file.followed.iter().map(|followed| followed.path.clone()));
        for to in &file.forwards {
            let forward = Forward {
                program: "rsyslog",
                path: &path,
                line: to.line,
                target: &to.target,
                port: to.port.as_deref(),
                transport: &to.transport,
                encrypted: to.encrypted,
                peer_verified: to.peer_verified,
                selector: &to.selector,
            };
            push(tree, &forward, seen);
        }
        for discard in &file.discards {
            let locus = format!("discard[{}]", discard.what);
            let subject = Subject::new(SubjectKind::File, format!("{}#{}", tree.shown(&path), cut(&locus)));
            if seen.observations.iter().any(|other| other.kind == LOG_DISCARD && other.subject == subject) {
                continue;
            }
            let place = Location::file(tree.shown(&path), discard.line, 1);
            let mut one = Observation::new(LOG_DISCARD, subject, place, "configuration");
            one.set("what", cut(&discard.what));
            seen.observations.push(one);
        }
    }
    true
}

fn syslog_ng(tree: &HostTree<'_>, follows: &mut BTreeSet<String>, seen: &mut Seen) -> bool {
    let main = "etc/syslog-ng/syslog-ng.conf";
    let mut left = vec![main.to_owned()];
    let mut read: BTreeSet<String> = BTreeSet::new();
    let (mut texts, mut at) = (Vec::new(), 0);
    while let Some(path) = left.get(at).cloned() {
        at += 1;
        if !read.insert(path.clone()) || read.len() > CONFIGURATION_FILES {
            fault(tree, &path, "it is included twice or includes itself", seen);
            continue;
        }
        match tree.text(&path) {
            Ok(text) => {
                for include in syslog_ng::parse(&text).includes {
                    // The library of definitions that comes with the program sends nothing.
                    if include == "scl.conf" {
                        continue;
                    }
                    let include = if include.starts_with('/') { include } else { format!("/etc/syslog-ng/{include}") };
                    left.extend(globbed(tree, &include, seen));
                }
                texts.push((path, text));
            }
            Err(Refusal::NotFound) if path == main => return false,
            Err(refusal) => fault(tree, &path, &refusal.to_string(), seen),
        }
    }
    // A log path may use a destination of another file, so each file is read again behind all others' definitions.
    let used: BTreeSet<String> = {
        let all: String = texts.iter().map(|(_, text)| format!("{text}\n")).collect();
        syslog_ng::parse(&all).destinations.into_iter().filter(|to| to.used).map(|to| to.name).collect()
    };
    for (path, text) in &texts {
        let file = syslog_ng::parse(text);
        lines(tree, path, &file.faults, seen);
        follows.extend(file.followed.iter().map(|(path, _)| path.clone()));
        for to in file.destinations.iter().filter(|to| to.used || used.contains(&to.name)) {
            let forward = Forward {
                program: "syslog-ng",
                path,
                line: to.line,
                target: &to.target,
                port: to.port.as_deref(),
                transport: &to.transport,
                encrypted: to.encrypted,
                peer_verified: to.peer_verified,
                selector: &to.name,
            };
            push(tree, &forward, seen);
        }
    }
    true
}

fn journal_upload(tree: &HostTree<'_>, seen: &mut Seen) {
    let path = "etc/systemd/journal-upload.conf";
    let text = match tree.text(path) {
        Ok(text) => text,
        Err(Refusal::NotFound) => return,
        Err(refusal) => return fault(tree, path, &refusal.to_string(), seen),
    };
    let settings = ini::parse(&text);
    let of = |key: &str| settings.iter().rev().find(|setting| setting.section == "Upload" && setting.key == key);
    let Some(url) = of("URL").filter(|url| !url.value.is_empty()) else { return };
    let (scheme, rest) = url.value.split_once("://").unwrap_or(("https", &url.value));
    let encrypted = scheme == "https";
    let forward = Forward {
        program: "systemd-journal-upload",
        path,
        line: url.line,
        target: rest.split(['/', ':']).next().unwrap_or(rest),
        port: None,
        transport: "http",
        encrypted,
        // It trusts the file that is written, or the one of its own; `all` trusts everybody.
        peer_verified: encrypted && of("TrustedCertificateFile").is_none_or(|file| file.value != "all"),
        selector: "journal",
    };
    push(tree, &forward, seen);
}

/// Commands of cron by which logs are taken elsewhere, as `PROGRAM in FILE`.
fn copies(tree: &HostTree<'_>, seen: &mut Seen) -> BTreeSet<String> {
    let mut tables = vec![("etc/crontab".to_owned(), true)];
    for (folder, with_user) in [("etc/cron.d", true), ("var/spool/cron/crontabs", false), ("var/spool/cron", false)] {
        match tree.list(folder) {
            Ok(names) => tables.extend(names.iter().map(|name| (format!("{folder}/{name}"), with_user))),
            Err(Refusal::NotFound) => {}
            Err(refusal) => fault(tree, folder, &refusal.to_string(), seen),
        }
    }
    let mut copies = BTreeSet::new();
    let mut add = |path: &str, command: &str| {
        let words = command.split(|letter: char| letter.is_whitespace() || ";|&()'\"".contains(letter));
        let program = words.filter_map(|word| word.rsplit('/').next()).find(|word| COPIERS.contains(word));
        if let Some(program) = program.filter(|_| command.contains("/var/log")) {
            copies.insert(format!("{program} in {}", tree.shown(path)));
        }
    };
    for (path, with_user) in tables {
        match tree.text(&path) {
            Ok(text) => {
                let (entries, faults) = cron::parse(&text, with_user);
                lines(tree, &path, &faults, seen);
                entries.iter().for_each(|entry| add(&path, &entry.command));
            }
            // A folder of tables, or no table at all.
            Err(Refusal::NotFound | Refusal::NotAFile) => {}
            Err(refusal) => fault(tree, &path, &refusal.to_string(), seen),
        }
    }
    for folder in ["etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly"] {
        for name in tree.list(folder).unwrap_or_default() {
            let path = format!("{folder}/{name}");
            if let Ok(text) = tree.text(&path) {
                text.lines().filter(|line| !line.trim_start().starts_with('#')).for_each(|line| add(&path, line));
            }
        }
    }
    copies
}

/// Files that a glob of an include names, in byte order; a path without a star names itself.
pub(super) fn globbed(tree: &HostTree<'_>, include: &str, seen: &mut Seen) -> Vec<String> {
    let include = include.trim_matches('/');
    let (folder, pattern) = include.rsplit_once('/').unwrap_or(("", include));
    if !pattern.contains(['*', '?', '[']) {
        return vec![include.to_owned()];
    }
    match tree.list(folder) {
        Ok(names) => {
            let named = names.into_iter().filter(|name| glob::matches(pattern, name) && !name.starts_with('.'));
            named.map(|name| format!("{folder}/{name}")).collect()
        }
        Err(Refusal::NotFound) => Vec::new(),
        Err(refusal) => {
            fault(tree, folder, &refusal.to_string(), seen);
            Vec::new()
        }
    }
}

pub(super) fn fault(tree: &HostTree<'_>, path: &str, reason: &str, seen: &mut Seen) {
    for kind in KINDS {
        seen.fault(kind, tree.shown(path), reason);
    }
}

pub(super) fn lines(tree: &HostTree<'_>, path: &str, faults: &[(u32, String)], seen: &mut Seen) {
    for (line, reason) in faults.iter().take(20) {
        for kind in KINDS {
            seen.fault(kind, format!("{}:{line}", tree.shown(path)), reason.clone());
        }
    }
}
