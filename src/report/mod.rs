//! Assessment -> text. One module a format, all of them in [`FORMATS`]; a renderer never decides.

mod csv;
mod escape;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod oscal;
mod sarif;
mod text;
mod words;

pub use words::{band_of, clause_verdict};

use crate::model::{Assessment, Language};

pub use json::schema;

/// One way of writing an assessment.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The word after `--format`.
    pub name: &'static str,
    /// Writes it.
    pub render: fn(&Assessment, &RenderOptions) -> String,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format { name: "text", render: text::render },
    Format { name: "json", render: json::render },
    Format { name: "markdown", render: markdown::render },
    Format { name: "sarif", render: sarif::render },
    Format { name: "junit", render: junit::render },
    Format { name: "csv", render: csv::render },
    Format { name: "html", render: html::render },
    Format { name: "oscal-plan", render: oscal::plan },
    Format { name: "oscal-results", render: oscal::results },
    Format { name: "oscal-poam", render: oscal::poam },
    Format { name: "github", render: github::render },
];

/// How a report is written.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// The reader's language.
    pub language: Language,
    /// Columns, at least 40.
    pub width: usize,
    /// Whether colours may be used.
    pub color: bool,
    /// Whether each finding says why it matters.
    pub explain: bool,
    /// The verdict alone.
    pub quiet: bool,
}
