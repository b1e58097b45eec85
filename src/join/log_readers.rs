//! Who can really read each log, against who is declared: owner, group, others and sudo, each with its chain of reasons.

use std::collections::{BTreeMap, BTreeSet};

use super::access::{Access, ENTER, Holder, READ};
use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Text, Texts};
use crate::model::{
    Census, Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject, SubjectKind, Value,
};

const READER: &str = "log-reader";
const GROUP: &str = "log-group";
const CONTRACTOR: &str = "log-contractor";
const SUDO: &str = "sudo-log-scope";

/// The join.
pub(super) const LOG_READERS: Join = Join { name: "log-readers", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: READER,
        subject: "log:PATH",
        en: "one log and all who can read it in effect, against the declared readers",
        ja: "ログごとの実質的な閲覧者と、届出済みの閲覧者との比較",
        fields: &[
            field(
                "readers",
                Texts,
                "accounts that a person can use and that can read the log; root is implied",
                "ログを閲覧できるアカウント(rootを除く)",
            ),
            field(
                "declared",
                Texts,
                "declared readers: log_readers and contractor accounts with a stated purpose",
                "届出済みの閲覧者",
            ),
            field("undeclared", Texts, "readers that are not declared", "届出のない閲覧者"),
            field("absent", Texts, "declared readers that cannot read any log", "届出があるが閲覧できない者"),
            field("everyone", Bool, "any account of the host can read the log", "ホストの全アカウントが閲覧できる"),
            field(
                "chains",
                Texts,
                "why each undeclared reader can read: account -> group or sudo -> mode",
                "閲覧できる経路",
            ),
        ],
    },
    KindSpec {
        name: GROUP,
        subject: "record:log-group/GROUP",
        en: "one group that can read logs, and its members",
        ja: "ログを閲覧できるグループとその所属者",
        fields: &[
            field("group", Text, "the group", "グループ"),
            field("members", Texts, "accounts in it that a person can use", "使用できる所属アカウント"),
            field("undeclared", Texts, "members that are not declared as log readers", "届出のない所属者"),
        ],
    },
    KindSpec {
        name: SUDO,
        subject: "file:PATH#rule[USER]",
        en: "what sudo lets one user do to logs, against the declared readers",
        ja: "sudoによるログ閲覧の可否と、届出済みの閲覧者との突合",
        fields: &[
            field("opens_logs", Bool, "a command from which any log can be read", "ログを読めるコマンドがある"),
            field("declared", Bool, "the user is a declared reader", "届出済みの閲覧者である"),
        ],
    },
    KindSpec {
        name: CONTRACTOR,
        subject: "account:USER#CONTRACTOR",
        en: "one contractor account that can read logs in effect",
        ja: "実質的にログを閲覧できる委託先アカウント",
        fields: &[
            field("contractor", Text, "the contractor", "委託先"),
            field(
                "purpose_stated",
                Bool,
                "the register states why it may read logs, and for which period",
                "閲覧目的と期間が台帳に記載されている",
            ),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

struct Host<'a> {
    /// Usable accounts with their groups.
    accounts: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Directories on the way to logs, by path; `None` where owner, mode or list is not known.
    parents: BTreeMap<&'a str, Option<Access<'a>>>,
    /// Users who may start a program that reads every file, and which.
    programs: BTreeMap<&'a str, String>,
    /// Accounts of which it is not known whether they can be used.
    unsure: Vec<&'a str>,
    /// Users whom sudo lets read any log.
    sudo: BTreeMap<&'a str, &'a Observation>,
    root_equivalent: BTreeMap<&'a str, Vec<&'a str>>,
}

/// What a reader is declared by; `None` where nothing is declared.
fn declared(evidence: &Evidence, host: &Host<'_>) -> Option<BTreeSet<String>> {
    let list = evidence.of_kind("declared-list").find(|list| list.text("name") == Some("log_readers"))?;
    let mut declared = BTreeSet::new();
    for item in list.texts("items") {
        match item.strip_prefix("group:") {
            Some(group) => declared.extend(
                host.accounts.iter().filter(|(_, groups)| groups.contains(group)).map(|(user, _)| (*user).to_owned()),
            ),
            None => {
                declared.insert(item.to_owned());
            }
        }
    }
    let stated = evidence.of_kind("register-account").filter(|account| {
        // What an ended contract once allowed declares nobody.
        account.text("log_access_purpose").is_some() && account.text("contractor_status") == Some("active")
    });
    declared.extend(
        stated
            .filter(|account| account.text("system") == Some("os"))
            .filter_map(|account| account.text("user"))
            .map(str::to_owned),
    );
    Some(declared)
}

fn join(evidence: &Evidence) -> Evidence {
    let host = host(evidence);
    let declared = declared(evidence, &host);
    let mut derived = Evidence::default();
    let mut all_readers: BTreeSet<String> = BTreeSet::new();
    let mut groups: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    let mut open = Vec::new();
    for log in evidence.of_kind("log-file") {
        let readers = readers(&host, log);
        if let (Some(readers), Some(group)) = (&readers, log.text("group")) {
            all_readers.extend(readers.chains.keys().cloned());
            if log.flag("group_read") == Some(true) {
                groups.entry(group).or_default().push(log);
            }
        }
        open.push((log, readers));
    }
    for (log, readers) in open {
        derived.observations.push(reader(log, readers, declared.as_ref(), &all_readers, &host));
    }
    for (group, logs) in groups {
        derived.observations.push(group_seen(&host, group, &logs, declared.as_ref()));
    }
    for account in evidence.of_kind("register-account").filter(|account| account.text("system") == Some("os")) {
        let (Some(user), Some(contractor)) = (account.text("user"), account.text("contractor")) else { continue };
        if all_readers.contains(user) {
            let subject = Subject::new(SubjectKind::Account, format!("{user}#{contractor}"));
            let mut seen =
                Observation::new(CONTRACTOR, subject, account.source.clone(), "register against log readers");
            seen.strength = Strength::Joined;
            let stated = account.text("log_access_purpose").is_some() && account.fields.contains_key("log_access_to");
            seen.set("contractor", contractor).set("purpose_stated", stated);
            derived.observations.push(seen);
        }
    }
    for rule in evidence.of_kind("sudo-rule") {
        let Some(user) = rule.text("user").filter(|user| *user != "root") else { continue };
        let mut seen =
            Observation::new(SUDO, rule.subject.clone(), rule.source.clone(), "sudo against declared readers");
        seen.strength = Strength::Joined;
        seen.set("opens_logs", rule.flag("opens_logs") == Some(true));
        match &declared {
            Some(declared) => {
                seen.set("declared", declared.contains(user));
            }
            None => {
                seen.unknown("declared", "no log readers are declared (site file: declared: log_readers)");
            }
        }
        derived.observations.push(seen);
    }
    let sources = ["log-file", "log-parent", "account", "sudo-rule", "reading-program"];
    let count = |kind: &str| derived.observations.iter().filter(|seen| seen.kind == kind).count();
    let mut census = vec![
        joined_census(evidence, &sources, READER, "log readers", count(READER)),
        joined_census(evidence, &sources, GROUP, "log readers", count(GROUP)),
        joined_census(evidence, &["sudo-rule", "account"], SUDO, "log readers", count(SUDO)),
        joined_census(
            evidence,
            &["log-file", "account", "sudo-rule", "register-account"],
            CONTRACTOR,
            "log readers",
            count(CONTRACTOR),
        ),
    ];
    if declared.is_none() && derived.observations.is_empty() {
        census[0] =
            Census::not_asked(READER, "log readers", "no log readers are declared (site file: declared: log_readers)");
    }
    derived.census = census;
    derived
}

fn host(evidence: &Evidence) -> Host<'_> {
    let mut host = Host {
        accounts: BTreeMap::new(),
        parents: BTreeMap::new(),
        programs: BTreeMap::new(),
        unsure: Vec::new(),
        sudo: BTreeMap::new(),
        root_equivalent: BTreeMap::new(),
    };
    for account in evidence.of_kind("account") {
        let Some(user) = account.text("user").filter(|user| *user != "root") else { continue };
        match account.flag("usable") {
            Some(true) => {
                host.accounts.insert(user, account.texts("groups").into_iter().collect());
                let by = account.texts("root_equivalent_by");
                if !by.is_empty() {
                    host.root_equivalent.insert(user, by);
                }
            }
            Some(false) => {}
            None => host.unsure.push(user),
        }
    }
    for rule in evidence.of_kind("sudo-rule").filter(|rule| rule.flag("opens_logs") == Some(true)) {
        if let Some(user) = rule.text("user").filter(|user| host.accounts.contains_key(user)) {
            host.sudo.insert(user, rule);
        }
    }
    host.parents = evidence.of_kind("log-parent").map(|parent| (parent.subject.name(), Access::of(parent))).collect();
    for program in evidence.of_kind("reading-program") {
        let Some(access) = Access::of(program) else { continue };
        for (user, groups) in &host.accounts {
            if access.grants(&Holder { user, groups }, ENTER).is_some() {
                let by = program.text("by").unwrap_or_default();
                let place = program.source.file.as_deref().unwrap_or_default();
                host.programs.entry(user).or_insert_with(|| format!("{place} ({by})"));
            }
        }
    }
    host
}

