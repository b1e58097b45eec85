//! Settings of programs that follow logs and send them on: fluent-bit, vector, filebeat, promtail and the OpenTelemetry
//! collector -> what they follow and where they send. Knows nothing of facts.

mod sections;
mod trees;

pub use sections::fluent_bit;
pub use trees::{filebeat, fluent_bit_yaml, open_telemetry, promtail, vector, vector_toml};

/// One way out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sending {
    /// Its name or type in the settings.
    pub name: String,
    /// Host or address; empty where the settings name none.
    pub target: String,
    /// Port, where it is named.
    pub port: Option<String>,
    /// `http` or `tcp`.
    pub transport: &'static str,
    /// TLS on the way; `None` where the settings leave it open.
    pub encrypted: Option<bool>,
    /// The receiver has to prove its name; `None` where the settings leave it open.
    pub peer_verified: Option<bool>,
    /// Line, from 1; 0 where unknown.
    pub line: u32,
}

/// What one file of settings says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agent {
    /// Files that are followed, as globs.
    pub follows: Vec<String>,
    /// Where entries go.
    pub sendings: Vec<Sending>,
    /// Files that are read as well, as globs.
    pub includes: Vec<String>,
    /// Lines that are not understood.
    pub faults: Vec<(u32, String)>,
}

/// Types of outputs that send nowhere.
const LOCAL: [&str; 13] = [
    "stdout",
    "null",
    "file",
    "console",
    "blackhole",
    "counter",
    "exit",
    "flowcounter",
    "logging",
    "debug",
    "nop",
    "prometheus_exporter",
    "discard",
];

/// Outputs of services that have one home: how the type begins or ends, and the domain below which they receive.
const SERVICES: [(&str, &str); 20] = [
    ("s3", "amazonaws.com"),
    ("aws_", "amazonaws.com"),
    ("awss3", "amazonaws.com"),
    ("awscloudwatchlogs", "amazonaws.com"),
    ("cloudwatch_logs", "amazonaws.com"),
    ("kinesis_", "amazonaws.com"),
    ("stackdriver", "googleapis.com"),
    ("bigquery", "googleapis.com"),
    ("gcp_", "googleapis.com"),
    ("googlecloud", "googleapis.com"),
    ("azure", "azure.com"),
    ("datadog", "datadoghq.com"),
    ("newrelic", "newrelic.com"),
    ("new_relic", "newrelic.com"),
    ("nrlogs", "newrelic.com"),
    ("logdna", "logdna.com"),
    ("papertrail", "papertrailapp.com"),
    ("honeycomb", "honeycomb.io"),
    ("axiom", "axiom.co"),
    ("sumologic", "sumologic.com"),
];

impl Sending {
    /// A sending to a URL, `host:port` or host. `tls` and `verified` are what the settings say of TLS.
    fn to(name: &str, place: &str, line: u32, tls: Option<bool>, verified: Option<bool>) -> Self {
        let place = place.trim();
        let (scheme, rest) = place.split_once("://").map_or((None, place), |(scheme, rest)| (Some(scheme), rest));
        let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let rest = rest.rsplit('@').next().unwrap_or_default();
        let (target, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, port)) => (address, port.strip_prefix(':')),
            None => match rest.rsplit_once(':') {
                // Two colons without brackets are an address of IPv6.
                Some((host, port)) if !host.contains(':') => (host, Some(port)),
                _ => (rest, None),
            },
        };
        let transport = if scheme.is_some_and(|scheme| scheme.starts_with("http")) { "http" } else { "tcp" };
        let encrypted = match scheme {
            Some("https" | "tls" | "ssl" | "tcps" | "amqps" | "rediss") => Some(true),
            Some("http") => Some(false),
            _ => tls,
        };
        let peer_verified = if encrypted == Some(false) { Some(false) } else { verified };
        Self {
            name: name.to_owned(),
            target: target.to_owned(),
            port: port.filter(|port| !port.is_empty()).map(str::to_owned),
            transport,
            encrypted,
            peer_verified,
            line,
        }
    }

    /// A sending without a named place: that of a service which is known by its type, else an empty target.
    fn of_type(name: &str, kind: &str, line: u32) -> Self {
        let home = SERVICES.iter().find(|(begin, _)| kind.starts_with(begin)).map(|(_, home)| *home);
        match home {
            Some(home) => Self::to(name, &format!("https://{home}"), line, None, Some(true)),
            None => Self { name: name.to_owned(), transport: "tcp", line, ..Self::default() },
        }
    }
}

/// Whether an output of a type sends nowhere.
fn is_local(kind: &str) -> bool {
    LOCAL.contains(&kind)
}

/// How these programs write yes and no.
fn is_on(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "on" | "true" | "yes" | "1")
}

#[cfg(test)]
mod tests;
