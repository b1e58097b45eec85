//! sshd_config(5): directives with their place, and which value is in force for one connection. What a line means beyond
//! that is not said here; including files is the reader's work, because only it can look.

use super::ssh_pattern::{matches_address, matches_group, matches_list};

/// One line that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its keyword, in lower case.
    pub keyword: String,
    /// Its arguments, quotes taken off.
    pub arguments: Vec<String>,
    /// Line, from 1.
    pub line: u32,
}

/// Reads one file; the second part names lines that could not be read.
#[must_use]
pub fn parse(text: &str) -> (Vec<Directive>, Vec<u32>) {
    let (mut directives, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The keyword ends at a blank or at one `=`.
        let end = line.find(|sign: char| sign.is_ascii_whitespace() || sign == '=').unwrap_or(line.len());
        let (keyword, rest) = line.split_at(end);
        let rest = rest.trim_start();
        let rest = rest.strip_prefix('=').unwrap_or(rest);
        match words(rest) {
            Some(arguments) if !keyword.is_empty() => {
                let keyword = keyword.to_ascii_lowercase();
                directives.push(Directive { keyword: alias(&keyword).to_owned(), arguments, line: number });
            }
            _ => faults.push(number),
        }
    }
    (directives, faults)
}

/// Older names of the same keyword.
fn alias(keyword: &str) -> &str {
    match keyword {
        "challengeresponseauthentication" | "skeyauthentication" => "kbdinteractiveauthentication",
        other => other,
    }
}

/// Words parted by blanks; quotes hold blanks, a `#` outside of them begins a comment. `None` where a quote is never closed.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut signs = text.chars().peekable();
    loop {
        while signs.next_if(char::is_ascii_whitespace).is_some() {}
        match signs.peek() {
            None | Some('#') => return Some(words),
            Some(_) => {}
        }
        let mut word = String::new();
        let mut quote = None;
        while let Some(sign) = signs.next() {
            match (quote, sign) {
                (None, '"' | '\'') => quote = Some(sign),
                (Some(open), sign) if sign == open => quote = None,
                (_, '\\') if matches!(signs.peek(), Some('"' | '\'' | '\\')) => word.extend(signs.next()),
                (None, sign) if sign.is_ascii_whitespace() => break,
                (_, sign) => word.push(sign),
            }
        }
        if quote.is_some() {
            return None;
        }
        words.push(word);
    }
}

/// The files that one argument of `Include` names: a relative one is below /etc/ssh (sshd_config(5)).
#[must_use]
pub fn include_path(argument: &str) -> String {
    let path = if argument.starts_with('/') { argument.to_owned() } else { format!("/etc/ssh/{argument}") };
    path.trim_start_matches('/').to_owned()
}

/// One directive of the whole configuration, includes put in, with the Match blocks that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The directive.
    pub directive: Directive,
    /// Its file.
    pub file: String,
    /// Indices into [`Configuration::blocks`]: all of them must match.
    pub inside: Vec<usize>,
}

/// One Match line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its criteria, in lower case, with their patterns.
    pub criteria: Vec<(String, String)>,
    /// The criteria as written.
    pub shown: String,
    /// Its file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// A whole configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// Directives in the order in which sshd reads them.
    pub directives: Vec<Placed>,
    /// Match lines in that order.
    pub blocks: Vec<Block>,
    /// Files that are included deeper than sshd follows; it would not start.
    pub too_deep: Vec<String>,
}

/// Gives the files that one argument of Include names, each with its directives.
pub type Loader<'a> = dyn FnMut(&str) -> Vec<(String, Vec<Directive>)> + 'a;

/// Includes inside includes that sshd follows (servconf.c, SERVCONF_MAX_DEPTH).
const DEPTH: usize = 16;

/// Who connects from where. `None` is not told: a criterion on it does not match, and neither does its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection<'a> {
    /// The account.
    pub user: &'a str,
    /// Its groups.
    pub groups: &'a [&'a str],
    /// The client's address.
    pub address: Option<&'a str>,
    /// The client's host name.
    pub host: Option<&'a str>,
}

impl Configuration {
    /// Adds the directives of the main file. `load` gives the files that an Include names.
    ///
    /// A Match line lasts to the end of its own file; the including file goes on as before.
    pub fn add(&mut self, file: &str, directives: Vec<Directive>, load: &mut Loader<'_>) {
        self.add_inside(file, directives, &[], load, 0);
    }

    fn add_inside(
        &mut self,
        file: &str,
        directives: Vec<Directive>,
        inside: &[usize],
        load: &mut Loader<'_>,
        depth: usize,
    ) {
        if depth > DEPTH {
            self.too_deep.push(file.to_owned());
            return;
        }
        let mut around = inside.to_vec();
        for directive in directives {
            match directive.keyword.as_str() {
                "match" => {
                    around = inside.to_vec();
                    around.push(self.blocks.len());
                    self.blocks.push(Block {
                        criteria: criteria(&directive.arguments),
                        shown: directive.arguments.join(" "),
                        file: file.to_owned(),
                        line: directive.line,
                    });
                }
                "include" => {
                    for argument in &directive.arguments {
                        for (path, inner) in load(argument) {
                            self.add_inside(&path, inner, &around, load, depth + 1);
                        }
                    }
                }
                _ => {
                    self.directives.push(Placed { directive, file: file.to_owned(), inside: around.clone() });
                }
            }
        }
    }

