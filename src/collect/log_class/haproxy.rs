//! Items of HAProxy's log formats: variables (`%ci`) and fetches (`%[src]`) (HAProxy configuration manual, section 8.2.4).

use super::DataClass::{AccessInfo, Authorization, Cookie, DomainName, Identity, IpAddress, QueryData};
use super::header::of_header;
use super::{DataClass, Row, Written, columns_of, named};

/// Variables by class. Captured headers and cookies are classed by what is captured.
pub(super) const VARIABLES: &[Row] = &[
    (IpAddress, &["ci"]),
    (QueryData, &["HQ"]),
    (
        AccessInfo,
        &[
            "B", "H", "HM", "HP", "HPO", "HU", "HV", "ID", "ST", "T", "Ta", "Tc", "Td", "Th", "Ti", "Tl", "Tq", "TR",
            "Tr", "Ts", "Tt", "Tu", "Tw", "U", "ac", "b", "bc", "bi", "bp", "bq", "cp", "f", "fc", "fi", "fp", "ft",
            "lc", "ms", "o", "pid", "r", "rc", "rt", "s", "sc", "si", "sp", "sq", "sslc", "sslv", "t", "tr", "trg",
            "trl", "ts", "tsc",
        ],
    ),
];

/// Fetches by class. Those that name a header are classed by the header.
const FETCHES: &[Row] = &[
    (IpAddress, &["src", "fc_src", "bc_src"]),
    (Identity, &["http_auth_user", "ssl_c_s_dn", "ssl_c_i_dn", "ssl_c_serial", "ssl_c_sha1", "ssl_c_der"]),
    (
        Authorization,
        &[
            "http_auth_pass",
            "http_auth_bearer",
            "http_auth",
            "ssl_fc_session_id",
            "ssl_fc_client_random",
            "ssl_fc_session_key",
        ],
    ),
    (Cookie, &["cook", "req.cook", "res.cook", "scook", "req.cookie"]),
    (QueryData, &["query", "urlp", "url_param", "params"]),
    (DomainName, &["ssl_fc_sni", "req.ssl_sni"]),
    (DataClass::Body, &["req.body", "req.body_param", "res.body"]),
    (
        AccessInfo,
        &[
            "path",
            "pathq",
            "url",
            "base",
            "capture.req.uri",
            "capture.req.method",
            "capture.req.ver",
            "capture.res.ver",
            "method",
            "status",
            "date",
            "rand",
            "uuid",
            "unique-id",
            "req.ver",
            "res.ver",
            "dst",
            "dst_port",
            "src_port",
            "fc_dst",
            "fc_dst_port",
            "fc_rtt",
            "fc_conn_err",
            "fc_http_major",
            "bc_http_major",
            "be_name",
            "fe_name",
            "srv_name",
            "hostname",
            "txn.status",
            "ssl_fc",
            "ssl_fc_err",
            "ssl_fc_protocol",
            "ssl_fc_cipher",
            "ssl_fc_alpn",
            "ssl_fc_is_resumed",
            "ssl_c_err",
            "ssl_c_ca_err",
            "ssl_c_verify",
            "ssl_c_used",
            "ssl_fc_has_early",
            "ssl_fc_sni_used",
            "ssl_bc_protocol",
            "ssl_bc_cipher",
            "bytes_in",
            "bytes_out",
            "req.body_len",
            "req.body_size",
            "str",
            "int",
            "bool",
            "accept_date",
            "request_date",
            "last_rule_file",
            "last_rule_line",
            "term_events",
        ],
    ),
];

/// What a format needs to be understood.
#[derive(Debug, Clone, Copy, Default)]
pub struct Captured<'a> {
    /// Names of request headers that are captured, in order.
    pub requests: &'a [String],
    /// Names of response headers that are captured, in order.
    pub responses: &'a [String],
    /// A cookie is captured.
    pub cookie: bool,
    /// The format of the unique id; empty where there is none.
    pub unique_id: &'a str,
    /// Variables and the fetch that rules fill them with.
    pub variables: &'a [(String, String)],
}

