//! A register as a table: CSV as spreadsheets write it -> the same tree as YAML gives, with line and column; and back.

use std::collections::BTreeMap;

use encoding_rs::{SHIFT_JIS, UTF_16BE, UTF_16LE};
use serde_json::{Map, Value as Json};

use super::super::error::nearest;
use super::super::tree::Tree;
use super::super::{LoadError, Problem};
use super::columns::{COLUMNS, Cell, Column, WORDS};
use crate::syntax::japanese_day::folded;

/// In which language the headings and words of a table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headings {
    /// Japanese.
    Japanese,
    /// English: the keys of the YAML.
    English,
}

/// How the bytes of a table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableEncoding {
    /// UTF-8 with a byte order mark, without which spreadsheets take it for another encoding.
    Utf8,
    /// Shift_JIS (Windows code page 932).
    ShiftJis,
}

/// Signs at which a spreadsheet would begin a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Reads a table.
///
/// # Errors
/// `Invalid` with every problem: an encoding that cannot be told, a heading that does not exist, a formula, an error value.
pub(in crate::load) fn tree_from_csv(file: &str, bytes: &[u8]) -> Result<Tree, LoadError> {
    let text = decoded(bytes).ok_or_else(|| {
        LoadError::invalid(file, 0, 0, "neither UTF-8, UTF-16 nor Shift_JIS; save as \"CSV UTF-8\" or as CSV")
    })?;
    let mut rows = rows(file, &text)?.into_iter();
    let mut read = Reading::default();
    let Some((line, heads)) = rows.next() else {
        return Err(LoadError::invalid(file, 1, 1, "no headings; `tenken register export` writes a table to fill in"));
    };
    let columns = read.columns(line, &heads);
    if !columns.iter().flatten().any(|column| column.path == "id") {
        read.say(line, 0, format!("no column {} (id)", COLUMNS[0].ja), None);
    }
    for (line, cells) in rows {
        read.row(line, &cells, &columns);
    }
    if !read.problems.is_empty() {
        return Err(LoadError::Invalid { file: file.to_owned(), problems: read.problems });
    }
    Ok(read.finished())
}

/// Text of bytes: a byte order mark decides, else UTF-8 where it is valid, else Shift_JIS.
fn decoded(bytes: &[u8]) -> Option<String> {
    for (mark, encoding) in [(&[0xFF, 0xFE][..], UTF_16LE), (&[0xFE, 0xFF][..], UTF_16BE)] {
        if bytes.starts_with(mark) {
            let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
            return (!had_errors).then(|| text.into_owned());
        }
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let (text, had_errors) = SHIFT_JIS.decode_without_bom_handling(bytes);
    (!had_errors).then(|| text.into_owned())
}

/// Lines of cells with the line at which each begins.
fn rows(file: &str, text: &str) -> Result<Vec<(u32, Vec<String>)>, LoadError> {
    let head = text.lines().next().unwrap_or_default();
    let count = |sign: char| head.matches(sign).count();
    let delimiter = if count('\t') > count(',') && count('\t') > 0 {
        b'\t'
    } else if count(';') > count(',') {
        b';'
    } else {
        b','
    };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, |place| u32::try_from(place.line()).unwrap_or(u32::MAX));
            LoadError::invalid(file, line, 1, "not readable as CSV")
        })?;
        let line = record.position().map_or(0, |place| u32::try_from(place.line()).unwrap_or(u32::MAX));
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push((line, cells));
        }
    }
    Ok(rows)
}

#[derive(Default)]
struct Reading {
    contractors: Vec<Map<String, Json>>,
    approval: Map<String, Json>,
    places: BTreeMap<String, (u32, u32)>,
    problems: Vec<Problem>,
}

impl Reading {
    fn say(&mut self, line: u32, index: usize, message: String, hint: Option<String>) {
        let column = u32::try_from(index + 1).unwrap_or(u32::MAX);
        self.problems.push(Problem { line, column, message, hint });
    }

