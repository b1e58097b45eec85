//! How old the oldest message of a mailbox store is. Of a message nothing is read but when it came: of a Maildir the time
//! of the file, of an mbox the date of its `From ` line.

use std::io::{BufRead, BufReader};

use super::Seen;
use super::kinds::MAIL_STORE;
use crate::collect::world::{FileKind, Refusal, World};
use crate::model::{Location, Observation, Site, Subject, SubjectKind, Time};

/// Bytes of one line of an mbox that are looked at; a `From ` line is short.
const LINE_BYTES: usize = 1024;
/// Folders of one Maildir.
const FOLDERS: usize = 10_000;

/// Messages of one store.
#[derive(Debug, Default)]
struct Messages {
    count: i64,
    oldest: Option<Time>,
    /// Messages whose time cannot be told.
    dateless: i64,
}

impl Messages {
    fn add(&mut self, time: Option<Time>) {
        self.count += 1;
        match time {
            Some(time) => self.oldest = Some(self.oldest.map_or(time, |oldest| oldest.min(time))),
            None => self.dateless += 1,
        }
    }
}

/// Observes the stores that the site file names.
pub(super) fn observe(world: &dyn World, site: &Site, seen: &mut Seen) {
    if site.mail.store.is_empty() {
        return seen.not_asked(MAIL_STORE, &site.name, "no mail store is named (site file: mail: store)");
    }
    let mut observations = Vec::new();
    let mut faults = Vec::new();
    for path in &site.mail.store {
        let mut messages = Messages::default();
        let read = match world.inspect(path).map(|facts| facts.kind) {
            Ok(FileKind::Directory) => maildir(world, path, &mut messages),
            Ok(_) => mbox(world, path, &mut messages),
            Err(refusal) => Err(refusal.to_string()),
        };
        let subject = Subject::new(SubjectKind::File, path.as_str());
        let mut one = Observation::new(MAIL_STORE, subject, Location::whole_file(path), "times of messages");
        one.set("messages", messages.count);
        match (messages.oldest, messages.dateless, &read) {
            (Some(oldest), _, _) => one.set("oldest", oldest),
            (None, 0, Ok(())) => one.unknown("oldest", "it holds no message"),
            (None, 0, Err(reason)) => one.unknown("oldest", reason.clone()),
            (None, _, _) => one.unknown("oldest", "no message has a date"),
        };
        observations.push(one);
        if let Err(reason) = read {
            faults.push((path.clone(), reason));
        } else if messages.dateless > 0 {
            faults.push((path.clone(), format!("{} message(s) without a date", messages.dateless)));
        }
    }
    seen.all(MAIL_STORE, &site.name, observations, faults);
}

/// `cur` and `new` of the folder and of its subfolders, which begin with a dot.
fn maildir(world: &dyn World, path: &str, messages: &mut Messages) -> Result<(), String> {
    let path = path.trim_end_matches('/');
    let names = world.list(path).map_err(|refusal| refusal.to_string())?;
    if !names.iter().any(|name| name == "cur" || name == "new") {
        return Err("no Maildir: neither cur nor new is there".to_owned());
    }
    let below = names.iter().filter(|name| name.starts_with('.')).take(FOLDERS).map(|name| format!("{path}/{name}"));
    for folder in std::iter::once(path.to_owned()).chain(below) {
        for part in ["cur", "new"] {
            let folder = format!("{folder}/{part}");
            match world.list(&folder) {
                Ok(names) => {
                    for name in names {
                        let facts =
                            world.inspect(&format!("{folder}/{name}")).map_err(|refusal| refusal.to_string())?;
                        if facts.kind == FileKind::File {
                            messages.add(Some(facts.modified));
                        }
                    }
                }
                Err(Refusal::NotFound | Refusal::NotAFile) => {}
                Err(refusal) => return Err(format!("{folder}: {refusal}")),
            }
        }
    }
    Ok(())
}

fn mbox(world: &dyn World, path: &str, messages: &mut Messages) -> Result<(), String> {
    let mut reader = BufReader::new(world.open(path).map_err(|refusal| refusal.to_string())?);
    let mut line = Vec::new();
    let (mut after_blank, mut is_first) = (true, true);
    loop {
        line.clear();
        let whole = bounded_line(&mut reader, &mut line).map_err(|error| error.to_string())?;
        if line.is_empty() && !whole {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        let is_start = after_blank && text.starts_with("From ");
        if is_first && !is_start {
            return Err("neither a Maildir nor an mbox".to_owned());
        }
        if is_start {
            messages.add(date_of(&text));
        }
        is_first = false;
        after_blank = text.trim_end().is_empty();
    }
}

/// One line, of which only the begin is kept; whether there was one.
fn bounded_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut any = false;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        line.extend_from_slice(&piece[..piece.len().min(LINE_BYTES.saturating_sub(line.len()))]);
        let used = end.map_or(buffer.len(), |at| at + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// `From ADDRESS Tue Nov 24 08:30:00 2026`: asctime(3) behind the address.
fn date_of(line: &str) -> Option<Time> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|word| MONTHS.contains(word))?;
    let month = MONTHS.iter().position(|month| words.get(at) == Some(month))? + 1;
    let day: u32 = words.get(at + 1)?.parse().ok()?;
    let year: u32 = words.get(at + 2..)?.iter().rev().find_map(|word| word.parse().ok().filter(|year| *year > 1969))?;
    Time::parse(&format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::date_of;

    #[test]
    fn the_date_of_a_from_line_is_read() {
        let day = |line: &str| date_of(line).map(|time| time.to_string());
        assert!(day("From a@example.jp Tue Nov 24 08:30:00 2026").is_some_and(|day| day.starts_with("2026-11-24")));
        assert!(day("From - Sat Jan  3 01:05:34 +0900 1996").is_some_and(|day| day.starts_with("1996-01-03")));
        assert_eq!(day("From here on everything is fine"), None);
        assert_eq!(day("From a Feb 30 1:1:1 2026"), None);
    }
}
