//! Accounts, groups, keys and sudo.

use std::collections::{BTreeMap, BTreeSet};

use super::Seen;
use super::keys;
use super::kinds::{ACCOUNT, SSH_KEY, SSH_PRINCIPAL, SUDO_RULE};
use super::tree::HostTree;
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::accounts::{self, Group, Password, User};
use crate::syntax::pam_cap::{self, Grant};
use crate::syntax::sudoers;

/// Users and groups by name.
#[derive(Debug, Default)]
pub(super) struct Identities {
    pub(super) users: Vec<User>,
    pub(super) groups: Vec<Group>,
}

/// Groups whose members are as good as root.
const ROOT_EQUIVALENT: [&str; 6] = ["sudo", "wheel", "docker", "lxd", "disk", "shadow"];

impl Identities {
    pub(super) fn user_name(&self, uid: u32) -> Option<&str> {
        self.users.iter().find(|user| user.uid == uid).map(|user| user.name.as_str())
    }

    pub(super) fn group_name(&self, gid: u32) -> Option<&str> {
        self.groups.iter().find(|group| group.gid == gid).map(|group| group.name.as_str())
    }

    /// Name of an owner. A number that no account has stays a number; without accounts nothing is known.
    pub(super) fn owner(&self, uid: u32) -> Option<String> {
        self.user_name(uid).map(str::to_owned).or_else(|| (!self.users.is_empty()).then(|| uid.to_string()))
    }

    /// The same for a group.
    pub(super) fn owning_group(&self, gid: u32) -> Option<String> {
        self.group_name(gid).map(str::to_owned).or_else(|| (!self.groups.is_empty()).then(|| gid.to_string()))
    }

    fn groups_of(&self, user: &User) -> BTreeSet<&str> {
        let listed = self.groups.iter().filter(|group| group.gid == user.gid || group.members.contains(&user.name));
        listed.map(|group| group.name.as_str()).collect()
    }

    fn members<'a>(&'a self, group: &'a Group) -> Vec<&'a str> {
        let primary = self.users.iter().filter(|user| user.gid == group.gid).map(|user| user.name.as_str());
        primary.chain(group.members.iter().map(String::as_str)).collect()
    }
}

/// Observes accounts, keys and sudo rules.
pub(super) fn observe(tree: &HostTree<'_>, host: &str, seen: &mut Seen) -> Identities {
    let identities = read(tree, seen);
    let shadow = shadow(tree, seen);
    let keys = keys::observe(tree, host, &identities, seen);
    let grants = granted(tree, seen);
    for user in &identities.users {
        seen.observations.push(account(tree, host, &identities, user, shadow.as_ref(), &keys, &grants));
    }
    sudo(tree, &identities, seen);
    identities
}

fn read(tree: &HostTree<'_>, seen: &mut Seen) -> Identities {
    let mut identities = Identities::default();
    match tree.text("etc/passwd") {
        Ok(text) => {
            let (users, faults) = accounts::passwd(&text);
            identities.users = users;
            lines(tree, "etc/passwd", &faults, &[ACCOUNT], seen);
        }
        Err(refusal) => every(tree, "etc/passwd", &refusal, &[ACCOUNT, SSH_KEY, SSH_PRINCIPAL, SUDO_RULE], seen),
    }
    match tree.text("etc/group") {
        Ok(text) => {
            let (groups, faults) = accounts::group(&text);
            identities.groups = groups;
            lines(tree, "etc/group", &faults, &[ACCOUNT, SUDO_RULE], seen);
        }
        Err(refusal) => every(tree, "etc/group", &refusal, &[ACCOUNT, SUDO_RULE], seen),
    }
    identities
}

fn shadow(tree: &HostTree<'_>, seen: &mut Seen) -> Option<BTreeMap<String, Password>> {
    match tree.text("etc/shadow") {
        Ok(text) => {
            let (states, faults) = accounts::shadow(&text);
            lines(tree, "etc/shadow", &faults, &[ACCOUNT], seen);
            Some(states.into_iter().collect())
        }
        // The states are then unknown field by field; the accounts themselves were seen.
        Err(_) => None,
    }
}

