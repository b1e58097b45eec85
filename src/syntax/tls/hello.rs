//! The writer of a ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2): every list in the caller's order, nothing random.

use super::base_point::{BASE_P256, BASE_X25519};
use super::{Version, long};

/// A key share in a TLS 1.3 hello. No private key stands behind it: what is agreed on with it is never used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyShare {
    /// None: the server answers with a HelloRetryRequest, which costs it no private-key operation (RFC 8446 section 4.2.8).
    Empty,
    /// The base point of x25519 (RFC 7748 section 4.1).
    X25519,
    /// The base point of P-256.
    P256,
}

/// A ClientHello before it is bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The highest version that is offered; TLS 1.3 is offered alone.
    pub version: Version,
    /// The number in the version field, where it is not the version's own.
    pub legacy_version: Option<u16>,
    /// Suites, in the order of preference.
    pub suites: Vec<u16>,
    /// Groups, in the order of preference; none for no such extension.
    pub groups: Vec<u16>,
    /// Signature schemes, in the order of preference; none for no such extension.
    pub signatures: Vec<u16>,
    /// The server's name; none for no such extension.
    pub server_name: Option<String>,
    /// Application protocols; none for no such extension.
    pub alpn: Vec<String>,
    /// Compression methods beside null, before it.
    pub compression: Vec<u8>,
    /// The key share of TLS 1.3.
    pub key_share: KeyShare,
    /// Extensions at all; SSL 3.0 has none.
    pub extensions: bool,
    /// Says that this is a fallback from a failed attempt (RFC 7507).
    pub fallback: bool,
    /// Reserved values in every list (RFC 8701).
    pub grease: bool,
    /// An extension that nobody knows.
    pub unknown_extension: bool,
    /// A version beyond TLS 1.3 among those that are offered.
    pub future_version: bool,
    /// Filled up to so many bytes (RFC 7685).
    pub padded_bytes: usize,
    /// What the client's side of the handshake ended with that is renegotiated (RFC 5746 section 3.5); else nothing.
    pub renegotiated: Vec<u8>,
}

/// The client's random. It is a constant: no secret is ever sent under it, and the same question gets the same answer.
pub const CLIENT_RANDOM: [u8; 32] = [0x5a; 32];

impl Hello {
    /// A hello of a version that offers nothing yet.
    #[must_use]
    pub fn new(version: Version) -> Self {
        Self {
            version,
            legacy_version: None,
            suites: Vec::new(),
            groups: Vec::new(),
            signatures: Vec::new(),
            server_name: None,
            alpn: Vec::new(),
            compression: Vec::new(),
            key_share: KeyShare::Empty,
            extensions: version > Version::Ssl3,
            fallback: false,
            grease: false,
            unknown_extension: false,
            future_version: false,
            padded_bytes: 0,
            renegotiated: Vec::new(),
        }
    }

