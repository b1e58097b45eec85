//! sudoers(5): who may run what, aliases resolved. It says what is written, not what a later rule takes back.

mod command;

use std::collections::{BTreeMap, BTreeSet};

pub use command::opens_logs;

/// One user specification for one who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// A user, `%group`, `#uid` or `ALL`.
    pub who: String,
    /// Commands, as written; `ALL` for any.
    pub commands: Vec<String>,
    /// Commands that are taken out with `!`: easy to get around, so they never narrow a rule.
    pub negated: Vec<String>,
    /// Whether no password is asked for.
    pub nopasswd: bool,
    /// Line, from 1.
    pub line: u32,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// Its rules, aliases not yet resolved.
    pub rules: Vec<Rule>,
    /// Aliases: name -> members, for users and commands.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Files (false) and folders (true) that it includes.
    pub includes: Vec<(String, bool)>,
    /// Lines that could not be read, from 1.
    pub faults: Vec<(u32, String)>,
}

/// Reads one file.
#[must_use]
pub fn parse(text: &str) -> File {
    let mut file = File::default();
    let mut free: Vec<String> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let mut line = line.to_owned();
        while let Some(start) = line.strip_suffix('\\') {
            line = start.to_owned();
            match lines.next() {
                Some((_, more)) => line.push_str(more.trim_start()),
                None => break,
            }
        }
        let trimmed = line.trim();
        if let Some((folder, path)) = include(trimmed) {
            file.includes.push((path, folder));
            continue;
        }
        let statement = without_comment(trimmed);
        if statement.is_empty() || statement.starts_with("Defaults") {
            free.extend(unasked(&statement));
            continue;
        }
        let aliases = ["User_Alias", "Cmnd_Alias", "Cmd_Alias", "Host_Alias", "Runas_Alias"];
        if let Some(rest) =
            aliases.iter().find_map(|word| statement.strip_prefix(word)).filter(|rest| rest.starts_with([' ', '\t']))
        {
            for definition in split(rest, ':') {
                match definition.split_once('=') {
                    Some((name, members)) => {
                        file.aliases.insert(name.trim().to_owned(), split(members, ','));
                    }
                    None => file.faults.push((number, "an alias without `=`".to_owned())),
                }
            }
            continue;
        }
        match rules(&statement, number) {
            Some(rules) => file.rules.extend(rules),
            None => file.faults.push((number, "a rule that is not understood".to_owned())),
        }
    }
    for rule in &mut file.rules {
        rule.nopasswd |= free.iter().any(|who| who == "ALL" || *who == rule.who);
    }
    file
}

fn include(line: &str) -> Option<(bool, String)> {
    let (folder, rest) = ["@includedir", "#includedir"]
        .iter()
        .find_map(|word| line.strip_prefix(word).map(|rest| (true, rest)))
        .or_else(|| {
            ["@include", "#include"].iter().find_map(|word| line.strip_prefix(word).map(|rest| (false, rest)))
        })?;
    rest.starts_with([' ', '\t']).then(|| (folder, rest.trim().trim_matches('"').to_owned()))
}

/// A `#` begins a comment unless it begins a number of a user (`#1000`).
fn without_comment(line: &str) -> String {
    let mut from = 0;
    while let Some(at) = line[from..].find('#').map(|at| at + from) {
        let is_number = line[at + 1..].starts_with(|next: char| next.is_ascii_digit());
        let escaped = line[..at].ends_with('\\');
        if !is_number && !escaped {
            return line[..at].trim().to_owned();
        }
        from = at + 1;
    }
    line.trim().to_owned()
}

fn rules(statement: &str, line: u32) -> Option<Vec<Rule>> {
    let mut specs = specs(statement).into_iter();
    let (head, body) = specs.next()?.split_once('=').map(|(head, body)| (head.to_owned(), body.to_owned()))?;
    let mut head: Vec<&str> = head.split_whitespace().collect();
    // The last word in front of `=` names hosts, with those that a comma ties to it; all before it names users.
    head.pop()?;
    while head.last().is_some_and(|word| word.ends_with(',')) && head.len() > 1 {
        head.pop();
    }
    let whos = split(&head.join(" "), ',');
    if whos.is_empty() || whos.iter().any(String::is_empty) {
        return None;
    }
    let mut allowed = Allowed::default();
    commands(&body, &mut allowed)?;
    // Further `HOST = …` parts behind a colon widen the same rule.
    for spec in specs {
        commands(spec.split_once('=')?.1, &mut allowed)?;
    }
    let rule = |who| Rule {
        who,
        commands: allowed.commands.clone(),
        negated: allowed.negated.clone(),
        nopasswd: allowed.nopasswd,
        line,
    };
    Some(whos.into_iter().map(rule).collect())
}

