//! Where browsers are told to send reports: CSP, Report-To, Reporting-Endpoints and NEL.

use std::collections::BTreeSet;

use sfv::{Dictionary, ListEntry, Parser};

use super::Head;

/// Every endpoint that is in use, as written (a URL or a path), in order without repeats.
#[must_use]
pub fn report_endpoints(head: &Head) -> BTreeSet<String> {
    let mut endpoints = BTreeSet::new();
    for name in ["content-security-policy", "content-security-policy-report-only"] {
        for policy in head.values(name).flat_map(|value| value.split(',')) {
            for directive in policy.split(';') {
                let mut words = directive.split_ascii_whitespace();
                if words.next().is_some_and(|name| name.eq_ignore_ascii_case("report-uri")) {
                    endpoints.extend(words.map(str::to_owned));
                }
            }
        }
    }
    endpoints.extend(reporting_endpoints(head));
    endpoints.extend(report_to(head));
    endpoints
}

/// Reporting-Endpoints: a dictionary of names and URLs; one that does not parse is none.
fn reporting_endpoints(head: &Head) -> Vec<String> {
    let joined = head.values("reporting-endpoints").collect::<Vec<_>>().join(", ");
    let Ok(dictionary) = Parser::new(&joined).parse::<Dictionary>() else { return Vec::new() };
    let url = |entry: &ListEntry| match entry {
        ListEntry::Item(item) => item.bare_item.as_string().map(|url| url.as_str().to_owned()),
        ListEntry::InnerList(_) => None,
    };
    dictionary.values().filter_map(url).collect()
}

/// Report-To: JSON objects, a comma between them; what is no object with endpoints is passed over.
fn report_to(head: &Head) -> Vec<String> {
    let joined = head.values("report-to").collect::<Vec<_>>().join(", ");
    let Ok(groups) = serde_json::from_str::<Vec<serde_json::Value>>(&format!("[{joined}]")) else { return Vec::new() };
    let endpoints = groups.iter().filter_map(|group| group.get("endpoints")?.as_array());
    endpoints.flatten().filter_map(|endpoint| endpoint.get("url")?.as_str()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::header::head;

    #[test]
    fn every_way_to_name_an_endpoint_is_read() {
        let head = head(
            b"HTTP/1.1 200 OK\r\nContent-Security-Policy-Report-Only: default-src 'self'; Report-URI https://a.example.net/r /r\r\n\
              Report-To: {\"group\":\"nel\",\"max_age\":1,\"endpoints\":[{\"url\":\"https://b.example.net/\"}]}\r\n\
              Report-To: {\"group\":\"x\",\"endpoints\":[{\"url\":\"https://c.example.net/\"}]}\r\n\
              Reporting-Endpoints: main=\"https://d.example.net/\", other=(\"x\")\r\n\r\n",
        )
        .unwrap();
        let found = report_endpoints(&head);
        let wanted = [
            "/r",
            "https://a.example.net/r",
            "https://b.example.net/",
            "https://c.example.net/",
            "https://d.example.net/",
        ];
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
    }
}
