//! Keys and records of TLS 1.2 with AEAD suites (RFC 5246 sections 5 and 6.3, RFC 5288, RFC 7905, RFC 7627). Pure.
//!
//! What is protected here is no secret: the premaster secret is the server's own public key, which anybody may read.

use ring::aead::{
    AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
};
use ring::{digest, hmac};

use crate::syntax::tls::{CLIENT_RANDOM, Suite};

/// Bytes of what a Finished message holds (RFC 5246 section 7.4.9).
const VERIFY_DATA_BYTES: usize = 12;

/// A suite that can be spoken.
#[derive(Clone, Copy)]
pub(super) struct Spoken {
    cipher: &'static Algorithm,
    key_bytes: usize,
    /// Bytes of the nonce that come out of the keys; the rest is sent with each record.
    fixed_bytes: usize,
    mac: hmac::Algorithm,
    hash: &'static digest::Algorithm,
}

impl Spoken {
    /// How to speak a suite; `None` for those without forward secrecy or with other ciphers.
    pub(super) fn of(suite: u16) -> Option<Self> {
        let suite = Suite(suite);
        let name = suite.name();
        if !suite.has_forward_secrecy() || suite.is_tls13() || suite.is_pre_shared() {
            return None;
        }
        let (cipher, key_bytes, fixed_bytes, is_sha384) = match name.split_once("_WITH_")?.1 {
            "AES_128_GCM_SHA256" => (&AES_128_GCM, 16, 4, false),
            "AES_256_GCM_SHA384" => (&AES_256_GCM, 32, 4, true),
            "CHACHA20_POLY1305_SHA256" => (&CHACHA20_POLY1305, 32, 12, false),
            _ => return None,
        };
        let (mac, hash) =
            if is_sha384 { (hmac::HMAC_SHA384, &digest::SHA384) } else { (hmac::HMAC_SHA256, &digest::SHA256) };
        Some(Self { cipher, key_bytes, fixed_bytes, mac, hash })
    }
}

/// Both directions of a connection, and what its Finished message is made of.
pub(super) struct Secrets {
    spoken: Spoken,
    master: Vec<u8>,
    pub(super) ours: Direction,
    pub(super) theirs: Direction,
}

impl Secrets {
    /// Out of the premaster secret. `up_to_key_exchange` is every handshake message so far, where the extended master
    /// secret was agreed on; without it the randoms stand in its place.
    pub(super) fn new(
        spoken: Spoken,
        premaster: &[u8],
        server_random: &[u8; 32],
        up_to_key_exchange: Option<&[u8]>,
    ) -> Option<Self> {
        let master = match up_to_key_exchange {
            Some(messages) => {
                let seed = digest::digest(spoken.hash, messages);
                derived(spoken.mac, premaster, b"extended master secret", seed.as_ref(), 48)
            }
            None => {
                let seed = [CLIENT_RANDOM, *server_random].concat();
                derived(spoken.mac, premaster, b"master secret", &seed, 48)
            }
        };
        let seed = [*server_random, CLIENT_RANDOM].concat();
        let block = derived(spoken.mac, &master, b"key expansion", &seed, 2 * (spoken.key_bytes + spoken.fixed_bytes));
        let (keys, fixed) = block.split_at_checked(2 * spoken.key_bytes)?;
        let (our_key, their_key) = keys.split_at_checked(spoken.key_bytes)?;
        let (our_part, their_part) = fixed.split_at_checked(spoken.fixed_bytes)?;
        let direction = |key: &[u8], fixed: &[u8]| {
            let key = LessSafeKey::new(UnboundKey::new(spoken.cipher, key).ok()?);
            Some(Direction { key, fixed: fixed.to_vec(), sequence: 0 })
        };
        Some(Self { spoken, ours: direction(our_key, our_part)?, theirs: direction(their_key, their_part)?, master })
    }

    /// What the client's Finished message holds after these handshake messages.
    pub(super) fn verify_data(&self, messages: &[u8]) -> Vec<u8> {
        self.finished(b"client finished", messages)
    }

    /// What the server's Finished message holds after these handshake messages.
    pub(super) fn server_verify_data(&self, messages: &[u8]) -> Vec<u8> {
        self.finished(b"server finished", messages)
    }

    fn finished(&self, label: &[u8], messages: &[u8]) -> Vec<u8> {
        let seed = digest::digest(self.spoken.hash, messages);
        derived(self.spoken.mac, &self.master, label, seed.as_ref(), VERIFY_DATA_BYTES)
    }
}

/// One direction of a connection.
pub(super) struct Direction {
    key: LessSafeKey,
    fixed: Vec<u8>,
    sequence: u64,
}

impl Direction {
    /// A protected record; `None` where it cannot be made.
    pub(super) fn seal(&mut self, kind: u8, content: &[u8]) -> Option<Vec<u8>> {
        let explicit = self.sequence.to_be_bytes();
        let (nonce, additional) = self.nonce(&explicit, kind, content.len())?;
        let mut sealed = content.to_vec();
        self.key.seal_in_place_append_tag(nonce, Aad::from(additional), &mut sealed).ok()?;
        self.sequence += 1;
        let mut body = if self.has_explicit() { explicit.to_vec() } else { Vec::new() };
        body.extend(sealed);
        Some(record(kind, &body))
    }

