//! What a fetch of HAProxy gives for one request: known, absent, or unknown (HAProxy configuration manual, section 7.3).

use std::collections::BTreeMap;
use std::net::IpAddr;

/// One request, as far as rules may ask of it.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: String,
    /// The Host header; `None` where it is not known any more.
    pub(super) host: Option<String>,
    /// The path as it was sent; `None` where a rule changed it in a way that is not followed.
    pub(super) path: Option<String>,
    pub(super) query: Option<String>,
    pub(super) tls: bool,
    /// The client's address; `None` where a header decides it.
    pub(super) source: Option<IpAddr>,
    pub(super) port: u16,
    /// All other request headers; `None` where the client may send anything.
    pub(super) headers: Option<Vec<(String, String)>>,
    /// Variables that rules set.
    pub(super) variables: BTreeMap<String, Sample>,
    /// A script or a filter may set others.
    pub(super) has_scripts: bool,
    /// The status of the answer, once there is one. Then nothing of the request is there but the connection.
    pub(super) status: Option<Option<u16>>,
}

impl Ask {
    fn pathq(&self) -> Sample {
        let Some(path) = &self.path else { return Sample::Unknown };
        Sample::Text(self.query.as_ref().map_or_else(|| path.clone(), |query| format!("{path}?{query}")))
    }

    fn host(&self) -> Sample {
        self.host.clone().map_or(Sample::Unknown, Sample::Text)
    }
}

/// What a fetch gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sample {
    Text(String),
    Number(i64),
    Flag(bool),
    Address(IpAddr),
    Absent,
    /// The origin that asks, whatever it is.
    Origin,
    Unknown,
}

impl Sample {
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Flag(flag) => Some(i32::from(*flag).to_string()),
            Self::Address(address) => Some(address.to_string()),
            Self::Absent | Self::Origin | Self::Unknown => None,
        }
    }
}

/// A fetch with its arguments, and its converters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) converters: Vec<(String, Vec<String>)>,
}

/// Reads `hdr(host),lower`.
pub(super) fn expression(text: &str) -> Expression {
    let mut parts = split(text, ',').into_iter().map(|part| call(&part));
    let (name, arguments) = parts.next().unwrap_or_default();
    Expression { name, arguments, converters: parts.collect() }
}

fn call(text: &str) -> (String, Vec<String>) {
    match text.split_once('(') {
        Some((name, rest)) => (name.to_owned(), split(rest.strip_suffix(')').unwrap_or(rest), ',')),
        None => (text.to_owned(), Vec::new()),
    }
}

/// Parts between separators outside parentheses.
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut depth, mut parts) = (0_usize, vec![String::new()]);
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            _ if character == separator && depth == 0 => parts.push(String::new()),
            Some(last) => last.push(character),
            None => {}
        }
    }
    parts
}

/// The sample of an expression.
pub(super) fn sample(ask: &Ask, expression: &Expression) -> Sample {
    let mut found = fetched(ask, &expression.name, &expression.arguments);
    for (name, arguments) in &expression.converters {
        found = converted(found, name, arguments);
    }
    found
}

