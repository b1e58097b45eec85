//! The hello of SSL 2.0 and a server's answer to it. The protocol has records and messages of its own (the draft of 1995).

/// Cipher kinds of SSL 2.0: number of three bytes, name.
pub const SSL2_CIPHERS: &[(u32, &str)] = &[
    (0x01_00_80, "SSL_CK_RC4_128_WITH_MD5"),
    (0x02_00_80, "SSL_CK_RC4_128_EXPORT40_WITH_MD5"),
    (0x03_00_80, "SSL_CK_RC2_128_CBC_WITH_MD5"),
    (0x04_00_80, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5"),
    (0x05_00_80, "SSL_CK_IDEA_128_CBC_WITH_MD5"),
    (0x06_00_40, "SSL_CK_DES_64_CBC_WITH_MD5"),
    (0x07_00_c0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"),
    (0x08_00_80, "SSL_CK_RC4_64_WITH_MD5"),
];

/// What an answer to a hello of SSL 2.0 says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ssl2Answer {
    /// More bytes are needed.
    More,
    /// A SERVER-HELLO with its cipher kinds. One without any still speaks SSL 2.0.
    Accepted(Vec<u32>),
    /// An error message of SSL 2.0: it is spoken, and nothing that was offered is accepted.
    Error,
    /// A record of TLS or SSL 3.0, or anything else: no SSL 2.0.
    Other,
}

/// A CLIENT-HELLO of SSL 2.0 with every cipher kind.
#[must_use]
pub fn ssl2_hello() -> Vec<u8> {
    let mut message = vec![1, 0, 2];
    message.extend(u16::try_from(SSL2_CIPHERS.len() * 3).unwrap_or(0).to_be_bytes());
    message.extend([0, 0, 0, 16]);
    for (cipher, _) in SSL2_CIPHERS {
        message.extend(cipher.to_be_bytes().iter().skip(1));
    }
    message.extend([0x5a; 16]);
    let mut record = (0x8000 | u16::try_from(message.len()).unwrap_or(0)).to_be_bytes().to_vec();
    record.extend(message);
    record
}

/// The name of a cipher kind.
#[must_use]
pub fn ssl2_cipher_name(cipher: u32) -> String {
    let known = SSL2_CIPHERS.iter().find(|(number, _)| *number == cipher);
    known.map_or_else(|| format!("0x{cipher:06X}"), |(_, name)| (*name).to_owned())
}

/// Reads an answer out of the bytes so far.
#[must_use]
pub fn read_ssl2(bytes: &[u8]) -> Ssl2Answer {
    let (header, rest) = match bytes {
        [first, second, rest @ ..] if first & 0x80 != 0 => {
            (usize::from(u16::from_be_bytes([first & 0x7f, *second])), rest)
        }
        // A record with padding has three bytes in front; a server hello needs none, but may have it.
        [first, second, _, rest @ ..] if *first < 0x40 && *first != 21 && *first != 22 && *first != 0x15 => {
            (usize::from(u16::from_be_bytes([first & 0x3f, *second])), rest)
        }
        [] | [_] => return Ssl2Answer::More,
        [first, _] if *first < 0x40 && *first != 21 && *first != 22 => return Ssl2Answer::More,
        _ => return Ssl2Answer::Other,
    };
    match rest.first() {
        None if header > 0 => return Ssl2Answer::More,
        // An error is a message of three bytes; zeros that mean nothing are none.
        Some(0) if header == 3 && bytes.first() == Some(&0x80) => return Ssl2Answer::Error,
        Some(4) if header >= 11 => {}
        _ => return Ssl2Answer::Other,
    }
    let Some(message) = rest.get(..header) else { return Ssl2Answer::More };
    hello(message).map_or(Ssl2Answer::Other, Ssl2Answer::Accepted)
}

fn hello(message: &[u8]) -> Option<Vec<u32>> {
    let version = u16::from_be_bytes(*message.get(3..)?.first_chunk::<2>()?);
    if version != 2 {
        return None;
    }
    let certificate = usize::from(u16::from_be_bytes(*message.get(5..)?.first_chunk::<2>()?));
    let ciphers = usize::from(u16::from_be_bytes(*message.get(7..)?.first_chunk::<2>()?));
    let from = 11_usize.checked_add(certificate)?;
    let kinds = message.get(from..from.checked_add(ciphers)?)?;
    Some(kinds.chunks_exact(3).map(|kind| kind.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A flight as an OpenSSL 0.9.8 wrote it, with the certificate cut to four bytes.
    fn recorded() -> Vec<u8> {
        let mut message =
            vec![4, 0, 1, 0, 2, 0, 4, 0, 6, 0, 16, 0x30, 0x82, 0x01, 0x02, 0x07, 0x00, 0xc0, 0x01, 0x00, 0x80];
        message.extend([7; 16]);
        let mut record = vec![0x80, u8::try_from(message.len()).unwrap()];
        record.extend(message);
        record
    }

    #[test]
    fn a_server_hello_names_its_cipher_kinds() {
        assert_eq!(read_ssl2(&recorded()), Ssl2Answer::Accepted(vec![0x07_00_c0, 0x01_00_80]));
        assert_eq!(ssl2_cipher_name(0x07_00_c0), "SSL_CK_DES_192_EDE3_CBC_WITH_MD5");
        for cut in 0..recorded().len() {
            assert_eq!(read_ssl2(&recorded()[..cut]), Ssl2Answer::More, "{cut}");
        }
    }

    #[test]
    fn an_error_is_spoken_in_ssl_2_and_an_alert_is_not() {
        assert_eq!(read_ssl2(&[0x80, 3, 0, 0, 1]), Ssl2Answer::Error);
        assert_eq!(read_ssl2(&[21, 3, 1, 0, 2, 2, 70]), Ssl2Answer::Other);
        assert_eq!(read_ssl2(&[0; 8]), Ssl2Answer::Other);
        assert_eq!(read_ssl2(b"HTTP/1.1 400 Bad Request"), Ssl2Answer::Other);
    }

    #[test]
    fn the_hello_says_how_long_it_is() {
        let hello = ssl2_hello();
        assert_eq!(usize::from(u16::from_be_bytes([hello[0] & 0x7f, hello[1]])), hello.len() - 2);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_ssl2(&bytes);
        }
    }
}
