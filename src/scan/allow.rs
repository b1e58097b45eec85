//! The body's own published values, which are no hits: addresses, whole domains of addresses, numbers.

use std::collections::BTreeSet;

use super::Class;

/// Values that are passed over.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    texts: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Allowed {
    /// Addresses as they are in any case, `@example.jp` for every address of a domain, numbers by their digits.
    #[must_use]
    pub fn new(values: &[String]) -> Self {
        let (texts, numbers): (Vec<&String>, Vec<&String>) = values.iter().partition(|value| value.contains('@'));
        Self {
            texts: texts.into_iter().map(|value| value.to_ascii_lowercase()).collect(),
            numbers: numbers
                .into_iter()
                .map(|value| digits(value.as_bytes()))
                .filter(|number| !number.is_empty())
                .collect(),
        }
    }

    pub(super) fn has(&self, class: Class, value: &[u8]) -> bool {
        match class {
            Class::Email if !self.texts.is_empty() => {
                let address = String::from_utf8_lossy(value).to_ascii_lowercase();
                let domain = address.find('@').map_or("", |at| &address[at..]);
                self.texts.contains(&address) || self.texts.contains(domain)
            }
            Class::Phone | Class::Card if !self.numbers.is_empty() => self.numbers.contains(&digits(value)),
            _ => false,
        }
    }
}

/// The digits of a number; Japan's code is its leading zero.
fn digits(value: &[u8]) -> String {
    let digits: String = value.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
    let abroad = digits.strip_prefix("81").filter(|rest| matches!(rest.trim_start_matches('0').len(), 9 | 10));
    match abroad {
        Some(rest) => format!("0{}", rest.trim_start_matches('0')),
        None => digits,
    }
}
