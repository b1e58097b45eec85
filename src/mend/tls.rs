//! TLS of servers and towards upstreams.

use super::place::{argument, arguments, around, behind, first_in, in_force, noted, path, source, without};
use super::{Edit, Files};
use crate::model::Finding;

/// Suites with forward secrecy and authenticated encryption.
const CIPHERS: &str = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

pub(super) fn tickets(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    set(finding, files, "ssl_session_tickets", "off")
}

/// A setting that has no effect is taken out.
pub(super) fn no_effect(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let directive = *path(&own, &finding.location)?.last()?;
    (directive.name == "ssl_protocols").then(|| vec![without(&own, directive)])
}

pub(super) fn protocols(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    if let Some(place) = noted(finding, "the protocols in force") {
        let own = source(place, files)?;
        let directive = *path(&own, place)?.last()?;
        let kept: Vec<&str> = directive
            .arguments
            .iter()
            .map(String::as_str)
            .filter(|name| matches!(*name, "TLSv1.2" | "TLSv1.3"))
            .collect();
        let kept = if kept.is_empty() { "TLSv1.2 TLSv1.3".to_owned() } else { kept.join(" ") };
        return Some(vec![arguments(&own, directive, &kept)?]);
    }
    set(finding, files, "ssl_protocols", "TLSv1.2 TLSv1.3")
}

pub(super) fn ciphers(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    if let Some(place) = noted(finding, "the cipher list in force") {
        let own = source(place, files)?;
        let directive = *path(&own, place)?.last()?;
        return Some(vec![argument(&own, directive, 0, CIPHERS)?]);
    }
    set(finding, files, "ssl_ciphers", CIPHERS)
}

pub(super) fn upstream(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    let pass = *way.last()?;
    let level = way.get(way.len().checked_sub(2)?)?;
    let has = |name: &str| level.block.iter().flatten().find(|one| one.name == name);
    let mut edit = match has("proxy_ssl_verify") {
        Some(directive) => return Some(vec![argument(&own, directive, 0, "on")?]),
        None => behind(&own, pass, "proxy_ssl_verify on;"),
    };
    if in_force(&way, "proxy_ssl_trusted_certificate").is_none() {
        let more = behind(&own, pass, "proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;");
        edit.text.push_str(&more.text);
    }
    Some(vec![edit])
}

/// A directive of one value in the server of a finding, replaced or added.
fn set(finding: &Finding, files: &Files<'_>, name: &str, value: &str) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    let server = around(&way, "server")?;
    match server.block.iter().flatten().find(|one| one.name == name) {
        Some(directive) => Some(vec![arguments(&own, directive, value)?]),
        None => Some(vec![first_in(&own, server, &format!("{name} {value};"))?]),
    }
}
