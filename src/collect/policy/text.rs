//! A page's words as a visitor reads them, one line a block.

use scraper::{ElementRef, Html, Node};

/// Elements that no visitor reads.
const HIDDEN: [&str; 8] = ["script", "style", "template", "noscript", "head", "nav", "footer", "form"];
/// Elements that stand inside a line.
const INLINE: [&str; 16] =
    ["a", "b", "i", "em", "strong", "span", "small", "u", "abbr", "time", "ruby", "rb", "code", "font", "sup", "sub"];

/// The visible text of HTML; of anything else, the text itself.
#[must_use]
pub fn visible(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned(),
    };
    if !text.trim_start().starts_with('<') {
        return text;
    }
    let html = Html::parse_document(&text);
    let mut out = String::new();
    // An explicit stack: how deep a page nests is not ours to choose.
    let mut left = vec![Step::Enter(html.root_element())];
    while let Some(step) = left.pop() {
        match step {
            Step::Break => out.push('\n'),
            Step::Text(text) => out.push_str(&text.replace('\n', " ")),
            Step::Enter(element) => {
                let name = element.value().name();
                if HIDDEN.contains(&name) {
                    continue;
                }
                let is_block = !INLINE.contains(&name);
                if is_block {
                    out.push('\n');
                    left.push(Step::Break);
                }
                for child in element.children().rev() {
                    match child.value() {
                        Node::Text(text) => left.push(Step::Text(text.to_string())),
                        Node::Element(_) => left.extend(ElementRef::wrap(child).map(Step::Enter)),
                        _ => {}
                    }
                }
            }
        }
    }
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

enum Step<'a> {
    Enter(ElementRef<'a>),
    Text(String),
    Break,
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
        assert_eq!(visible(deep.as_bytes()), "x");
    }
}
