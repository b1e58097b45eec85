//! sshd as it would decide: the whole configuration, then what is in force for everyone and inside each Match block.

use std::collections::BTreeSet;

use super::Seen;
use super::kinds::SSHD_SETTING;
use crate::collect::host::tree::HostTree;
use crate::collect::limits::{CONFIGURATION_FILES, cut};
use crate::collect::world::Refusal;
use crate::model::{Location, Observation, Subject, SubjectKind, Value};
use crate::syntax::accounts::{self, Group, User};
use crate::syntax::ssh_pattern::matches_pattern;
use crate::syntax::sshd::{self, Configuration, Connection, Directive};

const MAIN: &str = "etc/ssh/sshd_config";

const BY_PROGRAM: &str = "a program gives keys or principals (AuthorizedKeysCommand, AuthorizedPrincipalsCommand)";

/// Keyword of each kind of forwarding.
const FORWARDING: [(&str, &str); 5] = [
    ("agent", "allowagentforwarding"),
    ("streamlocal", "allowstreamlocalforwarding"),
    ("tcp", "allowtcpforwarding"),
    ("tunnel", "permittunnel"),
    ("x11", "x11forwarding"),
];

/// Observes sshd's settings.
pub(super) fn observe(tree: &HostTree<'_>, seen: &mut Seen) {
    let (configuration, mut faults) = match read(tree) {
        Ok(Some(read)) => read,
        // Without a configuration there is no sshd to speak of, and that was seen.
        Ok(None) => return seen.all(SSHD_SETTING, &tree.shown(MAIN), Vec::new(), Vec::new()),
        Err(refusal) => {
            let fault = (tree.shown(MAIN), refusal.to_string());
            return seen.all(SSHD_SETTING, &tree.shown(MAIN), Vec::new(), vec![fault]);
        }
    };
    let (users, groups) = people(tree, &mut faults);
    let everyone = setting(tree, &configuration, None, &users, &groups, &[]);
    // What all may do is what somebody may whom no block names; an account that a block names has more.
    let stranger = setting(tree, &configuration, None, &[], &groups, &[]);
    let allowed_to_all: Vec<String> = stranger.texts("forwarding").into_iter().map(str::to_owned).collect();
    let mut settings = vec![everyone];
    let mut names = BTreeSet::new();
    for index in 0..configuration.blocks.len() {
        let one = setting(tree, &configuration, Some(index), &users, &groups, &allowed_to_all);
        // Two blocks with the same criteria are one set of connections; the first decides what is in force.
        if names.insert(one.subject.clone()) {
            settings.push(one);
        }
    }
    seen.all(SSHD_SETTING, &tree.shown(MAIN), settings, faults);
}

fn people(tree: &HostTree<'_>, faults: &mut Vec<(String, String)>) -> (Vec<User>, Vec<Group>) {
    let mut text = |path: &str| match tree.text(path) {
        Ok(text) => text,
        Err(refusal) => {
            faults.push((tree.shown(path), refusal.to_string()));
            String::new()
        }
    };
    (accounts::passwd(&text("etc/passwd")).0, accounts::group(&text("etc/group")).0)
}

/// The whole configuration with what could not be read of it; `None` where there is none.
type Read = Option<(Configuration, Vec<(String, String)>)>;