fn fetched(ask: &Ask, name: &str, arguments: &[String]) -> Sample {
    let argument = arguments.first().map_or("", |text| text.trim());
    match name {
        "always_true" => return Sample::Flag(true),
        "always_false" => return Sample::Flag(false),
        "bool" => return Sample::Flag(matches!(argument, "1" | "true" | "yes" | "on")),
        "int" => return argument.parse().map_or(Sample::Unknown, Sample::Number),
        "str" => return Sample::Text(argument.to_owned()),
        "ssl_fc" => return Sample::Flag(ask.tls),
        // Nobody who is asked about here has a client's certificate.
        "ssl_c_used" | "ssl_fc_has_crt" => return Sample::Flag(false),
        "src" => return ask.source.map_or(Sample::Unknown, Sample::Address),
        "dst_port" | "fc_dst_port" => return Sample::Number(i64::from(ask.port)),
        "ssl_fc_sni" | "req.ssl_sni" | "req_ssl_sni" if !ask.tls => return Sample::Absent,
        "ssl_fc_sni" | "req.ssl_sni" | "req_ssl_sni" => return ask.host(),
        "var" => {
            return ask.variables.get(argument).cloned().unwrap_or(if ask.has_scripts {
                Sample::Unknown
            } else {
                Sample::Absent
            });
        }
        _ => {}
    }
    if let Some(status) = ask.status {
        return match name {
            "status" => status.map_or(Sample::Unknown, |status| Sample::Number(i64::from(status))),
            // What belongs to the request is gone when the answer is there.
            "path" | "pathq" | "url" | "query" | "base" | "method" | "req.hdr" | "hdr" | "http_auth" => Sample::Absent,
            _ => Sample::Unknown,
        };
    }
    match name {
        "path" => ask.path.clone().map_or(Sample::Unknown, Sample::Text),
        "pathq" | "url" | "capture.req.uri" => ask.pathq(),
        "query" => ask.query.clone().map_or(Sample::Absent, Sample::Text),
        "base" | "baseq" => match (&ask.host, if name == "base" { fetched(ask, "path", &[]) } else { ask.pathq() }) {
            (Some(host), Sample::Text(path)) => Sample::Text(format!("{host}{path}")),
            _ => Sample::Unknown,
        },
        "method" => Sample::Text(ask.method.clone()),
        "http_auth" => Sample::Flag(false),
        "http_auth_group" => Sample::Absent,
        "req_proto_http" | "req.proto_http" => Sample::Flag(true),
        "req.ver" | "req_ver" => Sample::Text("1.1".to_owned()),
        "hdr" | "req.hdr" | "req.fhdr" | "shdr" => header(ask, argument),
        "hdr_cnt" | "req.hdr_cnt" | "hdr_val" | "req.hdr_val" => match header(ask, argument) {
            Sample::Absent if name.ends_with("cnt") => Sample::Number(0),
            Sample::Absent => Sample::Absent,
            Sample::Text(text) if name.ends_with("val") => text.parse().map_or(Sample::Unknown, Sample::Number),
            Sample::Text(_) => Sample::Number(1),
            _ => Sample::Unknown,
        },
        "cook" | "req.cook" if ask.headers.is_some() => Sample::Absent,
        "urlp" | "url_param" if ask.query.is_none() && ask.path.is_some() => Sample::Absent,
        _ => Sample::Unknown,
    }
}

fn header(ask: &Ask, name: &str) -> Sample {
    let name = name.to_ascii_lowercase();
    if name == "host" {
        return ask.host();
    }
    match &ask.headers {
        Some(all) => all
            .iter()
            .rfind(|(known, _)| *known == name)
            .map_or(Sample::Absent, |(_, value)| Sample::Text(value.clone())),
        None if name == "origin" => Sample::Origin,
        None => Sample::Unknown,
    }
}

fn converted(sample: Sample, name: &str, arguments: &[String]) -> Sample {
    let Sample::Text(text) = sample else {
        return match (sample, name) {
            (Sample::Absent, _) => Sample::Absent,
            (Sample::Origin, "lower") => Sample::Origin,
            (Sample::Flag(flag), "not") => Sample::Flag(!flag),
            _ => Sample::Unknown,
        };
    };
    match name {
        "lower" => Sample::Text(text.to_ascii_lowercase()),
        "upper" => Sample::Text(text.to_ascii_uppercase()),
        "host_only" => Sample::Text(text.rsplit_once(':').map_or(text.as_str(), |(host, _)| host).to_owned()),
        "length" => i64::try_from(text.len()).map_or(Sample::Unknown, Sample::Number),
        "field" => {
            let number: Option<usize> = arguments.first().and_then(|text| text.trim().parse().ok());
            let by = arguments.get(1).map_or("", |text| text.trim());
            match (number, by.chars().next(), by.len()) {
                (Some(number @ 1..), Some(by), 1) => {
                    text.split(by).nth(number - 1).map_or(Sample::Absent, |part| Sample::Text(part.to_owned()))
                }
                _ => Sample::Unknown,
            }
        }
        _ => Sample::Unknown,
    }
}

/// A value that a rule writes: text, or why it is not a fixed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Known(String),
    Origin,
    Unknown,
}

/// A log-format string with what this request gives.
pub(super) fn format(ask: &Ask, format: &str) -> Text {
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            text.push('%');
            rest = behind;
            continue;
        }
        let flags = if rest.starts_with('{') { rest.find('}').map_or(0, |end| end + 1) } else { 0 };
        rest = &rest[flags..];
        let Some(inside) = rest.strip_prefix('[') else { return Text::Unknown };
        let Some(end) = closing(inside) else { return Text::Unknown };
        match sample(ask, &expression(&inside[..end])) {
            Sample::Absent => {}
            Sample::Origin if text.is_empty() && inside.len() == end + 1 => return Text::Origin,
            found => match found.text() {
                Some(found) => text.push_str(&found),
                None => return Text::Unknown,
            },
        }
        rest = &inside[end + 1..];
    }
    text.push_str(rest);
    Text::Known(text)
}

/// Where the bracket that is open ends.
pub(super) fn closing(text: &str) -> Option<usize> {
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
