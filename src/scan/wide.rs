//! UTF-16, as some servers write their logs, turned into UTF-8 as a stream. Told by its mark, or by its zeros.

use std::io::{self, Read};

/// The order of the two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// What the first bytes of an unpacked log say: its order, and the bytes of its mark.
pub(super) fn order_of(first: &[u8]) -> Option<(Order, usize)> {
    match first {
        [0xff, 0xfe, ..] => return Some((Order::Little, 2)),
        [0xfe, 0xff, ..] => return Some((Order::Big, 2)),
        _ => {}
    }
    // ASCII in UTF-16 has a zero in every second byte, and none in the others.
    let pairs = first.get(..16)?.as_chunks::<2>().0;
    if pairs.iter().all(|pair| pair[0] != 0 && pair[1] == 0) {
        Some((Order::Little, 0))
    } else if pairs.iter().all(|pair| pair[0] == 0 && pair[1] != 0) {
        Some((Order::Big, 0))
    } else {
        None
    }
}

/// A reader of UTF-16 that gives UTF-8.
pub(super) struct Narrowed<R> {
    input: R,
    order: Order,
    raw: Vec<u8>,
    filled: usize,
    text: Vec<u8>,
    given: usize,
    high: Option<u16>,
}

const RAW_BYTES: usize = 32 * 1024;

impl<R: Read> Narrowed<R> {
    pub(super) fn new(input: R, order: Order) -> Self {
        Self { input, order, raw: vec![0; RAW_BYTES], filled: 0, text: Vec::new(), given: 0, high: None }
    }

    fn turn(&mut self) {
        self.text.clear();
        self.given = 0;
        let whole = self.filled / 2 * 2;
        for pair in self.raw[..whole].as_chunks::<2>().0 {
            let unit = match self.order {
                Order::Little => u16::from_le_bytes(*pair),
                Order::Big => u16::from_be_bytes(*pair),
            };
            if unit < 0x80 && self.high.is_none() {
                self.text.push(unit.to_le_bytes()[0]);
                continue;
            }
            let units = self.high.take().into_iter().chain([unit]);
            if (0xd800..0xdc00).contains(&unit) {
                self.high = Some(unit);
                continue;
            }
            for character in char::decode_utf16(units) {
                let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        self.raw.copy_within(whole..self.filled, 0);
        self.filled -= whole;
    }
}

impl<R: Read> Read for Narrowed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            let count = self.input.read(&mut self.raw[self.filled..])?;
            if count == 0 {
                return Ok(0);
            }
            self.filled += count;
            self.turn();
        }
        let count = out.len().min(self.text.len() - self.given);
        out[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_comes_back_in_pieces_of_any_size(text in "\\PC{0,60}", big in any::<bool>(), size in 1_usize..7) {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            let order = if big { Order::Big } else { Order::Little };
            let mut reader = Narrowed::new(bytes.as_slice(), order);
            let (mut back, mut piece) = (Vec::new(), vec![0; size]);
            loop {
                let count = reader.read(&mut piece).unwrap();
                if count == 0 {
                    break;
                }
                back.extend_from_slice(&piece[..count]);
            }
            prop_assert_eq!(String::from_utf8(back).unwrap(), text);
        }
    }

    #[test]
    fn the_mark_or_the_zeros_tell_the_order() {
        let wide: Vec<u8> = "GET /abc".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(order_of(&wide), Some((Order::Little, 0)));
        assert_eq!(order_of(&[0xfe, 0xff, 0, b'a']), Some((Order::Big, 2)));
        assert_eq!(order_of(b"192.0.2.1 - - [24/Nov"), None);
        assert_eq!(order_of(&[0; 32]), None);
    }
}
