//! One spelling for what is written in several: percent-encoding (twice and more), JSON's and nginx's escapes, full-width
//! forms in UTF-8, Shift_JIS and EUC-JP.

/// Rounds of decoding: what a proxy encoded, what a browser encoded, and what a logger escaped.
const ROUNDS: usize = 3;

/// Two buffers that are used again for each line.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    now: Vec<u8>,
    next: Vec<u8>,
}

impl Scratch {
    /// The line with its escapes resolved and its full-width forms made ASCII.
    pub(super) fn decoded(&mut self, line: &[u8]) -> &[u8] {
        let mut again = unescape(line, &mut self.now);
        for _ in 1..ROUNDS {
            if !again {
                break;
            }
            again = unescape(&self.now, &mut self.next);
            std::mem::swap(&mut self.now, &mut self.next);
        }
        if !self.now.is_ascii() {
            fold(&self.now, &mut self.next);
            std::mem::swap(&mut self.now, &mut self.next);
        }
        &self.now
    }
}

/// One round. Gives whether another may find more.
fn unescape(line: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    out.reserve(line.len());
    let mut again = false;
    let mut at = 0;
    while let Some(length) = memchr::memchr2(b'%', b'\\', &line[at..]) {
        out.extend_from_slice(&line[at..at + length]);
        at += length;
        let rest = &line[at..];
        let (byte, used) = match (rest[0], rest.get(1)) {
            (b'%', _) => match byte_of(rest.get(1..3)) {
                Some(byte) => (byte, 3),
                None => (b'%', 1),
            },
            // nginx writes a byte that it does not print as \xHH.
            (_, Some(b'x')) => match byte_of(rest.get(2..4)) {
                Some(byte) => (byte, 4),
                None => (b'\\', 1),
            },
            (_, Some(b'u')) => {
                at += character(rest, out);
                continue;
            }
            (_, Some(next @ (b'"' | b'/' | b'\\'))) => (*next, 2),
            _ => (b'\\', 1),
        };
        again |= used > 1 && (byte == b'%' || byte == b'\\');
        out.push(byte);
        at += used;
    }
    out.extend_from_slice(&line[at..]);
    again
}

/// `\uXXXX`, with its second half where it is a surrogate. Gives the bytes used.
fn character(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| -> Option<u16> {
        let digits = rest.get(at..at + 6)?.strip_prefix(b"\\u")?;
        Some(u16::from(byte_of(digits.get(..2))?) << 8 | u16::from(byte_of(digits.get(2..))?))
    };
    let Some(first) = unit(0) else {
        out.push(b'\\');
        return 1;
    };
    let units = [first, unit(6).unwrap_or(0)];
    let (character, used) = match char::decode_utf16(units).next() {
        Some(Ok(character)) => (character, if u32::from(character) > 0xffff { 12 } else { 6 }),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    };
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    used
}

/// The byte of two hexadecimal digits.
pub(super) fn byte_of(digits: Option<&[u8]>) -> Option<u8> {
    let [high, low] = digits? else { return None };
    let (high, low) = (HEXADECIMAL[usize::from(*high)], HEXADECIMAL[usize::from(*low)]);
    (high < 16 && low < 16).then_some(high << 4 | low)
}

/// The value of a hexadecimal digit; 16 and above for every other byte.
const HEXADECIMAL: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut byte = 0_u8;
    while byte < 16 {
        if byte < 10 {
            table[(b'0' + byte) as usize] = byte;
        } else {
            table[(b'a' + byte - 10) as usize] = byte;
            table[(b'A' + byte - 10) as usize] = byte;
        }
        byte += 1;
    }
    table
};

/// Full-width forms, hyphens and spaces made ASCII; all else as it is. A line that is UTF-8 is read as that; in another,
/// each part between signs of a URL or of JSON is UTF-8, EUC-JP or Shift_JIS by its own bytes.
fn fold(line: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.reserve(line.len());
    if std::str::from_utf8(line).is_ok() {
        fold_utf8(line, out);
        return;
    }
    for part in line.split_inclusive(|byte| b"&=?\" \t;,/:".contains(byte)) {
        if std::str::from_utf8(part).is_ok() {
            fold_utf8(part, out);
        } else if is_euc(part) {
            fold_pairs(part, out, 0xa1..=0xfe, euc);
        } else {
            fold_pairs(part, out, 0x81..=0xfc, shift_jis);
        }
    }
}

fn fold_utf8(text: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(length) = memchr::memchr3(0xef, 0xe2, 0xe3, &text[at..]) {
        out.extend_from_slice(&text[at..at + length]);
        at += length;
        let Some(bytes) = text.get(at..at + 3) else { break };
        let ascii = bytes.first_chunk().and_then(|bytes| ascii_of(*bytes));
        match ascii {
            Some(b'-') if bytes[0] == 0xe3 && !out.last().is_some_and(u8::is_ascii_digit) => {
                out.extend_from_slice(bytes)
            }
            Some(ascii) => out.push(ascii),
            None => out.extend_from_slice(bytes),
        }
        at += 3;
    }
    out.extend_from_slice(&text[at..]);
}

/// The sign of ASCII that a character of UTF-8 stands for; the long vowel sign does so behind a digit alone.
pub(super) fn ascii_of(character: [u8; 3]) -> Option<u8> {
    match character {
        // U+FF01 to U+FF5E stand 0xFEE0 above ASCII.
        [0xef, 0xbc, last @ 0x81..=0xbf] => Some(last - 0x60),
        [0xef, 0xbd, last @ 0x80..=0x9e] => Some(last - 0x20),
        // U+2010 to U+2015, U+2212, U+2011; the long vowel sign that people type for a hyphen.
        [0xe2, 0x80, 0x90..=0x95] | [0xe2, 0x88, 0x92] | [0xe3, 0x83, 0xbc] => Some(b'-'),
        [0xe3, 0x80, 0x80] => Some(b' '),
        _ => None,
    }
}

