//! What a cipher suite is worth, read off its registered name. Facts of the name alone: it never says what a site should accept.

use super::registry::REGISTRY;

/// One cipher suite by its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Suite(pub u16);

/// How the key is agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyExchange {
    /// Suite of TLS 1.3: always ephemeral.
    Tls13,
    /// Ephemeral elliptic-curve Diffie-Hellman.
    Ecdhe,
    /// Ephemeral finite-field Diffie-Hellman.
    Dhe,
    /// RSA key transport, with and without a pre-shared key.
    Rsa,
    /// Anything else: static Diffie-Hellman, pre-shared keys alone, SRP, Kerberos, GOST.
    Other,
}

/// How good a suite is beside others, best first. A server should choose one of an earlier class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Forward secrecy and AEAD.
    Strong,
    /// Forward secrecy with CBC and SHA-2.
    Sufficient,
    /// Forward secrecy with CBC and SHA-1, or with the short tag of CCM_8.
    Legacy,
    /// No forward secrecy.
    Static,
    /// A block of 64 bits.
    SmallBlock,
    /// No encryption, no authentication, RC4 or under 112 bits.
    Insecure,
}

impl Suite {
    /// Every registered suite of TLS 1.2 and older.
    pub fn up_to_tls12() -> impl Iterator<Item = Self> {
        REGISTRY.iter().map(|(number, _)| Self(*number)).filter(|suite| !suite.is_tls13())
    }

    /// Every registered suite of TLS 1.3.
    pub fn of_tls13() -> impl Iterator<Item = Self> {
        REGISTRY.iter().map(|(number, _)| Self(*number)).filter(|suite| suite.is_tls13())
    }

    /// The registered name; a number that is not registered is written as one.
    #[must_use]
    pub fn name(self) -> String {
        self.registered().map_or_else(|| format!("0x{:04X}", self.0), ToOwned::to_owned)
    }

