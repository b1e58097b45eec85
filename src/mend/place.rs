//! Where an edit goes: the directive of a finding, what is in force around it, and lines that fit in with their neighbours.

use std::rc::Rc;

use super::{Edit, Files, Source, edit};
use crate::model::{Finding, Location, Value};
use crate::syntax::nginx::Directive;

/// The file of a place, read.
pub(super) fn source(location: &Location, files: &Files<'_>) -> Option<Rc<Source>> {
    files(location.file.as_deref()?)
}

/// The directives that lead to a place, the innermost last.
pub(super) fn path<'s>(source: &'s Source, location: &Location) -> Option<Vec<&'s Directive>> {
    source.path_to(location.line?, location.column?)
}

/// The place that a note names.
pub(super) fn noted<'f>(finding: &'f Finding, note: &str) -> Option<&'f Location> {
    finding.related.iter().find(|related| related.note == note).map(|related| &related.location)
}

/// The texts that a field held when it did not satisfy the check.
pub(super) fn texts(finding: &Finding, field: &str) -> Vec<String> {
    let leaf = finding.leaves.iter().find(|leaf| leaf.field == field);
    match leaf.and_then(|leaf| leaf.actual.as_ref()) {
        Some(Value::List(items)) => items
            .iter()
            .filter_map(|item| match item {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The directive of a name that is in force at the end of a path: the innermost level that has one in this file.
pub(super) fn in_force<'s>(path: &[&'s Directive], name: &str) -> Option<&'s Directive> {
    path.iter().rev().find_map(|level| level.block.iter().flatten().find(|one| one.name == name))
}

/// The innermost block of a name on a path.
pub(super) fn around<'s>(path: &[&'s Directive], name: &str) -> Option<&'s Directive> {
    path.iter().rev().find(|level| level.name == name).copied()
}

/// A line of its own at the start of a block.
pub(super) fn first_in(source: &Source, block: &Directive, line: &str) -> Option<Edit> {
    let body = block.body.clone()?;
    let text = source.text.get(body.clone())?;
    let at = body.start..body.start;
    if !text.contains(&b'\n') {
        // A block on one line stays one.
        let space = if text.is_empty() { " " } else { "" };
        return Some(edit(source, at, format!(" {line}{space}")));
    }
    let indent = match block.block.iter().flatten().find(|child| indent_of(source, child).is_some()) {
        Some(child) => indent_of(source, child)?,
        None => format!("{}    ", indent_of(source, block).unwrap_or_default()),
    };
    Some(edit(source, at, format!("\n{indent}{line}")))
}

/// A line of its own behind a directive.
pub(super) fn behind(source: &Source, directive: &Directive, line: &str) -> Edit {
    let at = directive.span.end..directive.span.end;
    match indent_of(source, directive) {
        Some(indent) => edit(source, at, format!("\n{indent}{line}")),
        None => edit(source, at, format!(" {line}")),
    }
}

/// A directive taken out, with its line where it has one of its own.
pub(super) fn without(source: &Source, directive: &Directive) -> Edit {
    let span = directive.span.clone();
    let own_line = indent_of(source, directive);
    let rest = source.text.get(span.end..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let ends_line = matches!(rest.get(blank), None | Some(b'\n'));
    match own_line.filter(|_| ends_line) {
        Some(indent) => {
            let end = span.end + blank + usize::from(rest.get(blank).is_some());
            edit(source, span.start - indent.len()..end, "")
        }
        None => edit(source, span.start..span.end + blank, ""),
    }
}

/// An argument in other words.
pub(super) fn argument(source: &Source, directive: &Directive, number: usize, text: &str) -> Option<Edit> {
    directive.words.get(number + 1).map(|span| edit(source, span.clone(), text))
}

/// All arguments in other words.
pub(super) fn arguments(source: &Source, directive: &Directive, text: &str) -> Option<Edit> {
    let (first, last) = (directive.words.get(1)?, directive.words.last()?);
    Some(edit(source, first.start..last.end, text))
}

/// A value as nginx reads it back.
pub(super) fn quoted(value: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.' | '/' | ':' | '=' | ',' | '$');
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The blanks before a directive; `None` where something else stands before it on its line.
fn indent_of(source: &Source, directive: &Directive) -> Option<String> {
    let before = source.text.get(..directive.span.start)?;
    let line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let blanks = &before[line..];
    blanks.iter().all(|byte| matches!(byte, b' ' | b'\t')).then(|| String::from_utf8_lossy(blanks).into_owned())
}
