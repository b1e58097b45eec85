//! What the first entries of a plain log show without a configuration: the classes of the keys of JSON entries, and whether
//! a query string with a value is among them. No text of an entry is kept.

use std::collections::BTreeSet;
use std::io::Read;

use serde_json::Value;

use crate::collect::log_class::{DataClass, of_key};
use crate::scan::{Packing, Scanned};

/// Bytes that are looked at: some hundreds of entries.
const HEAD_BYTES: usize = 64 * 1024;
/// Depth of a JSON entry below which keys are not looked at.
const DEPTH: usize = 6;

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// `None`: the entries are not JSON.
    pub(super) json: Option<Json>,
    /// `None`: not in the sample, and the log is longer.
    pub(super) has_query: Option<bool>,
}

/// Keys of JSON entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Json {
    pub(super) classes: BTreeSet<DataClass>,
    /// How many keys no table names.
    pub(super) unclassed: u64,
}

/// A stream of which the first bytes are kept as they pass.
pub(super) struct Head<'a, R> {
    pub(super) input: R,
    pub(super) kept: &'a mut Vec<u8>,
}

impl<R: Read> Read for Head<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(out)?;
        let room = HEAD_BYTES.saturating_sub(self.kept.len()).min(count);
        self.kept.extend_from_slice(&out[..room]);
        Ok(count)
    }
}

impl Sample {
    /// Looks at the first bytes of a log that was scanned.
    pub(super) fn of(head: &[u8], scanned: &Scanned) -> Self {
        if scanned.packing != Packing::Plain || scanned.is_wide {
            return Self::default();
        }
        let is_whole = head.len() < HEAD_BYTES && scanned.faults.is_empty();
        // The last line may be cut.
        let end = if is_whole { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or(0) };
        let lines = || head[..end].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let any = lines().any(has_query);
        Self { json: json(lines()), has_query: if any || is_whole { Some(any) } else { None } }
    }
}

fn json<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Json> {
    let (mut json, mut unclassed, mut count) = (Json::default(), BTreeSet::new(), 0_u32);
    for line in lines {
        // Some entries of another program between them change nothing.
        let Ok(entry @ Value::Object(_)) = serde_json::from_slice::<Value>(line) else {
            if count == 0 {
                return None;
            }
            continue;
        };
        count += 1;
        keys(&entry, &mut String::new(), 0, &mut json, &mut unclassed);
    }
    json.unclassed = u64::try_from(unclassed.len()).unwrap_or(u64::MAX);
    (count > 0).then_some(json)
}

fn keys(value: &Value, path: &mut String, depth: usize, json: &mut Json, unclassed: &mut BTreeSet<String>) {
    match value {
        Value::Object(parts) if depth < DEPTH => {
            for (key, value) in parts {
                let length = path.len();
                if !path.is_empty() {
                    path.push('.');
                }
                // A dot of the key's own parts words as well (`user.name` in one key).
                path.push_str(key);
                keys(value, path, depth + 1, json, unclassed);
                path.truncate(length);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().for_each(|item| keys(item, path, depth + 1, json, unclassed));
        }
        // What is empty records nothing.
        Value::Null => {}
        Value::String(text) if text.is_empty() || text == "-" => {}
        Value::Array(items) if items.is_empty() => {}
        _ => match of_key(path) {
            Some(class) => {
                json.classes.insert(class);
            }
            None => {
                unclassed.insert(path.clone());
            }
        },
    }
}

/// Whether a line holds `/path?key=value` or the same behind a host, the value not empty.
fn has_query(line: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'?', &line[from..]).map(|at| from + at) {
        from = at + 1;
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>".contains(byte);
        let start = line[..at].iter().rposition(ends).map_or(0, |end| end + 1);
        let end = line[at..].iter().position(ends).map_or(line.len(), |length| at + length);
        let (path, query) = (&line[start..at], &line[at + 1..end]);
        let is_path = path.starts_with(b"/") || path.windows(3).any(|part| part == b"://");
        let has_value = query
            .split(|byte| *byte == b'&')
            .any(|pair| memchr::memchr(b'=', pair).is_some_and(|sign| sign > 0 && sign + 1 < pair.len()));
        if is_path && has_value {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Sample {
        Sample::of(text.as_bytes(), &Scanned::default())
    }

    #[test]
    fn classes_come_from_keys_with_values() {
        let entry = r#"{"ts":1.5,"request":{"remote_ip":"192.0.2.1","uri":"/a?mail=x","headers":{"Cookie":["a=b"],"Referer":[]}},"user_id":"","own":{"thing":3}}"#;
        let sample = of(&format!("{entry}\nnot json\n{entry}\n"));
        let json = sample.json.unwrap();
        assert_eq!(
            json.classes.iter().map(|class| class.word()).collect::<Vec<_>>(),
            ["access_info", "ip_address", "cookie"]
        );
        assert_eq!((json.unclassed, sample.has_query), (1, Some(true)));
        assert_eq!(of("192.0.2.1 - - \"GET /a HTTP/1.1\" 200\n").json, None);
    }

    #[test]
    fn a_query_counts_where_it_has_a_value() {
        for (line, wanted) in [
            ("\"GET /a?b=c HTTP/1.1\"", true),
            ("\"https://www.example.jp/?q=x\"", true),
            ("\"GET /a?b= HTTP/1.1\"", false),
            ("\"GET /a? HTTP/1.1\"", false),
            ("what? a=b", false),
        ] {
            assert_eq!(has_query(line.as_bytes()), wanted, "{line}");
        }
    }

    #[test]
    fn of_a_longer_log_only_what_is_there_is_said() {
        let long = "192.0.2.1 \"GET /a HTTP/1.1\" 200\n".repeat(5_000);
        assert_eq!(of(&long[..HEAD_BYTES]).has_query, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Sample::of(&bytes, &Scanned::default());
        }
    }
}
