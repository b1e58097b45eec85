//! Conditions behind `if` and `unless`: ACLs by name and in place, in Kleene's logic (HAProxy configuration manual, section 7).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::super::network::in_network;
use super::super::routing::Patterns;
use super::read::{Program, Proxy};
use super::sample::{Ask, Expression, Sample, expression, sample};
use crate::collect::limits::CONFIGURATION_BYTES;
use crate::collect::world::World;

/// What conditions need beside the request.
pub(super) struct Acls<'a> {
    pub(super) world: &'a dyn World,
    pub(super) program: &'a Program,
    pub(super) patterns: Patterns,
    /// Pattern files, read once.
    files: RefCell<BTreeMap<String, Option<Vec<String>>>>,
    /// Files that could not be read: subject and reason.
    pub(super) faults: RefCell<BTreeSet<(String, String)>>,
}

/// An ACL that HAProxy brings along.
fn predefined(name: &str) -> Option<Vec<String>> {
    let text = match name {
        "TRUE" => "always_true",
        "FALSE" => "always_false",
        "HTTP" => "req.proto_http",
        "HTTP_1.0" => "req.ver 1.0",
        "HTTP_1.1" => "req.ver 1.1",
        "HTTP_URL_ABS" => "url_reg ^[^/:]*://",
        "HTTP_URL_SLASH" => "url_beg /",
        "HTTP_URL_STAR" => "url *",
        "LOCALHOST" => "src 127.0.0.1/8 ::1",
        "METH_GET" => "method GET HEAD",
        "METH_HEAD" => "method HEAD",
        "METH_POST" => "method POST",
        "METH_PUT" => "method PUT",
        "METH_DELETE" => "method DELETE",
        "METH_OPTIONS" => "method OPTIONS",
        "METH_TRACE" => "method TRACE",
        "METH_CONNECT" => "method CONNECT",
        "WAIT_END" => "always_true",
        _ => return None,
    };
    Some(text.split(' ').map(str::to_owned).collect())
}

impl<'a> Acls<'a> {
    pub(super) fn new(world: &'a dyn World, program: &'a Program) -> Self {
        Self { world, program, patterns: Patterns::default(), files: RefCell::default(), faults: RefCell::default() }
    }

    /// Whether a condition (`if …`, `unless …`, or nothing) holds; `None` where it asks for what is not known.
    pub(super) fn holds(&self, proxy: &Proxy, condition: &[String], ask: &Ask) -> Option<bool> {
        let Some((word, rest)) = condition.split_first() else { return Some(true) };
        let mut any = Some(false);
        for terms in rest.split(|word| matches!(word.as_str(), "or" | "OR" | "||")) {
            any = either(any, self.all(proxy, terms, ask));
        }
        if word == "unless" { any.map(|holds| !holds) } else { any }
    }

