//! authorized_keys (sshd(8), AUTHORIZED_KEYS FILE FORMAT): fingerprints and sizes; neither key nor comment leaves this file.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ring::digest;

/// One key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// `ssh-ed25519`, `ssh-rsa`, …
    pub kind: String,
    /// `SHA256:…`, as ssh-keygen -l prints it.
    pub fingerprint: String,
    /// Bits of an RSA modulus; of other kinds, of the curve.
    pub bits: Option<u32>,
    /// The value of `expiry-time=`, as written.
    pub expires: Option<String>,
    /// Whether the line is a certificate authority.
    pub authority: bool,
    /// Names that certificates of the authority are limited to.
    pub principals: Vec<String>,
    /// Line, from 1.
    pub line: u32,
}

/// Reads a file; the second part names lines that could not be read.
#[must_use]
pub fn parse(text: &str) -> (Vec<Key>, Vec<u32>) {
    let (mut keys, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        match key(line, number) {
            Some(key) => keys.push(key),
            None => faults.push(number),
        }
    }
    (keys, faults)
}

/// Names of an AuthorizedPrincipalsFile (sshd_config(5)), each with its line: the last word of a line, behind options.
#[must_use]
pub fn principals(text: &str) -> Vec<(&str, u32)> {
    let lines = (1..).zip(text.lines()).map(|(number, line)| (number, line.trim()));
    let named = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    named.filter_map(|(number, line)| Some((line.rsplit([' ', '\t']).next()?, number))).collect()
}

fn key(line: &str, number: u32) -> Option<Key> {
    let words = words(line);
    let at = words.iter().position(|word| is_kind(word)).filter(|at| *at <= 1)?;
    let options = if at == 1 { options(words.first()?) } else { Vec::new() };
    let blob = STANDARD.decode(words.get(at + 1)?).ok()?;
    let (kind, rest) = string(&blob)?;
    // The name outside and the name in the key must agree, else another key is meant than the one that is shown.
    if kind != words.get(at)?.as_bytes() {
        return None;
    }
    let hash = digest::digest(&digest::SHA256, &blob);
    Some(Key {
        kind: words.get(at)?.clone(),
        fingerprint: format!("SHA256:{}", STANDARD_NO_PAD.encode(hash.as_ref())),
        bits: bits(kind, rest),
        expires: options
            .iter()
            .find_map(|option| option.strip_prefix("expiry-time="))
            .map(|value| value.trim_matches('"').to_owned()),
        principals: options
            .iter()
            .find_map(|option| option.strip_prefix("principals="))
            .map(|value| value.trim_matches('"').split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        authority: options.iter().any(|option| option.eq_ignore_ascii_case("cert-authority")),
        line: number,
    })
}

fn is_kind(word: &str) -> bool {
    word.starts_with("ssh-") || word.starts_with("ecdsa-sha2-") || word.starts_with("sk-")
}

/// Words parted by blanks; quotes keep blanks inside a word.
fn words(line: &str) -> Vec<String> {
    split(line, |character| character == ' ' || character == '\t')
}

fn options(word: &str) -> Vec<String> {
    split(word, |character| character == ',')
}

fn split(text: &str, ends: impl Fn(char) -> bool) -> Vec<String> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        if character == '"' {
            quoted = !quoted;
        }
        if ends(character) && !quoted {
            if !part.is_empty() {
                parts.push(std::mem::take(&mut part));
            }
        } else {
            part.push(character);
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// A length of four bytes and that many bytes (RFC 4251 section 5).
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

fn bits(kind: &[u8], rest: &[u8]) -> Option<u32> {
    match kind {
        b"ssh-rsa" => {
            let (_exponent, rest) = string(rest)?;
            let (modulus, _) = string(rest)?;
            let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
            let modulus = modulus.get(zeros..)?;
            let first = modulus.first()?;
            u32::try_from(modulus.len()).ok()?.checked_mul(8)?.checked_sub(first.leading_zeros())
        }
        b"ssh-ed25519" | b"sk-ssh-ed25519@openssh.com" => Some(256),
        b"ecdsa-sha2-nistp256" | b"sk-ecdsa-sha2-nistp256@openssh.com" => Some(256),
        b"ecdsa-sha2-nistp384" => Some(384),
        b"ecdsa-sha2-nistp521" => Some(521),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A key that was made for this test and thrown away.
    const ED25519: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

    #[test]
    fn options_and_quotes_are_read() {
        let line = format!(
            "from=\"192.0.2.1,a b\",expiry-time=\"20270101\" ssh-ed25519 {ED25519} a comment\n# no\nssh-rsa !!\n"
        );
        let (keys, faults) = parse(&line);
        assert_eq!(faults, [3]);
        assert_eq!((keys[0].bits, keys[0].expires.as_deref()), (Some(256), Some("20270101")));
        assert!(keys[0].fingerprint.starts_with("SHA256:") && keys[0].fingerprint.len() == 50);
    }

    #[test]
    fn a_key_that_is_not_what_it_says_is_refused() {
        assert_eq!(parse(&format!("ssh-rsa {ED25519}")).1, [1]);
    }

    #[test]
    fn a_principal_is_the_last_word_of_its_line() {
        let text = "# who\n\nops@city\nfrom=\"192.0.2.1\",no-pty \tduty-desk\n";
        assert_eq!(principals(text), [("ops@city", 3), ("duty-desk", 4)]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(ssh-rsa|ssh-ed25519) [A-Za-z0-9+/=\" ,\n]{0,200}") {
            let _ = (parse(&text), principals(&text));
        }
    }
}
