//! `log` lines of a site: where entries go, and which of Caddy's fields are left in them.

use std::collections::BTreeSet;

use super::super::served::{ErrorLog, Known, Log};
use super::read::Node;
use super::site::{Options, Site};
use crate::collect::limits::cut;
use crate::collect::log_class::Written;
use crate::model::Location;

/// Fields of an entry with their class (Caddy documentation, Logging); of headers each may hold anything.
const FIELDS: [(&str, Option<&str>); 16] = [
    ("ts", Some("access_info")),
    ("request>remote_ip", Some("ip_address")),
    ("request>client_ip", Some("ip_address")),
    ("request>remote_port", Some("access_info")),
    ("request>proto", Some("access_info")),
    ("request>method", Some("access_info")),
    ("request>host", Some("access_info")),
    ("request>uri", Some("access_info")),
    ("request>headers", None),
    ("request>tls", Some("access_info")),
    ("user_id", Some("identity")),
    ("duration", Some("access_info")),
    ("bytes_read", Some("access_info")),
    ("size", Some("access_info")),
    ("status", Some("access_info")),
    ("resp_headers", None),
];

/// The items that an investigation needs, and the fields that hold each.
const MINIMUM: [(&str, &str); 5] = [
    ("time", "ts"),
    ("client_address", "request>remote_ip"),
    ("request_line", "request>uri"),
    ("status", "status"),
    ("bytes", "size"),
];

/// The access logs of a site; without a `log` line there is none.
pub(super) fn access(site: &Site<'_>, options: &Options<'_>) -> Vec<Log> {
    let conditional = site.routes.iter().any(skips);
    site.own("log").filter_map(|node| log(node, options, conditional)).collect()
}

fn skips(route: &serde_json::Value) -> bool {
    let handlers = route.get("handle").and_then(serde_json::Value::as_array).into_iter().flatten();
    handlers.into_iter().any(|handler| {
        let name = handler.get("handler").and_then(serde_json::Value::as_str).unwrap_or_default();
        let inner = handler.get("routes").and_then(serde_json::Value::as_array);
        matches!(name, "skip_log" | "log_skip") || inner.into_iter().flatten().any(skips)
    })
}

fn log(node: &Node, options: &Options<'_>, conditional: bool) -> Option<Log> {
    let line = |name: &'static str| node.inside().iter().rfind(move |line| line.word(0) == name);
    let target = target(line("output"));
    if target == "/dev/null" {
        return None;
    }
    let format = line("format");
    let (written, client_address) = match format.map_or("json", |line| line.word(1)) {
        "json" | "console" => (Ok(written(&[], options)), "full"),
        "filter" => {
            let filters: Vec<&Node> = format
                .into_iter()
                .flat_map(Node::inside)
                .filter(|line| line.word(0) != "wrap")
                .flat_map(|line| if line.word(0) == "fields" { line.inside() } else { std::slice::from_ref(line) })
                .collect();
            let address =
                filters.iter().find(|filter| matches!(filter.word(0), "request>remote_ip" | "request>client_ip"));
            let shown = match address.map_or("", |filter| filter.word(1)) {
                "" | "rename" => "full",
                "ip_mask" => "shortened",
                _ => "none",
            };
            (Ok(written(&filters, options)), shown)
        }
        _ => (Err("a log format that is not read here".to_owned()), "full"),
    };
    let written: Known<Written> = written;
    Some(Log {
        target,
        format: format.map_or("json", |line| line.word(1)).to_owned(),
        written,
        client_address,
        conditional,
        location: node.location.clone(),
    })
}

/// `output file PATH`, `stdout`, `stderr`, `discard`, `net ADDRESS`
fn target(output: Option<&Node>) -> String {
    match output.map(|line| (line.word(1), line.word(2))) {
        Some(("file", path)) => cut(path),
        Some(("stdout", _)) => "/dev/stdout".to_owned(),
        Some(("discard", _)) => "/dev/null".to_owned(),
        Some(("net", address)) => {
            let plain = address.split_once('/').map_or(address, |(_, rest)| rest);
            format!("syslog:server={}", cut(plain))
        }
        Some(("stderr", _)) | None => "/dev/stderr".to_owned(),
        Some((other, _)) => cut(other),
    }
}

fn written(filters: &[&Node], options: &Options<'_>) -> Written {
    let filter = |field: &str| filters.iter().find(|filter| filter.word(0) == field).map(|filter| filter.word(1));
    let is_gone = |field: &str| {
        matches!(filter(field), Some("delete" | "replace" | "hash"))
            // What holds a field may be gone as a whole.
            || filters.iter().any(|filter| filter.word(1) == "delete" && field.strip_prefix(filter.word(0)).is_some_and(|rest| rest.starts_with('>')))
    };
    let mut written = Written::default();
    for (field, class) in FIELDS {
        // The address that a trusted proxy names is written since 2.7; where nothing filters it, it is there.
        if is_gone(field) || (field == "request>client_ip" && is_gone("request>remote_ip")) {
            continue;
        }
        written.variables.insert(field.to_owned());
        match class {
            Some(class) => {
                written.classes.insert(class.to_owned());
            }
            None => {
                written.unknown.insert(field.to_owned());
            }
        }
    }
    if options.of_servers("log_credentials").is_some() && !is_gone("request>headers") {
        written.classes.extend(["cookie", "authorization"].map(str::to_owned));
    }
    let is_masked = matches!(filter("request>uri"), Some("delete" | "replace" | "hash" | "regexp"));
    written.has_query =
        !is_masked && written.variables.contains("request>uri") || written.variables.contains("request>headers");
    let kept: BTreeSet<&str> = written.variables.iter().map(String::as_str).collect();
    written.missing_minimum =
        MINIMUM.iter().filter(|(_, field)| !kept.contains(field)).map(|(item, _)| (*item).to_owned()).collect();
    written.columns = Vec::new();
    written
}

/// Where Caddy writes what happens to itself.
pub(super) fn errors(options: &Options<'_>, main: &str) -> ErrorLog {
    let node = options.option("log");
    let line = |name: &'static str| node.into_iter().flat_map(Node::inside).rfind(move |line| line.word(0) == name);
    let level = line("level").map_or_else(|| "info".to_owned(), |line| line.word(1).to_ascii_lowercase());
    let level = if options.option("debug").is_some() { "debug".to_owned() } else { level };
    let location = node
        .or_else(|| options.option("debug"))
        .map_or_else(|| Location::whole_file(main), |node| node.location.clone());
    ErrorLog { target: target(line("output")), level, location }
}
