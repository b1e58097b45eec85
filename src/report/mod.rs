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
mod snippet;
mod stream;
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
    /// The usual name of its file.
    pub file: &'static str,
    /// Writes it.
    pub render: fn(&Assessment, &RenderOptions) -> String,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format { name: "text", file: "report.txt", render: text::render },
    Format { name: "json", file: "report.json", render: json::render },
    Format { name: "markdown", file: "report.md", render: markdown::render },
    Format { name: "sarif", file: "report.sarif", render: sarif::render },
    Format { name: "junit", file: "report.junit.xml", render: junit::render },
    Format { name: "csv", file: "report.csv", render: csv::render },
    Format { name: "html", file: "report.html", render: html::render },
    Format { name: "oscal-plan", file: "oscal-plan.json", render: oscal::plan },
    Format { name: "oscal-results", file: "oscal-results.json", render: oscal::results },
    Format { name: "oscal-poam", file: "oscal-poam.json", render: oscal::poam },
    Format { name: "github", file: "annotations.txt", render: github::render },
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
    /// What fits one screen: the verdicts, the worst findings, and counts of the rest.
    pub summary: bool,
}
