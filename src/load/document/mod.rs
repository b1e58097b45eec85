//! The shapes of the files, one module a file kind: what serde reads and what the published schemas say.

pub mod check;
pub mod contractor_parts;
pub mod contractors;
pub mod duties;
pub mod evidence;
pub mod exports;
pub mod people;
pub mod policy;
pub mod records;
pub mod site;
pub mod tls_profile;
pub mod waivers;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The same words in English and Japanese.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BilingualDocument {
    /// English.
    #[schemars(length(min = 1))]
    pub en: String,
    /// Japanese.
    #[schemars(length(min = 1))]
    pub ja: String,
}

/// A day, `2026-04-01`.
pub fn date_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date", "description": "A day: 2026-04-01" })
}

/// The same, or nothing.
pub fn optional_date_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "format": "date", "description": "A day: 2026-04-01" })
}

/// Days.
pub fn dates_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "format": "date" }, "description": "Days: 2026-04-01" })
}

/// A number or list that checks refer to.
pub fn parameter_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["integer", "string", "array"],
        "items": { "type": "string" },
        "description": "A whole number, a text or a list of texts"
    })
}

/// A condition: `all`, `any`, `not`, or one field with one matcher.
pub fn condition_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "minProperties": 1, "description": "all, any, not, or { field: { matcher: operand } }" })
}
