//! DKIM key records: type, size and state of a key (RFC 6376, section 3.6.1; RFC 8463).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use x509_parser::asn1_rs::{FromDer, Integer, Sequence};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::tag_list::tags;

/// What a record says of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DkimKey {
    /// The key is empty: it was revoked.
    Revoked,
    /// RSA, with its bits.
    Rsa(u32),
    /// Ed25519, 256 bits.
    Ed25519,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dkim {
    /// The key.
    pub key: DkimKey,
    /// `t=y`: the domain only tries it out.
    pub testing: bool,
}

/// Reads a record; `None` where a verifier cannot use it.
#[must_use]
pub fn dkim(text: &str) -> Option<Dkim> {
    let tags = tags(text)?;
    let value = |name: &str| tags.iter().find(|(tag, _)| tag == name).map(|(_, value)| *value);
    if let Some(version) = value("v")
        && (version != "DKIM1" || tags.first().is_none_or(|(first, _)| first != "v"))
    {
        return None;
    }
    let testing = value("t").is_some_and(|flags| flags.split(':').any(|flag| flag.trim() == "y"));
    let key: String = value("p")?.chars().filter(|one| !one.is_ascii_whitespace()).collect();
    if key.is_empty() {
        return Some(Dkim { key: DkimKey::Revoked, testing });
    }
    let bytes = STANDARD.decode(&key).ok()?;
    let key = match value("k").unwrap_or("rsa") {
        "rsa" => DkimKey::Rsa(rsa_bits(&bytes)?),
        "ed25519" if bytes.len() == 32 => DkimKey::Ed25519,
        _ => return None,
    };
    Some(Dkim { key, testing })
}

/// Bits of an RSA key, as a SubjectPublicKeyInfo or bare (RFC 6376 names the first, erratum 3017 and practice the second).
fn rsa_bits(bytes: &[u8]) -> Option<u32> {
    if let Ok((_, info)) = SubjectPublicKeyInfo::from_der(bytes) {
        return match info.parsed() {
            Ok(PublicKey::RSA(key)) => bits(key.modulus),
            _ => None,
        };
    }
    let (_, sequence) = Sequence::from_der(bytes).ok()?;
    let (_, modulus) = Integer::from_der(&sequence.content).ok()?;
    bits(modulus.as_ref())
}

/// Bits without leading zeros.
fn bits(number: &[u8]) -> Option<u32> {
    let start = number.iter().position(|byte| *byte != 0)?;
    let rest = number.get(start..)?;
    let bytes = u32::try_from(rest.len()).ok()?;
    bytes.checked_mul(8)?.checked_sub(rest.first()?.leading_zeros())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A bare RSA key of so many bytes, in base64.
    fn bare(bytes: usize) -> String {
        let modulus = [vec![0], vec![0xff; bytes]].concat();
        let number = |content: &[u8]| {
            let length = u16::try_from(content.len()).unwrap().to_be_bytes();
            [&[0x02, 0x82], length.as_slice(), content].concat()
        };
        let content = [number(&modulus), number(&[1, 0, 1])].concat();
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        STANDARD.encode([&[0x30, 0x82], length.as_slice(), content.as_slice()].concat())
    }

    #[test]
    fn keys_are_measured() {
        let read = dkim(&format!("v=DKIM1; k=rsa; t=y:s; p={}", bare(256))).unwrap();
        assert_eq!(read, Dkim { key: DkimKey::Rsa(2048), testing: true });
        assert_eq!(dkim(&format!("p={}", bare(64))).unwrap().key, DkimKey::Rsa(512));
        let ed25519 = STANDARD.encode([7; 32]);
        assert_eq!(dkim(&format!("v=DKIM1; k=ed25519; p={ed25519}")).unwrap().key, DkimKey::Ed25519);
        assert_eq!(dkim("v=DKIM1; p=").unwrap().key, DkimKey::Revoked);
    }

    #[test]
    fn what_no_verifier_can_use_is_no_key() {
        for broken in
            ["v=DKIM1", "v=DKIM2; p=", "p=; v=DKIM1", "k=rsa; p=!!", "k=dsa; p=AAAA", "k=ed25519; p=AAAA", "p=AAAA", ""]
        {
            assert_eq!(dkim(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(text in ".{0,100}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = dkim(&text);
            let _ = dkim(&format!("p={}", STANDARD.encode(bytes)));
        }
    }
}
