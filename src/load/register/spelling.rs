//! Spellings that a person may use in a register and that mean one thing: days of Japanese eras, full-width digits, letters
//! and colons, a corporate number without quotes. What cannot be put right is said with its place.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::super::error::nearest;
use super::super::tree::Tree;
use super::super::{LoadError, Problem};
use crate::syntax::japanese_day::{folded, iso_day};

/// Keys whose values are days, alone or in a list.
const DAYS: [&str; 13] = [
    "on",
    "from",
    "to",
    "next_review",
    "valid_to",
    "expires",
    "created",
    "open_actions_due",
    "return_proof_on",
    "deletion_proof_on",
    "accounts_removed_on",
    "dns_removed_on",
    "date",
];

/// Keys whose values are machine-readable and therefore ASCII.
const ASCII: [&str; 22] = [
    "id",
    "corporate_number",
    "kind",
    "country",
    "subcontractor_of",
    "status",
    "system",
    "user",
    "person_id",
    "fingerprint",
    "hosts",
    "host_patterns",
    "cname_targets",
    "addresses",
    "spf_includes",
    "mx_targets",
    "ns_targets",
    "log_endpoints",
    "backup_endpoints",
    "issuers",
    "allowed_data",
    "required_certifications",
];

/// Keys whose values are whole numbers.
const NUMBERS: [&str; 3] = ["tier", "notice_hours", "asn"];

/// Puts every spelling right; gives what could not be, with its JSON pointer.
pub(super) fn put_right(tree: &mut Tree) -> Vec<(String, Problem)> {
    let mut json = std::mem::take(&mut tree.json);
    let mut told = Vec::new();
    walk(&mut json, &mut String::new(), "", tree, &mut told);
    tree.json = json;
    told
}

fn walk(json: &mut Json, pointer: &mut String, key: &str, tree: &Tree, told: &mut Vec<(String, Problem)>) {
    let length = pointer.len();
    match json {
        Json::Object(map) => {
            for (key, value) in map.iter_mut() {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                walk(value, pointer, key, tree, told);
                pointer.truncate(length);
            }
        }
        Json::Array(list) => {
            for (index, value) in list.iter_mut().enumerate() {
                pointer.push_str(&format!("/{index}"));
                walk(value, pointer, key, tree, told);
                pointer.truncate(length);
            }
        }
        Json::Number(number) if key == "corporate_number" => *json = Json::from(number.to_string()),
        Json::String(text) if DAYS.contains(&key) => match iso_day(text) {
            Ok(day) => *text = day,
            Err(fault) => {
                let (line, column) = tree.place(pointer);
                let found: String = text.chars().take(40).collect();
                let message = format!("{key}: {found}: {fault}");
                told.push((pointer.clone(), Problem { line, column, message, hint: None }));
            }
        },
        Json::String(text) if NUMBERS.contains(&key) => {
            if let Ok(number) = folded(text).trim().parse::<i64>() {
                *json = Json::from(number);
            }
        }
        Json::String(text) if ASCII.contains(&key) => {
            let plain = folded(text).trim().to_owned();
            *text = match key {
                "corporate_number" => plain.chars().filter(|character| !matches!(character, '-' | ' ')).collect(),
                // A pasted fingerprint may carry the number of bits in front, as ssh-keygen -l prints it.
                "fingerprint" => {
                    plain.split_whitespace().find(|word| word.starts_with("SHA256:")).unwrap_or(&plain).to_owned()
                }
                "country" => plain.to_ascii_uppercase(),
                "hosts" | "host_patterns" | "cname_targets" | "spf_includes" | "mx_targets" | "ns_targets"
                | "log_endpoints" | "backup_endpoints" | "issuers" => plain.trim_end_matches('.').to_ascii_lowercase(),
                _ => plain,
            };
        }
        _ => {}
    }
}

/// Every id of the register, of good and bad entries alike, so that an entry may refer to a bad one.
pub(super) fn ids(tree: &Tree) -> BTreeSet<String> {
    let list = tree.json.get("contractors").and_then(Json::as_array);
    list.into_iter().flatten().filter_map(|entry| entry.get("id")?.as_str().map(str::to_owned)).collect()
}

/// A YAML error, with the place of a full-width colon that looks like the one of YAML, where there is one.
pub(super) fn with_hint(error: LoadError, text: &str) -> LoadError {
    let LoadError::Invalid { file, mut problems } = error else { return error };
    if let Some((line, column, key)) = wide_colon(text) {
        let hint = Some(format!("write `{key}: ` with a colon of half width and a blank behind it"));
        problems.insert(0, Problem { line, column, message: "a full-width colon (：) after a key".to_owned(), hint });
    }
    LoadError::Invalid { file, problems }
}

/// The first line on which a known key is followed by a full-width colon.
pub(super) fn wide_colon(text: &str) -> Option<(u32, u32, String)> {
    const KEYS: [&str; 12] = [
        "approval",
        "contractors",
        "name",
        "contract",
        "clauses",
        "services",
        "accounts",
        "keys",
        "tokens",
        "incident",
        "certifications",
        "end_of_contract",
    ];
    for (number, line) in text.lines().enumerate() {
        let Some(at) = line.find('：') else { continue };
        let key = line[..at].trim().trim_start_matches("- ").trim_start_matches(['{', ' ']);
        let is_key = DAYS.iter().chain(&ASCII).chain(&NUMBERS).chain(&KEYS).any(|known| *known == key);
        if is_key || (key.is_ascii() && !key.contains(' ') && nearest(key, KEYS).is_some()) {
            let column = line[..at].chars().count() + 1;
            return Some((
                u32::try_from(number + 1).unwrap_or(u32::MAX),
                u32::try_from(column).unwrap_or(u32::MAX),
                key.to_owned(),
            ));
        }
    }
    None
}