struct Readers {
    /// Account -> why it can read.
    chains: BTreeMap<String, String>,
    everyone: bool,
}

/// Who can read a log; `None` where mode, owner, group or list of it or of a directory on the way is not known.
fn readers(host: &Host<'_>, log: &Observation) -> Option<Readers> {
    let access = Access::of(log)?;
    let mut parents = Vec::new();
    for directory in log.texts("directories") {
        match host.parents.get(directory) {
            Some(Some(parent)) => parents.push((directory, parent)),
            // A root directory that nobody may enter would be no host: one that is not listed stands in nobody's way.
            _ if directory == "/" => {}
            _ => return None,
        }
    }
    let stranger = BTreeSet::new();
    let nobody = Holder { user: "", groups: &stranger };
    let everyone = access.grants(&nobody, READ).is_some()
        && parents.iter().all(|(_, parent)| parent.grants(&nobody, ENTER).is_some());
    let mut chains = BTreeMap::new();
    for (user, groups) in &host.accounts {
        let holder = Holder { user, groups };
        let Some(by) = access.grants(&holder, READ) else { continue };
        let entered: Option<Vec<_>> =
            parents.iter().map(|(path, parent)| Some((*path, *parent, parent.grants(&holder, ENTER)?))).collect();
        let Some(entered) = entered else { continue };
        // Of the directories the narrowest one says who gets in; those that everybody enters say nothing.
        let gate = entered.iter().rev().find(|(_, parent, _)| parent.grants(&nobody, ENTER).is_none());
        let way = gate.map(|(path, parent, by)| format!(" -> {by} -> directory {path} mode {}", parent.mode()));
        let chain = format!("{user}{} -> {by} -> file mode {}", way.unwrap_or_default(), access.mode());
        chains.insert((*user).to_owned(), chain);
    }
    for (user, rule) in &host.sudo {
        let commands = rule.texts("commands").join(", ");
        chains.entry((*user).to_owned()).or_insert_with(|| format!("{user} -> sudo {commands} -> root"));
    }
    for (user, by) in &host.root_equivalent {
        chains.entry((*user).to_owned()).or_insert_with(|| format!("{user} -> {} -> root", by.join(", ")));
    }
    for (user, program) in &host.programs {
        chains.entry((*user).to_owned()).or_insert_with(|| format!("{user} -> {program} -> any file"));
    }
    Some(Readers { chains, everyone })
}

