//! A TLS profile as lines of a server's configuration: the strongest settings that it allows, in the words of nginx, Apache
//! and HAProxy. Nothing here says what a server does, only what would keep the profile.

use super::TlsProfile;

/// Suites that no guideline of today forbids, as they are listed in configurations: IANA name and name in OpenSSL.
const STRONG_SUITES: [(&str, &str); 6] = [
    ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"),
    ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"),
    ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"),
];
/// The same of TLS 1.3, where both names are one.
const STRONG_SUITES_13: [&str; 3] =
    ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
/// Groups in the order of preference, with their names in OpenSSL; the first from OpenSSL 3.5 on.
const STRONG_GROUPS: [(&str, &str); 4] = [
    ("X25519MLKEM768", "X25519MLKEM768"),
    ("x25519", "X25519"),
    ("secp256r1", "prime256v1"),
    ("secp384r1", "secp384r1"),
];
const VERSIONS: [&str; 2] = ["TLSv1.2", "TLSv1.3"];

/// Programs that lines are made for.
pub const TLS_LINE_PROGRAMS: [&str; 3] = ["nginx", "apache", "haproxy"];

impl TlsProfile {
    /// The lines of a program: each with the words that it begins with.
    #[must_use]
    pub fn server_lines(&self, program: &str) -> Vec<(&'static str, String)> {
        let chosen = Chosen::of(self);
        match program {
            "nginx" => chosen.nginx(),
            "apache" => chosen.apache(),
            "haproxy" => chosen.haproxy(),
            _ => Vec::new(),
        }
    }

    /// A remedy's lines for this profile: a line that sets what the profile sets too is the profile's. A line that turns
    /// TLS 1.2 off on purpose stays.
    #[must_use]
    pub fn adapted(&self, program: &str, snippet: &str) -> String {
        let lines = self.server_lines(program);
        let is_of = |line: &str, key: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(' '));
        let mut adapted: Vec<String> = Vec::new();
        for line in snippet.lines() {
            let named = KEYS.iter().find(|key| is_of(line, key));
            let is_on_purpose = line.contains("TLSv1.3") && !line.contains("TLSv1.2");
            let replaced = match named.filter(|_| !is_on_purpose) {
                None => line.to_owned(),
                Some(key) => match lines.iter().find(|(of, _)| of == key) {
                    Some((_, line)) => line.clone(),
                    // What the profile leaves nothing of is turned off with the versions that would use it.
                    None if CIPHERS.contains(key) => lines.first().map(|(_, line)| line.clone()).unwrap_or_default(),
                    None => line.to_owned(),
                },
            };
            if !adapted.contains(&replaced) {
                adapted.push(replaced);
            }
        }
        adapted.into_iter().map(|line| line + "\n").collect()
    }
}

/// Words that begin the lines of suites up to TLS 1.2.
const CIPHERS: [&str; 3] = ["ssl_ciphers", "SSLCipherSuite", "ssl-default-bind-ciphers"];
/// Words that begin the lines that a profile settles.
const KEYS: [&str; 12] = [
    "ssl_protocols",
    "ssl_ciphers",
    "ssl_ecdh_curve",
    "ssl_prefer_server_ciphers",
    "SSLProtocol",
    "SSLCipherSuite",
    "SSLOpenSSLConfCmd Curves",
    "SSLHonorCipherOrder",
    "ssl-default-bind-options",
    "ssl-default-bind-ciphers",
    "ssl-default-bind-curves",
    "ssl-default-bind-ciphersuites",
];

/// What of a profile a configuration names.
struct Chosen {
    versions: Vec<&'static str>,
    suites: Vec<&'static str>,
    suites_13: Option<Vec<&'static str>>,
    groups: Vec<&'static str>,
    /// `Some(true)` is the server's order.
    order: Option<bool>,
}

impl Chosen {
    fn of(profile: &TlsProfile) -> Self {
        let grades = [&profile.must, &profile.should];
        let allows = |list: fn(&super::TlsDemands) -> Option<&Vec<String>>, name: &str| {
            grades.iter().filter_map(|grade| list(grade)).all(|list| list.iter().any(|allowed| allowed == name))
        };
        let versions = VERSIONS.into_iter().filter(|name| allows(|grade| grade.protocols.as_ref(), name)).collect();
        let suites = STRONG_SUITES.into_iter().filter(|(name, _)| allows(|grade| grade.suites.as_ref(), name));
        let suites_13: Vec<&str> =
            STRONG_SUITES_13.into_iter().filter(|name| allows(|grade| grade.suites_tls13.as_ref(), name)).collect();
        let wants_hybrid = grades.iter().any(|grade| grade.hybrid_group);
        let groups = STRONG_GROUPS.into_iter().filter(|(name, _)| {
            allows(|grade| grade.groups.as_ref(), name) && (wants_hybrid || *name != "X25519MLKEM768")
        });
        let order = match () {
            () if grades.iter().any(|grade| grade.server_order) => Some(true),
            () if grades.iter().any(|grade| grade.client_order) => Some(false),
            () => None,
        };
        Self {
            versions,
            suites: suites.map(|(_, name)| name).collect(),
            suites_13: (suites_13.len() < STRONG_SUITES_13.len()).then_some(suites_13),
            groups: groups.map(|(_, name)| name).collect(),
            order,
        }
    }

