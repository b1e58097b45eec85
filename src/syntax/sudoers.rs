//! sudoers(5): who may run what, aliases resolved. It says what is written, not what a later rule takes back.

use std::collections::{BTreeMap, BTreeSet};

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
    let (head, body) = statement.split_once('=')?;
    let mut head: Vec<&str> = head.split_whitespace().collect();
    // The last word in front of `=` names hosts; all before it names users.
    head.pop()?;
    let whos = split(&head.join(" "), ',');
    if whos.is_empty() || whos.iter().any(String::is_empty) {
        return None;
    }
    let (mut commands, mut negated, mut nopasswd) = (Vec::new(), Vec::new(), false);
    // Further `HOST = …` parts behind a colon widen the same rule; tags hold on to what follows them.
    for part in split(body, ',') {
        let mut rest = part.trim();
        if let Some(after) = rest.strip_prefix('(') {
            rest = after.split_once(')')?.1.trim();
        }
        while let Some((tag, after)) = rest.split_once(':') {
            if !tag.trim().chars().all(|character| character.is_ascii_uppercase() || character == '_')
                || tag.trim().is_empty()
            {
                break;
            }
            match tag.trim() {
                "NOPASSWD" => nopasswd = true,
                "PASSWD" => nopasswd = false,
                _ => {}
            }
            rest = after.trim();
        }
        match rest.strip_prefix('!') {
            Some(taken) => negated.push(taken.trim().to_owned()),
            None if rest.is_empty() => return None,
            None => commands.push(rest.to_owned()),
        }
    }
    Some(
        whos.into_iter()
            .map(|who| Rule { who, commands: commands.clone(), negated: negated.clone(), nopasswd, line })
            .collect(),
    )
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

/// Programs from which a person gets a shell or any file: shells, interpreters, editors, pagers, copy and archive tools.
const OPENERS: [&str; 40] = [
    "sh", "bash", "dash", "zsh", "ksh", "fish", "su", "sudo", "env", "python", "python3", "perl", "ruby", "node",
    "php", "lua", "vi", "vim", "nvim", "view", "nano", "emacs", "ed", "less", "more", "man", "find", "awk", "gawk",
    "sed", "tar", "cp", "mv", "dd", "rsync", "scp", "xargs", "tee", "chmod", "chown",
];
/// Programs that print a file.
const PRINTERS: [&str; 14] = [
    "cat",
    "tail",
    "head",
    "grep",
    "zcat",
    "zgrep",
    "zless",
    "strings",
    "od",
    "hexdump",
    "base64",
    "cut",
    "sort",
    "journalctl",
];

/// Whether a command lets its user read any log: everything, a shell, an editor, or a printer whose file is free.
#[must_use]
pub fn opens_logs(command: &str) -> bool {
    if command == "ALL" || command.ends_with('/') {
        return true;
    }
    let mut words = command.split_whitespace();
    let Some(path) = words.next() else { return false };
    let program = path.rsplit('/').next().unwrap_or(path);
    let arguments: Vec<&str> = words.collect();
    if path.contains(['*', '?', '[']) {
        return true;
    }
    if OPENERS.contains(&program) {
        return true;
    }
    // Without arguments any may be given; with a pattern the file is free; a named log is a log.
    let is_free =
        arguments.is_empty() || arguments.iter().any(|word| word.contains(['*', '?', '[']) || word.contains("/log"));
    PRINTERS.contains(&program) && is_free && arguments != ["\"\""]
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
