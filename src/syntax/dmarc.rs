//! DMARC records: what a receiver is asked to do with mail that does not prove its domain (RFC 7489, section 6.3; RFC 9989).

use std::collections::BTreeSet;

use super::tag_list::{has_version, report_domain, tags};

/// What is asked for, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DmarcPolicy {
    /// Nothing; reports at most.
    None,
    /// Set it aside.
    Quarantine,
    /// Refuse it.
    Reject,
}

impl DmarcPolicy {
    /// The word of the record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dmarc {
    /// For the domain itself.
    pub policy: DmarcPolicy,
    /// For names below; the domain's own where none is set.
    pub subdomain_policy: DmarcPolicy,
    /// For names below that do not exist; that of names below where none is set.
    pub missing_policy: DmarcPolicy,
    /// Share of mail that it is asked for, 0 to 100; 0 in test mode.
    pub percent: u8,
    /// `psd`: the domain is (`true`) or is not (`false`) one below which others register.
    pub public_suffix: Option<bool>,
    /// Domains to which reports go, of both kinds.
    pub report_domains: BTreeSet<String>,
    /// Tags that cannot be read.
    pub faults: BTreeSet<&'static str>,
}

/// Whether a TXT record is one of DMARC.
#[must_use]
pub fn is_dmarc(text: &str) -> bool {
    has_version(text, "DMARC1")
}

/// Reads a record; `None` where receivers ignore it as a whole.
#[must_use]
pub fn dmarc(text: &str) -> Option<Dmarc> {
    if !is_dmarc(text) {
        return None;
    }
    let tags = tags(text)?;
    let value = |name: &str| tags.iter().find(|(tag, _)| tag == name).map(|(_, value)| *value);
    let mut faults = BTreeSet::new();
    let mut report_domains = BTreeSet::new();
    for name in ["rua", "ruf"] {
        for uri in value(name).into_iter().flat_map(|list| list.split(',')) {
            match report_domain(uri) {
                Some(domain) => {
                    report_domains.insert(domain);
                }
                None => {
                    faults.insert(name);
                }
            }
        }
    }
    let mut policy_of = |name: &'static str| {
        let read = value(name).map(policy);
        if read == Some(None) {
            faults.insert(name);
        }
        read.flatten()
    };
    let (own, below, missing) = (policy_of("p"), policy_of("sp"), policy_of("np"));
    // A policy that cannot be read means that nothing is asked for (RFC 7489, section 6.6.3).
    if value("p").is_none() {
        faults.insert("p");
    }
    let own = own.unwrap_or(DmarcPolicy::None);
    let below = if value("sp").is_some() { below.unwrap_or(DmarcPolicy::None) } else { own };
    let missing = if value("np").is_some() { missing.unwrap_or(DmarcPolicy::None) } else { below };
    let mut percent = match value("pct").map(|share| share.parse::<u8>()) {
        Some(Ok(share)) if share <= 100 => share,
        Some(_) => {
            faults.insert("pct");
            100
        }
        None => 100,
    };
    match value("t").map(str::to_ascii_lowercase).as_deref() {
        Some("y") => percent = 0,
        Some("n") | None => {}
        Some(_) => {
            faults.insert("t");
        }
    }
    let public_suffix = match value("psd").map(str::to_ascii_lowercase).as_deref() {
        Some("y") => Some(true),
        Some("n") => Some(false),
        _ => None,
    };
    Some(Dmarc {
        policy: own,
        subdomain_policy: below,
        missing_policy: missing,
        percent,
        public_suffix,
        report_domains,
        faults,
    })
}

fn policy(word: &str) -> Option<DmarcPolicy> {
    [DmarcPolicy::None, DmarcPolicy::Quarantine, DmarcPolicy::Reject]
        .into_iter()
        .find(|policy| word.eq_ignore_ascii_case(policy.word()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn policies_are_inherited_inside_the_record() {
        let read =
            dmarc("v=DMARC1; p=reject; np=quarantine; rua=mailto:a@example.jp, mailto:b@r.example.net!1m").unwrap();
        assert_eq!(
            (read.policy, read.subdomain_policy, read.missing_policy),
            (DmarcPolicy::Reject, DmarcPolicy::Reject, DmarcPolicy::Quarantine)
        );
        assert_eq!(read.report_domains.iter().map(String::as_str).collect::<Vec<_>>(), ["example.jp", "r.example.net"]);
        assert!(read.faults.is_empty() && read.percent == 100);
    }

    #[test]
    fn faults_never_make_a_policy_stronger() {
        let read = dmarc("v=DMARC1; p=rejct; sp=x; rua=example.jp; pct=101; t=maybe").unwrap();
        assert_eq!((read.policy, read.subdomain_policy), (DmarcPolicy::None, DmarcPolicy::None));
        assert_eq!(read.faults.iter().copied().collect::<Vec<_>>(), ["p", "pct", "rua", "sp", "t"]);
        assert_eq!(dmarc("v=DMARC1; p=reject; t=y").unwrap().percent, 0);
        for ignored in ["v=DMARC2; p=reject", "p=reject; v=DMARC1", "v=DMARC1; p=reject; p=none", "v=DMARC1 p=reject"] {
            assert_eq!(dmarc(ignored), None, "{ignored}");
        }
        assert!(dmarc("v=DMARC1; rua=mailto:a@example.jp").unwrap().faults.contains("p"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,200}") {
            let _ = dmarc(&text);
            if let Some(read) = dmarc(&format!("v=DMARC1; {text}")) {
                prop_assert!(read.percent <= 100);
            }
        }
    }
}
