//! An OCSP response (RFC 6960 section 4.2.1), DER -> its parts. Nothing is verified here, and nothing recurses.

use x509_parser::asn1_rs::{Any, Class, FromDer};

/// A response as a server staples it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response<'a> {
    /// `responseStatus`: 0 is successful (RFC 6960 section 4.2.1).
    pub status: u8,
    /// The signed part; a response that is not successful has none.
    pub basic: Option<Basic<'a>>,
}

/// A BasicOCSPResponse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basic<'a> {
    /// What is signed, header included.
    pub signed: &'a [u8],
    /// The signature's algorithm: the content of its sequence.
    pub algorithm: &'a [u8],
    /// The signature, without the count of unused bits.
    pub signature: &'a [u8],
    /// Certificates that came with it, each a whole DER value.
    pub certificates: Vec<&'a [u8]>,
    /// When it was signed, in seconds since 1970.
    pub produced_at: Option<i64>,
    /// What it says of each certificate.
    pub singles: Vec<Single<'a>>,
}

/// Something signed: a certificate or a BasicOCSPResponse begin alike (RFC 5280 section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'a> {
    /// What is signed, header included.
    pub signed: &'a [u8],
    /// The content of what is signed.
    pub content: &'a [u8],
    /// The signature's algorithm: the content of its sequence.
    pub algorithm: &'a [u8],
    /// The signature, without the count of unused bits.
    pub signature: &'a [u8],
}

/// What is said of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single<'a> {
    /// Object identifier of the hash, its content octets.
    pub hash: &'a [u8],
    /// Hash of the issuer's name.
    pub issuer_name_hash: &'a [u8],
    /// Hash of the issuer's key.
    pub issuer_key_hash: &'a [u8],
    /// The serial number, its content octets.
    pub serial: &'a [u8],
    /// Its state.
    pub state: State,
    /// Seconds since 1970 from which on this is known to be right.
    pub this_update: Option<i64>,
    /// Seconds since 1970 at which newer information is there; not always stated.
    pub next_update: Option<i64>,
    /// Whether it carries signed certificate timestamps (RFC 6962 section 3.3).
    pub has_timestamps: bool,
}

/// The state of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is not revoked.
    Good,
    /// It is revoked.
    Revoked,
    /// The responder does not know it.
    Unknown,
}

/// Entries of one response that are read; real ones have one.
const MOST_ENTRIES: usize = 64;
/// `id-pkix-ocsp-basic`, 1.3.6.1.5.5.7.48.1.1.
const BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// Timestamps in an OCSP response, 1.3.6.1.4.1.11129.2.4.5.
const TIMESTAMPS: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x05];

const SEQUENCE: u32 = 16;
const OCTETS: u32 = 4;
const ENUMERATED: u32 = 10;
const INTEGER: u32 = 2;
const BITS: u32 = 3;
const IDENTIFIER: u32 = 6;
const GENERALIZED_TIME: u32 = 24;

/// Reads a response; `None` where it is none.
#[must_use]
pub fn read(der: &[u8]) -> Option<Response<'_>> {
    let mut outer = Reader(der);
    let mut response = Reader(outer.universal(SEQUENCE)?);
    let status = *response.universal(ENUMERATED)?.first()?;
    let Some(bytes) = response.tagged(0) else { return Some(Response { status, basic: None }) };
    let mut bytes = Reader(Reader(bytes).universal(SEQUENCE)?);
    if bytes.universal(IDENTIFIER)? != BASIC {
        return None;
    }
    Some(Response { status, basic: Some(basic(bytes.universal(OCTETS)?)?) })
}

/// Takes something signed apart; `None` where it is nothing of the kind.
#[must_use]
pub fn signed(der: &[u8]) -> Option<Signed<'_>> {
    parted(&mut Reader(Reader(der).universal(SEQUENCE)?))
}

/// Takes a public key apart, given the content of its sequence: the content of its algorithm's, and its bits.
#[must_use]
pub fn public_key(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut parts = Reader(content);
    let algorithm = parts.universal(SEQUENCE)?;
    let (_, key) = parts.universal(BITS)?.split_first()?;
    Some((algorithm, key))
}

/// The content of a sequence.
#[must_use]
pub fn content(der: &[u8]) -> Option<&[u8]> {
    Reader(der).universal(SEQUENCE)
}

fn parted<'a>(parts: &mut Reader<'a>) -> Option<Signed<'a>> {
    let before = parts.0;
    let content = parts.universal(SEQUENCE)?;
    let signed = before.get(..before.len() - parts.0.len())?;
    let algorithm = parts.universal(SEQUENCE)?;
    let (unused, signature) = parts.universal(BITS)?.split_first()?;
    (*unused == 0).then_some(Signed { signed, content, algorithm, signature })
}

