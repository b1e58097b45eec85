//! `tenken schema`: the published JSON Schemas.

use super::Streams;
use super::arguments::SchemaOptions;
use super::failure::{Exit, Failure};
use super::output::print;
use crate::load::{self, LoadError, SCHEMA_NAMES};
use crate::report;

/// Runs the command.
///
/// # Errors
/// `Unknown` where there is no such schema.
pub(super) fn run(options: &SchemaOptions, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let schema = match options.name.as_str() {
        "report" => Some(report::schema()),
        "logs" => Some(super::logs::schema()),
        "register" => load::schema("contractors"),
        name => load::schema(name),
    };
    let Some(schema) = schema else {
        let known = SCHEMA_NAMES.into_iter().chain(["report", "logs"]);
        return Err(LoadError::unknown("schema", &options.name, known).into());
    };
    print(streams, &format!("{schema:#}\n"))?;
    Ok(Exit::DONE)
}
