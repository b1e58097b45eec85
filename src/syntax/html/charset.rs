//! Which encoding a page is in, and its text: byte order mark, then the answer's header, then the page's own word, then a guess.
//!
//! The order is the HTML standard's (section 13.2.3.2). The guess knows what Japanese public bodies used: Shift_JIS, EUC-JP, ISO-2022-JP.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes at the start in which a page may name its encoding.
const PRESCAN_BYTES: usize = 1_024;

/// The text of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text; what could not be read stands as U+FFFD.
    pub text: String,
    /// The encoding by its standard name: `UTF-8`, `Shift_JIS`, `EUC-JP`, …
    pub encoding: &'static str,
    /// Some bytes are none of this encoding.
    pub had_errors: bool,
}

/// Decodes a page; `content_type` is the answer's header.
#[must_use]
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    let named = Encoding::for_bom(bytes)
        .map(|(encoding, _)| encoding)
        .or_else(|| content_type.and_then(charset_of).and_then(|label| Encoding::for_label(label.as_bytes())))
        .or_else(|| prescan(&bytes[..bytes.len().min(PRESCAN_BYTES)]));
    let encoding = named.unwrap_or_else(|| guess(bytes));
    let (text, encoding, had_errors) = encoding.decode(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name(), had_errors }
}

/// The charset parameter of a content type.
fn charset_of(content_type: &str) -> Option<String> {
    let lower = content_type.to_ascii_lowercase();
    let mut rest = lower.as_str();
    loop {
        rest = &rest[rest.find("charset")? + "charset".len()..];
        if let Some(value) = rest.trim_start().strip_prefix('=') {
            let value = value.trim_start();
            let label = match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split(quote).next()?,
                _ => value.split([';', ' ', '\t', ',']).next()?,
            };
            return Some(label.trim().to_owned());
        }
    }
}

/// What a `meta` element in the first bytes names.
fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let mut rest = start.as_str();
    loop {
        let (comment, meta) = (rest.find("<!--"), rest.find("<meta")?);
        if let Some(comment) = comment.filter(|comment| *comment < meta) {
            rest = &rest[comment + 4..];
            rest = &rest[rest.find("-->")?..];
            continue;
        }
        rest = &rest[meta + 5..];
        let tag = rest.split('>').next()?;
        if let Some(encoding) =
            charset_of(tag).and_then(|label| Encoding::for_label(label.trim_matches(['"', '\'', '/', ' ']).as_bytes()))
        {
            // A page that could be read as far as this is not in UTF-16.
            return Some(if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding });
        }
    }
}

/// The first encoding in which every byte has a meaning.
fn guess(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        let is_iso_2022 = bytes.windows(3).any(|bytes| matches!(bytes, b"\x1b$B" | b"\x1b$@"));
        return if is_iso_2022 { ISO_2022_JP } else { UTF_8 };
    }
    // A page that was cut, or has one broken letter, is still UTF-8.
    let is_mostly_utf8 = {
        let text = String::from_utf8_lossy(bytes);
        let (broken, wide) = text.chars().fold((0_usize, 0_usize), |(broken, wide), letter| match letter {
            '\u{fffd}' => (broken + 1, wide),
            letter if !letter.is_ascii() => (broken, wide + 1),
            _ => (broken, wide),
        });
        wide > broken * 20
    };
    if is_mostly_utf8 {
        return UTF_8;
    }
    let fits =
        |encoding: &&'static Encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some();
    // Text of EUC-JP can be read as half-width kana of Shift_JIS, hardly ever the other way round.
    [EUC_JP, SHIFT_JIS].into_iter().find(fits).unwrap_or(WINDOWS_1252)
}
