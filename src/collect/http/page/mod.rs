//! A page as a browser reads it: what it loads, hints at, sends and links to. It keeps no text of a visitor and no address of a person.

mod form;
mod inline;
mod load;
mod mail;
mod words;

use std::collections::BTreeSet;

use url::Url;

use crate::syntax::csp::Kind;
use crate::syntax::html::{Document, Element, decode, parse};
use crate::syntax::import_map::ImportMap;

pub(super) use form::Form;
pub(super) use inline::{Inline, add_rules, rule_sets, stop};
pub(super) use load::{Hint, Load, from_link_header, from_style_sheet};
pub(super) use mail::Mail;
pub(super) use words::{holds, words};

/// Documents inside documents (`srcdoc`) that are read; a page that nests more of them is read no further.
const DOCUMENTS: u8 = 3;

/// What a page holds.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// What it loads by itself.
    pub(super) loads: Vec<Load>,
    /// What it asks the browser to prepare.
    pub(super) hints: Vec<Hint>,
    /// Its forms, and one more for personal fields outside of any.
    pub(super) forms: Vec<Form>,
    /// Links to follow.
    pub(super) links: Vec<Link>,
    /// Mail addresses, by their domains.
    pub(super) mail: Vec<Mail>,
    /// Where it sends the visitor on by itself.
    pub(super) refresh: Option<Url>,
    /// Policies of `<meta http-equiv=content-security-policy>` in the head, where alone they count.
    pub(super) meta_csp: Vec<String>,
    /// Policies of `<meta>` that stand outside of the head and so do nothing.
    pub(super) misplaced_meta_csp: usize,
    /// `<meta name=referrer>`, the last one.
    pub(super) meta_referrer: Option<String>,
    /// `<meta name=generator>`.
    pub(super) generator: Option<String>,
    /// Scripts in the page's own text.
    pub(super) inline_scripts: usize,
    /// Those of them, and those rules, that load or hint at something by what is written in them.
    pub(super) inline: Vec<Inline>,
    /// What names of modules stand for.
    pub(super) import_map: ImportMap,
    /// Files of speculation rules that the answer names and that were not read yet.
    pub(super) rule_sets: Vec<Url>,
    /// Rules choose among the page's links what is fetched ahead of time, or could not be read.
    pub(super) speculates: bool,
    /// Event handler attributes and `javascript:` URLs.
    pub(super) handlers: usize,
    /// Its text, without that of scripts and styles.
    pub(super) text: String,
    /// By what name its encoding goes.
    pub(super) encoding: &'static str,
    /// Why the page could not be read whole.
    pub(super) fault: Option<String>,
}

/// One link.
#[derive(Debug)]
pub(super) struct Link {
    /// Where to.
    pub(super) url: Url,
    /// It opens another window, and that window may reach back (no `noopener`, no `noreferrer`).
    pub(super) lets_back: bool,
    /// It says that it leaves the site.
    pub(super) is_marked: bool,
}

impl Page {
    /// Whether a script of any kind stands in the page.
    pub(super) fn has_script(&self) -> bool {
        self.handlers > 0
            || self.inline_scripts > 0
            || self.loads.iter().any(|load| load.kind == Kind::Script)
            // What a frame or plug-in runs is bound by the frame's own policies, which are not known here.
            || self.loads.iter().any(|load| matches!(load.kind, Kind::Frame | Kind::Object))
    }
}

/// Reads a page at its URL.
pub(super) fn read(bytes: &[u8], content_type: Option<&str>, url: &Url) -> Page {
    let decoded = decode(bytes, content_type);
    let mut page = Page { encoding: decoded.encoding, ..Page::default() };
    read_document(&mut page, &decoded.text, url, Place { in_noscript: false, depth: 0 });
    page
}

#[derive(Debug, Clone, Copy)]
struct Place {
    in_noscript: bool,
    depth: u8,
}

