//! Every load that the text of a page or style sheet makes a browser do without a click, and every hint.

use url::Url;

use super::Page;
use crate::syntax::csp::Kind;
use crate::syntax::css::{self, CssUse};
use crate::syntax::html::Element;
use crate::syntax::link::links;
use crate::syntax::srcset::candidates;

/// One load.
#[derive(Debug, Clone)]
pub(in crate::collect::http) struct Load {
    pub(in crate::collect::http) url: Url,
    pub(in crate::collect::http) kind: Kind,
    /// `html`, `css`, `link-header` or `noscript`.
    pub(in crate::collect::http) from: &'static str,
    /// As written; empty where there is none.
    pub(in crate::collect::http) integrity: String,
    pub(in crate::collect::http) nonce: String,
    /// It is a `ping` of a link: told when the link is followed.
    pub(in crate::collect::http) is_ping: bool,
    /// A script asks for it, so that `'strict-dynamic'` trusts it.
    pub(in crate::collect::http) is_by_script: bool,
    /// The script that would ask for it is stopped by the page's policies.
    pub(in crate::collect::http) is_stopped: bool,
}

impl Load {
    pub(super) fn new(url: Url, kind: Kind, from: &'static str) -> Self {
        Self {
            url,
            kind,
            from,
            integrity: String::new(),
            nonce: String::new(),
            is_ping: false,
            is_by_script: false,
            is_stopped: false,
        }
    }
}

/// One hint.
#[derive(Debug, Clone)]
pub(in crate::collect::http) struct Hint {
    pub(in crate::collect::http) url: Url,
    /// `preconnect`, `dns-prefetch`, `prefetch`, `prerender` or `speculation-rules`.
    pub(in crate::collect::http) kind: &'static str,
    /// It stands in rules that are stopped by the page's policies.
    pub(in crate::collect::http) is_stopped: bool,
}

struct Reader<'p, 'e> {
    page: &'p mut Page,
    element: Element<'e>,
    base: &'p Url,
    from: &'static str,
}

impl Reader<'_, '_> {
    fn load(&mut self, target: &str, kind: Kind) {
        if let Ok(url) = self.base.join(target.trim())
            && matches!(url.scheme(), "http" | "https" | "ws" | "wss")
            && !target.trim().is_empty()
        {
            let attribute = |name: &str| self.element.attribute(name).unwrap_or_default().to_owned();
            self.page.loads.push(Load {
                integrity: attribute("integrity"),
                nonce: attribute("nonce"),
                ..Load::new(url, kind, self.from)
            });
        }
    }

    fn attribute(&mut self, name: &str, kind: Kind) {
        if let Some(target) = self.element.attribute(name) {
            self.load(target, kind);
        }
    }

    fn set(&mut self, name: &str) {
        for candidate in candidates(self.element.attribute(name).unwrap_or_default()) {
            self.load(candidate, Kind::Image);
        }
    }

    fn style(&mut self, text: &str) {
        let from = if self.from == "noscript" { "noscript" } else { "css" };
        self.page.loads.extend(from_style_sheet(text, self.base, from));
    }

    fn link(&mut self) {
        let Some(href) = self.element.attribute("href") else { return };
        let rel = self.element.attribute("rel").unwrap_or_default().to_ascii_lowercase();
        let destination = self.element.attribute("as").unwrap_or_default().to_ascii_lowercase();
        for rel in rel.split_ascii_whitespace() {
            match of_relation(rel, &destination) {
                Some(Relation::Load(kind)) => self.load(href, kind),
                Some(Relation::Hint(kind)) => {
                    if let Ok(url) = self.base.join(href.trim()) {
                        self.page.hints.push(Hint { url, kind, is_stopped: false });
                    }
                }
                None => {}
            }
        }
        self.set("imagesrcset");
    }
}