    fn all(&self, proxy: &Proxy, words: &[String], ask: &Ask) -> Option<bool> {
        let mut all = Some(true);
        let mut negated = false;
        let mut rest = words;
        while let Some((first, behind)) = rest.split_first() {
            let plain = first.trim_start_matches('!');
            negated ^= (first.len() - plain.len()) % 2 == 1;
            rest = behind;
            // A sign that stands alone belongs to the next word.
            if plain.is_empty() {
                continue;
            }
            let (taken, one) = self.term(proxy, plain, behind, ask);
            rest = behind.get(taken..).unwrap_or_default();
            let one = one.map(|holds| holds != negated);
            negated = false;
            all = match (all, one) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (None, _) | (_, None) => None,
                _ => Some(true),
            };
        }
        all
    }

    /// A term that begins with a word, and how many of the words behind it belong to it.
    fn term(&self, proxy: &Proxy, word: &str, behind: &[String], ask: &Ask) -> (usize, Option<bool>) {
        if let Some(glued) = word.strip_prefix('{') {
            let end = behind.iter().position(|word| word == "}").unwrap_or(behind.len());
            let mut words: Vec<String> = Vec::new();
            words.extend((!glued.is_empty()).then(|| glued.to_owned()));
            words.extend_from_slice(behind.get(..end).unwrap_or_default());
            return ((end + 1).min(behind.len()), self.criterion(&words, ask));
        }
        let mut own = proxy.all().filter(|line| line.word(0) == "acl" && line.word(1) == word).peekable();
        if own.peek().is_none() {
            return (0, predefined(word).and_then(|words| self.criterion(&words, ask)));
        }
        // Several lines of one name are alternatives.
        (0, any_of(own.map(|line| self.criterion(line.words.get(2..).unwrap_or_default(), ask))))
    }

    /// `path_beg -i /a /b`
    fn criterion(&self, words: &[String], ask: &Ask) -> Option<bool> {
        let (first, rest) = words.split_first()?;
        let (expression, mut by) = known(expression(first));
        let mut ignores_case = false;
        let mut values: Vec<String> = Vec::new();
        let mut rest = rest.iter();
        let mut is_known = true;
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-i" => ignores_case = true,
                "-n" => {}
                "-u" => {
                    rest.next();
                }
                "-m" => by = Some(rest.next()?.clone()),
                "-f" | "-M" => match rest.next().and_then(|file| self.file(file)) {
                    Some(lines) => values.extend(lines),
                    None => is_known = false,
                },
                "--" => {
                    values.extend(rest.by_ref().cloned());
                }
                word if word.starts_with('-') && values.is_empty() && word.len() == 2 => return None,
                _ => values.push(word.clone()),
            }
        }
        let found = sample(ask, &expression);
        let matches = self.matches(&found, by.as_deref(), ignores_case, &values);
        if is_known || matches == Some(true) { matches } else { None }
    }

    fn file(&self, name: &str) -> Option<Vec<String>> {
        if let Some(known) = self.files.borrow().get(name) {
            return known.clone();
        }
        let local = self.program.local(name);
        let read = match self.world.read(&local, CONFIGURATION_BYTES) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                // Of a map file the first word is the pattern.
                Some(lines.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect())
            }
            Err(refusal) => {
                self.faults.borrow_mut().insert((local, refusal.to_string()));
                None
            }
        };
        self.files.borrow_mut().insert(name.to_owned(), read.clone());
        read
    }

    fn matches(&self, found: &Sample, by: Option<&str>, ignores_case: bool, values: &[String]) -> Option<bool> {
        match (found, by) {
            (Sample::Unknown | Sample::Origin, _) => None,
            (Sample::Absent, _) => Some(false),
            (_, Some("found")) => Some(true),
            (Sample::Flag(flag), _) if values.is_empty() => Some(*flag),
            (Sample::Flag(flag), _) => is_number(i64::from(*flag), values),
            (Sample::Number(number), _) if values.is_empty() => Some(*number != 0),
            (Sample::Number(number), None | Some("int")) => is_number(*number, values),
            (Sample::Address(address), None | Some("ip")) => is_inside(*address, values),
            (Sample::Text(text), Some("int")) => is_number(text.parse().ok()?, values),
            (Sample::Text(text), Some("len")) => is_number(i64::try_from(text.len()).ok()?, values),
            (Sample::Text(text), Some("bool")) => Some(text.parse::<i64>().ok()? != 0),
            (Sample::Text(text), Some("ip")) => is_inside(text.parse().ok()?, values),
            (found, by) => {
                let text = found.text()?;
                any_of(values.iter().map(|value| self.text_matches(&text, by.unwrap_or("str"), ignores_case, value)))
            }
        }
    }

    fn text_matches(&self, text: &str, by: &str, ignores_case: bool, value: &str) -> Option<bool> {
        if by == "reg" {
            return self.patterns.is_match(value, ignores_case, text);
        }
        let (text, value) = if ignores_case {
            (text.to_ascii_lowercase(), value.to_ascii_lowercase())
        } else {
            (text.to_owned(), value.to_owned())
        };
        match by {
            "str" => Some(text == value),
            "beg" => Some(text.starts_with(&value)),
            "end" => Some(text.ends_with(&value)),
            "sub" => Some(text.contains(&value)),
            "dir" => Some(has_part(&text, &value, &['/', '?'])),
            "dom" => Some(has_part(&text, &value, &['/', '?', '.', ':'])),
            _ => None,
        }
    }
}

/// Whether one of them holds.
fn any_of(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut any = Some(false);
    for one in all {
        any = either(any, one);
    }
    any
}

fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        _ => Some(false),
    }
}

/// A fetch whose name holds the way of matching: `path_beg`, `hdr_dom(host)`.
fn known(mut expression: Expression) -> (Expression, Option<String>) {
    for by in ["beg", "end", "sub", "dir", "dom", "reg", "len"] {
        let plain = expression.name.strip_suffix(by).and_then(|name| name.strip_suffix('_'));
        if let Some(plain) = plain.filter(|name| {
            matches!(
                *name,
                "path" | "url" | "hdr" | "base" | "cook" | "urlp" | "url_param" | "ssl_fc_sni" | "req.hdr" | "method"
            )
        }) {
            expression.name = plain.to_owned();
            return (expression, Some(by.to_owned()));
        }
    }
    (expression, None)
}

/// Whether a value stands in a text between two of the delimiters, or its ends.
fn has_part(text: &str, value: &str, delimiters: &[char]) -> bool {
    let value = value.trim_matches(delimiters);
    if value.is_empty() {
        return false;
    }
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(value)).map(|at| from + at) {
        let before = text[..at].chars().next_back().is_none_or(|one| delimiters.contains(&one));
        let behind = text[at + value.len()..].chars().next().is_none_or(|one| delimiters.contains(&one));
        if before && behind {
            return true;
        }
        from = at + value.chars().next().map_or(1, char::len_utf8);
    }
    false
}

/// `80`, `80:90`, `ge 500`
fn is_number(number: i64, values: &[String]) -> Option<bool> {
    let mut operator = "eq";
    for value in values {
        if matches!(value.as_str(), "eq" | "ge" | "gt" | "le" | "lt") {
            operator = value;
            continue;
        }
        let holds = if let Some((low, high)) = value.split_once(':') {
            let low = if low.is_empty() { i64::MIN } else { low.parse().ok()? };
            let high = if high.is_empty() { i64::MAX } else { high.parse().ok()? };
            (low..=high).contains(&number)
        } else {
            let value: i64 = match value.as_str() {
                "true" | "yes" | "on" => 1,
                "false" | "no" | "off" => 0,
                other => other.parse().ok()?,
            };
            match operator {
                "ge" => number >= value,
                "gt" => number > value,
                "le" => number <= value,
                "lt" => number < value,
                _ => number == value,
            }
        };
        if holds {
            return Some(true);
        }
    }
    Some(false)
}

/// Whether an address is in one of the networks; `None` where one is a name.
fn is_inside(address: IpAddr, values: &[String]) -> Option<bool> {
    any_of(values.iter().map(|value| in_network(value, address)))
}
