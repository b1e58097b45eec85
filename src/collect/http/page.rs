//! A page by the HTML standard's tree builder: loads, forms, links. Only hosts, kinds and categories leave this file.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;
use scraper::{ElementRef, Html, Selector};

/// Elements inside elements that are walked; deeper pages are not read further.
const DEPTH: usize = 400;

/// What a page holds.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Hosts that it loads from: host -> kinds of load.
    pub(super) loads: BTreeMap<String, BTreeSet<&'static str>>,
    /// Hosts of scripts and styles that carry no integrity.
    pub(super) without_integrity: BTreeSet<String>,
    /// Kinds of loads and form targets over plain http.
    pub(super) insecure: BTreeSet<String>,
    /// Its forms.
    pub(super) forms: Vec<Form>,
    /// Paths on its own host that it links to.
    pub(super) links: BTreeSet<String>,
    /// What its markup says to the browser.
    pub(super) markup: super::markup::Markup,
    /// Why the page could not be read whole.
    pub(super) fault: Option<&'static str>,
}

/// One form.
#[derive(Debug)]
pub(super) struct Form {
    /// Its id, or its number on the page.
    pub(super) name: String,
    pub(super) categories: BTreeSet<&'static str>,
    pub(super) is_post: bool,
    pub(super) action: Option<Url>,
}

/// Element, attribute and kind of every load that is read.
const LOADS: [(&str, &str, &str); 14] = [
    ("script[src]", "src", "script"),
    ("img[src]", "src", "image"),
    ("input[type=image][src]", "src", "image"),
    ("video[poster]", "poster", "image"),
    ("iframe[src]", "src", "frame"),
    ("frame[src]", "src", "frame"),
    ("embed[src]", "src", "object"),
    ("object[data]", "data", "object"),
    ("audio[src], video[src], source[src], track[src]", "src", "media"),
    ("link[rel~=stylesheet][href]", "href", "style"),
    ("link[rel~=icon][href]", "href", "image"),
    ("link[rel~=manifest][href]", "href", "manifest"),
    ("link[rel~=preload][href], link[rel~=modulepreload][href]", "href", "preload"),
    ("link[rel~=preconnect][href], link[rel~=dns-prefetch][href], link[rel~=prefetch][href]", "href", "hint"),
];

/// Reads a page at its URL.
pub(super) fn read(bytes: &[u8], url: &Url) -> Page {
    let text = String::from_utf8_lossy(bytes);
    let mut page = Page::default();
    if is_too_deep(&text) {
        page.fault = Some("the page nests more elements than are read");
        return page;
    }
    let html = Html::parse_document(&text);
    page.markup = super::markup::read(&html);
    let base = each(&html, "base[href]")
        .next()
        .and_then(|element| element.value().attr("href").map(str::to_owned))
        .and_then(|href| url.join(&href).ok())
        .unwrap_or_else(|| url.clone());
    for (selector, attribute, kind) in LOADS {
        for element in each(&html, selector) {
            if let Some(target) = element.value().attr(attribute) {
                load(&mut page, &base, target, kind, element);
            }
        }
    }
    for element in each(&html, "img[srcset], source[srcset]") {
        for candidate in element.value().attr("srcset").unwrap_or_default().split(',') {
            let target = candidate.split_whitespace().next().unwrap_or_default();
            load(&mut page, &base, target, "image", element);
        }
    }
    for (number, element) in each(&html, "form").enumerate() {
        form(&mut page, &base, number, element, &html);
    }
    for element in each(&html, "a[href], area[href]") {
        if let Some(target) = element.value().attr("href").and_then(|href| base.join(href.trim()).ok())
            && target.host_str() == url.host_str()
            && matches!(target.scheme(), "http" | "https")
        {
            if target.scheme() == "http" {
                page.insecure.insert("link".to_owned());
            }
            page.links.insert(target.path().to_owned());
        }
    }
    page
}

/// Whether opening tags pile up: counted without building the tree, whose walks recurse.
pub(super) fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_i64, 0_i64);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'<' {
            match bytes.get(at + 1) {
                Some(b'/') => depth -= 1,
                Some(next) if next.is_ascii_alphabetic() && !is_void(&text[at + 1..]) => depth += 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
    }
    // Paragraphs, list items and the like close by themselves, so a long plain page may count a few hundred.
    deepest > i64::try_from(DEPTH * 10).unwrap_or(i64::MAX)
}

fn is_void(rest: &str) -> bool {
    const VOID: [&str; 19] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p",
        "li", "td", "tr", "th", "option",
    ];
    let name: String = rest.chars().take(10).take_while(char::is_ascii_alphanumeric).collect();
    VOID.contains(&name.to_ascii_lowercase().as_str())
}

fn each<'a>(html: &'a Html, selector: &str) -> impl Iterator<Item = ElementRef<'a>> {
    // A selector of this file that does not parse finds nothing, which the tests of every kind of load would show.
    let selector = Selector::parse(selector).ok();
    let found: Vec<ElementRef<'a>> =
        selector.iter().flat_map(|selector| html.select(selector)).filter(|element| !is_inert(*element)).collect();
    found.into_iter()
}

/// What stands inside a template is loaded only when a script uses it.
pub(super) fn is_inert(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|parent| parent.value().name() == "template")
}

