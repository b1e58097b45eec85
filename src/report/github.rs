//! Workflow commands of GitHub Actions: one annotation a failing finding. GitHub shows ten of each level; what fails worst comes first.

use super::{RenderOptions, words};
use crate::model::{Assessment, Band};

/// Annotations of one level that GitHub shows for a step.
const SHOWN: usize = 10;

/// Renders.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let language = options.language;
    let mut text = String::new();
    let mut counts = [0_usize; 3];
    let mut left_out = 0;
    for found in assessment.failing().into_iter().filter(|found| found.waiver.is_none()) {
        let (level, at) = match found.finding.rating.band() {
            Band::Critical | Band::High => ("error", 0),
            Band::Medium => ("warning", 1),
            Band::Low | Band::Info => ("notice", 2),
        };
        counts[at] += 1;
        if counts[at] > SHOWN {
            left_out += 1;
            continue;
        }
        let location = &found.finding.location;
        let mut properties = vec![format!("title={}", property(&found.finding.check))];
        if let Some(file) = &location.file {
            properties.push(format!("file={}", property(file)));
            properties.extend(location.line.map(|line| format!("line={line}")));
            properties.extend(location.column.map(|column| format!("col={column}")));
        }
        let said = format!("{}: {}", found.title.text(language), found.finding.subject);
        text.push_str(&format!("::{level} {}::{}\n", properties.join(","), data(&said)));
    }
    let gate = &assessment.gate;
    let level = if gate.exit_code == 0 { "notice" } else { "error" };
    let mut reasons: Vec<&str> = gate.reasons.iter().map(|reason| reason.text(language)).collect();
    let more = words::left_out(left_out, language);
    if left_out > 0 {
        reasons.push(&more);
    }
    let risk = words::residual_line(assessment, language);
    let said = format!("{} {}: {}; {risk}", words::exit_code(language), gate.exit_code, reasons.join("; "));
    text.push_str(&format!("::{level} title=tenken::{}\n", data(&said)));
    text
}

/// Text behind the second `::`: one line, and nothing that begins another command.
fn data(text: &str) -> String {
    super::escape::terminal(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn outside_text_is_no_command() {
        assert!(!data("a\n::set-output name=x::y").contains('\n'));
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
    }
}
