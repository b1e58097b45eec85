//! Kinds of keys that sign a handshake: which schemes and suites are whose.

use crate::syntax::tls::Suite;

/// Whose signature scheme it is: the second byte of those of TLS 1.2, and the ranges of TLS 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    Rsa,
    Ecdsa,
    Dss,
}

pub(super) const SIGNERS: [Signer; 3] = [Signer::Rsa, Signer::Ecdsa, Signer::Dss];

/// Whether an RSA key makes signatures of this scheme.
pub(crate) fn signs_with_rsa(scheme: u16) -> bool {
    Signer::Rsa.signs(scheme)
}

impl Signer {
    pub(super) fn signs(self, scheme: u16) -> bool {
        let own = match scheme {
            0x0804..=0x0806 | 0x0809..=0x080b => Self::Rsa,
            0x0807 | 0x0808 | 0x081a..=0x081c | 0x0708 => Self::Ecdsa,
            _ if scheme & 0xff == 1 => Self::Rsa,
            _ if scheme & 0xff == 2 => Self::Dss,
            _ => Self::Ecdsa,
        };
        own == self
    }

    pub(super) fn uses(self, suite: u16) -> bool {
        let suite = Suite(suite);
        suite.is_signed()
            && match self {
                Self::Ecdsa => suite.is_ecdsa(),
                Self::Dss => suite.name().contains("_DSS_"),
                Self::Rsa => !suite.is_ecdsa() && !suite.name().contains("_DSS_"),
            }
    }
}
