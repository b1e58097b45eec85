//! MTA-STS and TLS-RPT: that senders must reach a domain's mail servers over verified TLS, and where they report failures
//! (RFC 8461, RFC 8460).

use std::collections::BTreeSet;

use super::tag_list::{has_version, report_domain, tags};

/// How a policy is meant (RFC 8461, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StsMode {
    /// No policy any more.
    None,
    /// Failures are reported only.
    Testing,
    /// Mail is not delivered to a server that fails.
    Enforce,
}

impl StsMode {
    /// The word of the policy.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Testing => "testing",
            Self::Enforce => "enforce",
        }
    }
}

/// A policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StsPolicy {
    /// How it is meant.
    pub mode: StsMode,
    /// How long senders keep it, in seconds.
    pub max_age_seconds: u32,
    /// Names of mail servers, in lower case; `*.` stands for one label.
    pub patterns: BTreeSet<String>,
}

impl StsPolicy {
    /// Whether the policy names a mail server.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let below = host.split_once('.').map(|(_, rest)| rest);
        self.patterns.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(rest) => below == Some(rest),
            None => pattern == host,
        })
    }
}

/// Whether a TXT record is one of MTA-STS.
#[must_use]
pub fn is_sts_record(text: &str) -> bool {
    has_version(text, "STSv1")
}

/// Whether a record names a policy: `id` of 1 to 32 letters and digits (section 3.1).
#[must_use]
pub fn is_valid_sts_record(text: &str) -> bool {
    let Some(tags) = tags(text).filter(|_| is_sts_record(text)) else { return false };
    tags.iter().any(|(tag, id)| {
        tag == "id" && (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Reads a policy file; `None` where senders ignore it (section 3.2).
#[must_use]
pub fn sts_policy(text: &str) -> Option<StsPolicy> {
    /// A year and the quarter of a day.
    const LONGEST_SECONDS: u32 = 31_557_600;
    let (mut version, mut mode, mut age, mut patterns) = (None, None, None, BTreeSet::new());
    for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
        if line.trim().is_empty() {
            continue;
        }
        let (key, value) = line.split_once(':')?;
        let value = value.trim_matches([' ', '\t']);
        match key.trim_end_matches([' ', '\t']) {
            // Of a key that stands twice the first counts.
            "version" => version = version.or(Some(value)),
            "mode" => mode = mode.or(Some(value)),
            "max_age" => age = age.or(Some(value)),
            "mx" => {
                let host = value.to_ascii_lowercase();
                let is_host = host.contains('.')
                    && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'*'));
                patterns.insert(host).then_some(()).or(Some(())).filter(|()| is_host)?;
            }
            _ => {}
        }
    }
    let mode =
        [StsMode::None, StsMode::Testing, StsMode::Enforce].into_iter().find(|known| Some(known.word()) == mode)?;
    let age = age.filter(|age| !age.is_empty() && age.bytes().all(|byte| byte.is_ascii_digit()))?;
    let max_age_seconds = age.parse().ok().filter(|age| *age <= LONGEST_SECONDS)?;
    let is_whole = version == Some("STSv1") && (mode == StsMode::None || !patterns.is_empty());
    is_whole.then_some(StsPolicy { mode, max_age_seconds, patterns })
}

/// Whether a TXT record is one of TLS-RPT.
#[must_use]
pub fn is_tls_rpt(text: &str) -> bool {
    has_version(text, "TLSRPTv1")
}

/// Domains to which a TLS-RPT record sends reports; `None` where senders ignore it (RFC 8460, section 3).
#[must_use]
pub fn tls_rpt(text: &str) -> Option<BTreeSet<String>> {
    let tags = tags(text).filter(|_| is_tls_rpt(text))?;
    let (_, list) = tags.iter().find(|(tag, _)| tag == "rua")?;
    list.split(',').map(report_domain).collect::<Option<BTreeSet<String>>>().filter(|domains| !domains.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_policy_is_read_and_covers_its_servers() {
        let policy = sts_policy(
            "version: STSv1\r\nmode: enforce\r\nmx: mx.example.jp\r\nmx: *.Example.net\r\nmax_age: 604800\r\n",
        )
        .unwrap();
        assert_eq!((policy.mode, policy.max_age_seconds), (StsMode::Enforce, 604_800));
        assert!(policy.covers("mx.example.jp") && policy.covers("a.example.net"));
        assert!(!policy.covers("a.b.example.net") && !policy.covers("example.net") && !policy.covers("x.example.jp"));
    }

    #[test]
    fn what_senders_ignore_is_no_policy() {
        for broken in [
            "",
            "version: STSv1\nmode: enforce\nmax_age: 1\n",
            "version: STSv1\nmode: strict\nmx: a.example.jp\nmax_age: 1",
            "version: STSv2\nmode: none\nmax_age: 1",
            "version: STSv1\nmode: enforce\nmx: a.example.jp\nmax_age: 99999999",
            "version: STSv1\nmode: enforce\nmx: a b.jp\nmax_age: 1",
            "<!DOCTYPE html><p>404",
        ] {
            assert_eq!(sts_policy(broken), None, "{broken}");
        }
        assert!(sts_policy("version: STSv1\nmode: none\nmax_age: 86400").is_some());
    }

    #[test]
    fn records_name_a_policy_and_report_addresses() {
        assert!(
            is_valid_sts_record("v=STSv1; id=20261124;")
                && !is_valid_sts_record("v=STSv1; id=a-b")
                && !is_valid_sts_record("v=STSv1")
        );
        assert_eq!(tls_rpt("v=TLSRPTv1; rua=mailto:a@example.jp,https://r.example.net/v1").unwrap().len(), 2);
        for broken in
            ["v=TLSRPTv1", "v=TLSRPTv1; rua=", "v=TLSRPTv1; rua=a@example.jp", "v=TLSRPTv2; rua=mailto:a@example.jp"]
        {
            assert_eq!(tls_rpt(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(?s).{0,300}", host in "[a-z.]{0,30}") {
            if let Some(policy) = sts_policy(&text) {
                let _ = policy.covers(&host);
            }
            let _ = is_valid_sts_record(&text);
            let _ = tls_rpt(&text);
        }
    }
}
