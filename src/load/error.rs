//! What can be wrong with a file, and how it is said.

use std::fmt;

/// One thing that is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1; 0 where the place is unknown.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What was expected and what was found.
    pub message: String,
    /// What would do, where that is known.
    pub hint: Option<String>,
}

/// Why something could not be loaded. All of these are the user's to mend, but for `Bundled`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read: the user's path or permissions.
    #[error("{file}: cannot be read: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// The operating system's words.
        reason: String,
    },
    /// A file is larger than any such file can usefully be: the user named the wrong one.
    #[error("{file}: larger than {limit_bytes} bytes, so it was not read")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit.
        limit_bytes: u64,
    },
    /// A file's content is wrong: the user's to mend, place by place.
    #[error("{}", Listed { file, problems })]
    Invalid {
        /// The file.
        file: String,
        /// What is wrong, in file order.
        problems: Vec<Problem>,
    },
    /// A name that the user gave does not exist.
    #[error("unknown {what}: {name}{}", hinted(nearest.as_deref()))]
    Unknown {
        /// What sort of name.
        what: &'static str,
        /// The name.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// The target is nothing that tenken can look at.
    #[error("{target}: {reason}")]
    Target {
        /// What the user named.
        target: String,
        /// Why it will not do, and what would.
        reason: String,
    },
    /// Data that is bundled with tenken is broken: a fault in tenken itself.
    #[error("bundled data is broken (a fault in tenken): {0}")]
    Bundled(String),
}

impl LoadError {
    /// One problem in one file.
    #[must_use]
    pub fn invalid(file: &str, line: u32, column: u32, message: impl Into<String>) -> Self {
        Self::Invalid {
            file: file.to_owned(),
            problems: vec![Problem { line, column, message: message.into(), hint: None }],
        }
    }

    /// A name that does not exist, with the nearest of those that do.
    pub fn unknown<'a>(what: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Unknown { what, name: name.to_owned(), nearest: nearest(name, known).map(str::to_owned) }
    }
}

/// The most similar of the known names, where one is similar enough to be what was meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A name of any length is cut: similarity costs the product of both lengths.
    let name: String = name.chars().take(80).collect();
    known
        .into_iter()
        // Of two that are equally near, the one that goes on from what was typed is meant.
        .map(|candidate| (strsim::damerau_levenshtein(&name, candidate), !candidate.starts_with(&name), candidate))
        .filter(|(distance, _, candidate)| *distance <= candidate.chars().count().div_ceil(2).min(4))
        .min()
        .map(|(_, _, candidate)| candidate)
}

struct Listed<'a> {
    file: &'a str,
    problems: &'a [Problem],
}

impl fmt::Display for Listed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            if problem.line == 0 {
                write!(formatter, "{}: {}", self.file, problem.message)?;
            } else {
                write!(formatter, "{}:{}:{}: {}", self.file, problem.line, problem.column, problem.message)?;
            }
            if let Some(hint) = &problem.hint {
                write!(formatter, "; {hint}")?;
            }
        }
        Ok(())
    }
}

fn hinted(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (did you mean {name}?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        assert_eq!(nearest("contracters", ["contractors", "people"]), Some("contractors"));
        assert_eq!(nearest("zzzzzzzz", ["contractors", "people"]), None);
    }
}