/// What pam_cap gives to users; nothing where no service of PAM asks it.
fn granted(tree: &HostTree<'_>, seen: &mut Seen) -> Vec<Grant> {
    let path = "etc/security/capability.conf";
    let text = match tree.text(path) {
        Ok(text) => text,
        Err(Refusal::NotFound) => return Vec::new(),
        Err(refusal) => {
            seen.fault(ACCOUNT, tree.shown(path), refusal.to_string());
            return Vec::new();
        }
    };
    let services = tree.list("etc/pam.d").unwrap_or_default();
    let asks = |name: &String| {
        let text = tree.text(&format!("etc/pam.d/{name}")).unwrap_or_default();
        text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains("pam_cap.so"))
    };
    if !services.iter().any(asks) {
        return Vec::new();
    }
    let (grants, faults) = pam_cap::parse(&text);
    lines(tree, path, &faults, &[ACCOUNT], seen);
    grants
}

fn account(
    tree: &HostTree<'_>,
    host: &str,
    identities: &Identities,
    user: &User,
    shadow: Option<&BTreeMap<String, Password>>,
    keys: &BTreeMap<String, Option<usize>>,
    grants: &[Grant],
) -> Observation {
    let subject = Subject::new(SubjectKind::Account, format!("{host}/{}", user.name));
    let place = Location::file(tree.shown("etc/passwd"), user.line, 1);
    let mut seen = Observation::new(ACCOUNT, subject, place, "passwd, group, shadow, authorized_keys");
    let login_shell = accounts::is_login_shell(&user.shell);
    seen.set("user", user.name.as_str()).set("uid", i64::from(user.uid)).set("login_shell", login_shell);
    let password = shadow.map(|states| states.get(&user.name).copied().unwrap_or(Password::Locked));
    match password {
        Some(state) => {
            seen.set("password", password_word(state));
        }
        None => {
            seen.unknown("password", "etc/shadow cannot be read");
        }
    }
    let count = keys.get(&user.name).copied().unwrap_or(Some(0));
    match count {
        Some(count) => {
            seen.set("keys", i64::try_from(count).unwrap_or(i64::MAX));
        }
        None => {
            seen.unknown("keys", "the account's authorized_keys cannot be read");
        }
    }
    let has_password = password.map(|state| state != Password::Locked);
    let has_key = count.map(|count| count > 0);
    let usable = match (login_shell, has_password, has_key) {
        (false, _, _) => Some(false),
        (true, Some(true), _) | (true, _, Some(true)) => Some(true),
        (true, Some(false), Some(false)) => Some(false),
        _ => None,
    };
    match usable {
        Some(usable) => {
            seen.set("usable", usable);
        }
        None => {
            seen.unknown("usable", "password or keys are not known");
        }
    }
    let groups = identities.groups_of(user);
    let mut root: Vec<String> =
        groups.iter().filter(|group| ROOT_EQUIVALENT.contains(group)).map(|group| format!("group {group}")).collect();
    if user.uid == 0 && user.name != "root" {
        root.push("uid 0".to_owned());
    }
    let names: Vec<&str> = groups.iter().copied().collect();
    root.extend(pam_cap::reads_all(grants, &user.name, &names).map(|capability| format!("pam_cap {capability}")));
    seen.set("groups", Value::texts(groups)).set("root_equivalent_by", Value::texts(root));
    seen
}

fn password_word(state: Password) -> &'static str {
    match state {
        Password::Usable => "usable",
        Password::Locked => "locked",
        Password::Empty => "empty",
    }
}