    fn columns(&mut self, line: u32, heads: &[String]) -> Vec<Option<&'static Column>> {
        let mut seen: Vec<&str> = Vec::new();
        let mut columns = Vec::new();
        for (index, head) in heads.iter().enumerate() {
            let plain: String = folded(head).chars().filter(|character| !character.is_whitespace()).collect();
            if plain.is_empty() {
                columns.push(None);
                continue;
            }
            let found = COLUMNS.iter().find(|column| {
                folded(column.ja) == plain || column.path.trim_start_matches('/').eq_ignore_ascii_case(&plain)
            });
            match found {
                Some(column) if seen.contains(&column.path) => {
                    self.say(line, index, format!("the heading {plain} stands there twice"), None);
                }
                Some(column) => seen.push(column.path),
                None => {
                    let known = COLUMNS.iter().flat_map(|column| [column.ja, column.path]);
                    let hint = nearest(&plain, known).map(|near| format!("did you mean `{near}`?"));
                    let shown: String = plain.chars().take(40).collect();
                    self.say(line, index, format!("unknown heading `{shown}`"), hint);
                }
            }
            columns.push(found);
        }
        columns
    }

    fn row(&mut self, line: u32, cells: &[String], columns: &[Option<&'static Column>]) {
        let cell_of = |path: &str| {
            let index = columns.iter().position(|column| column.is_some_and(|column| column.path == path))?;
            cells.get(index).map(|cell| folded(cell).trim().to_owned()).filter(|cell| !cell.is_empty())
        };
        let id = cell_of("id");
        let last = self.contractors.last().and_then(|entry| entry.get("id")?.as_str().map(str::to_owned));
        if id.is_some() && id != last || self.contractors.is_empty() {
            let index = self.contractors.len();
            self.places.insert(format!("/contractors/{index}"), (line, 1));
            self.contractors.push(Map::new());
        }
        let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, cell) in cells.iter().enumerate() {
            let text = cell.trim();
            if text.is_empty() {
                continue;
            }
            let Some(column) = columns.get(index).copied().flatten() else {
                if columns.get(index).is_none_or(Option::is_none) {
                    let shown: String = text.chars().take(40).collect();
                    self.say(line, index, format!("`{shown}` stands under no heading"), None);
                }
                continue;
            };
            if let Some((message, hint)) = spoilt(text, column) {
                self.say(line, index, format!("{}: {message}", column.ja), Some(hint.to_owned()));
                continue;
            }
            let unescaped = match text.strip_prefix('\'') {
                Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
                _ => text,
            };
            match value(unescaped, column) {
                Ok(Some(json)) => self.put(line, index, column, json, &mut parts),
                Ok(None) => {}
                Err(message) => self.say(line, index, format!("{}: {message}", column.ja), None),
            }
        }
    }

    /// Sets the value at a column's path in the newest entry; a later line of the same entry may repeat a value, not change it.
    fn put(
        &mut self,
        line: u32,
        index: usize,
        column: &'static Column,
        json: Json,
        parts: &mut BTreeMap<&'static str, usize>,
    ) {
        let number = self.contractors.len().saturating_sub(1);
        let place = (line, u32::try_from(index + 1).unwrap_or(u32::MAX));
        let (start, target) = match column.path.strip_prefix('/') {
            Some(_) => (String::new(), Some(&mut self.approval)),
            None => (format!("/contractors/{number}"), self.contractors.last_mut()),
        };
        let Some(mut target) = target else { return };
        let mut pointer = start;
        let mut keys: Vec<&str> = column.path.trim_start_matches('/').split('.').collect();
        let Some(last) = keys.pop() else { return };
        if column.path.starts_with('/') {
            pointer.push_str("/approval");
            keys.clear();
        }
        for key in keys {
            let (name, is_list) = (key.trim_end_matches("[]"), key.ends_with("[]"));
            pointer.push('/');
            pointer.push_str(name);
            let entry = target
                .entry(name.to_owned())
                .or_insert_with(|| if is_list { Json::Array(Vec::new()) } else { Json::Object(Map::new()) });
            self.places.entry(pointer.clone()).or_insert(place);
            let map = if is_list {
                let Some(list) = entry.as_array_mut() else { return };
                let at = *parts.entry(column.path.split("[]").next().unwrap_or_default()).or_insert_with(|| {
                    list.push(Json::Object(Map::new()));
                    list.len() - 1
                });
                pointer.push_str(&format!("/{at}"));
                self.places.entry(pointer.clone()).or_insert(place);
                list.get_mut(at).and_then(Json::as_object_mut)
            } else {
                entry.as_object_mut()
            };
            let Some(map) = map else { return };
            target = map;
        }
        pointer.push('/');
        pointer.push_str(last);
        match target.get(last) {
            Some(before) if *before != json => {
                let message = format!("{}: another line of the same entry says {before}", column.ja);
                self.problems.push(Problem { line: place.0, column: place.1, message, hint: None });
            }
            Some(_) => {}
            None => {
                if let Some(list) = json.as_array() {
                    for at in 0..list.len() {
                        self.places.insert(format!("{pointer}/{at}"), place);
                    }
                }
                self.places.insert(pointer, place);
                target.insert(last.to_owned(), json);
            }
        }
    }

    fn finished(mut self) -> Tree {
        for entry in &mut self.contractors {
            // One name is enough in a table; the other language then says the same.
            if let Some(Json::Object(name)) = entry.get_mut("name") {
                for (wanted, other) in [("en", "ja"), ("ja", "en")] {
                    if let (None, Some(text)) = (name.get(wanted), name.get(other).cloned()) {
                        name.insert(wanted.to_owned(), text);
                    }
                }
            }
        }
        let mut json = Map::new();
        if !self.approval.is_empty() {
            json.insert("approval".to_owned(), Json::Object(self.approval));
        }
        let entries = self.contractors.into_iter().map(Json::Object).collect();
        json.insert("contractors".to_owned(), Json::Array(entries));
        Tree { json: Json::Object(json), values: self.places, keys: BTreeMap::new() }
    }
}

