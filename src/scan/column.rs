//! In which column of its line a hit stands. Lines with hits are read once more, cut into columns as access logs are written,
//! and the column is named in which the same class is found alone. No text of a line is given.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::ops::Range;

use super::unpack::{MAGIC_BYTES, Packing, unpacked};
use super::{Class, Hit, Options, look};

/// Hits that are looked up in one log.
const PLACES: usize = 100;
/// Bytes of one line that are looked at.
const LINE_BYTES: usize = 64 * 1024;
/// Columns that a line may have; one with more is no line of an access log.
const COLUMNS: usize = 250;

/// The columns of the combined format of nginx and Apache httpd, and of the common one, which has the first seven.
pub const COMBINED: [&str; 9] =
    ["address", "-", "user", "time", "request", "status", "bytes", "referrer", "user agent"];

/// A column: its place, how many its line has, and whether the line has the shape of [`COMBINED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its place, from 0.
    pub index: usize,
    /// How many columns the line has.
    pub of: usize,
    /// The line looks like one of the combined format.
    pub is_combined: bool,
}

impl Column {
    /// Its name in the combined format, where the line has that shape.
    #[must_use]
    pub fn in_combined(&self) -> Option<&'static str> {
        COMBINED.get(self.index).filter(|_| self.is_combined).copied()
    }
}

/// The columns of hits, by line and class. `input` is the log from its first byte; what cannot be read again has no columns.
#[must_use]
pub fn columns(
    mut input: Box<dyn Read + Send + '_>,
    places: &[Hit],
    options: &Options<'_>,
) -> BTreeMap<(u64, Class), Column> {
    let mut wanted: BTreeMap<u64, Vec<Class>> = BTreeMap::new();
    for hit in places.iter().take(PLACES) {
        let classes = wanted.entry(hit.line).or_default();
        if !classes.contains(&hit.class) {
            classes.push(hit.class);
        }
    }
    let mut found = BTreeMap::new();
    let mut magic = Vec::new();
    if wanted.is_empty() || input.by_ref().take(MAGIC_BYTES as u64).read_to_end(&mut magic).is_err() {
        return found;
    }
    let mut plain = BufReader::new(unpacked(Packing::of(&magic), Cursor::new(magic).chain(input)));
    let (mut number, mut line) = (1_u64, Vec::new());
    let last = wanted.keys().next_back().copied().unwrap_or(0);
    while number <= last {
        let Ok(bytes) = plain.fill_buf() else { break };
        if bytes.is_empty() {
            break;
        }
        let end = memchr::memchr(b'\n', bytes);
        let used = end.map_or(bytes.len(), |end| end + 1);
        if wanted.contains_key(&number) {
            let room = LINE_BYTES.saturating_sub(line.len()).min(end.unwrap_or(bytes.len()));
            line.extend_from_slice(&bytes[..room]);
        }
        plain.consume(used);
        if end.is_some() {
            note(&line, number, &wanted, options, &mut found);
            line.clear();
            number += 1;
        }
    }
    note(&line, number, &wanted, options, &mut found);
    found
}

fn note(
    line: &[u8],
    number: u64,
    wanted: &BTreeMap<u64, Vec<Class>>,
    options: &Options<'_>,
    found: &mut BTreeMap<(u64, Class), Column>,
) {
    let Some(classes) = wanted.get(&number).filter(|_| !line.is_empty() && line.len() < LINE_BYTES) else { return };
    let parts = split(line);
    if parts.len() > COLUMNS {
        return;
    }
    let is_combined = is_combined(line, &parts);
    for (index, part) in parts.iter().enumerate() {
        let alone = Options { threads: 1, size_bytes: None, progress: &|_| {}, ..*options };
        let seen = look(Box::new(&line[part.clone()]), &alone);
        for class in classes.iter().filter(|class| seen.counts.keys().any(|(of, _)| of == *class)) {
            found.entry((number, *class)).or_insert(Column { index, of: parts.len(), is_combined });
        }
    }
}

fn is_combined(line: &[u8], parts: &[Range<usize>]) -> bool {
    let starts = |at: usize, sign: u8| line.get(parts[at].start) == Some(&sign);
    let is_status = |part: &Range<usize>| part.len() == 3 && line[part.clone()].iter().all(u8::is_ascii_digit);
    matches!(parts.len(), 7 | 9) && starts(3, b'[') && starts(4, b'"') && is_status(&parts[5])
}

/// The columns of a line: texts in quotes, times in brackets, and what stands between blanks. A format that is cut in the
/// same way has the same columns.
#[must_use]
pub fn split(line: &[u8]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < line.len() {
        if line[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let start = at;
        let closing = match line[at] {
            b'"' => Some(b'"'),
            b'[' => Some(b']'),
            _ => None,
        };
        at += 1;
        match closing {
            Some(closing) => {
                while at < line.len() && line[at] != closing {
                    at += if line[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(line.len());
            }
            None => {
                while at < line.len() && !line[at].is_ascii_whitespace() && line[at] != b'"' {
                    at += 1;
                }
            }
        }
        parts.push(start..at);
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scan::{Allowed, Patterns};

    fn of(log: &[u8]) -> Vec<(u64, Class, usize, Option<&'static str>)> {
        let options = Options {
            allowed: &Allowed::default(),
            patterns: &Patterns::default(),
            threads: 1,
            size_bytes: None,
            progress: &|_| {},
        };
        let seen = look(Box::new(log), &options);
        let columns = columns(Box::new(log), &seen.places, &options);
        columns.into_iter().map(|((line, class), column)| (line, class, column.index, column.in_combined())).collect()
    }

    const LOG: &str = "192.0.2.1 - - [22/Nov/2026:10:00:00 +0900] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\"\n192.0.2.1 - - [22/Nov/2026:10:00:00 +0900] \"GET /?mail=taro%40example.jp HTTP/1.1\" 200 1 \"https://www.example.jp/?tel=090-1234-5678\" \"x \\\"y\\\"\"\n";

    #[test]
    fn a_hit_of_the_combined_format_has_its_column() {
        let wanted = [(2, Class::Email, 4, Some("request")), (2, Class::Phone, 7, Some("referrer"))];
        assert_eq!(of(LOG.as_bytes()), wanted);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, LOG.as_bytes()).unwrap();
        assert_eq!(of(&packed.finish().unwrap()), wanted);
    }

    #[test]
    fn a_json_line_is_cut_like_its_format() {
        let (format, line) = ("{\"a\":\"$x\",\"b\":$y}", "{\"a\":\"taro@example.jp\",\"b\":5}");
        assert_eq!(split(format.as_bytes()).len(), split(line.as_bytes()).len());
        assert_eq!(of(line.as_bytes()), [(1, Class::Email, 3, None)]);
    }

    proptest! {
        #[test]
        fn any_line_is_cut_without_a_panic_and_in_order(line in prop::collection::vec(any::<u8>(), 0..100)) {
            let parts = split(&line);
            prop_assert!(parts.windows(2).all(|pair| pair[0].end <= pair[1].start));
            prop_assert!(parts.iter().all(|part| part.start < part.end && part.end <= line.len()));
        }
    }
}
