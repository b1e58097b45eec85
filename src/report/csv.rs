//! CSV (RFC 4180) for spreadsheets: a byte order mark so that Japanese is read, and no cell that a program would run.

use super::{RenderOptions, words};
use crate::model::{Assessment, Language};

/// Renders: one row a finding.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let language = options.language;
    let heading = match language {
        Language::English => [
            "fingerprint",
            "check",
            "title",
            "clauses",
            "subject",
            "outcome",
            "band",
            "units",
            "owner",
            "due",
            "waived until",
            "place",
        ],
        Language::Japanese => {
            ["識別子", "点検", "名称", "条項", "対象", "結果", "重大度", "単位", "担当者", "期限", "例外期限", "箇所"]
        }
    };
    let mut text = String::from('\u{feff}');
    row(&mut text, heading.iter().map(|cell| (*cell).to_owned()));
    for found in &assessment.findings {
        let finding = &found.finding;
        row(
            &mut text,
            [
                found.fingerprint.clone(),
                finding.check.clone(),
                found.title.text(language).to_owned(),
                found.clauses.join(" "),
                finding.subject.to_string(),
                words::outcome_of(finding.outcome, language).to_owned(),
                words::band_of(finding.rating.band().word(), language).to_owned(),
                finding.rating.units().to_string(),
                found.owner.clone().unwrap_or_default(),
                found.due.map(|due| due.date()).unwrap_or_default(),
                found.waiver.as_ref().map(|waiver| waiver.expires.date()).unwrap_or_default(),
                words::location(found),
            ]
            .into_iter(),
        );
    }
    text
}

fn row(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// Always quoted; a cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn quoted(cell: &str) -> String {
    let shown = super::escape::terminal(cell);
    let formula = shown.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '|', '＝', '＋', '－', '＠']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, shown.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_cell_is_a_formula_and_none_ends_early() {
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for start in ["=", "+", "-", "@", " =", "＝"] {
            assert!(quoted(&format!("{start}1")).starts_with("\"'"), "{start}");
        }
        assert_eq!(quoted("a\r\nb,c"), "\"a\\u{d}\\u{a}b,c\"");
    }
}
