//! CAA properties: who may issue certificates for a name (RFC 8659, section 4).

use std::collections::BTreeSet;

/// What the properties of one name say together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caa {
    /// An `issue` property is there, so nobody else may issue.
    pub restricts: bool,
    /// Domains of the authorities that may issue, in lower case.
    pub issuers: BTreeSet<String>,
    /// The same for wildcards, where `issuewild` stands; else those of `issue` hold.
    pub wildcard_issuers: Option<BTreeSet<String>>,
    /// What cannot be read, or is critical and unknown, by its tag.
    pub faults: BTreeSet<String>,
}

/// Reads properties: whether each is critical, its tag and its value.
pub fn caa<'a>(properties: impl IntoIterator<Item = (bool, &'a str, &'a [u8])>) -> Caa {
    let mut caa = Caa::default();
    for (critical, tag, value) in properties {
        match tag.to_ascii_lowercase().as_str() {
            "issue" => {
                // A property that cannot be read forbids all the same (section 4.2), so it restricts.
                caa.restricts = true;
                match issuer(value) {
                    Some(Some(domain)) => {
                        caa.issuers.insert(domain);
                    }
                    Some(None) => {}
                    None => {
                        caa.faults.insert("issue".to_owned());
                    }
                }
            }
            "issuewild" => {
                let named = caa.wildcard_issuers.get_or_insert_with(BTreeSet::new);
                match issuer(value) {
                    Some(Some(domain)) => {
                        named.insert(domain);
                    }
                    Some(None) => {}
                    None => {
                        caa.faults.insert("issuewild".to_owned());
                    }
                }
            }
            "iodef" | "contactemail" | "contactphone" | "issuemail" | "issuevmc" => {}
            other if critical => {
                caa.faults.insert(other.chars().filter(char::is_ascii_alphanumeric).take(15).collect());
            }
            _ => {}
        }
    }
    caa
}

/// The domain of an issue value; `Some(None)` where it names nobody, `None` where it cannot be read.
fn issuer(value: &[u8]) -> Option<Option<String>> {
    let text = std::str::from_utf8(value).ok()?;
    let domain = text.split(';').next().unwrap_or_default().trim_matches([' ', '\t']);
    if domain.is_empty() {
        return Some(None);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|one| one.is_ascii_alphanumeric() || one == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.split('.').all(is_label).then(|| Some(domain.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(properties: &[(bool, &str, &str)]) -> Caa {
        caa(properties.iter().map(|(critical, tag, value)| (*critical, *tag, value.as_bytes())))
    }

    #[test]
    fn issuers_are_named_or_forbidden() {
        let both = read(&[(false, "issue", "ca.example.net; account=1"), (false, "ISSUE", " CA2.example.net ")]);
        assert!(both.restricts && both.faults.is_empty());
        assert_eq!(both.issuers.iter().map(String::as_str).collect::<Vec<_>>(), ["ca.example.net", "ca2.example.net"]);
        let nobody = read(&[(false, "issue", ";")]);
        assert!(nobody.restricts && nobody.issuers.is_empty() && nobody.faults.is_empty());
        assert!(!read(&[(false, "iodef", "mailto:a@example.jp")]).restricts);
        assert_eq!(read(&[(false, "issuewild", ";")]).wildcard_issuers, Some(BTreeSet::new()));
    }

    #[test]
    fn what_cannot_be_read_is_said_and_still_forbids() {
        let broken = read(&[(false, "issue", "%%%%%"), (true, "tbs", "x"), (false, "tbs2", "x")]);
        assert!(broken.restricts && broken.issuers.is_empty());
        assert_eq!(broken.faults.iter().map(String::as_str).collect::<Vec<_>>(), ["issue", "tbs"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(tag in ".{0,20}", value in proptest::collection::vec(any::<u8>(), 0..80), critical in any::<bool>()) {
            let read = caa([(critical, tag.as_str(), value.as_slice())]);
            prop_assert!(read.issuers.iter().all(|domain| domain.is_ascii() && !domain.contains(' ')));
        }
    }
}
