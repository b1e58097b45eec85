//! passwd(5), group(5) and shadow(5). Of a password only its state leaves this file.

/// One line of passwd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Name.
    pub name: String,
    /// Number.
    pub uid: u32,
    /// Number of the primary group.
    pub gid: u32,
    /// Home directory.
    pub home: String,
    /// Login shell; an empty field is /bin/sh.
    pub shell: String,
    /// Line, from 1.
    pub line: u32,
}

/// One line of group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Name.
    pub name: String,
    /// Number.
    pub gid: u32,
    /// Supplementary members.
    pub members: Vec<String>,
    /// Line, from 1.
    pub line: u32,
}

/// State of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Password {
    /// It may be used.
    Usable,
    /// `!` or `*`: no password matches.
    Locked,
    /// An empty field: none is asked for.
    Empty,
}

/// Lines that could not be read, from 1.
pub type Faults = Vec<u32>;

/// Reads passwd.
#[must_use]
pub fn passwd(text: &str) -> (Vec<User>, Faults) {
    read(text, |fields, line| match fields {
        [name, _, uid, gid, _, home, shell] => Some(User {
            name: (*name).to_owned(),
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
            home: (*home).to_owned(),
            shell: if shell.is_empty() { "/bin/sh".to_owned() } else { (*shell).to_owned() },
            line,
        }),
        _ => None,
    })
}

/// Reads group.
#[must_use]
pub fn group(text: &str) -> (Vec<Group>, Faults) {
    read(text, |fields, line| match fields {
        [name, _, gid, members] => Some(Group {
            name: (*name).to_owned(),
            gid: gid.parse().ok()?,
            members: members.split(',').map(str::trim).filter(|member| !member.is_empty()).map(str::to_owned).collect(),
            line,
        }),
        _ => None,
    })
}

/// Reads the state of each user's password.
#[must_use]
pub fn shadow(text: &str) -> (Vec<(String, Password)>, Faults) {
    read(text, |fields, _| match fields {
        [name, password, ..] => {
            let state = match password.chars().next() {
                None => Password::Empty,
                Some('!' | '*') => Password::Locked,
                Some(_) => Password::Usable,
            };
            Some(((*name).to_owned(), state))
        }
        _ => None,
    })
}

fn read<T>(text: &str, mut turn: impl FnMut(&[&str], u32) -> Option<T>) -> (Vec<T>, Faults) {
    let (mut list, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let fields: Vec<&str> = line.split(':').collect();
        match turn(&fields, number).filter(|_| fields.first().is_some_and(|name| !name.is_empty())) {
            Some(item) => list.push(item),
            None => faults.push(number),
        }
    }
    (list, faults)
}

/// Whether a shell lets a person in.
#[must_use]
pub fn is_login_shell(shell: &str) -> bool {
    !matches!(shell.rsplit('/').next(), Some("nologin" | "false" | "sync" | "shutdown" | "halt" | "true"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn users_groups_and_states_are_read_and_bad_lines_are_named() {
        let (users, faults) = passwd("root:x:0:0:root:/root:/bin/bash\nbroken\nweb:x:33:33::/var/www:\n");
        assert_eq!((users.len(), faults), (2, vec![2]));
        assert_eq!(users[1].shell, "/bin/sh");
        let (groups, _) = group("adm:x:4:syslog, webops\n");
        assert_eq!(groups[0].members, ["syslog", "webops"]);
        let (states, _) = shadow("a:!:1::::::\nb:$y$x:1::::::\nc::1::::::\nd:*:1\n");
        let states: Vec<Password> = states.into_iter().map(|(_, state)| state).collect();
        assert_eq!(states, [Password::Locked, Password::Usable, Password::Empty, Password::Locked]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-z:,!\n0-9]{0,200}") {
            let _ = (passwd(&text), group(&text), shadow(&text));
        }
    }
}