#[derive(Debug, Default)]
struct Allowed {
    commands: Vec<String>,
    negated: Vec<String>,
    /// Some command asks for no password.
    nopasswd: bool,
}

/// Words in front of a command, each with a colon behind it (sudoers(5), Tag_Spec).
const TAGS: [&str; 18] = [
    "EXEC",
    "NOEXEC",
    "FOLLOW",
    "NOFOLLOW",
    "LOG_INPUT",
    "NOLOG_INPUT",
    "LOG_OUTPUT",
    "NOLOG_OUTPUT",
    "MAIL",
    "NOMAIL",
    "INTERCEPT",
    "NOINTERCEPT",
    "PASSWD",
    "NOPASSWD",
    "SETENV",
    "NOSETENV",
    "LOG_STDIN",
    "LOG_STDOUT",
];
/// Kinds of sums in front of a command, each with a colon behind it (Digest_Spec).
const DIGESTS: [&str; 4] = ["sha224", "sha256", "sha384", "sha512"];

/// The parts of a rule that begin anew with a host: parted by a colon that belongs to no tag and no sum.
fn specs(statement: &str) -> Vec<String> {
    let mut specs: Vec<String> = Vec::new();
    for segment in split(statement, ':') {
        let goes_on = specs.last().is_some_and(|last| {
            let word = last
                .rsplit(|letter: char| letter.is_whitespace() || ",=)!:".contains(letter))
                .next()
                .unwrap_or_default();
            TAGS.contains(&word) || DIGESTS.contains(&word) || last.matches('(').count() > last.matches(')').count()
        });
        match specs.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.push(':');
                last.push_str(&segment);
            }
            None => specs.push(segment),
        }
    }
    specs
}

/// Reads a list of commands: a tag and a runas hold on for those that follow.
fn commands(body: &str, allowed: &mut Allowed) -> Option<()> {
    let mut nopasswd = false;
    for part in split(body, ',') {
        let mut rest = part.trim();
        loop {
            let word = rest.split([':', ' ', '\t', '=']).next().unwrap_or_default();
            let after = rest.get(word.len()..).unwrap_or_default();
            if let Some(after) = rest.strip_prefix('(') {
                rest = after.split_once(')')?.1.trim_start();
            } else if let Some(after) = after.trim_start().strip_prefix(':').filter(|_| TAGS.contains(&word)) {
                match word {
                    "NOPASSWD" => nopasswd = true,
                    "PASSWD" => nopasswd = false,
                    _ => {}
                }
                rest = after.trim_start();
            } else if let Some(after) = after.strip_prefix(':').filter(|_| DIGESTS.contains(&word)) {
                rest = after.trim_start().split_once([' ', '\t'])?.1.trim_start();
            } else if after.starts_with('=') && is_option(word) {
                // CWD=/x, TIMEOUT=5m and the like stand before the command.
                rest = after.split_once([' ', '\t'])?.1.trim_start();
            } else {
                break;
            }
        }
        match rest.strip_prefix('!') {
            Some(taken) => allowed.negated.push(taken.trim().to_owned()),
            None if rest.is_empty() => return None,
            None => {
                allowed.commands.push(rest.to_owned());
                allowed.nopasswd |= nopasswd;
            }
        }
    }
    Some(())
}

fn is_option(word: &str) -> bool {
    const OPTIONS: [&str; 9] =
        ["ROLE", "TYPE", "PRIVS", "LIMITPRIVS", "CWD", "CHROOT", "TIMEOUT", "NOTBEFORE", "NOTAFTER"];
    OPTIONS.contains(&word) || word == "APPARMOR_PROFILE"
}

/// Whom `Defaults !authenticate` frees of a password: `ALL`, or the user behind `Defaults:`.
fn unasked(statement: &str) -> Option<String> {
    let rest = statement.strip_prefix("Defaults")?;
    let (of, settings) = rest.split_once(char::is_whitespace)?;
    if !settings.split(',').any(|setting| setting.trim() == "!authenticate") {
        return None;
    }
    match of.strip_prefix(':') {
        Some(user) => Some(user.to_owned()),
        None => of.is_empty().then(|| "ALL".to_owned()),
    }
}

fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    let mut depth = 0_i32;
    for character in text.chars() {
        if character == '(' {
            depth += 1;
        } else if character == ')' {
            depth -= 1;
        }
        if character == separator && !escaped && depth <= 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
        escaped = character == '\\' && !escaped;
    }
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}

/// Resolves aliases; an alias that names itself ends there.
#[must_use]
pub fn resolved(names: &[String], aliases: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut left: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    let (mut seen, mut out) = (BTreeSet::new(), Vec::new());
    while let Some(name) = left.pop() {
        match aliases.get(name) {
            Some(members) if seen.insert(name) => left.extend(members.iter().rev().map(String::as_str)),
            Some(_) => {}
            None => out.push(name.to_owned()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn aliases_tags_and_continuations_are_read() {
        let file = parse(
            "# x\nDefaults env_reset\nUser_Alias OPS = alice, %ops : DEV = bob\nCmnd_Alias LOGS = /usr/bin/tail, \\\n /usr/bin/less\n\
             OPS ALL=(ALL:ALL) NOPASSWD: LOGS, !/bin/sh # why\n%sudo ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n#1000 ALL = /bin/true\nnonsense\n",
        );
        assert_eq!(file.faults, [(10, "a rule that is not understood".to_owned())]);
        assert_eq!(file.includes, [("/etc/sudoers.d".to_owned(), true)]);
        assert_eq!(resolved(&[file.rules[0].who.clone()], &file.aliases), ["alice", "%ops"]);
        assert_eq!(resolved(&file.rules[0].commands, &file.aliases), ["/usr/bin/tail", "/usr/bin/less"]);
        assert!(file.rules[0].nopasswd && file.rules[0].negated == ["/bin/sh"]);
        assert_eq!((file.rules[1].who.as_str(), file.rules[1].commands[0].as_str()), ("%sudo", "ALL"));
        assert_eq!(file.rules[2].who, "#1000");
    }

    #[test]
    fn every_part_of_a_rule_counts() {
        let of = |text: &str| parse(text).rules;
        let one = &of("bob WEB = /bin/a : DB, X = NOPASSWD: /bin/b, PASSWD: /bin/c\n")[0];
        assert_eq!((one.commands.len(), one.nopasswd), (3, true));
        let one =
            &of("bob ALL = (root : wheel) CWD=/x TIMEOUT=5m NOEXEC: SETENV: sha256:abcd /bin/a arg\\,1, !/bin/sh\n")[0];
        assert_eq!(
            (one.commands.as_slice(), one.negated.as_slice()),
            (&["/bin/a arg\\,1".to_owned()][..], &["/bin/sh".to_owned()][..])
        );
        assert_eq!(of("a, %b ALL = ALL\n").len(), 2);
        assert!(of("Defaults:a !authenticate\na ALL = ALL\n")[0].nopasswd);
        assert!(!of("Defaults:b !authenticate\na ALL = ALL\n")[0].nopasswd);
    }

    #[test]
    fn an_alias_that_names_itself_ends() {
        let aliases = BTreeMap::from([
            ("A".to_owned(), vec!["B".to_owned(), "x".to_owned()]),
            ("B".to_owned(), vec!["A".to_owned()]),
        ]);
        assert_eq!(resolved(&["A".to_owned()], &aliases), ["x"]);
    }

    #[test]
    fn what_opens_logs_is_known() {
        for command in [
            "ALL",
            "/usr/bin/less",
            "/bin/bash",
            "/usr/bin/tail",
            "/usr/bin/tail /var/log/*",
            "/usr/bin/",
            "/usr/bin/cat /var/log/nginx/access.log",
            "/opt/*/x",
        ] {
            assert!(opens_logs(command), "{command}");
        }
        for command in
            ["/usr/bin/systemctl reload nginx", "/usr/sbin/nginx -t", "/usr/bin/tail /etc/motd", "/usr/bin/tail \"\""]
        {
            assert!(!opens_logs(command), "{command}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-zA-Z#%=:,!() \\\\\n/]{0,200}") {
            let _ = parse(&text);
        }
    }
}
