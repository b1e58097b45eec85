//! Logs of a virtual host: its own take the place of the main server's; without any, httpd writes none.

use super::super::served::{ErrorLog, Log};
use super::Configuration;
use super::host::{Program, VirtualHost};
use super::log_format::{DEFAULT, Formats, target};
use super::read::Node;

const LOGS: [&str; 3] = ["customlog", "transferlog", "globallog"];

/// The access logs in force.
pub(super) fn access(configuration: &Configuration<'_>, program: &Program<'_>, host: &VirtualHost<'_>) -> Vec<Log> {
    let formats = Formats::of(&[program.main, host.nodes]);
    let of = |nodes: &[Node], names: &[&str]| -> Vec<Node> {
        nodes.iter().filter(|node| names.contains(&node.name.as_str())).cloned().collect()
    };
    let mut lines = of(host.nodes, &LOGS);
    if host.section.is_some() {
        let inherited: &[&str] = if lines.is_empty() { &LOGS } else { &["globallog"] };
        lines.extend(of(program.main, inherited));
    }
    lines.iter().map(|node| log(configuration, &formats, node)).collect()
}

fn log(configuration: &Configuration<'_>, formats: &Formats, node: &Node) -> Log {
    let files = configuration.files.borrow();
    let name = if node.name == "transferlog" { "" } else { node.argument(1) };
    let is_condition = |word: &str| word.starts_with("env=") || word.starts_with("expr=");
    let name = if is_condition(name) { "" } else { name };
    let (text, shown) = match (name, formats.has(name)) {
        ("", true) => (formats.text(""), "(unnamed)"),
        ("", false) => (DEFAULT, "(default)"),
        (name, _) if name.contains('%') => (name, "(in place)"),
        (name, _) => (formats.text(name), name),
    };
    let read = if text.is_empty() { None } else { formats.written(text) };
    let client_address = read.as_ref().map_or("none", |(_, address)| address);
    let reason = || match text.is_empty() {
        true => format!("no LogFormat has the name {}", crate::collect::limits::cut(name)),
        false => "a log format that httpd refuses".to_owned(),
    };
    Log {
        target: target(node.argument(0), &|path| files.absolute(path)),
        format: shown.to_owned(),
        written: read.map(|(written, _)| written).ok_or_else(reason),
        client_address,
        conditional: node.arguments.iter().skip(1).any(|word| is_condition(word)),
        location: node.location(),
    }
}

/// Where errors go: one for each host that names its own, and the main server's.
pub(super) fn errors(configuration: &Configuration<'_>, program: &Program<'_>) -> Vec<ErrorLog> {
    let files = configuration.files.borrow();
    let mut found = Vec::new();
    for host in &program.hosts {
        let Some(node) = host.single("errorlog") else { continue };
        let level = host.single("loglevel").and_then(|node| node.arguments.iter().find(|word| !word.contains(':')));
        let level = level.map_or_else(|| "warn".to_owned(), |word| word.to_ascii_lowercase());
        let level = if level.starts_with("trace") { "debug".to_owned() } else { level };
        found.push(ErrorLog {
            target: target(node.argument(0), &|path| files.absolute(path)),
            level,
            location: node.location(),
        });
    }
    found
}
