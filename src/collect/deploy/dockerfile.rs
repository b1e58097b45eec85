//! Dockerfiles: stages with the user in force and what they take from elsewhere. The grammar is a crate's.

use std::collections::BTreeMap;

use parse_dockerfile::{Command, Instruction, Source};

use super::interpolate::{Filled, fill};
use super::kinds::{OF_DOCKERFILE, STAGE};
use super::product;
use super::service::{environment_seen, subject};
use super::{METHOD, Place, Seen};
use crate::collect::limits::cut;
use crate::collect::world::World;
use crate::model::{Observation, Value};

/// Looks at one file.
pub(super) fn look(world: &dyn World, file: &str, seen: &mut Seen) {
    let Some(text) = seen.text(world, OF_DOCKERFILE, file) else { return };
    let read = match parse_dockerfile::parse(&text) {
        Ok(read) => read,
        Err(error) => {
            let subject = format!("{file}:{}:{}", error.line(), error.column());
            return seen.fault(OF_DOCKERFILE, subject, format!("not readable as a Dockerfile: {error}"));
        }
    };
    let place = |at: usize| place(file, &text, at);
    let mut variables = BTreeMap::new();
    for argument in read.global_args() {
        variables.extend(pairs(&argument.arguments.value));
    }
    // What each finished stage runs as, so that a later stage that begins from it inherits that.
    let mut users: BTreeMap<String, (Option<String>, Option<bool>)> = BTreeMap::new();
    let last = read.stages().len().saturating_sub(1);
    for (number, stage) in read.stages().enumerate() {
        let name = stage.from.as_.as_ref().map(|(_, name)| name.value.to_string());
        let shown = name.clone().unwrap_or_else(|| number.to_string());
        let locus = format!("stage[{}]", cut(&shown));
        let mut one =
            Observation::new(STAGE, subject(file, &locus), place(stage.from.from.span.start).location(), METHOD);
        one.set("final", number == last);
        let base = match fill(&stage.from.image.value, &variables) {
            Filled::Known(base, _) => Some(base),
            Filled::Unset(_) => None,
        };
        let (mut user, mut as_root) = match &base {
            Some(base) => users.get(base).cloned().unwrap_or_else(|| (None, product::runs_as_root(base))),
            None => (None, None),
        };
        match &base {
            Some(base) => {
                // A stage of this file and the empty image are no image of others.
                let is_own = users.contains_key(base) || base == "scratch";
                one.set("base", cut(base)).set("base_pinned", is_own || product::is_pinned(base))
            }
            None => {
                one.unknown("base_pinned", "a variable of FROM is not set here");
                one.unknown("base", "a variable of FROM is not set here")
            }
        };
        let mut own = variables.clone();
        let mut adds = Vec::new();
        for instruction in stage.instructions {
            match instruction {
                Instruction::User(set) => {
                    one.source = place(set.user.span.start).location();
                    match fill(&set.arguments.value, &own) {
                        Filled::Known(text, _) => {
                            let account = text.split(':').next().unwrap_or(&text).trim().to_owned();
                            as_root = Some(account == "root" || account == "0");
                            user = Some(account);
                        }
                        Filled::Unset(_) => (user, as_root) = (None, None),
                    }
                }
                Instruction::Env(set) => {
                    own.extend(pairs(&set.arguments.value));
                    values(&set.arguments.value, &place(set.env.span.start), file, &locus, seen);
                }
                Instruction::Arg(set) => {
                    own.extend(pairs(&set.arguments.value));
                    values(&set.arguments.value, &place(set.arg.span.start), file, &locus, seen);
                }
                Instruction::Add(add) if !add.options.iter().any(|option| option.name.value == "checksum") => {
                    for source in &add.src {
                        if let Source::Path(path) = source
                            && is_remote(&path.value)
                        {
                            adds.push(without_query(&path.value));
                            one.related.push(crate::model::Related {
                                location: place(add.add.span.start).location(),
                                note: "added here".to_owned(),
                            });
                        }
                    }
                }
                Instruction::Run(run) => {
                    if let Command::Shell(shell) = &run.arguments
                        && let Some(url) = piped_download(shell.value)
                    {
                        adds.push(url);
                        one.related.push(crate::model::Related {
                            location: place(run.run.span.start).location(),
                            note: "fetched and run here".to_owned(),
                        });
                    }
                }
                _ => {}
            }
        }
        adds.sort();
        adds.dedup();
        one.set("remote_adds", Value::texts(adds));
        match &user {
            Some(user) => {
                one.set("user", cut(user));
            }
            None if as_root.is_none() => {
                one.unknown("user", "no USER is set, and the base image may set one");
            }
            None => {}
        }
        match as_root {
            Some(root) => one.set("runs_as_root", root),
            None => one.unknown("runs_as_root", "no USER is set, and the base image may set one"),
        };
        if let Some(name) = name {
            users.insert(name, (user.clone(), as_root));
        }
        users.insert(number.to_string(), (user, as_root));
        seen.observations.push(one);
    }
    // A name may be set twice in one stage; the last one counts.
    let mut by_subject = BTreeMap::new();
    let (values, others): (Vec<_>, Vec<_>) =
        std::mem::take(&mut seen.observations).into_iter().partition(|seen| seen.kind == super::kinds::ENVIRONMENT);
    for value in values {
        by_subject.insert(value.subject.clone(), value);
    }
    seen.observations = others;
    seen.observations.extend(by_subject.into_values());
}