/// What a spreadsheet did to a cell, and what to do about it.
fn spoilt(text: &str, column: &Column) -> Option<(String, &'static str)> {
    let shown: String = text.chars().take(30).collect();
    if text.starts_with('=') {
        return Some((format!("a formula, {shown}"), "a register holds values; paste the cell as a value"));
    }
    let errors = ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "####"];
    if errors.iter().any(|error| text.starts_with(error)) {
        return Some((format!("an error of the spreadsheet, {shown}"), "mend the cell and save again"));
    }
    let is_rounded = column.path == "corporate_number"
        && text.to_ascii_uppercase().split_once("E+").is_some_and(|(front, power)| {
            front.chars().all(|sign| sign.is_ascii_digit() || sign == '.') && power.parse::<u8>().is_ok()
        });
    is_rounded.then(|| (format!("rounded by the spreadsheet, {shown}"), "format the column as text and enter it again"))
}

const YES: [&str; 9] = ["○", "◯", "〇", "有", "あり", "はい", "true", "yes", "1"];
const NO: [&str; 10] = ["×", "✕", "無", "なし", "いいえ", "false", "no", "0", "-", "―"];

fn value(text: &str, column: &Column) -> Result<Option<Json>, String> {
    let plain = folded(text).trim().to_lowercase();
    let word = |text: &str| -> String {
        let plain = folded(text);
        let plain = plain.trim();
        WORDS
            .iter()
            .find(|(path, _, ja)| *path == column.path && ja.eq_ignore_ascii_case(plain))
            .map_or_else(|| text.trim().to_owned(), |(_, word, _)| (*word).to_owned())
    };
    Ok(Some(match column.cell {
        Cell::Text => Json::from(word(text)),
        Cell::Number => {
            Json::from(plain.parse::<i64>().map_err(|_| format!("expected a whole number, found {plain}"))?)
        }
        Cell::Yes if YES.contains(&plain.as_str()) => Json::from(true),
        Cell::Yes if NO.contains(&plain.as_str()) => Json::from(false),
        Cell::Yes => {
            return Err(format!("expected ○ or nothing, found {}", plain.chars().take(20).collect::<String>()));
        }
        Cell::Lines => Json::from(parts(text, &['\n']).map(str::to_owned).collect::<Vec<_>>()),
        Cell::List => {
            let items: Vec<String> = parts(text, &['\n', ';', '；', '、', ',']).map(word).collect();
            Json::from(items)
        }
        Cell::Clause if NO.contains(&plain.as_str()) => return Ok(None),
        Cell::Clause if YES.contains(&plain.as_str()) => Json::Object(Map::new()),
        Cell::Clause => {
            let mut clause = Map::new();
            clause.insert("document_ref".to_owned(), Json::from(text));
            Json::Object(clause)
        }
    }))
}

