//! TLS endpoints: which versions each accepts, which certificates it sends, whether they can be trusted. It never judges.

mod certificate;
mod endpoint_kind;
mod kinds;
mod probe;

use std::net::SocketAddr;

use futures_util::future::join_all;

use super::collector::{Collector, LocalFuture, Task};
use super::world::World;
use crate::model::{Census, Evidence, Gap, Host, KindSpec};

pub use certificate::observe_certificates;
pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct TlsCollector;

const NAME: &str = "tls";

impl Collector for TlsCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let reason = if task.offline {
                "left out by --offline"
            } else if site.hosts.is_empty() {
                "no URL or host is named (site file: url)"
            } else {
                let parts = join_all(site.hosts.iter().map(|host| look(world, host, task))).await;
                let mut evidence = Evidence::default();
                parts.into_iter().for_each(|part| evidence.extend(part));
                certificate::name_shared_keys(&mut evidence);
                return evidence;
            };
            let census = KINDS.iter().map(|kind| Census::not_asked(kind.name, &site.name, reason));
            Evidence { census: census.collect(), ..Evidence::default() }
        })
    }
}

async fn look(world: &dyn World, host: &Host, task: &Task<'_>) -> Evidence {
    let mut evidence = Evidence::default();
    let addresses = match world.resolve(&host.name).await {
        Ok(addresses) => addresses,
        Err(refusal) => {
            missing(&mut evidence, &format!("host:{}", host.name), &refusal.to_string());
            return evidence;
        }
    };
    for address in addresses {
        let address = SocketAddr::new(address, host.https_port);
        let endpoint = format!("{address}/{}", host.name);
        let certificates = certificate::look(world, &host.name, address, &endpoint, task.now, None).await;
        match probe::look(world, &host.name, address, &endpoint, &certificates.negotiated).await {
            Ok(seen) => {
                evidence.census.push(Census::complete(kinds::ENDPOINT, &endpoint, 1));
                evidence.observations.push(seen);
                evidence.extend(certificates.evidence);
            }
            Err(reason) => missing(&mut evidence, &endpoint, &reason),
        }
    }
    evidence
}

fn missing(evidence: &mut Evidence, subject: &str, reason: &str) {
    for kind in KINDS {
        evidence.census.push(Census::incomplete(kind.name, subject, 0, reason));
    }
    let kinds = KINDS.iter().map(|kind| kind.name.to_owned()).collect();
    evidence.gaps.push(Gap {
        collector: NAME.to_owned(),
        kinds,
        subject: subject.to_owned(),
        reason: reason.to_owned(),
    });
}

#[cfg(test)]
mod tests;