    /// The suite of a registered name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        REGISTRY.iter().find(|(_, registered)| *registered == name).map(|(number, _)| Self(*number))
    }

    fn registered(self) -> Option<&'static str> {
        let at = REGISTRY.binary_search_by_key(&self.0, |(number, _)| *number).ok()?;
        REGISTRY.get(at).map(|(_, name)| *name)
    }

    fn parts(self) -> (&'static str, &'static str) {
        let name = self.registered().unwrap_or_default();
        name.split_once("_WITH_").map_or(("", name), |(exchange, rest)| {
            (exchange.trim_start_matches("TLS_").trim_start_matches("SSL_"), rest)
        })
    }

    /// Whether it belongs to TLS 1.3, where suite and key exchange are chosen apart.
    #[must_use]
    pub fn is_tls13(self) -> bool {
        matches!(self.0, 0x1301..=0x13ff | 0x00c6 | 0x00c7 | 0xc0b4 | 0xc0b5)
    }

    /// How the key is agreed on.
    #[must_use]
    pub fn key_exchange(self) -> KeyExchange {
        let (exchange, _) = self.parts();
        match exchange {
            _ if self.is_tls13() => KeyExchange::Tls13,
            _ if exchange.starts_with("ECDHE_") || exchange == "ECDH_anon" || exchange == "ECCPWD" => {
                KeyExchange::Ecdhe
            }
            _ if exchange.starts_with("DHE_") || exchange == "DH_anon" || exchange == "DH_anon_EXPORT" => {
                KeyExchange::Dhe
            }
            _ if exchange.starts_with("RSA") => KeyExchange::Rsa,
            _ => KeyExchange::Other,
        }
    }

    /// Whether a key that leaks later opens nothing of today.
    #[must_use]
    pub fn has_forward_secrecy(self) -> bool {
        matches!(self.key_exchange(), KeyExchange::Tls13 | KeyExchange::Ecdhe | KeyExchange::Dhe)
    }

    /// Whether the server's message names a group or a prime of its own.
    #[must_use]
    pub fn is_elliptic(self) -> bool {
        matches!(self.key_exchange(), KeyExchange::Ecdhe)
    }

    /// Whether the server proves itself with an ECDSA or EdDSA key.
    #[must_use]
    pub fn is_ecdsa(self) -> bool {
        self.parts().0.ends_with("_ECDSA")
    }

    /// Whether a certificate and a signature of the handshake go with it.
    #[must_use]
    pub fn is_signed(self) -> bool {
        let (exchange, _) = self.parts();
        let is_ephemeral = matches!(self.key_exchange(), KeyExchange::Ecdhe | KeyExchange::Dhe);
        self.is_tls13() || (is_ephemeral && (exchange.contains("SA") || exchange.contains("DSS")))
    }

    /// Whether a pre-shared key goes with it.
    #[must_use]
    pub fn is_pre_shared(self) -> bool {
        self.parts().0.ends_with("PSK")
    }

    /// Authenticated encryption: GCM, CCM, ChaCha20-Poly1305 and the like.
    #[must_use]
    pub fn is_aead(self) -> bool {
        let (_, cipher) = self.parts();
        ["_GCM", "_CCM", "POLY1305", "AEGIS", "_OMAC"].iter().any(|mode| cipher.contains(mode))
    }

    /// CBC mode.
    #[must_use]
    pub fn is_cbc(self) -> bool {
        self.parts().1.contains("_CBC")
    }

    /// NULL, anonymous, EXPORT, RC4 or under 112 bits (RFC 9325 section 4.1, RFC 7465).
    #[must_use]
    pub fn is_insecure(self) -> bool {
        let (exchange, cipher) = self.parts();
        let is_single_des = cipher.starts_with("DES_CBC") || cipher.starts_with("DES40") || cipher.starts_with("DES_");
        exchange.contains("anon")
            || exchange.contains("EXPORT")
            || cipher.starts_with("NULL")
            || cipher.starts_with("RC4")
            || cipher.starts_with("RC2_CBC_40")
            || cipher.starts_with("RC2_CBC_56")
            || is_single_des
            || matches!(self.0, 0xc0b4 | 0xc0b5)
    }

    /// A block of 64 bits: 3DES, DES, IDEA, RC2, GOST 28147, Magma (NIST SP 800-52r2 3.3.1).
    #[must_use]
    pub fn has_small_block(self) -> bool {
        let (_, cipher) = self.parts();
        ["3DES", "DES", "IDEA", "RC2", "28147", "MAGMA"].iter().any(|block| cipher.starts_with(block))
    }

    /// RSA key transport (RFC 9325 section 4.1).
    #[must_use]
    pub fn is_static_rsa(self) -> bool {
        self.key_exchange() == KeyExchange::Rsa
    }

    /// CBC with SHA-1, or the short tag of CCM_8.
    #[must_use]
    pub fn is_legacy(self) -> bool {
        let (_, cipher) = self.parts();
        (self.is_cbc() && cipher.ends_with("_SHA")) || cipher.contains("CCM_8")
    }

    /// Its class.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            _ if self.is_insecure() => Class::Insecure,
            _ if self.has_small_block() => Class::SmallBlock,
            _ if !self.has_forward_secrecy() => Class::Static,
            _ if self.is_legacy() => Class::Legacy,
            _ if self.is_aead() => Class::Strong,
            _ => Class::Sufficient,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Suite {
        Suite::named(name).unwrap_or_else(|| panic!("{name}"))
    }

    #[test]
    fn the_registry_is_in_order_and_names_are_read_back() {
        assert!(REGISTRY.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (number, name) in REGISTRY {
            assert_eq!(of(name).0, *number);
            assert_eq!(Suite(*number).name(), *name);
        }
        assert_eq!(Suite(0x1234).name(), "0x1234");
        assert!(Suite::up_to_tls12().count() > 330 && Suite::of_tls13().count() == 11);
    }

    #[test]
    fn a_name_says_its_class() {
        for (name, class) in [
            ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Class::Strong),
            ("TLS_CHACHA20_POLY1305_SHA256", Class::Strong),
            ("TLS_AES_128_CCM_8_SHA256", Class::Legacy),
            ("TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", Class::Sufficient),
            ("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", Class::Legacy),
            ("TLS_RSA_WITH_AES_128_GCM_SHA256", Class::Static),
            ("TLS_PSK_WITH_AES_128_GCM_SHA256", Class::Static),
            ("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", Class::SmallBlock),
            ("TLS_RSA_WITH_DES_CBC_SHA", Class::Insecure),
            ("TLS_RSA_WITH_IDEA_CBC_SHA", Class::SmallBlock),
            ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", Class::Insecure),
            ("TLS_DH_anon_WITH_AES_128_GCM_SHA256", Class::Insecure),
            ("TLS_ECDHE_RSA_WITH_NULL_SHA", Class::Insecure),
            ("TLS_SHA256_SHA256", Class::Insecure),
        ] {
            assert_eq!(of(name).class(), class, "{name}");
        }
    }

    #[test]
    fn a_name_says_how_the_key_is_agreed_on() {
        for (name, exchange, signed) in [
            ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", KeyExchange::Ecdhe, true),
            ("TLS_ECDH_anon_WITH_NULL_SHA", KeyExchange::Ecdhe, false),
            ("TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", KeyExchange::Ecdhe, false),
            ("TLS_DHE_DSS_WITH_AES_128_CBC_SHA", KeyExchange::Dhe, true),
            ("TLS_DH_anon_WITH_AES_128_CBC_SHA", KeyExchange::Dhe, false),
            ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", KeyExchange::Rsa, false),
            ("TLS_RSA_PSK_WITH_AES_128_CBC_SHA", KeyExchange::Rsa, false),
            ("TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", KeyExchange::Other, false),
            ("TLS_AES_128_GCM_SHA256", KeyExchange::Tls13, true),
        ] {
            assert_eq!((of(name).key_exchange(), of(name).is_signed()), (exchange, signed), "{name}");
        }
    }
}