fn parts<'a>(text: &'a str, ends: &'a [char]) -> impl Iterator<Item = &'a str> {
    text.split(ends).map(str::trim).filter(|part| !part.is_empty())
}

/// A register's document as a table that a spreadsheet opens, CRLF and a byte order mark included.
#[must_use]
pub fn table_from_document(document: &Json, headings: Headings, encoding: TableEncoding) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let heads = COLUMNS.iter().map(|column| match headings {
        Headings::Japanese => column.ja,
        Headings::English => column.path.trim_start_matches('/'),
    });
    // Writing into memory does not fail; what the writer says of it is dropped with the writer.
    let _ = writer.write_record(heads);
    let entries = document.get("contractors").and_then(Json::as_array);
    for (index, entry) in entries.into_iter().flatten().enumerate() {
        let lines = COLUMNS
            .iter()
            .filter_map(|column| column.path.split_once("[]"))
            .map(|(list, _)| entry.get(list).and_then(Json::as_array).map_or(0, Vec::len));
        for line in 0..lines.max().unwrap_or(0).max(1) {
            let cells = COLUMNS.iter().map(|column| {
                let shown = match column.path.split_once("[].") {
                    Some((list, key)) => entry.get(list).and_then(|list| list.get(line)?.get(key)),
                    None if column.path.starts_with('/') => {
                        let pointer = column.path.replace('.', "/");
                        document.pointer(&pointer).filter(|_| index == 0 && line == 0)
                    }
                    None if line > 0 && column.path != "id" => None,
                    None => entry.pointer(&format!("/{}", column.path.replace('.', "/"))),
                };
                shown.map_or_else(String::new, |json| guarded(&cell(json, column, headings)))
            });
            let _ = writer.write_record(cells);
        }
    }
    let text = String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default();
    match encoding {
        TableEncoding::Utf8 => format!("\u{feff}{text}").into_bytes(),
        TableEncoding::ShiftJis => SHIFT_JIS.encode(&text).0.into_owned(),
    }
}

fn cell(json: &Json, column: &Column, headings: Headings) -> String {
    let word = |text: &str| {
        WORDS
            .iter()
            .find(|(path, word, _)| headings == Headings::Japanese && *path == column.path && *word == text)
            .map_or_else(|| text.to_owned(), |(_, _, ja)| (*ja).to_owned())
    };
    match json {
        Json::String(text) => word(text),
        Json::Bool(true) => "○".to_owned(),
        Json::Bool(false) | Json::Null => String::new(),
        Json::Number(number) => number.to_string(),
        Json::Array(items) => items.iter().filter_map(Json::as_str).map(word).collect::<Vec<_>>().join("\n"),
        Json::Object(clause) => {
            clause.get("document_ref").and_then(Json::as_str).map_or_else(|| "○".to_owned(), str::to_owned)
        }
    }
}

/// A cell that no spreadsheet takes for a formula.
fn guarded(text: &str) -> String {
    if text.starts_with(FORMULA) || (text.starts_with('\'') && text.trim_start_matches('\'').starts_with(FORMULA)) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