fn sudo(tree: &HostTree<'_>, identities: &Identities, seen: &mut Seen) {
    let mut files = Vec::new();
    let mut left = vec!["etc/sudoers".to_owned()];
    let mut read: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = left.pop() {
        if !read.insert(path.clone()) {
            seen.fault(SUDO_RULE, tree.shown(&path), "it is included twice or includes itself");
            continue;
        }
        let text = match tree.text(&path) {
            Ok(text) => text,
            // No sudoers at all: sudo is not there, which was seen.
            Err(Refusal::NotFound) if path == "etc/sudoers" => return,
            Err(refusal) => {
                seen.fault(SUDO_RULE, tree.shown(&path), refusal.to_string());
                continue;
            }
        };
        let file = sudoers::parse(&text);
        for (line, fault) in file.faults.iter().take(20) {
            seen.fault(SUDO_RULE, format!("{}:{line}", tree.shown(&path)), fault.clone());
        }
        for (include, is_folder) in file.includes.iter().rev() {
            // sudo reads includes relative to the including file's folder.
            let include = match include.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("{}/{include}", path.rsplit_once('/').map_or("", |(folder, _)| folder)),
            };
            if !is_folder {
                left.push(include);
                continue;
            }
            match tree.list(&include) {
                // Names with a dot or a tilde at the end are skipped by sudo.
                Ok(names) => left.extend(
                    names
                        .iter()
                        .rev()
                        .filter(|name| !name.contains('.') && !name.ends_with('~'))
                        .map(|name| format!("{include}/{name}")),
                ),
                Err(Refusal::NotFound) => {}
                Err(refusal) => seen.fault(SUDO_RULE, tree.shown(&include), refusal.to_string()),
            }
        }
        files.push((path, file));
    }
    let aliases: BTreeMap<String, Vec<String>> = files.iter().flat_map(|(_, file)| file.aliases.clone()).collect();
    let mut by_user: BTreeMap<String, Observation> = BTreeMap::new();
    for (path, file) in &files {
        for rule in &file.rules {
            let commands = sudoers::resolved(&rule.commands, &aliases);
            for who in sudoers::resolved(std::slice::from_ref(&rule.who), &aliases) {
                for user in users(&who, identities) {
                    add_rule(tree, path, rule, &commands, &user, &mut by_user);
                }
            }
        }
    }
    seen.observations.extend(by_user.into_values());
}

/// The users that a word names: a user, `%group`, `%#gid`, `#uid` or `ALL`. A name that is no account stays as it is.
fn users(who: &str, identities: &Identities) -> Vec<String> {
    let of_group = |group: Option<&Group>| -> Vec<String> {
        group.map(|group| identities.members(group).into_iter().map(str::to_owned).collect()).unwrap_or_default()
    };
    if who == "ALL" {
        return identities.users.iter().map(|user| user.name.clone()).collect();
    }
    if let Some(gid) = who.strip_prefix("%#").and_then(|gid| gid.parse::<u32>().ok()) {
        return of_group(identities.groups.iter().find(|group| group.gid == gid));
    }
    if let Some(name) = who.strip_prefix('%') {
        return of_group(identities.groups.iter().find(|group| group.name == name));
    }
    if let Some(uid) = who.strip_prefix('#').and_then(|uid| uid.parse::<u32>().ok()) {
        return identities.user_name(uid).map(str::to_owned).into_iter().collect();
    }
    vec![who.to_owned()]
}

fn add_rule(
    tree: &HostTree<'_>,
    path: &str,
    rule: &sudoers::Rule,
    commands: &[String],
    user: &str,
    by_user: &mut BTreeMap<String, Observation>,
) {
    let entry = by_user.entry(user.to_owned()).or_insert_with(|| {
        let subject = Subject::new(SubjectKind::File, format!("{}#rule[{user}]", tree.shown("etc/sudoers")));
        let place = Location::file(tree.shown(path), rule.line, 1);
        let mut seen = Observation::new(SUDO_RULE, subject, place, "sudoers");
        seen.set("user", user).set("any_command", false).set("opens_logs", false).set("nopasswd", false);
        for list in ["commands", "escapes", "negated"] {
            seen.set(list, Value::List(Vec::new()));
        }
        seen
    });
    let mut all: BTreeSet<String> = entry.texts("commands").into_iter().map(str::to_owned).collect();
    all.extend(commands.iter().cloned());
    if all.contains("ALL") {
        entry.set("any_command", true);
    }
    if commands.iter().any(|command| sudoers::opens_logs(command)) {
        // The place of the rule that opens is the one to edit.
        entry.source = Location::file(tree.shown(path), rule.line, 1);
        entry.set("opens_logs", true);
    }
    if rule.nopasswd {
        entry.set("nopasswd", true);
    }
    let mut grown = |list: &str, more: Vec<String>| {
        let mut all: BTreeSet<String> = entry.texts(list).into_iter().map(str::to_owned).collect();
        all.extend(more);
        entry.set(list, Value::texts(all));
    };
    // A rule for everything is no escape from a narrower one.
    let escapes = commands.iter().filter(|command| *command != "ALL" && sudoers::opens_logs(command));
    grown("escapes", escapes.cloned().collect());
    grown("negated", rule.negated.clone());
    entry.set("commands", Value::texts(all));
}

