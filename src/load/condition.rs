//! `{ field: { matcher: operand } }` -> conditions. Whatever is not understood is an error.

use serde_json::{Map, Value as Json};

use super::error::nearest;
use crate::model::{Condition, Leaf, Matcher, Operand, Time, Value};

/// What is wrong with a condition: where in it (a JSON pointer below the condition), and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Pointer below the condition's own.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) message: String,
}

const MATCHERS: [&str; 11] = [
    "equals",
    "at_least",
    "at_most",
    "one_of",
    "none_of",
    "only",
    "includes",
    "excludes",
    "is_empty",
    "days_past_at_most",
    "days_ahead_at_least",
];

/// Reads a condition.
///
/// # Errors
/// [`Wrong`], with the pointer of the part that is not understood.
pub(crate) fn condition(json: &Json) -> Result<Condition, Wrong> {
    let map = object(json, "", "a condition: all, any, not, or { field: { matcher: operand } }")?;
    let mut parts = Vec::with_capacity(map.len());
    for (key, value) in map {
        let pointer = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
        parts
            .push(part(key, value).map_err(|wrong| Wrong { pointer: format!("{pointer}{}", wrong.pointer), ..wrong })?);
    }
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            parts.push(last);
            Ok(Condition::All(parts))
        }
        (None, _) => Err(wrong("", "an empty condition")),
    }
}

fn part(key: &str, value: &Json) -> Result<Condition, Wrong> {
    match key {
        "all" => Ok(Condition::All(conditions(value)?)),
        "any" => Ok(Condition::Any(conditions(value)?)),
        "not" => Ok(Condition::Not(Box::new(condition(value)?))),
        field => leaf(field, value),
    }
}

fn conditions(json: &Json) -> Result<Vec<Condition>, Wrong> {
    let list = json.as_array().ok_or_else(|| wrong("", "expected a list of conditions"))?;
    if list.is_empty() {
        return Err(wrong("", "an empty list of conditions decides nothing"));
    }
    list.iter()
        .enumerate()
        .map(|(index, item)| {
            condition(item).map_err(|wrong| Wrong { pointer: format!("/{index}{}", wrong.pointer), ..wrong })
        })
        .collect()
}

fn leaf(field: &str, json: &Json) -> Result<Condition, Wrong> {
    let map = object(json, "", "{ matcher: operand }")?;
    let mut matchers = Vec::new();
    let mut empty_passes = false;
    for (word, operand) in map {
        let pointer = format!("/{word}");
        if word == "empty" {
            if operand != "passes" {
                return Err(wrong(&pointer, "expected `empty: passes`"));
            }
            empty_passes = true;
            continue;
        }
        matchers.push(matcher(word, operand).map_err(|message| wrong(&pointer, &message))?);
    }
    if matchers.is_empty() {
        return Err(wrong("", "no matcher"));
    }
    let on_lists =
        |matcher: &Matcher| matches!(matcher, Matcher::Only(_) | Matcher::Includes(_) | Matcher::Excludes(_));
    if empty_passes && !matchers.iter().any(on_lists) {
        return Err(wrong("/empty", "`empty: passes` goes with only, includes or excludes"));
    }
    let mut leaves: Vec<Condition> = matchers
        .into_iter()
        .map(|matcher| {
            let empty_passes = empty_passes && on_lists(&matcher);
            Condition::Leaf(Leaf { field: field.to_owned(), matcher, empty_passes })
        })
        .collect();
    match (leaves.pop(), leaves.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            leaves.push(last);
            Ok(Condition::All(leaves))
        }
        (None, _) => Err(wrong("", "no matcher")),
    }
}

