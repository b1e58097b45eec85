//! What nginx promises: the cases that fit the status that was seen, and what all of them agree upon.

use std::collections::{BTreeMap, BTreeSet};

use super::{Promise, Promises, compared};
use crate::collect::webserver::answer::{Answer, Asked, Asking, Possible, Ready};
use crate::model::{Location, SubjectKind};

pub(super) struct Nginx<'r> {
    ready: Ready<'r>,
    main: &'r str,
    doubt: Option<String>,
}

impl<'r> Nginx<'r> {
    pub(super) fn of(asking: &'r Asking<'r>, main: &'r str) -> Self {
        Self { ready: asking.ready(), main, doubt: asking.doubt() }
    }
}

impl Promises for Nginx<'_> {
    fn promise(&self, asked: &Asked, status: u16) -> Option<Promise> {
        let possible = self.ready.possible(asked, status)?;
        let first = possible.answers.first()?;
        let locus = format!("{}#server[{}]", self.main, first.server_subject);
        let mut promise = Promise {
            program: "nginx",
            server: crate::model::Subject::new(SubjectKind::File, locus).to_string(),
            is_named: !first.is_strange,
            place: place(&possible),
            doubt: self.doubt.clone(),
            statuses: possible.statuses.clone(),
            entry: entry(&possible.answers),
            redirects: possible.answers.iter().filter_map(|answer| answer.redirect.clone()).collect(),
            is_own_content: possible.answers.iter().all(|answer| !answer.elsewhere && !answer.headers_open),
            version_hidden: first.version_hidden,
            http2: Some(first.http2),
            rules: first.rules.iter().map(|rule| rule.place.clone()).collect(),
            logs: logs(&possible.answers),
            ..Promise::default()
        };
        // Of an answer that the configuration does not make nothing follows for its headers.
        if possible.fits {
            headers(&mut promise, &possible.answers, status);
        }
        Some(promise)
    }
}

/// The answering level, where all cases have the same; else the server.
fn place(possible: &Possible) -> Location {
    let of = |answer: &Answer| answer.location.as_ref().map(|part| part.place.clone());
    let places: BTreeSet<Option<Location>> = possible.answers.iter().map(of).collect();
    let server = || possible.answers.first().and_then(|answer| answer.server.as_ref()).map(|part| part.place.clone());
    match places.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(place)] => place.clone(),
        _ => server().unwrap_or_default(),
    }
}

/// Who is let in, where all cases agree; an answer that is made before anybody asks lets everybody in to it.
fn entry(answers: &[Answer]) -> &'static str {
    let mut entries = answers.iter().map(|answer| answer.entry);
    let first = entries.next().unwrap_or_default();
    if entries.all(|entry| entry == first) { first } else { "" }
}

fn logs(answers: &[Answer]) -> BTreeSet<String> {
    let of = |answer: &Answer| -> BTreeSet<String> {
        answer.logs.iter().filter(|log| log.written == Some(true)).map(|log| log.target.clone()).collect()
    };
    let mut sets = answers.iter().map(of);
    let first = sets.next().unwrap_or_default();
    sets.fold(first, |all, one| all.intersection(&one).cloned().collect())
}

/// Statuses with which nginx sends a header that stands without `always`.
const USUAL: [u16; 10] = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];

fn headers(promise: &mut Promise, answers: &[Answer], status: u16) {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for answer in answers {
        let mut own: BTreeMap<String, Vec<(String, Location)>> = BTreeMap::new();
        for header in &answer.headers {
            let name = header.name.to_ascii_lowercase();
            match (header.sent.unwrap_or_else(|| USUAL.contains(&status)), &header.value) {
                (false, _) => {}
                (true, Some(value)) => {
                    own.entry(name).or_default().push((compared(&header.name, value), header.place.clone()));
                }
                // A value that comes to nothing is not sent at all.
                (true, None) => {
                    promise.unsure.insert(name);
                }
            }
        }
        if answer.headers_open {
            promise.unsure.extend(own.keys().cloned());
        }
        for (name, ways) in own {
            match promise.sent.get(&name) {
                Some(before) if before.iter().map(|way| &way.0).ne(ways.iter().map(|way| &way.0)) => {
                    promise.unsure.insert(name.clone());
                }
                Some(_) => {}
                None => {
                    promise.sent.insert(name.clone(), ways);
                }
            }
            *counted.entry(name).or_default() += 1;
        }
        for part in &answer.lost {
            let name = part.text.split(' ').nth(1).unwrap_or_default().to_ascii_lowercase();
            promise.lost.entry(name).or_insert_with(|| part.place.clone());
        }
    }
    // What only some cases send is not promised, and what only some lose is not lost.
    promise.unsure.extend(counted.iter().filter(|(_, count)| **count < answers.len()).map(|(name, _)| name.clone()));
    let unsure = promise.unsure.clone();
    promise.sent.retain(|name, _| !unsure.contains(name));
    let everywhere = |name: &String| {
        let is_lost = |answer: &Answer| {
            answer.lost.iter().any(|part| part.text.split(' ').nth(1).is_some_and(|own| own.eq_ignore_ascii_case(name)))
        };
        answers.iter().all(is_lost)
    };
    let kept: BTreeSet<String> = promise.lost.keys().filter(|name| everywhere(name)).cloned().collect();
    promise.lost.retain(|name, _| kept.contains(name));
    promise.replaced_by = answers.first().and_then(|answer| answer.headers.first()).map(|header| header.place.clone());
}
