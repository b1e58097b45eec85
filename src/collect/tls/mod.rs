//! TLS endpoints: which versions each accepts, which certificates it sends, whether they can be trusted. It never judges.

mod certificate;
mod endpoint_kind;
mod kinds;
mod probe;
mod search;
mod session;
pub mod starttls;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::time::sleep;

use self::certificate::{Behind, Greeting, Place};
use self::probe::{Contact, Probe, Seen, Target};
use super::collector::{Collector, LocalFuture, Task};
use super::limits::{ENDPOINTS_PER_ADDRESS, HOSTS_AT_ONCE};
use super::turns::Turns;
use super::world::World;
use crate::model::{Census, Evidence, Gap, Host, KindSpec, Location, Observation, Subject, SubjectKind};

pub use certificate::observe_certificates;
pub use kinds::KINDS;

/// The collector.
#[derive(Debug)]
pub struct TlsCollector;

const NAME: &str = "tls";
/// Ports of SMTP, where TLS begins by STARTTLS (RFC 3207, RFC 6409).
pub(super) const SMTP_PORTS: [u16; 2] = [25, 587];

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
                let turns = Turns::new(ENDPOINTS_PER_ADDRESS);
                let mut parts =
                    stream::iter(&site.hosts).map(|host| look(world, host, task, &turns)).buffered(HOSTS_AT_ONCE);
                let mut evidence = Evidence::default();
                while let Some(part) = parts.next().await {
                    evidence.extend(part);
                }
                certificate::name_shared_keys(&mut evidence);
                return evidence;
            };
            let census = KINDS.iter().map(|kind| Census::not_asked(kind.name, &site.name, reason));
            Evidence { census: census.collect(), ..Evidence::default() }
        })
    }
}

async fn look(world: &dyn World, host: &Host, task: &Task<'_>, turns: &Turns) -> Evidence {
    let mut evidence = Evidence::default();
    let addresses = match world.resolve(&host.name).await {
        Ok(addresses) => addresses,
        Err(refusal) => {
            missing(&mut evidence, &format!("host:{}", host.name), &refusal.to_string());
            return evidence;
        }
    };
    let mut ports: Vec<u16> = std::iter::once(host.https_port).chain(host.ports.iter().copied()).collect();
    ports.sort_unstable();
    ports.dedup();
    for address in addresses {
        for port in &ports {
            let address = SocketAddr::new(address, *port);
            let _turn = turns.at(address.ip()).await;
            let endpoint = format!("{address}/{}", host.name);
            let target = Target { world, name: &host.name, address, smtp: SMTP_PORTS.contains(port) };
            evidence.extend(endpoint_of(target, &endpoint, task).await);
        }
    }
    evidence
}

/// One endpoint: hellos of every version, and full handshakes for the certificates beside them.
async fn endpoint_of(target: Target<'_>, endpoint: &str, task: &Task<'_>) -> Evidence {
    let mut evidence = Evidence::default();
    let profile = task.declaration.site.tls_profile.as_ref();
    let wants_hybrid = profile.is_some_and(|profile| profile.grades().iter().any(|(_, demands)| demands.hybrid_group));
    let deep = target.world.looks_deep();
    // Whole handshakes have what hellos leave of the endpoint's time.
    let end = sleep(Duration::from_secs(target.world.timeout_seconds())).deadline();
    let place = Place { world: target.world, name: target.name, address: target.address, end };
    let probe = Probe::new(target, deep, wants_hybrid);
    match probe.contact().await {
        Contact::Spoken => {}
        Contact::NotTls => {
            missing(&mut evidence, endpoint, "the answer is no TLS");
            // That something else is spoken was seen: one observation that says so and nothing more.
            evidence.census.retain(|census| census.kind != kinds::ENDPOINT);
            evidence.census.push(Census::complete(kinds::ENDPOINT, endpoint, 1));
            evidence.observations.push(not_spoken(endpoint));
            return evidence;
        }
        Contact::Unknown(reason) => {
            missing(&mut evidence, endpoint, &reason);
            return evidence;
        }
    }
    let mut behind = Behind::default();
    let greeting = async {
        let greeting = Greeting::new(place, &mut behind).await;
        if deep && greeting.negotiated().as_deref() == Ok("TLSv1.3") {
            certificate::look_at_schemes(place, &greeting, &mut behind).await;
        }
        let seen = Seen { met: behind.met.clone(), is_rsa: greeting.is_rsa() };
        (greeting, seen)
    };
    let greeting = probe.look(greeting).await;
    probe.settle(&greeting.negotiated()).await;
    let in_the_clear = probe.in_the_clear();
    let certificates = certificate::look(place, endpoint, task.now, greeting, &in_the_clear, &mut behind).await;
    evidence.census.push(Census::complete(kinds::ENDPOINT, endpoint, 1));
    evidence.observations.push(probe.observation(endpoint, &certificates.negotiated, &behind));
    evidence.extend(certificates.evidence);
    evidence
}

fn not_spoken(endpoint: &str) -> Observation {
    let subject = Subject::new(SubjectKind::Endpoint, endpoint);
    let mut seen =
        Observation::new(kinds::ENDPOINT, subject, Location::host(endpoint), "TLS hellos, each version by itself");
    seen.set("spoken", false);
    seen
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
