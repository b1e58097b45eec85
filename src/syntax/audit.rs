//! Rules of the Linux audit system (auditctl(8)): what is watched, what is left out, and whether the rules are locked.

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A path is watched: `-w PATH -p rwa`, or a syscall rule with `-F path=` or `-F dir=`.
    Watch {
        /// The path.
        path: String,
        /// A directory and all below it.
        below: bool,
        /// Of `r`, `w`, `x`, `a`; all four where none is written.
        permissions: String,
        /// Conditions that narrow it (`-F auid>=1000`), as written.
        conditions: Vec<String>,
    },
    /// Events that are never recorded: `-a never,…`, `-A …,exclude`, `-a always,exclude`.
    Never {
        /// The path that it takes out; empty where it is about something else.
        path: String,
        /// The rule as written.
        text: String,
    },
    /// All rules before are deleted: `-D`.
    Clear,
    /// `-e N`: 0 off, 1 on, 2 locked until the next boot.
    Enabled(u8),
    /// Anything else (buffers, rates, rules on calls without a path).
    Other,
}

/// A line, from 1, and what is wrong with it.
pub type Fault = (u32, String);

/// Reads rules, with the line of each; the second part names lines that could not be read.
#[must_use]
pub fn parse(text: &str) -> (Vec<(u32, Rule)>, Vec<Fault>) {
    let (mut rules, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match rule(line) {
            Some(rule) => rules.push((number, rule)),
            None => faults.push((number, "a rule that is not understood".to_owned())),
        }
    }
    (rules, faults)
}

fn rule(line: &str) -> Option<Rule> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    if !first.starts_with('-') {
        return None;
    }
    let (mut path, mut below, mut permissions, mut conditions) = (None, false, String::new(), Vec::new());
    let (mut never, mut enabled) = (false, None);
    let mut option = Some(first);
    while let Some(flag) = option {
        match flag {
            "-D" => return Some(Rule::Clear),
            "-w" => {
                let watched = words.next()?;
                // auditctl takes a folder's watch as one of all below it.
                below = true;
                path = Some(watched.to_owned());
            }
            "-p" => permissions = words.next()?.to_owned(),
            "-a" | "-A" => {
                let lists: Vec<&str> = words.next()?.split(',').collect();
                never |= lists.contains(&"never") || lists.contains(&"exclude");
            }
            "-F" | "-C" => {
                let condition = words.next()?;
                if let Some(file) = condition.strip_prefix("path=") {
                    path = Some(file.to_owned());
                } else if let Some(folder) = condition.strip_prefix("dir=") {
                    below = true;
                    path = Some(folder.to_owned());
                } else if let Some(bits) = condition.strip_prefix("perm=") {
                    bits.clone_into(&mut permissions);
                } else if !condition.starts_with("key=") && !condition.starts_with("arch=") {
                    conditions.push(condition.to_owned());
                }
            }
            "-e" => enabled = Some(words.next()?.parse::<u8>().ok().filter(|value| *value <= 2)?),
            "-k" | "-S" | "-b" | "-f" | "-r" | "--backlog_wait_time" | "-W" | "-d" | "-q" | "-R" | "-m" => {
                words.next()?;
            }
            flag if flag.starts_with('-') => {}
            _ => return None,
        }
        option = words.next();
    }
    if let Some(enabled) = enabled {
        return Some(Rule::Enabled(enabled));
    }
    if never {
        return Some(Rule::Never { path: path.unwrap_or_default(), text: line.to_owned() });
    }
    Some(match path {
        Some(path) => {
            let permissions = if permissions.is_empty() { "rwxa".to_owned() } else { permissions };
            Rule::Watch { path: path.trim_end_matches('/').to_owned(), below, permissions, conditions }
        }
        None => Rule::Other,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn watches_exclusions_and_the_lock_are_read() {
        let (rules, faults) = parse(
            "# x\n-D\n-b 8192\n-a never,exit -F dir=/var/log/nginx\n-w /var/log/nginx/ -p rwa -k logs\n\
             -a always,exit -F arch=b64 -F dir=/var/log/app -F perm=r -F auid>=1000 -F key=app\n-a always,exclude -F msgtype=CWD\n-e 2\nfoo\n-e 9\n",
        );
        assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [9, 10]);
        assert_eq!(rules[0].1, Rule::Clear);
        assert!(matches!(&rules[2].1, Rule::Never { path, .. } if path == "/var/log/nginx"));
        assert!(
            matches!(&rules[3].1, Rule::Watch { path, permissions, .. } if path == "/var/log/nginx" && permissions == "rwa")
        );
        assert!(
            matches!(&rules[4].1, Rule::Watch { conditions, permissions, .. } if conditions == &["auid>=1000"] && permissions == "r")
        );
        assert!(matches!(&rules[5].1, Rule::Never { path, .. } if path.is_empty()));
        assert_eq!(rules[6], (8, Rule::Enabled(2)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(-w|-p|-a|-F|-e|-D|[a-z/=,> \n0-9-]){0,60}") {
            let _ = parse(&text);
        }
    }
}
