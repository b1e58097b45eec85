//! One self-contained HTML file: a page for the manager, everything for the officer, the appendix for the auditor. Both
//! languages are in it; the switch is a pair of radio buttons and needs no script.

mod appendix;
mod contracts;
mod manager;
mod officer;
mod page;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use ring::digest;

use super::RenderOptions;
use super::escape::terminal;
use crate::model::{Assessment, Band, Bilingual, ClauseVerdict, Language, Outcome};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Renders.
pub(super) fn render(assessment: &Assessment, options: &RenderOptions) -> String {
    let ja = options.language == Language::Japanese;
    let title = format!("{} — tenken", terminal(&assessment.site));
    html! {
        (DOCTYPE)
        html lang=(if ja { "ja" } else { "en" }) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(content_security_policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content=(concat!("tenken ", env!("CARGO_PKG_VERSION")));
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                div.switch role="radiogroup" aria-label="Language / 言語" {
                    input #lang-ja type="radio" name="language" checked[ja];
                    label for="lang-ja" lang="ja" { "日本語" }
                    input #lang-en type="radio" name="language" checked[!ja];
                    label for="lang-en" lang="en" { "English" }
                }
                nav.contents aria-label="Contents / 目次" {
                    @for (id, en, ja) in CONTENTS { a href={ "#" (id) } { (both(en, ja)) } }
                }
                main {
                    (page::page(assessment))
                    (officer::sections(assessment))
                    (appendix::sections(assessment))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
        + "\n"
}

const CONTENTS: [(&str, &str, &str); 6] = [
    ("manager", "One page", "概要"),
    ("heat", "Heat map", "リスクマップ"),
    ("clauses", "Clauses", "条項"),
    ("findings", "Findings", "点検結果"),
    ("frameworks", "Frameworks", "規格対応"),
    ("evidence", "Evidence", "証拠"),
];

/// Nothing is loaded; the one style and the one script are named by their hashes (CSP Level 3, section 2.3.1).
fn content_security_policy() -> String {
    let hash = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The same words in both languages; the style shows one.
fn both(en: &str, ja: &str) -> Markup {
    html! { span lang="ja" { (ja) } span lang="en" { (en) } }
}

/// Outside or catalogue text in both languages, made harmless; once where both are the same.
fn said(text: &Bilingual) -> Markup {
    let (en, ja) = (terminal(&text.en), terminal(&text.ja));
    if en == ja {
        html! { (en) }
    } else {
        both(&en, &ja)
    }
}

/// Words of [`super::words`] in both languages.
fn word(of: fn(Language) -> &'static str) -> Markup {
    both(of(Language::English), of(Language::Japanese))
}

fn verdict_class(verdict: ClauseVerdict) -> &'static str {
    match verdict {
        ClauseVerdict::Kept => "good",
        ClauseVerdict::NotKept => "bad",
        ClauseVerdict::CannotTell => "open",
    }
}

fn outcome_class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "good",
        Outcome::Fail => "bad",
        Outcome::Unknown | Outcome::NotChecked => "open",
        Outcome::NotApplicable => "none",
    }
}

fn band_markup(band: Band) -> Markup {
    let word = band.word();
    html! {
        span class={ "band " (word) } {
            (both(word, super::words::band_of(word, Language::Japanese)))
        }
    }
}