/// The items that an investigation needs, and what holds each.
const MINIMUM: [(&str, &[&str]); 5] = [
    ("time", &["t", "tr", "T", "Ts", "trg", "trl", "ms", "accept_date", "request_date", "date"]),
    ("client_address", &["ci", "src", "fc_src"]),
    ("request_line", &["r", "HU", "HP", "HPO", "path", "pathq", "url", "capture.req.uri", "base"]),
    ("status", &["ST", "status"]),
    ("bytes", &["B", "U", "bytes_out", "bytes_in"]),
];

/// What holds the query string.
const WITH_QUERY: [&str; 9] = ["r", "HU", "HQ", "query", "pathq", "url", "urlp", "url_param", "capture.req.uri"];

/// What a log format writes, and whether the visitor's address is in it: `full`, `shortened` or `none`. `None` for one that
/// HAProxy refuses.
#[must_use]
pub fn written_by_haproxy(format: &str, captured: &Captured<'_>) -> Option<(Written, &'static str)> {
    let mut state = State { captured, written: Written::default(), names: Vec::new(), address: "none" };
    state.read(format, 0)?;
    let State { mut written, names, address, .. } = state;
    written.columns = columns_of(format);
    written.missing_minimum = MINIMUM
        .iter()
        .filter(|(_, holders)| !holders.iter().any(|holder| names.iter().any(|name| name == holder)))
        .map(|(item, _)| (*item).to_owned())
        .collect();
    Some((written, address))
}

struct State<'a> {
    captured: &'a Captured<'a>,
    written: Written,
    names: Vec<String>,
    address: &'static str,
}

impl State<'_> {
    fn read(&mut self, format: &str, depth: usize) -> Option<()> {
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix('%') {
                rest = behind;
                continue;
            }
            // `%(NAME)` names an item since 2.8, `%{+Q}` has its options.
            if rest.starts_with('(') {
                rest = &rest[rest.find(')')? + 1..];
            }
            if rest.starts_with('{') {
                rest = &rest[rest.find('}')? + 1..];
            }
            if let Some(inside) = rest.strip_prefix('[') {
                let end = closing(inside)?;
                self.fetch(&inside[..end], depth)?;
                rest = &inside[end + 1..];
                continue;
            }
            let end = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (name, behind) = rest.split_at(end);
            if !name.is_empty() {
                self.variable(name, depth)?;
            }
            rest = behind;
        }
        Some(())
    }

    fn add(&mut self, spelt: String, class: Option<DataClass>) {
        match class {
            Some(class) => {
                self.written.classes.insert(class.word().to_owned());
            }
            None => {
                self.written.unknown.insert(spelt.clone());
            }
        }
        self.written.variables.insert(spelt);
    }

    fn variable(&mut self, name: &str, depth: usize) -> Option<()> {
        let captured = self.captured;
        match name {
            "hr" | "hrl" | "hs" | "hsl" => {
                let names = if name.starts_with("hr") { captured.requests } else { captured.responses };
                for header in names {
                    self.header(header);
                }
            }
            "CC" | "CS" => self.add(format!("%{name}"), Some(if captured.cookie { Cookie } else { AccessInfo })),
            "ID" if !captured.unique_id.is_empty() && depth < 2 => {
                self.written.variables.insert("%ID".to_owned());
                self.read(captured.unique_id, depth + 1)?;
            }
            _ => {
                let class = named(VARIABLES, name)?;
                if name == "ci" {
                    self.address = "full";
                }
                self.written.has_query |= WITH_QUERY.contains(&name);
                self.add(format!("%{name}"), Some(class));
            }
        }
        self.names.push(name.to_owned());
        Some(())
    }

    fn header(&mut self, name: &str) {
        let class = of_header(&name.to_ascii_lowercase());
        if class == Some(IpAddress) {
            self.address = "full";
        }
        self.written.has_query |= name.eq_ignore_ascii_case("referer");
        self.add(format!("%[hdr({name})]"), class);
    }

    fn fetch(&mut self, expression: &str, depth: usize) -> Option<()> {
        let end = expression.find(['(', ',']).unwrap_or(expression.len());
        let name = expression[..end].trim();
        let argument =
            expression[end..].strip_prefix('(').and_then(|rest| rest.split([')', ',']).next()).unwrap_or("").trim();
        let (class, is_header) = match name {
            "hdr" | "req.hdr" | "req.fhdr" | "shdr" | "res.hdr" | "res.fhdr" | "hdr_ip" | "req.hdr_ip" | "hdr_val" => {
                (of_header(&argument.to_ascii_lowercase()), true)
            }
            "capture.req.hdr" | "capture.res.hdr" => {
                let names = if name == "capture.req.hdr" { self.captured.requests } else { self.captured.responses };
                let header = argument.parse().ok().and_then(|number: usize| names.get(number));
                (header.and_then(|header| of_header(&header.to_ascii_lowercase())), true)
            }
            "var" if depth < 4 => {
                let source = self.captured.variables.iter().find(|(known, _)| known == argument);
                match source {
                    Some((_, source)) => return self.fetch(&source.clone(), depth + 1),
                    None => (None, false),
                }
            }
            _ => (named(FETCHES, name), false),
        };
        if class == Some(IpAddress) {
            let is_part = expression.contains(",ipmask(");
            self.address = if is_part && self.address != "full" { "shortened" } else { "full" };
        }
        self.written.has_query |= WITH_QUERY.contains(&name) || (is_header && argument.eq_ignore_ascii_case("referer"));
        self.names.push(name.to_owned());
        self.add(format!("%[{expression}]"), class);
        Some(())
    }
}

