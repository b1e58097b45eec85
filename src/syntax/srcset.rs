//! The candidates of a `srcset` attribute (HTML section 4.8.4.2.1): a comma may stand inside a URL.

/// The URLs, as written.
#[must_use]
pub fn candidates(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|character: char| character.is_ascii_whitespace() || character == ',');
        if rest.is_empty() {
            return found;
        }
        let end = rest.find(|character: char| character.is_ascii_whitespace()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let url = word.trim_end_matches(',');
        if !url.is_empty() {
            found.push(url);
        }
        // A URL that ends with a comma has no descriptor.
        rest = if url.len() < word.len() { after } else { behind_descriptor(after) };
    }
}

/// What follows the descriptor: everything behind the first comma outside of brackets.
fn behind_descriptor(text: &str) -> &str {
    let mut depth = 0_u32;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::candidates;

    #[test]
    fn commas_in_urls_and_between_candidates_are_told_apart() {
        assert_eq!(candidates("a.png 1x, b.png 2x"), ["a.png", "b.png"]);
        assert_eq!(candidates("data:image/png,x 1x,c,d e(1,2) ,f"), ["data:image/png,x", "c,d", "f"]);
        assert_eq!(candidates("a.png, b.png 2x,"), ["a.png", "b.png"]);
        assert_eq!(candidates(" ,, "), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn every_candidate_is_found(urls in proptest::collection::vec("[a-z0-9/._-]{1,12}", 0..6)) {
            let text: Vec<String> = urls.iter().enumerate().map(|(number, url)| format!("{url} {}x", number + 1)).collect();
            let text = text.join(", ");
            prop_assert_eq!(candidates(&text), urls);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-z, ()\u{3042}\t]{0,80}") {
            let _ = candidates(&text);
        }
    }
}
