//! The first flight of a TLS handshake: a ClientHello written, the server's first answer read. Nothing is negotiated further.

/// A protocol version by its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// SSL 3.0, 0x0300.
    Ssl3,
    /// TLS 1.0, 0x0301.
    Tls10,
    /// TLS 1.1, 0x0302.
    Tls11,
    /// TLS 1.2, 0x0303.
    Tls12,
    /// TLS 1.3, 0x0304.
    Tls13,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 5] = [Self::Ssl3, Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// Its number on the wire.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSLv3",
            Self::Tls10 => "TLSv1.0",
            Self::Tls11 => "TLSv1.1",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }
}

/// What a server's first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// More bytes are needed.
    More,
    /// A ServerHello that selects a version.
    Selected(u16),
    /// A fatal alert, with its description (RFC 8446 section 6).
    Alert(u8),
    /// Not TLS at all.
    NotTls,
}

/// Suites of TLS 1.2 and older, strong ones first, then all that servers of the last twenty years had in common.
const SUITES: [u16; 34] = [
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009f, 0xccaa, 0xc023, 0xc027, 0xc024, 0xc028, 0xc009,
    0xc013, 0xc00a, 0xc014, 0x0067, 0x006b, 0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0xc008,
    0xc012, 0x0016, 0x000a, 0x0005, 0x0004, 0x0009,
];
const SUITES_13: [u16; 5] = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305];
const GROUPS: [u16; 8] = [0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0100, 0x0101, 0x0102];
const SIGNATURES: [u16; 14] =
    [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0807, 0x0401, 0x0501, 0x0601, 0x0201];

/// Writes a ClientHello that offers one version alone, in one record.
///
/// TLS 1.3 is offered with an empty key share, so that a server of that version answers with a HelloRetryRequest, which
/// proves the version and costs it no private-key operation (RFC 8446 section 4.2.8).
#[must_use]
pub fn client_hello(version: Version, server_name: Option<&str>) -> Vec<u8> {
    let legacy = version.number().min(0x0303);
    let mut body = Vec::with_capacity(400);
    body.extend(legacy.to_be_bytes());
    // The random is a constant: nothing is ever encrypted with it, and the same question gets the same answer.
    body.extend([0x5a; 32]);
    body.push(0);
    let suites: Vec<u8> = match version {
        Version::Tls13 => SUITES_13.iter().flat_map(|suite| suite.to_be_bytes()).collect(),
        _ => SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect(),
    };
    long(&mut body, &suites);
    body.extend([1, 0]);
    if version != Version::Ssl3 {
        let extensions = extensions(version, server_name);
        long(&mut body, &extensions);
    }
    let mut handshake = vec![1];
    handshake.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes().iter().skip(1));
    handshake.extend(body);
    let mut record = vec![22];
    record.extend(legacy.min(0x0301).to_be_bytes());
    long(&mut record, &handshake);
    record
}

fn extensions(version: Version, server_name: Option<&str>) -> Vec<u8> {
    let mut extensions = Vec::new();
    let mut add = |number: u16, content: &[u8]| {
        extensions.extend(number.to_be_bytes());
        long(&mut extensions, content);
    };
    if let Some(name) = server_name {
        let mut entry = vec![0];
        long(&mut entry, name.as_bytes());
        let mut list = Vec::new();
        long(&mut list, &entry);
        add(0, &list);
    }
    let listed = |values: &[u16]| {
        let mut content = Vec::new();
        long(&mut content, &values.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<_>>());
        content
    };
    add(10, &listed(&GROUPS));
    add(13, &listed(&SIGNATURES));
    if version == Version::Tls13 {
        add(43, &[2, 3, 4]);
        add(51, &[0, 0]);
    } else {
        add(11, &[1, 0]);
    }
    extensions
}

fn long(out: &mut Vec<u8>, content: &[u8]) {
    out.extend(u16::try_from(content.len()).unwrap_or(0).to_be_bytes());
    out.extend(content);
}

/// Reads the first answer out of the bytes so far; records and handshake messages may be split anywhere.
#[must_use]
pub fn read_answer(bytes: &[u8]) -> Answer {
    let mut handshake = Vec::new();
    let mut rest = bytes;
    loop {
        let Some((kind, version, fragment, after)) = record(rest) else {
            return match rest {
                [] | [20..=23] | [20..=23, 3] | [20..=23, 3, ..] if !is_too_long(rest) => Answer::More,
                _ => Answer::NotTls,
            };
        };
        if version >> 8 != 3 {
            return Answer::NotTls;
        }
        match kind {
            21 => match fragment {
                [2, description, ..] => return Answer::Alert(*description),
                // A warning (such as unrecognized_name) is no refusal: the ServerHello follows.
                [1, _, ..] => {}
                _ => return Answer::NotTls,
            },
            22 => {
                handshake.extend_from_slice(fragment);
                match server_hello(&handshake) {
                    Answer::More => {}
                    told => return told,
                }
            }
            _ => return Answer::NotTls,
        }
        rest = after;
    }
}

