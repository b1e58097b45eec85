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
    let seen = look(&options.target, &options.look, &JudgeOptions::default(), now, streams)?.evidence;
    let text = evidence_to_text(&seen)?;
    match &options.output {
        Some(path) => {
            write_file(path, &text)?;
            let path = path.display();
            let (facts, gaps) = (seen.evidence.observations.len(), seen.evidence.gaps.len());
            // Whoever is told by a pipe still learns what to do next; nobody is kept by a closed one.
            let _ = writeln!(
                streams.err,
                "wrote {path}: {facts} observation(s), {gaps} gap(s); tenken assess --replay {path} judges it"
            );
        }
        None => print(streams, &text)?,
    }
    Ok(Exit::DONE)
}