/// Whether every byte beyond ASCII is one of a pair of EUC-JP, or of its half-width kana.
fn is_euc(part: &[u8]) -> bool {
    let mut at = 0;
    while let Some(byte) = part.get(at) {
        let next = part.get(at + 1).is_some_and(|next| (0xa1..=0xfe).contains(next));
        at += match byte {
            0..=0x7f => 1,
            0x8e | 0xa1..=0xfe if next => 2,
            _ => return false,
        };
    }
    true
}

fn fold_pairs(part: &[u8], out: &mut Vec<u8>, leads: std::ops::RangeInclusive<u8>, ascii: fn(u8, u8) -> Option<u8>) {
    let mut at = 0;
    while let Some(&lead) = part.get(at) {
        // Half-width kana are one byte between the leads of Shift_JIS, and two behind 0x8e in EUC-JP.
        let is_lead = match leads.start() {
            0x81 => leads.contains(&lead) && !(0xa0..=0xdf).contains(&lead),
            _ => leads.contains(&lead) || lead == 0x8e,
        };
        match part.get(at + 1).filter(|_| is_lead) {
            Some(&trail) => {
                match ascii(lead, trail) {
                    Some(ascii) => out.push(ascii),
                    // The second byte may be an ASCII sign and is none: it is kept from being read as one.
                    None => out.extend_from_slice(&[lead, trail | 0x80]),
                }
                at += 2;
            }
            None => {
                out.push(lead);
                at += 1;
            }
        }
    }
}

/// JIS X 0208, row 1 (signs) and row 3 (digits and letters), in EUC-JP.
fn euc(lead: u8, trail: u8) -> Option<u8> {
    match (lead, trail) {
        (0xa3, 0xb0..=0xb9 | 0xc1..=0xda | 0xe1..=0xfa) => Some(trail - 0x80),
        (0xa1, 0xa1..=0xfe) => sign(trail - 0xa0),
        _ => None,
    }
}

/// The same in Shift_JIS.
fn shift_jis(lead: u8, trail: u8) -> Option<u8> {
    match (lead, trail) {
        (0x82, 0x4f..=0x58 | 0x60..=0x79) => Some(trail - 0x1f),
        (0x82, 0x81..=0x9a) => Some(trail - 0x20),
        (0x81, 0x40..=0x7e) => sign(trail - 0x3f),
        (0x81, 0x80..=0x9e) => sign(trail - 0x40),
        _ => None,
    }
}

/// A cell of row 1 of JIS X 0208.
fn sign(cell: u8) -> Option<u8> {
    Some(match cell {
        1 => b' ',
        5 => b'.',
        7 => b':',
        18 => b'_',
        28..=30 | 61 => b'-',
        31 => b'/',
        42 => b'(',
        43 => b')',
        60 => b'+',
        65 => b'=',
        87 => b'@',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_width_kana_of_euc_take_two_bytes() {
        let mut out = Vec::new();
        fold(&[0x8e, 0xa1, 0x0b, 0xa1, 0xa1, 0], &mut out);
        assert_eq!(out, [0x8e, 0xa1, 0x0b, b' ', 0]);
    }

    fn decoded(line: &[u8]) -> Vec<u8> {
        Scratch::default().decoded(line).to_vec()
    }

    #[test]
    fn one_spelling_comes_out_of_many() {
        for (written, plain) in [
            (&b"a%40b"[..], "a@b"),
            (b"a%2540b", "a@b"),
            (b"a%252540b", "a@b"),
            (br"a\x40b", "a@b"),
            (br"a\u0040b", "a@b"),
            (br"a\\u0040b", "a@b"),
            (br"\/\u5c71\ud83d\ude00\ud83d", "/山\u{1f600}\u{fffd}"),
            (b"100%, 5%4 %zz \\ \\u12", "100%, 5%4 %zz \\ \\u12"),
            ("０９０－１２３４‐５６７８".as_bytes(), "090-1234-5678"),
            ("コーヒー０３ー１".as_bytes(), "コーヒー03-1"),
            (b"t=%82O%82X%82%4f%81%7c%82P&x", "t=090-1&x"),
            (b"t=%a3%b0%a3%b9%a1%dd%a3%b1", "t=09-1"),
            (b"m=%82%81%81%97%82%82", "m=a@b"),
        ] {
            assert_eq!(String::from_utf8_lossy(&decoded(written)), plain, "{}", String::from_utf8_lossy(written));
        }
    }

    #[test]
    fn the_second_byte_of_a_kanji_is_no_sign() {
        // 81 40 is a space, 83 40 a small A, 8F 5C the character ten.
        assert_eq!(decoded(b"%83@x"), [0x83, 0xc0, b'x']);
        assert_eq!(decoded(b"%8f\\x"), [0x8f, 0xdc, b'x']);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_and_never_grow(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(decoded(&bytes).len() <= bytes.len());
        }

        #[test]
        fn what_is_encoded_comes_back(text in "[ -~]{0,40}", rounds in 1_usize..3) {
            prop_assume!(!text.contains(['%', '\\']));
            let mut written = text.clone();
            for _ in 0..rounds {
                written = written.bytes().map(|byte| format!("%{byte:02X}")).collect();
            }
            prop_assert_eq!(decoded(written.as_bytes()), text.as_bytes());
        }
    }
}