fn place(file: &str, text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    Place { file: file.to_owned(), line, column: u32::try_from(column).unwrap_or(u32::MAX) }
}

/// `NAME=value NAME="v w"`, or the old form `NAME value`.
fn pairs(arguments: &str) -> Vec<(String, String)> {
    let text = arguments.trim();
    let first = text.split(char::is_whitespace).next().unwrap_or_default();
    if !first.contains('=') {
        return match text.split_once(char::is_whitespace) {
            Some((name, value)) => vec![(name.to_owned(), value.trim().to_owned())],
            None => Vec::new(),
        };
    }
    let mut found = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for character in text.chars().chain(std::iter::once(' ')) {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (None, blank) if blank.is_whitespace() => {
                if let Some((name, value)) = word.split_once('=') {
                    found.push((name.to_owned(), value.to_owned()));
                }
                word.clear();
            }
            _ => word.push(character),
        }
    }
    found
}

fn values(arguments: &str, place: &Place, file: &str, locus: &str, seen: &mut Seen) {
    for (name, value) in pairs(arguments) {
        // A reference is no value that stands here.
        let own = (!value.contains('$')).then_some(value);
        let locus = format!("{locus}/env[{}]", cut(&name));
        seen.observations.push(environment_seen(&name, own.as_deref(), place, file, &locus));
    }
}

fn is_remote(source: &str) -> bool {
    ["http://", "https://", "ftp://", "git@", "git://", "ssh://"].iter().any(|start| source.starts_with(start))
}

fn without_query(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or(url);
    // What stands before @ may be a password.
    let shown = match plain.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host)),
        None => plain.to_owned(),
    };
    cut(&shown)
}

/// The address of a download that a shell runs at once: `curl … | sh`.
fn piped_download(command: &str) -> Option<String> {
    let parts: Vec<&str> = command.split('|').collect();
    let fetch = parts.windows(2).find(|pair| fetches(pair[0]) && runs_a_shell(pair[1]))?.first()?;
    let words = fetch.split(char::is_whitespace).map(|word| word.trim_matches(['"', '\'']));
    Some(
        words
            .rev()
            .find(|word| is_remote(word))
            .map_or_else(|| "a download piped into a shell".to_owned(), without_query),
    )
}

fn fetches(command: &str) -> bool {
    command.split(char::is_whitespace).any(|word| matches!(word, "curl" | "wget" | "/usr/bin/curl" | "/usr/bin/wget"))
}

fn runs_a_shell(command: &str) -> bool {
    let mut words = command.split_whitespace().skip_while(|word| *word == "sudo" || word.starts_with('-'));
    let name = words.next().unwrap_or_default().trim_end_matches([';', '&']);
    ["sh", "bash", "ash", "dash", "zsh", "python", "python3", "perl"].contains(&name.rsplit('/').next().unwrap_or(name))
}
