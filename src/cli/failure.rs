//! The one place that makes exit codes: 0 passed, 1 the gate is closed, 2 tenken could not run, 3 evidence is missing.

use std::io::Write;
use std::process::ExitCode;

use super::Streams;
use crate::bundle::BundleError;
use crate::history::HistoryError;
use crate::key::KeyError;
use crate::load::LoadError;
use crate::model::Gate;
use crate::pipeline::PipelineError;

/// What the process answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit(u8);

impl Exit {
    /// The command did what was asked.
    pub const DONE: Self = Self(0);
    /// Something that was tested does not hold.
    pub const FAILED: Self = Self(1);
    /// Evidence that was asked for could not be had.
    pub const MISSING: Self = Self(3);
    /// tenken could not run.
    pub const COULD_NOT_RUN: Self = Self(2);

    /// What the gate says.
    #[must_use]
    pub fn of_gate(gate: &Gate) -> Self {
        Self(gate.exit_code)
    }

    /// The worse of two: 2 beats 1 beats 3 beats 0.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |exit: Self| [0, 3, 1, 2].iter().position(|code| *code == exit.0);
        if rank(other) > rank(self) { other } else { self }
    }

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self.0
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

/// Why a command could not run. Every variant is exit code 2.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// A file or name of the user's is wrong.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The run gives no assessment.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The ledger cannot be used.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An evidence bundle cannot be written or read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A flag's value is wrong, in words.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be written: the user's path, or a full disk.
    #[error("{file}: cannot be written: {reason}")]
    Unwritable {
        /// The file.
        file: String,
        /// The operating system's words.
        reason: String,
    },
    /// Standard output is closed or full.
    #[error("standard output: {0}")]
    Stdout(std::io::Error),
    /// The operating system gives no runtime: a fault of the machine.
    #[error("cannot start: {0}")]
    Runtime(std::io::Error),
}

/// Says a failure and gives its code.
pub(super) fn said(failure: &Failure, streams: &mut Streams<'_>) -> Exit {
    if let Failure::Stdout(error) = failure {
        return of_stdout(error);
    }
    // Outside text may stand in the message; control characters must not reach the terminal.
    let message: String = failure
        .to_string()
        .chars()
        .map(|character| if character.is_control() && character != '\n' { '\u{fffd}' } else { character })
        .collect();
    // Nothing is left to do if standard error is gone as well.
    let _ = writeln!(streams.err, "tenken: {message}");
    Exit::COULD_NOT_RUN
}

/// A reader that went away (`| head`) is no failure; a full disk is.
pub(super) fn of_stdout(error: &std::io::Error) -> Exit {
    if error.kind() == std::io::ErrorKind::BrokenPipe { Exit::DONE } else { Exit::COULD_NOT_RUN }
}

/// Help and version go to standard output with 0, everything else to standard error with 2.
pub(super) fn of_clap(error: &clap::Error, streams: &mut Streams<'_>) -> Exit {
    let rendered = error.render();
    let (stream, exit): (&mut dyn Write, Exit) =
        if error.use_stderr() { (streams.err, Exit::COULD_NOT_RUN) } else { (streams.out, Exit::DONE) };
    let text = if streams.color { rendered.ansi().to_string() } else { rendered.to_string() };
    match stream.write_all(text.as_bytes()) {
        Ok(()) => exit,
        Err(error) => of_stdout(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_beats_one_beats_three_beats_zero() {
        let order = [Exit(0), Exit(3), Exit(1), Exit(2)];
        for (index, lesser) in order.iter().enumerate() {
            for greater in &order[index..] {
                assert_eq!(lesser.worse(*greater), *greater);
                assert_eq!(greater.worse(*lesser), *greater);
            }
        }
    }
}
