//! Facts about one subject, with their source.

use std::collections::BTreeMap;

use super::{Strength, Subject, Value};

/// Where a fact was read: a place in a file, a URL, a host or an entry of a list. All parts are optional.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Location {
    /// Path of a file as the site file names it (never absolute where the site file is relative).
    pub file: Option<String>,
    /// Line, counted from 1.
    pub line: Option<u32>,
    /// Column in characters, counted from 1.
    pub column: Option<u32>,
    /// URL without its query.
    pub url: Option<String>,
    /// Host or endpoint.
    pub host: Option<String>,
    /// Entry of a register or list.
    pub entry: Option<String>,
}

impl Location {
    /// A place in a file.
    pub fn file(path: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: Some(path.into()), line: Some(line), column: Some(column), ..Self::default() }
    }

    /// A whole file.
    pub fn whole_file(path: impl Into<String>) -> Self {
        Self { file: Some(path.into()), ..Self::default() }
    }

    /// A URL.
    pub fn url(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }

    /// A host or endpoint.
    pub fn host(host: impl Into<String>) -> Self {
        Self { host: Some(host.into()), ..Self::default() }
    }

    /// An entry of a file's list.
    pub fn entry(file: impl Into<String>, entry: impl Into<String>) -> Self {
        Self { file: Some(file.into()), entry: Some(entry.into()), ..Self::default() }
    }
}

/// A second place that belongs to a fact, and what it has to do with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// The place.
    pub location: Location,
    /// What is there, in a few words ("included here", "the header that is lost").
    pub note: String,
}

/// What the note of a reason in a comment begins with.
const REMARK: &str = "reason given in a comment for ";

impl Related {
    /// The note of a comment that gives a reason for a finding of one check. It waives nothing: an approver and an
    /// expiry are still wanted.
    #[must_use]
    pub fn remark(check: &str, reason: &str) -> String {
        format!("{REMARK}{check}: {reason}")
    }

    /// The check and the reason of such a note.
    #[must_use]
    pub fn as_remark(&self) -> Option<(&str, &str)> {
        self.note.strip_prefix(REMARK)?.split_once(": ")
    }
}

/// What one way of looking saw of one subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observation {
    /// Kind, `family-thing`, declared by exactly one collector or join.
    pub kind: String,
    /// The subject; unique within the kind.
    pub subject: Subject,
    /// Facts by dotted field name.
    pub fields: BTreeMap<String, Value>,
    /// Facts that could not be read, with the reason in words.
    pub unknown_fields: BTreeMap<String, String>,
    /// Where the facts were read.
    pub source: Location,
    /// Further places.
    pub related: Vec<Related>,
    /// How they were read: `tls handshake`, `GET over HTTP/1.1`, `stat`.
    pub method: String,
    /// How much the facts weigh.
    pub strength: Strength,
}

impl Observation {
    /// An observation without facts yet.
    pub fn new(kind: &str, subject: Subject, source: Location, method: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            subject,
            fields: BTreeMap::new(),
            unknown_fields: BTreeMap::new(),
            source,
            related: Vec::new(),
            method: method.to_owned(),
            strength: Strength::Measured,
        }
    }

    /// States one fact.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) -> &mut Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// States that one fact could not be read, and why.
    pub fn unknown(&mut self, field: &str, reason: impl Into<String>) -> &mut Self {
        self.unknown_fields.insert(field.to_owned(), reason.into());
        self
    }

    /// The text of a field, where it is one.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.fields.get(field) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The truth of a field, where it is one.
    #[must_use]
    pub fn flag(&self, field: &str) -> Option<bool> {
        match self.fields.get(field) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The number in a field, where it is one.
    #[must_use]
    pub fn integer(&self, field: &str) -> Option<i64> {
        match self.fields.get(field) {
            Some(Value::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// The texts of a list field; empty where it is none.
    #[must_use]
    pub fn texts(&self, field: &str) -> Vec<&str> {
        match self.fields.get(field) {
            Some(Value::List(items)) => items
                .iter()
                .filter_map(|item| match item {
                    Value::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}
