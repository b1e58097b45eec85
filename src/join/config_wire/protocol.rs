//! Protocols: those of the server that answers for a host by configuration, against those of the endpoint.

use std::collections::BTreeSet;

use super::METHOD;
use super::kinds::PROTOCOL;
use crate::model::{Evidence, Observation, Related, Strength, Value};

/// Versions that a library may refuse though they are configured: the wire alone decides of them.
const OLD: [&str; 4] = ["SSLv2", "SSLv3", "TLSv1", "TLSv1.1"];

const HTTP2: &str = "HTTP/2";

pub(super) fn compared(evidence: &Evidence) -> Vec<Observation> {
    let endpoints =
        evidence.of_kind("tls-endpoint").filter(|seen| seen.text("starttls").is_none_or(|word| word == "none"));
    endpoints.filter_map(|endpoint| one(evidence, endpoint)).collect()
}

fn one(evidence: &Evidence, endpoint: &Observation) -> Option<Observation> {
    let (socket, name) = endpoint.subject.name().split_once('/')?;
    let port = socket.rsplit_once(':')?.1;
    let origin = if port == "443" { format!("https://{name}/") } else { format!("https://{name}:{port}/") };
    let promise = evidence.of_kind("web-answer").find(|answer| answer.subject.name() == origin)?;
    let subject = promise.text("server")?;
    let server = evidence.of_kind("web-server").find(|server| server.subject.to_string() == subject)?;
    let mut seen = Observation::new(PROTOCOL, endpoint.subject.clone(), server.source.clone(), METHOD);
    seen.strength = Strength::Joined;
    seen.related.clone_from(&server.related);
    seen.related.push(Related { location: endpoint.source.clone(), note: "answered here".to_owned() });
    let mut spoken: BTreeSet<&str> = endpoint.texts("protocols.offered").into_iter().map(version).collect();
    let host = evidence.of_kind("http-host").find(|host| host.subject.name() == name);
    let http2 = host.and_then(|host| host.flag("http2")).zip(promise.flag("http2"));
    spoken.extend(http2.filter(|(spoken, _)| *spoken).map(|_| HTTP2));
    seen.set("spoken", Value::texts(spoken.iter().copied()));
    if !server.fields.contains_key("protocols") {
        let reason = server.unknown_fields.get("protocols").map_or("not known", String::as_str);
        for field in ["promised", "beyond", "not_spoken"] {
            seen.unknown(field, reason);
        }
        return Some(seen);
    }
    let mut promised: BTreeSet<&str> = server.texts("protocols").into_iter().collect();
    promised.extend(http2.filter(|(_, promised)| *promised).map(|_| HTTP2));
    let beyond: BTreeSet<&str> = spoken.difference(&promised).copied().collect();
    let not_spoken: BTreeSet<&str> = promised.difference(&spoken).copied().filter(|one| !OLD.contains(one)).collect();
    let is_whole = endpoint.flag("protocols.complete") == Some(true);
    const PARTIAL: &str = "not all versions of TLS could be told";
    match is_whole || !beyond.is_empty() {
        true => seen.set("beyond", Value::texts(beyond)),
        false => seen.unknown("beyond", PARTIAL),
    };
    match is_whole {
        true => seen.set("not_spoken", Value::texts(not_spoken)),
        false => seen.unknown("not_spoken", PARTIAL),
    };
    seen.set("promised", Value::texts(promised));
    Some(seen)
}

/// A version as configurations write it.
fn version(word: &str) -> &str {
    if word == "TLSv1.0" { "TLSv1" } else { word }
}