/// Where the bracket that is open ends.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' if depth == 0 => return Some(at),
            b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(format: &str, captured: &Captured<'_>) -> (Vec<String>, &'static str, Vec<String>) {
        let (written, address) = written_by_haproxy(format, captured).unwrap();
        (written.classes.into_iter().collect(), address, written.missing_minimum)
    }

    #[test]
    fn what_is_captured_decides_what_is_written() {
        let format = "%ci:%cp [%tr] %ft %b/%s %ST %B %CC %CS %hr %hs %{+Q}r";
        let plain = classes(format, &Captured::default());
        assert_eq!(plain, (vec!["access_info".to_owned(), "ip_address".to_owned()], "full", Vec::new()));
        let requests = ["Authorization".to_owned(), "Referer".to_owned()];
        let captured = Captured { requests: &requests, cookie: true, ..Captured::default() };
        assert_eq!(classes(format, &captured).0, ["access_info", "authorization", "cookie", "ip_address"]);
        assert_eq!(classes("%[capture.req.hdr(0)] %t", &captured).0, ["access_info", "authorization"]);
    }

    #[test]
    fn addresses_may_be_shortened_and_ids_hold_them() {
        let none = Captured::default();
        assert_eq!(
            classes("%[src,ipmask(24,48)] %t %ST %B %HP", &none),
            (vec!["access_info".into(), "ip_address".into()], "shortened", vec![])
        );
        let captured = Captured { unique_id: "%{+X}o\\ %ci:%cp_%fi", ..Captured::default() };
        assert_eq!(classes("%ID", &captured).1, "full");
        let variables = [("txn.who".to_owned(), "http_auth_user".to_owned())];
        let captured = Captured { variables: &variables, ..Captured::default() };
        assert_eq!(classes("%[var(txn.who)]", &captured).0, ["identity"]);
        assert!(written_by_haproxy("%[lua.x]", &none).unwrap().0.unknown.contains("%[lua.x]"));
        assert!(written_by_haproxy("%nosuch", &none).is_none() && written_by_haproxy("%[src", &none).is_none());
        assert!(
            written_by_haproxy("%HU", &none).unwrap().0.has_query
                && !written_by_haproxy("%HP", &none).unwrap().0.has_query
        );
    }
}
