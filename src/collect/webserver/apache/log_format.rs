//! LogFormat: the formats of a configuration by their names, and what variables that SetEnvIf makes carry into them.

use std::collections::BTreeMap;

use super::read::Node;
use crate::collect::log_class::{Written, columns_of, written_by_apache};

/// Formats and environment variables of a configuration.
#[derive(Debug, Default)]
pub(super) struct Formats {
    by_name: BTreeMap<String, String>,
    /// What SetEnvIf and the like put into a variable: class, and whether it is only a part.
    variables: BTreeMap<String, (&'static str, bool)>,
    /// Names of visitors are looked up.
    looks_up: bool,
}

/// The format of a log that names none (mod_log_config: DEFAULT_LOG_FORMAT).
pub(super) const DEFAULT: &str = "%h %l %u %t \"%r\" %>s %b";

impl Formats {
    /// Gathers the formats of the main level and of one host, whose own count first.
    pub(super) fn of(levels: &[&[Node]]) -> Self {
        let mut formats = Self::default();
        for nodes in levels {
            formats.gather(nodes, 0);
        }
        formats
    }

    fn gather(&mut self, nodes: &[Node], depth: usize) {
        for node in nodes {
            match (node.name.as_str(), node.arguments.as_slice()) {
                ("logformat", [format, name]) => {
                    self.by_name.insert(name.clone(), format.clone());
                }
                ("logformat", [format]) if depth == 0 => {
                    self.by_name.insert(String::new(), format.clone());
                }
                ("setenvif" | "setenvifnocase", [attribute, pattern, rest @ ..]) => {
                    for assignment in rest {
                        self.assigned(attribute, pattern, assignment);
                    }
                }
                ("browsermatch" | "browsermatchnocase", [_, rest @ ..]) => {
                    for assignment in rest {
                        self.assigned("User-Agent", "", assignment);
                    }
                }
                ("setenv", [name, ..]) => {
                    self.variables.insert(name.clone(), ("access_info", false));
                }
                ("hostnamelookups", [word]) => self.looks_up = !word.eq_ignore_ascii_case("off"),
                _ => {}
            }
            if let Some(block) = node.block.as_deref().filter(|_| depth < 16 && node.name != "virtualhost") {
                self.gather(block, depth + 1);
            }
        }
    }

    fn assigned(&mut self, attribute: &str, pattern: &str, assignment: &str) {
        let Some((name, value)) = assignment.split_once('=') else {
            self.variables.entry(assignment.trim_start_matches('!').to_owned()).or_insert(("access_info", false));
            return;
        };
        // A value without a capture is a constant of the server's own.
        let (class, part) = match value.contains('$') {
            false => ("access_info", false),
            true => (of_attribute(attribute), !is_whole(pattern, value)),
        };
        self.variables.insert(name.to_owned(), (class, part));
    }

    /// The text of a format by its nickname, or the text itself.
    pub(super) fn text<'a>(&'a self, name: &'a str) -> &'a str {
        if name.contains('%') { name } else { self.by_name.get(name).map_or("", String::as_str) }
    }

    /// Whether there is such a format.
    pub(super) fn has(&self, name: &str) -> bool {
        name.contains('%') || self.by_name.contains_key(name)
    }

    /// What a format writes, and whether the visitor's address is in it: `full`, `shortened` or `none`. `None` for a format that
    /// httpd refuses.
    pub(super) fn written(&self, text: &str) -> Option<(Written, &'static str)> {
        let mut written = written_by_apache(text, self.looks_up).ok()?;
        written.columns = columns_of(text);
        let mut address = if written.classes.contains("ip_address") { "full" } else { "none" };
        if self.looks_up && written.variables.contains("%h") {
            // A name that is not found is written as the address.
            written.classes.insert("ip_address".to_owned());
            address = "full";
        }
        for (name, (class, is_part)) in &self.variables {
            let spelt = format!("%{{{name}}}e");
            if written.unknown.remove(&spelt) {
                written.classes.insert((*class).to_owned());
                if *class == "ip_address" && address != "full" {
                    address = if *is_part { "shortened" } else { "full" };
                }
            }
        }
        Some((written, address))
    }
}

fn of_attribute(attribute: &str) -> &'static str {
    match attribute.to_ascii_lowercase().as_str() {
        "remote_addr" | "x-forwarded-for" | "forwarded" | "x-real-ip" => "ip_address",
        "remote_host" | "host" | "server_addr" => "domain_name",
        "cookie" => "cookie",
        "authorization" => "authorization",
        "remote_user" => "identity",
        "request_uri" | "user-agent" | "referer" | "request_method" | "request_protocol" | "origin" => "access_info",
        _ => "access_info",
    }
}