pub(super) fn lines(tree: &HostTree<'_>, path: &str, faults: &[u32], kinds: &[&'static str], seen: &mut Seen) {
    for line in faults.iter().take(20) {
        for kind in kinds {
            seen.fault(kind, format!("{}:{line}", tree.shown(path)), "a line that is not understood");
        }
    }
}

fn every(tree: &HostTree<'_>, path: &str, refusal: &Refusal, kinds: &[&'static str], seen: &mut Seen) {
    for kind in kinds {
        seen.fault(kind, tree.shown(path), refusal.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::recorded::RecordedWorld;

    const LISTING: &str = "#mtree
/set type=file uid=0 gid=0 mode=0644
. type=dir mode=0755
./etc type=dir
./etc/group
./etc/passwd
./etc/pam.d type=dir
./etc/pam.d/sshd
./etc/security type=dir
./etc/security/capability.conf
./etc/sudoers
";

    fn roots(pam: &str) -> Vec<String> {
        let world = RecordedWorld::new()
            .file("root.mtree", LISTING)
            .file("root/etc/passwd", "taro:x:1:1::/:/bin/sh\n")
            .file("root/etc/group", "taro:x:1:\n")
            .file("root/etc/sudoers", "")
            .file("root/etc/pam.d/sshd", pam)
            .file("root/etc/security/capability.conf", "^cap_dac_read_search taro\n");
        let tree = HostTree::open(&world, "root", None).unwrap();
        let mut seen = Seen::default();
        observe(&tree, "www", &mut seen);
        let account = seen.observations.iter().find(|seen| seen.kind == ACCOUNT).unwrap();
        account.texts("root_equivalent_by").into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_pam_cap_gives_counts_where_pam_asks_it() {
        assert_eq!(roots("auth optional pam_cap.so\n"), ["pam_cap ^cap_dac_read_search"]);
        assert_eq!(roots("#auth optional pam_cap.so\n"), Vec::<String>::new());
    }

    #[test]
    fn aliases_and_groups_that_name_each_other_in_a_circle_have_an_end() {
        let sudoers = "User_Alias A = B, %ops\nUser_Alias B = A, hanako\nCmnd_Alias C = D\nCmnd_Alias D = C, /bin/sh\nA ALL=(root) C\n";
        let world = RecordedWorld::new()
            .file("root.mtree", LISTING)
            .file("root/etc/passwd", "taro:x:1:1::/:/bin/sh\nhanako:x:2:2::/:/bin/sh\n")
            .file("root/etc/group", "ops:x:5:ops,taro,ops\nhanako:x:2:ops\n")
            .file("root/etc/pam.d/sshd", "")
            .file("root/etc/security/capability.conf", "")
            .file("root/etc/sudoers", sudoers);
        let tree = HostTree::open(&world, "root", None).unwrap();
        let mut seen = Seen::default();
        observe(&tree, "www", &mut seen);
        let rules = seen.observations.iter().filter(|seen| seen.kind == SUDO_RULE);
        let who: Vec<_> = rules.map(|rule| (rule.text("user"), rule.flag("opens_logs"))).collect();
        assert!(who.contains(&(Some("hanako"), Some(true))) && who.contains(&(Some("taro"), Some(true))), "{who:?}");
    }
}
