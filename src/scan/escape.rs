//! Which escapes and which bytes beyond ASCII make a line worth decoding. Most do not: Japanese words in a search stay
//! what they are, and nothing that is looked for is made of them.

use super::decode::{ascii_of, byte_of};

/// What stands at an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// Nothing that decoding would show; what is next to look at.
    None(usize),
    /// Something that only the decoded line shows.
    Here,
}

/// Looks at the escape, or the run of characters beyond ASCII, that begins at `at`.
pub(super) fn of(line: &[u8], at: usize) -> Escape {
    match line[at] {
        b'\\' if line.get(at + 1).is_some_and(|next| b"xu\"/\\".contains(next)) => Escape::Here,
        b'%' if byte_of(line.get(at + 1..at + 3)).is_none() => Escape::None(at + 1),
        b'%' | 0x80.. => run(line, at),
        _ => Escape::None(at + 1),
    }
}

/// A run of characters, raw or percent-encoded, each beyond ASCII.
fn run(line: &[u8], start: usize) -> Escape {
    let (mut at, mut is_encoded) = (start, false);
    while let Some((first, used)) = byte(line, at) {
        // A sign, a letter or a digit, or an encoded percent sign.
        if first < 0x80 {
            return Escape::Here;
        }
        let length = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            // Not UTF-8: Shift_JIS or EUC-JP.
            _ => return Escape::Here,
        };
        let is_behind_a_digit = at == start && at > 0 && line[at - 1].is_ascii_digit();
        is_encoded |= used > 1;
        at += used;
        let mut character = [first, 0, 0, 0];
        for place in &mut character[1..length] {
            let Some((next, used)) = byte(line, at) else { return Escape::Here };
            *place = next;
            is_encoded |= used > 1;
            at += used;
        }
        if std::str::from_utf8(&character[..length]).is_err() {
            return Escape::Here;
        }
        // A long vowel is a hyphen behind a digit alone.
        let is_vowel = character[0] == 0xe3 && character[1] == 0x83 && !is_behind_a_digit;
        if length == 3 && !is_vowel && ascii_of([character[0], character[1], character[2]]).is_some() {
            return Escape::Here;
        }
    }
    if is_encoded && goes_on(&line[at..]) { Escape::Here } else { Escape::None(at) }
}

/// One byte beyond ASCII, or an encoded one, and how many bytes it is written in.
fn byte(line: &[u8], at: usize) -> Option<(u8, usize)> {
    match line.get(at)? {
        b'%' => byte_of(line.get(at + 1..at + 3)).map(|byte| (byte, 3)),
        byte @ 0x80.. => Some((*byte, 1)),
        _ => None,
    }
}

/// Whether what follows would be read otherwise behind a character than behind the digits of its encoding: a word, a
/// number, an address, or the sign of a pair whose name this is.
fn goes_on(rest: &[u8]) -> bool {
    match rest {
        [b'@', ..] => true,
        [first, ..] if first.is_ascii_alphanumeric() => true,
        [b'+', second, ..] => second.is_ascii_digit(),
        _ => {
            let quotes = rest.iter().take(2).take_while(|byte| b"\"']".contains(byte)).count();
            rest.get(quotes).is_some_and(|sign| b"=:".contains(sign))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_words_are_passed_over_and_what_may_hide_something_is_not() {
        for inert in
            ["%E5%8A%B4%E5%83%8D ", "労働", "%E3%82%B5%E3%83%BC%E3%83%90%E3%83%BC&", "%E5%8A%B4+%E5%83%8D", "% ", "%"]
        {
            let Escape::None(on) = of(inert.as_bytes(), 0) else { panic!("{inert}") };
            assert!(on > 0 && on <= inert.len(), "{inert}");
        }
        for active in [
            "%40",
            "%2540",
            "%82%4f",
            "%82",
            "%EF%BC%90",
            "０",
            "\\x40",
            "\\\"",
            "%E5%8A%B4a",
            "%E5%8A%B4=",
            "%E5%8A%B4\":",
            "%E5%8A%B4+8",
            "%83@",
            "%E5%8A",
            "\u{3000}",
            "%e3%80%80",
        ] {
            assert_eq!(of(active.as_bytes(), 0), Escape::Here, "{active}");
        }
        assert_eq!(of("9ー1".as_bytes(), 1), Escape::Here);
        assert_eq!(of("xー1".as_bytes(), 1), Escape::None(4));
    }
}