fn load(page: &mut Page, base: &Url, target: &str, kind: &'static str, element: ElementRef<'_>) {
    let Ok(url) = base.join(target.trim()) else { return };
    if !matches!(url.scheme(), "http" | "https") {
        return;
    }
    let Some(host) = url.host_str() else { return };
    if url.scheme() == "http" && base.scheme() == "https" && kind != "hint" {
        page.insecure.insert(kind.to_owned());
    }
    let host = host.to_ascii_lowercase();
    let integrity = element.value().attr("integrity").unwrap_or_default();
    let is_pinned = integrity
        .split_whitespace()
        .any(|hash| ["sha256-", "sha384-", "sha512-"].iter().any(|start| hash.starts_with(start)));
    if matches!(kind, "script" | "style") && !is_pinned {
        page.without_integrity.insert(host.clone());
    }
    page.loads.entry(host).or_default().insert(kind);
}

fn form(page: &mut Page, base: &Url, number: usize, element: ElementRef<'_>, html: &Html) {
    let action =
        element.value().attr("action").map_or_else(|| Some(base.clone()), |action| base.join(action.trim()).ok());
    let is_post = element.value().attr("method").is_some_and(|method| method.trim().eq_ignore_ascii_case("post"));
    let mut categories = BTreeSet::new();
    let id = element.value().attr("id").filter(|id| !id.is_empty());
    let Ok(fields) = Selector::parse("input, textarea, select") else { return };
    for field in element.select(&fields) {
        categories.extend(category(field, html));
    }
    if action.as_ref().is_some_and(|action| action.scheme() == "http" && base.scheme() == "https") {
        page.insecure.insert("form".to_owned());
    }
    let name = id.map_or_else(|| number.to_string(), |id| id.chars().take(40).collect());
    page.forms.push(Form { name, categories, is_post, action });
}

/// Words of field names, types and labels, and the category that each means.
const CATEGORIES: [(&str, &[&str]); 8] = [
    ("name", &["name", "shimei", "namae", "氏名", "お名前", "名前", "フリガナ", "ふりがな", "kana"]),
    ("email", &["email", "e-mail", "mail", "メール"]),
    ("phone", &["tel", "phone", "denwa", "電話", "携帯"]),
    ("address", &["address", "jusho", "住所", "郵便", "zip", "postal", "street"]),
    ("birth", &["birth", "bday", "seinengappi", "生年月日"]),
    ("my_number", &["mynumber", "my_number", "kojinbango", "個人番号", "マイナンバー"]),
    ("card", &["cardnumber", "cc-number", "creditcard", "カード番号"]),
    ("password", &["password", "passwd", "パスワード"]),
];

fn category(field: ElementRef<'_>, html: &Html) -> Option<&'static str> {
    let attribute = |name: &str| field.value().attr(name).unwrap_or_default().to_lowercase();
    let kind = attribute("type");
    if matches!(
        kind.as_str(),
        "hidden" | "submit" | "button" | "reset" | "image" | "checkbox" | "radio" | "search" | "file"
    ) {
        return None;
    }
    let label = field
        .value()
        .attr("id")
        .and_then(|id| {
            each(html, "label[for]")
                .find(|label| label.value().attr("for") == Some(id))
                .map(|label| label.text().collect::<String>())
        })
        .unwrap_or_default()
        .to_lowercase();
    let around = field.ancestors().take(3).filter_map(ElementRef::wrap).find(|parent| parent.value().name() == "label");
    let around = around.map(|label| label.text().collect::<String>().to_lowercase()).unwrap_or_default();
    let words = [
        kind,
        attribute("name"),
        attribute("autocomplete"),
        attribute("id"),
        attribute("placeholder"),
        attribute("aria-label"),
        label,
        around,
    ];
    CATEGORIES
        .iter()
        .find(|(_, signs)| words.iter().any(|word| signs.iter().any(|sign| word.contains(sign))))
        .map(|(category, _)| *category)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        read(html.as_bytes(), &Url::parse("https://www.example.jp/a/").unwrap())
    }

    #[test]
    fn every_kind_of_load_is_found_and_what_is_no_load_is_not() {
        let page = page(
            "<base href='/b/'><script src='//s.example.net/x.js'></script><img srcset='https://i.example.net/a 1x, b 2x'>\
             <link rel=stylesheet href='https://c.example.net/x.css' integrity='sha384-x'><iframe src=http://f.example.net></iframe>\
             <video poster=https://p.example.net/x></video><link rel=preconnect href=https://h.example.net>\
             <!-- <img src=https://no.example.net> --><template><img src=https://no.example.net></template>\
             <a href=https://no.example.net>x</a><link rel=canonical href=https://no.example.net>",
        );
        let hosts: Vec<&str> = page.loads.keys().map(String::as_str).collect();
        assert_eq!(
            hosts,
            [
                "c.example.net",
                "f.example.net",
                "h.example.net",
                "i.example.net",
                "p.example.net",
                "s.example.net",
                "www.example.jp"
            ]
        );
        assert_eq!(page.without_integrity.iter().map(String::as_str).collect::<Vec<_>>(), ["s.example.net"]);
        assert_eq!(page.insecure.iter().map(String::as_str).collect::<Vec<_>>(), ["frame"]);
    }

    #[test]
    fn personal_fields_are_known_in_both_languages() {
        let page = page(
            "<form id=f method=post action=/send><label for=n>お名前</label><input id=n><label>E-mail <input name=q2></label>\
             <input type=hidden name=address><textarea name=body></textarea></form><form action='http://x.example/'><input type=search name=q></form>",
        );
        assert_eq!(page.forms[0].categories.iter().copied().collect::<Vec<_>>(), ["email", "name"]);
        assert!(page.forms[0].is_post && page.forms[1].categories.is_empty());
        assert!(page.insecure.contains("form"));
    }

    #[test]
    fn a_page_of_two_hundred_thousand_tags_is_not_walked() {
        assert!(page(&"<div>".repeat(200_000)).fault.is_some());
        assert!(page("\u{0}\u{fffd}<p>\u{1b}").fault.is_none());
    }
}
