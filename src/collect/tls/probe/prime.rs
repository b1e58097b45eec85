//! Well-known primes of finite-field Diffie-Hellman, by the hash of the prime (RFC 2409, RFC 3526, RFC 7919). Many servers
//! share them, so whoever breaks one prime of 1024 bits reads them all (Logjam).

use ring::digest;

/// SHA-256 of the prime, most significant byte first; its name.
const KNOWN: [(&str, &str); 13] = [
    ("b52ba6a3026520a6c49d37e4587601801bee500123b3259b6bf03e7cecc3e63d", "modp768"),
    ("3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0", "modp1024"),
    ("64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b", "modp1536"),
    ("d66436f79bbd6b2e38c0ffbd079be904d2641415e2e67140e09448be9a60890e", "modp2048"),
    ("48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c", "modp3072"),
    ("4ee95187682bcb230ad26a95205f6920e84708f6251b3894329b09ec23919e33", "modp4096"),
    ("d1bfe6d0925ce7e4da262b62861514a7755e35831e429f343e7b864848657efd", "modp6144"),
    ("39ab4feab950a3128fb71accb9fc3965d857012e081998a85996e3ea8b3c3bcf", "modp8192"),
    ("9cd3b7f336872f46c09428d1bbc19877a4d440512cda8d1c1cf0cd6e33698966", "ffdhe2048"),
    ("0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17", "ffdhe3072"),
    ("4648414224ac881b3d0dc59b466f96d06a558278776807797ecf1f66ff397b3e", "ffdhe4096"),
    ("227ac9066b3ddd9e193670cda2388fa884f65ba0cf98b742d1fe77a6687c79c7", "ffdhe6144"),
    ("770b14efaf6f049929c523113b3fa99a8d11dab1b18af3609590122075d19833", "ffdhe8192"),
];

/// SHA-256 of a prime in hexadecimal.
pub(super) fn fingerprint(prime: &[u8]) -> String {
    digest::digest(&digest::SHA256, prime).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of a well-known prime, by its fingerprint.
pub(super) fn known(fingerprint: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(hash, _)| *hash == fingerprint).map(|(_, name)| *name)
}

/// Size in bits of a prime without leading zeros.
pub(super) fn bits(prime: &[u8]) -> i64 {
    let whole = i64::try_from(prime.len()).unwrap_or(0) * 8;
    prime.first().map_or(0, |first| whole - i64::from(first.leading_zeros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_to_the_bit() {
        assert_eq!((bits(&[0x80, 0]), bits(&[1, 0]), bits(&[])), (16, 9, 0));
        assert_eq!(known("3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0"), Some("modp1024"));
        assert_eq!(known(&fingerprint(&[1])), None);
    }
}
