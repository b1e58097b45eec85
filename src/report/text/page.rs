//! Lines of a terminal: headings, fields and paragraphs, broken at its width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

#[derive(Clone, Copy)]
pub(super) enum Style {
    Good,
    Bad,
    Open,
}

pub(super) struct Page {
    pub(super) text: String,
    pub(super) width: usize,
    pub(super) color: bool,
}

impl Page {
    pub(super) fn heading(&mut self, title: &str) {
        self.text.push('\n');
        if self.color {
            self.text.push_str(&format!("\u{1b}[1m{title}\u{1b}[0m\n"));
        } else {
            self.text.push_str(&format!("{title}\n"));
        }
    }

    pub(super) fn field(&mut self, name: &str, value: &str) {
        let pad = 18_usize.saturating_sub(name.width());
        self.paragraph("", &format!("{name}{}{value}", " ".repeat(pad)), None);
    }

    pub(super) fn labelled(&mut self, label: &str, value: &str) {
        self.paragraph("    ", &format!("{label}: {value}"), None);
    }

    /// Text broken at the width of the page, later lines indented under the first.
    pub(super) fn paragraph(&mut self, indent: &str, text: &str, style: Option<Style>) {
        let hanging = " ".repeat(indent.width() + if indent.trim().is_empty() { 2 } else { 0 });
        let mut first = true;
        for line in broken(text, self.width.saturating_sub(hanging.width())) {
            let start = if first { indent } else { &hanging };
            first = false;
            let code = match style {
                Some(Style::Good) => "32;1",
                Some(Style::Bad) => "31;1",
                Some(Style::Open) => "33;1",
                None => "",
            };
            if self.color && style.is_some() {
                self.text.push_str(&format!("{start}\u{1b}[{code}m{line}\u{1b}[0m\n"));
            } else {
                self.text.push_str(&format!("{start}{line}\n"));
            }
        }
    }
}

/// Breaks at blanks, and between any two wide characters, so that Japanese fills its lines.
pub(super) fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let (mut used, mut last_break) = (0, None);
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if used + wide > width && !line.is_empty() {
            if character == ' ' {
                lines.push(std::mem::take(&mut line));
                (used, last_break) = (0, None);
                continue;
            }
            let at: usize = last_break.unwrap_or(line.len());
            let rest = line.split_off(at);
            lines.push(line.trim_end().to_owned());
            line = rest.trim_start().to_owned();
            used = line.width();
            last_break = None;
        }
        line.push(character);
        used += wide;
        if character == ' ' || (wide == 2 && !matches!(character, '(' | '「' | '『')) {
            last_break = Some(line.len());
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_blanks_and_between_wide_characters() {
        assert_eq!(broken("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(broken("点検点検点検", 5), ["点検", "点検", "点検"]);
        assert_eq!(broken("abcdefgh", 3), ["abc", "def", "gh"]);
    }
}
