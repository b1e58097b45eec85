//! Apache httpd's LogFormat (mod_log_config, "Custom Log Formats"): a format -> its directives. Knows nothing of facts.

/// One `%` directive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directive {
    /// Its letter; `^ti`, `^to` and `^FB` are spelt whole.
    pub name: String,
    /// What stands in braces: a header, a variable, a form of time.
    pub argument: Option<String>,
    /// Statuses at which it writes; with `!` in front those at which it does not. Empty: always.
    pub statuses: String,
    /// Of an internal redirect the last request counts (`>`), or the first (`<`); neither is the directive's own habit.
    pub of: Option<char>,
}

/// One part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text that is written as it stands, escapes resolved.
    Text(String),
    /// A directive.
    Directive(Directive),
}

/// What no directive can be made of, as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no directive of a log format: {0}")]
pub struct Unreadable(pub String);

/// Reads a format; httpd refuses what is unreadable here.
///
/// # Errors
/// An [`Unreadable`].
pub fn parse(format: &str) -> Result<Vec<Part>, Unreadable> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '%' => {
                let (directive, after) = directive(rest).ok_or_else(|| Unreadable(format!("%{}", head(rest))))?;
                rest = after;
                if directive.name == "%" {
                    text.push('%');
                    continue;
                }
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(Part::Directive(directive));
            }
            '\\' => {
                let next = rest.chars().next();
                rest = &rest[next.map_or(0, char::len_utf8)..];
                match next {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(quote @ ('"' | '\\')) => text.push(quote),
                    // httpd keeps the backslash of an escape that it does not know.
                    Some(other) => text.extend(['\\', other]),
                    None => text.push('\\'),
                }
            }
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

/// A directive behind its `%`, and what follows it.
fn directive(text: &str) -> Option<(Directive, &str)> {
    let mut found = Directive::default();
    let mut rest = text;
    loop {
        let first = rest.chars().next()?;
        match first {
            '{' => {
                let end = rest.find('}')?;
                found.argument = Some(rest[1..end].to_owned());
                rest = &rest[end + 1..];
            }
            '<' | '>' => {
                found.of = Some(first);
                rest = &rest[1..];
            }
            '!' | '0'..='9' => {
                let end = rest[1..]
                    .find(|sign: char| !(sign.is_ascii_digit() || sign == ','))
                    .map_or(rest.len(), |at| at + 1);
                found.statuses = rest[..end].to_owned();
                rest = &rest[end..];
            }
            ',' => rest = &rest[1..],
            '^' => {
                found.name = rest.get(..3)?.to_owned();
                return Some((found, &rest[3..]));
            }
            letter if letter.is_ascii_alphabetic() || letter == '%' => {
                found.name = letter.to_string();
                return Some((found, &rest[1..]));
            }
            _ => return None,
        }
    }
}

fn head(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn directives(format: &str) -> Vec<(String, Option<String>)> {
        let parts = parse(format).unwrap().into_iter();
        parts
            .filter_map(|part| match part {
                Part::Directive(one) => Some((one.name, one.argument)),
                Part::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn combined_has_nine_directives() {
        let names: Vec<String> = directives(r#"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\""#)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["h", "l", "u", "t", "r", "s", "b", "i", "i"]);
    }

    #[test]
    fn statuses_arguments_and_signs_come_in_any_order() {
        let one = |format: &str| match parse(format).unwrap().remove(0) {
            Part::Directive(one) => one,
            Part::Text(text) => panic!("{text}"),
        };
        assert_eq!(one("%!200,304{Referer}i").statuses, "!200,304");
        assert_eq!(one("%!200,304{Referer}i").argument.as_deref(), Some("Referer"));
        assert_eq!((one("%>s").of, one("%<{x}e").of), (Some('>'), Some('<')));
        assert_eq!(one("%{X-T}^ti").name, "^ti");
        assert_eq!(parse("100%% \\\"a\\tb").unwrap(), [Part::Text("100% \"a\tb".to_owned())]);
    }

    #[test]
    fn what_httpd_refuses_is_refused() {
        for format in ["%", "%{x", "%{x}", "%^t", "%?"] {
            assert!(parse(format).is_err(), "{format}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[%{}^!,0-9a-z\\\\\"<> ]{0,30}") {
            let _ = parse(&text);
        }
    }
}