fn reader(
    log: &Observation,
    readers: Option<Readers>,
    declared: Option<&BTreeSet<String>>,
    all_readers: &BTreeSet<String>,
    host: &Host<'_>,
) -> Observation {
    let mut seen = Observation::new(
        READER,
        log.subject.clone(),
        log.source.clone(),
        "modes, lists, accounts, sudo and capabilities joined",
    );
    seen.strength = Strength::Joined;
    match declared {
        Some(declared) => {
            seen.set("declared", Value::texts(declared));
            seen.set("absent", Value::texts(declared.iter().filter(|user| !all_readers.contains(*user))));
        }
        None => {
            let reason = "no log readers are declared (site file: declared: log_readers)";
            seen.unknown("declared", reason).unknown("absent", reason).unknown("undeclared", reason);
        }
    }
    let Some(readers) = readers else {
        for field in ["readers", "undeclared", "everyone", "chains"] {
            seen.unknown(
                field,
                "mode, owner, group or access control list of the log or a directory above it is not known",
            );
        }
        return seen;
    };
    seen.set("readers", Value::texts(readers.chains.keys()));
    seen.set("everyone", readers.everyone);
    if let Some(declared) = declared {
        let undeclared: Vec<&String> = readers.chains.keys().filter(|user| !declared.contains(*user)).collect();
        seen.set("chains", Value::texts(undeclared.iter().filter_map(|user| readers.chains.get(*user))));
        for user in &undeclared {
            if let Some(rule) = host.sudo.get(user.as_str()) {
                seen.related.push(Related { location: rule.source.clone(), note: format!("{user}: sudo opens logs") });
            }
        }
        if undeclared.is_empty() && !host.unsure.is_empty() {
            seen.unknown("undeclared", format!("whether {} can be used is not known", host.unsure.join(", ")));
        } else {
            seen.set("undeclared", Value::texts(undeclared));
        }
    }
    seen
}

fn group_seen(host: &Host<'_>, group: &str, logs: &[&Observation], declared: Option<&BTreeSet<String>>) -> Observation {
    let place = logs.first().map(|log| log.source.clone()).unwrap_or_default();
    let subject = Subject::new(SubjectKind::Record, format!("log-group/{group}"));
    let mut seen = Observation::new(GROUP, subject, place, "groups against declared readers");
    seen.strength = Strength::Joined;
    let members: Vec<&str> =
        host.accounts.iter().filter(|(_, groups)| groups.contains(group)).map(|(user, _)| *user).collect();
    seen.set("group", group);
    match declared {
        Some(declared) => {
            let undeclared = members.iter().filter(|user| !declared.contains(**user)).copied();
            seen.set("undeclared", Value::texts(undeclared));
        }
        None => {
            seen.unknown("undeclared", "no log readers are declared (site file: declared: log_readers)");
        }
    }
    seen.set("members", Value::texts(members));
    seen
}
