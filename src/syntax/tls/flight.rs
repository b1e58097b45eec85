//! The messages of a server's first flight (RFC 5246 section 7.4, RFC 8446 section 4). A message that cannot be read is no message.

use super::{KeyExchange, Suite};

/// What a server sent before it waits for the client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flight {
    /// The ServerHello, or the HelloRetryRequest of TLS 1.3.
    pub hello: Option<ServerHello>,
    /// The certificates as sent, leaf first, where they were not encrypted.
    pub certificates: Option<Vec<Vec<u8>>>,
    /// The stapled OCSP answer, where it was not encrypted.
    pub staple: Option<Vec<u8>>,
    /// The key exchange of TLS 1.2 and older, where the suite has one.
    pub exchange: Option<Exchange>,
    /// The request for a client's certificate, where it was not encrypted.
    pub certificate_request: Option<CertificateRequest>,
    /// The description of a fatal alert (RFC 8446 section 6).
    pub alert: Option<u8>,
    /// Descriptions of warning alerts, which refuse nothing; the first eight.
    pub warnings: Vec<u8>,
    /// The flight was seen to its end.
    pub is_whole: bool,
}

/// A ServerHello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerHello {
    /// The version that was selected, by supported_versions where it is there.
    pub version: u16,
    /// The suite that was selected.
    pub suite: u16,
    /// The compression method that was selected.
    pub compression: u8,
    /// The server's random.
    pub random: [u8; 32],
    /// Whether it is a HelloRetryRequest.
    pub is_retry: bool,
    /// Whether the session has an id by which it can be resumed.
    pub has_session_id: bool,
    /// Extensions: number and content.
    pub extensions: Vec<(u16, Vec<u8>)>,
}

/// What a ServerKeyExchange says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// Elliptic curve: the named group and the server's point on it; the signature scheme in TLS 1.2.
    Elliptic {
        /// The group.
        group: u16,
        /// The server's public point.
        point: Vec<u8>,
        /// The signature scheme.
        signature: Option<u16>,
    },
    /// Finite field: numbers with their most significant byte first and without leading zeros.
    FiniteField {
        /// The prime.
        prime: Vec<u8>,
        /// The generator.
        generator: Vec<u8>,
        /// The server's public number.
        public: Vec<u8>,
        /// The signature scheme.
        signature: Option<u16>,
    },
    /// Anything else.
    Other,
}

/// A request for a client's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateRequest {
    /// How many authorities are named.
    pub authorities: usize,
}

impl ServerHello {
    /// The content of an extension.
    #[must_use]
    pub fn extension(&self, number: u16) -> Option<&[u8]> {
        self.extensions.iter().find(|(of, _)| *of == number).map(|(_, content)| content.as_slice())
    }

    /// The group of the key share, or the one that a HelloRetryRequest asks for.
    #[must_use]
    pub fn group(&self) -> Option<u16> {
        self.extension(51)?.first_chunk::<2>().map(|group| u16::from_be_bytes(*group))
    }

    /// The application protocol that was selected.
    #[must_use]
    pub fn alpn(&self) -> Option<&[u8]> {
        let names = self.extension(16)?.get(2..)?;
        let (length, rest) = names.split_first()?;
        rest.get(..usize::from(*length))
    }
}

/// The random of a HelloRetryRequest (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Bytes that are read one part after the other; every step may fail and none can panic.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(part)
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        Some(self.take(bytes)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    fn short(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk::<2>().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn vector(&mut self, length_bytes: usize) -> Option<&'a [u8]> {
        let count = self.number(length_bytes)?;
        self.take(count)
    }
}

