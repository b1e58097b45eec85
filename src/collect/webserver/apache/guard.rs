//! Conditions around settings: which module a name stands for, and which settings of safety a condition hides.

use std::collections::BTreeSet;

use crate::model::{Location, Related};
use crate::syntax::apache::{Directive, words};

/// A condition around settings of safety.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    /// `IfModule` or `IfDefine`.
    pub(super) name: String,
    pub(super) condition: String,
    pub(super) location: Location,
    pub(super) chain: Vec<Related>,
    /// Settings that do not count because the condition does not hold.
    pub(super) hidden: Vec<String>,
    /// Why it cannot be told whether it holds.
    pub(super) open: Option<String>,
}

/// Modules that distributions build into the program.
pub(super) const BUILT_IN: [&str; 8] = [
    "core.c",
    "mod_so.c",
    "http_core.c",
    "mod_watchdog.c",
    "mod_log_config.c",
    "mod_logio.c",
    "mod_version.c",
    "mod_unixd.c",
];

/// The identifier of a module that is named by identifier or by its source file: `mod_headers.c` is `headers_module`.
pub(super) fn identifier(name: &str) -> String {
    let Some(stem) = name.strip_suffix(".c").or_else(|| name.strip_suffix(".cpp")) else { return name.to_owned() };
    match stem {
        "core" => "core_module".to_owned(),
        "http_core" => "http_module".to_owned(),
        "prefork" | "worker" | "event" | "mpm_winnt" => format!("mpm_{}_module", stem.trim_start_matches("mpm_")),
        _ => format!("{}_module", stem.strip_prefix("mod_").unwrap_or(stem)),
    }
}

/// Whether two conditions ask the same.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.starts_with('!') == other.starts_with('!')
        && identifier(one.trim_start_matches('!')) == identifier(other.trim_start_matches('!'))
}

/// Settings on which safety rests, by their name and what they set. Sections inside are gone through.
pub(super) fn settings(block: &[Directive]) -> Vec<String> {
    let mut found = BTreeSet::new();
    gather(block, &mut found);
    found.into_iter().collect()
}

fn gather(block: &[Directive], found: &mut BTreeSet<String>) {
    for directive in block {
        let name = directive.name.to_ascii_lowercase();
        let arguments = words(&directive.rest);
        match name.as_str() {
            "header" => {
                let skip = usize::from(
                    arguments
                        .first()
                        .is_some_and(|word| matches!(word.to_ascii_lowercase().as_str(), "always" | "onsuccess")),
                );
                if let (Some(action), Some(header)) = (arguments.get(skip), arguments.get(skip + 1)) {
                    let header = header.trim_end_matches(':').to_ascii_lowercase();
                    let sets = matches!(
                        action.to_ascii_lowercase().as_str(),
                        "set" | "append" | "merge" | "add" | "setifempty"
                    );
                    if sets && super::super::served::is_security(&header) {
                        found.insert(format!("Header {header}"));
                    }
                }
            }
            "sslengine"
            | "sslprotocol"
            | "sslciphersuite"
            | "sslverifyclient"
            | "sslusestapling"
            | "require"
            | "authtype"
            | "deny"
            | "servertokens"
            | "traceenable"
            | "remoteipinternalproxy"
            | "secruleengine"
            | "limitrequestbody" => {
                found.insert(directive.name.clone());
            }
            "rewriterule" if arguments.get(1).is_some_and(|target| target.starts_with("https://")) => {
                found.insert("RewriteRule to https".to_owned());
            }
            _ => {}
        }
        if let Some(inner) = &directive.block {
            gather(inner, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_has_two_names() {
        for (name, wanted) in [
            ("mod_headers.c", "headers_module"),
            ("headers_module", "headers_module"),
            ("prefork.c", "mpm_prefork_module"),
            ("mpm_prefork_module", "mpm_prefork_module"),
            ("core.c", "core_module"),
            ("http_core.c", "http_module"),
        ] {
            assert_eq!(identifier(name), wanted, "{name}");
        }
        assert!(is_same("!mod_ssl.c", "!ssl_module") && !is_same("mod_ssl.c", "!ssl_module"));
    }
}
