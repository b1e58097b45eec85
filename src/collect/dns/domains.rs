//! Which mail domains are looked at.

use crate::model::Site;

/// The mail domains of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailDomains {
    /// Their names, in lower case and without the last dot, each once.
    pub names: Vec<String>,
    /// Whether the site file declares them.
    pub declared: bool,
}

/// The declared mail domains, or where none are declared the registrable domain of the main host: anybody may write mail
/// in its name, whether or not it receives any.
#[must_use]
pub fn mail_domains(site: &Site) -> MailDomains {
    if let Some(declared) = &site.declared.mail_domains {
        let mut names: Vec<String> =
            declared.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()).collect();
        names.sort();
        names.dedup();
        return MailDomains { names, declared: true };
    }
    let main = site.hosts.first().map(|host| host.name.as_str()).unwrap_or_default();
    let registrable = psl::domain_str(main).filter(|_| main.parse::<std::net::IpAddr>().is_err());
    MailDomains { names: registrable.into_iter().map(str::to_owned).collect(), declared: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Host;

    #[test]
    fn without_a_declaration_the_registrable_domain_is_looked_at() {
        let of = |name: &str| {
            mail_domains(&Site { hosts: vec![Host { name: name.to_owned(), ..Host::default() }], ..Site::default() })
        };
        assert_eq!(of("www.example.jp").names, ["example.jp"]);
        assert_eq!(of("www.example.co.jp").names, ["example.co.jp"]);
        assert!(of("192.0.2.1").names.is_empty() && of("localhost").names.is_empty());
    }
}