fn basic(der: &[u8]) -> Option<Basic<'_>> {
    let mut parts = Reader(Reader(der).universal(SEQUENCE)?);
    let Signed { signed, content, algorithm, signature } = parted(&mut parts)?;
    let mut certificates = Vec::new();
    if let Some(list) = parts.tagged(0) {
        let mut list = Reader(Reader(list).universal(SEQUENCE)?);
        while !list.0.is_empty() && certificates.len() < MOST_ENTRIES {
            let before = list.0;
            list.universal(SEQUENCE)?;
            certificates.push(before.get(..before.len() - list.0.len())?);
        }
    }
    let mut data = Reader(content);
    // The version is left out where it is the first.
    let _ = data.tagged(0);
    let _responder = data.tagged(1).or_else(|| data.tagged(2))?;
    let produced_at = data.universal(GENERALIZED_TIME).and_then(moment);
    let mut list = Reader(data.universal(SEQUENCE)?);
    let mut singles = Vec::new();
    while !list.0.is_empty() && singles.len() < MOST_ENTRIES {
        singles.push(single(list.universal(SEQUENCE)?)?);
    }
    Some(Basic { signed, algorithm, signature, certificates, produced_at, singles })
}

fn single(der: &[u8]) -> Option<Single<'_>> {
    let mut parts = Reader(der);
    let mut identifier = Reader(parts.universal(SEQUENCE)?);
    let hash = Reader(identifier.universal(SEQUENCE)?).universal(IDENTIFIER)?;
    let issuer_name_hash = identifier.universal(OCTETS)?;
    let issuer_key_hash = identifier.universal(OCTETS)?;
    let serial = identifier.universal(INTEGER)?;
    let state = if parts.tagged(0).is_some() {
        State::Good
    } else if parts.tagged(1).is_some() {
        State::Revoked
    } else if parts.tagged(2).is_some() {
        State::Unknown
    } else {
        return None;
    };
    let this_update = parts.universal(GENERALIZED_TIME).and_then(moment);
    let next_update = parts.tagged(0).and_then(|inner| Reader(inner).universal(GENERALIZED_TIME).and_then(moment));
    let mut has_timestamps = false;
    if let Some(extensions) = parts.tagged(1) {
        let mut list = Reader(Reader(extensions).universal(SEQUENCE)?);
        while let Some(extension) = list.universal(SEQUENCE) {
            has_timestamps |= Reader(extension).universal(IDENTIFIER) == Some(TIMESTAMPS);
        }
    }
    Some(Single { hash, issuer_name_hash, issuer_key_hash, serial, state, this_update, next_update, has_timestamps })
}

/// Values one after another.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next value, where it has this universal tag.
    fn universal(&mut self, tag: u32) -> Option<&'a [u8]> {
        self.next(Class::Universal, tag)
    }

    /// The content of the next value, where it has this context-specific tag.
    fn tagged(&mut self, tag: u32) -> Option<&'a [u8]> {
        self.next(Class::ContextSpecific, tag)
    }

    fn next(&mut self, class: Class, tag: u32) -> Option<&'a [u8]> {
        let (rest, any) = Any::from_der(self.0).ok()?;
        if any.class() != class || any.tag().0 != tag {
            return None;
        }
        self.0 = rest;
        Some(any.data)
    }
}

/// A GeneralizedTime in its one form, `YYYYMMDDHHMMSSZ` (RFC 5280 section 4.1.2.5.2), in seconds since 1970.
fn moment(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let digits = text.strip_suffix('Z').filter(|digits| digits.len() == 14)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(number(0, 4)?).ok()?;
    let day = chrono::NaiveDate::from_ymd_opt(year, number(4, 6)?, number(6, 8)?)?;
    let time = day.and_hms_opt(number(8, 10)?, number(10, 12)?, number(12, 14)?)?;
    Some(time.and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_is_read_in_its_one_form_only() {
        assert_eq!(moment(b"20260401000000Z"), Some(1_775_001_600));
        for text in
            [&b"20260401000000"[..], b"2026040100000Z", b"20260230000000Z", b"20260401000000+0900", b"-0260401000000Z"]
        {
            assert_eq!(moment(text), None);
        }
    }

    #[test]
    fn an_answer_that_is_not_successful_has_no_more_to_say() {
        // tryLater (3).
        assert_eq!(read(&[0x30, 0x03, 0x0a, 0x01, 0x03]), Some(Response { status: 3, basic: None }));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
