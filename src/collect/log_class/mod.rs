//! Which class of information an item of a log is: nginx variables, Apache directives, HTTP headers and the keys of JSON
//! entries, each in a table of its own. What no table names is unknown, never harmless.

mod apache;
mod haproxy;
mod header;
mod json;
mod nginx;

use std::collections::BTreeSet;

use crate::scan;

pub use apache::{of_directive, written_by_apache};
pub use haproxy::{Captured, written_by_haproxy};
pub use json::of_key;
pub use nginx::of_variable;

/// A class of information, as a body declares what it acquires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataClass {
    /// Time, method, path, status, bytes, referrer, user agent: what was done.
    AccessInfo,
    /// A host's name.
    DomainName,
    /// Where the visitor came from.
    IpAddress,
    /// What was typed or searched for.
    QueryData,
    /// Who the visitor is.
    Identity,
    /// A cookie's value.
    Cookie,
    /// What was sent to the server.
    Body,
    /// What opens an account.
    Authorization,
    /// A place that was worked out from the address.
    DerivedLocation,
    /// What tells one device from another.
    DeviceId,
}

impl DataClass {
    /// Its word in site files and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AccessInfo => "access_info",
            Self::DomainName => "domain_name",
            Self::IpAddress => "ip_address",
            Self::QueryData => "query_data",
            Self::Identity => "identity",
            Self::Cookie => "cookie",
            Self::Body => "body",
            Self::Authorization => "authorization",
            Self::DerivedLocation => "derived_location",
            Self::DeviceId => "device_id",
        }
    }
}

/// What a format writes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Written {
    /// Variables of nginx, or directives of httpd as `%{ARGUMENT}LETTER`.
    pub variables: BTreeSet<String>,
    /// Those of which no table knows the class.
    pub unknown: BTreeSet<String>,
    /// Words of the classes.
    pub classes: BTreeSet<String>,
    /// Of time, client_address, request_line, status, bytes: what it leaves out.
    pub missing_minimum: Vec<String>,
    /// The query string is in it, wholly or in part.
    pub has_query: bool,
    /// What each column of an entry holds: the variables of the format between its blanks, quotes and brackets.
    pub columns: Vec<String>,
}

/// The columns of a format as entries have them.
#[must_use]
pub fn columns_of(format: &str) -> Vec<String> {
    let cut = |text: &str| text.trim_matches(['"', '[', ']', ',', ':', '{', '}']).to_owned();
    scan::split(format.as_bytes()).into_iter().map(|part| format.get(part).map(cut).unwrap_or_default()).collect()
}

/// Names with one class, and names by their begin.
type Row = (DataClass, &'static [&'static str]);

/// The class of the row that has the name.
fn named(rows: &[Row], name: &str) -> Option<DataClass> {
    rows.iter().find(|(_, names)| names.contains(&name)).map(|(class, _)| *class)
}