/// What an element of a page loads or hints at.
pub(super) fn of_element(page: &mut Page, element: Element<'_>, base: &Url, in_noscript: bool) {
    let from = if in_noscript { "noscript" } else { "html" };
    let mut reader = Reader { page, element, base, from };
    match element.name() {
        "script" if is_script(element) => {
            reader.attribute("src", Kind::Script);
            if !element.is_html() {
                reader.attribute("href", Kind::Script);
            }
        }
        "link" if element.is_html() => reader.link(),
        "img" => {
            reader.attribute("src", Kind::Image);
            reader.set("srcset");
        }
        "input" if element.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("image")) => {
            reader.attribute("src", Kind::Image);
        }
        "source" => {
            let parent = element.parent().map_or("", Element::name);
            if parent == "picture" {
                reader.set("srcset");
            } else {
                reader.attribute("src", Kind::Media);
            }
        }
        "video" => {
            reader.attribute("src", Kind::Media);
            reader.attribute("poster", Kind::Image);
        }
        "audio" | "track" => reader.attribute("src", Kind::Media),
        "iframe" | "frame" => reader.attribute("src", Kind::Frame),
        "embed" => reader.attribute("src", Kind::Object),
        "object" => reader.attribute("data", Kind::Object),
        "image" | "feImage" | "use" => reader.attribute("href", Kind::Image),
        "body" | "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" => {
            reader.attribute("background", Kind::Image)
        }
        "style" => reader.style(&element.raw_text()),
        "a" | "area" => {
            let first = reader.page.loads.len();
            for target in element.attribute("ping").unwrap_or_default().split_ascii_whitespace() {
                reader.load(target, Kind::Connect);
            }
            for load in &mut reader.page.loads[first..] {
                load.is_ping = true;
            }
        }
        _ => {}
    }
    if let Some(style) = element.attribute("style") {
        reader.style(style);
    }
}

/// Whether a script element holds a script: a data block of another type is neither loaded nor run.
pub(super) fn is_script(element: Element<'_>) -> bool {
    let kind = element.attribute("type").or_else(|| element.attribute("language")).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.is_empty()
        || kind == "module"
        || kind.contains("javascript")
        || kind.contains("ecmascript")
        || kind.contains("jscript")
}

enum Relation {
    Load(Kind),
    Hint(&'static str),
}

fn of_relation(rel: &str, destination: &str) -> Option<Relation> {
    Some(match rel {
        "stylesheet" => Relation::Load(Kind::Style),
        "icon" | "apple-touch-icon" | "apple-touch-icon-precomposed" | "apple-touch-startup-image" | "mask-icon" => {
            Relation::Load(Kind::Image)
        }
        "manifest" => Relation::Load(Kind::Manifest),
        "modulepreload" => Relation::Load(Kind::Script),
        "preload" => Relation::Load(match destination {
            "script" => Kind::Script,
            "style" => Kind::Style,
            "image" => Kind::Image,
            "font" => Kind::Font,
            "audio" | "video" | "track" => Kind::Media,
            "document" | "iframe" => Kind::Frame,
            "worker" => Kind::Worker,
            "object" | "embed" => Kind::Object,
            "fetch" => Kind::Connect,
            // A preload without a destination loads nothing (HTML section 4.6.7.16).
            _ => return None,
        }),
        "preconnect" => Relation::Hint("preconnect"),
        "dns-prefetch" => Relation::Hint("dns-prefetch"),
        "prefetch" => Relation::Hint("prefetch"),
        "prerender" => Relation::Hint("prerender"),
        _ => return None,
    })
}

/// What the URLs of a style sheet load.
pub(in crate::collect::http) fn from_style_sheet(text: &str, base: &Url, from: &'static str) -> Vec<Load> {
    let of_url = |found: css::CssUrl| {
        let url = base.join(found.url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let kind = match found.usage {
            CssUse::Import => Kind::Style,
            CssUse::Font => Kind::Font,
            CssUse::Image => Kind::Image,
        };
        Some(Load::new(url, kind, from))
    };
    css::urls(text).into_iter().filter_map(of_url).collect()
}

/// What the Link fields of the page's answer load or hint at.
pub(in crate::collect::http) fn from_link_header<'a>(
    page: &mut Page,
    values: impl Iterator<Item = &'a str>,
    url: &Url,
) {
    for link in values.flat_map(links) {
        let Ok(target) = url.join(&link.target) else { continue };
        for rel in &link.rel {
            match of_relation(rel, &link.destination) {
                Some(Relation::Load(kind)) => page.loads.push(Load {
                    integrity: link.integrity.clone().unwrap_or_default(),
                    ..Load::new(target.clone(), kind, "link-header")
                }),
                Some(Relation::Hint(kind)) => page.hints.push(Hint { url: target.clone(), kind, is_stopped: false }),
                None => {}
            }
        }
    }
}
