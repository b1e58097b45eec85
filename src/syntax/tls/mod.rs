//! The first flights of TLS and SSL, all versions: hellos written, servers' answers read. It negotiates nothing further, and judges nothing.

mod base_point;
mod flight;
mod group;
mod hello;
mod reader;
mod registry;
mod ssl2;
mod suite;

pub use base_point::{BASE_P256, BASE_P384, BASE_X25519};
pub use flight::{CertificateRequest, Exchange, Flight, ServerHello};
pub use group::{
    GROUPS, SIGNATURES, group_name, is_finite_field, is_of_tls12, is_of_tls13, is_post_quantum, is_signature_of_tls13,
    is_weak_group, is_weak_signature, signature_name,
};
pub use hello::{CLIENT_RANDOM, Hello, KeyShare};
pub use reader::{FlightReader, Progress};
pub use ssl2::{SSL2_CIPHERS, Ssl2Answer, read_ssl2, ssl2_cipher_name, ssl2_hello};
pub use suite::{Class, KeyExchange, Suite};

/// A protocol version, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// SSL 2.0, 0x0002, with a handshake of its own.
    Ssl2,
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
    pub const ALL: [Self; 6] = [Self::Ssl2, Self::Ssl3, Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// Its number on the wire.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Ssl2 => 0x0002,
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
            Self::Ssl2 => "SSLv2",
            Self::Ssl3 => "SSLv3",
            Self::Tls10 => "TLSv1.0",
            Self::Tls11 => "TLSv1.1",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }
}

/// Appends a length of two bytes and the content; what is longer than that can say is not written at all.
fn long(out: &mut Vec<u8>, content: &[u8]) {
    match u16::try_from(content.len()) {
        Ok(length) => {
            out.extend(length.to_be_bytes());
            out.extend(content);
        }
        Err(_) => out.extend([0, 0]),
    }
}