    /// The hello in one record. Lists that are longer than the protocol can say are left out.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut handshake = self.handshake(0);
        if self.extensions && handshake.len() < self.padded_bytes {
            handshake = self.handshake(self.padded_bytes - handshake.len());
        }
        let mut record = vec![22];
        record.extend(self.version.number().min(0x0301).to_be_bytes());
        long(&mut record, &handshake);
        record
    }

    fn handshake(&self, missing: usize) -> Vec<u8> {
        let mut body = Vec::with_capacity(1_024);
        body.extend(self.legacy_version.unwrap_or_else(|| self.version.number().min(0x0303)).to_be_bytes());
        body.extend(CLIENT_RANDOM);
        body.push(0);
        let grease = self.grease.then_some(0x2a2a);
        let fallback = self.fallback.then_some(0x5600);
        // Without extensions the signalling suite says that secure renegotiation is known (RFC 5746 section 3.3).
        let signal = (!self.extensions).then_some(0x00ff);
        long(&mut body, &listed(grease.into_iter().chain(self.suites.iter().copied()).chain(signal).chain(fallback)));
        body.push(u8::try_from(self.compression.len().saturating_add(1)).unwrap_or(1));
        body.extend(self.compression.iter().take(254));
        body.push(0);
        if self.extensions {
            long(&mut body, &self.extension_bytes(missing));
        }
        let mut handshake = vec![1];
        handshake.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes().iter().skip(1));
        handshake.extend(body);
        handshake
    }

    fn extension_bytes(&self, missing: usize) -> Vec<u8> {
        let mut extensions = Vec::new();
        let mut add = |number: u16, content: &[u8]| {
            extensions.extend(number.to_be_bytes());
            long(&mut extensions, content);
        };
        let grease = |value: u16| self.grease.then_some(value).into_iter();
        if self.grease {
            add(0x1a1a, &[]);
        }
        if let Some(name) = &self.server_name {
            let mut entry = vec![0];
            long(&mut entry, name.as_bytes());
            add(0, &with_length(&entry));
        }
        if !self.groups.is_empty() {
            add(10, &with_length(&listed(grease(0x3a3a).chain(self.groups.iter().copied()))));
        }
        if !self.signatures.is_empty() {
            add(13, &with_length(&listed(self.signatures.iter().copied())));
        }
        if !self.alpn.is_empty() {
            let mut names = Vec::new();
            for name in &self.alpn {
                names.push(u8::try_from(name.len()).unwrap_or(0));
                names.extend(name.as_bytes());
            }
            add(16, &with_length(&names));
        }
        // A staple is asked for, and timestamps of certificate transparency.
        add(5, &[1, 0, 0, 0, 0]);
        add(18, &[]);
        if self.version == Version::Tls13 {
            let versions = grease(0x4a4a).chain(self.future_version.then_some(0x0305)).chain([0x0304]);
            let versions = listed(versions);
            let mut content = vec![u8::try_from(versions.len()).unwrap_or(0)];
            content.extend(versions);
            add(43, &content);
            add(45, &[1, 1]);
            add(51, &with_length(&self.share()));
        } else {
            add(11, &[3, 0, 1, 2]);
            add(15, &[1]);
            add(22, &[]);
            add(23, &[]);
            add(35, &[]);
            let mut ended = vec![u8::try_from(self.renegotiated.len()).unwrap_or(0)];
            ended.extend(&self.renegotiated);
            add(0xff01, &ended);
        }
        if self.unknown_extension {
            add(0xfe77, b"tenken");
        }
        if missing > 4 {
            add(21, &vec![0; missing - 4]);
        }
        extensions
    }

    fn share(&self) -> Vec<u8> {
        let mut share = Vec::new();
        match self.key_share {
            KeyShare::Empty => {}
            KeyShare::X25519 => {
                share.extend([0, 29]);
                long(&mut share, &BASE_X25519);
            }
            KeyShare::P256 => {
                share.extend([0, 23]);
                long(&mut share, &BASE_P256);
            }
        }
        share
    }
}

fn listed(values: impl Iterator<Item = u16>) -> Vec<u8> {
    values.flat_map(u16::to_be_bytes).collect()
}

fn with_length(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    long(&mut out, content);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hello_is_one_record_with_the_lists_in_order() {
        let mut hello = Hello::new(Version::Tls12);
        hello.suites = vec![0xc02f, 0x002f];
        let bytes = hello.bytes();
        assert_eq!(&bytes[..3], &[22, 3, 1]);
        assert_eq!(usize::from(u16::from_be_bytes([bytes[3], bytes[4]])), bytes.len() - 5);
        assert!(bytes.windows(6).any(|part| part == [0, 4, 0xc0, 0x2f, 0, 0x2f]));
    }

    #[test]
    fn ssl_3_has_no_extensions_but_the_signalling_suite() {
        let mut hello = Hello::new(Version::Ssl3);
        hello.suites = vec![0x000a];
        let bytes = hello.bytes();
        assert!(bytes.ends_with(&[0, 4, 0, 0x0a, 0, 0xff, 1, 0]), "{bytes:?}");
    }

    #[test]
    fn a_hello_is_filled_up_to_the_size_that_is_asked_for() {
        let mut hello = Hello::new(Version::Tls12);
        (hello.suites, hello.padded_bytes) = (vec![0xc02f], 2_000);
        assert_eq!(hello.bytes().len(), 2_005);
    }

    proptest! {
        #[test]
        fn lengths_agree_whatever_is_offered(
            suites in proptest::collection::vec(any::<u16>(), 0..400),
            groups in proptest::collection::vec(any::<u16>(), 0..60),
            grease: bool, thirteen: bool, padded in 0_usize..3_000,
        ) {
            let mut hello = Hello::new(if thirteen { Version::Tls13 } else { Version::Tls12 });
            (hello.suites, hello.groups, hello.grease, hello.padded_bytes) = (suites, groups, grease, padded);
            let bytes = hello.bytes();
            prop_assert_eq!(usize::from(u16::from_be_bytes([bytes[3], bytes[4]])), bytes.len() - 5);
            let body = u32::from_be_bytes([0, bytes[6], bytes[7], bytes[8]]);
            prop_assert_eq!(usize::try_from(body).unwrap(), bytes.len() - 9);
        }
    }
}