/// A record longer than the protocol allows is no TLS (RFC 8446 section 5.1; 2^14 and expansion).
fn is_too_long(bytes: &[u8]) -> bool {
    matches!(bytes, [_, _, _, high, low, ..] if u16::from_be_bytes([*high, *low]) > 16_384 + 2_048)
}

fn record(bytes: &[u8]) -> Option<(u8, u16, &[u8], &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<5>()?;
    let [kind, major, minor, high, low] = *header;
    if is_too_long(bytes) {
        return None;
    }
    let (fragment, after) = rest.split_at_checked(usize::from(u16::from_be_bytes([high, low])))?;
    Some((kind, u16::from_be_bytes([major, minor]), fragment, after))
}

fn server_hello(handshake: &[u8]) -> Answer {
    let Some((header, body)) = handshake.split_first_chunk::<4>() else { return Answer::More };
    let [kind, high, middle, low] = *header;
    if kind != 2 {
        return Answer::NotTls;
    }
    let length = u32::from_be_bytes([0, high, middle, low]);
    // A ServerHello has some hundred bytes; one that announces megabytes is not waited for.
    let Some(length) = usize::try_from(length).ok().filter(|length| *length <= 16_384) else { return Answer::NotTls };
    let Some(body) = body.get(..length) else { return Answer::More };
    selected(body).map_or(Answer::NotTls, Answer::Selected)
}

/// The version that a ServerHello selects: that of supported_versions, else the legacy one.
fn selected(body: &[u8]) -> Option<u16> {
    let legacy = u16::from_be_bytes(*body.first_chunk::<2>()?);
    let after_random = body.get(34..)?;
    let (session_length, rest) = after_random.split_first()?;
    let mut rest = rest.get(usize::from(*session_length) + 3..)?;
    if let Some((length, extensions)) = rest.split_first_chunk::<2>() {
        rest = extensions.get(..usize::from(u16::from_be_bytes(*length)))?;
        while let Some((header, tail)) = rest.split_first_chunk::<4>() {
            let [kind_high, kind_low, high, low] = *header;
            let (content, after) = tail.split_at_checked(usize::from(u16::from_be_bytes([high, low])))?;
            if u16::from_be_bytes([kind_high, kind_low]) == 43 {
                return content.first_chunk::<2>().map(|version| u16::from_be_bytes(*version));
            }
            rest = after;
        }
    }
    Some(legacy)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A ServerHello of a version, as a server without extensions writes it.
    fn hello(version: u16) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend([7; 32]);
        body.push(0);
        body.extend([0xc0, 0x2f, 0]);
        let mut handshake = vec![2, 0, 0, u8::try_from(body.len()).unwrap()];
        handshake.extend(body);
        handshake
    }

    fn in_records(handshake: &[u8], size: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in handshake.chunks(size) {
            bytes.extend([22, 3, 3]);
            long(&mut bytes, part);
        }
        bytes
    }

    #[test]
    fn a_server_hello_is_read_however_it_is_cut() {
        for size in [1, 7, 1_000] {
            let bytes = in_records(&hello(0x0302), size);
            assert_eq!(read_answer(&bytes), Answer::Selected(0x0302));
            for cut in 0..bytes.len() {
                assert_eq!(read_answer(&bytes[..cut]), Answer::More, "{cut} of {size}");
            }
        }
    }

    #[test]
    fn a_fatal_alert_is_a_refusal_and_a_warning_is_not() {
        assert_eq!(read_answer(&[21, 3, 3, 0, 2, 2, 70]), Answer::Alert(70));
        let mut bytes = vec![21, 3, 3, 0, 2, 1, 112];
        assert_eq!(read_answer(&bytes), Answer::More);
        bytes.extend(in_records(&hello(0x0303), 100));
        assert_eq!(read_answer(&bytes), Answer::Selected(0x0303));
    }

    #[test]
    fn what_is_not_tls_is_said_to_be_so() {
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"SSH-2.0-x\r\n",
            &[22, 3, 3, 0xff, 0xff],
            &[22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(read_answer(bytes), Answer::NotTls, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_answer(&bytes);
        }

        #[test]
        fn a_changed_flight_is_read_without_a_panic(at in 0_usize..50, byte in any::<u8>(), size in 1_usize..20) {
            let mut bytes = in_records(&hello(0x0303), size);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read_answer(&bytes);
        }
    }
}