    /// Suites up to TLS 1.2, where that is allowed and any is left.
    fn old_suites(&self) -> Option<String> {
        let is_old = self.versions.contains(&"TLSv1.2") && !self.suites.is_empty();
        is_old.then(|| self.suites.join(":"))
    }

    fn nginx(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![("ssl_protocols", format!("ssl_protocols {};", self.versions.join(" ")))];
        lines.extend(self.old_suites().map(|suites| ("ssl_ciphers", format!("ssl_ciphers {suites};"))));
        let suites_13 = self.suites_13.as_ref().map(|suites| suites.join(":"));
        lines.extend(suites_13.map(|suites| ("ssl_conf_command", format!("ssl_conf_command Ciphersuites {suites};"))));
        lines.push(("ssl_ecdh_curve", format!("ssl_ecdh_curve {};", self.groups.join(":"))));
        let order = self.order.map(|own| if own { "on" } else { "off" });
        let key = "ssl_prefer_server_ciphers";
        lines.extend(order.map(|word| (key, format!("{key} {word};"))));
        lines
    }

    fn apache(&self) -> Vec<(&'static str, String)> {
        let versions: String = self.versions.iter().map(|version| format!(" +{version}")).collect();
        let mut lines = vec![("SSLProtocol", format!("SSLProtocol -all{versions}"))];
        lines.extend(self.old_suites().map(|suites| ("SSLCipherSuite", format!("SSLCipherSuite {suites}"))));
        let suites_13 = self.suites_13.as_ref().map(|suites| suites.join(":"));
        lines.extend(suites_13.map(|suites| ("SSLCipherSuite TLSv1.3", format!("SSLCipherSuite TLSv1.3 {suites}"))));
        let curves = "SSLOpenSSLConfCmd Curves";
        lines.push((curves, format!("{curves} {}", self.groups.join(":"))));
        let order = self.order.map(|own| if own { "on" } else { "off" });
        lines.extend(order.map(|word| ("SSLHonorCipherOrder", format!("SSLHonorCipherOrder {word}"))));
        lines
    }

    fn haproxy(&self) -> Vec<(&'static str, String)> {
        // HAProxy follows its own order unless it is told not to.
        let order = if self.order == Some(false) { "prefer-client-ciphers " } else { "" };
        let least = self.versions.first().copied().unwrap_or("TLSv1.3");
        let options = format!("ssl-default-bind-options {order}ssl-min-ver {least}");
        let mut lines = vec![("ssl-default-bind-options", options)];
        let ciphers = "ssl-default-bind-ciphers";
        lines.extend(self.old_suites().map(|suites| (ciphers, format!("{ciphers} {suites}"))));
        let suites_13 = self.suites_13.as_ref().map(|suites| suites.join(":"));
        let key = "ssl-default-bind-ciphersuites";
        lines.extend(suites_13.map(|suites| (key, format!("{key} {suites}"))));
        let curves = "ssl-default-bind-curves";
        lines.push((curves, format!("{curves} {}", self.groups.join(":"))));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::super::TlsDemands;
    use super::*;

    fn profile(versions: &[&str], suites: &[&str]) -> TlsProfile {
        let owned = |list: &[&str]| Some(list.iter().map(|item| (*item).to_owned()).collect());
        let must = TlsDemands {
            protocols: owned(versions),
            suites: owned(suites),
            suites_tls13: owned(&["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"]),
            groups: owned(&["secp256r1", "secp384r1"]),
            client_order: true,
            ..TlsDemands::default()
        };
        TlsProfile { must, ..TlsProfile::default() }
    }

    #[test]
    fn a_remedy_speaks_of_the_chosen_profile() {
        let snippet =
            "# as the profile says\nssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers A:B;\nssl_session_tickets off;\n";
        let recommended =
            profile(&["TLSv1.2", "TLSv1.3"], &["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_NULL_SHA"]);
        assert_eq!(
            recommended.adapted("nginx", snippet),
            "# as the profile says\nssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;\nssl_session_tickets off;\n"
        );
        // Nothing is left for TLS 1.2, so the line of its suites goes with it.
        let modern = profile(&["TLSv1.3"], &[]);
        assert_eq!(
            modern.adapted("nginx", snippet),
            "# as the profile says\nssl_protocols TLSv1.3;\nssl_session_tickets off;\n"
        );
        assert_eq!(
            modern.adapted("haproxy", "ssl-default-bind-ciphers A\n"),
            "ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.3\n"
        );
        assert_eq!(recommended.adapted("apache", "SSLProtocol -all +TLSv1.3\n"), "SSLProtocol -all +TLSv1.3\n");
    }

    #[test]
    fn every_program_has_all_lines() {
        let recommended = profile(&["TLSv1.2", "TLSv1.3"], &["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]);
        for program in TLS_LINE_PROGRAMS {
            let lines: String = recommended.server_lines(program).into_iter().map(|(_, line)| line + "\n").collect();
            for word in ["TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_256_GCM_SHA384", "prime256v1:secp384r1"] {
                assert!(lines.contains(word), "{program}: no {word} in {lines}");
            }
            assert!(!lines.contains("CHACHA20") && !lines.contains("MLKEM"), "{lines}");
        }
    }
}
