//! A page's words as a visitor reads them, one line a block.

use crate::syntax::html::{self, Element, Piece};

/// Elements that no visitor reads.
const HIDDEN: [&str; 8] = ["script", "style", "template", "noscript", "head", "nav", "footer", "form"];
/// Elements that stand inside a line.
const INLINE: [&str; 16] =
    ["a", "b", "i", "em", "strong", "span", "small", "u", "abbr", "time", "ruby", "rb", "code", "font", "sup", "sub"];

/// The visible text of HTML; of anything else, the text itself.
#[must_use]
pub fn visible(bytes: &[u8]) -> String {
    let text = html::decode(bytes, None).text;
    if !text.trim_start().starts_with('<') {
        return text;
    }
    let document = html::parse(&text);
    let mut out = String::new();
    let mut line: Option<Element<'_>> = None;
    for piece in document.pieces() {
        match piece {
            // An empty element such as br ends a line without holding any text.
            Piece::Element(element) if !INLINE.contains(&element.name()) => line = None,
            Piece::Element(_) => {}
            Piece::Text(parent, text) => {
                let around = || std::iter::once(parent).chain(parent.ancestors());
                if around().any(|element| HIDDEN.contains(&element.name())) {
                    continue;
                }
                let block = around().find(|element| !INLINE.contains(&element.name()));
                if line.is_none() || line != block {
                    out.push('\n');
                    line = block;
                }
                out.push_str(&text.replace('\n', " "));
            }
        }
    }
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn blocks_are_lines_and_what_is_hidden_is_left_out() {
        let html = "<html><head><title>x</title></head><body><nav>menu</nav><h2>1 Scope</h2><p>We <b>keep</b> it\n here.</p><script>no()</script></body></html>";
        assert_eq!(visible(html.as_bytes()), "1 Scope\nWe keep it here.");
        assert_eq!(visible(b"1 Scope\nplain"), "1 Scope\nplain");
        let deep = "<div>".repeat(20_000) + "x";
        assert!(visible(deep.as_bytes()).len() < 9, "a page that nests without end is read to its limit");
    }
}