fn read(tree: &HostTree<'_>) -> Result<Read, Refusal> {
    let text = match tree.text(MAIN) {
        Ok(text) => text,
        Err(Refusal::NotFound) => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    let mut faults = Vec::new();
    let directives = parsed(tree, MAIN, &text, &mut faults);
    let mut configuration = Configuration::default();
    let mut files = 0_usize;
    configuration.add(MAIN, directives, &mut |argument| {
        let mut loaded = Vec::new();
        for path in matching(tree, &sshd::include_path(argument), &mut faults) {
            files += 1;
            if files > CONFIGURATION_FILES {
                faults.push((tree.shown(&path), "more files are included than are read".to_owned()));
                break;
            }
            match tree.text(&path) {
                Ok(text) => loaded.push((path.clone(), parsed(tree, &path, &text, &mut faults))),
                Err(refusal) => faults.push((tree.shown(&path), refusal.to_string())),
            }
        }
        loaded
    });
    let deep = std::mem::take(&mut configuration.too_deep);
    faults.extend(deep.into_iter().map(|file| (tree.shown(&file), "it is included too deeply".to_owned())));
    Ok(Some((configuration, faults)))
}

fn parsed(tree: &HostTree<'_>, path: &str, text: &str, faults: &mut Vec<(String, String)>) -> Vec<Directive> {
    let (directives, lines) = sshd::parse(text);
    for line in lines.iter().take(20) {
        faults.push((format!("{}:{line}", tree.shown(path)), "a line that is not understood".to_owned()));
    }
    directives
}

/// The files that a pattern names, in byte order as glob(3) gives them; `*` and `?` only in the last part of the path.
fn matching(tree: &HostTree<'_>, pattern: &str, faults: &mut Vec<(String, String)>) -> Vec<String> {
    let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    if !pattern.contains(['*', '?', '[']) {
        return if tree.entry(pattern).is_some() { vec![pattern.to_owned()] } else { Vec::new() };
    }
    if folder.contains(['*', '?', '[']) || name.contains('[') {
        faults.push((tree.shown(pattern), "a pattern that is not followed".to_owned()));
        return Vec::new();
    }
    match tree.list(folder) {
        Ok(names) => names
            .into_iter()
            .filter(|found| !found.starts_with('.') && matches_pattern(name, found))
            .map(|found| format!("{folder}/{found}"))
            .collect(),
        Err(Refusal::NotFound) => Vec::new(),
        Err(refusal) => {
            faults.push((tree.shown(folder), refusal.to_string()));
            Vec::new()
        }
    }
}

/// What is in force for everyone (`None`), or for connections that meet one block.
fn setting(
    tree: &HostTree<'_>,
    configuration: &Configuration,
    block: Option<usize>,
    users: &[User],
    groups: &[Group],
    allowed_to_all: &[String],
) -> Observation {
    let (context, place) = match block.and_then(|index| configuration.blocks.get(index)) {
        Some(block) => (cut(&block.shown), Location::file(tree.shown(&block.file), block.line, 1)),
        None => ("everyone".to_owned(), Location::whole_file(tree.shown(MAIN))),
    };
    let subject = match block {
        Some(_) => format!("{}#match[{context}]", tree.shown(MAIN)),
        None => tree.shown(MAIN),
    };
    let mut one =
        Observation::new(SSHD_SETTING, Subject::new(SubjectKind::File, subject), place, "sshd_config resolved");
    // A user whom no file names stands for all that a pattern may still mean.
    let stranger = block
        .and_then(|index| configuration.blocks.get(index))
        .and_then(|block| block.criteria.iter().find(|(word, _)| word == "user"))
        .map(|(_, pattern)| pattern.split(',').next().unwrap_or_default().replace(['*', '?'], "x"));
    let stranger = stranger.filter(|name| !name.starts_with('!')).unwrap_or_else(|| "(any other)".to_owned());
    let (mut met, mut root_login, mut password, mut empty) = (Vec::new(), "unreachable".to_owned(), false, false);
    let mut forwarding: BTreeSet<&str> = BTreeSet::new();
    let known = users.iter().map(|user| (user.name.as_str(), groups_of(user, groups)));
    for (name, member_of) in known.chain([(stranger.as_str(), Vec::new())]) {
        let of = Connection { user: name, groups: &member_of, address: None, host: None };
        if block
            .is_some_and(|index| !configuration.matches(index, &of, block) || !around(configuration, index, &of, block))
        {
            continue;
        }
        if name == "root" {
            root_login = configuration.value("permitrootlogin", &of, block);
        }
        if users.iter().any(|user| user.name == name) {
            met.push(name.to_owned());
        }
        let value = |keyword: &str| configuration.value(keyword, &of, block);
        let alone = password_alone(configuration, &of, block);
        // For root PermitRootLogin has the last word.
        if name != "root" || root_login == "yes" {
            password |= alone;
            empty |= value("permitemptypasswords") == "yes" && value("passwordauthentication") == "yes";
        }
        if value("disableforwarding") != "yes" {
            forwarding.extend(FORWARDING.iter().filter(|(_, keyword)| value(keyword) != "no").map(|(name, _)| *name));
        }
    }
    one.set("context", context).set("is_match", block.is_some()).set("users", Value::texts(met));
    one.set("root_login", root_login).set("password_alone", password).set("empty_passwords", empty);
    let reopened = forwarding.iter().filter(|name| block.is_some() && !allowed_to_all.iter().any(|all| all == *name));
    let level = stranger_level(configuration, &stranger, block);
    one.set("log_level", level);
    one.set("forwarding_reopened", Value::texts(reopened.copied()));
    one.set("forwarding", Value::texts(forwarding));
    one
}

/// How much is recorded of the connections of a block; INFO where nothing is said (sshd_config(5), LogLevel).
fn stranger_level(configuration: &Configuration, user: &str, block: Option<usize>) -> String {
    let of = Connection { user, groups: &[], address: None, host: None };
    configuration.value("loglevel", &of, block).to_ascii_lowercase()
}

/// A block inside an included file stands inside the block of its Include; both must be met.
fn around(configuration: &Configuration, index: usize, of: &Connection<'_>, assumed: Option<usize>) -> bool {
    configuration.directives.iter().find(|placed| placed.inside.last() == Some(&index)).is_none_or(|placed| {
        placed.inside.iter().all(|block| *block == index || configuration.matches(*block, of, assumed))
    })
}

fn password_alone(configuration: &Configuration, of: &Connection<'_>, assumed: Option<usize>) -> bool {
    let value = |keyword: &str| configuration.value(keyword, of, assumed);
    let by_password = value("passwordauthentication") == "yes";
    // Without PAM there is no device that keyboard-interactive could ask (sshd_config(5), UsePAM).
    let by_keyboard = value("kbdinteractiveauthentication") == "yes" && value("usepam") == "yes";
    let methods: Vec<String> = configuration
        .in_force("authenticationmethods", of, assumed)
        .map(|placed| placed.directive.arguments.iter().map(|list| list.to_ascii_lowercase()).collect())
        .unwrap_or_default();
    if methods.is_empty() || methods == ["any"] {
        return by_password || by_keyboard;
    }
    methods.iter().any(|list| {
        let mut parts = list.split(',');
        let (first, second) = (parts.next().unwrap_or_default(), parts.next());
        let method = first.split(':').next().unwrap_or_default();
        second.is_none() && ((method == "password" && by_password) || (method == "keyboard-interactive" && by_keyboard))
    })
}

fn groups_of<'a>(user: &User, groups: &'a [Group]) -> Vec<&'a str> {
    let listed = groups.iter().filter(|group| group.gid == user.gid || group.members.contains(&user.name));
    listed.map(|group| group.name.as_str()).collect()
}