impl Flight {
    /// Takes one handshake message in. `None` where it cannot be what it says it is.
    pub(super) fn take(&mut self, kind: u8, body: &[u8]) -> Option<()> {
        match kind {
            0 => {}
            2 => {
                if self.hello.is_some() {
                    return None;
                }
                let hello = server_hello(body)?;
                // What follows is encrypted, or waits for the second hello.
                self.is_whole = hello.version >= 0x0304;
                self.hello = Some(hello);
            }
            _ if self.hello.is_none() => return None,
            11 => self.certificates = Some(certificates(body)?),
            12 => self.exchange = Some(self.key_exchange(body)),
            13 => self.certificate_request = Some(self.request(body)?),
            14 => self.is_whole = true,
            22 => {
                let mut cursor = Cursor(body);
                if cursor.number(1)? == 1 {
                    self.staple = Some(cursor.vector(3)?.to_vec());
                }
            }
            // Other messages (NewSessionTicket, SupplementalData) say nothing that is asked for.
            _ => {}
        }
        Some(())
    }

    fn key_exchange(&self, body: &[u8]) -> Exchange {
        let Some(hello) = &self.hello else { return Exchange::Other };
        let suite = Suite(hello.suite);
        let read = || {
            let mut cursor = Cursor(body);
            if suite.is_pre_shared() {
                cursor.vector(2)?;
            }
            match suite.key_exchange() {
                KeyExchange::Ecdhe => {
                    if cursor.number(1)? != 3 {
                        return None;
                    }
                    let group = cursor.short()?;
                    let point = cursor.vector(1)?.to_vec();
                    Some(Exchange::Elliptic { group, point, signature: signature(&mut cursor, suite, hello.version) })
                }
                KeyExchange::Dhe => {
                    let (prime, generator, public) = (cursor.vector(2)?, cursor.vector(2)?, cursor.vector(2)?);
                    let [prime, generator, public] = [prime, generator, public].map(without_zeros);
                    let signature = signature(&mut cursor, suite, hello.version);
                    Some(Exchange::FiniteField { prime, generator, public, signature })
                }
                _ => Some(Exchange::Other),
            }
        };
        read().unwrap_or(Exchange::Other)
    }

    fn request(&self, body: &[u8]) -> Option<CertificateRequest> {
        let mut cursor = Cursor(body);
        cursor.vector(1)?;
        if self.hello.as_ref()?.version >= 0x0303 {
            cursor.vector(2)?;
        }
        let mut names = Cursor(cursor.vector(2)?);
        let mut authorities = 0;
        while names.vector(2).is_some() {
            authorities += 1;
        }
        Some(CertificateRequest { authorities })
    }
}

fn without_zeros(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}

fn signature(cursor: &mut Cursor<'_>, suite: Suite, version: u16) -> Option<u16> {
    if suite.is_signed() && version == 0x0303 { cursor.short() } else { None }
}

fn server_hello(body: &[u8]) -> Option<ServerHello> {
    let mut cursor = Cursor(body);
    let legacy = cursor.short()?;
    let random = cursor.take(32)?;
    let session = cursor.vector(1)?;
    let suite = cursor.short()?;
    let compression = u8::try_from(cursor.number(1)?).ok()?;
    let mut extensions = Vec::new();
    if !cursor.0.is_empty() {
        let mut inner = Cursor(cursor.vector(2)?);
        while !inner.0.is_empty() {
            let number = inner.short()?;
            extensions.push((number, inner.vector(2)?.to_vec()));
        }
    }
    if legacy >> 8 != 3 {
        return None;
    }
    let mut hello = ServerHello {
        version: legacy,
        suite,
        compression,
        random: *random.first_chunk::<32>()?,
        is_retry: random == RETRY,
        has_session_id: !session.is_empty(),
        extensions,
    };
    if let Some(version) = hello.extension(43) {
        hello.version = u16::from_be_bytes(*version.first_chunk::<2>()?);
    }
    Some(hello)
}

fn certificates(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut cursor = Cursor(Cursor(body).vector(3)?);
    let mut chain = Vec::new();
    while !cursor.0.is_empty() {
        chain.push(cursor.vector(3)?.to_vec());
    }
    Some(chain)
}