    /// What a protected record holds; `None` where it is not of this connection.
    pub(super) fn open(&mut self, kind: u8, body: &[u8]) -> Option<Vec<u8>> {
        let (explicit, sealed) = if self.has_explicit() {
            let (explicit, sealed) = body.split_first_chunk::<8>()?;
            (*explicit, sealed)
        } else {
            (self.sequence.to_be_bytes(), body)
        };
        let length = sealed.len().checked_sub(self.key.algorithm().tag_len())?;
        let (nonce, additional) = self.nonce(&explicit, kind, length)?;
        let mut content = sealed.to_vec();
        let count = self.key.open_in_place(nonce, Aad::from(additional), &mut content).ok()?.len();
        content.truncate(count);
        self.sequence += 1;
        Some(content)
    }

    fn has_explicit(&self) -> bool {
        self.fixed.len() == 4
    }

    fn nonce(&self, explicit: &[u8; 8], kind: u8, length: usize) -> Option<(Nonce, [u8; 13])> {
        let mut nonce = [0; NONCE_LEN];
        nonce.get_mut(4..)?.copy_from_slice(explicit);
        for (byte, fixed) in nonce.iter_mut().zip(&self.fixed) {
            *byte ^= fixed;
        }
        let mut additional = [0; 13];
        additional.get_mut(..8)?.copy_from_slice(&self.sequence.to_be_bytes());
        additional.get_mut(8..11)?.copy_from_slice(&[kind, 3, 3]);
        additional.get_mut(11..)?.copy_from_slice(&u16::try_from(length).ok()?.to_be_bytes());
        Some((Nonce::assume_unique_for_key(nonce), additional))
    }
}

/// A record of TLS 1.2.
pub(super) fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut record = vec![kind, 3, 3];
    record.extend(u16::try_from(body.len()).unwrap_or(0).to_be_bytes());
    record.extend(body);
    record
}

/// The pseudo-random function (RFC 5246 section 5).
fn derived(mac: hmac::Algorithm, secret: &[u8], label: &[u8], seed: &[u8], bytes: usize) -> Vec<u8> {
    let key = hmac::Key::new(mac, secret);
    let seed = [label, seed].concat();
    let (mut out, mut link) = (Vec::with_capacity(bytes + 48), hmac::sign(&key, &seed));
    while out.len() < bytes {
        out.extend(hmac::sign(&key, &[link.as_ref(), &seed].concat()).as_ref());
        link = hmac::sign(&key, link.as_ref());
    }
    out.truncate(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A test vector of the PRF that the working group's list has had since 2012.
    #[test]
    fn the_function_gives_what_is_known_of_it() {
        let secret = [0x9b, 0xbe, 0x43, 0x6b, 0xa9, 0x40, 0xf0, 0x17, 0xb1, 0x76, 0x52, 0x84, 0x9a, 0x71, 0xdb, 0x35];
        let seed = [0xa0, 0xba, 0x9f, 0x93, 0x6c, 0xda, 0x31, 0x18, 0x27, 0xa6, 0xf7, 0x96, 0xff, 0xd5, 0x19, 0x8c];
        let out = derived(hmac::HMAC_SHA256, &secret, b"test label", &seed, 100);
        assert_eq!(out.len(), 100);
        assert_eq!(&out[..8], &[0xe3, 0xf2, 0x29, 0xba, 0x72, 0x7b, 0xe1, 0x7b]);
    }

    #[test]
    fn what_one_side_seals_the_other_opens_and_nothing_else() {
        for suite in ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"] {
            let spoken = Spoken::of(Suite::named(suite).unwrap().0).unwrap();
            let secrets = || Secrets::new(spoken, &[7; 32], &[1; 32], Some(b"messages")).unwrap();
            let (mut ours, mut theirs) = (secrets(), secrets());
            for words in [&b"first"[..], b"", b"third"] {
                let sealed = ours.ours.seal(22, words).unwrap();
                assert_eq!(theirs.ours.open(22, &sealed[5..]).as_deref(), Some(words));
            }
            let mut sealed = ours.ours.seal(22, b"words").unwrap();
            assert_eq!(theirs.ours.open(23, &sealed[5..]), None, "another kind");
            *sealed.last_mut().unwrap() ^= 1;
            assert_eq!(theirs.ours.open(22, &sealed[5..]), None, "another tag");
            assert_eq!(theirs.ours.open(22, &[0; 3]), None);
        }
    }

    #[test]
    fn only_what_has_forward_secrecy_and_a_known_cipher_is_spoken() {
        let spoken = |name: &str| Suite::named(name).and_then(|suite| Spoken::of(suite.0)).is_some();
        assert!(spoken("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"));
        for name in ["TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_AES_128_GCM_SHA256"]
        {
            assert!(!spoken(name), "{name}");
        }
    }
}
