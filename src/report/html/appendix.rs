//! For the auditor: the same outcomes by framework, and what they rest on, with hashes.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::both;
use crate::model::{Assessment, CensusState, Language, Outcome};
use crate::report::escape::terminal;
use crate::report::words;

/// All sections.
pub(super) fn sections(assessment: &Assessment) -> Markup {
    html! { (frameworks(assessment)) (evidence(assessment)) }
}

fn frameworks(assessment: &Assessment) -> Markup {
    let mut by_check: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
    for found in &assessment.findings {
        let counts = by_check.entry(found.finding.check.as_str()).or_default();
        match found.finding.outcome {
            Outcome::Fail => counts.0 += 1,
            Outcome::Unknown | Outcome::NotChecked => counts.1 += 1,
            Outcome::Pass => counts.2 += 1,
            Outcome::NotApplicable => {}
        }
    }
    let mut frameworks: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for check in assessment.checks.iter().filter(|check| by_check.contains_key(check.id.as_str())) {
        for (framework, items) in &check.maps {
            for item in items {
                frameworks.entry(framework).or_default().entry(item).or_default().push(&check.id);
            }
        }
    }
    html! {
        section #frameworks {
            h2 { (both("By framework", "規格ごとの対応")) }
            p {
                (both(
                    "Mappings are unverified: none was proof-read against the official text. Fail / open / pass are counts of findings.",
                    "対応付けは未検証です(公式文書との照合は行っていません)。数字は不適合/未確定/適合の件数です。",
                ))
            }
            @for (framework, items) in frameworks {
                details {
                    summary { (terminal(framework)) " (" (items.len()) ")" }
                    table {
                        thead { tr {
                            th scope="col" { (both("Item", "項目")) }
                            th scope="col" { (both("Fail / open / pass", "不適合/未確定/適合")) }
                            th scope="col" { (both("Checks", "点検項目")) }
                        } }
                        tbody { @for (item, checks) in items {
                            @let counts = checks.iter().filter_map(|check| by_check.get(check)).fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2));
                            tr {
                                th scope="row" { (terminal(item)) }
                                td { (counts.0) " / " (counts.1) " / " (counts.2) }
                                td { (checks.join(" ")) }
                            }
                        } }
                    }
                }
            }
        }
    }
}

fn evidence(assessment: &Assessment) -> Markup {
    html! {
        section #evidence {
            h2 { (both("Evidence", "証拠")) }
            p {
                (both("Collected", "収集日時")) " " (assessment.collected_at) " · "
                (both("Checks, SHA-256", "点検項目 SHA-256")) " " code { (assessment.pack_hash) }
            }
            table {
                thead { tr { th scope="col" { (both("What was judged", "判定の対象")) } th scope="col" { "SHA-256" } } }
                tbody { @for (name, hash) in &assessment.inputs { tr { th scope="row" { (name) } td { code { (hash) } } } } }
            }
            details {
                summary { (both("How completely each kind was looked for", "種類ごとの確認の程度")) " (" (assessment.census.len()) ")" }
                table {
                    thead { tr {
                        th scope="col" { (both("Kind", "種類")) }
                        th scope="col" { (both("Where", "場所")) }
                        th scope="col" { (both("Seen", "件数")) }
                        th scope="col" { (both("How completely", "確認の程度")) }
                    } }
                    tbody { @for census in &assessment.census {
                        tr {
                            th scope="row" { (census.kind) }
                            td { (terminal(&census.scope)) }
                            td { (census.count) }
                            td { (state(&census.state)) }
                        }
                    } }
                }
            }
        }
    }
}

fn state(state: &CensusState) -> Markup {
    let told = |reason: &str| both(&words::told(reason, Language::English), &words::told(reason, Language::Japanese));
    match state {
        CensusState::Complete => both("whole", "全体"),
        CensusState::Incomplete(reason) => html! { (both("in part", "一部")) ": " (told(reason)) },
        CensusState::NotAsked(reason) => html! { (both("not asked", "対象外")) ": " (told(reason)) },
    }
}
