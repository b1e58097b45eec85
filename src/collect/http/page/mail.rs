//! Mail addresses of a page: links with all their recipients (RFC 6068), texts, and texts that hide the sign. Only domains are kept.

use super::Page;
use crate::syntax::html::{Document, Element};

/// One address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::collect::http) struct Mail {
    /// Its domain in lower case.
    pub(in crate::collect::http) domain: String,
    /// `mailto`, `to`, `cc`, `bcc`, `text` or `obfuscated`.
    pub(in crate::collect::http) place: &'static str,
}

impl Mail {
    /// It is a recipient of a link, which a visitor may send to with one click.
    pub(in crate::collect::http) fn is_link(&self) -> bool {
        !matches!(self.place, "text" | "obfuscated")
    }
}

/// How texts hide the sign from robots.
const HIDDEN: [&str; 12] =
    ["(at)", "[at]", "{at}", "（at）", "【at】", "<at>", "(アットマーク)", "(アット)", "［at］", "_at_", "☆", "★"];

/// The recipients of a mail link.
pub(super) fn of_element(page: &mut Page, element: Element<'_>) {
    let Some(href) = element.attribute("href").or_else(|| element.attribute("action")) else { return };
    let href = href.trim();
    let Some(rest) = href.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).and_then(|_| href.get(7..))
    else {
        return;
    };
    let (to, fields) = rest.split_once('?').unwrap_or((rest, ""));
    recipients(page, to, "mailto");
    for field in fields.split('&') {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        match percent_decoded(name).to_ascii_lowercase().as_str() {
            "to" => recipients(page, value, "to"),
            "cc" => recipients(page, value, "cc"),
            "bcc" => recipients(page, value, "bcc"),
            _ => {}
        }
    }
}

fn recipients(page: &mut Page, list: &str, place: &'static str) {
    for one in percent_decoded(list).split([',', ';']) {
        if let Some((_, domain)) = one.rsplit_once('@') {
            note(page, domain, place);
        }
    }
}

/// The addresses of the texts.
pub(super) fn of_texts(page: &mut Page, document: &Document) {
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for text in document.texts().filter(|text| may_hold(text)) {
        let lower = text.to_ascii_lowercase();
        for (sign, place) in std::iter::once(("@", "text"))
            .chain(std::iter::once(("＠", "obfuscated")))
            .chain(HIDDEN.map(|sign| (sign, "obfuscated")))
        {
            let text = lower.as_str();
            for (at, _) in text.match_indices(sign) {
                let before = text[..at].trim_end().chars().next_back();
                let domain: String = text[at + sign.len()..]
                    .trim_start()
                    .chars()
                    .take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-'))
                    .collect();
                if before.is_some_and(|character| character.is_ascii_alphanumeric()) {
                    found.push((domain, place));
                }
            }
        }
    }
    for (domain, place) in found {
        note(page, &domain, place);
    }
}

/// Whether a text can hold an address at all: most hold no byte with which a sign begins.
fn may_hold(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'@' | b'(' | b'[' | b'{' | b'<' | b'_') || byte >= 0xe2)
}

fn note(page: &mut Page, domain: &str, place: &'static str) {
    let domain = domain.trim().trim_matches(['>', '.', '"', '\'']).to_ascii_lowercase();
    let is_domain = domain.contains('.')
        && domain
            .rsplit('.')
            .next()
            .is_some_and(|top| top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic()))
        && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if is_domain {
        page.mail.push(Mail { domain, place });
    }
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| *byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