    /// Whether a block's line matches a connection. `assumed` are blocks whose address, host and port are taken to match.
    #[must_use]
    pub fn matches(&self, index: usize, of: &Connection<'_>, assumed: Option<usize>) -> bool {
        let Some(block) = self.blocks.get(index) else { return false };
        block.criteria.iter().all(|(word, pattern)| match word.as_str() {
            "all" => true,
            "user" => matches_list(pattern, of.user),
            "group" => matches_group(pattern, of.groups),
            "invalid-user" | "final" | "canonical" => false,
            "address" => of.address.map_or(assumed == Some(index), |address| matches_address(pattern, address)),
            "host" => of.host.map_or(assumed == Some(index), |host| matches_list(&pattern.to_lowercase(), host)),
            _ => assumed == Some(index),
        })
    }

    /// The directive that is in force: the first one of the Match blocks that match, else the first one outside of them.
    ///
    /// What a block says overrides what stands outside, wherever either is written; among blocks, and among lines outside,
    /// the first value is used (sshd_config(5), Match).
    #[must_use]
    pub fn in_force(&self, keyword: &str, of: &Connection<'_>, assumed: Option<usize>) -> Option<&Placed> {
        let of_keyword = || self.directives.iter().filter(|placed| placed.directive.keyword == keyword);
        let matches = |placed: &&Placed| placed.inside.iter().all(|block| self.matches(*block, of, assumed));
        of_keyword()
            .filter(|placed| !placed.inside.is_empty())
            .find(matches)
            .or_else(|| of_keyword().find(|placed| placed.inside.is_empty()))
    }

    /// The first argument in force, in lower case, or sshd's own default.
    #[must_use]
    pub fn value(&self, keyword: &str, of: &Connection<'_>, assumed: Option<usize>) -> String {
        self.in_force(keyword, of, assumed)
            .and_then(|placed| placed.directive.arguments.first())
            .map_or_else(|| default(keyword).to_owned(), |value| value.to_ascii_lowercase())
    }
}

/// What sshd does where nothing is said (OpenSSH 9, sshd_config(5)).
#[must_use]
pub fn default(keyword: &str) -> &'static str {
    match keyword {
        "permitrootlogin" => "prohibit-password",
        "loglevel" => "info",
        "passwordauthentication" | "kbdinteractiveauthentication" | "pubkeyauthentication" => "yes",
        "allowtcpforwarding" | "allowagentforwarding" | "allowstreamlocalforwarding" => "yes",
        "x11forwarding" | "permittunnel" | "gatewayports" | "permitemptypasswords" | "usepam" => "no",
        "disableforwarding" | "permituserenvironment" | "hostbasedauthentication" => "no",
        "authenticationmethods" => "any",
        "authorizedkeysfile" => ".ssh/authorized_keys",
        _ => "none",
    }
}

fn criteria(arguments: &[String]) -> Vec<(String, String)> {
    let mut criteria = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        // `user=a` and `user a` say the same.
        let (word, value) = match word.split_once('=') {
            Some((word, value)) => (word.to_ascii_lowercase(), Some(value.to_owned())),
            None => (word.to_ascii_lowercase(), None),
        };
        if matches!(word.as_str(), "all" | "invalid-user" | "canonical" | "final") {
            criteria.push((word, String::new()));
            continue;
        }
        let value = value.or_else(|| words.next().cloned()).unwrap_or_default();
        criteria.push((word, value));
    }
    criteria
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn configuration(text: &str) -> Configuration {
        let mut read = Configuration::default();
        read.add("sshd_config", parse(text).0, &mut |_| Vec::new());
        read
    }

    fn of<'a>(user: &'a str, groups: &'a [&'a str], address: Option<&'a str>) -> Connection<'a> {
        Connection { user, groups, address, host: None }
    }

    #[test]
    fn the_first_value_is_in_force_and_match_lasts_to_the_end() {
        let read = configuration(
            "PasswordAuthentication no\nPasswordAuthentication yes\nMatch User vendor,!vendor2 # why\n  AllowTcpForwarding=yes\n\
             PermitRootLogin \"yes\"\nMatch Group ops Address 192.0.2.0/24\n PasswordAuthentication yes\n",
        );
        assert_eq!(read.value("passwordauthentication", &of("vendor", &[], None), None), "no");
        assert_eq!(read.value("permitrootlogin", &of("root", &[], None), None), "prohibit-password");
        assert_eq!(read.value("permitrootlogin", &of("vendor", &[], None), None), "yes");
        assert_eq!(read.value("permitrootlogin", &of("vendor2", &[], None), None), "prohibit-password");
        assert!(read.matches(1, &of("a", &["ops"], Some("192.0.2.7")), None));
        assert!(!read.matches(1, &of("a", &["ops"], Some("198.51.100.7")), None));
        assert!(!read.matches(1, &of("a", &["ops"], None), None) && read.matches(1, &of("a", &["ops"], None), Some(1)));
    }

    #[test]
    fn an_include_stands_where_it_is_written_and_ends_its_own_match() {
        let mut read = Configuration::default();
        let main = parse("Include conf.d/*.conf\nPasswordAuthentication no\n").0;
        read.add("sshd_config", main, &mut |argument| {
            assert_eq!(include_path(argument), "etc/ssh/conf.d/*.conf");
            vec![("a.conf".to_owned(), parse("Match User x\nPasswordAuthentication yes\n").0)]
        });
        assert_eq!(read.value("passwordauthentication", &of("x", &[], None), None), "yes");
        assert_eq!(read.value("passwordauthentication", &of("y", &[], None), None), "no");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(Match |User |Include |[a-zA-Z]{1,12}|[ =\"'#\\\\\n*,!/0-9.]){0,60}") {
            let read = configuration(&text);
            let _ = read.value("permitrootlogin", &of("a", &["b"], Some("192.0.2.1")), None);
        }
    }
}