/// Where sshd looks for the keys that open accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::collect) struct KeyLocations {
    /// User -> paths inside the tree.
    pub(in crate::collect) files: Vec<(String, Vec<String>)>,
    /// Files with keys of authorities, whose certificates open any account whose principals they name.
    pub(in crate::collect) authorities: Vec<String>,
    /// User -> files that name the principals whose certificates open the account.
    pub(in crate::collect) principals: Vec<(String, Vec<String>)>,
    /// Why there may be keys that no file shows.
    pub(in crate::collect) hidden: Vec<(String, String)>,
}

/// The key files of every user, by the configuration in force for each; sshd's defaults where there is no configuration.
pub(in crate::collect) fn key_locations(tree: &HostTree<'_>, users: &[User], groups: &[Group]) -> KeyLocations {
    let configuration = match read(tree) {
        Ok(Some((configuration, _))) => configuration,
        Ok(None) | Err(_) => Configuration::default(),
    };
    let mut found = KeyLocations::default();
    let mut authorities = BTreeSet::new();
    let mut commands = BTreeSet::new();
    for user in users {
        let member_of = groups_of(user, groups);
        let of = Connection { user: &user.name, groups: &member_of, address: None, host: None };
        let contexts = std::iter::once(None).chain((0..configuration.blocks.len()).map(Some));
        let (mut files, mut principals) = (BTreeSet::new(), BTreeSet::new());
        for assumed in contexts.filter(|block| block.is_none_or(|index| configuration.matches(index, &of, *block))) {
            let patterns: Vec<String> = match configuration.in_force("authorizedkeysfile", &of, assumed) {
                Some(placed) => placed.directive.arguments.clone(),
                None => vec![".ssh/authorized_keys".to_owned(), ".ssh/authorized_keys2".to_owned()],
            };
            files.extend(patterns.iter().filter_map(|pattern| key_file(pattern, user)));
            let named = configuration.in_force("authorizedprincipalsfile", &of, assumed);
            let named = named.and_then(|placed| placed.directive.arguments.first());
            principals.extend(named.and_then(|pattern| key_file(pattern, user)));
            for keyword in ["trustedusercakeys", "authorizedkeyscommand", "authorizedprincipalscommand"] {
                let set = if keyword == "trustedusercakeys" { &mut authorities } else { &mut commands };
                let argument = configuration
                    .in_force(keyword, &of, assumed)
                    .and_then(|placed| placed.directive.arguments.first())
                    .filter(|argument| !argument.eq_ignore_ascii_case("none"));
                set.extend(argument.map(|argument| argument.trim_start_matches('/').to_owned()));
            }
        }
        found.files.push((user.name.clone(), files.into_iter().collect()));
        found.principals.push((user.name.clone(), principals.into_iter().collect()));
    }
    found.authorities = authorities.into_iter().collect();
    found.hidden = commands.into_iter().map(|command| (tree.shown(&command), BY_PROGRAM.to_owned())).collect();
    found
}

/// The path of one AuthorizedKeysFile pattern for one user (sshd_config(5), TOKENS); `None` for none and for what leaves the tree.
fn key_file(pattern: &str, user: &User) -> Option<String> {
    if pattern.eq_ignore_ascii_case("none") {
        return None;
    }
    let mut path = String::new();
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        match (sign, sign == '%') {
            (_, true) => match signs.next() {
                Some('h') => path.push_str(&user.home),
                Some('u') => path.push_str(&user.name),
                Some('U') => path.push_str(&user.uid.to_string()),
                Some('%') => path.push('%'),
                _ => return None,
            },
            (sign, _) => path.push(sign),
        }
    }
    if !path.starts_with('/') {
        if user.home.trim_matches('/').is_empty() {
            return None;
        }
        path = format!("{}/{path}", user.home.trim_end_matches('/'));
    }
    let path = path.trim_start_matches('/').to_owned();
    (!path.split('/').any(|part| part == "..")).then_some(path)
}