/// The class of the row with the longest begin of the name.
fn begun(rows: &[Row], name: &str) -> Option<DataClass> {
    let begins = rows.iter().flat_map(|(class, begins)| begins.iter().map(move |begin| (begin.len(), *class, *begin)));
    begins
        .filter(|(_, _, begin)| name.starts_with(begin))
        .max_by_key(|(length, _, _)| *length)
        .map(|(_, class, _)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_format_are_those_of_its_entries() {
        assert_eq!(
            columns_of("$remote_addr [$time_iso8601] \"$request_method $uri\" $status"),
            ["$remote_addr", "$time_iso8601", "$request_method $uri", "$status"]
        );
        assert_eq!(columns_of("{\"a\":\"$x\",\"b\":$y}"), ["", "a", "", "$x", "", "b", "$y"]);
    }

    #[test]
    fn no_table_names_one_thing_twice() {
        for (table, rows) in [
            ("nginx", nginx::VARIABLES),
            ("nginx begins", nginx::BEGINS),
            ("apache", apache::DIRECTIVES),
            ("environment", apache::ENVIRONMENT),
            ("header", header::HEADERS),
            ("json", json::KEYS),
        ] {
            let mut seen = BTreeSet::new();
            for name in rows.iter().flat_map(|(_, names)| names.iter()) {
                assert!(seen.insert(*name), "{table}: {name}");
            }
        }
    }

    #[test]
    fn every_class_can_come_from_every_language() {
        let all = |class: DataClass, names: &[&str], of: &dyn Fn(&str) -> Option<DataClass>| {
            for name in names {
                assert_eq!(of(name), Some(class), "{name}");
            }
        };
        all(DataClass::IpAddress, &["remote_addr", "http_x_forwarded_for", "http_cf_connecting_ip"], &of_variable);
        all(DataClass::QueryData, &["args", "arg_q", "query_string"], &of_variable);
        all(DataClass::Cookie, &["http_cookie", "cookie_sid", "upstream_cookie_sid", "uid_got"], &of_variable);
        all(DataClass::Identity, &["remote_user", "ssl_client_s_dn", "jwt_claim_sub"], &of_variable);
        all(DataClass::Authorization, &["http_authorization", "http_x_api_key"], &of_variable);
        all(DataClass::DerivedLocation, &["geoip_city", "geoip2_data_country_name", "http_cf_ipcountry"], &of_variable);
        all(DataClass::Body, &["request_body"], &of_variable);
        all(DataClass::DeviceId, &["http_x_device_id"], &of_variable);
        all(DataClass::AccessInfo, &["status", "http_referer", "upstream_http_x_cache", "time_local"], &of_variable);
        let directive = |text: &str| {
            let (name, argument) = text.split_once(' ').map_or((text, None), |(name, argument)| (name, Some(argument)));
            of_directive(name, argument, false)
        };
        all(DataClass::IpAddress, &["a", "a c", "h", "i X-Forwarded-For"], &directive);
        all(DataClass::QueryData, &["q", "e QUERY_STRING"], &directive);
        all(DataClass::Cookie, &["C", "C sid", "i Cookie", "o Set-Cookie", "n cookie"], &directive);
        all(DataClass::Identity, &["u", "l", "x SSL_CLIENT_S_DN", "e REMOTE_USER"], &directive);
        all(DataClass::DerivedLocation, &["e GEOIP_CITY", "e MM_COUNTRY_CODE"], &directive);
        all(DataClass::AccessInfo, &["t", "r", "s", "b", "i Referer", "x SSL_PROTOCOL", "^FB"], &directive);
        assert_eq!(of_directive("h", None, true), Some(DataClass::DomainName));
        all(DataClass::IpAddress, &["remote_ip", "request.remote_ip", "clientIp", "src-ip"], &of_key);
        all(DataClass::Identity, &["user_id", "userName", "request.user.name"], &of_key);
        all(DataClass::Authorization, &["request.headers.Authorization", "access_token", "password"], &of_key);
        all(DataClass::Cookie, &["request.headers.Cookie", "sessionId"], &of_key);
        all(DataClass::AccessInfo, &["ts", "status", "request.method", "resp_headers.Content-Type", "level"], &of_key);
        all(DataClass::DerivedLocation, &["geoip.city_name", "country"], &of_key);
    }

    #[test]
    fn what_no_table_names_is_unknown() {
        for name in ["http_x_own_thing", "own_variable"] {
            assert_eq!(of_variable(name), None, "{name}");
        }
        assert_eq!(of_directive("i", Some("X-Own-Thing"), false), None);
        assert_eq!(of_directive("e", Some("OWN"), false), None);
        assert_eq!(of_directive("Q", None, false), None);
        assert_eq!(of_key("own_thing"), None);
    }

    /// The letters that httpd 2.4 takes, each alone: found by asking `apache2 -t` for every letter.
    #[test]
    fn every_directive_that_httpd_takes_has_a_class() {
        for letter in "abcefhiklmnopqrstuvxABCDHILOPRSTUVX".chars() {
            // Of these the argument decides: header, variable, note.
            let argument = match letter {
                'i' | 'o' => Some("Referer"),
                'e' => Some("REQUEST_METHOD"),
                'n' => Some("cookie"),
                'x' => Some("SSL_CIPHER"),
                _ => None,
            };
            assert!(of_directive(&letter.to_string(), argument, false).is_some(), "{letter}");
        }
        for name in ["^FB", "%"] {
            assert!(of_directive(name, None, false).is_some(), "{name}");
        }
        for name in ["^ti", "^to"] {
            assert!(of_directive(name, Some("Referer"), false).is_some(), "{name}");
        }
    }
}
