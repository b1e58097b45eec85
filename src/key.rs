//! Ed25519 keys (RFC 8032), in PEM or as OpenSSH writes them. Touches no file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use ring::{digest, rand};

/// Why a text is no key, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no key: {0}")]
pub struct KeyError(pub &'static str);

/// PKCS#8 of an Ed25519 key: this prefix and the seed of 32 bytes (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// SPKI of an Ed25519 key: this prefix and 32 bytes (RFC 8410, section 4).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A private Ed25519 key.
pub struct SigningKey(Ed25519KeyPair);

/// A public Ed25519 key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey(Vec<u8>);

impl SigningKey {
    /// Reads PKCS#8 in PEM, as `tenken keygen` and `openssl genpkey -algorithm ed25519` write it, or a private key of
    /// OpenSSH without a passphrase.
    ///
    /// # Errors
    /// A [`KeyError`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.contains("OPENSSH PRIVATE KEY") {
            return Self::from_openssh(pem);
        }
        let der = unwrap_pem(pem, "PRIVATE KEY")?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map(Self).map_err(|_| KeyError("no PKCS#8 of an Ed25519 key"))
    }

    fn from_openssh(text: &str) -> Result<Self, KeyError> {
        let key = ssh_key::PrivateKey::from_openssh(text).map_err(|_| KeyError("no private key of OpenSSH"))?;
        if key.is_encrypted() {
            return Err(KeyError("the key has a passphrase; write one without (ssh-keygen -p) or use tenken keygen"));
        }
        let pair = key.key_data().ed25519().ok_or(KeyError("not an Ed25519 key; ssh-keygen -t ed25519 makes one"))?;
        Ed25519KeyPair::from_seed_and_public_key(pair.private.as_ref(), pair.public.as_ref())
            .map(Self)
            .map_err(|_| KeyError("the two halves of the key do not belong together"))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        VerifyingKey(self.0.public_key().as_ref().to_vec())
    }

    /// Signs, and gives the signature in base64.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.0.sign(message).as_ref())
    }
}

impl VerifyingKey {
    /// Reads SPKI in PEM (RFC 8410), as `tenken keygen` and `openssl pkey -pubout` write it, or a line `ssh-ed25519 …`.
    ///
    /// # Errors
    /// A [`KeyError`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.trim_start().starts_with("ssh-") {
            let key = ssh_key::PublicKey::from_openssh(pem.trim()).map_err(|_| KeyError("no public key of OpenSSH"))?;
            let key = key.key_data().ed25519().ok_or(KeyError("not an Ed25519 key"))?;
            return Ok(Self(key.0.to_vec()));
        }
        let der = unwrap_pem(pem, "PUBLIC KEY")?;
        match der.strip_prefix(&SPKI_PREFIX) {
            Some(key) if key.len() == 32 => Ok(Self(key.to_vec())),
            _ => Err(KeyError("no public key of Ed25519")),
        }
    }

    /// The key in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        wrap_pem(&[&SPKI_PREFIX, self.0.as_slice()].concat(), "PUBLIC KEY")
    }

    /// Whether a signature in base64 is this key's over a message.
    #[must_use]
    pub fn holds(&self, message: &[u8], signature: &str) -> bool {
        STANDARD
            .decode(signature)
            .is_ok_and(|signature| UnparsedPublicKey::new(&ED25519, &self.0).verify(message, &signature).is_ok())
    }

    /// SHA-256 of the key's 32 bytes, in hexadecimal: its name in a signature.
    #[must_use]
    pub fn id(&self) -> String {
        digest::digest(&digest::SHA256, &self.0).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Makes a key pair: the private half as PKCS#8 in PEM, and the public half.
///
/// # Errors
/// A [`KeyError`]: the operating system gives no random bytes.
pub fn generate_key() -> Result<(String, VerifyingKey), KeyError> {
    let seed = rand::generate::<[u8; 32]>(&rand::SystemRandom::new());
    let seed = seed.map_err(|_| KeyError("the operating system gives no random bytes"))?.expose();
    // Version 1, without the public key in it: OpenSSL refuses version 2.
    let pem = wrap_pem(&[&PKCS8_PREFIX, &seed[..]].concat(), "PRIVATE KEY");
    let public = SigningKey::from_pem(&pem)?.public();
    Ok((pem, public))
}

fn unwrap_pem(pem: &str, label: &str) -> Result<Vec<u8>, KeyError> {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let inner = pem
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
        .ok_or(KeyError("the BEGIN and END lines are missing"))?;
    let text: String = inner.0.chars().filter(|character| !character.is_whitespace()).collect();
    STANDARD.decode(text).map_err(|_| KeyError("not base64"))
}

fn wrap_pem(der: &[u8], label: &str) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = tail;
    }
    pem + &format!("-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_openssh_signs_like_any_other() {
        use ssh_key::private::{Ed25519Keypair, Ed25519PrivateKey};
        let (pem, public) = generate_key().unwrap();
        let seed: [u8; 32] = unwrap_pem(&pem, "PRIVATE KEY").unwrap()[16..].try_into().unwrap();
        let public_bytes: [u8; 32] = public.0.clone().try_into().unwrap();
        let pair = Ed25519Keypair {
            public: ssh_key::public::Ed25519PublicKey(public_bytes),
            private: Ed25519PrivateKey::from_bytes(&seed),
        };
        let openssh = ssh_key::PrivateKey::from(pair);
        let key = SigningKey::from_pem(&openssh.to_openssh(ssh_key::LineEnding::LF).unwrap()).unwrap();
        assert_eq!(VerifyingKey::from_pem(&openssh.public_key().to_openssh().unwrap()).unwrap(), public);
        assert_eq!(key.public(), public);
        let signature = key.sign(b"x");
        assert!(public.holds(b"x", &signature) && !public.holds(b"y", &signature));
        assert_eq!(VerifyingKey::from_pem(&public.to_pem()).unwrap(), public);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "ssh-ed25519 AAAA", "ssh-rsa AAAAB3NzaC1yc2E", "-----BEGIN OPENSSH PRIVATE KEY-----"] {
            assert!(SigningKey::from_pem(text).is_err() && VerifyingKey::from_pem(text).is_err(), "{text}");
        }
    }
}
