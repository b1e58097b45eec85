//! What the text of a page's own scripts loads by name, and what its speculation rules fetch ahead of time.
//!
//! Names that a script puts together are not guessed: a page with scripts stays open in its proof unless its policies bound it.

use std::ops::Range;

use url::Url;

use super::Page;
use super::load::{Hint, Load, is_script};
use crate::syntax::csp::{Act, Kind, Policy, Request, decide};
use crate::syntax::html::Element;
use crate::syntax::script_import::imports;
use crate::syntax::speculation::speculation;

/// A script or set of rules in the page's text, and what comes of it.
#[derive(Debug)]
pub(in crate::collect::http) struct Inline {
    nonce: String,
    text: String,
    is_rules: bool,
    loads: Range<usize>,
    hints: Range<usize>,
}

/// Reads a script element without `src`.
pub(super) fn of_element(page: &mut Page, element: Element<'_>, base: &Url) {
    if element.name() != "script" || element.attribute("src").is_some() {
        return;
    }
    let kind = element.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "importmap" {
        page.import_map.add(&element.raw_text(), base);
        return;
    }
    let is_rules = kind == "speculationrules";
    if !is_rules && !is_script(element) {
        return;
    }
    let (first_load, first_hint) = (page.loads.len(), page.hints.len());
    let nonce = element.attribute("nonce").unwrap_or_default();
    let text = element.raw_text();
    if is_rules {
        rules(page, &text, base, base);
    } else {
        modules(page, &text, nonce, kind == "module", base);
    }
    let (loads, hints) = (first_load..page.loads.len(), first_hint..page.hints.len());
    if is_rules || !loads.is_empty() {
        page.inline.push(Inline { nonce: nonce.to_owned(), text, is_rules, loads, hints });
    }
}

fn modules(page: &mut Page, text: &str, nonce: &str, is_module: bool, base: &Url) {
    // Outside of a module a static import is a mistake by which nothing of the script runs.
    for import in imports(text).into_iter().filter(|import| is_module || import.is_dynamic) {
        let Some(url) = page.import_map.resolve(&import.specifier, base) else { continue };
        if !matches!(url.scheme(), "http" | "https") {
            continue;
        }
        let integrity = page.import_map.integrity(&url).to_owned();
        let kind = if import.is_style { Kind::Style } else { Kind::Script };
        // What a module imports has the module's nonce (HTML section 8.1.4.2); only import() is no part of the markup.
        page.loads.push(Load {
            integrity,
            nonce: nonce.to_owned(),
            is_by_script: import.is_dynamic,
            ..Load::new(url, kind, "module")
        });
    }
}

fn rules(page: &mut Page, text: &str, of_rules: &Url, of_page: &Url) {
    let read = speculation(text);
    page.speculates |= read.chooses_any_link;
    for written in read.written {
        let base = if written.is_of_page { of_page } else { of_rules };
        if let Ok(url) = base.join(written.url.trim()) {
            page.hints.push(Hint { url, kind: written.action, is_stopped: false });
        }
    }
}

/// Adds what a file of rules says that a page's answer names.
pub(in crate::collect::http) fn add_rules(page: &mut Page, text: &str, file: &Url, of_page: &Url) {
    rules(page, text, file, of_page);
}

/// The files of rules that Speculation-Rules fields name: a list of strings.
pub(in crate::collect::http) fn rule_sets<'a>(values: impl Iterator<Item = &'a str>, url: &Url) -> Vec<Url> {
    let names = values.flat_map(|value| value.split(','));
    let inside = names.filter_map(|name| name.trim().strip_prefix('"')?.split('"').next());
    inside.filter_map(|name| url.join(name).ok()).collect()
}

/// Marks what comes of scripts and rules that the page's policies stop.
pub(in crate::collect::http) fn stop(page: &mut Page, policies: &[Policy], url: &Url) {
    let mut speculates_still = page.inline.iter().all(|inline| !inline.is_rules);
    for inline in &page.inline {
        let act = Act::InlineScript { nonce: &inline.nonce, text: &inline.text };
        let allows = |policy: &Policy| {
            let has_word = ["script-src-elem", "script-src", "default-src"]
                .iter()
                .find_map(|name| policy.directive(name))
                .is_some_and(|found| found.words.iter().any(|word| word.eq_ignore_ascii_case(RULES)));
            inline.is_rules && has_word || decide(std::slice::from_ref(policy), Request { page: url, act }).is_allowed()
        };
        let is_stopped = !policies.iter().all(allows);
        speculates_still |= inline.is_rules && !is_stopped;
        if is_stopped {
            page.loads[inline.loads.clone()].iter_mut().for_each(|load| load.is_stopped = true);
            page.hints[inline.hints.clone()].iter_mut().for_each(|hint| hint.is_stopped = true);
        }
    }
    page.speculates &= speculates_still;
    // Their texts are of no more use.
    page.inline.clear();
}

/// The word by which a policy allows rules in a page's text and nothing else.
const RULES: &str = "'inline-speculation-rules'";
