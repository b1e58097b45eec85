//! Named groups and signature schemes (IANA, TLS Supported Groups and TLS SignatureScheme): numbers, names, strength.

/// Groups: number, registered name. Finite-field and hybrid ones among them.
pub const GROUPS: &[(u16, &str)] = &[
    (1, "sect163k1"),
    (2, "sect163r1"),
    (3, "sect163r2"),
    (4, "sect193r1"),
    (5, "sect193r2"),
    (6, "sect233k1"),
    (7, "sect233r1"),
    (8, "sect239k1"),
    (9, "sect283k1"),
    (10, "sect283r1"),
    (11, "sect409k1"),
    (12, "sect409r1"),
    (13, "sect571k1"),
    (14, "sect571r1"),
    (15, "secp160k1"),
    (16, "secp160r1"),
    (17, "secp160r2"),
    (18, "secp192k1"),
    (19, "secp192r1"),
    (20, "secp224k1"),
    (21, "secp224r1"),
    (22, "secp256k1"),
    (23, "secp256r1"),
    (24, "secp384r1"),
    (25, "secp521r1"),
    (26, "brainpoolP256r1"),
    (27, "brainpoolP384r1"),
    (28, "brainpoolP512r1"),
    (29, "x25519"),
    (30, "x448"),
    (31, "brainpoolP256r1tls13"),
    (32, "brainpoolP384r1tls13"),
    (33, "brainpoolP512r1tls13"),
    (41, "curveSM2"),
    (256, "ffdhe2048"),
    (257, "ffdhe3072"),
    (258, "ffdhe4096"),
    (259, "ffdhe6144"),
    (260, "ffdhe8192"),
    (512, "MLKEM512"),
    (513, "MLKEM768"),
    (514, "MLKEM1024"),
    (4587, "SecP256r1MLKEM768"),
    (4588, "X25519MLKEM768"),
    (4589, "SecP384r1MLKEM1024"),
    (25497, "X25519Kyber768Draft00"),
];

/// Signature schemes: number, registered name (those of TLS 1.2 in the manner of the registry).
pub const SIGNATURES: &[(u16, &str)] = &[
    (0x0101, "rsa_pkcs1_md5"),
    (0x0201, "rsa_pkcs1_sha1"),
    (0x0202, "dsa_sha1"),
    (0x0203, "ecdsa_sha1"),
    (0x0301, "rsa_pkcs1_sha224"),
    (0x0302, "dsa_sha224"),
    (0x0303, "ecdsa_sha224"),
    (0x0401, "rsa_pkcs1_sha256"),
    (0x0402, "dsa_sha256"),
    (0x0403, "ecdsa_secp256r1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"),
    (0x0502, "dsa_sha384"),
    (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0601, "rsa_pkcs1_sha512"),
    (0x0602, "dsa_sha512"),
    (0x0603, "ecdsa_secp521r1_sha512"),
    (0x0708, "sm2sig_sm3"),
    (0x0804, "rsa_pss_rsae_sha256"),
    (0x0805, "rsa_pss_rsae_sha384"),
    (0x0806, "rsa_pss_rsae_sha512"),
    (0x0807, "ed25519"),
    (0x0808, "ed448"),
    (0x0809, "rsa_pss_pss_sha256"),
    (0x080a, "rsa_pss_pss_sha384"),
    (0x080b, "rsa_pss_pss_sha512"),
    (0x081a, "ecdsa_brainpoolP256r1tls13_sha256"),
    (0x081b, "ecdsa_brainpoolP384r1tls13_sha384"),
    (0x081c, "ecdsa_brainpoolP512r1tls13_sha512"),
    (0x0904, "mldsa44"),
    (0x0905, "mldsa65"),
    (0x0906, "mldsa87"),
];

/// The name of a group; one that is not registered is written as a number.
#[must_use]
pub fn group_name(number: u16) -> String {
    named(GROUPS, number)
}

/// The name of a signature scheme; one that is not registered is written as a number.
#[must_use]
pub fn signature_name(number: u16) -> String {
    named(SIGNATURES, number)
}

/// P-224 or weaker: under 128 bits of strength by the size of the curve (RFC 9325 section 4.5 and NIST SP 800-57).
#[must_use]
pub fn is_weak_group(number: u16) -> bool {
    matches!(number, 1..=8 | 15..=21)
}

/// A hybrid of ML-KEM and an elliptic curve, or ML-KEM alone; the draft with Kyber is none.
#[must_use]
pub fn is_post_quantum(number: u16) -> bool {
    matches!(number, 512..=514 | 4587..=4589)
}

/// A finite-field group of RFC 7919.
#[must_use]
pub fn is_finite_field(number: u16) -> bool {
    matches!(number, 256..=260)
}

/// Whether TLS 1.3 may use it (RFC 8446 section 4.2.7 leaves the old curves out).
#[must_use]
pub fn is_of_tls13(number: u16) -> bool {
    matches!(number, 23..=25 | 29..=33 | 41 | 256..=260) || is_post_quantum(number) || number == 25497
}

/// Whether TLS 1.2 may use it.
#[must_use]
pub fn is_of_tls12(number: u16) -> bool {
    number <= 30
}

/// Whether it may sign a handshake of TLS 1.3 (RFC 8446 section 4.2.3, RFC 8734, and ML-DSA).
#[must_use]
pub fn is_signature_of_tls13(number: u16) -> bool {
    matches!(number, 0x0403 | 0x0503 | 0x0603 | 0x0708 | 0x0804..=0x080b | 0x081a..=0x081c | 0x0904..=0x0906)
}

/// A signature over SHA-1 or MD5 (RFC 9155).
#[must_use]
pub fn is_weak_signature(number: u16) -> bool {
    matches!(number >> 8, 1 | 2)
}

fn named(table: &[(u16, &str)], number: u16) -> String {
    let at = table.binary_search_by_key(&number, |(registered, _)| *registered);
    match at.ok().and_then(|at| table.get(at)) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("0x{number:04X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order() {
        for table in [GROUPS, SIGNATURES] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
        assert_eq!((group_name(4588).as_str(), group_name(9_999).as_str()), ("X25519MLKEM768", "0x270F"));
        assert_eq!(signature_name(0x0804), "rsa_pss_rsae_sha256");
    }

    #[test]
    fn strength_is_told_by_the_curve() {
        assert!(is_weak_group(21) && is_weak_group(8) && !is_weak_group(22) && !is_weak_group(9));
        assert!(is_post_quantum(4588) && !is_post_quantum(25497));
        assert!(is_weak_signature(0x0203) && is_weak_signature(0x0101) && !is_weak_signature(0x0303));
    }
}
