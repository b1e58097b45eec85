//! One spelling for what is written in several: percent-encoding (twice), full-width forms, JSON's escapes.

/// The line with escapes resolved; the line itself where it has none. Bytes of other encodings stay as they are.
pub(super) fn decoded<'a>(line: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    if !line.iter().any(|byte| matches!(byte, b'%' | b'\\' | 0xe2 | 0xef)) {
        return line;
    }
    let once = pass(line);
    *scratch = if once.contains(&b'%') { pass(&once) } else { once };
    scratch
}

fn pass(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        let rest = &line[at..];
        let (written, used) = match byte {
            b'%' => match rest.get(1..3).and_then(hexadecimal).and_then(|value| u8::try_from(value).ok()) {
                Some(value) => {
                    push(&mut out, value);
                    at += 3;
                    continue;
                }
                None => (None, 1),
            },
            b'\\' => match (rest.get(1), rest.get(2..6).and_then(hexadecimal)) {
                (Some(b'u'), Some(value)) => (char::from_u32(value), 6),
                // nginx writes a byte that it does not print as \xHH.
                (Some(b'x'), _) => {
                    match rest.get(2..4).and_then(hexadecimal).and_then(|value| u8::try_from(value).ok()) {
                        Some(value) => {
                            push(&mut out, value);
                            at += 4;
                            continue;
                        }
                        None => (None, 1),
                    }
                }
                _ => (None, 1),
            },
            _ => (None, 1),
        };
        match written {
            Some(character) => {
                let mut bytes = [0; 4];
                character.encode_utf8(&mut bytes).bytes().for_each(|byte| push(&mut out, byte));
            }
            None => push(&mut out, byte),
        }
        at += used;
    }
    out
}

/// Adds a byte; one that ends a full-width form or a hyphen of Unicode turns it into ASCII.
fn push(out: &mut Vec<u8>, byte: u8) {
    out.push(byte);
    let ascii = match out.as_slice() {
        // U+FF01 to U+FF5E stand 0xFEE0 above ASCII.
        [.., 0xef, 0xbc, last @ 0x81..=0xbf] => last - 0x60,
        [.., 0xef, 0xbd, last @ 0x80..=0x9e] => last - 0x20,
        [.., 0xe2, 0x80, 0x90..=0x95] | [.., 0xe2, 0x88, 0x92] => b'-',
        [.., 0xe3, 0x80, 0x80] => b' ',
        _ => return,
    };
    out.truncate(out.len() - 3);
    out.push(ascii);
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}