/// Whether a value repeats the whole of what its pattern is held against.
fn is_whole(pattern: &str, value: &str) -> bool {
    value.contains("$0") || matches!(pattern, "(.*)" | "^(.*)$" | "(.+)" | "^(.+)$" | "^(.*)" | "(.*)$")
}

/// Where a log goes: a file, or what a program that takes it writes to.
pub(super) fn target(text: &str, absolute: &dyn Fn(&str) -> String) -> String {
    let Some(program) = text.strip_prefix("||").or_else(|| text.strip_prefix("|$")).or_else(|| text.strip_prefix('|'))
    else {
        return if text.starts_with("syslog") { "syslog:server=unix:/dev/log".to_owned() } else { absolute(text) };
    };
    let words: Vec<&str> = program.split_whitespace().collect();
    let name = words.first().map_or("", |path| path.rsplit('/').next().unwrap_or(path));
    // The programs that come with httpd and Debian: what they write to is named behind their options.
    let plain = || words.iter().skip(1).find(|word| word.starts_with('/')).map(|word| (*word).to_owned());
    match name {
        "rotatelogs" | "cronolog" | "multilog" => plain().unwrap_or_else(|| format!("|{name}")),
        "logger" => {
            let server =
                words.iter().position(|word| matches!(*word, "-n" | "--server")).and_then(|at| words.get(at + 1));
            match server {
                Some(server) => format!("syslog:server={server}"),
                None => "syslog:server=unix:/dev/log".to_owned(),
            }
        }
        "" => "|".to_owned(),
        _ => format!("|{}", crate::collect::limits::cut(words.first().unwrap_or(&""))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::nodes;
    use super::*;

    fn written(configuration: &str, format: &str) -> (Written, &'static str) {
        let nodes = nodes(configuration);
        let formats = Formats::of(&[&nodes]);
        formats.written(formats.text(format)).unwrap()
    }

    #[test]
    fn classes_follow_what_is_written() {
        let combined =
            "LogFormat \"%h %l %u %t \\\"%r\\\" %>s %O \\\"%{Referer}i\\\" \\\"%{User-Agent}i\\\"\" combined";
        let (all, address) = written(combined, "combined");
        assert_eq!(
            all.classes.iter().map(String::as_str).collect::<Vec<_>>(),
            ["access_info", "identity", "ip_address"]
        );
        assert!(all.has_query && all.missing_minimum.is_empty() && all.unknown.is_empty());
        assert_eq!(address, "full");
        let (all, _) = written("", "%U %{sid}C %{Authorization}i %q %{SSL_CLIENT_S_DN}x %v");
        assert_eq!(
            all.classes.iter().map(String::as_str).collect::<Vec<_>>(),
            ["access_info", "authorization", "cookie", "domain_name", "identity", "query_data"]
        );
        assert_eq!(all.missing_minimum, ["time", "client_address", "status", "bytes"]);
        assert!(Formats::default().written("%{x").is_none());
        let (all, _) = written("", "%{X-Odd}i");
        assert_eq!(all.unknown.iter().map(String::as_str).collect::<Vec<_>>(), ["%{X-Odd}i"]);
        let (all, _) = written("HostnameLookups On", "%h");
        assert!(all.classes.contains("domain_name"));
    }

    #[test]
    fn a_variable_carries_what_it_is_made_from() {
        let part = "SetEnvIf Remote_Addr \"^(\\d+\\.\\d+)\" NET=$1";
        assert_eq!(written(part, "%{NET}e %t").1, "shortened");
        assert_eq!(written(part, "%{NET}e %a").1, "full");
        assert_eq!(written("SetEnvIf Remote_Addr \"(.*)\" ALL=$1", "%{ALL}e").1, "full");
        let (all, _) =
            written("SetEnvIf Cookie \"sid=(.*)\" SID=$1\nSetEnvIf Request_URI x static", "%{SID}e %{static}e");
        assert_eq!(all.classes.iter().map(String::as_str).collect::<Vec<_>>(), ["access_info", "cookie"]);
    }

    #[test]
    fn a_program_that_takes_a_log_is_seen_through() {
        let of = |text: &str| target(text, &|path| format!("/etc/apache2/{path}"));
        assert_eq!(of("logs/a.log"), "/etc/apache2/logs/a.log");
        assert_eq!(of("|/usr/bin/rotatelogs -l /var/log/a.%Y 86400"), "/var/log/a.%Y");
        assert_eq!(of("|$/usr/bin/logger -t a -n 192.0.2.1"), "syslog:server=192.0.2.1");
        assert_eq!(of("||/usr/bin/own -x"), "|/usr/bin/own");
    }

    proptest! {
        #[test]
        fn any_format_is_read(text in "[%{}!<>^a-z0-9, ]{0,60}") {
            let _ = Formats::default().written(&text);
        }
    }
}
