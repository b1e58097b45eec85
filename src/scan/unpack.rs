//! Packed logs, told by their first bytes and unpacked as a stream: gzip, zstd, xz, bzip2, zip. All decoders are Rust.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// How a log is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Packing {
    /// Not at all.
    #[default]
    Plain,
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// Zstandard (RFC 8878), one frame or several.
    Zstd,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
    /// zip, its entries one after another.
    Zip,
}

impl Packing {
    /// Its word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Zip => "zip",
        }
    }

    /// What the first bytes say.
    #[must_use]
    pub fn of(first: &[u8]) -> Self {
        match first {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', ..] => Self::Bzip2,
            [b'P', b'K', 3, 4, ..] => Self::Zip,
            _ => Self::Plain,
        }
    }
}

/// Bytes of the packed input that are read together.
const INPUT_BYTES: usize = 64 * 1024;
/// Bytes of history that a zstd frame may ask to be kept: `zstd -19` asks for 8 MiB.
const ZSTD_WINDOW_BYTES: u64 = 32 * 1024 * 1024;
/// Kibibytes that an xz stream may ask for: `xz -8` asks for 32 MiB.
const XZ_MEMORY_KIBIBYTES: u32 = 40 * 1024;

/// The first bytes that tell how an input is packed.
pub(super) const MAGIC_BYTES: usize = 6;

/// The unpacked stream of an input whose first bytes say that it is packed in this way.
#[must_use]
pub fn unpacked<'a>(packing: Packing, input: impl Read + Send + 'a) -> Box<dyn Read + Send + 'a> {
    let buffered = |input| BufReader::with_capacity(INPUT_BYTES, input);
    match packing {
        Packing::Plain => Box::new(input),
        Packing::Gzip => Box::new(MultiGzDecoder::new(buffered(input))),
        Packing::Zstd => Box::new(Frames { input: Some(buffered(input)), frame: None }),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(buffered(input), true, XZ_MEMORY_KIBIBYTES)),
        Packing::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(buffered(input))),
        Packing::Zip => Box::new(Entries { input: Some(buffered(input)), entry: Entry::Header }),
    }
}

/// Zstandard frames one after another.
struct Frames<R: BufRead> {
    input: Option<R>,
    frame: Option<StreamingDecoder<R, FrameDecoder>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(mut frame) = self.frame.take() {
                let count = frame.read(out)?;
                if count > 0 || out.is_empty() {
                    self.frame = Some(frame);
                    return Ok(count);
                }
                self.input = Some(frame.into_inner());
            }
            let Some(mut input) = self.input.take() else { return Ok(0) };
            if input.fill_buf()?.is_empty() {
                return Ok(0);
            }
            // A frame that only carries something for other programs is skipped by its length.
            let head: Option<[u8; 8]> = input.fill_buf()?.first_chunk().copied();
            if let Some([0x50..=0x5f, 0x2a, 0x4d, 0x18, length @ ..]) = head {
                let length = u64::from(u32::from_le_bytes(length)) + 8;
                if io::copy(&mut input.by_ref().take(length), &mut io::sink())? < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.input = Some(input);
                continue;
            }
            let frame = StreamingDecoder::new_with_max_window_size(input, ZSTD_WINDOW_BYTES).map_err(of_frame)?;
            self.frame = Some(frame);
        }
    }
}

fn of_frame(error: FrameDecoderError) -> io::Error {
    let kind = match &error {
        FrameDecoderError::WindowSizeTooBig { .. } => io::ErrorKind::OutOfMemory,
        FrameDecoderError::ReadFrameHeaderError(
            ReadFrameHeaderError::MagicNumberReadError(_) | ReadFrameHeaderError::FrameDescriptorReadError(_),
        ) => io::ErrorKind::UnexpectedEof,
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, "zstd")
}

/// The entries of a zip in the order in which they lie (APPNOTE 6.3.10, section 4.3), deflated or stored.
struct Entries<R: BufRead> {
    input: Option<R>,
    entry: Entry<R>,
}

enum Entry<R: BufRead> {
    Header,
    Stored(io::Take<R>),
    /// With whether a descriptor follows.
    Deflated(DeflateDecoder<R>, bool),
    End,
}

impl<R: BufRead> Read for Entries<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.entry, Entry::End) {
                Entry::End => return Ok(0),
                Entry::Header => {
                    let Some(input) = self.input.take() else { return Ok(0) };
                    self.entry = header(input)?;
                }
                Entry::Stored(mut stored) => {
                    let count = stored.read(out)?;
                    if count == 0 && stored.limit() > 0 && !out.is_empty() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    if count > 0 || out.is_empty() {
                        self.entry = Entry::Stored(stored);
                        return Ok(count);
                    }
                    return self.next(stored.into_inner(), out);
                }
                Entry::Deflated(mut deflated, described) => {
                    let count = deflated.read(out)?;
                    if count > 0 || out.is_empty() {
                        self.entry = Entry::Deflated(deflated, described);
                        return Ok(count);
                    }
                    let mut input = deflated.into_inner();
                    if described {
                        skip_descriptor(&mut input)?;
                    }
                    return self.next(input, out);
                }
            }
        }
    }
}

impl<R: BufRead> Entries<R> {
    /// Between two entries stands the end of a line: none of them goes on in the next.
    fn next(&mut self, input: R, out: &mut [u8]) -> io::Result<usize> {
        self.input = Some(input);
        self.entry = Entry::Header;
        match out.first_mut() {
            Some(first) => {
                *first = b'\n';
                Ok(1)
            }
            None => Ok(0),
        }
    }
}

fn header<R: BufRead>(mut input: R) -> io::Result<Entry<R>> {
    let mut fixed = [0; 30];
    input.read_exact(&mut fixed[..4])?;
    // What follows the last entry is the directory.
    if !fixed.starts_with(b"PK\x03\x04") {
        return if fixed.starts_with(b"PK") { Ok(Entry::End) } else { Err(io::ErrorKind::InvalidData.into()) };
    }
    input.read_exact(&mut fixed[4..])?;
    let two = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let four = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let names = u64::from(two(26)) + u64::from(two(28));
    if io::copy(&mut input.by_ref().take(names), &mut io::sink())? < names {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let (flags, size) = (two(6), four(18));
    let described = flags & 8 != 0;
    match two(8) {
        _ if flags & 1 != 0 => Err(io::Error::new(io::ErrorKind::Unsupported, "encrypted")),
        0 if !described && size != u32::MAX => Ok(Entry::Stored(input.take(u64::from(size)))),
        8 => Ok(Entry::Deflated(DeflateDecoder::new(input), described)),
        _ => Err(io::Error::new(io::ErrorKind::Unsupported, "method")),
    }
}

/// Checksum and sizes behind an entry: with or without a signature, sizes of four bytes or of eight.
fn skip_descriptor(input: &mut impl BufRead) -> io::Result<()> {
    let mut known = [0; 12];
    input.read_exact(&mut known)?;
    if known.starts_with(b"PK\x07\x08") {
        input.read_exact(&mut known[..4])?;
    }
    let next = input.fill_buf()?;
    if !next.is_empty() && !next.starts_with(b"PK") {
        input.read_exact(&mut known[..8])?;
    }
    Ok(())
}
