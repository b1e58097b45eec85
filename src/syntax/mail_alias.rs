//! aliases(5), virtual(5), .forward and lists of an export: which name leads to which targets. Pure; it follows nothing.

use std::collections::BTreeMap;

/// One target of an alias.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A name of this host, to be looked up again.
    Local(String),
    /// An address, in lower case.
    Address(String),
    /// A program: where it sends the mail cannot be seen.
    Program,
    /// A file of this host.
    File,
    /// A file with more targets.
    Include(String),
}

/// Name -> targets, with the line that names it. Names are in lower case.
pub type Aliases = BTreeMap<String, (Vec<Target>, u32)>;

/// Reads an aliases file; the second part names lines that could not be read.
#[must_use]
pub fn aliases(text: &str) -> (Aliases, Vec<u32>) {
    table(text, |line| {
        let at = split_at(line, ':')?;
        Some((unquoted(line[..at].trim()), &line[at + 1..]))
    })
}

/// Reads a virtual alias table: `ADDRESS TARGET, TARGET`.
#[must_use]
pub fn virtual_table(text: &str) -> (Aliases, Vec<u32>) {
    table(text, |line| {
        let at = line.find(|sign: char| sign.is_ascii_whitespace())?;
        Some((unquoted(&line[..at]), &line[at..]))
    })
}

/// Reads a .forward file: targets, one or more a line.
#[must_use]
pub fn forward(text: &str) -> Vec<Target> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(targets).collect()
}

/// Targets parted by commas.
#[must_use]
pub fn targets(text: &str) -> Vec<Target> {
    let mut found = Vec::new();
    let (mut part, mut quoted) = (String::new(), false);
    for sign in text.chars().chain([',']) {
        match sign {
            '"' => {
                quoted = !quoted;
                part.push(sign);
            }
            ',' if !quoted => {
                found.extend(target(std::mem::take(&mut part).trim()));
            }
            _ => part.push(sign),
        }
    }
    // A quote that is never closed swallows the rest; what it holds is still a target.
    found.extend(target(part.trim_end_matches(',').trim()));
    found
}

fn target(text: &str) -> Option<Target> {
    let text = unquoted(text);
    let text = text.strip_prefix('\\').unwrap_or(&text).trim();
    if text.is_empty() {
        return None;
    }
    Some(if text.starts_with('|') {
        Target::Program
    } else if text.starts_with('/') {
        Target::File
    } else if let Some(path) = text.strip_prefix(":include:") {
        Target::Include(path.trim().to_owned())
    } else {
        let address = text.rsplit_once('<').map_or(text, |(_, address)| address.trim_end_matches('>'));
        let address = address.trim().to_lowercase();
        if address.contains('@') { Target::Address(address) } else { Target::Local(address) }
    })
}

fn table(text: &str, parted: impl Fn(&str) -> Option<(String, &str)>) -> (Aliases, Vec<u32>) {
    let (mut names, mut faults) = (Aliases::new(), Vec::new());
    let mut logical: Vec<(String, u32)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let bare = line.trim_start();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        match logical.last_mut().filter(|_| bare.len() < line.len()) {
            // A line that begins with a blank goes on with the one before.
            Some((before, _)) => {
                before.push(' ');
                before.push_str(bare);
            }
            None => logical.push((bare.trim_end().to_owned(), number)),
        }
    }
    for (line, number) in logical {
        match parted(&line).filter(|(name, _)| !name.is_empty()) {
            Some((name, rest)) => {
                let entry = names.entry(name.to_lowercase()).or_insert_with(|| (Vec::new(), number));
                entry.0.extend(targets(rest));
            }
            None => faults.push(number),
        }
    }
    (names, faults)
}

fn split_at(line: &str, sign: char) -> Option<usize> {
    let mut quoted = false;
    line.char_indices()
        .find(|(_, found)| {
            quoted ^= *found == '"';
            *found == sign && !quoted
        })
        .map(|(at, _)| at)
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim().to_owned()
}

/// The addresses to which a Sieve script redirects (RFC 5228 section 4.2), and whether it holds redirects or includes whose
/// target cannot be read from it.
#[must_use]
pub fn sieve_redirects(text: &str) -> (Vec<Target>, bool) {
    let tokens = sieve_tokens(text);
    let (mut found, mut unresolved) = (Vec::new(), false);
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        if word.eq_ignore_ascii_case("include") {
            unresolved = true;
        }
        if !word.eq_ignore_ascii_case("redirect") {
            continue;
        }
        let end =
            tokens[at + 1..].iter().position(|token| *token == Token::End).map_or(tokens.len(), |end| at + 1 + end);
        let last = tokens[at + 1..end].iter().rev().find_map(|token| match token {
            Token::Text(text) => Some(text),
            _ => None,
        });
        let by_list = tokens[at + 1..end].iter().any(|token| *token == Token::Word(":list".to_owned()));
        match last.filter(|text| !by_list && text.contains('@') && !text.contains("${")) {
            Some(address) => found.push(Target::Address(address.trim().to_lowercase())),
            None => unresolved = true,
        }
    }
    (found, unresolved)
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    End,
}

