//! Small turns from documents to model values that several readers need.

use serde_json::Value as Json;

use super::condition::value;
use super::document::BilingualDocument;
use crate::model::{Bilingual, ParameterValue, Time, Value};

pub(crate) fn bilingual(document: &BilingualDocument) -> Bilingual {
    Bilingual::new(&document.en, &document.ja)
}

/// A parameter's value: a whole number, a text or a list of texts.
pub(crate) fn parameter_value(json: &Json) -> Option<ParameterValue> {
    match value(json) {
        Some(Value::Bool(_) | Value::Time(_)) | None => None,
        some => some,
    }
}

/// A day out of a text whose schema already said that it is one; the epoch never stands for a broken date, `None` does.
pub(crate) fn day(text: &str) -> Option<Time> {
    Time::parse(text)
}

/// The same for a day that may be absent.
pub(crate) fn optional_day(text: Option<&String>) -> Option<Time> {
    text.and_then(|text| day(text))
}
