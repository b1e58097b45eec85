//! The body of an HTTP/1.x answer, read piece by piece: by length, by chunks or up to the close (RFC 9112 sections 6 and 7).

use super::header::Head;

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    Absent,
    /// After so many bytes.
    Length(u64),
    /// With the chunk of size zero.
    Chunked,
    /// When the server closes.
    UntilClose,
}

/// What is wrong with a body. All of them are the server's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Content-Length is no number, or there are two that differ.
    #[error("the lengths of the body contradict each other")]
    Length,
    /// A chunk has no readable size.
    #[error("the chunks of the body cannot be read")]
    Chunk,
}

/// A size line of a chunk with its extensions; longer ones are none.
const SIZE_LINE_BYTES: usize = 1_024;

/// How the body behind a head ends.
///
/// # Errors
/// [`BodyFault::Length`].
pub fn framing(head: &Head, answers_head: bool) -> Result<Framing, BodyFault> {
    if answers_head || matches!(head.status, 100..=199 | 204 | 304) {
        return Ok(Framing::Absent);
    }
    if head.values("transfer-encoding").any(|value| value.to_ascii_lowercase().contains("chunked")) {
        return Ok(Framing::Chunked);
    }
    let mut length = None;
    // One line may hold a list of equal lengths (RFC 9110 section 8.6).
    for value in head.values("content-length").flat_map(|value| value.split(',')) {
        let digits = value.trim();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BodyFault::Length);
        }
        let number: u64 = digits.parse().unwrap_or(u64::MAX);
        if length.is_some_and(|length| length != number) {
            return Err(BodyFault::Length);
        }
        length = Some(number);
    }
    Ok(length.map_or(Framing::UntilClose, Framing::Length))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chunk {
    Size,
    Data(u64),
    DataEnd,
    Trailer,
}

/// A body as it comes in.
#[derive(Debug, Clone)]
pub struct Body {
    framing: Framing,
    limit: usize,
    kept: Vec<u8>,
    seen: u64,
    raw: u64,
    chunk: Chunk,
    line: Vec<u8>,
    done: bool,
}

impl Body {
    /// Nothing of a body yet; at most `limit` bytes of it are kept.
    #[must_use]
    pub fn new(framing: Framing, limit: usize) -> Self {
        let done = matches!(framing, Framing::Absent | Framing::Length(0));
        Self { framing, limit, kept: Vec::new(), seen: 0, raw: 0, chunk: Chunk::Size, line: Vec::new(), done }
    }

    /// Takes what came in; says how many of the bytes belong to this body.
    ///
    /// # Errors
    /// [`BodyFault::Chunk`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, BodyFault> {
        if self.done {
            return Ok(0);
        }
        let taken = match self.framing {
            Framing::Absent => 0,
            Framing::UntilClose => {
                self.keep(bytes);
                bytes.len()
            }
            Framing::Length(length) => {
                let left = usize::try_from(length - self.seen).unwrap_or(usize::MAX);
                let part = &bytes[..bytes.len().min(left)];
                self.keep(part);
                self.done = self.seen == length;
                part.len()
            }
            Framing::Chunked => self.chunks(bytes)?,
        };
        self.raw += taken as u64;
        Ok(taken)
    }

    /// The body ended as its head said.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// No more of it need be read: it ended, or what comes is not kept, or chunks are all overhead.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        let limit = self.limit as u64;
        self.done || self.seen > limit || self.raw > limit.saturating_mul(8).saturating_add(64 * 1024)
    }

    /// What was kept, and whether something is missing; `closed` says that the server closed the connection.
    #[must_use]
    pub fn finish(self, closed: bool) -> (Vec<u8>, bool) {
        let is_whole = self.done || (closed && self.framing == Framing::UntilClose);
        let is_cut = self.seen > self.kept.len() as u64;
        (self.kept, !is_whole || is_cut)
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.seen += bytes.len() as u64;
    }

    fn chunks(&mut self, bytes: &[u8]) -> Result<usize, BodyFault> {
        let mut at = 0;
        while at < bytes.len() && !self.done {
            if let Chunk::Data(left) = self.chunk {
                let part = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at);
                self.keep(&bytes[at..at + part]);
                at += part;
                let left = left - part as u64;
                self.chunk = if left == 0 { Chunk::DataEnd } else { Chunk::Data(left) };
                continue;
            }
            let byte = bytes[at];
            at += 1;
            if byte != b'\n' {
                self.line.push(byte);
                if self.line.len() > SIZE_LINE_BYTES {
                    return Err(BodyFault::Chunk);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            self.chunk = match self.chunk {
                Chunk::Size => match size(line)? {
                    0 => Chunk::Trailer,
                    size => Chunk::Data(size),
                },
                Chunk::DataEnd if line.is_empty() => Chunk::Size,
                Chunk::DataEnd => return Err(BodyFault::Chunk),
                Chunk::Trailer if line.is_empty() => {
                    self.done = true;
                    Chunk::Trailer
                }
                same => same,
            };
        }
        Ok(at)
    }
}

