//! Outside text made harmless, in one place for each kind of reader.

/// Characters of an outside text that a report shows.
const SHOWN_CHARACTERS: usize = 300;

/// For a terminal: control characters and bidirectional overrides become visible, long text is cut with a mark.
pub(super) fn terminal(text: &str) -> String {
    let mut safe = String::with_capacity(text.len().min(SHOWN_CHARACTERS * 2));
    for (index, character) in text.chars().enumerate() {
        if index >= SHOWN_CHARACTERS {
            safe.push('…');
            break;
        }
        if is_hostile(character) {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// For Markdown: as for a terminal, and no markup, no HTML, no table cell that ends early.
pub(super) fn markdown(text: &str) -> String {
    let mut safe = String::new();
    for character in terminal(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                safe.push('\\');
                safe.push(character);
            }
            // A link that a viewer makes by itself must not be made out of outside text.
            ':' => safe.push_str("&#58;"),
            '@' => safe.push_str("&#64;"),
            _ => safe.push(character),
        }
    }
    safe
}

fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        let hostile = "a\u{1b}[31mb\u{202e}c\nd\u{9b}e\u{7}\u{0}";
        let safe = terminal(hostile);
        assert!(safe.chars().all(|character| !character.is_control() && character != '\u{202e}'), "{safe}");
        assert!(safe.contains("\\u{1b}"));
    }

    #[test]
    fn long_text_is_cut_with_a_mark() {
        assert_eq!(terminal(&"x".repeat(1_000_000)).chars().count(), SHOWN_CHARACTERS + 1);
    }

    #[test]
    fn no_markup_survives() {
        assert_eq!(markdown("<b>|[x](y)*"), "&lt;b&gt;\\|\\[x\\](y)\\*");
    }
}
