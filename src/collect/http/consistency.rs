//! Whether one site answers alike: every address of a host, and every declared host beside the first.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use super::kinds::{HOST, RESPONSE};
use super::wire::Question;
use super::{Visit, answers};
use crate::model::{Evidence, Observation, Value};

/// Asks every further address of the host for its root, and compares.
pub(super) async fn addresses(visit: &mut Visit<'_>, others: &[IpAddr]) -> (usize, BTreeSet<String>) {
    let url = visit.url("/");
    let Some(first) = root(&visit.evidence, &url).cloned() else { return (0, BTreeSet::new()) };
    let mut differences = BTreeSet::new();
    for address in others {
        let place = SocketAddr::new(*address, visit.address.port());
        match visit.client.ask(Question::get(&visit.host.name, place, true, "/")).await {
            Ok(answer) => {
                let other = answers::of_head(&url, &answer.head, &visit.parties);
                differences.extend(unlike(&first, &other).into_iter().map(|field| format!("{address}: {field}")));
            }
            Err(refusal) => {
                differences.insert(format!("{address}: {refusal}"));
            }
        }
    }
    (others.len() + 1, differences)
}

/// Compares the roots of all hosts with that of the first, and says so on the hosts.
pub(super) fn hosts(evidence: &mut Evidence, names: &[(String, String)]) {
    let Some((_, first)) = names.first() else { return };
    let first = root(evidence, first).cloned();
    for (name, url) in names {
        let differences = match (&first, root(evidence, url)) {
            (Some(first), Some(other)) => Ok(unlike(first, other)),
            _ => Err("the root of a host could not be read"),
        };
        let host = evidence.observations.iter_mut().find(|seen| seen.kind == HOST && seen.subject.name() == name);
        let Some(host) = host else { continue };
        let views =
            host.integer("compared.addresses").unwrap_or(1) - 1 + i64::try_from(names.len()).unwrap_or(i64::MAX);
        host.set("compared.views", views);
        match differences {
            Ok(fields) => host.set("compared.host_differences", Value::texts(fields)),
            Err(reason) => host.unknown("compared.host_differences", reason),
        };
    }
}

fn root<'a>(evidence: &'a Evidence, url: &str) -> Option<&'a Observation> {
    evidence.of_kind(RESPONSE).find(|seen| seen.subject.name() == url)
}

/// Names of facts that are not the same.
fn unlike(first: &Observation, other: &Observation) -> BTreeSet<String> {
    let names = answers::OF_HEAD.iter().filter(|name| first.fields.get(**name) != other.fields.get(**name));
    names.map(|name| (*name).to_owned()).collect()
}
