//! What the markup of a page says to the browser beside its content: policies, referrer, refresh, generator, scripts, nonces.

use scraper::{ElementRef, Html};

use super::page::is_inert;

/// What is read of one page. Nonces are in memory only.
#[derive(Debug, Clone, Default)]
pub(super) struct Markup {
    /// Contents of `<meta http-equiv=Content-Security-Policy>` in the head; elsewhere browsers pass over them.
    pub(super) policies: Vec<String>,
    /// A policy stands in a `<meta>` outside the head, where it has no effect.
    pub(super) has_policy_outside_head: bool,
    /// `<meta name=referrer>`, the last one.
    pub(super) referrer: Option<String>,
    /// Target of `<meta http-equiv=refresh>`, as written.
    pub(super) refresh: Option<String>,
    /// `<meta name=generator>`.
    pub(super) generator: Option<String>,
    /// Something in it runs as a script: an element, a handler, a `javascript:` URL.
    pub(super) has_script: bool,
    /// The first script, style sheet or picture that is asked for by path: an asset to look at.
    pub(super) asset: Option<String>,
    /// A script is named, or names itself, as one that tells browsers apart.
    pub(super) fingerprints: bool,
}

/// Words that only libraries for fingerprinting browsers bear.
const FINGERPRINTING: [&str; 6] =
    ["fingerprintjs", "openfpcdn.io", "fpjs.io", "clientjs", "thumbmark", "fingerprint2.min.js"];

pub(super) fn read(html: &Html) -> Markup {
    let mut markup = Markup::default();
    for node in html.tree.nodes() {
        let Some(element) = ElementRef::wrap(node) else { continue };
        if is_inert(element) {
            continue;
        }
        let attribute = |name: &str| element.value().attr(name).map(str::trim);
        if element.value().attrs().any(|(name, value)| is_script_attribute(name, value)) {
            markup.has_script = true;
        }
        match element.value().name() {
            "meta" => meta(&mut markup, element),
            "script" => script(&mut markup, element),
            "link" => {
                let is_style = attribute("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("stylesheet"));
                asset(&mut markup, attribute("href").filter(|_| is_style));
            }
            "img" => asset(&mut markup, attribute("src")),
            _ => {}
        }
    }
    markup
}

/// The same from the text of a page whose nesting is not known: only its beginning, where policies stand, is read.
pub(super) fn of_head(text: &str) -> Markup {
    const BYTES: usize = 64 * 1024;
    let mut end = text.len().min(BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let beginning = &text[..end];
    if super::page::is_too_deep(beginning) { Markup::default() } else { read(&Html::parse_document(beginning)) }
}

fn is_script_attribute(name: &str, value: &str) -> bool {
    let is_handler = name.len() > 4 && name.starts_with("on") && name.bytes().all(|byte| byte.is_ascii_lowercase());
    is_handler
        || (matches!(name, "href" | "src" | "action" | "formaction" | "data")
            && value.trim_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("javascript:")))
}

fn script(markup: &mut Markup, element: ElementRef<'_>) {
    let kind = element.value().attr("type").map(|kind| kind.trim().to_ascii_lowercase()).unwrap_or_default();
    // Other types are data: JSON-LD, templates (HTML Standard, "prepare the script element").
    let is_script = kind.is_empty() || kind == "module" || kind.ends_with("javascript") || kind.ends_with("ecmascript");
    if !is_script {
        return;
    }
    markup.has_script = true;
    let source = element.value().attr("src");
    let text = source.map_or_else(|| element.text().collect::<String>(), str::to_owned).to_ascii_lowercase();
    markup.fingerprints |= FINGERPRINTING.iter().any(|word| text.contains(word));
    asset(markup, source);
}

fn asset(markup: &mut Markup, target: Option<&str>) {
    let own = target.filter(|target| target.starts_with('/') && !target.starts_with("//"));
    if markup.asset.is_none() {
        markup.asset = own.map(|target| target.split(['?', '#']).next().unwrap_or(target).to_owned());
    }
}

fn meta(markup: &mut Markup, element: ElementRef<'_>) {
    let attribute = |name: &str| element.value().attr(name).map(|value| value.trim().to_ascii_lowercase());
    let Some(content) = element.value().attr("content") else { return };
    match attribute("http-equiv").as_deref() {
        Some("content-security-policy") => {
            let in_head =
                element.parent().and_then(ElementRef::wrap).is_some_and(|parent| parent.value().name() == "head");
            if in_head {
                markup.policies.push(content.to_owned());
            } else {
                markup.has_policy_outside_head = true;
            }
        }
        Some("refresh") => {
            markup.refresh = markup.refresh.take().or_else(|| refresh_target(content).map(str::to_owned));
        }
        _ => {}
    }
    match attribute("name").as_deref() {
        Some("referrer") => markup.referrer = Some(content.to_owned()),
        Some("generator") => markup.generator = Some(content.to_owned()),
        _ => {}
    }
}

/// The target of a refresh, as written: `0; url=/x`; `None` where it only loads the same page again.
pub(super) fn refresh_target(content: &str) -> Option<&str> {
    let rest =
        content.trim_start().trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
    let rest = rest.trim_start().trim_start_matches([';', ',']).trim_start();
    let rest = match rest.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let target = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
        _ => rest,
    };
    (!target.is_empty()).then_some(target.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_policy_in_the_head_counts() {
        let markup = read(&Html::parse_document(
            "<head><meta http-equiv=content-security-POLICY content='img-src *'><meta name=referrer content=no-referrer>\
             </head><body><meta http-equiv=Content-Security-Policy content='script-src *'>\
             <template><script nonce=zzz></script></template><script type='application/ld+json'>{}</script>\
             <meta name=generator content='WordPress 6.5'><img src=//x.example.net/a><img src='/a.png?x'>",
        ));
        assert_eq!(markup.policies, ["img-src *"]);
        assert!(markup.has_policy_outside_head && !markup.has_script);
        assert_eq!((markup.asset.as_deref(), markup.generator.as_deref()), (Some("/a.png"), Some("WordPress 6.5")));
    }

    #[test]
    fn scripts_are_seen_wherever_they_stand() {
        for text in
            ["<script>x</script>", "<script type=module src=a></script>", "<p onclick=x>", "<a href=' JavaScript:x'>"]
        {
            assert!(read(&Html::parse_document(text)).has_script, "{text}");
        }
        assert!(!read(&Html::parse_document("<p one=x><a href=/javascript:x>")).has_script);
    }

    #[test]
    fn the_target_of_a_refresh_is_read() {
        for (content, wanted) in [
            ("0; url=/x", Some("/x")),
            ("5;URL='https://a.example.net/'", Some("https://a.example.net/")),
            ("0, /x", Some("/x")),
            ("300", None),
            ("", None),
        ] {
            assert_eq!(refresh_target(content), wanted, "{content}");
        }
    }
}
