//! Directives of Apache httpd's LogFormat (mod_log_config, mod_logio, mod_ssl, mod_usertrack).

use std::collections::BTreeSet;

use super::DataClass::{AccessInfo, Cookie, DerivedLocation, DomainName, Identity, IpAddress, QueryData};
use super::header::of_header;
use super::{DataClass, Row, Written, begun, columns_of, named};
use crate::syntax::apache_log::{self, Part, Unreadable};

/// Directives by class. Of `i o ^ti ^to` the header decides, of `e n x` the variable.
pub(super) const DIRECTIVES: &[Row] = &[
    (IpAddress, &["a"]),
    (DomainName, &["v", "V"]),
    (Identity, &["u", "l"]),
    (QueryData, &["q"]),
    (Cookie, &["C"]),
    (
        AccessInfo,
        &[
            "A", "b", "B", "c", "D", "f", "H", "I", "k", "L", "m", "O", "p", "P", "r", "R", "s", "S", "t", "T", "U",
            "X", "^FB", "%",
        ],
    ),
];

/// Variables of the environment and of mod_ssl by class.
pub(super) const ENVIRONMENT: &[Row] = &[
    (IpAddress, &["REMOTE_ADDR", "REMOTE_PORT", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP"]),
    (DomainName, &["REMOTE_HOST", "SERVER_NAME", "HTTP_HOST", "SSL_TLS_SNI"]),
    (Identity, &["REMOTE_USER", "REMOTE_IDENT", "REDIRECT_REMOTE_USER", "MELLON_NAME_ID", "OIDC_CLAIM_sub"]),
    (QueryData, &["QUERY_STRING"]),
    (Cookie, &["HTTP_COOKIE"]),
    (DataClass::Authorization, &["HTTP_AUTHORIZATION", "SSL_SESSION_ID"]),
    (
        AccessInfo,
        &[
            "REQUEST_METHOD",
            "REQUEST_URI",
            "REQUEST_SCHEME",
            "SCRIPT_NAME",
            "SCRIPT_FILENAME",
            "SCRIPT_URI",
            "SCRIPT_URL",
            "PATH_INFO",
            "PATH_TRANSLATED",
            "DOCUMENT_ROOT",
            "SERVER_ADDR",
            "SERVER_PORT",
            "SERVER_PROTOCOL",
            "SERVER_SOFTWARE",
            "SERVER_ADMIN",
            "GATEWAY_INTERFACE",
            "HTTPS",
            "UNIQUE_ID",
            "HTTP_USER_AGENT",
            "HTTP_REFERER",
            "REDIRECT_STATUS",
            "SSL_PROTOCOL",
            "SSL_CIPHER",
            "SSL_CIPHER_EXPORT",
            "SSL_CIPHER_USEKEYSIZE",
            "SSL_CIPHER_ALGKEYSIZE",
            "SSL_COMPRESS_METHOD",
            "SSL_SESSION_RESUMED",
            "SSL_VERSION_INTERFACE",
            "SSL_VERSION_LIBRARY",
            "SSL_SECURE_RENEG",
            "SSL_CLIENT_VERIFY",
            "protocol",
            "version",
            "cipher",
        ],
    ),
];

/// Variables by their begin.
const BEGINS: &[Row] = &[
    (DerivedLocation, &["GEOIP_", "MM_", "GEO_"]),
    (Identity, &["SSL_CLIENT_", "OIDC_CLAIM_", "AUTHENTICATE_", "MELLON_"]),
    (AccessInfo, &["SSL_SERVER_"]),
];

/// Notes of other modules.
const NOTES: &[Row] = &[
    (Cookie, &["cookie"]),
    (AccessInfo, &["forensic-id", "instream", "outstream", "ratio", "error-notes", "ssl-access-forbidden"]),
];

/// The class of a directive with its argument. With HostnameLookups on, `%h` is a name.
#[must_use]
pub fn of_directive(name: &str, argument: Option<&str>, hostname_lookups: bool) -> Option<DataClass> {
    match (name, argument) {
        ("h", _) => Some(if hostname_lookups { DomainName } else { IpAddress }),
        ("i" | "o" | "^ti" | "^to", Some(header)) => of_header(header),
        ("e" | "x", Some(variable)) => named(ENVIRONMENT, variable).or_else(|| begun(BEGINS, variable)),
        ("n", Some(note)) => named(NOTES, note),
        (name, _) => named(DIRECTIVES, name),
    }
}

/// The items that an investigation needs, and the directives of Apache httpd that hold each.
const MINIMUM: [(&str, &[&str]); 5] = [
    ("time", &["t"]),
    ("client_address", &["a", "h"]),
    ("request_line", &["r", "U"]),
    ("status", &["s"]),
    ("bytes", &["b", "B", "O"]),
];

/// What a LogFormat of Apache httpd writes: variables are its directives, as `%{ARGUMENT}LETTER`.
///
/// # Errors
/// [`Unreadable`] where httpd would refuse the format.
pub fn written_by_apache(format: &str, hostname_lookups: bool) -> Result<Written, Unreadable> {
    let mut written = Written::default();
    let (mut names, mut plain) = (BTreeSet::new(), String::new());
    for part in apache_log::parse(format)? {
        let directive = match part {
            Part::Text(text) => {
                plain.push_str(&text);
                continue;
            }
            Part::Directive(directive) => directive,
        };
        let argument = directive.argument.as_deref();
        let spelt = argument.map_or_else(String::new, |argument| format!("{{{argument}}}"));
        let spelt = format!("%{spelt}{}", directive.name);
        // httpd puts brackets around its own form of time.
        plain.push_str(&if spelt == "%t" { "[%t]".to_owned() } else { spelt.replace(' ', "_") });
        match of_directive(&directive.name, argument, hostname_lookups) {
            Some(class) => {
                written.classes.insert(class.word().to_owned());
            }
            None => {
                written.unknown.insert(spelt.clone());
            }
        }
        let is_referer = directive.name == "i" && argument.is_some_and(|header| header.eq_ignore_ascii_case("referer"));
        let is_variable = argument.is_some_and(|name| matches!(name, "QUERY_STRING" | "REQUEST_URI"));
        written.has_query |= matches!(directive.name.as_str(), "r" | "q") || is_referer || is_variable;
        // What is written at some statuses only is missing at the others.
        if directive.statuses.is_empty() {
            names.insert(directive.name);
        }
        written.variables.insert(spelt);
    }
    written.columns = columns_of(&plain);
    written.missing_minimum = MINIMUM
        .iter()
        .filter(|(_, holders)| !holders.iter().any(|holder| names.contains(*holder)))
        .map(|(item, _)| (*item).to_owned())
        .collect();
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combined_of_apache_writes_the_same() {
        let format = r#"%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i""#;
        let written = written_by_apache(format, false).unwrap();
        let classes: Vec<&str> = written.classes.iter().map(String::as_str).collect();
        assert_eq!(classes, ["access_info", "identity", "ip_address"]);
        assert!(written.has_query && written.missing_minimum.is_empty() && written.unknown.is_empty());
        assert!(written.variables.contains("%{Referer}i"));
        assert_eq!(written.columns, ["%h", "%l", "%u", "%t", "%r", "%s", "%O", "%{Referer}i", "%{User-Agent}i"]);
        let names = written_by_apache("%h %{X-Own}i %200,304t", true).unwrap();
        assert!(names.classes.contains("domain_name") && names.unknown.contains("%{X-Own}i"));
        assert_eq!(names.missing_minimum, ["time", "request_line", "status", "bytes"]);
        assert!(written_by_apache("%{x", false).is_err());
    }
}
