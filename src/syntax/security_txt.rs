//! security.txt (RFC 9116): whom to tell of a weakness.

/// What the file says, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecurityTxt {
    /// Values of `Contact`, in order of preference.
    pub contacts: Vec<String>,
    /// Values of `Expires`, as written.
    pub expires: Vec<String>,
    /// Values of `Canonical`.
    pub canonical: Vec<String>,
    /// It is signed in clear text (OpenPGP).
    pub is_signed: bool,
    /// Sentences of the standard that it breaks, each by a short name.
    pub errors: Vec<&'static str>,
}

/// Reads the file.
#[must_use]
pub fn security_txt(text: &str) -> SecurityTxt {
    let mut read = SecurityTxt::default();
    let text = text.trim_start_matches('\u{feff}');
    let is_signed = text.starts_with("-----BEGIN PGP SIGNED MESSAGE-----");
    read.is_signed = is_signed && text.contains("-----BEGIN PGP SIGNATURE-----");
    let mut languages = 0;
    // Behind the armour's own header comes an empty line, and at the end the signature.
    let body = if is_signed {
        text.split_once("\n\n").or_else(|| text.split_once("\r\n\r\n")).map_or("", |(_, body)| body)
    } else {
        text
    };
    for line in body.lines() {
        if line.starts_with("-----BEGIN PGP SIGNATURE-----") {
            break;
        }
        let line = if is_signed { line.strip_prefix("- ").unwrap_or(line) } else { line };
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            note(&mut read, "line-without-field");
            continue;
        };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "contact" => {
                check_uri(&mut read, value, "contact-no-uri", "contact-plain-http");
                read.contacts.push(value.to_owned());
            }
            "expires" => read.expires.push(value.to_owned()),
            "canonical" => {
                check_uri(&mut read, value, "canonical-no-uri", "canonical-plain-http");
                read.canonical.push(value.to_owned());
            }
            "preferred-languages" => languages += 1,
            "encryption" | "acknowledgments" | "policy" | "hiring" => {
                check_uri(&mut read, value, "link-no-uri", "link-plain-http");
            }
            // Extensions are allowed (section 2.4).
            _ => {}
        }
    }
    if read.contacts.is_empty() {
        note(&mut read, "no-contact");
    }
    match read.expires.len() {
        0 => note(&mut read, "no-expires"),
        1 => {}
        _ => note(&mut read, "expires-twice"),
    }
    if languages > 1 {
        note(&mut read, "languages-twice");
    }
    if is_signed && !read.is_signed {
        note(&mut read, "signature-incomplete");
    }
    read
}

fn note(read: &mut SecurityTxt, error: &'static str) {
    if !read.errors.contains(&error) {
        read.errors.push(error);
    }
}

/// A web address has to begin with https (section 2.5).
fn check_uri(read: &mut SecurityTxt, value: &str, no_uri: &'static str, plain: &'static str) {
    let scheme = value.split_once(':').map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    match scheme {
        Some((scheme, _)) if scheme == "http" => note(read, plain),
        Some((scheme, rest))
            if !rest.is_empty()
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) => {}
        _ => note(read, no_uri),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_good_file_has_no_errors_signed_or_not() {
        let body = "# our contact\r\nContact: mailto:security@example.jp\r\nContact: https://www.example.jp/report\r\n\
            Expires: 2027-03-31T15:00:00Z\r\nCanonical: https://www.example.jp/.well-known/security.txt\r\nPreferred-Languages: ja, en\r\nX-More: y\r\n";
        let read = security_txt(body);
        assert_eq!((read.contacts.len(), read.expires.len(), read.errors.as_slice()), (2, 1, &[][..]));
        let signed = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{}-----BEGIN PGP SIGNATURE-----\n\nx:y\n-----END PGP SIGNATURE-----\n",
            body.replace("\r\n", "\n")
        );
        let read = security_txt(&signed);
        assert!(read.is_signed && read.errors.is_empty() && read.contacts.len() == 2);
    }

    #[test]
    fn every_broken_sentence_has_a_name() {
        for (text, error) in [
            ("Expires: x", "no-contact"),
            ("Contact: mailto:a@example.jp", "no-expires"),
            ("Contact: mailto:a@example.jp\nExpires: a\nExpires: b", "expires-twice"),
            ("Contact: a@example.jp", "contact-no-uri"),
            ("Contact: http://www.example.jp/", "contact-plain-http"),
            ("Preferred-Languages: ja\nPreferred-Languages: en", "languages-twice"),
            ("<html>", "line-without-field"),
            ("Policy: http://x", "link-plain-http"),
            ("Canonical: x", "canonical-no-uri"),
            ("-----BEGIN PGP SIGNED MESSAGE-----\n\nContact: tel:+81", "signature-incomplete"),
        ] {
            assert!(security_txt(text).errors.contains(&error), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-zA-Z:/@.# \r\n-]{0,200}") {
            let _ = security_txt(&text);
        }

        #[test]
        fn contacts_are_kept_in_order(names in proptest::collection::vec("[a-z]{1,8}", 1..5)) {
            let text: String = names.iter().map(|name| format!("contact:  mailto:{name}@example.jp \n")).collect();
            let wanted: Vec<String> = names.iter().map(|name| format!("mailto:{name}@example.jp")).collect();
            prop_assert_eq!(security_txt(&text).contacts, wanted);
        }
    }
}
