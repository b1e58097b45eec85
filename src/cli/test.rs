//! `tenken test`: checks prove that they can fail.

use std::collections::BTreeMap;
use std::path::Path;

use super::Streams;
use super::arguments::TestOptions;
use super::failure::{Exit, Failure};
use super::output::print;
use crate::evaluate::run_examples;
use crate::load::{LoadError, bundled_checks, bundled_parameter_values, check_from_file};
use crate::model::Check;
use crate::pipeline;

/// Runs the command: 0 where every example holds, 1 where one does not.
///
/// # Errors
/// A [`Failure`]: a file is no check.
pub(super) fn run(options: &TestOptions, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let checks: Vec<Check> = if options.files.is_empty() {
        bundled_checks()?
    } else {
        options.files.iter().map(|path| check_from_file(Path::new(path))).collect::<Result<_, LoadError>>()?
    };
    let kinds = pipeline::kinds();
    let defaults: BTreeMap<_, _> = bundled_parameter_values()?;
    let (mut examples, mut faults) = (0, 0);
    let mut said = String::new();
    for check in &checks {
        let all = &check.examples;
        examples += all.pass.len() + all.fail.len() + all.unknown.len() + all.not_applicable.len();
        for fault in run_examples(check, &kinds, &defaults) {
            faults += 1;
            let example = fault.example.map(|name| format!(" [{name}]")).unwrap_or_default();
            said.push_str(&format!("{}{example}: {}\n", check.id, fault.message));
        }
    }
    said.push_str(&format!("{} checks, {examples} examples, {faults} faults\n", checks.len()));
    print(streams, &said)?;
    Ok(if faults == 0 { Exit::DONE } else { Exit::FAILED })
}