fn sieve_tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix('#') {
            rest = after.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(after) = rest.strip_prefix("/*") {
            rest = after.split_once("*/").map_or("", |(_, rest)| rest);
        } else if let Some(after) = rest.strip_prefix('"') {
            let (mut value, mut escaped, mut end) = (String::new(), false, after.len());
            for (at, sign) in after.char_indices() {
                match sign {
                    _ if escaped => {
                        value.push(sign);
                        escaped = false;
                    }
                    '\\' => escaped = true,
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    _ => value.push(sign),
                }
            }
            tokens.push(Token::Text(value));
            rest = after.get(end..).unwrap_or_default();
        } else if rest.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text:")) {
            // A text of several lines ends at a line with one point (RFC 5228 section 2.4.2).
            let body = rest[5..].split_once('\n').map_or("", |(_, body)| body);
            let lines: Vec<&str> = body.split_inclusive('\n').collect();
            let length: usize = lines.iter().take_while(|line| line.trim_end() != ".").map(|line| line.len()).sum();
            tokens.push(Token::Text(body[..length].to_owned()));
            let after = &body[length..];
            rest = after.split_once('\n').map_or("", |(_, rest)| rest);
        } else if sign.is_ascii_alphanumeric() || sign == ':' || sign == '_' {
            let end = rest[sign.len_utf8()..]
                .find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'))
                .map_or(rest.len(), |end| end + sign.len_utf8());
            tokens.push(Token::Word(rest[..end].to_ascii_lowercase()));
            rest = &rest[end..];
        } else {
            if matches!(sign, ';' | '{' | '}') {
                tokens.push(Token::End);
            }
            rest = &rest[sign.len_utf8()..];
        }
    }
    tokens
}

/// Reads an exported list: CSV with a heading for the mailbox and one for where it forwards to. `None` where the headings
/// are not understood.
#[must_use]
pub fn exported(text: &str) -> Option<(Aliases, Vec<u32>)> {
    const NAMES: [&str; 8] =
        ["mailbox", "alias", "list", "group", "address", "メールボックス", "メーリングリスト", "アドレス"];
    const TARGETS: [&str; 8] =
        ["target", "forward", "forward_to", "forwardingsmtpaddress", "member", "goto", "転送先", "メンバー"];
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records();
    let heads = records.next()?.ok()?;
    let column = |words: &[&str]| {
        heads
            .iter()
            .position(|head| words.contains(&head.trim().trim_start_matches('\u{feff}').to_lowercase().as_str()))
    };
    let (name, target) = (column(&NAMES)?, column(&TARGETS)?);
    let (mut names, mut faults) = (Aliases::new(), Vec::new());
    for record in records {
        let Ok(record) = record else {
            faults.push(0);
            continue;
        };
        let line = record.position().map_or(0, |place| u32::try_from(place.line()).unwrap_or(u32::MAX));
        let Some(mailbox) = record.get(name).map(str::trim).filter(|name| !name.is_empty()) else {
            faults.push(line);
            continue;
        };
        let entry = names.entry(mailbox.to_lowercase()).or_insert_with(|| (Vec::new(), line));
        let cell = record.get(target).unwrap_or_default();
        let cell = cell.get(..5).filter(|start| start.eq_ignore_ascii_case("smtp:")).map_or(cell, |_| &cell[5..]);
        entry.0.extend(targets(&cell.replace(';', ",")));
    }
    Some((names, faults))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> Target {
        Target::Address(text.to_owned())
    }

    #[test]
    fn aliases_are_read_with_continuations_quotes_programs_and_files() {
        let text = "# x\npostmaster: root\nContact: desk, \"Desk\" <desk@Example.JP>,\n  :include:/etc/mail/list, \\keep\n\"a b\": \"|/usr/bin/x, y\"\nspool: /var/mail/x\nbroken\n";
        let (names, faults) = aliases(text);
        assert_eq!(faults, [7]);
        assert_eq!(
            names["contact"].0,
            [
                Target::Local("desk".to_owned()),
                address("desk@example.jp"),
                Target::Include("/etc/mail/list".to_owned()),
                Target::Local("keep".to_owned())
            ]
        );
        assert_eq!(names["a b"].0, [Target::Program]);
        assert_eq!(names["spool"].0, [Target::File]);
        assert_eq!(names["postmaster"].1, 2);
    }

    #[test]
    fn a_virtual_table_and_a_forward_are_read() {
        let (names, _) =
            virtual_table("soudan@example.jp desk@example.jp,\n\tout@mail.example.net\n@example.jp catch\n");
        assert_eq!(names["soudan@example.jp"].0, [address("desk@example.jp"), address("out@mail.example.net")]);
        assert_eq!(names["@example.jp"].0, [Target::Local("catch".to_owned())]);
        assert_eq!(
            forward("# no\n\\me, you@example.com\n"),
            [Target::Local("me".to_owned()), address("you@example.com")]
        );
    }

    #[test]
    fn redirects_of_a_script_are_found_and_comments_and_texts_are_not() {
        let text = "require [\"copy\"];\n# redirect \"no@example.com\";\n/* redirect \"no@example.com\"; */\nif header :contains \"subject\" \"redirect \\\"no@example.com\\\"\" {\n  redirect :copy \"Out@Example.net\";\n}\nvacation text:\nredirect \"no@example.com\";\n.\n;\n";
        assert_eq!(sieve_redirects(text), (vec![address("out@example.net")], false));
        assert_eq!(sieve_redirects("redirect \"${to}\";"), (Vec::new(), true));
        assert_eq!(sieve_redirects("include :personal \"x\";"), (Vec::new(), true));
    }

    #[test]
    fn an_exported_list_is_read() {
        let (names, faults) =
            exported("\u{feff}メールボックス,転送先\ninfo@example.jp,a@example.jp;b@example.com\n").unwrap();
        assert_eq!(names["info@example.jp"].0, [address("a@example.jp"), address("b@example.com")]);
        assert_eq!(faults, Vec::<u32>::new());
        assert_eq!(exported("x,y\n1,2\n"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(redirect|text:|include|:include:|[a-z@.,:;\"'|/\\\\# \n{}あ*<>-]){0,60}") {
            let _ = (aliases(&text), virtual_table(&text), forward(&text), sieve_redirects(&text), exported(&text));
        }
    }
}
