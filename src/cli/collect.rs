//! `tenken collect`: the facts, without a judgement.

use super::Streams;
use super::arguments::CollectOptions;
use super::assess::{look, moment};
use super::failure::{Exit, Failure};
use super::output::{print, write_file};
use crate::load::evidence_to_text;
use crate::pipeline::JudgeOptions;

/// Runs the command. It exits with 0 whatever the facts say.
///
/// # Errors
/// A [`Failure`]: exit code 2.
pub(super) fn run(options: &CollectOptions, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let now = options.now.as_deref().map(moment).transpose()?;
    let text = evidence_to_text(&look(&options.target, &options.look, &JudgeOptions::default(), now, streams)?.0)?;
    match &options.output {
        Some(path) => write_file(path, &text)?,
        None => print(streams, &text)?,
    }
    Ok(Exit::DONE)
}