fn matcher(word: &str, json: &Json) -> Result<Matcher, String> {
    Ok(match word {
        "equals" => Matcher::Equals(scalar(json)?),
        "at_least" => Matcher::AtLeast(integer(json)?),
        "at_most" => Matcher::AtMost(integer(json)?),
        "one_of" => Matcher::OneOf(list(json)?),
        "none_of" => Matcher::NoneOf(list(json)?),
        "only" => Matcher::Only(list(json)?),
        "includes" => Matcher::Includes(list(json)?),
        "excludes" => Matcher::Excludes(list(json)?),
        "is_empty" => Matcher::IsEmpty(json.as_bool().ok_or("expected true or false")?),
        "days_past_at_most" => Matcher::DaysPastAtMost(integer(json)?),
        "days_ahead_at_least" => Matcher::DaysAheadAtLeast(integer(json)?),
        other => {
            let near = nearest(other, MATCHERS).map_or_else(|| MATCHERS.join(", "), str::to_owned);
            return Err(format!("unknown matcher `{other}`; did you mean {near}?"));
        }
    })
}

fn scalar(json: &Json) -> Result<Operand, String> {
    if let Some(named) = named(json)? {
        return Ok(named);
    }
    match value(json) {
        Some(Value::List(_)) | None => Err("expected true, false, a whole number or a text".to_owned()),
        Some(value) => Ok(Operand::Literal(value)),
    }
}

fn integer(json: &Json) -> Result<Operand, String> {
    if let Some(named) = named(json)? {
        return Ok(named);
    }
    match value(json) {
        Some(value @ Value::Integer(_)) => Ok(Operand::Literal(value)),
        _ => Err("expected a whole number or { parameter: NAME }".to_owned()),
    }
}

fn list(json: &Json) -> Result<Operand, String> {
    if let Some(named) = named(json)? {
        return Ok(named);
    }
    match value(json) {
        Some(value @ Value::List(_)) => Ok(Operand::Literal(value)),
        _ => Err("expected a list, { parameter: NAME } or { declared: LIST }".to_owned()),
    }
}

fn named(json: &Json) -> Result<Option<Operand>, String> {
    let Some(map) = json.as_object() else { return Ok(None) };
    let mut entries = map.iter();
    match (entries.next(), entries.next()) {
        (Some((key, Json::String(name))), None) if key == "parameter" => Ok(Some(Operand::Parameter(name.clone()))),
        (Some((key, Json::String(name))), None) if key == "declared" => Ok(Some(Operand::Declared(name.clone()))),
        _ => Err("expected { parameter: NAME } or { declared: LIST }".to_owned()),
    }
}

/// A field's value out of a document. A text that is a whole date or moment stays a text here: types come from the facts.
pub(crate) fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Integer(number.as_i64()?),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect::<Option<Vec<_>>>()?),
        Json::Object(map) => match (map.len(), map.get("time").and_then(Json::as_str)) {
            (1, Some(text)) => Value::Time(Time::parse(text)?),
            _ => return None,
        },
        Json::Null => return None,
    })
}

fn object<'a>(json: &'a Json, pointer: &str, expected: &str) -> Result<&'a Map<String, Json>, Wrong> {
    json.as_object().filter(|map| !map.is_empty()).ok_or_else(|| wrong(pointer, &format!("expected {expected}")))
}

fn wrong(pointer: &str, message: &str) -> Wrong {
    Wrong { pointer: pointer.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_misspelt_matcher_says_where_and_what_would_do() {
        let wrong = condition(&json!({ "all": [{ "a": { "equal": 1 } }] })).unwrap_err();
        assert_eq!(wrong.pointer, "/all/0/a/equal");
        assert!(wrong.message.contains("did you mean equals?"));
    }

    #[test]
    fn nothing_empty_is_a_condition() {
        for json in
            [json!({}), json!({ "all": [] }), json!({ "a": {} }), json!({ "a": { "empty": "passes" } }), json!([])]
        {
            assert!(condition(&json).is_err(), "{json}");
        }
    }

    #[test]
    fn operands_have_the_type_that_their_matcher_needs() {
        for json in [
            json!({ "a": { "at_least": "1" } }),
            json!({ "a": { "at_least": 1.5 } }),
            json!({ "a": { "only": "x" } }),
            json!({ "a": { "equals": ["x"] } }),
            json!({ "a": { "equals": null } }),
            json!({ "a": { "equals": { "parametre": "x" } } }),
        ] {
            assert!(condition(&json).is_err(), "{json}");
        }
    }
}