fn read_document(page: &mut Page, text: &str, url: &Url, place: Place) {
    let document = parse(text);
    if let Some(excess) = document.excess {
        page.fault = Some(excess.to_string());
    }
    let base = base_of(&document, url);
    let is_main = place.depth == 0 && !place.in_noscript;
    for element in document.elements() {
        load::of_element(page, element, &base, place.in_noscript);
        if !place.in_noscript {
            inline::of_element(page, element, &base);
        }
        link(page, element, &base);
        mail::of_element(page, element);
        scripts(page, element);
        match element.name() {
            "meta" if is_main || place.in_noscript => meta(page, element, &base, is_main),
            "noscript" if !place.in_noscript => {
                read_document(page, &element.raw_text(), &base, Place { in_noscript: true, ..place });
            }
            "iframe" => {
                if let Some(inner) = element.attribute("srcdoc") {
                    if place.depth < DOCUMENTS {
                        read_document(page, inner, &base, Place { depth: place.depth + 1, ..place });
                    } else {
                        page.fault = Some("the page nests more documents than are read".to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    form::of_document(page, &document, url, &base);
    mail::of_texts(page, &document);
    if is_main {
        page.text = document.text();
    }
}

fn base_of(document: &Document, url: &Url) -> Url {
    document
        .elements()
        .filter(|element| element.name() == "base" && element.is_html())
        .find_map(|element| element.attribute("href"))
        .and_then(|href| url.join(href.trim()).ok())
        .filter(|base| matches!(base.scheme(), "http" | "https"))
        .unwrap_or_else(|| url.clone())
}

fn meta(page: &mut Page, element: Element<'_>, base: &Url, is_main: bool) {
    let content = element.attribute("content").unwrap_or_default();
    match element.attribute("http-equiv").map(str::to_ascii_lowercase).as_deref() {
        Some("refresh") => page.refresh = page.refresh.take().or_else(|| refresh(content, base)),
        Some("content-security-policy") if is_main => {
            // Only a child of the head counts (HTML section 4.2.5.3).
            if element.parent().is_some_and(|parent| parent.name() == "head") {
                page.meta_csp.push(content.to_owned());
            } else {
                page.misplaced_meta_csp += 1;
            }
        }
        _ => {}
    }
    if !is_main {
        return;
    }
    match element.attribute("name").map(str::to_ascii_lowercase).as_deref() {
        Some("referrer") => page.meta_referrer = Some(content.trim().to_owned()),
        Some("generator") => page.generator = Some(content.trim().to_owned()),
        _ => {}
    }
}

/// Where `Refresh` leads: seconds, then `; url=`; `None` where it only reloads the page (HTML section 4.2.5.3).
pub(super) fn refresh(content: &str, base: &Url) -> Option<Url> {
    let rest =
        content.trim_start().trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
    if rest.len() == content.trim_start().len() {
        return None;
    }
    let rest =
        rest.trim_start_matches(|character: char| character.is_ascii_whitespace() || matches!(character, ';' | ','));
    let target = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let target = match target.chars().next() {
        Some(quote @ ('"' | '\'')) => target[1..].split(quote).next().unwrap_or_default(),
        _ => target,
    };
    let target = target.trim();
    if target.is_empty() { None } else { base.join(target).ok() }
}

fn scripts(page: &mut Page, element: Element<'_>) {
    let is_inline = element.name() == "script" && element.attribute("src").is_none() && load::is_script(element);
    page.inline_scripts += usize::from(is_inline && !element.raw_text().trim().is_empty());
    let is_handler = |(name, value): &(&str, &str)| {
        let is_event = name.len() > 2 && name.starts_with("on");
        let is_url = matches!(*name, "href" | "src" | "action" | "formaction")
            && value.trim_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("javascript:"));
        is_event || is_url
    };
    page.handlers += element.attributes().filter(is_handler).count();
}

/// Words and signs by which links say that they leave the site.
const MARKS: [&str; 12] = [
    "external",
    "outbound",
    "blank",
    "ext-link",
    "外部",
    "別ウィンドウ",
    "別ウインドウ",
    "新しいウィンドウ",
    "新しいウインドウ",
    "別サイト",
    "新規ウィンドウ",
    "new window",
];

fn link(page: &mut Page, element: Element<'_>, base: &Url) {
    if !matches!(element.name(), "a" | "area") {
        return;
    }
    let Some(url) = element.attribute("href").and_then(|href| base.join(href.trim()).ok()) else { return };
    if !matches!(url.scheme(), "http" | "https") {
        return;
    }
    let rel: BTreeSet<String> =
        element.attribute("rel").unwrap_or_default().split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
    let opens = element
        .attribute("target")
        .is_some_and(|target| !matches!(target.to_ascii_lowercase().as_str(), "" | "_self" | "_top" | "_parent"));
    let is_closed = rel.contains("noopener") || rel.contains("noreferrer");
    let is_marked = rel.contains("external") || {
        let mut said = element.text();
        for element in std::iter::once(element).chain(element.descendants()) {
            for name in ["class", "title", "alt", "aria-label"] {
                said.push(' ');
                said.push_str(element.attribute(name).unwrap_or_default());
            }
        }
        let said = said.to_lowercase();
        // A link whose text is the address itself says where it goes.
        MARKS.iter().any(|mark| said.contains(mark)) || url.host_str().is_some_and(|host| said.contains(host))
    };
    page.links.push(Link { url, lets_back: opens && !is_closed, is_marked });
}

#[cfg(test)]
mod tests;