fn size(line: &[u8]) -> Result<u64, BodyFault> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
    let digits = std::str::from_utf8(digits).map_err(|_| BodyFault::Chunk)?.trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(BodyFault::Chunk);
    }
    u64::from_str_radix(digits, 16).map_err(|_| BodyFault::Chunk)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::syntax::header::head;

    fn read(framing: Framing, pieces: &[&[u8]]) -> Result<(Vec<u8>, bool), BodyFault> {
        let mut body = Body::new(framing, 100);
        for piece in pieces {
            body.push(piece)?;
        }
        Ok(body.finish(true))
    }

    #[test]
    fn chunks_are_joined_and_garbage_is_refused() {
        let whole = |bytes: &[u8]| read(Framing::Chunked, &[bytes]);
        assert_eq!(whole(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: x\r\n\r\n"), Ok((b"abcde".to_vec(), false)));
        assert_eq!(whole(b"5\r\nabc"), Ok((b"abc".to_vec(), true)));
        for garbage in [&b"zz\r\nabc"[..], b"ffffffffffffffffff\r\n", b"\r\n", b"-1\r\n", b"1\r\nabc\r\n"] {
            assert_eq!(whole(garbage), Err(BodyFault::Chunk));
        }
    }

    #[test]
    fn lengths_that_differ_are_refused_and_equal_ones_are_one() {
        let of = |fields: &str| framing(&head(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes()).unwrap(), false);
        assert_eq!(of("Content-Length: 5\r\nContent-Length: 5\r\n"), Ok(Framing::Length(5)));
        assert_eq!(of("Content-Length: 5, 5\r\n"), Ok(Framing::Length(5)));
        for wrong in ["Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: -1\r\n", "Content-Length: x\r\n"] {
            assert_eq!(of(wrong), Err(BodyFault::Length));
        }
        assert_eq!(of("Content-Length: 5\r\nTransfer-Encoding: Chunked\r\n"), Ok(Framing::Chunked));
        assert_eq!(of(""), Ok(Framing::UntilClose));
    }

    #[test]
    fn what_is_missing_is_told() {
        assert_eq!(read(Framing::Length(5), &[b"abc"]), Ok((b"abc".to_vec(), true)));
        assert_eq!(read(Framing::UntilClose, &[b"abc"]), Ok((b"abc".to_vec(), false)));
        assert_eq!(read(Framing::UntilClose, &[&[b'x'; 200]]), Ok((vec![b'x'; 100], true)));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..20), 0..5),
            cuts in proptest::collection::vec(0..200_usize, 0..6),
        ) {
            let mut wire = Vec::new();
            for chunk in &chunks {
                wire.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                wire.extend(chunk);
                wire.extend(b"\r\n");
            }
            wire.extend(b"0\r\n\r\n");
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(wire.len())).chain([0, wire.len()]).collect();
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &wire[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(Framing::Chunked, &pieces), Ok((chunks.concat(), false)));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic_and_within_the_limit(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for framing in [Framing::Absent, Framing::Length(7), Framing::Chunked, Framing::UntilClose] {
                let mut body = Body::new(framing, 10);
                let taken = body.push(&bytes).unwrap_or(0);
                prop_assert!(taken <= bytes.len() && body.finish(true).0.len() <= 10);
            }
        }
    }
}
